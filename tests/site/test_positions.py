"""Each position of a knob runs, each pair meets, and each knob turns something."""

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from sitebuild import ROOT, engine, knobs, positions
from sitebuild.fences import scan_text
from sitebuild.problems import ProblemError

PAGE = ROOT / "docs" / "chapters" / "planted.md"
SIZES = st.lists(st.integers(2, 9), min_size=1, max_size=4)


def said_of(code: str) -> str:
    """Return what is said of a snippet whose first line is the page's second."""
    (block,) = scan_text(f'```python name="s"\n{code}\n```\n', PAGE)
    try:
        positions.require(block, engine.run(block))
    except ProblemError as error:
        return str(error)
    return ""


@given(SIZES)
def test_any_two_positions_of_two_knobs_meet_in_some_run(sizes: list[int]) -> None:
    lines = (f"k{n} = 1  # knob: 1..{size}" for n, size in enumerate(sizes))
    read = knobs.read("\n".join(lines))
    runs = positions.settings(read)
    everything = [{knob.name: knob.published for knob in read}, *runs]
    for a, b in combinations(read, 2):
        met = {(run[a.name], run[b.name]) for run in everything}
        assert met >= set(product(a.tried, b.tried))
    for knob in read:
        assert {run[knob.name] for run in everything} == set(knob.tried)
    assert len(runs) <= 9 + sum(len(knob.tried) for knob in read)
    assert all(runs.count(run) == 1 for run in runs)


def test_ends_and_middle_of_a_range_are_tried_and_every_choice() -> None:
    code = "a = 3  # knob: 0..10\nb = 2  # knob: 1 | 2 | 3 | 5"
    ranged, chosen = knobs.read(code)
    assert ranged.tried == ("0", "5", "10")
    assert chosen.tried == chosen.positions


def test_a_position_that_fails_is_told_with_its_setting_at_its_line() -> None:
    said = said_of("a = 2  # knob: 0..4\nprint(10 // a)")
    assert said.startswith("docs/chapters/planted.md:3: with a=0: snippet 's' ZeroDiv")


def test_a_pair_that_fails_is_found() -> None:
    code = "a = 2  # knob: 0..4\nb = 3  # knob: 0..3\nprint(a - b, 10 // (4 - a + b))"
    said = said_of(code)
    assert said.startswith("docs/chapters/planted.md:4: with a=4, b=0: ")


def test_a_knob_that_turns_nothing_is_told_at_its_line() -> None:
    code = "a = 2  # knob: 0..4\nb = 3  # knob: 0..3\nprint(a)"
    said = said_of(code)
    assert said.startswith("docs/chapters/planted.md:3: the knob 'b' turns nothing: ")
    assert said_of(code.replace("print(a)", "print(a, b)")) == ""


def test_a_block_with_knobs_takes_less_time_than_another() -> None:
    said = said_of("a = 2  # knob: 1..2\nprint(a, sum(range(15_000_000)))")
    assert "at most 0.05 s are allowed: make it smaller, or take its knobs off" in said
