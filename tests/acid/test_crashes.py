"""After any crash the store holds what was committed, whole, and nothing else."""

import io
import json
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdnotes.acid import (
    LEVELS,
    CorruptLogError,
    Device,
    Log,
    LogFailedError,
    MalformedRecordError,
    NotALogError,
    Store,
    TransactionAbortedError,
    WouldBlockError,
)
from sdnotes.acid.journal import commit_record, put_record, replay

State = dict[str, int | str]
KEYS = ("a", "b", "c")


def random_run(
    device: Device, seed: int, transactions: int = 8
) -> Iterator[tuple[int, int, State]]:
    """Run transactions that overlap; yield (acknowledged, log's end, state) per commit.

    The state is what a reader sees, after that commit, of what was committed.
    """
    rng = random.Random(seed)
    log = Log(device, device.sync)
    store = Store(log, isolation=rng.choice(list(LEVELS)))
    active = []
    for number in range(transactions):
        active.append(store.begin())
        for _ in range(rng.randrange(4)):
            transaction = rng.choice(active)
            key = rng.choice(KEYS)
            try:
                if rng.random() < 0.2:
                    transaction.delete(key)
                else:
                    transaction.put(key, number)
            except (WouldBlockError, TransactionAbortedError):
                continue
        if active and rng.random() < 0.8:
            ended = active.pop(rng.randrange(len(active)))
            if ended.state == "active" and rng.random() < 0.8:
                end = ended.commit(flush=rng.random() < 0.7)
                yield log.durable, end, store.committed()
            else:
                ended.abort()
    log.flush()


def recovered(content: bytes) -> State:
    return Store(Log(io.BytesIO(content))).committed()


@pytest.mark.parametrize("seed", range(12))
def test_a_log_cut_after_any_byte_has_the_commits_that_are_whole_in_it(
    seed: int,
) -> None:
    device = Device()
    commits = [(0, {}), *((end, state) for _, end, state in random_run(device, seed))]
    content = device.contents
    for (end, state), (next_end, _) in pairwise([*commits, (len(content) + 1, {})]):
        for size in range(end, next_end):
            assert recovered(content[:size]) == state, size


@pytest.mark.parametrize("seed", range(3))
def test_a_transfer_cut_after_any_byte_has_moved_all_of_the_money_or_none(
    seed: int,
) -> None:
    rng = random.Random(seed)
    device = Device()
    store = Store(Log(device, device.sync), initially={"a": 50, "b": 50, "c": 50})
    begin = len(device.contents)
    for _ in range(6):
        transfer = store.begin()
        giver, taker = rng.sample(KEYS, 2)
        amount = rng.randrange(20)
        transfer.add(-amount, f"key = {giver}")
        transfer.add(amount, f"key = {taker}")
        transfer.commit()
    for size in range(begin, len(device.contents) + 1):
        values = recovered(device.contents[:size]).values()
        assert sum(int(value) for value in values) == 150, size


def test_if_each_write_counted_by_itself_the_money_would_be_halfway() -> None:
    """The failure that the commit record prevents."""
    device = Device()
    store = Store(Log(device, device.sync), initially={"a": 50, "b": 50})
    transfer = store.begin()
    transfer.add(-20, "key = a")
    transfer.add(20, "key = b")
    transfer.commit()
    takes = b'["put", 2, "a", 30]'
    content = device.contents[: device.contents.index(takes) + len(takes)]
    naive = {}
    for verb, _, *write in map(json.loads, Log(io.BytesIO(content))):
        if verb == "put":
            naive[write[0]] = write[1]
    assert (sum(naive.values()), sum(recovered(content).values())) == (80, 100)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(2))
def test_any_bit_that_flips_is_found(seed: int) -> None:
    """Or the last flush is missing, as if it were torn, and the log says so."""
    device = Device()
    states = [state for _, _, state in random_run(device, seed)]
    content = device.contents
    whole = Log(io.BytesIO(content)).recovered
    for bit in range(8 * len(content)):
        file = io.BytesIO(device.flip(bit).contents)
        try:
            log = Log(file)
        except (CorruptLogError, NotALogError):
            continue
        assert log.recovered.torn_bytes > 0
        assert log.recovered.records < whole.records
        assert Store(log).committed() in [{}, *states]


class Watched(Device):
    """A device that notes, after every operation, what a crash may leave then."""

    acknowledged = 0

    def __init__(self, reorders: bool, content: bytes = b"", **kind: Any) -> None:
        super().__init__(content, **kind)
        self.reorders = reorders
        self.noted: list[tuple[int, bytes]] = []

    def note(self) -> None:
        for content in self.crash_states(reorders=self.reorders):
            self.noted.append((self.acknowledged, content))

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        size = super().write(data)
        self.note()
        return size

    def truncate(self, size: int | None = None, /) -> int:
        end = super().truncate(size)
        self.note()
        return end

    def sync(self) -> None:
        super().sync()
        self.note()


SMALL = ((("x", 1), ("y", 2)), (("x", 3),), (("y", 4), ("x", 5)))
STATES: list[State] = [{}, {"x": 1, "y": 2}, {"x": 3, "y": 2}, {"x": 5, "y": 4}]


def small_run(device: Watched) -> Watched:
    """Run three transactions on a device, one after another."""
    store = Store(Log(device, device.sync))
    for writes in SMALL:
        transaction = store.begin()
        for key, value in writes:
            transaction.put(key, value)
        transaction.commit()
        device.acknowledged += 1
    assert store.committed() == STATES[-1]
    return device


