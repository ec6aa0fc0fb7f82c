"""The search agrees with brute force: every order of every choice of operations."""

import random
from dataclasses import replace
from itertools import combinations, permutations, product

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import Account, Counter, Model, Queue, Register, judge, linearize
from sdnotes.cap.linearizability import UndecidedError
from sdnotes.cap.search import Search
from sdnotes.cap.verdict import answer_times_us, until
from sdnotes.sim import History, MalformedHistoryError, Operation, Outcome, Value

MODELS: dict[str, Model] = {  # type: ignore[type-arg]
    "register": Register(0),
    "counter": Counter(1),
    "account": Account(5),
    "queue": Queue(),
    "register of alike values": Register(0),
    "queue of alike values": Queue(),
}
VALUES = range(3)
ALIKE: list[Value] = [0, False, 1, True, (1,), (True,), ((0,),), ((False,),)]
"""Pairs that Python calls equal, and that are not the same."""


def explained_by_brute_force(history: History, model: Model) -> bool:  # type: ignore[type-arg]
    """Try all orders of the known operations with any of the unknown ones."""
    known = [o for o in history.operations if o.outcome is Outcome.OK]
    unknown = [o for o in history.operations if o.outcome is Outcome.UNKNOWN]
    for size in range(len(unknown) + 1):
        for chosen in combinations(unknown, size):
            for order in permutations([*known, *chosen]):
                if respects_time(order) and possible(order, model):
                    return True
    return False


def must_come_first(sooner: Operation, later: Operation) -> bool:
    """Has ``sooner`` ended before ``later`` began? An unknown one never ends."""
    if sooner.outcome is Outcome.UNKNOWN:
        return False
    assert sooner.completed_us is not None
    if sooner.process == later.process:
        mine = (sooner.invoked_us, sooner.completed_us)
        return mine < (later.invoked_us, later.completed_us or 10**9)
    return sooner.completed_us < later.invoked_us


def respects_time(order: tuple[Operation, ...]) -> bool:
    return not any(
        must_come_first(later, sooner)
        for place, sooner in enumerate(order)
        for later in order[place + 1 :]
    )


def possible(order: tuple[Operation, ...], model: Model) -> bool:  # type: ignore[type-arg]
    state = model.initial
    for operation in order:
        agrees, state = model.step(state, operation)
        if not agrees:
            return False
    return True


Call = tuple[str, Value, Value]
# An action of each kind of object, its argument and a possible result; what is to come
# as often as all the others together is there as often.
CALLS: dict[str, list[Call]] = {
    "register": [
        *[("read", None, seen) for seen in VALUES] * 6,
        *[("write", value, None) for value in VALUES] * 6,
        *[
            ("cas", pair, did)
            for pair in product(VALUES, VALUES)
            for did in (False, True)
        ],
    ],
    "counter": [
        *[("read", None, seen) for seen in range(5)] * 8,
        *[
            ("add", n, after)
            for n in range(-1, 3)
            for after in (*[None] * 5, *range(5))
        ],
    ],
    "account": [("withdraw", n, left) for n in range(1, 4) for left in range(-2, 6)],
    "queue": [
        *[("enqueue", value, None) for value in VALUES] * 2,
        *[("dequeue", None, value) for value in (None, None, None, *VALUES)],
    ],
    "register of alike values": [
        *[("read", None, seen) for seen in ALIKE] * 2,
        *[("write", value, None) for value in ALIKE] * 2,
        *[
            ("cas", pair, did)
            for pair in zip(ALIKE, ALIKE[::-1], strict=True)
            for did in (False, True)
        ],
    ],
    "queue of alike values": [
        *[("enqueue", value, None) for value in ALIKE],
        *[("dequeue", None, value) for value in ALIKE],
    ],
}
Turn = tuple[int, int, Outcome, bool, Call]


