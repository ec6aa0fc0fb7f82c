"""Figures say what they show, show every event, and are the same every time."""

import json
import re
from functools import cache
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.figures import Figure, spacetime
from sdnotes.figures.chart import bar_chart, line_chart
from sdnotes.figures.layout import LINE_PX, lay_out, nodes_of
from sdnotes.sim import Network, Trace, UniformDelay, World

SVG = "{http://www.w3.org/2000/svg}"


def story(
    seed: int = 1, steps: int = 12, nodes: tuple[str, ...] = ("a", "b", "c")
) -> Trace:
    world = World(seed)
    network = Network(world, UniformDelay(0, 20_000), loss=0.2, duplicate=0.2)
    for name in nodes:
        network.attach(name, lambda m: world.note(m.to, f"got {m.label}"))
    chance = world.chance("steps")
    cuts = []
    for step in range(steps):
        sender, to = chance.random.sample(nodes, 2)
        world.note(sender, f"step {step}")
        network.send(sender, to, step, f"m{step}")
        if step % 5 == 2:
            cuts.append(network.partition([sender], [to]))
        elif cuts and step % 5 == 4:
            cuts.pop().heal()
        world.run(until_us=world.now_us + 7_000)
    world.run()
    return world.trace


# Each is played and drawn once, 4 ms, however many tests look at it.
PLAYS = st.sampled_from(
    [(seed, 1 + seed % 14, tuple("abcdef"[: 2 + seed % 5])) for seed in range(120)]
)
Play = tuple[int, int, tuple[str, ...]]


@cache
def played(play: Play) -> tuple[Trace, Figure, ET.Element]:
    trace = story(*play)
    return trace, *drawn(trace)


def drawn(trace: Trace, **options: object) -> tuple[Figure, ET.Element]:
    figure = spacetime(trace, title="T", description="D", **options)  # type: ignore[arg-type]
    return figure, ET.fromstring(str(figure))


@given(PLAYS)
def test_every_event_of_a_trace_is_drawn_and_can_be_stepped_to(play: Play) -> None:
    trace, figure, root = played(play)
    groups = root.findall(f"{SVG}g")
    shown = {int(g.attrib["data-step"]) for g in groups}
    assert shown == set(range(len(trace)))
    for group in groups:
        event = trace.events[int(group.attrib["data-step"])]
        assert int(group.attrib["data-at-us"]) == event.at_us
        assert group.attrib["data-says"] == f"{event.who} {event.what}"
    assert len(figure.rows) == len(trace)


@given(PLAYS)
def test_time_runs_down_and_no_two_words_of_a_node_overlap(play: Play) -> None:
    events = played(play)[0].events
    layout = lay_out(events, nodes_of(events))
    times = sorted(layout.time_y)
    heights = [layout.time_y[t] for t in times]
    assert heights == sorted(heights)
    assert len(set(heights)) == len(heights)
    for blocks in layout.words.values():
        spans = [(b.y, b.y + LINE_PX * (len(b.lines) - 1)) for b in blocks]
        for (_, bottom), (top, _) in combinations(spans, 2):
            assert top >= bottom + LINE_PX or top == bottom + LINE_PX
    assert max(heights) < layout.height


@given(PLAYS)
def test_an_event_says_how_far_down_its_time_is_drawn(play: Play) -> None:
    _, _, root = played(play)
    groups = root.findall(f"{SVG}g")
    y_at = {int(g.attrib["data-at-us"]): float(g.attrib["data-y"]) for g in groups}
    for group in groups:
        y = float(group.attrib["data-y"])
        assert y == y_at[int(group.attrib["data-at-us"])]
        for dot in group.iter(f"{SVG}circle"):
            assert float(dot.attrib["cy"]) == y
    heights = [y_at[at_us] for at_us in sorted(y_at)]
    assert all(above < below for above, below in pairwise(heights))


