"""The log finds what was synced, cuts off what was torn, and names what is damaged."""

import io
import os
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdnotes.acid import (
    CorruptLogError,
    Device,
    Log,
    LogFailedError,
    NotALogError,
    Recovery,
)

HEADER = 20


def written(*batches: list[bytes]) -> bytes:
    """Return the content of a log to which these were flushed, a batch at a time."""
    file = io.BytesIO()
    log = Log(file)
    for batch in batches:
        for payload in batch:
            log.append(payload)
        log.flush()
    return file.getvalue()


ABC = written([b"a"], [b"bb"], [b"ccc"])
ENDS = [0, 21, 43, 66]


def reopened(content: bytes) -> Log:
    return Log(io.BytesIO(content))


@settings(max_examples=60)
@given(st.lists(st.lists(st.binary(min_size=1, max_size=40), max_size=4), max_size=5))
def test_what_was_flushed_is_found_in_order(batches: list[list[bytes]]) -> None:
    log = reopened(written(*batches))
    assert list(log) == [payload for batch in batches for payload in batch]
    assert log.recovered.torn_bytes == 0


def test_what_is_only_buffered_is_not_on_the_file() -> None:
    file = io.BytesIO()
    log = Log(file)
    end = log.append(b"a")
    assert (list(log), list(reopened(file.getvalue()))) == ([], [])
    assert log.durable < end == log.end
    log.flush()
    assert list(log) == [b"a"]
    assert log.durable == end


def test_one_flush_is_one_sync_for_any_number_of_records() -> None:
    """Group commit."""
    log = Log(Device())
    for number in range(100):
        log.append(b"%d" % number)
    log.flush()
    log.flush()  # nothing new: no sync
    assert log.flushes == 1


def test_a_log_cut_after_any_byte_holds_its_whole_records() -> None:
    """amelie issue 17: what is torn must go before anything is appended; rrdb 268."""
    for size in range(len(ABC) + 1):
        check_cut(size)


def check_cut(size: int) -> None:
    whole = sum(end <= size for end in ENDS[1:])
    file = io.BytesIO(ABC[:size])
    log = Log(file)
    assert list(log) == [b"a", b"bb", b"ccc"][:whole]
    assert log.recovered == Recovery(whole, ENDS[whole], size - ENDS[whole])
    log.append(b"d")
    log.flush()
    assert list(reopened(file.getvalue())) == [*[b"a", b"bb", b"ccc"][:whole], b"d"]


def test_any_bit_that_flips_is_found() -> None:
    """And its record is named, if a later one vouches for it."""
    for bit in range(8 * len(ABC)):
        check_flip(bit)


