"""The promises of the ladder follow from each other, over histories of one register."""

from itertools import permutations

import pytest
from draws import rows
from hypothesis import given

from sdnotes.cap import Register, judge
from sdnotes.cap.guarantees import LADDER, InACut, is_sequential
from sdnotes.cap.sessions import session_violations
from sdnotes.sim import History, Operation, Outcome

CALLS = rows(["A", "B", "C"], ["write", "read"], range(3), max_size=6)


def history(calls: list[tuple[str, str, int]]) -> History:
    """Return the calls one after another; each write writes a value of its own."""
    return History(
        tuple(
            Operation(
                who,
                does,
                n + 1 if does == "write" else None,
                10 * n,
                10 * n + 5,
                Outcome.OK,
                value if does == "read" else None,
            )
            for n, (who, does, value) in enumerate(calls)
        )
    )


def orders(asked: History) -> list[tuple[Operation, ...]]:
    """Return the orders that explain the answers and keep each client's own order."""
    found = []
    for order in permutations(asked.operations):
        held, fits, last = 0, True, dict[str, int]()
        for operation in order:
            if operation.action == "write":
                held = int(str(operation.argument))
            fits = fits and (operation.action == "write" or operation.result == held)
            fits = fits and last.get(operation.process, -1) < operation.invoked_us
            last[operation.process] = operation.invoked_us
        found += [order] if fits else []
    return found


@given(CALLS)
def test_one_order_is_found_exactly_where_there_is_one(
    calls: list[tuple[str, str, int]],
) -> None:
    asked = history(calls)
    explained = orders(asked)
    assert is_sequential(asked, Register(0)) == bool(explained)
    if judge(asked, Register(0)):
        assert explained  # linearizable keeps sequential
    if explained:  # sequential keeps what is promised to each client
        written = [o.argument for o in explained[0] if o.action == "write"]
        assert session_violations(asked, [0, *written]) == []


def test_what_a_promise_keeps_stands_below_it_and_is_no_harder_in_a_cut() -> None:
    rungs = {each.name: (n, each) for n, row in enumerate(LADDER) for each in row}
    hard = list(InACut)
    for place, rung in rungs.values():
        for name in rung.keeps:
            below, kept = rungs[name]
            assert below > place
            assert hard.index(kept.in_a_cut) >= hard.index(rung.in_a_cut)


def test_what_cannot_be_judged_by_one_order_is_refused() -> None:
    (write,) = history([("A", "write", 0)]).operations
    unknown = Operation("B", "write", 2, 0, None, Outcome.UNKNOWN)
    with pytest.raises(ValueError, match="whose outcome is unknown"):
        is_sequential(History((write, unknown)), Register(0))
    other = Operation("B", "write", 2, 0, 1, Outcome.OK, key="x")
    with pytest.raises(ValueError, match="history has several keys"):
        is_sequential(History((write, other)), Register(0))
    failed = Operation("B", "read", None, 0, 1, Outcome.FAILED)
    assert is_sequential(History((write, failed)), Register(0))
