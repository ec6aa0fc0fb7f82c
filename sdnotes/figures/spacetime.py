r"""Draw a trace as a space-time diagram: who knew what when, and what never arrived.

     0 ms   ATM1        ATM2
             |            |         a lifeline for each node; time runs down
             |--\         |         a message slants: it takes time
             |    \-->    |
     20 ms   |////////////|         a cut, as a band between the nodes that it parts
             |--x         |         a lost message ends in a cross

Every event is a group with ``data-step`` (its place in the trace), ``data-at-us`` and
``data-says``, so that a script can show the diagram step by step.

Source: Lamport 1978, "Time, Clocks, and the Ordering of Events", figure 1.
Left out: time to scale (see layout.py); more than about eight nodes.
"""

from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

from sdnotes.figures.figure import (
    FAINT,
    FONT,
    INK,
    PAPER,
    RULE,
    SERIES,
    Figure,
    finish,
)
from sdnotes.figures.layout import (
    CHARACTER_PX,
    HEAD_PX,
    LINE_PX,
    Layout,
    lay_out,
    nodes_of,
    room_for_words,
)
from sdnotes.sim.trace import CutMade, Delivered, Event, Healed, Lost, Sent, Trace

_LOST_AT = 0.62  # how far across the gap a lost message is drawn
_STYLE = f"""
.sd-st text{{font:11.5px {FONT};fill:{INK};stroke:none}}
.sd-st .head{{font-size:13px;font-weight:600;text-anchor:middle}}
.sd-st .time{{font-size:10px;fill:{FAINT}}}
.sd-st .life{{stroke:{RULE};stroke-width:2}}
.sd-st .dot{{fill:{INK}}}
.sd-st .msg{{stroke:{SERIES[0]};stroke-width:1.6;fill:none}}
.sd-st .tip{{fill:{SERIES[0]}}}
.sd-st .gone{{stroke:{SERIES[1]};stroke-width:1.6;fill:none}}
.sd-st .dashed{{stroke-dasharray:4 3}}
.sd-st .label,.sd-st .words{{paint-order:stroke;stroke:{PAPER};stroke-width:4px;
stroke-linejoin:round}}
.sd-st .label{{text-anchor:middle}}
.sd-st .band{{fill:{SERIES[1]};fill-opacity:.09}}
.sd-st .edge{{stroke:{SERIES[1]};stroke-width:1;stroke-dasharray:2 3}}
.sd-st .cut{{fill:{SERIES[1]};font-size:10.5px;font-weight:600;text-anchor:middle}}
"""


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(parent: ET.Element, kind: str, x: float, y: float, words: str) -> ET.Element:
    text = ET.SubElement(parent, "text", {"class": kind, "x": _n(x), "y": _n(y)})
    text.text = words
    return text


def _line(parent: ET.Element, kind: str, *ends: float) -> None:
    named = zip(("x1", "y1", "x2", "y2"), map(_n, ends), strict=True)
    ET.SubElement(parent, "line", {"class": kind, **dict(named)})


def _ms(at_us: int) -> str:
    return f"{at_us / 1000:.1f}".removesuffix(".0")


