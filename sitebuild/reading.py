"""How long a page takes to read: under a chapter's title, and on the home page's map.

An extension of Python-Markdown, since both builders run those: it sees a page's text as
it stands in its file, and puts the line below the first title. On the home page, an
item of a list that begins with a chapter's link ends with the minutes of that page.
"""

import math
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from sitebuild import DOCS, pagelimits, pagesize, pagetext

_BEFORE_FENCES = 40


def _said_of(text: str) -> str:
    """Return what is said of the chapter's page that has this text, or ""."""
    path = pagetext.page_of(text, DOCS)
    if path is None or not pagelimits.kind(path):
        return ""
    return pagesize.in_words(pagesize.measured(path.read_text("utf-8"), path))


def _minutes_of(item: Element) -> str:
    """Return how long the chapter takes with whose link an item begins, or ""."""
    link = item.find("./strong/a")
    path = DOCS / (link.get("href", "") if link is not None else "")
    if pagelimits.kind(path) != "index" or not path.is_file():
        return ""
    size = pagesize.measured(path.read_text("utf-8"), path)
    return f"{math.ceil(size.minutes)} min"


class _Reads(Preprocessor):  # type: ignore[misc]  # Markdown has no types
    def run(self, lines: list[str]) -> list[str]:
        """Remember what is to be said; change nothing."""
        text = "\n".join(lines)
        self.md.minutes = _said_of(text)
        self.md.is_home = pagetext.page_of(text, DOCS) == DOCS / "index.md"
        return lines


class _Says(Treeprocessor):  # type: ignore[misc]
    def run(self, root: Element) -> None:
        """Put the line below the title, and minutes on the map."""
        for item in root.iter("li") if getattr(self.md, "is_home", False) else ():
            if minutes := _minutes_of(item):
                SubElement(item, "span", {"class": "sd-soon"}).text = minutes
        words = getattr(self.md, "minutes", "")
        for place, element in enumerate(root):
            if words and element.tag == "h1":
                line = Element("p", {"class": "sd-minutes"})
                line.text = words
                root.insert(place + 1, line)
                return


class Reading(Extension):  # type: ignore[misc]
    """Registers both halves."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        """Add them to a Markdown instance."""
        md.preprocessors.register(_Reads(md), "sd-reads", _BEFORE_FENCES)
        md.treeprocessors.register(_Says(md), "sd-says", 1)


def makeExtension(**settings: Any) -> Reading:  # noqa: N802 - Markdown's name
    """Return the extension, as mkdocs.yml names it."""
    return Reading(**settings)
