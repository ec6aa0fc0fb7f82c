"""A comment behind a constant makes a knob, and one that makes none is told so."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitebuild import ROOT, knobs
from sitebuild.fences import scan_text
from sitebuild.problems import ProblemError

READS = ("tests/site/cases/knobs.json",)

CASES = json.loads(Path(__file__).with_name("cases").joinpath("knobs.json").read_text())
PAGE = ROOT / "docs" / "chapters" / "planted.md"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_comment_is_read_as_the_page_reads_it(case: dict[str, Any]) -> None:
    code = "\n".join(case["code"])
    told = [
        {
            **for_page,
            "kind": knob.kind,
            "positions": list(knob.positions),
            "links": [knobs.in_link(position) for position in knob.positions],
        }
        for knob, for_page in zip(knobs.read(code), knobs.for_page(code), strict=True)
    ]
    assert told == case["knobs"]


def problem_of(*codes: str) -> str:
    """Return what is said of a page whose snippets begin at line 3, as file:line."""
    fences = (f'```python name="s-{n}"\n{c}\n```\n' for n, c in enumerate(codes))
    with pytest.raises(ProblemError) as caught:
        scan_text("# T\n\n" + "\n".join(fences), PAGE)
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a = (1, 2)  # knob: 1..9", "no literal beside this knob"),
        ("a = f(b=1, c=2)  # knob: 1..9", "2 literals beside this knob"),
        ("print(1)  # knob: 1..9", "no literal beside this knob"),
        ("a = 5  # knob: 10..90 step 10", "5 is not one of the knob's positions, 10, "),
        ("a = 1  # knob: 0.5..1.5 step 0.5", "it is written as they are"),
        ("a = 'b'  # knob: b | c", "it is written as they are"),
        ("a = 0  # knob: 0..200", "201 positions; at most 200"),
        ("a = 0  # knob: 0..10 step 3", "the end 10 is not reached from 0"),
        ("a = 0  # knob: 0..10 step 0", "it goes up"),
        ("a = 9  # knob: 9..1", "it goes up"),
        ("a = 1  # knob: 1|2", "with a blank on each side of the bar"),
        ("a = 1  # knob: one | two", "all choices are numbers"),
        ('a = "b"  # knob: "b" | "c"', "without quotes"),
        ("a = True  # knob: True | None", "a switch is `True | False`"),
        ('a = "b c"  # knob: b c | b-c', "would be one in a link"),
        ("a = 1  # knob 1..2", "cannot read '# knob 1..2'"),
        ("a = 1  # Knob: 1..2", "cannot read"),
        ("a = 1  # knobs: 1..2", "cannot read"),
        ('a = """b\nc"""  # knob: b | c', "no literal beside this knob"),
    ],
)
def test_a_comment_that_makes_no_knob_is_told_at_its_line(line: str, said: str) -> None:
    assert said in problem_of(f"print(1)\n{line}")
    row = 5 + line.count("\n")
    assert problem_of(f"print(1)\n{line}").startswith(
        f"docs/chapters/planted.md:{row}: "
    )


def test_a_snippet_has_four_knobs_at_most_each_of_another_name() -> None:
    five = "\n".join(f"{name} = 1  # knob: 1..2" for name in "abcde")
    said = problem_of(five)
    assert said.startswith("docs/chapters/planted.md:8: 5 knobs; at most 4 ")
    said = problem_of("f(a=1)  # knob: 1..2\na = 1  # knob: 1..2")
    assert said.startswith("docs/chapters/planted.md:5: a second knob 'a'")


def test_a_snippet_without_a_run_button_has_no_knobs() -> None:
    fence = '```python name="s" native="threads"\na = 1  # knob: 1..2\n```\n'
    with pytest.raises(ProblemError, match=r"planted\.md:1: .* has no Run button"):
        scan_text(fence, PAGE)


def test_blocks_that_share_a_knob_publish_one_value_of_one_range() -> None:
    one = "a = 1  # knob shared: 1..2\nprint({0})"
    with_other_range = "b = 0\na = 1  # knob shared: 1..3"
    with_other_value = "b = 0\na = 2  # knob shared: 1..2"
    for other in (with_other_range, with_other_value):
        said = problem_of(one.format(1), other)
        assert said.startswith("docs/chapters/planted.md:10: the shared knob 'a' ")
    said = problem_of("b = 1", one.format(2))
    assert said.startswith("docs/chapters/planted.md:8: no other block ")


@given(st.sampled_from([-3, 0, 7]), st.integers(1, 60), st.integers(0, 3), st.data())
def test_positions_are_evenly_spaced_and_one_can_be_put_for_another(
    low: int, steps: int, places: int, data: st.DataObject
) -> None:
    by = data.draw(st.integers(1, 40))

    def text(number: int) -> str:
        return f"{number / 10**places:.{places}f}"

    positions = [text(low + n * by) for n in range(steps + 1)]
    published = data.draw(st.sampled_from(positions))
    grid = f"{positions[0]}..{positions[-1]} step {text(by)}"
    code = f"f(é='é',\n  ab={published},  # knob: {grid}\n)"
    (knob,) = knobs.read(code)
    assert list(knob.positions) == positions
    value = data.draw(st.sampled_from(positions))
    turned = knobs.with_values(code, {"ab": value})
    assert turned == f"f(é='é',\n  ab={value},  # knob: {grid}\n)"
    assert knobs.with_values(turned, {"ab": published}) == code
