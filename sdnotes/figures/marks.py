"""The marks of which a space-time diagram is made, and their style.

    line_at, text_at, tip     put one mark into a group     px, ms     write a number
    lines_of                  tear a text into lines

Colours are the theme's variables, with a fallback for where there is no theme.
"""

import textwrap
from xml.etree import ElementTree as ET

from sdnotes.figures.figure import FAINT, FONT, INK, PAPER, RULE, SERIES, legible

STYLE = f"""
.sd-st text{{font:11.5px {FONT};fill:{INK};stroke:none}}
.sd-st .head{{font-size:13px;font-weight:600;text-anchor:middle}}
.sd-st .time{{font-size:10px;fill:{FAINT}}}
.sd-st .life{{stroke:{RULE};stroke-width:2}}
.sd-st .dot{{fill:{INK}}}
.sd-st .msg{{stroke:{SERIES[0]};stroke-width:1.6;fill:none}}
.sd-st .tip{{fill:{SERIES[0]}}}
.sd-st .gone{{stroke:{SERIES[1]};stroke-width:1.6;fill:none}}
.sd-st .open{{stroke-dasharray:1 3}}
.sd-st .dashed{{stroke-dasharray:4 3}}
.sd-st .label,.sd-st .words{{paint-order:stroke;stroke:{PAPER};stroke-width:4px;
stroke-linejoin:round}}
.sd-st .label{{text-anchor:middle}}
.sd-st .band{{fill:{SERIES[1]};fill-opacity:.09}}
.sd-st .edge{{stroke:{SERIES[1]};stroke-width:1;stroke-dasharray:2 3}}
.sd-st .cut{{fill:{SERIES[1]};font-size:10.5px;font-weight:600;text-anchor:middle;
paint-order:stroke;stroke:{PAPER};stroke-width:3px}}
"""


def px(value: float) -> str:
    """Return a length as SVG writes it, to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def lines_of(text: str, letters: int) -> list[str]:
    """Return a text in lines of so many letters, the same by every Python.

    Before a word that is torn apart, Python 3.11 leaves a space behind.

    Examples:
        >>> lines_of("no: unknown redirect_uri", 8)
        ['no:', 'unknown', 'redirect', '_uri']
    """
    return [line.rstrip() for line in textwrap.wrap(text, letters)]


def text_at(
    parent: ET.Element, kind: str, x: float, y: float, words: str
) -> ET.Element:
    """Put words at a place and return their element."""
    element = ET.SubElement(parent, "text", {"class": kind, "x": px(x), "y": px(y)})
    element.text = legible(words)
    return element


def line_at(parent: ET.Element, kind: str, *ends: float) -> ET.Element:
    """Put a line from (x1, y1) to (x2, y2) and return it."""
    named = zip(("x1", "y1", "x2", "y2"), map(px, ends), strict=True)
    return ET.SubElement(parent, "line", {"class": kind, **dict(named)})


def ms(at_us: int) -> str:
    """Return microseconds as milliseconds, without a needless zero."""
    return f"{at_us / 1000:.1f}".removesuffix(".0")


def tip(group: ET.Element, x1: float, y1: float, x2: float, y2: float) -> None:
    """Put an arrow's head at the end of the line from (x1, y1) to (x2, y2)."""
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    back_x, back_y = x2 - 9 * ux, y2 - 9 * uy
    points = [
        (x2, y2),
        (back_x - 4 * uy, back_y + 4 * ux),
        (back_x + 4 * uy, back_y - 4 * ux),
    ]
    shape = " ".join(f"{px(x)},{px(y)}" for x, y in points)
    ET.SubElement(group, "polygon", {"class": "tip", "points": shape})