@given(PLAYS)
def test_what_takes_time_says_which_event_ends_it(play: Play) -> None:
    """So that a message in flight can be drawn as far as it has got, and no further."""
    trace, _, root = played(play)
    groups = {int(g.attrib["data-step"]): g for g in root.findall(f"{SVG}g")}
    for group in root.findall(f"{SVG}g"):
        for shape in group:
            kind = shape.get("class", "").split()[0]
            assert ("data-until" in shape.attrib) == (
                kind in ("msg", "band") or shape.get("class") == "gone dashed"
            )
            until = int(shape.get("data-until", -1))
            if until in groups:
                begins = float(group.attrib["data-y"])
                ends = float(groups[until].attrib["data-y"])
                place = "y2" if kind != "band" else "y"
                bottom = float(shape.attrib[place]) + float(shape.get("height", 0))
                assert step_of(group) < until
                assert bottom == pytest.approx(ends, abs=0.11) or begins == ends
            else:
                assert until in (-1, len(trace))


def test_what_nothing_ends_is_open_until_the_last_event_is_over() -> None:
    world = World()
    network = Network(world, UniformDelay(9_000, 9_000))
    for name in "abc":
        network.attach(name, lambda _: None)
    network.send("a", "b", 0, "late")
    network.partition(["a"], ["c"])
    world.note("a", "the end")
    _, root = drawn(world.trace)
    until = [e.get("data-until") for e in root.iter() if "data-until" in e.attrib]
    assert until == ["3", "3"]


def test_a_label_that_messages_share_appears_once_the_last_of_them_has_left() -> None:
    world = World()
    network = Network(world, UniformDelay(9_000, 9_000))
    for name in ("the one", "the other"):
        network.attach(name, lambda _: None)
    for label in "xy":
        network.send("the one", "the other", 0, label)
    world.run()
    _, root = drawn(world.trace)
    (step,) = (
        step_of(group)
        for group in root.findall(f"{SVG}g")
        for text in group.iter(f"{SVG}text")
        if text.text == "x, y"
    )
    assert step == 1


@given(st.integers(0, 40), st.integers(1, 14))
def test_no_mark_of_a_lost_message_lies_below_the_time_that_it_stands_for(
    seed: int, steps: int
) -> None:
    """A player shows the loss with the present at its height: below lies the future."""
    cross_px = 4
    _, root = drawn(story(seed, steps))
    for group in root.findall(f"{SVG}g"):
        for line in group.findall(f"{SVG}line"):
            if line.get("class") == "gone":
                lowest = max(float(line.attrib["y1"]), float(line.attrib["y2"]))
                assert lowest <= float(group.attrib["data-y"]) + cross_px


def test_what_is_lost_at_once_is_level_and_two_of_them_do_not_meet() -> None:
    world = World(1)
    network = Network(world)
    for name in ("a", "b"):
        network.attach(name, lambda _: None)
    network.partition(["a"], ["b"])
    network.send("a", "b", 1, "there")
    network.send("b", "a", 2, "back")
    world.run()
    _, root = drawn(world.trace)
    there, back = root.findall(f"{SVG}g/{SVG}line[@class='gone dashed']")
    for line in (there, back):
        assert line.get("y1") == line.get("y2")
    assert float(there.attrib["x2"]) + 8 < float(back.attrib["x2"])


def step_of(group: ET.Element) -> int:
    return int(group.attrib["data-step"])


def test_everything_stands_within_the_picture() -> None:
    _, root = drawn(story(3, 14))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for line in root.iter(f"{SVG}line"):
        xs = [float(line.attrib[k]) for k in ("x1", "x2")]
        ys = [float(line.attrib[k]) for k in ("y1", "y2")]
        assert 0 <= min(xs) <= max(xs) <= width
        assert 0 <= min(ys) <= max(ys) <= height


