"""How long is a page: what of it stands open, and how many minutes that takes.

    minutes = words / 200 + lines of open code / 20 + 0.25 for each figure and table

What is folded away (``fold``, a figure's code, an answer in a box) counts nothing, and
neither do notes. pagelimits.py says how much a page may have.
"""

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from sitebuild import excerpts, fenced, fences, pagetree, records
from sitebuild.pagetext import without_front_matter
from sitebuild.problems import ProblemError

_ROW = re.compile(r"^ *\|.*\| *$")
_OPEN = ("python", "exercise")
"""Kinds of blocks that stand open: the other parts of an exercise are folded away."""
_UNREAD = "script, style, svg, .footnote, details > :not(summary)"


@dataclass(frozen=True, slots=True)
class Table:
    """Where a table begins, and its size."""

    line: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """What of a snippet stands open."""

    line: int
    lines: int
    columns: int
    is_mechanism: bool


@dataclass(frozen=True, slots=True)
class Size:
    """What a reader meets on a page; ``outputs`` are pairs of a line and a height."""

    words: int
    snippets: tuple[Snippet, ...]
    outputs: tuple[tuple[int, int], ...]
    tables: tuple[Table, ...]
    figures: int

    @property
    def minutes(self) -> float:
        """Return how long it takes to read."""
        code = sum(snippet.lines for snippet in self.snippets)
        shown = self.figures + len(self.tables)
        return self.words / 200 + code / 20 + shown / 4


def plain(text: str, path: Path) -> str:
    """Return a page's text without fences, comments and front matter, line for line."""
    body = without_front_matter(text)
    return pagetree.blanked(fenced.uncommented(body, path), path)


def _words(prose: str) -> int:
    tree = LexborHTMLParser(pagetree.tree(prose).html or "")
    for node in tree.css(_UNREAD):
        node.decompose()
    body = tree.body
    return len(re.findall(r"\w[\w'-]*", body.text(separator=" "))) if body else 0


def _tables(prose: str) -> Iterator[Table]:
    lines = prose.split("\n")
    start = 0
    for number, line in enumerate((*lines, ""), start=1):
        if _ROW.match(line):
            start = start or number
        elif start:
            cells = re.sub(r"\\\||`[^`]*`", "", lines[start - 1]).count("|") - 1
            yield Table(start, number - start - 2, cells)
            start = 0


def _open(block: fences.Block) -> Snippet:
    written = block.code.splitlines()
    if block.source is not None:
        written += excerpts.excerpt(block.source).code.splitlines()
    columns = max(map(len, written), default=0)
    is_mechanism = (
        block.flag == "mechanism"
        or block.source is not None
        or block.kind == "exercise"  # its reader writes one
    )
    return Snippet(block.line, len(written), columns, is_mechanism)


@lru_cache(maxsize=64)
def measured(text: str, path: Path) -> Size:
    """Return the size of a page. Raises ProblemError for a page that cannot be read."""
    prose = plain(text, path)
    blocks = fences.scan_text(text, path)
    snippets = [b for b in blocks if b.kind in _OPEN and not b.figure]
    tables = list(_tables(prose))
    for block in blocks:
        if block.kind == "record":
            with suppress(ProblemError):  # records.py tells what is wrong with it
                record = records.load_for(block)
                tables.append(Table(block.line, len(record.rows), len(record.columns)))
    return Size(
        words=_words(prose),
        snippets=tuple(_open(b) for b in snippets if b.flag != "fold"),
        outputs=tuple((b.line, len((b.recorded or "").split("\n"))) for b in snippets),
        tables=tuple(tables),
        figures=sum(block.figure for block in blocks),
    )


def in_words(size: Size) -> str:
    """Return how long a page takes, as its readers are told."""
    minutes = math.ceil(size.minutes)
    return f"{minutes} minute{'s' * (minutes > 1)} to read"
