"""Registers and queues of distinct values: decided at once, as a search decides."""

import random
from collections import Counter as Count

import pytest
from cap.histories import drawn

from sdnotes.cap import Model, Queue, Register, judge
from sdnotes.cap.linearizability import told
from sdnotes.cap.moments import Order
from sdnotes.cap.search import Search
from sdnotes.cap.verdict import answer_times_us, until
from sdnotes.sim import History, Operation, Outcome, Value

OK, UNKNOWN = Outcome.OK, Outcome.UNKNOWN


def model_of(kind: str, first: tuple[Value, ...]) -> Model:  # type: ignore[type-arg]
    return Queue(first) if kind == "queue" else Register(first[0])


def searched(history: History, model: Model) -> Order | None:  # type: ignore[type-arg]
    search = Search(history, model)
    assert search.run()
    return search.order


def is_an_order(order: Order, history: History, model: Model) -> bool:  # type: ignore[type-arg]
    """Does it keep time, hold every known operation once, and give every answer?"""
    state = model.initial
    for operation in order:
        fits, state = model.step(state, operation)
        if not fits:
            return False
    place = {id(o): n for n, o in enumerate(history.operations)}
    late_calls = [
        (late, soon)
        for n, soon in enumerate(order)
        for late in order[n + 1 :]
        if late.outcome is OK
        and (
            place[id(late)] < place[id(soon)]
            if late.process == soon.process
            else late.end_us < soon.invoked_us
        )
    ]
    known = [o for o in history.operations if o.outcome is OK]
    return not late_calls and all(sum(o is k for o in order) == 1 for k in known)


@pytest.mark.parametrize("kind", ["register", "queue"])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_decided_at_once_is_what_a_search_finds(kind: str, seed: int) -> None:
    """16,000 histories in all; of a hundred, at most three are left to the search."""
    rng = random.Random(f"{kind} {seed}")
    seen: Count[str] = Count()
    for _ in range(2000):
        history, first = drawn(kind, rng)
        model = model_of(kind, first)
        found = model.decide(told(history, model))
        if found is None:
            seen["left to the search"] += 1
            continue
        assert (found[0] is None) == (searched(history, model) is None), history
        seen["no" if found[0] is None else "yes"] += 1
        if found[0] is not None:
            assert is_an_order(found[0], history, model), history
    assert seen["yes"] > 1000, seen
    assert seen["no"] > 300, seen
    assert seen["left to the search"] < 60, seen


@pytest.mark.parametrize("kind", ["register", "queue"])
def test_a_refutation_ends_with_the_first_answer_that_a_search_cannot_explain(
    kind: str,
) -> None:
    rng = random.Random(kind)
    for _ in range(400):
        history, first = drawn(kind, rng)
        model = model_of(kind, first)
        verdict = judge(history, model)
        for now_us in answer_times_us(history):
            prefix = until(history, now_us)
            if searched(prefix, model) is None:
                why = verdict.refutation
                assert why.prefix == prefix
                assert {o.completed_us for o in why.answers} == {now_us}
                assert {o for o in prefix.operations if o.outcome is OK} == (
                    {o for o in why.order if o.outcome is OK} | set(why.answers)
                )
                break
        else:
            assert verdict


