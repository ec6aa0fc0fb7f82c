"""The search agrees with brute force: every order of every choice of operations."""

from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import Account, Model, Register, linearize
from sdnotes.sim import History, Operation, Outcome


def explained_by_brute_force(history: History, model: Model) -> bool:
    """Try all orders of the known operations with any of the unknown ones."""
    known = [o for o in history.operations if o.outcome is Outcome.OK]
    unknown = [o for o in history.operations if o.outcome is Outcome.UNKNOWN]
    for size in range(len(unknown) + 1):
        for chosen in combinations(unknown, size):
            for order in permutations([*known, *chosen]):
                if respects_time(order) and possible(order, model):
                    return True
    return False


def respects_time(order: tuple[Operation, ...]) -> bool:
    """Nobody stands before one who had ended before it began, or its own elder."""
    return not any(
        (later.completed_us is not None and later.completed_us < sooner.invoked_us)
        or (later.process == sooner.process and later.invoked_us < sooner.invoked_us)
        for place, sooner in enumerate(order)
        for later in order[place + 1 :]
    )


def possible(order: tuple[Operation, ...], model: Model) -> bool:
    state = model.initial
    for operation in order:
        agrees, state = model.step(state, operation)
        if not agrees:
            return False
    return True


@st.composite
def histories(draw: st.DrawFn, *, account: bool) -> History:
    operations = []
    for process in range(draw(st.integers(1, 6))):
        mine = [o for o in operations if o.process == f"p{process % 3}"]
        ended = [o.completed_us for o in mine]
        if None in ended:
            continue  # this process never got further
        invoked_us = draw(st.integers(0, 20))
        if mine and mine[-1].completed_us is not None:
            invoked_us = mine[-1].completed_us + draw(st.sampled_from([0, 0, 1, 3]))
            if invoked_us == mine[-1].invoked_us:
                invoked_us += 1
        completed_us = invoked_us + draw(st.integers(0, 12))
        outcome = draw(st.sampled_from([Outcome.OK, Outcome.OK, Outcome.OK, *Outcome]))
        if account:
            action, argument = "withdraw", draw(st.integers(1, 3))
            result = draw(st.integers(-2, 5))
        else:
            action = draw(st.sampled_from(["read", "write"]))
            argument = draw(st.integers(0, 2)) if action == "write" else None
            result = draw(st.integers(0, 2)) if action == "read" else None
        operations.append(
            Operation(
                process=f"p{process % 3}",
                action=action,
                argument=argument,
                invoked_us=invoked_us,
                completed_us=None if outcome is Outcome.UNKNOWN else completed_us,
                outcome=outcome,
                result=result if outcome is Outcome.OK else None,
            )
        )
    return History(tuple(operations))


@given(histories(account=False))
def test_registers_agree_with_brute_force(history: History) -> None:
    found = linearize(history, Register(0))
    assert (found is not None) == explained_by_brute_force(history, Register(0))
    if found is not None:
        assert respects_time(found)
        assert possible(found, Register(0))


@given(histories(account=True))
def test_accounts_agree_with_brute_force(history: History) -> None:
    found = linearize(history, Account(5))
    assert (found is not None) == explained_by_brute_force(history, Account(5))


def test_two_reads_that_see_a_write_and_then_its_absence_have_no_order() -> None:
    history = History(
        (
            Operation("A", "write", 1, 0, 50, Outcome.OK),
            Operation("B", "read", None, 10, 20, Outcome.OK, result=1),
            Operation("B", "read", None, 30, 40, Outcome.OK, result=0),
        )
    )
    assert linearize(history, Register(0)) is None


def test_an_unknown_write_may_explain_a_read_or_never_have_happened() -> None:
    lost = Operation("A", "write", 7, 0, None, Outcome.UNKNOWN)
    saw = Operation("B", "read", None, 90, 99, Outcome.OK, result=7)
    missed = Operation("B", "read", None, 90, 99, Outcome.OK, result=0)
    assert linearize(History((lost, saw)), Register(0)) == (lost, saw)
    assert linearize(History((lost, missed)), Register(0)) == (missed,)


def test_a_failed_write_did_not_happen() -> None:
    failed = Operation("A", "write", 7, 0, 10, Outcome.FAILED)
    saw = Operation("B", "read", None, 90, 99, Outcome.OK, result=7)
    assert linearize(History((failed, saw)), Register(0)) is None


@pytest.mark.parametrize("model", [Register(0), Account(5)])
def test_an_action_that_the_model_does_not_know_is_refused(model: Model) -> None:
    history = History((Operation("A", "fly", None, 0, 1, Outcome.OK),))
    with pytest.raises(ValueError, match="'fly'"):
        linearize(history, model)


def test_a_process_keeps_its_own_order_even_within_a_microsecond() -> None:
    """Herlihy and Wing 1990: a history's order includes each process's own."""
    history = History(
        (
            Operation("A", "write", 1, 0, 10, Outcome.OK),
            Operation("A", "read", None, 10, 20, Outcome.OK, result=0),
        )
    )
    assert linearize(history, Register(0)) is None


def test_an_unknown_read_agrees_with_any_state_and_an_account_never_goes_short() -> (
    None
):
    asked = Operation("A", "read", None, 0, None, Outcome.UNKNOWN, result=None)
    saw = Operation("B", "read", None, 5, 6, Outcome.OK, result=0)
    assert linearize(History((asked, saw)), Register(0)) is not None
    assert Register(4).step(4, asked) == (True, 4)
    short = Operation("A", "withdraw", 6, 0, 1, Outcome.OK, result=-1)
    assert linearize(History((short,)), Account(5)) is None


def test_a_long_history_of_one_client_is_no_deep_recursion() -> None:
    operations = tuple(
        Operation("A", "write", n, 2 * n, 2 * n + 1, Outcome.OK) for n in range(1500)
    )
    assert linearize(History(operations), Register(0)) == operations
