r"""Draw a history: a row for each process, a bar for each operation, time to the right.

    A   |=====(1)== write 1 ==========|
    B        |=(2)= read: 1 =|   |== read: 0 ==|      <- marked: no place explains it

A number is the operation's place in an order that explains the answers, and stands
where it may have taken effect: at one moment between its call and its answer. A bar
that runs out to the right was never answered.

Source: Herlihy and Wing 1990, figure 1.
Left out: time to scale: gaps are drawn as wide as their words need.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from sdnotes.figures.figure import FAINT, FONT, INK, PAPER, RULE, SERIES, Figure, finish
from sdnotes.figures.layout import gaps_px
from sdnotes.figures.marks import line_at, ms, px, text_at
from sdnotes.sim.history import History, Operation, Outcome

_STYLE = f"""
.sd-tl text{{font:11.5px {FONT};fill:{INK};stroke:none}}
.sd-tl .who{{font-size:13px;font-weight:600}}
.sd-tl .life{{stroke:{RULE};stroke-width:1.5}}
.sd-tl .ok{{fill:{SERIES[0]};fill-opacity:.22;stroke:{SERIES[0]};stroke-width:1.2}}
.sd-tl .unknown{{fill:none;stroke:{SERIES[0]};stroke-width:1.2;stroke-dasharray:4 3}}
.sd-tl .failed{{fill:none;stroke:{FAINT};stroke-width:1.2;stroke-dasharray:2 3}}
.sd-tl .wrong{{fill:{SERIES[1]};fill-opacity:.22;stroke:{SERIES[1]};stroke-width:1.6}}
.sd-tl .gone{{fill:{FAINT}}}
.sd-tl .no{{fill:{SERIES[1]};font-weight:600}}
.sd-tl .point{{fill:{SERIES[0]}}}
.sd-tl .place{{fill:{PAPER};font-size:11.5px;font-weight:700;text-anchor:middle}}
"""
_ROW_PX = 52
_BAR_PX = 17
_TOP_PX = 26
_LEAST_GAP_PX = 22
_GREATEST_GAP_PX = 70
_TYPICAL_GAP_PX = 34
_CHARACTER_PX = 6.4
_POINT_PX = 8.5


@dataclass(frozen=True, slots=True)
class _Layout:
    time_x: dict[int, float]
    row_y: dict[str, float]
    width: float

    def start(self, operation: Operation) -> float:
        return self.time_x[operation.invoked_us]

    def end(self, operation: Operation) -> float:
        if operation.outcome is Outcome.UNKNOWN or operation.completed_us is None:
            return self.width - 8
        return max(self.time_x[operation.completed_us], self.start(operation) + 3)


def _says(operation: Operation, with_key: bool) -> str:
    argument = operation.argument
    if isinstance(argument, tuple):
        argument = " to ".join(map(str, argument))
    words = [operation.action, operation.key if with_key else "", argument]
    said = " ".join(str(word) for word in words if word not in ("", None))
    if operation.outcome is Outcome.OK and operation.result is not None:
        return f"{said}: {operation.result}"
    if operation.outcome is Outcome.OK and operation.argument is None:
        return f"{said}: nothing"
    tail = {Outcome.OK: "", Outcome.UNKNOWN: ": ?", Outcome.FAILED: ": failed"}
    return said + tail[operation.outcome]


def _lay_out(history: History, words: Sequence[str]) -> _Layout:
    operations = history.operations
    processes = sorted({o.process: None for o in operations})
    row_y = {who: float(_TOP_PX + _ROW_PX * n) for n, who in enumerate(processes)}
    times = sorted(
        {o.invoked_us for o in operations}
        | {o.completed_us for o in operations if o.completed_us is not None}
    )
    gaps = gaps_px(
        times, least=_LEAST_GAP_PX, typical=_TYPICAL_GAP_PX, greatest=_GREATEST_GAP_PX
    )
    begin: dict[int, list[int]] = {}
    for i, operation in enumerate(operations):
        begin.setdefault(operation.invoked_us, []).append(i)
    x = 8.0 + max(8.2 * len(who) for who in processes) + 14
    word_end = dict.fromkeys(processes, 0.0)
    time_x: dict[int, float] = {}
    for place, at_us in enumerate(times):
        if place:
            x += gaps[place - 1]
        starting = begin.get(at_us, [])
        x = max([x, *(word_end[operations[i].process] + 10 for i in starting)])
        time_x[at_us] = x
        for i in starting:
            word_end[operations[i].process] = x + _CHARACTER_PX * len(words[i])
    width = max([x + 34, *(end + 10 for end in word_end.values()), 372.0])
    return _Layout(time_x, row_y, width)


def _points(layout: _Layout, order: Sequence[Operation]) -> list[float]:
    """Return where each took effect: in order, each on its own bar."""
    for apart in (2 * _POINT_PX + 1, _POINT_PX, 3.0, 0.0):
        points: list[float] = []
        for operation in order:
            earliest = points[-1] + apart if points else 0.0
            points.append(max(layout.start(operation) + apart / 2, earliest))
        ends = [layout.end(o) - apart / 2 for o in order]
        if all(x <= end for x, end in zip(points, ends, strict=True)):
            break
    return points


def _bar(
    root: ET.Element, layout: _Layout, operation: Operation, words: str, wrong: bool
) -> None:
    y = layout.row_y[operation.process]
    left, right = layout.start(operation), layout.end(operation)
    kind = "wrong" if wrong else str(operation.outcome)
    place = {"x": left, "y": y, "width": right - left, "height": _BAR_PX}
    shape = {name: px(value) for name, value in place.items()}
    ET.SubElement(root, "rect", {"class": kind, "rx": "3", **shape})
    ink = "no" if wrong else "gone" if operation.outcome is Outcome.FAILED else "says"
    text_at(root, ink, left, y - 6, words)


def _bars_of(order: Sequence[Operation], operations: Sequence[Operation]) -> list[int]:
    """Return the place in the history of each operation of an order.

    A refutation's order may hold an operation as it was while it ran, without its
    outcome: the same call, if not the same object.
    """

    def call(operation: Operation) -> tuple[object, ...]:
        return (
            operation.process,
            operation.invoked_us,
            operation.action,
            operation.argument,
            operation.key,
        )

    bars: list[int] = []
    for operation in order:
        same = [
            bar
            for bar, other in enumerate(operations)
            if bar not in bars and call(other) == call(operation)
        ]
        if not same:
            raise ValueError(f"order has {operation}, which is not in the history")
        exact = [bar for bar in same if operations[bar] is operation]
        bars.append((exact or same)[0])
    return bars


def _drawing(
    history: History,
    layout: _Layout,
    words: Sequence[str],
    bars: Sequence[int],
    wrong: Sequence[Operation],
) -> ET.Element:
    height = _TOP_PX + _ROW_PX * (len(layout.row_y) - 1) + _BAR_PX + 12
    size = f"0 0 {px(layout.width)} {px(height)}"
    least = f"min-width:{round(layout.width * 0.84)}px"
    root = ET.Element("svg", {"class": "sd-tl", "viewBox": size, "style": least})
    ET.SubElement(root, "style").text = _STYLE
    left = min(layout.time_x.values())
    for who, y in layout.row_y.items():
        text_at(root, "who", 8, y + _BAR_PX - 3, who)
        middle = y + _BAR_PX / 2
        line_at(root, "life", left, middle, layout.width - 8, middle)
    for operation, said in zip(history.operations, words, strict=True):
        _bar(root, layout, operation, said, operation in wrong)
    order = [history.operations[bar] for bar in bars]
    points = zip(order, _points(layout, order), strict=True)
    for place, (operation, x) in enumerate(points, start=1):
        y = layout.row_y[operation.process] + _BAR_PX / 2
        at = {"cx": px(x), "cy": px(y), "r": px(_POINT_PX)}
        ET.SubElement(root, "circle", {"class": "point", **at})
        text_at(root, "place", x, y + 4, str(place))
    return root


def timeline(
    history: History,
    *,
    title: str,
    description: str,
    order: Sequence[Operation] = (),
    wrong: Sequence[Operation] = (),
) -> Figure:
    """Return the history as a figure; numbers are the places of ``order``.

    ``order`` is what sdnotes.cap.linearize returns, or a refutation's order; ``wrong``
    are operations to mark, such as a refutation's answers. Raises ValueError for an
    empty history, or an operation of the order that is not in the history.
    """
    operations = history.operations
    if not operations:
        raise ValueError("history has no operations: nothing to draw")
    bars = _bars_of(order, operations)
    with_key = len({o.key for o in operations}) > 1
    words = [_says(operation, with_key) for operation in operations]
    layout = _lay_out(history, words)
    root = _drawing(history, layout, words, bars, wrong)
    places = {bar: str(place) for place, bar in enumerate(bars, start=1)}
    rows = [
        (
            o.process,
            said,
            ms(o.invoked_us),
            "-" if o.completed_us is None else ms(o.completed_us),
            "none" if o in wrong else places.get(bar, "-"),
        )
        for bar, (o, said) in enumerate(zip(operations, words, strict=True))
    ]
    columns = ("process", "operation", "from, ms", "to, ms", "place")
    return finish(
        root, title=title, description=description, columns=columns, rows=rows
    )
