"""What cap refuses names the one argument that is wrong, with its value."""

import math

import pytest
from refused import Case, case_id, check_names, missed

from sdnotes import cap
from sdnotes.cap import VectorClock, guarantees, leader, quorum, same_cut, trial
from sdnotes.sim import History, Operation, Outcome

READS = ("sdnotes/cap/*.py",)

WRITE = Operation("a", "write", 1, 0, 5, Outcome.OK)
FLIGHT = Operation("a", "fly", 1, 0, 5, Outcome.OK)
LOST = Operation("a", "write", 1, 0, None, Outcome.UNKNOWN)
ELSEWHERE = Operation("b", "write", 1, 0, 5, Outcome.OK, key="x")
ONE, TWO = History((WRITE,)), History((WRITE, ELSEWHERE))
HELLO = cap.CausalInbox[str]("Ann").stamp("hello")
FIRST, SECOND = cap.Dot("A", 1), cap.Dot("A", 2)
CHANGE = cap.Change("post", "photo")
NAN = math.nan


def lock() -> cap.LockService:
    service = cap.LockService(ttl_us=50)
    service.acquire("a", now_us=10)
    return service


def receive(message: cap.Stamped[str]) -> None:
    inbox = cap.CausalInbox[str]("Bob")
    inbox.receive(cap.Stamped("late", "Ann", VectorClock({"Ann": 3})))
    inbox.receive(message)


def registered(value: int, stamp: int, node: str) -> object:
    return cap.LWWRegister[int]().write(1, 7, "A").write(value, stamp, node)


def added(element: str, tag: str) -> object:
    return cap.ORSet[str]().add("milk", "a1").add(element, tag)


def merged(tag: str) -> object:
    return cap.ORSet({"a1": "milk"}).merge(cap.ORSet({tag: "tea"}))


def siblings(versions: dict[cap.Dot, int]) -> object:
    ours = cap.Siblings({FIRST: 1}, VectorClock({"A": 1}))
    return ours.merge(cap.Siblings(versions, VectorClock({"A": 1})))


def counted(initial: object) -> list[object]:
    return [cap.Counter(initial), cap.Account(initial)]  # type: ignore[arg-type]


def told_late(token: int, now_us: int) -> object:
    return lock().renew(token, now_us)


