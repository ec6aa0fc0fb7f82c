r"""Draw guarantees from the strongest to the weakest, by what a cut leaves of them.

    |  in a cut, one side must wait            |     a band: what holds of all in it
    |  +---------------+   +---------------+   |
    |  | linearizable  |   | serializable  |   |     a box: a name, and what it promises
    |  +---------------+   +---------------+   |
    |          |                               |     a line: the upper keeps the lower

Rows within a band hold one box or two. Words are wrapped to their box, so that all of
it can be read on a telephone.

Left out: lines that cross a box; more than two boxes beside each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol
from xml.etree import ElementTree as ET

from sdnotes.figures.figure import FAINT, FONT, INK, PAPER, RULE, SERIES, Figure, finish
from sdnotes.figures.marks import line_at, lines_of, px, text_at

_WIDTH_PX = 420.0
_MARGIN_PX = 10.0
_GAP_PX = 22.0
_LINE_PX = 14.0
_CHARACTER_PX = 6.1
_STYLE = f"""
.sd-ladder text{{font:11.5px {FONT};fill:{INK};stroke:none}}
.sd-ladder .name{{font-size:13px;font-weight:600}}
.sd-ladder .band{{fill:{SERIES[0]};fill-opacity:.09}}
.sd-ladder .band.hard{{fill:{SERIES[1]}}}
.sd-ladder .head{{fill:{FAINT};font-weight:600}}
.sd-ladder .box{{fill:{PAPER};stroke:{RULE};stroke-width:1.2}}
.sd-ladder .keeps{{stroke:{FAINT};stroke-width:1.6}}
"""


class Rung(Protocol):
    """A guarantee: its name, what it promises, what is left of it, what it keeps."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def promises(self) -> str: ...  # noqa: D102
    @property
    def in_a_cut(self) -> str: ...  # noqa: D102
    @property
    def keeps(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class _Place:
    left: float
    top: float
    width: float
    height: float
    lines: tuple[str, ...]


class _Drawing:
    def __init__(self) -> None:
        self.root = ET.Element("svg", {"class": "sd-ladder"})
        ET.SubElement(self.root, "style").text = _STYLE
        self.places: dict[str, _Place] = {}
        self.y = 4.0

    def box(
        self, kind: str, left: float, top: float, size: tuple[float, float]
    ) -> None:
        place = {"x": left, "y": top, "width": size[0], "height": size[1]}
        shape = {name: px(value) for name, value in place.items()}
        ET.SubElement(self.root, "rect", {"class": kind, "rx": "4", **shape})

    def band(self, says: str, rows: Iterable[Sequence[Rung]], hard: bool) -> None:
        top, self.y = self.y, self.y + 24
        for row in rows:
            self._place_row(row)
        kind = "band hard" if hard else "band"
        self.box(kind, 2, top, (_WIDTH_PX - 4, self.y - top - 8))
        text_at(self.root, "head", _MARGIN_PX, top + 16, says)

    def _place_row(self, row: Sequence[Rung]) -> None:
        room = _WIDTH_PX - 2 * _MARGIN_PX - _GAP_PX * (len(row) - 1)
        width = room / len(row)
        letters = int((width - 16) / _CHARACTER_PX)
        wrapped = [tuple(lines_of(rung.promises, letters)) for rung in row]
        height = 26 + _LINE_PX * max(map(len, wrapped))
        for number, (rung, lines) in enumerate(zip(row, wrapped, strict=True)):
            left = _MARGIN_PX + number * (width + _GAP_PX)
            self.places[rung.name] = _Place(left, self.y, width, height, lines)
        self.y += height + _GAP_PX

    def line(self, upper: str, lower: str) -> None:
        """Join the foot of one box to the head of another, where both have room."""
        above, below = self.places[upper], self.places[lower]
        left = max(above.left, below.left)
        right = min(above.left + above.width, below.left + below.width)
        # Wide boxes are joined at the right, where no head of a band stands.
        wide = right - left > _WIDTH_PX / 2
        x1 = x2 = left + (right - left) * (0.88 if wide else 0.5)
        if right <= left:  # side by side
            x1, x2 = above.left + above.width / 2, below.left + below.width / 2
        line_at(self.root, "keeps", x1, above.top + above.height, x2, below.top)

    def words(self, rung: Rung) -> None:
        place = self.places[rung.name]
        self.box("box", place.left, place.top, (place.width, place.height))
        text_at(self.root, "name", place.left + 8, place.top + 17, rung.name)
        for number, line in enumerate(place.lines):
            y = place.top + 33 + _LINE_PX * number
            text_at(self.root, "says", place.left + 8, y, line)


def ladder(rows: Sequence[Sequence[Rung]], *, title: str, description: str) -> Figure:
    """Return rows of guarantees as a figure, the strongest first, with its table.

    Rows that say the same of a cut stand in one band; the first band is marked. Raises
    ValueError when there is no row, when one has not one or two, or when a guarantee
    keeps one that no lower row has.
    """
    if not rows:
        raise ValueError("rows=(): nothing to draw")
    for number, row in enumerate(rows):
        if not 1 <= len(row) <= 2:
            raise ValueError(f"rows[{number}] holds {len(row)}, not one or two")
        lower = {rung.name for later in rows[number + 1 :] for rung in later}
        for rung in row:
            if unknown := sorted(set(rung.keeps) - lower):
                raise ValueError(
                    f"rows[{number}]: {rung.name} keeps {unknown[0]}: none below"
                )
    drawing = _Drawing()
    for number, (says, band) in enumerate(groupby(rows, lambda row: row[0].in_a_cut)):
        drawing.band(says, band, hard=number == 0)
    rungs = [rung for row in rows for rung in row]
    for rung in rungs:
        for lower_name in rung.keeps:
            drawing.line(rung.name, lower_name)
    for rung in rungs:
        drawing.words(rung)
    drawing.root.set("viewBox", f"0 0 {px(_WIDTH_PX)} {px(drawing.y)}")
    drawing.root.set("style", f"min-width:{round(_WIDTH_PX * 0.84)}px")
    table = [(rung.name, rung.promises, rung.in_a_cut) for rung in rungs]
    columns = ("guarantee", "promises", "in a cut")
    return finish(
        drawing.root, title=title, description=description, columns=columns, rows=table
    )
