"""What figures refuses names the one argument that is wrong, with its value."""

import pytest
from refused import Case, case_id, check_names, missed

from sdnotes.cap.guarantees import Guarantee, InACut
from sdnotes.figures import Figure, chart, copies, ladder, spacetime, timeline
from sdnotes.sim import History, Note, Operation, Outcome, Trace

READS = ("sdnotes/figures/*.py",)

WORDS = {"title": "T", "description": "D"}
AXES = {**WORDS, "x_label": "x", "y_label": "y"}
FLIGHT = Operation("a", "fly", 1, 0, 5, Outcome.OK)
WRITE = Operation("a", "write", 1, 0, 5, Outcome.OK)
ONE = History((WRITE,))
RUNG = Guarantee("low", "little", InACut.SERVED)
HIGHER = Guarantee("high", "much", InACut.REFUSED, keeps=("low",))


def trace_of(*times_us: int) -> Trace:
    return Trace([Note(at_us, "a", "waits") for at_us in times_us])


CASES: list[Case] = [
    (
        chart.line_chart,
        {"series": {"one": [(0, 1)]}, **AXES},
        {"series": [{}, {"one": []}, {name: [(0, 1)] for name in "abcdef"}]},
    ),
    (
        chart.bar_chart,
        {"categories": ["p"], "series": {"one": [1]}, **AXES},
        {"series": [{"one": [1, 2]}]},
    ),
    (
        Figure,
        {**WORDS, "columns": ("a",), "rows": (("1",),), "svg": ""},
        {"title": [" "], "description": [""], "rows": [()]},
    ),
    (
        spacetime,
        {"trace": trace_of(0), "lifelines": ["a"], **WORDS},
        {"trace": [trace_of()], "lifelines": [["b"]]},
    ),
    (
        ladder.ladder,
        {"rows": [[RUNG]], **WORDS},
        {"rows": [[], [[]], [[RUNG, RUNG, RUNG]], [[HIGHER]]]},
    ),
    (
        copies.copies,
        {"rows": [copies.CopiesRow("x", ("A",))], **WORDS},
        {
            "rows": [
                [],
                [copies.CopiesRow("x", ("A", "A"))],
                [copies.CopiesRow("x", ("A",), filled="B")],
            ]
        },
    ),
    (
        timeline,
        {"history": ONE, "order": [WRITE], **WORDS},
        {"history": [History(())], "order": [[FLIGHT]]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_one_argument_that_is_wrong_is_named_and_no_other(case: Case) -> None:
    check_names(case)


def test_every_refusal_of_the_package_is_tried_above() -> None:
    assert missed("figures", CASES) == []
