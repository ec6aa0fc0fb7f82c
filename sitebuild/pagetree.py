"""A page as Markdown reads it, without building the site: its links, as HTML has them.

    text --fences left blank--> Python-Markdown, as mkdocs.yml has it --> a tree

A pattern takes code, comments and brackets for links; the library that makes the site
does not. Fences are read by fenced.py and are blank here, so that nothing runs. Lines
are found again by their words, since the tree does not tell them.

    paragraph, item, heading, row of a table  -->  Passage: its words, its lines
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser, LexborNode

from sitebuild import fenced, mkdocs_yml

_LEFT_OUT = (
    *("pymdownx.superfences", "pymdownx.highlight"),  # fences are blank here
    *("sitebuild.glossary_links", "sitebuild.counts_in_page"),  # added by a build
)

SOURCE = "\x01"
"""Stands in a passage's words where a note is called, or a link to another page ends.

A link within the page is none: what it leads to is a part of the page.
"""

_PASSAGES = {
    *("p", "li", "tr", "dt", "dd", "summary", "figcaption", "blockquote", "div"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
}
_UNREAD = {"code", "pre", "script", "style", "svg", "kbd", "sup", "sub"}
_SENTENCE = re.compile(r".+?(?:[.!?][^\s\w]*(?=\s|$)|$)", re.DOTALL)


@dataclass(frozen=True)
class Link:
    """Where a page leads or what it shows, as written, and the line of it."""

    target: str
    line: int


@lru_cache(maxsize=1)
def _extensions() -> list[str]:
    """Return the names of mkdocs.yml's Markdown extensions, but those left out."""
    return [name for name in mkdocs_yml.extensions() if name not in _LEFT_OUT]


@lru_cache(maxsize=128)
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


@dataclass(slots=True)
class Passage:
    """Words that are read in one piece, without code, each piece with its line."""

    is_row: bool
    words: str = ""
    pieces: list[tuple[int, int]] = field(default_factory=list)

    def add(self, words: str, line: int) -> None:
        """Add words that begin in a line of the page."""
        self.pieces.append((len(self.words), line))
        self.words += words

    def line_at(self, offset: int) -> int:
        """Return the line (from 1) of the page in which a character stands."""
        place = bisect_right(self.pieces, offset, key=lambda piece: piece[0]) - 1
        start, line = self.pieces[place]
        return line + self.words.count("\n", start, offset)

    def sentences(self) -> list[str]:
        """Return its sentences, which joined are its words; a row is one."""
        return [self.words] if self.is_row else _SENTENCE.findall(self.words)


class _Reader:
    """Cuts a page into passages, and finds the line of each in its text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at, self._line = 0, 1
        self.passages: list[Passage] = []

    def _line_of(self, words: str) -> int:
        """Return the line of words that follow those asked for last."""
        found = self._text.find(words.strip().split("\n", 1)[0], self._at)
        if found >= 0:
            self._line += self._text.count("\n", self._at, found)
            self._at = found
        blank = len(words) - len(words.lstrip())
        return self._line - words.count("\n", 0, blank)

    def begin(self, node: LexborNode) -> None:
        into = Passage(is_row=node.tag == "tr")
        self.passages.append(into)
        self._read(node, into)

    def _read(self, node: LexborNode, into: Passage) -> None:
        for part in node.iter(include_text=True):
            tag, attributes = part.tag, part.attributes or {}
            kind = attributes.get("class") or ""
            if tag == "-text":
                words = part.text_content or ""
                into.add(words, self._line_of(words))
            elif tag in _UNREAD:
                is_note = tag == "sup" and part.css_first("a.footnote-ref")
                into.add(SOURCE if is_note else " ", self._line)
            elif kind == "footnote":
                continue
            elif tag in _PASSAGES:
                self.begin(part)
            else:
                self._read(part, into)
                leads_away = not (attributes.get("href") or "#").startswith("#")
                into.add(SOURCE if leads_away else " ", self._line)


def passages(text: str) -> list[Passage]:
    """Return what is read of a text without fences, but its notes."""
    reader = _Reader(text)
    if body := tree(text).body:
        reader.begin(body)
    return reader.passages
