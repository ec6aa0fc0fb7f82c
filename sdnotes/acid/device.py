"""What is on the disk when the power goes? A file with a cache in front of its disk.

    write "A"  write "B"  sync  write "C"  write "D"        then the power goes
                  |                |
           certainly there    each of "C" and "D" there or not, in any combination

Data moves to the disk by whole sectors, so a write that spans two may arrive by half.
A sync that *lies* moves nothing and says that it did. A sync that *fails* forgets what
was cached, as Linux does: the next one succeeds, and has nothing left to write.

Source: Pillai et al. 2014, "All File Systems Are Not Created Equal" (ALICE); Rebello
et al. 2020, "Can Applications Recover from fsync Failures?".
Left out: folders, renames, a sector that is written by half, bits that rot.
Chapter: docs/chapters/acid/.
"""

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class _Change:
    """One sector's part of a write, or, without data, a new end of the file."""

    offset: int
    data: bytes | None

    def apply(self, content: bytearray) -> None:
        if self.data is None:
            del content[self.offset :]
            return
        # What lies between the old end and a write behind it reads as zeros.
        content.extend(bytes(max(0, self.offset - len(content))))
        content[self.offset : self.offset + len(self.data)] = self.data


class Device(io.RawIOBase):
    """A binary file in memory that forgets at a crash what was not synced.

    Raises ValueError for sectors of no bytes, for a sync before the first that fails.

    Examples:
        >>> device = Device()
        >>> device.write(b"A"), device.sync(), device.write(b"B")
        (1, None, 1)
        >>> sorted(device.crash_states())
        [b'A', b'AB']
    """

    def __init__(
        self,
        content: bytes = b"",
        *,
        sector_bytes: int = 512,
        lies: bool = False,
        fails_sync: Collection[int] = (),
    ) -> None:
        if sector_bytes < 1:
            raise ValueError(f"sector_bytes={sector_bytes!r} is not 1 or more")
        if any(number < 1 for number in fails_sync):
            raise ValueError(f"fails_sync={fails_sync!r} counts the first sync as 1")
        super().__init__()
        self.sector_bytes = sector_bytes
        self.lies = lies
        self.fails_sync = frozenset(fails_sync)
        self.syncs = 0
        self._seen = bytearray(content)
        self._disk = bytearray(content)
        self._changes: list[_Change] = []
        self._place = 0

    @property
    def contents(self) -> bytes:
        """Return what somebody reads now, from the cache where that is newer."""
        return bytes(self._seen)

    @property
    def on_disk(self) -> bytes:
        """Return what survives a crash for certain."""
        return bytes(self._disk)

    @property
    def unsynced(self) -> int:
        """Return how many changes of a sector or of the file's end may get lost."""
        return len(self._changes)

    def readable(self) -> bool:
        """Return True."""
        return True

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the file; return it.

        Raises ValueError for a place before the beginning, or counted from nowhere.
        """
        if whence not in (io.SEEK_SET, io.SEEK_CUR, io.SEEK_END):
            raise ValueError(f"whence={whence!r} is not 0, 1 or 2")
        begin = (0, self._place, len(self._seen))[whence]
        if begin + offset < 0:
            raise ValueError(f"offset={offset!r} is before the beginning")
        self._place = begin + offset
        return self._place

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read from the present place; return how many bytes."""
        data = self._seen[self._place : self._place + len(buffer)]
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Write to the cache, sector by sector; return how many bytes."""
        left, size = bytes(data), len(data)
        while left:
            room = self.sector_bytes - self._place % self.sector_bytes
            self._change(_Change(self._place, left[:room]))
            self._place += len(left[:room])
            left = left[room:]
        return size

    def truncate(self, size: int | None = None, /) -> int:
        """Cut the file off, in the cache; return its size.

        Raises ValueError for a negative one.
        """
        end = self._place if size is None else size
        if end < 0:
            raise ValueError(f"size={size!r} is negative")
        self._change(_Change(end, None))
        return end

    def _change(self, change: _Change) -> None:
        change.apply(self._seen)
        self._changes.append(change)

    def sync(self) -> None:
        """Move the cache to the disk, unless this device lies.

        Raises OSError for one that fails; what was cached then never gets to the disk,
        although it is still read.
        """
        self.syncs += 1
        if self.syncs in self.fails_sync:
            self._changes.clear()
            raise OSError(f"sync {self.syncs} failed")
        if not self.lies:
            for change in self._changes:
                change.apply(self._disk)
            self._changes.clear()

    def after_crash(self, keep: Collection[int] | None = ()) -> "Device":
        """Return the device after a crash that kept these unsynced changes.

        They are counted from 0; None keeps all. Raises ValueError for one that there
        is not.
        """
        everything = range(len(self._changes))
        for number in keep or ():
            if number not in everything:
                raise ValueError(f"keep={keep!r} is not of the {self.unsynced} changes")
        kept = everything if keep is None else sorted(set(keep))
        disk = bytearray(self._disk)
        for number in kept:
            self._changes[number].apply(disk)
        return Device(bytes(disk), sector_bytes=self.sector_bytes)

    def crash_states(self, *, reorders: bool = True) -> Iterator[bytes]:
        """Yield each content that a crash may leave, once.

        A device that reorders loses any of its unsynced changes, another one only the
        last ones. Cost: 2 to the power of the unsynced changes, if it reorders.
        """
        count = len(self._changes)
        numbers = range(count)
        kept = (
            (
                chosen
                for size in range(count + 1)
                for chosen in combinations(numbers, size)
            )
            if reorders
            else (tuple(range(size)) for size in range(count + 1))
        )
        seen: set[bytes] = set()
        for chosen in kept:
            content = self.after_crash(chosen).on_disk
            if content not in seen:
                seen.add(content)
                yield content

    def cut(self, size: int) -> "Device":
        """Return a device that holds only the first bytes of what this one shows.

        Raises ValueError for more bytes than there are.
        """
        if not 0 <= size <= len(self._seen):
            raise ValueError(f"size={size!r} is not 0 to {len(self._seen)}")
        return Device(self.contents[:size], sector_bytes=self.sector_bytes)

    def flip(self, bit: int) -> "Device":
        """Return a device that shows the same but for one bit, counted from 0.

        Raises ValueError for a bit that there is not.
        """
        if not 0 <= bit < 8 * len(self._seen):
            raise ValueError(f"bit={bit!r} is not 0 to {8 * len(self._seen) - 1}")
        content = bytearray(self._seen)
        content[bit // 8] ^= 1 << (bit % 8)
        return Device(bytes(content), sector_bytes=self.sector_bytes)