@pytest.mark.parametrize("sector_bytes", [16, 64, 512])
@pytest.mark.parametrize("reorders", [False, True])
def test_whatever_a_crash_leaves_of_the_unsynced_what_was_acknowledged_is_there(
    sector_bytes: int, reorders: bool
) -> None:
    """ALICE: every crash of a small workload, at every operation of the device."""
    device = small_run(Watched(reorders, sector_bytes=sector_bytes))
    found = [(done, recovered(content)) for done, content in device.noted]
    assert all(state in STATES[done : done + 2] for done, state in found)
    assert {STATES.index(state) for _, state in found} == {0, 1, 2, 3}


def test_a_crash_while_recovering_changes_nothing() -> None:
    for done, content in small_run(Watched(True, sector_bytes=32)).noted:
        again = Watched(True, content, sector_bytes=32)
        state = Store(Log(again, again.sync)).committed()
        assert state in STATES[done : done + 2]
        assert all(recovered(left) == state for _, left in again.noted)


def test_a_crash_while_two_are_flushed_together_keeps_the_first_or_both() -> None:
    device = Watched(True, sector_bytes=32)
    store = Store(Log(device, device.sync))
    for writes in SMALL[:2]:
        transaction = store.begin()
        for key, value in writes:
            transaction.put(key, value)
        transaction.commit(flush=False)
    assert device.noted == [], "nothing was written yet"
    store.log.flush()
    assert device.syncs == 1
    found = [STATES.index(recovered(content)) for _, content in device.noted]
    assert set(found) == {0, 1, 2}


def test_a_device_that_lies_loses_what_it_said_it_had() -> None:
    """In order: the end is missing, and nothing can tell that it ever was there."""
    device = small_run(Watched(False, sector_bytes=64, lies=True))
    found = {(done, STATES.index(recovered(c))) for done, c in device.noted}
    assert {state for done, state in found if done == 2} == {0, 1, 2, 3}
    assert all(state <= done + 1 for done, state in found)


def test_a_device_that_lies_and_reorders_is_found_out_or_loses_the_end() -> None:
    device = small_run(Watched(True, sector_bytes=128, lies=True))
    outcomes = set()
    for done, content in device.noted:
        try:
            state = STATES.index(recovered(content))
        except CorruptLogError:
            outcomes.add("found out")
        else:
            assert state <= done + 1, "a state that never was"
            outcomes.add("lost" if state < done else "kept")
    assert outcomes == {"found out", "lost", "kept"}


def test_a_commit_whose_sync_failed_is_neither_done_nor_undone() -> None:
    device = Device(fails_sync=[2], sector_bytes=32)
    store = Store(Log(device, device.sync), initially={"x": 1})
    transaction = store.begin()
    transaction.put("x", 2)
    with pytest.raises(LogFailedError):
        transaction.commit()
    with pytest.raises(LogFailedError):
        store.begin().put("y", 3)
    assert {recovered(device.contents)["x"], recovered(device.on_disk)["x"]} == {1, 2}


def test_a_checkpoint_is_what_the_long_log_amounts_to() -> None:
    old, new = Device(), Device()
    store = Store(Log(old, old.sync))
    for number in range(20):
        transaction = store.begin()
        transaction.put("x", number)
        transaction.commit()
    store.checkpoint(Log(new, new.sync))
    assert store.log.recovered.records == 0
    assert len(new.contents) < len(old.contents) / 10
    transaction = store.begin()
    transaction.put("y", 1)
    transaction.commit()
    assert recovered(new.contents) == store.committed() == {"x": 19, "y": 1}
    assert recovered(old.contents) == {"x": 19}


def test_a_checkpoint_that_fails_leaves_the_old_log_in_charge() -> None:
    old, new = Device(), Device(fails_sync=[1])
    store = Store(Log(old, old.sync), initially={"x": 1})
    with pytest.raises(LogFailedError):
        store.checkpoint(Log(new, new.sync))
    transaction = store.begin()
    transaction.put("x", 2)
    transaction.commit()
    assert recovered(old.contents) == {"x": 2}


def test_a_number_of_a_transaction_is_never_used_twice() -> None:
    """Else the commit of a new one would bring back what an old one had written."""
    file = io.BytesIO()
    store = Store(Log(file))
    other, open_one = store.begin(), store.begin()
    open_one.put("x", 1)
    other.put("y", 2)
    other.commit()
    again = Store(Log(file))
    for _ in range(3):
        transaction = again.begin()
        transaction.put("z", 3)
        transaction.commit()
    assert recovered(file.getvalue()) == {"y": 2, "z": 3}


def test_a_key_that_was_deleted_is_gone_after_a_replay() -> None:
    records = [put_record(1, "x", 1), commit_record(1), put_record(2, "x", None)]
    assert replay(records).values == {"x": 1}
    assert replay([*records, commit_record(2)]).values == {}


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"\xff", b"{}", b"[]", b'["commit"]', b'["commit", 0]'),
        *(b'["commit", true]', b'["commit", 1.5]', b'["put", 1, 2, 3]'),
        *(b'["put", 1, "x", true]', b'["put", 1, "x", 1.5]', b"[" * 100_000),
        *(b'["put", 1, "x", [1]]', b'["put", 1, "x"]', b'["undo", 1]'),
    ],
)
def test_the_log_of_something_else_is_refused(payload: bytes) -> None:
    log = Log(io.BytesIO())
    log.append(b'["commit", 1]')
    log.append(payload or b" ")
    log.flush()
    with pytest.raises(MalformedRecordError, match="record 2 is not of this store"):
        Store(log)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.text() | st.integers())))
def test_any_text_and_any_whole_number_comes_back(writes: list[tuple]) -> None:  # type: ignore[type-arg]
    file = io.BytesIO()
    transaction = Store(Log(file)).begin()
    for key, value in writes:
        transaction.put(key, value)
    transaction.commit()
    assert recovered(file.getvalue()) == dict(sorted(dict(writes).items()))