CASES: list[Case] = [
    (
        cap.Atm,
        {"name": "a", "opening": 5, "policy": cap.Policy.ACCEPT, "share": 1},
        {"opening": [-1], "share": [-1, 6]},
    ),
    (
        cap.Atm("a", opening=5, policy=cap.Policy.ACCEPT).withdraw,
        {"request": 0, "amount": 1},
        {"amount": [0]},
    ),
    (
        cap.Stamped,
        {"body": "b", "sender": "Ann", "clock": VectorClock({"Ann": 1})},
        {"clock": [VectorClock()]},
    ),
    (cap.CausalInbox, {"owner": "Ann"}, {"owner": [""]}),
    (
        receive,
        {"message": HELLO},
        {
            "message": [
                cap.Stamped("x", "Ann", VectorClock({"Ann": 3})),
                cap.Stamped("x", "Ann", VectorClock({"Ann": 1, "Bob": 1})),
            ]
        },
    ),
    (cap.Change, {"action": "post", "what": "photo"}, {"action": ["share"]}),
    (cap.count_leaks, {"messages": []}, {"messages": [[CHANGE] * 8]}),
    (cap.PNCounter().add, {"who": "a", "amount": 1}, {"amount": [-1, NAN]}),
    (
        cap.PNCounter,
        {"added": {"a": 1}, "taken": {"a": 1}},
        {"added": [{"a": -1}, {"a": NAN}], "taken": [{"a": NAN}]},
    ),
    (cap.GCounter, {"counts": {"a": 1}}, {"counts": [{"a": -1}, {"a": NAN}]}),
    (cap.GCounter().add, {"node": "a", "amount": 1}, {"amount": [-1, NAN]}),
    (
        cap.LWWRegister,
        {"value": 1, "stamp": 1, "node": "A"},
        {"stamp": [-1, NAN], "node": [""]},
    ),
    (registered, {"value": 2, "stamp": 8, "node": "A"}, {"stamp": [7], "node": [""]}),
    (
        cap.ORSet,
        {"added": {"a1": "milk"}, "removed": frozenset(["a1"])},
        {"removed": [frozenset(["a2"])]},
    ),
    (added, {"element": "tea", "tag": "a2"}, {"tag": ["a1"]}),
    (merged, {"tag": "a2"}, {"tag": ["a1"]}),
    (cap.Escrow, {"shares": {"a": 1}}, {"shares": [{"a": -1}, {"a": NAN}]}),
    (cap.Escrow({"a": 1}).spend, {"holder": "a", "amount": 0}, {"amount": [-1, NAN]}),
    (
        cap.Escrow({"a": 1, "b": 1}).move,
        {"giver": "a", "taker": "b", "amount": 0},
        {"amount": [2]},
    ),
    (
        cap.LockService,
        {"ttl_us": 1, "first_token": 1},
        {"ttl_us": [0], "first_token": [0]},
    ),
    (
        lambda who, now_us: lock().acquire(who, now_us),
        {"who": "b", "now_us": 10},
        {"who": [""], "now_us": [9]},
    ),
    (told_late, {"token": 1, "now_us": 10}, {"token": [0, 2], "now_us": [9]}),
    (cap.FencedStore("v").read, {"token": 1}, {"token": [0]}),
    (cap.FencedStore, {"value": "v", "highest": 1}, {"highest": [-1]}),
    (
        cap.ask_all,
        {"shards": 3, "unreachable": 1, "touched": 1, "partial": True},
        {"shards": [0], "unreachable": [-1, 4], "touched": [0, 4]},
    ),
    (
        cap.ReplicaSet,
        {"members": "ABC", "leader": "A", "concern": "one"},
        {"leader": ["Z"], "concern": ["two"]},
    ),
    (
        lambda sides: cap.ReplicaSet("ABC", leader="A").cut(*sides),
        {"sides": ("A", "BC")},
        {"sides": [("A", "B"), ("AB", "BC")]},
    ),
    (cap.ReplicaSet("ABC", leader="A").elect, {"name": "A"}, {"name": ["Z"]}),
    (
        leader.default_concern,
        {"data": 1, "arbiters": 0},
        {"data": [0], "arbiters": [-1]},
    ),
    (
        cap.linearize,
        {"history": ONE, "model": cap.Register()},
        {"history": [TWO]},
    ),
    (counted, {"initial": 1}, {"initial": ["1", True]}),
    (cap.Account, {"initial": 1}, {"initial": [None]}),
    (cap.Queue, {"initial": (1,)}, {"initial": [1, (None,)]}),
    (
        cap.run_commits,
        {"acks": 1, "followers": 2, "count": 1, "read_after_us": 0},
        {"acks": [-1, 3], "followers": [0], "count": [0], "read_after_us": [-1]},
    ),
    (
        cap.run_paused_client,
        {"pause_ms": 1, "ttl_ms": 5, "work_ms": 1, "b_asks_ms": 1, "delay_ms": 1},
        {
            "pause_ms": [-1],
            "ttl_ms": [0],
            "work_ms": [-1],
            "b_asks_ms": [-1],
            "delay_ms": [-1],
        },
    ),
    (cap.majority, {"nodes": 1}, {"nodes": [0]}),
    (
        cap.always_meet,
        {"nodes": 3, "readers": 2, "writers": 2},
        {"readers": [0, 4], "writers": [0, 4]},
    ),
    (
        quorum.ranges_that_answer,
        {"nodes": 6, "copies": 3, "needed": 2, "dead": {1}},
        {"nodes": [0], "copies": [0, 7], "needed": [0, 4], "dead": [{6}]},
    ),
    (
        cap.QuorumSetting,
        {"readers": 2, "writers": 2, "copies": ("A", "B"), "spares": ("D",)},
        {
            "readers": [0, 3],
            "writers": [0, 3],
            "copies": [(), ("A", "A")],
            "spares": [("A",), ("D", "D")],
        },
    ),
    (
        lambda **given: cap.run_quorum(cap.QuorumSetting(), **given),
        {"steps": [(0, "w", "read")], "cuts": [(0, 5, "w | A")], "skew_ms": {"w": 1}},
        {
            "steps": [[(0, "w", "fly")]],
            "cuts": [[(5, 5, "w | A")]],
            "skew_ms": [{"nobody": 5}],
        },
    ),
    (same_cut.run_same_cut, {"policy": "majority"}, {"policy": ["hope"]}),
    (
        cap.session_violations,
        {"history": ONE, "order": [1]},
        {"history": [History((FLIGHT,))], "order": [[1, 1], [2]]},
    ),
    (
        guarantees.is_sequential,
        {"history": ONE, "model": cap.Register(0)},
        {"history": [TWO, History((LOST,))]},
    ),
    (
        trial.trial,
        {"policy": "accept", "opening": 5, "outage_min": 1, "days": 2},
        {"outage_min": [-1, 61], "days": [0], "policy": ["hope"]},
    ),
    (
        cap.run_atms,
        {
            "policy": "accept",
            "withdrawals": [(0, "ATM1", 5)],
            "cut_ms": (0, 5),
            "cut": "both",
            "delay_ms": 1,
            "timeout_ms": 1,
            "duplicate": 0.0,
        },
        {
            "policy": ["hope"],
            "withdrawals": [[(0, "ATM3", 5)], [(0, "ATM1", 0)]],
            "cut_ms": [(-1, 5), (5, 5)],
            "cut": ["none"],
            "delay_ms": [-1],
            "timeout_ms": [-1],
            "duplicate": [2],
        },
    ),
    (VectorClock, {"counts": {"a": 1}}, {"counts": [{"a": -1}, {"a": NAN}]}),
    (
        cap.Siblings,
        {"versions": {FIRST: 1}, "seen": VectorClock({"A": 1})},
        {"versions": [{SECOND: 1}]},
    ),
    (
        cap.Siblings[int]().put,
        {"node": "A", "value": 1, "context": VectorClock()},
        {"node": [""]},
    ),
    (siblings, {"versions": {FIRST: 1}}, {"versions": [{FIRST: 2}]}),
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_one_argument_that_is_wrong_is_named_and_no_other(case: Case) -> None:
    check_names(case)


def test_every_refusal_of_the_package_is_tried_above() -> None:
    assert missed("cap", CASES) == []
