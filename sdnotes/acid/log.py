"""A write-ahead log: what was synced is found again, or its damage is named.

    file after a crash                       opening it
    A B C                                    A, B, C
    A B C+                                   A, B; the torn C is cut off
    A + C    C was written before B's sync   A; neither B nor C was promised
    A + C    C was written after B's sync    CorruptLogError: B was promised, is gone

A ``+`` is a record that is damaged, or there in part. Whether it was merely torn or is
corrupt, no checksum of its own can say. So each record also says up to where the log
had been synced when it was appended: it *vouches* for all before that.

    header of 20 bytes: magic | length | vouched | checksum      then the payload

The checksum covers the record's own offset, so an old copy of a record elsewhere is not
taken for one. After a failed write or sync nobody knows what is on the disk, and a
second sync that succeeds proves nothing; so the log then does nothing more. What is
read afterwards may be in the system's memory only, so opening the file writes and
syncs once more all that no record vouches for.

Source: Alagappan et al. 2018, "Protocol-Aware Recovery for Consensus-Based Storage",
section 3.3.3 (torn or corrupt); Rebello et al. 2020, "Can Applications Recover from
fsync Failures?"; Mohan et al. 1992, "ARIES" (log sequence numbers).
Left out: segments, threads, the sync of a new file's folder, an adversary; a lock (two
logs on one file overwrite each other's records, and no error says so); a failed sync
that forgets that the *whole* file was cut off.
Chapter: docs/chapters/acid/. To take away: Log.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

MOST_BYTES = 1 << 24
"""How long a payload may be; a length above it is damage."""

_MAGIC = b"\xabLg1"
_HEADER = struct.Struct("<4sIQI")


class CorruptLogError(ValueError):
    """Records that had been synced are damaged; somebody must bring a copy of them.

    The damage begins at ``offset``, and the record at ``vouched_by`` says that this
    place had been synced. The file is left as it is.
    """

    def __init__(self, offset: int, vouched_by: int) -> None:
        super().__init__(
            f"the record at offset {offset} is damaged, and the one at "
            f"{vouched_by} says that it had been synced"
        )
        self.offset = offset
        self.vouched_by = vouched_by


class NotALogError(ValueError):
    """The file does not begin as a log does; it is left as it is."""


class LogFailedError(OSError):
    """Indefinite: what was flushed last may be on the disk, or in part, or not.

    The log does nothing more. A new Log on the file makes durable what it finds there.
    """


class LogFile(Protocol):
    """Any binary file that can be read, written and cut off at places."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place; return it."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Return at most so many bytes, none at the end."""

    def write(self, data: bytes, /) -> int | None:
        """Write; return how many bytes were taken."""

    def truncate(self, size: int, /) -> int:
        """Cut it off."""

    def flush(self) -> None:
        """Hand all to the system."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found when the log was opened."""

    records: int
    end: int
    torn_bytes: int
    """How many bytes were cut off behind ``end``."""


