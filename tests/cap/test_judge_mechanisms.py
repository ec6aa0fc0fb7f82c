"""The lines of the page on judging do what the package does, on random histories."""

import random
from collections import Counter as Count

import pytest
from cap.histories import drawn
from draws import rows
from hypothesis import given

from sdnotes.cap import Register, judge, linearize
from sdnotes.cap.moments import spans
from sdnotes.sim import History, Outcome
from sitebuild.testing.snippets import Snippets

READS = ("docs/chapters/cap/linearizability.md",)
PAGE = "linearizability"
OF_PAGE = Snippets("cap")


def plain(history: History) -> History:
    """Return the reads and writes that were answered, each by a process of its own."""
    return History(
        tuple(
            o
            for o in history.operations
            if o.action != "cas" and o.outcome is Outcome.OK
        )
    )


def histories(count: int) -> list[History]:
    rng = random.Random("the page")
    drawn_ones = (plain(drawn("register", rng)[0]) for _ in range(count))
    # The page's lines know no processes: what touches overlaps.
    return [
        h
        for h in drawn_ones
        if spans(h.operations) == spans(h.operations, own_order=False)
    ]


def test_the_search_in_ten_lines_finds_an_order_where_the_package_does() -> None:
    find_order = OF_PAGE.names(PAGE, "search-in-lines")["find_order"]
    seen: Count[bool] = Count()
    for history in histories(1500):
        calls = [
            (
                n,
                o.action,
                o.argument if o.action == "write" else o.result,
                o.invoked_us,
                o.completed_us,
            )
            for n, o in enumerate(history.operations)
        ]
        order = find_order(calls)
        assert (order is not None) == (linearize(history, Register(0)) is not None)
        if order is not None:
            assert sorted(call[0] for call in order) == list(range(len(calls)))
        seen[order is not None] += 1
    assert min(seen[True], seen[False]) > 100, seen


def test_the_families_have_an_order_where_the_package_finds_one() -> None:
    order_of = OF_PAGE.names(PAGE, "families")["order_of"]
    seen: Count[bool] = Count()
    for history in histories(2500):
        families: dict[object, list[tuple[int, int]]] = {0: [(0, 0)]}
        # Room at the beginning for the write of what was there at first.
        places = [(begin + 1, end + 1) for begin, end in spans(history.operations)]
        told = list(zip(history.operations, places, strict=True))
        for operation, span in told:
            if operation.action == "write":
                families[operation.argument] = [span]
        for operation, span in told:
            if operation.action == "read" and operation.result in families:
                families[operation.result].append(span)
        if sum(map(len, families.values())) < len(told) + 1:
            continue  # a value that nobody wrote
        found = order_of(list(families.values()))
        assert (found is not None) == bool(judge(history, Register(0))), history
        seen[found is not None] += 1
    assert min(seen[True], seen[False]) > 50, seen


SHORT = [(begin, end) for begin in range(4) for end in range(begin, 4)]


@given(rows([1, 2, 3], SHORT, min_size=2, max_size=6))
def test_families_whose_times_are_equal_have_an_order_where_the_search_finds_one(
    drawn_calls: list[tuple[int, tuple[int, int]]],
) -> None:
    find_order = OF_PAGE.names(PAGE, "search-in-lines")["find_order"]
    families: dict[int, list[tuple[int, int]]] = {}
    calls = []
    for value, span in sorted(drawn_calls):  # as they began
        does = "read" if value in families else "write"
        families.setdefault(value, []).append(span)
        calls.append(("somebody", does, value, *span))
    found = OF_PAGE.names(PAGE, "families")["order_of"](families.values())
    assert (found is None) == (find_order(calls) is None)


@pytest.mark.parametrize(
    ("asks_us", "fine"), [(2000, True), (5000, True), (7000, True), (8000, False)]
)
def test_the_letter_is_explained_if_wim_asked_before_xia_was_answered(
    asks_us: int, fine: bool
) -> None:
    code = OF_PAGE.code(PAGE, "own-history")
    assert "= 5000" in code
    found = OF_PAGE.names(PAGE, "own-history", code.replace("= 5000", f"= {asks_us}"))
    assert bool(found["verdict"]) is fine
