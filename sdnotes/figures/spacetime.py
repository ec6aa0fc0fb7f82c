r"""Draw a trace as a space-time diagram: who knew what when, and what never arrived.

     0 ms   ATM1        ATM2
             |            |         a lifeline for each node; time runs down
             |--\         |         a message slants: it takes time
             |    \-->    |
     20 ms   |////////////|         a cut, as a band between the nodes that it parts
             |--x         |         a lost message ends in a cross

Every event is a group with ``data-step`` (its place in the trace), ``data-at-us``,
``data-y`` (the height of its time) and ``data-says``, so that a script can show the
diagram step by step. A shape that takes time, a message or a cut, has ``data-until``,
the step that ends it; where nothing does, the number of events.

    what is missing                             how it is drawn
    a message's arrival or loss                 an open end beside its sender
    its sending, before ``since_us``            not at all, nor is it in the table
    the healing of a cut                        the band runs to the foot
    a cut's beginning, before ``since_us``      not at all, nor is its healing
    a lifeline for a node that has events       not at all: ValueError

Source: Lamport 1978, "Time, Clocks, and the Ordering of Events", figure 1.
Left out: time to scale (see layout.py); more than about eight nodes.
"""

from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

from sdnotes.figures.figure import Figure, finish
from sdnotes.figures.layout import (
    CHARACTER_PX,
    HEAD_PX,
    LINE_PX,
    Layout,
    lay_out,
    nodes_of,
    room_for_words,
)
from sdnotes.figures.marks import STYLE, line_at, ms, px, text_at, tip
from sdnotes.sim.trace import CutMade, Delivered, Event, Healed, Lost, Sent, Trace

_LOST_AT = 0.62  # how far across the gap a lost message is drawn
_LOST_AT_ONCE = 0.4  # below a half: two that leave towards each other do not meet