def check_flip(bit: int) -> None:
    damaged = max(end for end in ENDS if end <= bit // 8)
    content = Device(ABC).flip(bit).contents
    if damaged == ENDS[-2]:  # the last one, for which nothing vouches
        assert reopened(content).recovered == Recovery(2, damaged, len(ABC) - damaged)
        return
    file = io.BytesIO(content)
    with pytest.raises((CorruptLogError, NotALogError)) as found:
        Log(file)
    if isinstance(found.value, CorruptLogError):
        # The first record that follows vouches for all before it, one batch back.
        by = next(end for end in ENDS if end > damaged)
        assert (found.value.offset, found.value.vouched_by) == (damaged, by)
    assert file.getvalue() == content, "it is left as it is, for somebody to look at"


def test_a_seal_vouches_for_the_last_record_too() -> None:
    file = io.BytesIO(ABC)
    Log(file).seal()
    sealed = file.getvalue()
    assert list(reopened(sealed)) == [b"a", b"bb", b"ccc"]
    for bit in range(8 * len(ABC)):
        with pytest.raises((CorruptLogError, NotALogError)):
            reopened(Device(sealed).flip(bit).contents)


def test_a_hole_in_what_was_not_synced_is_a_torn_tail() -> None:
    """The first sector is not there, the second is: etcd issue 6515."""
    device = Device(sector_bytes=32)
    log = Log(device, device.sync)
    log.append(b"first, and longer than a sector")
    log.append(b"second")
    log.flush()
    content = bytearray(device.on_disk)
    content[:32] = bytes(32)
    found = reopened(bytes(content))
    assert (found.recovered.records, found.recovered.torn_bytes) == (0, len(content))


def test_a_hole_in_what_was_synced_is_not() -> None:
    content = written([b"first"], [b"second"])
    with pytest.raises(CorruptLogError, match=r"offset 0 .* one at 25 says"):
        reopened(bytes(25) + content[25:])


@pytest.mark.parametrize(
    ("behind", "why"),
    [
        (bytes(4096), "preallocated, or a size that was written before the data"),
        (b"\xff" * 100, "what the sector held before"),
        (ABC[:-1], "part of an older log"),
        (ABC, "a whole older log: its records say that they stand elsewhere"),
        (ABC[:4] + b"\xff" * 4 + bytes(50), "a length that points beyond the end"),
        (ABC[:4] + b"\xff\xff\xff\x00" + bytes(50), "a length that could be"),
    ],
)
def test_what_stands_behind_the_last_record_is_cut_off(behind: bytes, why: str) -> None:
    """etcd issue 11488 (zeros after a hard reboot), rocksdb 746 (recycled files)."""
    file = io.BytesIO(ABC + behind)
    assert Log(file).recovered == Recovery(3, len(ABC), len(behind)), why
    assert file.getvalue() == ABC


@pytest.mark.parametrize("length", [0, 1, 1000, 1 << 24, (1 << 24) + 1, (1 << 32) - 1])
def test_a_wrong_length_in_the_middle_does_not_hide_what_follows(length: int) -> None:
    """arcadedb issue 4508: the rest of the log was taken for its end."""
    content = bytearray(ABC)
    content[21 + 4 : 21 + 8] = length.to_bytes(4, "little")
    with pytest.raises(CorruptLogError, match="offset 21"):
        reopened(bytes(content))


def test_an_empty_file_is_an_empty_log() -> None:
    assert reopened(b"").recovered == Recovery(0, 0, 0)


def test_a_file_of_something_else_is_not_cut_off() -> None:
    file = io.BytesIO(b"Dear diary")
    with pytest.raises(NotALogError, match="Dear"):
        Log(file)
    assert file.getvalue() == b"Dear diary"


def test_recovering_twice_is_recovering_once() -> None:
    """leveldb issue 1287: a log with half a record at its end was used again."""
    file = io.BytesIO(ABC[:-2])
    first, second = Log(file), Log(file)
    assert list(first) == list(second) == [b"a", b"bb"]
    assert (first.recovered.torn_bytes, second.recovered.torn_bytes) == (21, 0)


def test_the_cut_is_synced_before_anything_is_appended() -> None:
    """Else a record that was cut off comes back behind one that is as long."""
    content = written([b"a"], [b"b", b"c"])
    damaged = Device(Device(content).flip(8 * 41).contents)  # b is torn; c is whole
    log = Log(damaged, damaged.sync)
    assert list(log) == [b"a"]
    log.append(b"B")
    log.flush()
    assert list(reopened(damaged.on_disk)) == [b"a", b"B"]
    assert damaged.syncs == 2


class Fails(io.BytesIO):
    """A file that takes so many bytes, and then none."""

    def __init__(self, room: int, error: OSError | None = None) -> None:
        super().__init__()
        self.room, self.error = room, error

    def write(self, data: bytes) -> int:  # type: ignore[override]
        taken = data[: self.room]
        self.room -= len(taken)
        if not taken and self.error:
            raise self.error
        return super().write(taken)


@pytest.mark.parametrize("error", [None, OSError(28, "No space left on device")])
@pytest.mark.parametrize("room", [0, 5, 30])
def test_after_a_write_that_failed_nothing_is_appended_to_its_remains(
    room: int, error: OSError | None
) -> None:
    """rocksdb-js issue 748: a full disk, then a record behind the half of one."""
    file = Fails(room, error)
    log = Log(file)
    log.append(b"a")
    log.append(b"b")
    with pytest.raises(LogFailedError):
        log.flush()
    file.room = 1000
    for again in (log.flush, lambda: log.append(b"c"), log.seal):
        with pytest.raises(LogFailedError, match="failed before"):
            again()
    assert list(Log(file)) == [b"a", b"b"][: room // 21]


def test_a_sync_that_succeeds_after_one_that_failed_proves_nothing() -> None:
    """PostgreSQL's fsyncgate, 2018; WiredTiger's WT-4045; acid-state issue 175."""
    device = Device(fails_sync=[1])
    log = Log(device, device.sync)
    log.append(b"a")
    with pytest.raises(LogFailedError, match="sync 1 failed"):
        log.flush()
    device.sync()  # succeeds
    assert (device.contents != b"", device.on_disk) == (True, b""), (
        "read, and not there"
    )
    with pytest.raises(LogFailedError, match="open the log anew"):
        log.flush()


def test_what_a_failed_sync_left_in_the_cache_is_durable_once_it_is_opened() -> None:
    """Rebello et al. 2020: recovered from the cache, and gone at the next power cut."""
    device = Device(fails_sync=[2])
    log = Log(device, device.sync)
    log.append(b"one")
    log.flush()
    log.append(b"two")
    with pytest.raises(LogFailedError, match="sync 2 failed"):
        log.flush()
    again = Log(device, device.sync)
    assert list(again) == [b"one", b"two"]
    assert again.durable == len(device.on_disk) == 46
    assert list(reopened(device.on_disk)) == [b"one", b"two"]
    again.append(b"three")
    again.flush()
    assert list(reopened(device.on_disk)) == [b"one", b"two", b"three"]


def test_a_log_that_vouches_for_what_it_only_read_is_damaged_by_a_power_cut() -> None:
    """The failure: a sync alone brings nothing back of what a failed one forgot."""
    device = Device(fails_sync=[2])
    log = Log(device, device.sync)
    log.append(b"one")
    log.flush()
    log.append(b"two")
    with pytest.raises(LogFailedError, match="sync 2 failed"):
        log.flush()
    file = io.BytesIO(device.contents)  # a log that believes what it reads there
    believer = Log(file)
    believer.append(b"three")
    believer.flush()
    device.seek(46)
    device.write(file.getvalue()[46:])
    device.sync()
    assert list(reopened(device.contents)) == [b"one", b"two", b"three"]
    with pytest.raises(CorruptLogError, match=r"offset 23 .* one at 46 says"):
        reopened(device.on_disk)


@pytest.mark.parametrize("sector_bytes", [16, 512])
def test_a_program_that_is_killed_before_its_sync_costs_nothing_later(
    sector_bytes: int,
) -> None:
    """Killed, opened anew, and then the power goes, while the next one is synced."""

    device = Device(sector_bytes=sector_bytes)
    for payload, before in ((b"one", []), (b"two", [b"one"])):
        Log(device, device.sync)
        assert list(reopened(device.on_disk)) == before, "what was found is durable"
        write_and_be_killed(device, payload)
        found = [list(reopened(content)) for content in device.crash_states()]
        assert all(each in (before, [*before, payload]) for each in found)
        assert [*before, payload] in found


class KilledError(Exception):
    """The program ends here."""


def write_and_be_killed(device: Device, payload: bytes) -> None:
    """Open the log, write a record, and be killed in the place of its sync."""
    log: Log | None = None

    def sync() -> None:
        if log is not None:
            raise KilledError
        device.sync()

    log = Log(device, sync)
    log.append(payload)
    with pytest.raises(KilledError):
        log.flush()


def test_a_cut_that_a_failed_sync_forgot_is_made_again() -> None:
    """Else c, which was cut off, comes back behind a record as long as b."""
    content = written([b"a"], [b"b", b"c"])
    device = Device(Device(content).flip(8 * 41).contents, fails_sync=[1])
    with pytest.raises(OSError, match="sync 1 failed"):
        Log(device, device.sync)
    assert (len(device.contents), len(device.on_disk)) == (21, 63)
    log = Log(device, device.sync)
    log.append(b"B")
    log.flush()
    assert list(reopened(device.on_disk)) == [b"a", b"B"]


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(["append", "open", "killed"]), max_size=9),
    st.sets(st.integers(1, 9)),
)
def test_what_was_found_or_flushed_survives_any_order_of_accidents(
    steps: list[str], fails_sync: set[int]
) -> None:
    """Failed syncs, and programs that are killed; the power may go after each."""
    device = Device(fails_sync=fails_sync, sector_bytes=24)
    promised: list[bytes] = []
    log: Log | None = None
    for number, step in enumerate(steps):
        payload = b"%d" % number
        try:
            if step == "killed":
                log = None
                write_and_be_killed(device, payload)
            elif step == "open" or log is None:
                log = Log(device, device.sync)
                promised = list(log)
            else:
                log.append(payload)
                log.flush()
                promised = list(log)
        except OSError:
            log = None
        for content in device.crash_states():
            assert list(reopened(content))[: len(promised)] == promised