def calls(*told_: str) -> History:
    """Each call: process, action, argument or "-", from, to or "-", answer or none."""
    operations = []
    for words in told_:
        who, action, argument, begin, end, *answer = words.split()
        told_to: Value = None if argument == "-" else int(argument)
        if action == "cas":
            told_to = (int(argument) // 10, int(argument) % 10)
        result: Value = int(answer[0]) if answer and answer[0] != "nil" else None
        if action == "cas" and answer:
            result = bool(result)
        lost = end == "-"
        operations.append(
            Operation(
                who,
                action,
                told_to,
                int(begin),
                None if lost else int(end),
                UNKNOWN if lost else OK,
                None if lost else result,
            )
        )
    return History(tuple(operations))


@pytest.mark.parametrize(
    ("history", "model", "fine"),
    [
        # Two families, each of which must stand before the other.
        (
            calls("a write 1 0 1", "b write 2 2 3", "c read - 4 5 2", "c read - 6 7 1"),
            Register(0),
            False,
        ),
        # Swaps tie families together: 1, 2, 3.
        (calls("a cas 23 0 9 1", "b cas 12 0 9 1", "c write 1 0 9"), Register(0), True),
        (
            calls("a cas 12 0 9 1", "b cas 13 0 9 1", "c write 1 0 9"),
            Register(0),
            False,
        ),
        # A circle of swaps, in which none can be the first.
        (calls("a cas 12 0 9 1", "b cas 21 0 9 1"), Register(0), False),
        # What found another value rules a place out.
        (
            calls("a write 1 0 9", "b cas 02 3 4 0", "c read - 6 7 0"),
            Register(0),
            False,
        ),
        (calls("a write 1 0 9", "b cas 02 3 4 0", "c read - 6 7 1"), Register(0), True),
        # A lost write that was seen must have happened, after it was called.
        (calls("a write 1 5 -", "b read - 1 4 1"), Register(0), False),
        (calls("a write 1 5 -", "b read - 1 5 1"), Register(0), True),
        # 1 went in before 2, and is still inside, or came out after it.
        (
            calls("a enqueue 1 0 1", "a enqueue 2 2 3", "b dequeue - 4 5 2"),
            Queue(),
            False,
        ),
        (
            calls(
                "a enqueue 1 0 1",
                "a enqueue 2 2 3",
                "b dequeue - 4 5 2",
                "b dequeue - 6 7 1",
            ),
            Queue(),
            False,
        ),
        # A lost dequeue may have taken the 1, if it was called in time.
        (
            calls(
                "a enqueue 1 0 1",
                "a enqueue 2 2 3",
                "b dequeue - 4 5 2",
                "c dequeue - 5 -",
            ),
            Queue(),
            True,
        ),
        (
            calls(
                "a enqueue 1 0 1",
                "a enqueue 2 2 3",
                "b dequeue - 4 5 2",
                "c dequeue - 6 -",
            ),
            Queue(),
            False,
        ),
        # It was not empty for as long as somebody looked.
        (calls("a enqueue 1 0 1", "b dequeue - 2 3 nil"), Queue(), False),
        (calls("a enqueue 1 0 2", "b dequeue - 2 3 nil"), Queue(), True),
        # It was empty between the two, so 2 went through before 1.
        (
            calls(
                "a enqueue 1 0 20",
                "b enqueue 2 1 5",
                "c dequeue - 6 18 2",
                "e dequeue - 9 12 nil",
                "d dequeue - 15 25 1",
            ),
            Queue(),
            True,
        ),
        # The same value came out twice.
        (
            calls("a enqueue 1 0 1", "b dequeue - 2 3 1", "b dequeue - 4 5 1"),
            Queue(),
            False,
        ),
    ],
)
def test_small_histories_are_decided_rightly(
    history: History,
    model: Model,  # type: ignore[type-arg]
    fine: bool,
) -> None:
    assert bool(judge(history, model)) is fine
    assert (searched(history, model) is not None) is fine


def test_values_that_are_not_distinct_are_left_to_the_search() -> None:
    twice = calls("a write 1 0 1", "a write 1 2 3", "a read - 4 5 1")
    assert Register(0).decide(told(twice, Register(0))) is None
    assert judge(twice, Register(0))
    queue = calls("a enqueue 1 0 1", "a enqueue 1 2 3", "a dequeue - 4 5 1")
    assert Queue().decide(told(queue, Queue())) is None
    assert judge(queue, Queue())


def test_a_value_that_nobody_wrote_decides_whatever_else_is_not_distinct() -> None:
    history = calls(
        "a write 1 0 1", "a write 1 2 3", "a read - 4 5 1", "b read - 4 5 7"
    )
    assert Register(0).decide(told(history, Register(0))) == (None,)


class Sticky(Register):
    """Keeps its first value; whatever is written, it is a register no more."""

    def step(self, state: Value, operation: Operation) -> tuple[bool, Value]:
        fits, _ = super().step(state, operation)
        return fits, state


class Full(Queue):
    """Takes no value at all."""

    def step(
        self, state: tuple[Value, ...], operation: Operation
    ) -> tuple[bool, tuple[Value, ...]]:
        return (operation.action == "dequeue" and operation.result is None), state


def test_an_object_with_a_step_of_its_own_is_left_to_the_search() -> None:
    written = calls("a write 1 0 1", "a read - 2 3 1")
    assert judge(written, Register(0))
    assert not judge(written, Sticky(0))
    put = calls("a enqueue 1 0 1")
    assert judge(put, Queue())
    assert not judge(put, Full())


def test_several_processes_that_answer_and_call_in_one_microsecond() -> None:
    """One line says too much or too little about them; both together decide most."""
    both = calls("a write 1 0 5", "b write 2 0 5", "a read - 5 9 1", "b read - 5 9 2")
    assert (searched(both, Register(0)) is not None) == bool(judge(both, Register(0)))
