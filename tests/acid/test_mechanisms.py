"""The mechanisms that stand open on the pages do what the package's classes do."""

import io
import random
from collections.abc import Callable
from itertools import count, product
from zlib import crc32

import pytest

from sdnotes.acid import (
    CorruptLogError,
    Device,
    Log,
    SerializationFailureError,
    Store,
    Transaction,
    TransactionAbortedError,
    WouldBlockError,
)
from sdnotes.acid.idempotency import Attempt, IdempotencyStore, KeyReusedError
from sdnotes.acid.locks import LockTable
from sdnotes.acid.outbox import run_outbox
from sdnotes.acid.saga import run_saga
from sdnotes.acid.two_phase import run_two_phase
from sdnotes.herd import retry
from sitebuild.testing.snippets import Snippets

READS = ("docs/chapters/acid/*.md",)

mechanism = Snippets("acid").mechanism


def _line(says: str) -> str:
    return f"{crc32(says.encode()):08x} {says}\n"


@pytest.mark.parametrize("seed", range(20))
def test_recovering_the_text_log_finds_what_the_store_finds(seed: int) -> None:
    rng = random.Random(seed)
    recover = mechanism("index", "write-ahead")["recover"]
    lines: list[str] = []
    file = io.BytesIO()
    log = Log(file)
    store = Store(log, initially={"A": 100, "B": 50})
    start = log.end
    for number in range(rng.randrange(1, 5)):
        transaction = store.begin()
        for account in rng.sample("ABCD", rng.randrange(1, 4)):
            balance = rng.randrange(1000)
            transaction.put(account, balance)
            lines.append(_line(f"T{number} {account} = {balance}"))
        transaction.commit()
        lines.append(_line(f"T{number} commit"))
    by_records = {}
    for cut in range(start, log.end + 1):
        found = Log(io.BytesIO(file.getvalue()[:cut]))
        by_records[found.recovered.records] = Store(found).committed()
    first = min(by_records)
    assert len(by_records) == len(lines) + 1
    for lines_left in range(len(lines) + 1):
        ours = recover("".join(lines[:lines_left]), {"A": 100, "B": 50})
        assert ours == by_records[first + lines_left]
    # In the middle of a line: what the lines before it say.
    text = "".join(lines)
    for cut in range(len(text)):
        whole = text[:cut].rpartition("\n")[0] + "\n" if "\n" in text[:cut] else ""
        if text[cut] != "\n":
            start_state = {"A": 100, "B": 50}
            assert recover(text[:cut], start_state) == recover(whole, start_state)


def test_of_two_mixed_transactions_only_the_committed_one_is_recovered() -> None:
    recover = mechanism("index", "write-ahead")["recover"]
    says = ("T1 A = 60", "T2 C = 5", "T1 B = 90", "T1 commit", "T2 D = 7", "T2 commit")
    start = {"A": 100, "B": 50, "C": 9, "D": 3}
    first = {"A": 60, "B": 90, "C": 9, "D": 3}
    log = [_line(each) for each in says]
    found = [recover("".join(log[:count]), start) for count in range(len(log) + 1)]
    assert found == [start] * 4 + [first] * 2 + [{"A": 60, "B": 90, "C": 5, "D": 7}]


@pytest.mark.parametrize("seed", range(20))
def test_the_disk_forgets_what_the_device_forgets(seed: int) -> None:
    rng = random.Random(seed)
    failures = rng.randrange(3)
    disk = mechanism("log", "fsync-failed")["Disk"](failures)
    device = Device(sector_bytes=1, fails_sync=range(1, failures + 1))
    for number in range(20):
        if rng.random() < 0.6:
            disk.write(number)
            device.seek(number)
            device.write(bytes([100 + number]))
        else:
            ours = disk.fsync()
            try:
                device.sync()
            except OSError:
                assert ours == "failed"
            else:
                assert ours == "ok"
    on_disk = [byte - 100 for byte in device.on_disk if byte]
    assert on_disk == disk.medium


