"""One limit for a whole call: one bad key decides, and the reason costs no more."""

import random
from dataclasses import replace

import pytest

from sdnotes.cap import Counter, Queue, Register, judge
from sdnotes.cap.linearizability import UndecidedError
from sdnotes.cap.search import Search
from sdnotes.sim import History, Operation, Outcome, Value

OK, UNKNOWN = Outcome.OK, Outcome.UNKNOWN


def tangled(key: str = "") -> list[Operation]:
    """Sums of 40 lost amounts, none of which is the one that was seen."""
    lost = [
        Operation(f"u{n}{key}", "add", 3 << n, n, None, UNKNOWN, key=key)
        for n in range(40)
    ]
    odd = Operation(f"r{key}", "read", None, 100, 101, OK, result=1, key=key)
    return [*lost, odd]


def plainly_wrong(key: str) -> list[Operation]:
    return [
        Operation(f"a{key}", "add", 2, 0, 10, OK, key=key),
        Operation(f"r{key}", "read", None, 200, 210, OK, result=1, key=key),
    ]


def test_one_bad_key_decides_whatever_is_undecided_beside_it() -> None:
    keys = [tangled("0"), *(plainly_wrong(str(n)) for n in range(1, 6))]
    history = History(tuple(o for key in keys for o in key))
    verdict = judge(history, Counter(0), limit=30_000)
    assert not verdict
    assert set(verdict.refutations) == {"1", "2", "3", "4", "5"}
    assert verdict.undecided == ("0",)
    assert str(verdict).endswith("\nnot decided, since one key is enough: '0'")


def test_what_is_undecided_is_named_with_how_far_it_got() -> None:
    fine = [Operation("a", "add", 2, 0, 10, OK, key="fine")]
    history = History((*tangled("x"), *tangled("y"), *fine))
    said = (
        r"key 'x': undecided after 400 states: \d+ of 1 answers could be .*; 1 more key"
    )
    with pytest.raises(UndecidedError, match=said):
        judge(history, Counter(0), limit=400)


class CountingCounter(Counter):
    """Counts how often it is asked."""

    steps = 0

    def step(self, state: int, operation: Operation) -> tuple[bool, int]:
        CountingCounter.steps += 1
        return super().step(state, operation)


@pytest.mark.parametrize("keys", [1, 4])
def test_the_limit_holds_for_all_keys_together(keys: int) -> None:
    history = History(tuple(o for n in range(keys) for o in tangled(str(n))))
    CountingCounter.steps = 0
    with pytest.raises(UndecidedError):
        judge(history, CountingCounter(0), limit=500)
    assert CountingCounter.steps <= 500 * 2 * 41


def test_the_reason_costs_at_most_three_times_the_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What no limit ended: the whole is refuted at once, its beginnings are tangled."""
    monkeypatch.setattr("sdnotes.cap.beginning.LEAST", 100)
    lost = [
        Operation(f"u{n}", "add", 3 << n, n, 1000 + n, OK, result=1) for n in range(24)
    ]
    odd = Operation("r", "read", None, 100, 101, OK, result=1)
    history = History((*lost, odd))
    CountingCounter.steps = 0
    why = judge(history, CountingCounter(0), limit=None).refutation
    assert why.answers == ()
    assert "was not found within the limit" in str(why)
    assert CountingCounter.steps <= (100 + 1) * 2 * 25


def alike(history: History, kinds: int) -> History:
    """Make the values of a history few, so that it needs a search."""

    def few(value: Value) -> Value:
        return value % kinds if isinstance(value, int) else value

    return History(
        tuple(
            replace(o, argument=few(o.argument), result=few(o.result))
            for o in history.operations
        )
    )


def busy(count: int, clients: int, seed: int) -> History:
    """A register that is written and read by clients who are always busy."""
    rng = random.Random(seed)
    free = [(0, n) for n in range(clients)]
    times = []
    for _ in range(count):
        at, who = min(free)
        free.remove((at, who))
        begin = at + rng.randint(1, 5)
        end = begin + rng.randint(10, 100)
        times.append((rng.randint(begin, end), who, begin, end))
        free.append((end, who))
    state: Value = 0
    operations = []
    for new, (_, who, begin, end) in enumerate(sorted(times), start=1):
        if rng.random() < 0.5:
            operations.append(Operation(f"c{who}", "write", new, begin, end, OK))
            state = new
        else:
            read = Operation(f"c{who}", "read", None, begin, end, OK, result=state)
            operations.append(read)
    return History(tuple(operations))


def with_a_stale_read(history: History) -> History:
    operations = list(history.operations)
    reads = [n for n, o in enumerate(operations) if o.action == "read"]
    late, early = reads[-5], reads[len(reads) // 2]
    operations[late] = replace(operations[late], result=operations[early].result)
    return History(tuple(operations))


def test_a_long_history_of_distinct_values_needs_no_state_at_all() -> None:
    fine = busy(2000, 20, seed=1)
    assert judge(fine, Register(0), limit=0)
    wrong = judge(with_a_stale_read(fine), Register(0), limit=0)
    assert [o.action for o in wrong.refutation.answers] == ["read"]
    assert Search(fine, Register(0)).run(3000)  # finding an order was never dear
    assert not Search(with_a_stale_read(fine), Register(0)).run(3000)


def test_the_first_wrong_answer_is_found_by_steps_that_grow() -> None:
    """The search for the whole gets stuck some answers before the one that is wrong."""
    history = alike(busy(60, 4, seed=3), 3)
    operations = list(history.operations)
    operations[-9] = replace(operations[-9], action="read", argument=None, result=7)
    wrong = History(tuple(operations))

    class Plain(Register):
        def step(self, state: Value, operation: Operation) -> tuple[bool, Value]:
            return super().step(state, operation)

    why = judge(wrong, Plain(0)).refutation
    assert why.answers == (operations[-9],)
    assert why == judge(wrong, Register(0)).refutation


def test_a_long_state_counts_as_several() -> None:
    """Memory is bounded too: a queue of 640 values is as large as 20 states."""
    full = [Operation("a", "enqueue", n % 7, 10 * n, 10 * n + 5, OK) for n in range(64)]
    short, long = (
        Search(History(tuple(full)), Queue(first)) for first in ((), (1,) * 640)
    )
    assert short.run()
    assert long.run()
    assert short.visited < 3 * 64
    assert long.visited > 20 * 63
