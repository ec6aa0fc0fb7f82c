"""What acid refuses names the one argument that is wrong, with its value."""

import io
from typing import Any

import pytest
from refused import Case, case_id, check_names, missed

from sdnotes import acid
from sdnotes.acid import (
    contention,
    cuts,
    group_commit,
    idempotency,
    judging,
    outbox,
    payment,
    programs,
    saga,
    two_phase,
)
from sdnotes.acid.notation import history_of_notation
from sdnotes.acid.predicate import as_condition_on, validated_value

READS = ("sdnotes/acid/*.py",)


def log_of(payload: bytes) -> acid.Log:
    log = acid.Log(io.BytesIO())
    log.append(payload)
    return log


class OnDisk(io.BytesIO):
    def fileno(self) -> int:
        return 3


def log(sync: object) -> acid.Log:
    return acid.Log(OnDisk(), sync)  # type: ignore[arg-type]


def store(**given: Any) -> acid.Store:
    return acid.Store(log_of(b'["commit", 1]'), **given)


def begin(**given: Any) -> acid.Transaction:
    made = acid.Store()
    made.begin("T1")
    return made.begin(**given)


def transaction() -> acid.Transaction:
    return acid.Store(initially={"x": 1, "word": "one"}).begin()


def add(**given: Any) -> object:
    return transaction().add(**given)


def put(**given: Any) -> None:
    transaction().put(**given)


def checkpoint(log: acid.Log | None) -> None:
    made = acid.Store()
    if log is None:
        made.begin()
    made.checkpoint(log or acid.Log(io.BytesIO()))


def device() -> acid.Device:
    made = acid.Device(b"abc")
    made.write(b"d")
    return made


def judge(limit: int) -> object:
    return judging.judge_isolation(history_of_notation("w1[x] c1"), limit)


def seek(**given: Any) -> int:
    return device().seek(given.get("offset", 0), given.get("whence", 0))


def truncate(size: int) -> int:
    return device().truncate(size)


def found_after(sync: str) -> list[str]:
    return list(cuts.found_after(sync))


def idempotent(**given: Any) -> object:
    store = idempotency.IdempotencyStore[str](lease_us=5, keep_us=50)
    return store.begin(**given, request="pay 30", now_us=0)


def give_up(attempt: str) -> None:
    store = idempotency.IdempotencyStore[str](lease_us=5, keep_us=50)
    first = store.begin("ann", "k1", "pay 30", now_us=0)
    assert isinstance(first, idempotency.Attempt)
    store.complete(first, "paid", now_us=1)
    store.give_up(first, now_us=2)


def of(names: str, bad: int) -> dict[str, list[Any]]:
    return {name: [bad] for name in names.split()}


BALANCES = {"A": 100, "B": 50}

CASES: list[Case] = [
    (log, {"sync": lambda: None}, {"sync": [None]}),
    (acid.Log, {"file": io.BytesIO()}, {"file": [io.StringIO()]}),
    (
        log_of,
        {"payload": b"a"},
        {"payload": [b"", "a", None, bytes(acid.log.MOST_BYTES + 1)]},
    ),
    (
        acid.Device,
        {"sector_bytes": 1, "fails_sync": (1,)},
        {"sector_bytes": [0], "fails_sync": [(0,)]},
    ),
    (device().after_crash, {"keep": (0,)}, {"keep": [(1,), (-1,)]}),
    (device().cut, {"size": 3}, {"size": [-1, 5]}),
    (truncate, {"size": 1}, {"size": [-1]}),
    (device().flip, {"bit": 0}, {"bit": [-1, 32]}),
    (seek, {"offset": 0, "whence": 0}, {"offset": [-1], "whence": [3, -1]}),
    (
        acid.Store,
        {"isolation": "snapshot"},
        {"isolation": ["", "Snapshot", "repeatable"]},
    ),
    (store, {"isolation": "snapshot"}, {"initially": [{"x": 1}]}),
    (
        begin,
        {"name": "T2", "isolation": "snapshot"},
        {"name": ["T1", "T0", "two words", "1"], "isolation": ["high"]},
    ),
    (checkpoint, {}, {"log": [None, log_of(b"something")]}),
    (
        put,
        {"key": "x", "value": 1},
        {
            "key": ["", "two words", "a,b", 1, None],
            "value": [None, True, False, 1.5, b"x"],
        },
    ),
    (
        add,
        {"amount": 1, "where": "key = x"},
        {
            "amount": [1.5, True, "1"],
            "where": ["all", "key x", "value % 0 = 0", "value > 3", "", None],
        },
    ),
    (acid.Predicate, {"where": "all"}, {"where": ["drop table", 3]}),
    (as_condition_on, {"key": "x"}, {"key": [None]}),
    (validated_value, {"value": 1}, {"value": [[]]}),
    (
        contention.tries_of,
        {"way": "one statement", "clients": 1},
        {"way": ["luck"], "clients": [0]},
    ),
    (found_after, {"sync": "fsync first"}, {"sync": ["no disk"]}),
    (
        cuts.sums_after_each_cut,
        {"way": "in place", "balances": BALANCES, "amount": 30},
        {"way": ["by mail"], "amount": [101, -51]},
    ),
    (
        group_commit.commit_waits_us,
        {"came_us": [0], "fsync_us": 5, "most": 1},
        {"fsync_us": [-1], "most": [0]},
    ),
    (
        programs.play_programs,
        {"programs": {}, "level": "snapshot", "initially": "x = 1"},
        {"second_begins_after": [-1]},
    ),
    (judge, {"limit": 1}, {"limit": [-1]}),
    (
        two_phase.run_two_phase,
        {"delay_ms": 5},
        {
            "crash": ["A: sings"],
            "votes": [{}, {"coordinator": True}],
            **of("recovers_ms patience_ms delay_ms timeout_ms", -1),
            **of("ask_ms until_ms", 0),
        },
    ),
    (
        saga.run_saga,
        {"delay_ms": 5},
        {
            "full": ["train"],
            "crash": ["A: sings"],
            **of("recovers_ms delay_ms", -1),
            "retry_ms": [0],
        },
    ),
    (
        outbox.run_outbox,
        {"way": "outbox"},
        {
            "way": ["by pigeon"],
            "crash": ["A: sings"],
            **of("recovers_ms delay_ms", -1),
            **of("relay_ms orders", 0),
        },
    ),
    (
        payment.run_payment,
        {"delay_ms": 5},
        {
            "keeping": ["in mind"],
            "crash": ["A: sings"],
            **of("recovers_ms delay_ms", -1),
            **of("retry_ms lease_ms most", 0),
        },
    ),
    (
        idempotency.IdempotencyStore,
        {"lease_us": 1, "keep_us": 1},
        {"lease_us": [0], "keep_us": [0], "capacity": [0]},
    ),
    (
        idempotent,
        {"scope": "ann", "key": "k1"},
        {"scope": ["", None], "key": ["", 1]},
    ),
    (give_up, {}, {"attempt": ["completed"]}),
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_what_is_refused_is_named_and_nothing_else(case: Case) -> None:
    check_names(case)


def test_every_refusal_of_acid_is_tried() -> None:
    assert missed("acid", CASES) == []