def history_of(turns: list[Turn]) -> History:
    operations: list[Operation] = []
    free_at: dict[str, int | None] = dict.fromkeys(["p0", "p1", "p2"], 0)
    for turn, (pause_us, length_us, outcome, silent, call) in enumerate(turns):
        process = f"p{turn % 3}"
        ready = free_at[process]
        if ready is None:
            continue  # this process was never answered
        invoked_us = ready + pause_us
        completed_us = invoked_us + length_us
        action, argument, result = call
        never = outcome is Outcome.UNKNOWN and silent
        free_at[process] = None if never else completed_us
        operations.append(
            Operation(
                process=process,
                action=action,
                argument=argument,
                invoked_us=invoked_us,
                completed_us=None if never else completed_us,
                outcome=outcome,
                result=result if outcome is Outcome.OK else None,
            )
        )
    return History(tuple(operations))


def histories(kind: str, size: int = 6) -> st.SearchStrategy[History]:
    return rows(
        [0, 0, 1, 3, 9],
        # Two calls of no length in one microsecond would have no order of their own.
        range(1, 13),
        [Outcome.OK, Outcome.OK, Outcome.OK, *Outcome],
        [False, True],
        CALLS[kind],
        min_size=size - 2,  # fewer hardly ever contradict each other
        max_size=size,
    ).map(history_of)


@pytest.mark.parametrize("kind", MODELS)
def test_the_search_agrees_with_brute_force(kind: str) -> None:
    @given(histories(kind))
    def agree(history: History) -> None:
        expected = explained_by_brute_force(history, MODELS[kind])
        search = Search(history, MODELS[kind])
        assert search.run()
        for found in (search.order, linearize(history, MODELS[kind])):
            assert (found is not None) == expected
            if found is not None:
                assert respects_time(found)
                assert possible(found, MODELS[kind])
                known = [o for o in history.operations if o.outcome is Outcome.OK]
                assert all(sum(o is k for o in found) == 1 for k in known)

    agree()


@pytest.mark.parametrize("kind", MODELS)
def test_a_refutation_is_the_shortest_beginning_that_has_no_order(kind: str) -> None:
    """Its twin tries every beginning in turn, each by brute force."""

    @given(histories(kind, size=5))
    def agree(history: History) -> None:
        verdict = judge(history, MODELS[kind])
        for now_us in answer_times_us(history):
            prefix = until(history, now_us)
            if not explained_by_brute_force(prefix, MODELS[kind]):
                refutation = verdict.refutations[""]
                assert refutation.prefix == prefix
                assert {o.completed_us for o in refutation.answers} == {now_us}
                assert respects_time(refutation.order)
                assert possible(refutation.order, MODELS[kind])
                placed = refutation.order
                assert all(
                    o in placed
                    for o in prefix.operations
                    if o.outcome is Outcome.OK and o not in refutation.answers
                )
                return
        assert verdict
        assert not verdict.refutations

    agree()


@given(histories("register", size=4), histories("register", size=4))
def test_keys_are_judged_apart_and_each_gets_its_own_answer(
    x: History, y: History
) -> None:
    both = History(
        tuple(
            replace(o, key=key, process=f"{o.process}/{key}")
            for key, history in (("x", x), ("y", y))
            for o in history.operations
        )
    )
    verdict = judge(both, Register(0))
    for key, alone in (("x", x), ("y", y)):
        expected = explained_by_brute_force(alone, Register(0))
        assert (key in verdict.orders) == expected
        assert (key in verdict.refutations) != expected
    assert bool(verdict) == (not verdict.refutations)


