"""Charts in the house style: lines and bars, drawn by Pygal (the extra ``figures``).

    line_chart({"refuse": [(0, 0), (10, 31)], "accept": [(0, 0), (10, 0)]}, ...)
    bar_chart(["refuse", "accept"], {"refused": [31, 0]}, ...)

Both return a Figure, whose table holds exactly the points that were drawn. The same
data gives the same bytes: what Pygal would add of chance, date and script is left out.
Lines that all end at the right edge carry their names there; a legend names the others.

Left out: logarithmic axes, stacked bars.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pygal
from pygal.style import Style

from sdnotes.figures.figure import (
    FAINT,
    FONT,
    INK,
    RULE,
    SERIES,
    Figure,
    finish,
)
from sdnotes.figures.marks import line_at, text_at

_WIDTH_PX, _HEIGHT_PX = 420, 290
_LETTER_PX = 7.2
"""As wide as a letter of a name may be on average, in the widest of the usual fonts."""
_LONGEST_AT_AN_END = 18
"""Letters: a longer name would take too much of the width from the lines."""
_APART_PX = 15
"""Between the names of two lines that end close to each other."""
# In place of Pygal's own sheet, which is eight times as long and knows no theme.
_CSS = f"""
.sd-chart text{{font:12px {FONT};fill:{FAINT};stroke:none}}
.sd-chart .background,.sd-chart .nofill{{fill:none}}
.sd-chart .title,.sd-chart .axis.x text{{text-anchor:middle}}
.sd-chart text.title{{fill:{INK}}}
.sd-chart .axis.y text{{text-anchor:end}}
.sd-chart .legends text,.sd-chart .ends text{{fill:{INK}}}
.sd-chart .ends line{{stroke-width:1}}
.sd-chart .axis .line{{stroke:{RULE};fill:none}}
.sd-chart .axis.x .guide.line{{stroke:none}}
.sd-chart .line{{stroke-width:2}}
.sd-chart .axis .line{{stroke-width:1}}
"""
_CSS += "".join(
    f".sd-chart .color-{number}{{stroke:{colour};fill:{colour}}}\n"
    f".sd-chart .color-{number} .nofill,.sd-chart .color-{number}.nofill{{fill:none}}\n"
    for number, colour in enumerate(SERIES)
)


def _options(
    x_label: str, y_label: str, series: Collection[str], *, has_legend: bool = True
) -> dict[str, Any]:
    if len(series) > len(SERIES):
        raise ValueError(
            f"series={list(series)!r}: at most {len(SERIES)} can be told apart"
        )
    longest = max(map(len, series), default=0)
    columns = 3 if longest <= 12 else 2 if longest <= 22 else 1
    rows = -(-len(series) // columns) if has_legend else 0
    fonts = ("label", "major_label", "legend", "title", "value")
    return {
        "width": _WIDTH_PX,
        "height": _HEIGHT_PX,
        "style": Style(**{f"{font}_font_size": 12 for font in fonts}),
        "js": [],
        "show_legend": has_legend,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": columns,
        "legend_box_size": 10,
        "x_title": x_label,
        "y_title": y_label,
        "margin": 8,
        "margin_bottom": 16 + 18 * rows,
        "margin_right": 8 if has_legend else 16 + _LETTER_PX * longest,
        "truncate_label": -1,
        "max_scale": 8,
        "truncate_legend": -1,
    }


def _end_together(series: Mapping[str, Sequence[tuple[float, float]]]) -> bool:
    """Return whether there is room for the names at the right ends of the lines."""
    right = max(x for points in series.values() for x, _ in points)
    return all(
        len(points) > 1 and points[-1][0] == right and len(name) <= _LONGEST_AT_AN_END
        for name, points in series.items()
    )


def _spread(wanted: Sequence[float], bottom: float) -> list[float]:
    """Return heights near the wanted ones, in their order, each apart from the next."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    found, least = [0.0] * len(wanted), 0.0
    for place in order:
        found[place] = max(wanted[place], least)
        least = found[place] + _APART_PX
    most = bottom
    for place in reversed(order):
        found[place] = min(found[place], most)
        most = found[place] - _APART_PX
    return found