@pytest.mark.parametrize("seed", range(30))
def test_versions_refuse_and_show_what_the_store_does(seed: int) -> None:
    rng = random.Random(seed)
    ours = mechanism("index", "versions")["Store"](a=1, b=2, c=3)
    theirs = Store(isolation="snapshot", initially={"a": 1, "b": 2, "c": 3})
    under_way: list[tuple[int, Transaction]] = []
    for value in range(60):
        if not under_way or rng.random() < 0.5:
            under_way.append((ours.commits, theirs.begin()))
            continue
        place = rng.randrange(len(under_way))
        snapshot, transaction = under_way[place]
        key = rng.choice("abc")
        assert ours.get(key, snapshot) == transaction.get(key)
        if rng.random() < 0.5:
            continue
        del under_way[place]
        writes = dict.fromkeys(rng.sample("abc", rng.randrange(1, 3)), value)
        try:
            for each in writes:
                transaction.put(each, value)
            transaction.commit()
        except SerializationFailureError:
            assert ours.commit(snapshot, writes) == "refused"
        else:
            assert ours.commit(snapshot, writes) == "ok"


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("level", ["read committed", "snapshot", "serializable"])
def test_what_is_checked_decides_as_the_store_or_more_strictly(
    level: str, seed: int
) -> None:
    rng = random.Random(seed)
    may_commit = mechanism("index", "what-is-checked")["may_commit"]
    reads, writes, changed = (
        set(rng.sample("abcd", rng.randrange(1, 4))) for _ in range(3)
    )
    store = Store(isolation=level, initially=dict.fromkeys("abcd", 0))
    transaction, other = store.begin(), store.begin()
    for key in sorted(reads):
        transaction.get(key)
    for key in sorted(changed):
        other.put(key, 1)
    other.commit()
    try:
        for key in sorted(writes):
            transaction.put(key, 2)
        transaction.commit()
        committed = True
    except TransactionAbortedError:
        committed = False
    allowed = may_commit(level, reads, writes, changed)
    if level == "serializable":
        assert committed or not allowed  # it may refuse more than it must
    else:
        assert committed == allowed


@pytest.mark.parametrize("seed", range(50))
def test_the_circle_is_found_that_the_lock_table_finds(seed: int) -> None:
    rng = random.Random(seed)
    circle = mechanism("locks", "wait-for")["circle"]
    table = LockTable()
    waits: dict[str, str] = {}
    for who in rng.sample("PQRST", 5):
        waits[who] = rng.choice([each for each in "PQRST" if each != who])
        found = table.wait(who, (waits[who],))
        ours = circle(waits, who)
        if found:
            assert set(ours) == set(found)
            for other in waits:  # also from behind the circle
                assert set(circle(waits, other)) in (set(), set(found))
            break
        assert not ours


@pytest.mark.parametrize("seed", range(20))
def test_the_retry_loop_tries_and_pauses_as_retry_does(seed: int) -> None:
    rng = random.Random(seed)
    names = mechanism("index", "retry-loop")
    error = names["TryAgainError"]
    refusals, tries = rng.randrange(6), rng.randrange(1, 6)

    def outcome(loop: str) -> tuple[object, int, int]:
        calls = count()
        pauses: list[object] = []

        def work() -> str:
            if next(calls) < refusals:
                raise error
            return "paid"

        try:
            if loop == "ours":
                got = names["in_transaction"](work, tries, pauses.append)
            else:
                got = retry(
                    work,
                    on=error,
                    delays=[1] * 9,
                    sleep=pauses.append,
                    now=lambda: 0.0,
                    tries=tries,
                )
        except error:
            got = "refused"
        return got, next(calls), len(pauses)

    assert outcome("ours") == outcome("theirs")