def test_two_reads_that_see_a_write_and_then_its_absence_have_no_order() -> None:
    """Herlihy and Wing 1990, figure 1: a queue's twin of this is called wrong there."""
    write = Operation("A", "write", 1, 0, 50, Outcome.OK)
    new = Operation("B", "read", None, 10, 20, Outcome.OK, result=1)
    old = Operation("B", "read", None, 30, 40, Outcome.OK, result=0)
    verdict = judge(History((write, new, old)), Register(0))
    refutation = verdict.refutations[""]
    assert refutation.answers == (old,)
    assert [(o.process, o.outcome) for o in refutation.prefix.operations] == [
        ("A", "unknown"),  # still under way when the second read was answered
        ("B", "ok"),
        ("B", "ok"),
    ]
    assert [o.action for o in refutation.order] == ["write", "read"]
    assert str(verdict).splitlines() == [
        "not linearizable",
        "no order explains: B: read [30..40 us] ok 0",
        "the others, in order:",
        "  1. A: write 1 [0..? us] unknown",
        "  2. B: read [10..20 us] ok 1",
    ]


@pytest.mark.parametrize(
    ("name", "calls_made", "verdict"),
    [
        # process, action, value, invoked, completed
        ("a", "A E 1 0 10, B E 2 5 15, B D 1 20 30, A D 2 25 35, A E 3 40 50", True),
        ("b", "A E 1 0 5, B E 2 10 15, A D 2 20 25", False),
        ("c", "A E 1 0 20, B D 1 5 10, B E 2 25 30", True),
        ("d", "A E 1 0 30, B E 2 5 30, A D 2 35 45, C D 2 35 45", False),
    ],
)
def test_the_queue_histories_of_the_paper_get_the_verdicts_of_the_paper(
    name: str, calls_made: str, verdict: bool
) -> None:
    """Herlihy and Wing 1990, figure 1: H1 yes, H2 no, H3 yes, H4 no."""
    operations = []
    for call in calls_made.split(", "):
        process, action, value, invoked, completed = call.split()
        enqueue = action == "E"
        operations.append(
            Operation(
                process,
                "enqueue" if enqueue else "dequeue",
                value if enqueue else None,
                int(invoked),
                int(completed),
                Outcome.OK,
                None if enqueue else value,
            )
        )
    assert bool(judge(History(tuple(operations)), Queue())) is verdict, name


def test_a_history_that_has_an_order_has_no_refutation_to_show() -> None:
    read = Operation("A", "read", None, 0, 1, Outcome.OK, result=0)
    with pytest.raises(ValueError, match="nothing to refute"):
        _ = judge(History((read,)), Register(0)).refutation
    only = judge(History((read,)), Register(1))
    assert only.refutation is only.refutations[""]
    assert str(only) == "not linearizable\nno order explains: A: read [0..1 us] ok 0"


def test_an_unknown_write_may_explain_a_read_or_never_have_happened() -> None:
    lost = Operation("A", "write", 7, 0, None, Outcome.UNKNOWN)
    saw = Operation("B", "read", None, 90, 99, Outcome.OK, result=7)
    missed = Operation("B", "read", None, 90, 99, Outcome.OK, result=0)
    assert linearize(History((lost, saw)), Register(0)) == (lost, saw)
    assert linearize(History((lost, missed)), Register(0)) == (missed,)


def test_an_unknown_write_may_take_effect_after_its_own_client_has_gone_on() -> None:
    """A timeout ends the wait, not the write: etcd's "refused" write, for one."""
    timed_out = Operation("A", "write", 7, 0, 10, Outcome.UNKNOWN)
    missed = Operation("A", "read", None, 20, 30, Outcome.OK, result=0)
    saw = Operation("A", "read", None, 40, 50, Outcome.OK, result=7)
    history = History((timed_out, missed, saw))
    assert linearize(history, Register(0)) == (missed, timed_out, saw)


def test_an_unknown_write_does_not_take_effect_twice() -> None:
    lost = Operation("A", "write", 7, 0, None, Outcome.UNKNOWN)
    other = Operation("B", "write", 8, 30, 40, Outcome.OK)
    saw = [
        Operation("C", "read", None, at, at + 1, Outcome.OK, result=value)
        for at, value in ((10, 7), (50, 8), (60, 7))
    ]
    verdict = judge(History((lost, other, *saw)), Register(0))
    assert verdict.refutations[""].answers == (saw[2],)