def _name_the_ends(root: ET.Element, names: Sequence[str]) -> None:
    """Write each line's name beside its last point, joined to it by a short stroke."""
    plot = next(each for each in root.iter("g") if each.get("class") == "plot")
    bottom = float(plot[0].get("height", "0"))
    ends = []
    for number in range(len(names)):
        line = next(
            path
            for group in plot.iter("g")
            if f"serie-{number}" in group.get("class", "").split()
            for path in group.iter("path")
        )
        x, y = re.findall(r"-?\d+(?:\.\d+)?", line.get("d", ""))[-2:]
        ends.append((float(x), float(y)))
    group = ET.SubElement(plot, "g", {"class": "ends"})
    heights = _spread([y for _, y in ends], bottom)
    for number, ((x, y), height) in enumerate(zip(ends, heights, strict=True)):
        line_at(group, f"color-{number}", x + 4, y, x + 12, height)
        text_at(group, "end", x + 15, height + 4, names[number])


def _shorn(root: ET.Element) -> ET.Element:
    """Take out what Pygal adds for its own script, which no page of ours loads."""
    for parent in list(root.iter()):
        parent.tag = parent.tag.rpartition("}")[2]
        for child in list(parent):
            tag = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
            unseen = {"showable", "tooltip"} & set(child.get("class", "").split())
            if unseen or tag in ("", "script", "title", "desc", "style"):
                parent.remove(child)
    for element in root.iter():
        element.attrib.pop("id", None)  # random, or the same in every chart of a page
    root.set("class", f"{root.get('class', '')} sd-chart".strip())
    style = ET.Element("style")
    style.text = _CSS
    root.insert(0, style)
    return root


def _drawn(chart: Any) -> ET.Element:
    return _shorn(ET.fromstring(chart.render()))  # noqa: S314 - Pygal's own output


def line_chart(
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    title: str,
    description: str,
    x_label: str,
    y_label: str,
) -> Figure:
    """Return a chart with a line through the points (x, y) of each series.

    Raises ValueError when there is no series or one of them is empty.
    """
    if not series or not all(series.values()):
        raise ValueError(f"series={dict(series)!r}: each line needs a point")
    columns = ("series", x_label, y_label)
    rows = [
        (name, str(x), str(y)) for name, points in series.items() for x, y in points
    ]
    is_named_at_its_ends = _end_together(series)
    chart = pygal.XY(
        **_options(x_label, y_label, series, has_legend=not is_named_at_its_ends)
    )
    for name, points in series.items():
        chart.add(name, list(points), dots_size=2.5, stroke_style={"width": 2})
    root = _drawn(chart)
    if is_named_at_its_ends:
        _name_the_ends(root, list(series))
    return finish(
        root, title=title, description=description, columns=columns, rows=rows
    )


def bar_chart(
    categories: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    title: str,
    description: str,
    x_label: str,
    y_label: str,
) -> Figure:
    """Return a chart with a group of bars for each category, one bar a series.

    Raises ValueError when a series has not one value for each category.
    """
    for name, values in series.items():
        if len(values) != len(categories) or not values:
            raise ValueError(
                f"series[{name!r}] has {len(values)} values for "
                f"{len(categories)} categories"
            )
    columns = (x_label, *series)
    rows = [
        (category, *(str(values[place]) for values in series.values()))
        for place, category in enumerate(categories)
    ]
    chart = pygal.Bar(**_options(x_label, y_label, series))
    chart.x_labels = list(categories)
    for name, values in series.items():
        chart.add(name, list(values))
    return finish(
        _drawn(chart), title=title, description=description, columns=columns, rows=rows
    )
