"""The pages of the chapter keep what they promise, and what they say in words holds."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from sdnotes.cap import (
    Account,
    QuorumSetting,
    Register,
    judge,
    linearize,
    run_atms,
    run_paused_client,
    run_quorum,
)
from sdnotes.cap.guarantees import is_sequential
from sdnotes.cap.trial import CUSTOMERS, cut_of, overdrawn, random_day
from sdnotes.sim import History, Operation, Outcome
from sitebuild import DOCS, RECORDS

READS = ("docs/chapters/cap/*.md", "evidence/records/cap/*.json")

SYSTEMS = (DOCS / "chapters" / "cap" / "systems.md").read_text("utf-8")
PRODUCTS = [
    "Cassandra",
    "CouchDB",
    "Riak",
    "Voldemort",
    "HBase",
    "MongoDB",
    "Redis",
    "PostgreSQL",
    "MySQL",
    "DynamoDB",
    "Kafka",
    "ZooKeeper",
    "etcd",
]


def test_each_system_of_the_notes_and_what_readers_meet_has_a_block() -> None:
    heads = [line for line in SYSTEMS.splitlines() if line.startswith("### ")]
    assert [name for name in PRODUCTS if not any(name in head for head in heads)] == []


def test_each_block_says_what_is_default_set_given_up_and_where_from() -> None:
    for block in SYSTEMS.split("\n### ")[1:]:
        for part in ("By default", "Set to", "Gives up", "From"):
            assert f"- **{part}:**" in block, (block.splitlines()[0], part)


def test_two_at_once_need_more_time_than_one_and_a_slow_cable_is_a_cut_one() -> None:
    at_once = [(0, "ATM1", 30), (1, "ATM2", 30)]

    def refused(**settings: int) -> int:
        return run_atms(policy="refuse", withdrawals=at_once, **settings).refused

    assert refused() == 1
    assert refused(timeout_ms=100) == 0
    assert refused(delay_ms=20) == 2
    # The second is answered 49 ms after it asked, so it waits for at least that.
    assert [refused(timeout_ms=timeout_ms) for timeout_ms in (49, 50)] == [1, 0]


def test_in_one_of_a_thousand_days_two_customers_meet_without_a_cut() -> None:
    """And both displays are wrong for a moment, though nothing is overdrawn."""
    apart = {}
    for seed in range(1000):
        day = random_day(seed)
        gaps = [
            later - sooner
            for (sooner, atm, _), (later, other, _) in pairwise(day)
            if atm != other
        ]
        if min(gaps) < 10:
            apart[seed] = min(gaps)
    assert apart == {528: 3}
    run = run_atms(policy="accept", withdrawals=random_day(528), opening=300)
    assert not judge(run.history, Account(300))
    assert run.true_balance >= 0


def test_a_day_of_accepting_adds_up_as_it_plays() -> None:
    for seed in range(25):
        day = random_day(seed)
        for opening, minutes in ((250, 10), (300, 30), (350, 60)):
            run = run_atms(
                policy="accept",
                withdrawals=day,
                cut_ms=cut_of(minutes),
                opening=opening,
            )
            added = overdrawn(day, opening, cut_of(minutes))
            assert added == (run.true_balance < 0)


@pytest.mark.parametrize(
    ("day", "over"),
    [
        ([(10, "ATM1", 60), (15, "ATM2", 60)], True),  # the message is on its way
        ([(10, "ATM1", 60), (20, "ATM2", 60)], True),
        ([(10, "ATM1", 60), (21, "ATM2", 60)], False),  # it has arrived
        ([(110, "ATM1", 60), (190, "ATM2", 60)], True),  # the cable is cut
        ([(110, "ATM1", 60), (209, "ATM2", 60)], True),  # mended, not yet told
        ([(110, "ATM1", 60), (211, "ATM2", 60)], False),
        ([(300, "ATM1", 60), (305, "ATM2", 60)], True),  # after the cut, as before it
        ([(110, "ATM1", 100), (120, "ATM2", 100)], True),  # the last coin may be paid
        ([(110, "ATM1", 60), (120, "ATM1", 60)], False),  # its own it knows at once
    ],
)
def test_a_machine_pays_by_what_it_has_heard(
    day: list[tuple[int, str, int]], over: bool
) -> None:
    assert overdrawn(day, 100, (100, 200)) == over
    run = run_atms(policy="accept", withdrawals=day, cut_ms=(100, 200))
    assert (run.true_balance < 0) == over


def test_an_account_of_six_hundred_cannot_be_overdrawn() -> None:
    assert max(sum(a for *_, a in random_day(s)) for s in range(1000)) <= 600
    assert CUSTOMERS * 30 == 600


def test_a_lock_with_tokens_does_not_make_a_job_run_once() -> None:
    """Nobody is late, and both writes are stored with the check on."""
    run = run_paused_client(pause_ms=0, check_tokens=True)
    assert run.accepted == ((33, "A"), (34, "B"))
    assert run.refused == ()


def test_escrow_keeps_its_promise_and_neither_letter() -> None:
    run = run_atms(
        policy="escrow",
        opening=50,
        withdrawals=[(20, "ATM1", 10), (30, "ATM2", 20), (40, "ATM2", 15)],
        cut_ms=(10, 70),
    )
    assert not judge(run.history, Account(50))
    assert run.turned_away == 1
    assert run.true_balance >= 0


SLOW_MS = {"w->B": 200, "w->C": 200, "ann->B": 20, "ann->C": 200, "bob->A": 200}
STEPS = [(0, "w", "write", 1), (20, "ann", "read"), (95, "bob", "read")]


@pytest.mark.parametrize(
    ("readers", "writers", "right"),
    [(2, 2, False), (2, 3, False), (3, 2, True), (1, 3, False)],
)
def test_reads_of_all_copies_cure_it_and_writes_to_all_do_not(
    readers: int, writers: int, right: bool
) -> None:
    """Also a write to all with reads of one: new at one copy, then old at another."""
    setting = QuorumSetting(readers=readers, writers=writers, read_repair=False)
    run = run_quorum(setting, STEPS, slow_ms=SLOW_MS, timeout_ms=300)
    assert bool(judge(run.history, Register(0))) == right


def test_reads_that_etcd_calls_serializable_have_an_order_without_real_time() -> None:
    """The lab's own history, and each operation as a client of its own, all at once."""
    record = json.loads((RECORDS / "cap" / "etcd-partition.json").read_text("utf-8"))
    lines = map(json.dumps, record["observed"]["histories"]["own-copy-reads"])
    history = History.from_json_lines(lines)
    assert not judge(history, Register(None))
    at_once = [
        replace(o, process=f"c{n}", invoked_us=0, completed_us=o.completed_us and 1)
        for n, o in enumerate(history.operations)
    ]
    assert linearize(History(tuple(at_once)), Register(None)) is not None


def test_the_picture_s_lagging_reader_is_sequential_and_may_not_go_back_twice() -> None:
    def read(value: int, at_us: int) -> Operation:
        return Operation("B", "read", None, at_us, at_us + 1, Outcome.OK, value)

    write = Operation("W", "write", 1, 0, 2, Outcome.OK)
    lagging = History((write, read(0, 5), read(1, 7)))
    back = History((write, read(0, 5), read(1, 7), read(0, 9)))
    assert not judge(lagging, Register(0))
    assert is_sequential(lagging, Register(0))
    assert not is_sequential(back, Register(0))