@pytest.mark.parametrize("seed", range(10))
def test_a_version_number_lets_only_those_save_who_have_read_the_newest(
    seed: int,
) -> None:
    rng = random.Random(seed)
    names = mechanism("isolation", "version-column")
    newest = names["version"] + 1  # P has saved
    for _ in range(30):
        read = newest - rng.choice([-1, 0, 0, 1, 2])
        saved = names["save"]("text", read) == "saved"
        assert saved == (read == newest)
        newest += saved


@pytest.mark.parametrize("seed", range(60))
def test_whoever_the_store_refuses_there_was_a_pivot(seed: int) -> None:
    """Fekete et al. 2005: no anomaly of snapshot isolation without one."""
    rng = random.Random(seed)
    pivots = mechanism("isolation", "pivots")["pivots"]
    names = ["T1", "T2", "T3"]
    reads = {name: set(rng.sample("abcd", rng.randrange(3))) for name in names}
    keys = rng.sample("abcd", 3)
    writes = {name: {key} for name, key in zip(names, keys, strict=True)}
    store = Store(isolation="serializable", initially=dict.fromkeys("abcd", 0))
    transactions = {name: store.begin(name) for name in names}
    refused = set()
    for name, transaction in transactions.items():
        for key in sorted(reads[name]):
            transaction.get(key)
    for steps in ("put", "commit"):
        for name, transaction in transactions.items():
            try:
                if name not in refused and steps == "put":
                    transaction.put(min(writes[name]), 1)
                elif name not in refused:
                    transaction.commit()
            except TransactionAbortedError:
                refused.add(name)
    found = pivots(reads, writes)
    assert found or not refused
    before = {(a, b) for a in names for b in names if a != b and reads[a] & writes[b]}
    both_ways = {b for _, b in before} & {a for a, _ in before}
    assert found == sorted(both_ways)
    if any((b, a) in before for a, b in before):  # write skew
        assert refused


@pytest.mark.parametrize("seed", range(30))
def test_after_a_crash_there_is_what_the_device_may_leave(seed: int) -> None:
    rng = random.Random(seed)
    after_crash = mechanism("log", "any-combination")["after_crash"]
    places = range(4)
    device = Device(b"0000", sector_bytes=1)
    writes = [(rng.choice(places), rng.choice("123")) for _ in range(4)]
    for place, text in writes:
        device.seek(place)
        device.write(text.encode())
    ours = {
        "".join(state[place] for place in places).encode()
        for state in after_crash(dict.fromkeys(places, "0"), writes)
    }
    assert ours == set(device.crash_states())


@pytest.mark.parametrize("seed", range(60))
def test_a_hole_is_told_from_a_torn_end_as_the_log_tells_them(seed: int) -> None:
    rng = random.Random(seed)
    found = mechanism("log", "vouched-for")["found"]
    file = io.BytesIO()
    log = Log(file)
    synced, ends, records = 0, [0], []
    for number in range(6):
        ends.append(log.append(b"record %d" % number))
        records.append([True, synced])
        if rng.random() < 0.5 or number == 5:
            log.flush()
            synced = number + 1
    content = bytearray(file.getvalue())
    for place in rng.sample(range(6), rng.randrange(3)):
        content[ends[place + 1] - 1] ^= 1
        records[place][0] = False
    ours = found([tuple(record) for record in records])
    try:
        many = Log(io.BytesIO(bytes(content))).recovered.records
        wanted = f"torn: {many} records count" if many < 6 else "all 6 records count"
    except CorruptLogError as error:
        wanted = f"corrupt: record {ends.index(error.offset)} was confirmed once"
    assert ours == wanted