def test_a_chain_of_unknown_swaps_is_found() -> None:
    swaps = [
        Operation(f"A{n}", "cas", (n, n + 1), n, None, Outcome.UNKNOWN)
        for n in (2, 0, 1, 3)
    ]
    saw = Operation("B", "read", None, 90, 99, Outcome.OK, result=4)
    order = linearize(History((*swaps, saw)), Register(0))
    assert order is not None
    assert [o.argument for o in order] == [(0, 1), (1, 2), (2, 3), (3, 4), None]


def test_a_failed_write_did_not_happen() -> None:
    failed = Operation("A", "write", 7, 0, 10, Outcome.FAILED)
    saw = Operation("B", "read", None, 90, 99, Outcome.OK, result=7)
    assert linearize(History((failed, saw)), Register(0)) is None


@pytest.mark.parametrize(
    ("model", "action", "argument"),
    [
        (Register(0), "fly", None),
        (Register(0), "cas", 3),
        (Register(0), "cas", (1, 2, 3)),
        (Counter(0), "cas", (1, 2)),
        (Counter(0), "add", "one"),
        (Account(5), "read", None),
        (Account(5), "withdraw", None),
        (Account(5), "withdraw", True),
        (Account(5), "withdraw", 0),
        (Queue(), "push", 1),
        (Queue(), "enqueue", None),
    ],
)
@pytest.mark.parametrize("outcome", Outcome)
def test_an_operation_that_the_model_does_not_have_is_refused_by_name(
    model: Model,  # type: ignore[type-arg]
    action: str,
    argument: Value,
    outcome: Outcome,
) -> None:
    unanswered = outcome is Outcome.UNKNOWN
    bad = Operation("A", action, argument, 0, None if unanswered else 1, outcome)
    for judged in (linearize, judge):
        with pytest.raises(MalformedHistoryError, match=r"A: .* \[0\.\."):
            judged(History((bad,)), model)


def test_a_process_keeps_its_own_order_even_within_a_microsecond() -> None:
    """Herlihy and Wing 1990: a history's order includes each process's own."""
    history = History(
        (
            Operation("A", "write", 1, 0, 10, Outcome.OK),
            Operation("A", "read", None, 10, 20, Outcome.OK, result=0),
        )
    )
    assert linearize(history, Register(0)) is None


def test_what_has_ended_comes_before_what_began_later_whatever_still_runs() -> None:
    long = Operation("A", "write", 9, 0, 100, Outcome.OK)
    ended = Operation("B", "write", 2, 1, 10, Outcome.OK)
    later = Operation("C", "read", None, 20, 30, Outcome.OK, result=0)
    assert linearize(History((long, ended, later)), Register(0)) is None


def test_other_processes_overlap_when_they_touch() -> None:
    write = Operation("A", "write", 1, 0, 10, Outcome.OK)
    read = Operation("B", "read", None, 10, 20, Outcome.OK, result=0)
    assert linearize(History((write, read)), Register(0)) == (read, write)


def test_an_unknown_read_agrees_with_any_state_and_an_account_never_goes_short() -> (
    None
):
    asked = Operation("A", "read", None, 0, None, Outcome.UNKNOWN, result=None)
    saw = Operation("B", "read", None, 5, 6, Outcome.OK, result=0)
    assert linearize(History((asked, saw)), Register(0)) == (saw,)
    assert Register(4).step(4, asked) == (True, 4)
    short = Operation("A", "withdraw", 6, 0, 1, Outcome.OK, result=-1)
    assert linearize(History((short,)), Account(5)) is None


def test_several_keys_need_judge() -> None:
    x, y = (Operation(k, "write", 1, 0, 1, Outcome.OK, key=k) for k in ("x", "y"))
    history = History((x, y))
    with pytest.raises(ValueError, match="history has several keys, 'x', 'y': judge"):
        linearize(history, Register(0))
    assert set(judge(history, Register(0)).orders) == {"x", "y"}


