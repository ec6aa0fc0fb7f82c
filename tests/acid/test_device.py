"""The device loses what a disk may lose, and nothing else."""

import io
from itertools import combinations

import pytest
from draws import rows
from hypothesis import given

from sdnotes.acid import Device

MOVES = [(0, b"aaaa"), (2, b"bbbbbb"), (7, b"c"), (3, None), (0, None), (12, b"d")]


@given(rows(MOVES, max_size=8))
def test_it_reads_and_writes_as_a_file_in_memory_does(moves: list[tuple]) -> None:  # type: ignore[type-arg]
    device, memory = Device(sector_bytes=4), io.BytesIO()
    for ((place, data),) in moves:
        for file in (device, memory):
            if data is None:
                file.truncate(min(place, len(memory.getvalue())))
            else:
                file.seek(place)
                file.write(data)
                assert file.tell() == place + len(data)
        assert device.contents == memory.getvalue()
        if device.contents:
            assert device.seek(-1, io.SEEK_END) == len(device.contents) - 1
            assert device.read() == memory.getvalue()[-1:]
    assert device.on_disk == b""
    device.sync()
    assert device.on_disk == memory.getvalue()


def test_every_subset_of_the_unsynced_may_survive_a_crash() -> None:
    device = Device()
    for letter in b"ABC":
        device.write(bytes([letter]))
    possible = {
        bytes(b"ABC"[n] if n in kept else 0 for n in range(max(kept, default=-1) + 1))
        for size in range(4)
        for kept in combinations(range(3), size)
    }
    assert set(device.crash_states()) == possible
    assert list(device.crash_states(reorders=False)) == [b"", b"A", b"AB", b"ABC"]
    assert b"\0B" in possible, "what was not written reads as zeros"


def test_a_synced_write_survives_always() -> None:
    device = Device()
    device.write(b"A")
    device.sync()
    device.write(b"B")
    assert set(device.crash_states()) == {b"A", b"AB"}
    assert device.after_crash().contents == b"A"
    assert device.after_crash(None).contents == b"AB"


def test_a_write_over_two_sectors_may_arrive_by_half() -> None:
    device = Device(b"old old ", sector_bytes=4)
    device.write(b"new new ")
    assert set(device.crash_states()) == {
        *(b"old old ", b"new old ", b"old new ", b"new new "),
    }


def test_a_cut_of_the_file_may_be_lost_too() -> None:
    device = Device(b"AB")
    device.truncate(1)
    assert set(device.crash_states()) == {b"A", b"AB"}


def test_a_device_that_lies_says_yes_and_keeps_nothing() -> None:
    device = Device(lies=True)
    device.write(b"A")
    device.sync()
    assert (device.contents, device.on_disk, device.syncs) == (b"A", b"", 1)


def test_what_a_failed_sync_forgot_is_read_until_the_crash() -> None:
    """Rebello et al. 2020: ext4 marks such pages as clean."""
    device = Device(fails_sync=[2])
    device.write(b"A")
    device.sync()
    device.write(b"B")
    with pytest.raises(OSError, match="sync 2 failed"):
        device.sync()
    device.sync()
    assert (device.contents, device.on_disk, device.unsynced) == (b"AB", b"A", 0)


def test_a_flipped_bit_is_one_bit() -> None:
    assert Device(b"\x00\x00").flip(9).contents == b"\x00\x02"
    assert Device(b"\x00\x02").flip(9).contents == b"\x00\x00"
    assert Device(b"abc").cut(2).contents == b"ab"


def test_it_says_that_it_can_all_that_a_file_can() -> None:
    device = Device()
    assert device.readable()
    assert device.writable()
    assert device.seekable()