class Log:
    """Append-only records on a file; opening it recovers what is there.

    ``sync`` makes what was written survive a power cut; opening writes, and syncs too.
    Raises ValueError for a real file without a sync, CorruptLogError, NotALogError, and
    what the file and the sync raise.

    Examples:
        >>> file = io.BytesIO()
        >>> log = Log(file)
        >>> log.append(b"x = 1"), log.append(b"x = 2"), log.durable
        (25, 50, 0)
        >>> log.flush()
        >>> list(Log(io.BytesIO(file.getvalue()[:-1])))
        [b'x = 1']
    """

    def __init__(self, file: LogFile, sync: Callable[[], None] | None = None) -> None:
        if sync is None and _is_on_disk(file):
            raise ValueError(
                f"sync={sync!r}: this file is on a disk, which it reaches by "
                "os.fsync(file.fileno()), or does not"
            )
        if file.read(0) != b"":
            raise ValueError(f"file={file!r} is not binary")
        self._file = file
        self._sync = sync
        self._buffer = bytearray()
        self._is_broken = False
        self.flushes = 0
        self.durable = 0
        """Up to where the log is known to survive a power cut."""
        self.recovered = self._recover()
        self.durable = self.recovered.end

    @property
    def end(self) -> int:
        """Return where the next record begins, in bytes."""
        return self.durable + len(self._buffer)

    def append(self, payload: bytes) -> int:
        """Buffer a record; return its end, up to where ``durable`` must come.

        Raises ValueError for a payload that is empty or too long, LogFailedError.
        """
        if not isinstance(payload, bytes) or not 0 < len(payload) <= MOST_BYTES:
            shown = repr(payload[:20] if isinstance(payload, bytes) else payload)
            raise ValueError(f"payload={shown}... is not 1 to {MOST_BYTES} bytes")
        self._refuse_if_broken()
        self._buffer += _record(payload, self.end, self.durable)
        return self.end

    def flush(self) -> None:
        """Write all that is buffered, with one sync. Raises LogFailedError for good."""
        self._refuse_if_broken()
        if not self._buffer:
            return
        self._is_broken = True  # whatever interrupts us leaves it so
        try:
            self._write(self.durable, self._buffer)
            self._make_durable()
        except OSError as error:
            told = f"nobody knows what is on the disk: {error}"
            raise LogFailedError(told) from error
        self._is_broken = False
        self.durable += len(self._buffer)
        self._buffer.clear()

    def seal(self) -> None:
        """Flush, and flush an empty record that vouches for all the others.

        Without it, damage to what was flushed last looks like a torn tail.
        """
        self.flush()
        self._buffer += _record(b"", self.end, self.durable)
        self.flush()

    def __iter__(self) -> Iterator[bytes]:
        """Yield what was appended and flushed, oldest first, but for seals."""
        offset = 0
        while offset < self.durable:
            found = self._read_record(offset)
            if found is None:  # it was there when the log was opened
                raise CorruptLogError(offset, self.durable)
            if found[0]:
                yield found[0]
            offset += _HEADER.size + len(found[0])

    def _recover(self) -> Recovery:
        size = self._file.seek(0, io.SEEK_END)
        offset = records = vouched = 0
        while (found := self._read_record(offset)) is not None:
            offset += _HEADER.size + len(found[0])
            records += bool(found[0])
            vouched = found[1]
        self._refuse_if_corrupt(offset)
        if size:
            # Or what was cut off might come back, behind what is appended now. The
            # rest may be in the cache only, as clean: a sync alone would not write it.
            self._file.truncate(offset)
            self._write(vouched, self._read(vouched, offset - vouched))
            self._make_durable()
        return Recovery(records, offset, size - offset)

    def _refuse_if_corrupt(self, damaged: int) -> None:
        """Raise if what follows the damage vouches for it. Cost: reads the rest."""
        rest = self._read(damaged, -1)
        if not damaged and any(rest[:4]) and not _MAGIC.startswith(rest[:4]):
            raise NotALogError(f"it begins with {rest[:4]!r}, not with {_MAGIC!r}")
        place = rest.find(_MAGIC, 1)
        while place >= 0:
            found = _decode(rest[place : place + _HEADER.size], damaged + place)
            if found is not None and found.vouched > damaged:
                begin = place + _HEADER.size
                if found.fits(rest[begin : begin + found.length]):
                    raise CorruptLogError(damaged, damaged + place)
            place = rest.find(_MAGIC, place + 1)

    def _read_record(self, offset: int) -> tuple[bytes, int] | None:
        """Return the payload at a place and what it vouches for; None for no record."""
        found = _decode(self._read(offset, _HEADER.size), offset)
        if found is None:
            return None
        payload = self._read(offset + _HEADER.size, found.length)
        return (payload, found.vouched) if found.fits(payload) else None

    def _read(self, offset: int, size: int) -> bytes:
        """Return so many bytes (-1: all), fewer only at the end of the file."""
        self._file.seek(offset)
        parts = bytearray()
        while size < 0 or len(parts) < size:
            part = self._file.read(-1 if size < 0 else size - len(parts))
            if not part:
                break
            parts += part
        return bytes(parts)

    def _write(self, offset: int, data: bytes | bytearray) -> None:
        self._file.seek(offset)
        left = bytes(data)
        while left:
            taken = self._file.write(left)
            if not taken:
                raise OSError(f"{len(left)} bytes were not taken")
            left = left[taken:]

    def _make_durable(self) -> None:
        self._file.flush()
        if self._sync is not None:
            self._sync()
        self.flushes += 1

    def _refuse_if_broken(self) -> None:
        if self._is_broken:
            raise LogFailedError("a write or a sync failed before: open the log anew")


@dataclass(frozen=True, slots=True)
class _Header:
    """What stands before a payload, and where."""

    offset: int
    length: int
    vouched: int
    checksum: int

    def fits(self, payload: bytes) -> bool:
        """Return whether this is the payload that was appended here."""
        return len(payload) == self.length and self.checksum == _checksum(
            payload, self.offset, self.vouched
        )


def _checksum(payload: bytes, offset: int, vouched: int) -> int:
    place = struct.pack("<QQI", offset, vouched, len(payload))
    return zlib.crc32(payload, zlib.crc32(place))


def _record(payload: bytes, offset: int, vouched: int) -> bytes:
    checksum = _checksum(payload, offset, vouched)
    return _HEADER.pack(_MAGIC, len(payload), vouched, checksum) + payload


def _decode(header: bytes, offset: int) -> _Header | None:
    if len(header) < _HEADER.size:
        return None
    magic, length, vouched, checksum = _HEADER.unpack(header)
    if magic != _MAGIC or length > MOST_BYTES or vouched > offset:
        return None
    return _Header(offset, length, vouched, checksum)


def _is_on_disk(file: LogFile) -> bool:
    try:
        file.fileno()  # type: ignore[attr-defined]  # not all have one
    except (AttributeError, OSError):  # io.UnsupportedOperation is one
        return False
    return True