def test_words_fit_beside_their_lifeline() -> None:
    """At 6.6 px a character; long words are wrapped and none leaves the picture."""
    world = World()
    world.note("ATM1", "asked for a very large amount of money indeed")
    world.note("ATM2", "pays it, and shows what is left of the account")
    _, root = drawn(world.trace)
    width = float(root.attrib["viewBox"].split()[2])
    for text in root.iter(f"{SVG}text"):
        if "words" in text.attrib["class"]:
            x, length = float(text.attrib["x"]), 6.6 * len(text.text or "")
            left = x - length if text.get("text-anchor") == "end" else x
            assert left >= 30
            assert left + length <= width


def test_a_figure_carries_its_words_and_its_numbers() -> None:
    figure, root = drawn(story())
    assert root.findtext(f"{SVG}title") == "T"
    assert root.findtext(f"{SVG}desc") == "D"
    table = json.loads(root.findtext(f"{SVG}metadata") or "")
    assert tuple(table["columns"]) == figure.columns == ("ms", "who", "what")
    assert [tuple(row) for row in table["rows"]] == list(figure.rows)
    labelled = root.attrib["aria-labelledby"].split()
    assert {e.get("id") for e in root if e.get("id")} == set(labelled)
    assert root.attrib["role"] == "img"


def test_what_is_written_in_a_trace_cannot_become_markup() -> None:
    world = World()
    world.note("<b>", "</svg><script>alert(1)</script>")
    figure, root = drawn(world.trace)
    assert "<script" not in str(figure)
    assert root.find(f".//{SVG}script") is None


def test_a_part_of_a_trace_draws_only_that_part() -> None:
    trace = story(steps=10)
    figure, _ = drawn(trace, since_us=20_000, until_us=50_000)
    times = [float(row[0]) for row in figure.rows]
    assert times
    assert all(20 <= ms <= 50 for ms in times)


def test_lifelines_stand_in_the_order_that_was_asked_for() -> None:
    _, root = drawn(story(), lifelines=("c", "a", "b"))
    heads = [t.text for t in root.iter(f"{SVG}text") if t.get("class") == "head"]
    assert heads == ["c", "a", "b"]


def test_a_figure_without_words_or_events_is_refused() -> None:
    trace = story()
    with pytest.raises(ValueError, match="title='': a figure needs a title"):
        spacetime(trace, title="", description="D")
    with pytest.raises(ValueError, match="a figure needs a description"):
        spacetime(trace, title="T", description="  ")
    with pytest.raises(ValueError, match="needs the numbers that it shows"):
        Figure("T", "D", ("x",), (), "<svg/>")
    with pytest.raises(ValueError, match="nothing to draw"):
        spacetime(Trace(), title="T", description="D")
    with pytest.raises(ValueError, match=r"lifelines=\['a'\] leaves out"):
        spacetime(trace, title="T", description="D", lifelines=["a"])


def test_a_message_still_under_way_when_the_picture_ends_is_drawn() -> None:
    world = World()
    network = Network(world, delay=10_000)
    for name in ("a", "b"):
        network.attach(name, lambda message: None)
    network.send("a", "b", 1, "late")
    world.run(until_us=5_000)
    _, root = drawn(world.trace)
    lines = [e.attrib["class"] for e in root.iter(f"{SVG}line")]
    assert "msg open" in lines
    assert "late" in [t.text for t in root.iter(f"{SVG}text")]


def test_messages_that_leave_together_share_a_label_and_none_hides_another() -> None:
    world = World()
    network = Network(world, delay=10_000)
    for name in ("a", "b"):
        network.attach(name, lambda message: None)
    for number in range(12):
        network.send("a", "b", number, f"m{number}")
    world.run()
    _, root = drawn(world.trace)
    labels = [t.text for t in root.iter(f"{SVG}text") if t.get("class") == "label"]
    assert len(labels) == 1
    assert labels[0] is not None
    assert labels[0].startswith("m0, m1, ")
    assert labels[0].endswith(" ...")