def test_a_long_history_of_one_client_is_no_deep_recursion() -> None:
    operations = tuple(
        Operation("A", "write", n, 2 * n, 2 * n + 1, Outcome.OK) for n in range(1500)
    )
    assert linearize(History(operations), Register(0)) == operations


def test_each_call_of_a_process_comes_after_all_of_its_calls_before() -> None:
    calls = [("write", 1, None), ("write", 2, None), ("read", None, 1)]
    operations = [
        Operation("A", action, argument, 5 * n, 5 * n + 5, Outcome.OK, result)
        for n, (action, argument, result) in enumerate(calls)
    ]
    assert linearize(History(tuple(operations)), Register(0)) is None


def test_calls_of_no_length_keep_their_place_whatever_order_they_are_given_in() -> None:
    long = Operation("A", "read", None, 5, 9, Outcome.OK, result=1)
    short = Operation("A", "write", 1, 5, 5, Outcome.OK)
    running = Operation("A", "read", None, 5, None, Outcome.UNKNOWN)
    assert History((long, short)).operations == (short, long)
    assert History((running, short)).operations == (short, running)
    assert linearize(History((long, short)), Register(0)) == (short, long)


def test_an_unknown_dequeue_may_have_taken_the_oldest() -> None:
    lost = Operation("A", "dequeue", None, 0, None, Outcome.UNKNOWN)
    took = Operation("B", "dequeue", None, 5, 6, Outcome.OK, result=4)
    assert linearize(History((lost, took)), Queue((3, 4))) == (lost, took)


@pytest.mark.parametrize(
    ("model", "call", "possible_"),
    [
        (Account(5), ("withdraw", 5, 0), True),
        (Account(5), ("withdraw", 6, -1), False),
        (Counter(0), ("add", 5, None), True),
        (Counter(0), ("add", 5, 4), False),
        (Register(0), ("cas", (0, 1), True), True),
        (Register(0), ("cas", (1, 2), True), False),
        (Register(0), ("cas", (1, 2), False), True),
        (Queue((1,)), ("dequeue", None, None), False),
        (Queue(()), ("dequeue", None, None), True),
    ],
)
def test_what_one_machine_would_say(
    model: Model,  # type: ignore[type-arg]
    call: tuple[str, Value, Value],
    possible_: bool,
) -> None:
    action, argument, result = call
    only = Operation("A", action, argument, 0, 1, Outcome.OK, result)
    assert (linearize(History((only,)), model) is not None) is possible_


def test_true_is_not_one() -> None:
    for written, seen in ((True, 1), (1, True), (0, False)):
        write = Operation("A", "write", written, 0, 1, Outcome.OK)
        read = Operation("B", "read", None, 2, 3, Outcome.OK, result=seen)
        assert linearize(History((write, read)), Register(7)) is None
    swap = Operation("A", "cas", (False, 5), 0, 1, Outcome.OK, result=False)
    assert linearize(History((swap,)), Register(0)) is not None


@pytest.mark.parametrize(
    ("model", "action", "argument", "result"),
    [
        (Register(0), "cas", (1, 2), None),
        (Register(0), "cas", (1, 2), "yes"),
        (Register(0), "cas", (1, 2), 1),
        (Counter(0), "read", None, "0"),
        (Counter(0), "add", 1, True),
        (Account(5), "withdraw", 1, None),
    ],
)
def test_a_result_of_the_wrong_kind_is_malformed_and_not_a_verdict(
    model: Model,  # type: ignore[type-arg]
    action: str,
    argument: Value,
    result: Value,
) -> None:
    odd = Operation("A", action, argument, 0, 1, Outcome.OK, result)
    with pytest.raises(MalformedHistoryError, match="not A: "):
        judge(History((odd,)), model)


def test_first_states_that_would_be_misread_are_refused() -> None:
    with pytest.raises(ValueError, match="None would mean an empty queue"):
        Queue((None, 3))


