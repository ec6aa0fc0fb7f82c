r"""Draw copies as circles: on which side each stands, what is written, what is read.

    W=2, R=2    (A) [(B)] [C]           written A, B; read B, C: they meet in B
    3 | 2       (A) (B) (C) | D  E      a cut between sides; the filled side goes on

A filled circle is written, or goes on; one with a ring is read.

Left out: more than about nine copies in a row.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from sdnotes.figures.figure import FONT, INK, PAPER, RULE, SERIES, Figure, finish
from sdnotes.figures.layout import HEAD_CHARACTER_PX
from sdnotes.figures.marks import line_at, px, text_at

_WIDTH_PX = 420.0
_ROW_PX = 46.0
_STEP_PX = 34.0
_RADIUS_PX = 11.0
_CHARACTER_PX = 6.4
_STYLE = f"""
.sd-copies text{{font:11.5px {FONT};fill:{INK};stroke:none}}
.sd-copies .label{{font-size:13px;font-weight:600}}
.sd-copies .in{{text-anchor:middle;font-weight:600}}
.sd-copies .in.on{{fill:{PAPER}}}
.sd-copies .copy{{fill:{PAPER};stroke:{RULE};stroke-width:1.6}}
.sd-copies .copy.on{{fill:{SERIES[0]};stroke:{SERIES[0]}}}
.sd-copies .ring{{fill:none;stroke:{SERIES[1]};stroke-width:2.4}}
.sd-copies .cut{{stroke:{SERIES[1]};stroke-width:2;stroke-dasharray:3 3}}
"""


@dataclass(frozen=True, slots=True)
class CopiesRow:
    """Copies by side, each side a string or names; what is filled, ringed, and said."""

    label: str
    sides: tuple[Sequence[str], ...]
    filled: Collection[str] = ()
    ringed: Collection[str] = ()
    says: str = ""

    @property
    def names(self) -> list[str]:
        """Return the copies from left to right."""
        return [name for side in self.sides for name in side]


def _draw_row(root: ET.Element, row: CopiesRow, left: float, y: float) -> float:
    """Draw one row and return where it ends."""
    text_at(root, "label", 8, y + 4, row.label)
    x = left
    for number, side in enumerate(row.sides):
        if number:
            x += _STEP_PX / 2
            middle = x - 0.75 * _STEP_PX
            line_at(root, "cut", middle, y - 17, middle, y + 17)
        for name in side:
            on = " on" if name in row.filled else ""
            at = {"cx": px(x), "cy": px(y)}
            ET.SubElement(
                root, "circle", {"class": f"copy{on}", "r": px(_RADIUS_PX), **at}
            )
            if name in row.ringed:
                ring = {"class": "ring", "r": px(_RADIUS_PX + 3.5), **at}
                ET.SubElement(root, "circle", ring)
            text_at(root, f"in{on}", x, y + 4, name)
            x += _STEP_PX
    return x - _STEP_PX / 2


def _check(rows: Sequence[CopiesRow]) -> None:
    if not rows:
        raise ValueError("rows=(): nothing to draw")
    for row in rows:
        names = row.names
        if len(set(names)) != len(names):
            raise ValueError(f"rows: {row.label!r} names a copy twice")
        if unknown := sorted({*row.filled, *row.ringed} - set(names)):
            raise ValueError(f"rows: {row.label!r} has no copy {unknown[0]!r}")


def copies(
    rows: Sequence[CopiesRow],
    *,
    title: str,
    description: str,
    filled: str = "written",
    ringed: str = "read",
) -> Figure:
    """Return the rows as a figure; ``filled`` and ``ringed`` say what the marks mean.

    Raises ValueError where there is no row, or where a row names a copy twice or marks
    one that it does not have.
    """
    _check(rows)
    root = ET.Element("svg", {"class": "sd-copies"})
    ET.SubElement(root, "style").text = _STYLE
    left = 36 + HEAD_CHARACTER_PX * max(len(row.label) for row in rows)
    y, width = _ROW_PX / 2 + 4, _WIDTH_PX
    ends = []
    for number, row in enumerate(rows):
        ends.append(_draw_row(root, row, left, y + number * _ROW_PX))
    for number, row in enumerate(rows):
        at = y + number * _ROW_PX + 4
        text_at(root, "says", max(ends) + 6, at, row.says)
        width = max(width, max(ends) + 12 + _CHARACTER_PX * len(row.says))
    root.set("viewBox", f"0 0 {px(width)} {px(_ROW_PX * len(rows) + 8)}")
    root.set("style", f"min-width:{round(width * 0.84)}px")
    table = [
        [
            row.label,
            " | ".join(" ".join(side) for side in row.sides),
            " ".join(name for name in row.names if name in row.filled) or "-",
            " ".join(name for name in row.names if name in row.ringed) or "-",
            row.says,
        ]
        for row in rows
    ]
    columns = ["case", "copies", filled, ringed, "so"]
    if not any(row.ringed for row in rows):
        del columns[3]
        table = [row[:3] + row[4:] for row in table]
    return finish(
        root, title=title, description=description, columns=columns, rows=table
    )