def test_a_record_that_vouches_for_what_stands_behind_it_is_none() -> None:
    payload = b"a"
    checksum = zlib.crc32(payload, zlib.crc32(struct.pack("<QQI", 0, 21, 1)))
    content = struct.pack("<4sIQI", ABC[:4], 1, 21, checksum) + payload
    assert reopened(content).recovered == Recovery(0, 0, 21)


def test_an_interruption_leaves_the_log_as_broken_as_an_error() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    log = Log(io.BytesIO(), interrupted)
    log.append(b"a")
    with pytest.raises(KeyboardInterrupt):
        log.flush()
    with pytest.raises(LogFailedError):
        log.append(b"b")


def test_a_file_that_takes_and_gives_a_byte_at_a_time_is_a_file_too() -> None:
    class Slow(io.BytesIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            return super().write(data[:1])

        def read(self, size: int | None = -1) -> bytes:
            return super().read(1 if size else 0)

    file = Slow()
    log = Log(file)
    log.append(b"a record")
    log.flush()
    assert list(Log(file)) == [b"a record"]
    assert Log(Slow(file.getvalue() + b"torn")).recovered.torn_bytes == 4


@pytest.mark.parametrize("buffering", [0, -1])
def test_a_real_file_needs_a_real_sync(tmp_path: Path, buffering: int) -> None:
    syncs = []
    with (tmp_path / "log").open("w+b", buffering=buffering) as file:
        with pytest.raises(ValueError, match="sync=None: this file is on a disk"):
            Log(file)
        log = Log(file, lambda: syncs.append(os.fsync(file.fileno())))
        log.append(b"a")
        log.flush()
        assert (tmp_path / "log").read_bytes() == written([b"a"])
    with (tmp_path / "log").open("r+b") as file:
        log = Log(file, lambda: syncs.append(os.fsync(file.fileno())))
        assert list(log) == [b"a"]
    assert len(syncs) == 2, "what was read is synced before it counts"
    assert (tmp_path / "log").read_bytes() == written([b"a"])


def test_damage_that_comes_while_it_is_open_is_named_too() -> None:
    file = io.BytesIO(ABC)
    log = Log(file)
    file.seek(42)
    file.write(b"X")
    found = iter(log)
    assert next(found) == b"a"
    with pytest.raises(CorruptLogError, match="offset 21"):
        next(found)


def test_a_log_may_be_stored_in_a_log() -> None:
    """Its records stand at other places than they say, so none is taken for ours."""
    content = written([ABC], [b"next"])
    flipped = bytearray(content)
    flipped[HEADER + 3] ^= 1
    assert list(reopened(content)) == [ABC, b"next"]
    with pytest.raises(CorruptLogError, match="offset 0"):
        reopened(bytes(flipped))


@settings(max_examples=100)
@given(st.data())
def test_random_damage_is_never_read_as_a_record(data: st.DataObject) -> None:
    rng = random.Random(data.draw(st.integers(0, 2**32)))
    content = bytearray(ABC)
    for _ in range(rng.randrange(1, 6)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    found: Callable[[], list[bytes]] = lambda: list(reopened(bytes(content)))  # noqa: E731
    try:
        payloads = found()
    except (CorruptLogError, NotALogError):
        return
    assert payloads == [b"a", b"bb", b"ccc"][: len(payloads)]


@pytest.mark.parametrize("payload", [b"", "text", bytes((1 << 24) + 1)])
def test_a_payload_that_cannot_be_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"^payload="):
        Log(io.BytesIO()).append(payload)


def test_a_text_file_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^file="):
        Log(io.StringIO())  # type: ignore[arg-type]