def test_a_search_that_takes_too_long_says_so() -> None:
    writes = [Operation(f"w{n}", "write", n, 0, 100, Outcome.OK) for n in range(8)]
    wrong = Operation("r", "read", None, 200, 201, Outcome.OK, result=99)
    history = History((*writes, wrong))
    with pytest.raises(UndecidedError, match="undecided after 50 states"):
        judge(history, CountingRegister(0), limit=50)
    with pytest.raises(UndecidedError, match="undecided after 50 states"):
        linearize(history, CountingRegister(0), limit=50)
    assert not judge(history, CountingRegister(0), limit=5000)


def after_one_another(*calls: tuple[str, Value, Value, bool]) -> History:
    """Each call is (action, argument, result, was it answered?), by its own process."""
    return History(
        tuple(
            Operation(
                process=f"p{place}",
                action=action,
                argument=argument,
                invoked_us=10 * place,
                completed_us=10 * place + 5 if told else None,
                outcome=Outcome.OK if told else Outcome.UNKNOWN,
                result=result,
            )
            for place, (action, argument, result, told) in enumerate(calls)
        )
    )


@pytest.mark.parametrize(
    ("first", "calls", "fine"),
    [
        # What was lost is needed, although it changed "nothing": 0 became False.
        (0, [("write", False, None, False), ("read", None, False, True)], True),
        # Of two lost writes that look alike, the second explains the answer.
        (
            0,
            [
                ("write", 1, None, False),
                ("write", True, None, False),
                ("read", None, True, True),
            ],
            True,
        ),
        # Two lost steps lead from 1 to True, which one of them alone does not.
        (
            1,
            [
                ("write", 5, None, False),
                ("cas", (5, True), None, False),
                ("read", None, True, True),
            ],
            True,
        ),
        (0, [("write", (1,), None, True), ("read", None, (True,), True)], False),
        (0, [("write", ((1,),), None, True), ("read", None, ((True,),), True)], False),
        (True, [("read", None, 1, True)], False),
        (1, [("cas", (True, 2), False, True), ("read", None, 1, True)], True),
    ],
)
def test_true_is_not_1_wherever_values_are_compared(
    first: Value, calls: list[tuple[str, Value, Value, bool]], fine: bool
) -> None:
    assert bool(judge(after_one_another(*calls), Register(first))) == fine


@pytest.mark.parametrize("limit", [10, 200])
def test_looking_for_the_reason_has_the_limit_of_the_search_too(limit: int) -> None:
    """The whole contradicts itself at once; a beginning leaves most of it open, and
    each part of what is open may have happened: 2**22 balances."""
    withdrawals = [
        Operation(f"p{n}", "withdraw", 2 << n, 0, 100 + n, Outcome.OK, result=1)
        for n in range(22)
    ]
    history = History(tuple(withdrawals))

    class CountingAccount(Account):
        steps = 0

        def step(self, state: int, operation: Operation) -> tuple[bool, int]:
            CountingAccount.steps += 1
            return super().step(state, operation)

    verdict = judge(history, CountingAccount(1 << 24), limit=limit)
    assert CountingAccount.steps <= 22 * (limit + 1) * 7  # seven searches, halving 22
    assert not verdict
    assert verdict.refutation.answers == verdict.refutation.order == ()
    assert verdict.refutation.prefix == history
    assert "was not found within the limit" in str(verdict)


def test_verdicts_in_words_name_the_keys_where_there_are_several() -> None:
    fine = [Operation(k, "write", 1, 0, 1, Outcome.OK, key=k) for k in ("", "x")]
    wrong = Operation("b", "read", None, 5, 6, Outcome.OK, result=9)
    assert str(judge(History(tuple(fine)), Register(0))) == "linearizable (2 keys)"
    said = str(judge(History((*fine, wrong)), Register(0)))
    assert "key '': no order explains: b: read [5..6 us] ok 9" in said


class CountingRegister(Register):
    """A register that counts how often the search asks it; it is not decided at once,
    since its ``step`` is its own."""

    steps = 0

    def step(self, state: Value, operation: Operation) -> tuple[bool, Value]:
        CountingRegister.steps += 1
        return super().step(state, operation)


