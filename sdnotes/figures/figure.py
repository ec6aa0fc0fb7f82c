"""One figure: an SVG that says in words and numbers what it shows.

    <svg role="img" aria-labelledby="...-title ...-desc">
      <title>   what it is              read aloud by screen readers
      <desc>    what to see in it
      <metadata>{"columns": [...], "rows": [...]}   the numbers behind it

Source: W3C, SVG 2, sections 5.6 (title, desc) and 5.8 (metadata).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from sdnotes.tables import text_table

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FONT = "var(--sd-figure-font, system-ui, sans-serif)"
INK = "var(--sd-ink, #1d2733)"
FAINT = "var(--sd-faint, #66727f)"
RULE = "var(--sd-rule, #c3cad1)"
PAPER = "var(--sd-paper, #ffffff)"
SERIES = (
    "var(--sd-series-1, #0b6e75)",
    "var(--sd-series-2, #b4431f)",
    "var(--sd-series-3, #7a5aa6)",
    "var(--sd-series-4, #8a6d00)",
    "var(--sd-series-5, #3a6ea5)",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its words and numbers; str() is the SVG.

    Raises ValueError where the title, the description or the table is empty: readers
    who cannot see the picture depend on them.
    """

    title: str
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    svg: str

    def __post_init__(self) -> None:
        for name in ("title", "description"):
            text = getattr(self, name)
            if not text.strip():
                raise ValueError(f"{name}={text!r}: a figure needs a {name}")
        if not self.rows:
            raise ValueError("rows=(): a figure needs the numbers that it shows")

    def __str__(self) -> str:
        return self.svg

    def table(self) -> str:
        """Return the numbers behind the picture as aligned text."""
        return text_table(self.columns, self.rows)


def legible(text: str) -> str:
    """Return the text with what XML cannot hold replaced by U+FFFD.

    Source: W3C, XML 1.0, section 2.2 (characters).
    """
    return _NOT_IN_XML.sub("\ufffd", text)


def key_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a short id, the same for the same content, for ids inside the SVG."""
    content = json.dumps([title, list(columns), [list(row) for row in rows]])
    return "f" + hashlib.sha256(content.encode()).hexdigest()[:8]


def finish(
    root: ET.Element,
    *,
    title: str,
    description: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> Figure:
    """Put words and numbers into an SVG element and return the figure."""
    table = tuple(tuple(str(cell) for cell in row) for row in rows)
    key = key_of(title, columns, table)
    root.set("xmlns", SVG_NAMESPACE)
    root.set("role", "img")
    root.set("aria-labelledby", f"{key}-title {key}-desc")
    words = [
        ET.Element("title", {"id": f"{key}-title"}),
        ET.Element("desc", {"id": f"{key}-desc"}),
        ET.Element("metadata"),
    ]
    words[0].text = legible(title)
    words[1].text = legible(description)
    words[2].text = json.dumps({"columns": list(columns), "rows": table})
    for place, element in enumerate(words):
        root.insert(place, element)
    svg = ET.tostring(root, encoding="unicode")
    return Figure(title, description, tuple(columns), table, svg)
