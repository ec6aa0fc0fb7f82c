"""Session guarantees, against the definitions of Terry et al. 1994 written out."""

from dataclasses import replace
from itertools import permutations

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap.sessions import session_violations
from sdnotes.sim import History, Operation, Outcome


def history(*calls: tuple[str, str, int]) -> History:
    return History(
        tuple(
            Operation(
                process=who,
                action=action,
                argument=value if action == "write" else None,
                invoked_us=10 * n,
                completed_us=10 * n + 5,
                outcome=Outcome.OK,
                result=value if action == "read" else None,
            )
            for n, (who, action, value) in enumerate(calls)
        )
    )


@pytest.mark.parametrize(
    ("first", "then", "guarantee"),
    [
        ("write", "read", "read your writes"),
        ("read", "read", "monotonic reads"),
        ("write", "write", "monotonic writes"),
        ("read", "write", "writes follow reads"),
    ],
)
def test_each_guarantee_is_broken_by_going_back_and_only_by_that(
    first: str, then: str, guarantee: str
) -> None:
    back = history(("ann", first, 2), ("ann", then, 1))
    (violation,) = session_violations(back, [0, 1, 2])
    assert violation.guarantee == guarantee
    assert (violation.sooner, violation.later) == back.operations
    assert str(violation).startswith(f"{guarantee}: ann: {first}")
    same = history(("ann", first, 2), ("ann", then, 2))
    assert session_violations(same, [0, 1, 2]) == []
    two = history(("ann", first, 2), ("bob", then, 1))
    assert session_violations(two, [0, 1, 2]) == []


CALLS = rows(["ann", "bob"], ["read", "write"], range(5), max_size=9)


@given(CALLS, st.sampled_from(list(permutations(range(5)))))
def test_the_four_definitions_written_out_say_the_same(
    calls: list[tuple[str, str, int]], order: tuple[int, ...]
) -> None:
    """The sets of writes that a server has seen, as in section 3 of the paper."""
    broken = set()
    for later, (who, action, value) in enumerate(calls):
        # What a server that holds this value has seen; what this write comes after.
        seen = set(order[: order.index(value) + 1])
        before = set(order[: order.index(value)])
        for sooner, (same, acted, past) in enumerate(calls[:later]):
            if same != who:
                continue
            if action == "read" and past not in seen:
                name = "read your writes" if acted == "write" else "monotonic reads"
                broken.add((name, sooner, later))
            if action == "write" and past != value and past not in before:
                name = "monotonic writes" if acted == "write" else "writes follow reads"
                broken.add((name, sooner, later))
    found = {
        (v.guarantee, v.sooner.invoked_us // 10, v.later.invoked_us // 10)
        for v in session_violations(history(*calls), order)
    }
    assert found == broken


def test_keys_are_apart_and_unanswered_operations_promise_nothing() -> None:
    write, read = history(("ann", "write", 2), ("ann", "read", 1)).operations
    elsewhere = History((replace(write, key="x"), replace(read, key="y")))
    assert session_violations(elsewhere, {"x": [1, 2], "y": [1, 2]}) == []
    lost = replace(write, outcome=Outcome.UNKNOWN)
    assert session_violations(History((lost, read)), [1, 2]) == []


def test_orders_and_actions_that_cannot_be_are_refused() -> None:
    read = history(("ann", "read", 3))
    with pytest.raises(
        ValueError, match=r"order=\[0, 1\] lacks the value of ann: read"
    ):
        session_violations(read, [0, 1])
    with pytest.raises(ValueError, match="stands in it twice"):
        session_violations(read, [3, 3])
    flown = Operation("ann", "fly", None, 0, 1, Outcome.OK)
    with pytest.raises(ValueError, match="history has ann: fly"):
        session_violations(History((flown,)), [0])


def test_true_is_no_older_version_of_1() -> None:
    history = History(
        (
            Operation("ann", "write", True, 0, 5, Outcome.OK),
            Operation("ann", "read", None, 10, 15, Outcome.OK, result=1),
        )
    )
    assert len(session_violations(history, [1, True])) == 1
    assert session_violations(history, [True, 1]) == []
