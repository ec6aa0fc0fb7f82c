"""A history's picture shows every operation, and each place on its own bar."""

from functools import lru_cache
from xml.etree import ElementTree as ET

import pytest
from draws import rows
from hypothesis import given

from sdnotes.cap import Register, judge, linearize
from sdnotes.figures import timeline
from sdnotes.sim import History, Operation, Outcome

SVG = "{http://www.w3.org/2000/svg}"
WRITE = Operation("A", "write", 1, 0, 50_000, Outcome.OK)
NEW = Operation("B", "read", None, 10_000, 20_000, Outcome.OK, result=1)
OLD = Operation("B", "read", None, 30_000, 40_000, Outcome.OK, result=0)


@lru_cache(maxsize=1)
def tree(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def parts(svg: str, kind: str) -> list[ET.Element]:
    return [e for e in tree(svg).iter() if e.get("class") == kind]


TIMES_US = [0, *range(0, 30_001, 5_000), *range(0, 30_001, 997)]
CALLS = rows(
    range(4),
    TIMES_US,
    TIMES_US,
    [Outcome.OK, *Outcome],
    ["write", "read"],
    range(4),
    min_size=1,
    max_size=12,
)


def history_of(calls: list[tuple[int, int, int, Outcome, str, int]]) -> History:
    operations = []
    free_us = [0] * 4
    for process, pause_us, length_us, outcome, action, value in calls:
        at_us = free_us[process] + pause_us
        seen = outcome is Outcome.OK and action == "read"
        operations.append(
            Operation(
                f"process {process}",
                action,
                value if action == "write" else None,
                at_us,
                at_us + length_us,
                outcome,
                value if seen else None,
            )
        )
        free_us[process] = at_us + length_us + 1
    return History(tuple(operations))


@given(CALLS.map(history_of))
def test_each_place_stands_on_its_bar_and_after_the_one_before(
    history: History,
) -> None:
    order = linearize(history, Register(0)) or ()
    figure = timeline(history, title="t", description="d", order=order)
    bars = [
        bar
        for kind in ("ok", "unknown", "failed")
        for bar in parts(str(figure), kind)
        if bar.tag == f"{SVG}rect"
    ]
    assert len(bars) == len(history.operations)
    points = parts(str(figure), "point")
    assert len(points) == len(order)
    last_x = 0.0
    for point in points:
        x, y = float(point.get("cx", "")), float(point.get("cy", ""))
        assert x >= last_x
        last_x = x
        assert any(
            float(bar.get("x", "")) - 0.1
            <= x
            <= float(bar.get("x", "")) + float(bar.get("width", "")) + 0.1
            and abs(float(bar.get("y", "")) + 8.5 - y) < 0.1
            for bar in bars
        )
    words = [*parts(str(figure), "says"), *parts(str(figure), "gone")]
    ends: dict[str, float] = {}
    for word in sorted(words, key=lambda e: float(e.get("x", ""))):
        row, x = word.get("y", ""), float(word.get("x", ""))
        assert x >= ends.get(row, 0.0)
        ends[row] = x + 6.4 * len(word.text or "")


def test_what_no_place_explains_is_marked_in_the_picture_and_in_the_table() -> None:
    history = History((WRITE, NEW, OLD))
    refutation = judge(history, Register(0)).refutations[""]
    figure = timeline(
        refutation.prefix,
        title="t",
        description="d",
        order=refutation.order,
        wrong=refutation.answers,
    )
    assert figure.rows == (
        ("A", "write 1: ?", "0", "-", "1"),
        ("B", "read: 1", "10", "20", "2"),
        ("B", "read: 0", "30", "40", "none"),
    )
    assert [e.text for e in parts(str(figure), "no")] == ["read: 0"]
    assert [e.text for e in parts(str(figure), "place")] == ["1", "2"]


@given(CALLS.map(history_of))
def test_every_refutation_can_be_drawn(history: History) -> None:
    """Its order may hold an answer's operation as it was while it ran."""
    verdict = judge(history, Register(0))
    for why in verdict.refutations.values():
        figure = timeline(
            why.prefix, title="t", description="d", order=why.order, wrong=why.answers
        )
        assert len(parts(str(figure), "point")) == len(why.order)
        assert [e.text for e in parts(str(figure), "no")]


def test_an_answer_that_took_effect_and_was_told_wrong_is_drawn_too() -> None:
    swap = Operation("A", "cas", (0, 1), 0, 20, Outcome.OK, result=False)
    saw = Operation("B", "read", None, 5, 10, Outcome.OK, result=1)
    why = judge(History((swap, saw)), Register(0)).refutation
    figure = timeline(
        why.prefix, title="t", description="d", order=why.order, wrong=why.answers
    )
    assert [row[4] for row in figure.rows] == ["none", "2"]


def test_keys_are_named_only_where_there_are_several() -> None:
    x = Operation("A", "cas", (1, 2), 0, 5, Outcome.OK, True, key="x")
    y = Operation("B", "read", None, 0, 5, Outcome.OK, None, key="y")
    lost = Operation("C", "write", 1, 0, 5, Outcome.FAILED, key="y")
    both = timeline(History((x, y, lost)), title="t", description="d")
    one = timeline(History((x,)), title="t", description="d")
    said = [row[1] for row in both.rows]
    assert said == ["cas x 1 to 2: True", "read y: nothing", "write y 1: failed"]
    assert [row[1] for row in one.rows] == ["cas 1 to 2: True"]


def test_nothing_to_draw_and_a_foreign_order_are_refused() -> None:
    with pytest.raises(ValueError, match="no operations"):
        timeline(History(()), title="t", description="d")
    with pytest.raises(ValueError, match=r"A: write 1 .* not in the history"):
        timeline(History((NEW,)), title="t", description="d", order=[WRITE])
