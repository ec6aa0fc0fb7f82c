"""A page as Markdown reads it, without building the site: its links, as HTML has them.

    text --fences left blank--> Python-Markdown, as mkdocs.yml has it --> a tree

A pattern takes code, comments and brackets for links; the library that makes the site
does not. Fences are read by fenced.py and are blank here, so that nothing runs. Lines
are found again by their words, since the tree does not tell them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser

from sitebuild import ROOT, fenced

_OF_FENCES = ("pymdownx.superfences", "pymdownx.highlight")


@dataclass(frozen=True)
class Link:
    """Where a page leads or what it shows, as written, and the line of it."""

    target: str
    line: int


@lru_cache(maxsize=1)
def _extensions() -> list[str]:
    """Return the names of mkdocs.yml's Markdown extensions, but those of fences."""
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    _, _, rest = text.partition("\nmarkdown_extensions:\n")
    section = re.match(r"(?: .*\n|\n)*", rest)
    names = re.findall(r"^  - ([\w.]+)", section[0] if section else "", re.MULTILINE)
    return [name for name in names if name not in _OF_FENCES]


def blanked(text: str, path: Path) -> str:
    """Return the text with a blank line for each line of a fence."""
    parts, at = [], 0
    for fence in fenced.fences(text, path):
        parts += [
            text[at : fence.start],
            "\n" * text.count("\n", fence.start, fence.end),
        ]
        at = fence.end
    return "".join((*parts, text[at:]))


@lru_cache(maxsize=128)
def tree(text: str) -> LexborHTMLParser:
    """Return what Markdown makes of a text without fences."""
    return LexborHTMLParser(Markdown(extensions=_extensions()).convert(text))


def links(text: str, path: Path) -> Iterator[Link]:
    """Yield what the page's links and pictures lead to, in the order of the page.

    Raises ProblemError for a fence that cannot be read.
    """
    plain = blanked(text, path)
    for node in tree(plain).css("a[href], img[src]"):
        target = node.attributes.get("href") or node.attributes.get("src") or ""
        place = plain.find(target)
        yield Link(target, plain.count("\n", 0, max(0, place)) + 1)