class _Drawing:
    """The state of one drawing: the events, their places and the SVG so far."""

    def __init__(self, events: Sequence[Event], layout: Layout) -> None:
        self.events = events
        self.layout = layout
        size = f"0 0 {px(layout.width)} {px(layout.height)}"
        # Narrower, and the smallest words would be below 9 px; a page scrolls it then.
        least = f"min-width:{round(layout.width * 0.84)}px"
        attributes = {"class": "sd-st", "viewBox": size, "style": least}
        self.root = ET.Element("svg", attributes)
        ET.SubElement(self.root, "style").text = STYLE
        # Words that lines may cross are drawn after all lines: step, kind, place, text.
        self.later: list[tuple[int, str, float, float, str]] = []
        self.label_of: dict[tuple[str, str, int], int] = {}
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
                "data-y": px(self.layout.y_of(event.at_us)),
                "data-says": f"{event.who} {event.what}",
            },
        )

    def bands(self) -> None:
        healed = {e.cut: i for i, e in enumerate(self.events) if isinstance(e, Healed)}
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

    def _band(self, step: int, cut: CutMade, end: int | None) -> None:
        top = self.layout.y_of(cut.at_us)
        foot = self.layout.height - HEAD_PX / 2
        bottom = foot if end is None else self.layout.y_of(self.events[end].at_us)
        group = self.group(step)
        healed = None if end is None else self.group(end)
        for left, right in self._parted(cut):
            place = {"x": left, "y": top, "width": right - left, "height": bottom - top}
            shape = {name: px(value) for name, value in place.items()}
            until = str(len(self.events) if end is None else end)
            marks = {"class": "band", **shape, "data-until": until}
            ET.SubElement(group, "rect", marks)
            middle = (left + right) / 2
            words = f"{cut.text} cut" if len(cut.links) == 1 else "link cut"
            line_at(group, "edge", left, top, right, top)
            self.later.append((step, "cut", middle, top + 12, words))
            if healed is not None and end is not None:
                line_at(healed, "edge", left, bottom, right, bottom)
                if bottom - top > 40:  # else there is room for one of the two words
                    self.later.append((end, "cut", middle, bottom - 15, "healed"))

    def lifelines(self) -> None:
        for name, x in self.layout.column_x.items():
            text_at(self.root, "head", x, HEAD_PX - 10, name)
            line_at(self.root, "life", x, HEAD_PX, x, self.layout.height - HEAD_PX / 2)
        last_y = -LINE_PX
        for at_us, y in self.layout.time_y.items():
            if y - last_y >= LINE_PX:
                text_at(self.root, "time", 2, y + 4, f"{ms(at_us)} ms")
                last_y = int(y)

    def words(self) -> None:
        for name, blocks in self.layout.words.items():
            x = self.layout.column_x[name]
            side, _ = room_for_words(name, self.layout.column_x, self.layout.width)
            for block in blocks:
                group = self.group(block.step)
                dot = {"cx": px(x), "cy": px(self.layout.y_of(self._at(block.step)))}
                ET.SubElement(group, "circle", {"class": "dot", "r": "3", **dot})
                for number, line in enumerate(block.lines):
                    text = text_at(
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
        ended = set()
        for step, event in enumerate(self.events):
            if isinstance(event, Delivered):
                self._delivered(step, event)
                ended.add(event.message)
            elif isinstance(event, Lost):
                self._lost(step, event)
                ended.add(event.message)
        for number, (step, sent) in self.sent.items():
            if number not in ended:
                self._under_way(step, sent)

    def _ends(self, sent: Sent, until_us: int) -> tuple[float, float, float, float]:
        x1, x2 = self.layout.column_x[sent.who], self.layout.column_x[sent.to]
        return x1, self.layout.y_of(sent.at_us), x2, self.layout.y_of(until_us)

    def _leaves(
        self, step: int, until: int, kind: str, ends: tuple[float, float, float, float]
    ) -> None:
        group = self.group(step)
        line_at(group, kind, *ends).set("data-until", str(until))
        dot = {"cx": px(ends[0]), "cy": px(ends[1])}
        ET.SubElement(group, "circle", {"class": "dot", "r": "3", **dot})

    def _label(
        self, step: int, sent: Sent, at: tuple[float, float], off: float
    ) -> None:
        """Plan a label; messages that leave together by one link share one."""
        x1, x2 = self.layout.column_x[sent.who], self.layout.column_x[sent.to]
        leaving = (sent.who, sent.to, sent.at_us)
        if leaving not in self.label_of:
            self.label_of[leaving] = len(self.later)
            y = at[1] + (-off if x2 > x1 else off + 9)
            self.later.append((step, "label", at[0], y, sent.label))
            return
        place = self.label_of[leaving]
        first, kind, x, y, words = self.later[place]
        if sent.label not in words.split(", ") and not words.endswith(" ..."):
            joined = f"{words}, {sent.label}"
            fits = len(joined) * CHARACTER_PX < abs(x2 - x1)
            words = joined if fits else f"{words} ..."
            # Played step by step, it must not name a message that has yet to leave.
            self.later[place] = (max(first, step), kind, x, y, words)

    def _delivered(self, step: int, event: Delivered) -> None:
        sent_step, sent = self.sent[event.message]
        x1, y1, x2, y2 = self._ends(sent, event.at_us)
        if y2 <= y1:
            y2 = y1 + 1  # a message without delay is still seen to go
        self._leaves(sent_step, step, "msg", (x1, y1, x2, y2))
        order = list(self.layout.column_x)
        hops = abs(order.index(sent.to) - order.index(sent.who))
        room = abs(x2 - x1) / hops
        half = len(sent.label) * CHARACTER_PX / 2 + 6
        # Near the sender, so that labels of messages that cross do not.
        share = min(max(0.3, half / room), 0.5) if hops == 1 else (hops - 0.5) / hops
        at = (x1 + share * (x2 - x1), y1 + share * (y2 - y1))
        self._label(sent_step, sent, at, off=5)
        tip(self.group(step), x1, y1, x2, y2)

    def _under_way(self, step: int, sent: Sent) -> None:
        """Draw a message that has not arrived when the picture ends."""
        x1, y1, x2, _ = self._ends(sent, sent.at_us)
        end = (x1 + _LOST_AT * (x2 - x1), min(y1 + 16, self.layout.height - 6))
        self._leaves(step, len(self.events), "msg open", (x1, y1, *end))
        self._label(step, sent, ((x1 + end[0]) / 2, (y1 + end[1]) / 2), off=8)

    def _lost(self, step: int, event: Lost) -> None:
        sent_step, sent = self.sent[event.message]
        x1, y1, x2, y2 = self._ends(sent, event.at_us)
        at = (x1 + _LOST_AT / 2 * (x2 - x1), (y1 + y2) / 2)
        # Level where no time passes: lower, it would be seen before that time has come.
        x2 = x1 + (_LOST_AT if y2 > y1 else _LOST_AT_ONCE) * (x2 - x1)
        self._leaves(sent_step, step, "gone dashed", (x1, y1, x2, y2))
        self._label(sent_step, sent, at, off=8)
        cross = self.group(step)
        for sign in (1, -1):
            line_at(cross, "gone", x2 - 4, y2 - 4 * sign, x2 + 4, y2 + 4 * sign)

    def labels(self) -> None:
        for step, kind, x, y, words in self.later:
            text_at(self.group(step), kind, x, y, words)


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
            f"trace has no event from {since_us} to {last_us} us: nothing to draw"
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
    drawing.labels()
    drawing.words()
    columns = ("ms", "who", "what")
    rows = [(ms(event.at_us), event.who, event.what) for event in events]
    return finish(
        drawing.root, title=title, description=description, columns=columns, rows=rows
    )