@pytest.mark.parametrize("seed", range(40))
def test_the_lock_table_names_whom_the_locking_store_waits_for(seed: int) -> None:
    rng = random.Random(seed)
    locks = mechanism("locks", "lock-table")["Locks"]()
    store = Store(isolation="two-phase locking", initially=dict.fromkeys("AB", 0))
    transactions: dict[str, Transaction] = {}
    for value in range(30):
        owner, row = rng.choice("PQR"), rng.choice("AB")
        name = f"{owner}{value}"
        if owner not in transactions:
            transactions[owner] = store.begin(name)
            for held in locks.held.values():
                held.pop(owner, None)
        transaction = transactions[owner]
        mode = rng.choice(["shared", "exclusive"])
        try:
            if mode == "shared":
                transaction.get(row)
            else:
                transaction.put(row, value)
            waits_for: list[str] = []
        except WouldBlockError as error:
            waits_for = [each[0] for each in error.waits_for]
        assert sorted(locks.ask(owner, row, mode)) == sorted(waits_for)
        if waits_for or rng.random() < 0.2:  # nobody waits for long here
            locks.end(owner)
            transaction.abort()
            del transactions[owner]


def test_the_withdrawal_that_tries_again_pays_from_the_new_balance() -> None:
    names = mechanism("locks", "with-retry")
    assert names["store"].committed() == {"balance": 5}
    assert names["pauses_s"] == [0.05]


@pytest.mark.parametrize("votes", list(product([True, False], repeat=2)))
@pytest.mark.parametrize("is_decided", [True, False])
def test_two_phases_leave_the_parts_as_the_run_does(
    votes: tuple[bool, bool], is_decided: bool
) -> None:
    names = mechanism("several-machines", "two-phases")
    log: list[str] = []
    states = names["first_phase"](votes)
    if is_decided:
        names["decide"](votes, log)
    parts = dict(zip("AB", votes, strict=True))
    step = (
        "coordinator: tells A to commit" if is_decided else "coordinator: writes commit"
    )
    if all(votes):
        away = run_two_phase(votes=parts, crash=step).outcomes
        back = run_two_phase(votes=parts, crash=step, recovers_ms=30).outcomes
        assert states == list(away.values())
    else:
        back = run_two_phase(votes=parts).outcomes
    assert names["second_phase"](states, log) == list(back.values())


@pytest.mark.parametrize("seed", range(20))
def test_a_key_is_paid_once_as_the_idempotency_store_says(seed: int) -> None:
    rng = random.Random(seed)
    pay = mechanism("several-machines", "once-per-key")["pay"]
    store: IdempotencyStore[str] = IdempotencyStore(lease_us=10, keep_us=1000)
    for now_us in range(30):
        key, amount = rng.choice(["a", "b", "c"]), rng.choice([10, 20])
        try:
            found = store.begin("ann", key, str(amount), now_us)
        except KeyReusedError:
            wanted = "refused"
        else:
            if isinstance(found, Attempt):
                store.complete(found, f"paid {amount}", now_us)
            wanted = f"paid {amount}"
        assert pay(key, amount) == wanted


@pytest.mark.parametrize("full", ["", "flight", "hotel", "car"])
def test_the_saga_makes_up_for_what_the_run_makes_up_for(full: str) -> None:
    saga = mechanism("several-machines", "a-saga")["saga"]
    booked: list[str] = []

    def step(company: str) -> tuple[Callable[[], bool], Callable[[], None]]:
        def book() -> bool:
            if company != full:
                booked.append(company)
            return company != full

        return book, lambda: booked.remove(company)

    ends = saga([step(company) for company in ("flight", "hotel", "car")])
    run = run_saga(full=full)
    assert ends == run.state
    assert booked == [c for c, end in run.outcomes.items() if end == "booked"]


def test_the_relay_that_crashes_sends_twice() -> None:
    names = mechanism("several-machines", "an-outbox")
    assert [number for number, _ in names["arrived"]] == [1, 1]
    left = names["db"].execute("SELECT count(*) FROM outbox").fetchone()
    assert left == (0,)
    names["db"].execute("INSERT INTO outbox (text) VALUES ('send a chair')")
    names["relay"](crash=False)
    assert names["arrived"][-1] == (2, "send a chair")  # its number is a new one
    run = run_outbox(way="outbox", orders=1, crash="shop: crosses out note 1")
    assert run.twice == (1,)