def test_states_tried_before_are_not_tried_again() -> None:
    """Lowe 2017: 8 writes at once have 40,320 orders, but at most 8 * 2**8 states."""
    writes = [Operation(f"w{n}", "write", n, 0, 100, Outcome.OK) for n in range(8)]
    wrong = Operation("r", "read", None, 200, 201, Outcome.OK, result=99)
    CountingRegister.steps = 0
    assert linearize(History((*writes, wrong)), CountingRegister(0)) is None
    assert CountingRegister.steps < 8 * 8 * 2**8


def test_lost_calls_that_are_alike_are_tried_once() -> None:
    lost = [Operation(f"u{n}", "add", 1, n, None, Outcome.UNKNOWN) for n in range(14)]
    odd = Operation("r", "read", None, 100, 101, Outcome.OK, result=99)
    with pytest.raises(UndecidedError):
        # Were they told apart, 2**14 sets of them would have to be looked at.
        judge(History((*lost, odd)), Counter(0), limit=12)
    assert not judge(History((*lost, odd)), Counter(0), limit=16)


def test_sixty_calls_at_once_are_no_trouble_while_values_are_told_apart() -> None:
    """What answers demand keeps the search straight: some 60 calls overlap each."""
    chance = random.Random("sixty")
    moments = sorted(
        (point, n) for n, point in enumerate(chance.choices(range(4000), k=600))
    )
    state, operations = 0, []
    for point, n in moments:
        writes = n % 2 == 0
        state = n + 1 if writes else state
        operations.append(
            Operation(
                f"c{n}",
                "write" if writes else "read",
                state if writes else None,
                point - chance.randint(0, 200),
                point + chance.randint(0, 200),
                Outcome.OK,
                None if writes else state,
            )
        )
    history = History(tuple(operations))
    assert linearize(history, Register(0), limit=5 * len(operations)) is not None


def test_what_was_used_on_one_way_to_a_state_may_be_missed_later_on() -> None:
    """1 and 2 make 3, and so does 3 alone, which leaves the 1 for the next read."""
    lost = [
        Operation(f"u{amount}", "add", amount, amount, None, Outcome.UNKNOWN)
        for amount in (1, 2, 3)
    ]
    seen = [
        Operation("r", "read", None, 10 * n, 10 * n + 5, Outcome.OK, result=n)
        for n in (3, 4)
    ]
    order = linearize(History((*lost, *seen)), Counter(0))
    assert order is not None
    assert [o.argument for o in order] == [3, None, 1, None]


def test_a_queue_of_many_is_ordered_as_its_values_came_out() -> None:
    """Which of several concurrent enqueues went first shows only much later."""
    puts = [
        Operation(f"p{n}", "enqueue", n, n // 10, n // 10 + 100, Outcome.OK)
        for n in range(200)
    ]
    out = random.Random("queue").sample(range(200), 200)
    out.sort(key=lambda n: n // 50)
    takes = [
        Operation("t", "dequeue", None, 1000 + 2 * i, 1001 + 2 * i, Outcome.OK, n)
        for i, n in enumerate(out)
    ]
    assert linearize(History((*puts, *takes)), Queue()) is not None


def test_many_lost_writes_do_not_multiply() -> None:
    """Their number of subsets is 2**40; each can only serve a read that saw it."""
    lost = [
        Operation(f"u{n}", "write", 1000 + n, n, None, Outcome.UNKNOWN)
        for n in range(40)
    ]
    seen = [
        Operation("r", "read", None, 100 + n, 101 + n, Outcome.OK, result=1000 + n)
        for n in range(0, 40, 2)
    ]
    again = Operation("r", "read", None, 300, 301, Outcome.OK, result=1000)
    CountingRegister.steps = 0
    assert linearize(History((*lost, *seen)), CountingRegister(0)) is not None
    assert linearize(History((*lost, *seen, again)), CountingRegister(0)) is None
    assert CountingRegister.steps < 50_000