class _Drawing:
    """The state of one drawing: the events, their places and the SVG so far."""

    def __init__(self, events: Sequence[Event], layout: Layout) -> None:
        self.events = events
        self.layout = layout
        size = f"0 0 {_n(layout.width)} {_n(layout.height)}"
        self.root = ET.Element("svg", {"class": "sd-st", "viewBox": size})
        ET.SubElement(self.root, "style").text = _STYLE
        self.sent = {
            event.message: (step, event)
            for step, event in enumerate(events)
            if isinstance(event, Sent)
        }

    def group(self, step: int) -> ET.Element:
        event = self.events[step]
        return ET.SubElement(
            self.root,
            "g",
            {
                "class": "sd-event",
                "data-step": str(step),
                "data-at-us": str(event.at_us),
                "data-says": f"{event.who} {event.what}",
            },
        )

    def bands(self) -> None:
        healed = {e.cut: e for e in self.events if isinstance(e, Healed)}
        for step, event in enumerate(self.events):
            if isinstance(event, CutMade):
                self._band(step, event, healed.get(event.cut))

    def _parted(self, cut: CutMade) -> list[tuple[float, float]]:
        """Return the gaps between neighbours that the cut parts, left to right."""
        column_x = self.layout.column_x
        gaps = [
            (column_x[a], column_x[b])
            for a, b in pairwise(column_x)
            if (a, b) in cut.links or (b, a) in cut.links
        ]
        ends = [column_x[name] for pair in cut.links for name in pair]
        return gaps or [(min(ends), max(ends))]

    def _band(self, step: int, cut: CutMade, end: Healed | None) -> None:
        top = self.layout.y_of(cut.at_us)
        foot = self.layout.height - HEAD_PX / 2
        bottom = self.layout.y_of(end.at_us) if end else foot
        group = self.group(step)
        for left, right in self._parted(cut):
            place = {"x": left, "y": top, "width": right - left, "height": bottom - top}
            shape = {name: _n(value) for name, value in place.items()}
            ET.SubElement(group, "rect", {"class": "band", **shape})
            middle = (left + right) / 2
            words = f"{cut.text} cut" if len(cut.links) == 1 else "link cut"
            _line(group, "edge", left, top, right, top)
            _text(group, "cut", middle, top + 12, words)
            if end:
                _line(group, "edge", left, bottom, right, bottom)
                _text(group, "cut", middle, bottom - 15, "healed")

    def lifelines(self) -> None:
        for name, x in self.layout.column_x.items():
            _text(self.root, "head", x, HEAD_PX - 10, name)
            _line(self.root, "life", x, HEAD_PX, x, self.layout.height - HEAD_PX / 2)
        last_y = -LINE_PX
        for at_us, y in self.layout.time_y.items():
            if y - last_y >= LINE_PX:
                _text(self.root, "time", 2, y + 4, f"{_ms(at_us)} ms")
                last_y = int(y)

    def words(self) -> None:
        for name, blocks in self.layout.words.items():
            x = self.layout.column_x[name]
            side, _ = room_for_words(name, self.layout.column_x, self.layout.width)
            for block in blocks:
                group = self.group(block.step)
                dot = {"cx": _n(x), "cy": _n(self.layout.y_of(self._at(block.step)))}
                ET.SubElement(group, "circle", {"class": "dot", "r": "3", **dot})
                for number, line in enumerate(block.lines):
                    text = _text(
                        group,
                        "words",
                        x - 8 if side == "left" else x + 8,
                        block.y + LINE_PX * number,
                        line,
                    )
                    if side == "left":
                        text.set("text-anchor", "end")

    def _at(self, step: int) -> int:
        return self.events[step].at_us

    def messages(self) -> None:
        for step, event in enumerate(self.events):
            if isinstance(event, Delivered):
                self._delivered(step, event)
            elif isinstance(event, Lost):
                self._lost(step, event)

    def _ends(self, sent: Sent, until_us: int) -> tuple[float, float, float, float]:
        x1, x2 = self.layout.column_x[sent.who], self.layout.column_x[sent.to]
        return x1, self.layout.y_of(sent.at_us), x2, self.layout.y_of(until_us)

    def _label(
        self, group: ET.Element, sent: Sent, at: tuple[float, float], off: float = 5
    ) -> None:
        to_the_right = self.layout.column_x[sent.to] > self.layout.column_x[sent.who]
        _text(
            group,
            "label",
            at[0],
            at[1] + (-off if to_the_right else off + 9),
            sent.label,
        )

    def _delivered(self, step: int, event: Delivered) -> None:
        sent_step, sent = self.sent[event.message]
        x1, y1, x2, y2 = self._ends(sent, event.at_us)
        if y2 <= y1:
            y2 = y1 + 1  # a message without delay is still seen to go
        group = self.group(sent_step)
        _line(group, "msg", x1, y1, x2, y2)
        ET.SubElement(
            group, "circle", {"class": "dot", "r": "3", "cx": _n(x1), "cy": _n(y1)}
        )
        order = list(self.layout.column_x)
        hops = abs(order.index(sent.to) - order.index(sent.who))
        room = abs(x2 - x1) / hops
        half = len(sent.label) * CHARACTER_PX / 2 + 6
        # Near the sender, so that labels of messages that cross do not.
        share = min(max(0.3, half / room), 0.5) if hops == 1 else (hops - 0.5) / hops
        self._label(group, sent, (x1 + share * (x2 - x1), y1 + share * (y2 - y1)))
        self._tip(self.group(step), x1, y1, x2, y2)

    @staticmethod
    def _tip(group: ET.Element, x1: float, y1: float, x2: float, y2: float) -> None:
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        back_x, back_y = x2 - 9 * ux, y2 - 9 * uy
        points = [
            (x2, y2),
            (back_x - 4 * uy, back_y + 4 * ux),
            (back_x + 4 * uy, back_y - 4 * ux),
        ]
        shape = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        ET.SubElement(group, "polygon", {"class": "tip", "points": shape})

    def _lost(self, step: int, event: Lost) -> None:
        sent_step, sent = self.sent[event.message]
        x1, y1, x2, y2 = self._ends(sent, event.at_us)
        x2 = x1 + _LOST_AT * (x2 - x1)
        if y2 <= y1:
            y2 = y1 + 12
        group = self.group(sent_step)
        _line(group, "gone dashed", x1, y1, x2, y2)
        ET.SubElement(
            group, "circle", {"class": "dot", "r": "3", "cx": _n(x1), "cy": _n(y1)}
        )
        self._label(group, sent, ((x1 + x2) / 2, (y1 + y2) / 2), off=8)
        cross = self.group(step)
        for sign in (1, -1):
            _line(cross, "gone", x2 - 4, y2 - 4 * sign, x2 + 4, y2 + 4 * sign)


def spacetime(
    trace: Trace,
    *,
    title: str,
    description: str,
    lifelines: Sequence[str] = (),
    since_us: int = 0,
    until_us: int | None = None,
) -> Figure:
    """Return the diagram of a trace, or of a part of it, with its table of events.

    ``lifelines`` orders the nodes, by first appearance otherwise. Raises ValueError
    when the trace has no event in the part, a node has no lifeline, or a word is
    missing.
    """
    last_us = trace.end_us if until_us is None else until_us
    events = [event for event in trace if since_us <= event.at_us <= last_us]
    if not events:
        raise ValueError(
            f"no event between {since_us} and {last_us} us: nothing to draw"
        )
    sent = {event.message for event in events if isinstance(event, Sent)}
    cuts = {event.cut for event in events if isinstance(event, CutMade)}
    events = [
        event
        for event in events
        if not (isinstance(event, Delivered | Lost) and event.message not in sent)
        and not (isinstance(event, Healed) and event.cut not in cuts)
    ]
    found = nodes_of(events)
    nodes = list(lifelines) or found
    if missing := [node for node in found if node not in nodes]:
        raise ValueError(f"lifelines={nodes!r} leaves out {missing[0]!r}")
    drawing = _Drawing(events, lay_out(events, nodes))
    drawing.bands()
    drawing.lifelines()
    drawing.messages()
    drawing.words()
    columns = ("ms", "who", "what")
    rows = [(_ms(event.at_us), event.who, event.what) for event in events]
    return finish(
        drawing.root, title=title, description=description, columns=columns, rows=rows
    )