def test_long_names_of_nodes_do_not_run_into_each_other() -> None:
    world = World()
    for name in ("a-rather-long-name", "another-long-name", "the-longest-of-names"):
        world.note(name, "here")
    _, root = drawn(world.trace)
    heads = [t for t in root.iter(f"{SVG}text") if t.get("class") == "head"]
    spans = [(float(t.attrib["x"]), 8.2 * len(t.text or "") / 2) for t in heads]
    for (x1, half1), (x2, half2) in pairwise(spans):
        assert x1 + half1 < x2 - half2


WORDS = {"title": "T", "description": "D", "x_label": "x", "y_label": "y"}


def test_a_chart_holds_exactly_the_points_that_it_was_given() -> None:
    line = line_chart({"one": [(0, 1), (2, 3.5)], "two": [(0, 4)]}, **WORDS)
    assert line.rows == (("one", "0", "1"), ("one", "2", "3.5"), ("two", "0", "4"))
    dots = ET.fromstring(str(line)).findall(f".//{SVG}circle")
    assert len(dots) == 3
    bar = bar_chart(["p", "q"], {"one": [1, 2], "two": [3, 4]}, **WORDS)
    assert bar.columns == ("x", "one", "two")
    assert bar.rows == (("p", "1", "3"), ("q", "2", "4"))


def _names_at_the_ends(chart: str) -> list[tuple[str, float]]:
    """Return each name that stands at the end of a line, and its height."""
    group = re.search(r'<g class="ends">(.*?)</g>', chart, re.DOTALL)
    texts = (
        re.findall(r'<text class="end" x="[^"]+" y="([^"]+)">([^<]+)<', group[1])
        if group
        else []
    )
    return [(name, float(y)) for y, name in texts]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=5))
def test_lines_are_named_at_their_ends_in_their_order_and_none_covers_another(
    ends: list[int],
) -> None:
    series = {f"line {k}": [(0, 7), (9, end)] for k, end in enumerate(ends)}
    found = _names_at_the_ends(str(line_chart(series, **WORDS)))
    assert [name for name, _ in found] == list(series)
    heights = sorted(y for _, y in found)
    assert all(high - low >= 14.9 for low, high in pairwise(heights))
    for (_, one), end in zip(found, ends, strict=True):
        for (_, other), its_end in zip(found, ends, strict=True):
            assert one < other or end <= its_end


@pytest.mark.parametrize(
    "series",
    [
        {"short": [(0, 1), (4, 2)], "ends before the other": [(0, 1), (3, 2)]},
        {"a name that is longer than the room": [(0, 1), (4, 2)]},
        {"a point alone": [(4, 2)], "line": [(0, 1), (4, 2)]},
    ],
)
def test_what_cannot_be_named_at_its_end_has_a_legend(
    series: dict[str, list[tuple[float, float]]],
) -> None:
    chart = str(line_chart(series, **WORDS))
    assert not _names_at_the_ends(chart)
    assert all(name in chart.rsplit("legends", maxsplit=1)[-1] for name in series)
    assert (
        "legends"
        not in str(line_chart({"short": [(0, 1), (4, 2)]}, **WORDS)).split("</style>")[
            1
        ]
    )


def test_a_chart_is_the_same_every_time_and_loads_nothing() -> None:
    charts = [str(line_chart({"one": [(0, 1), (2, 3)]}, **WORDS)) for _ in range(2)]
    assert charts[0] == charts[1]
    for word in ("script", "http://pygal", "Generated", "googleapis", "xlink"):
        assert word not in charts[0]
    assert "var(--sd-series-1" in charts[0]


def test_a_chart_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="each line needs a point"):
        line_chart({"one": []}, **WORDS)
    with pytest.raises(ValueError, match="at most 5 can be told apart"):
        line_chart({name: [(0, 1)] for name in "abcdef"}, **WORDS)
    with pytest.raises(
        ValueError, match=r"series\['one'\] has 1 values for 2 categories"
    ):
        bar_chart(["p", "q"], {"one": [1]}, **WORDS)
