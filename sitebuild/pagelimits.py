"""How much may stand on a page of a chapter? Its readers said what they bear.

                                        index    deeper, practice   systems
    minutes                             25       15                 shown only
    lines, columns of an open snippet   15, 80   20, 88
    lines of an open output             15       20
    rows, columns of a table            10, 5    16, 6
    figures                             3 to 7   1 or more
    mechanisms shown open               4        1
    words in a parenthesis              12

A page may say another number, with its reason, in its front matter:

    limits:
      minutes: 28 because the proof stands on this page

What there is too little of is told once all else is well: a chapter grows.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sitebuild import DOCS, fences, pagetree
from sitebuild.pagesize import Size, measured, plain
from sitebuild.pagetext import FRONT_MATTER
from sitebuild.problems import Problem, ProblemError, relative

_INDEX = {
    "minutes": 25,
    "snippet lines": 15,
    "snippet columns": 80,
    "output lines": 15,
    "table rows": 10,
    "table columns": 5,
    "figures": 7,
    "least figures": 3,
    "least mechanisms": 4,
}
_DEEPER = {
    "minutes": 15,
    "snippet lines": 20,
    "snippet columns": 88,
    "output lines": 20,
    "table rows": 16,
    "table columns": 6,
    "least figures": 1,
    "least mechanisms": 1,
}
_LIMITS = {"index": _INDEX, "deeper": _DEEPER, "practice": _DEEPER, "systems": {}}
_PARENTHESIS_WORDS = 12
_CHANGED = re.compile(r"(\d+) because (.+)")


def kind(path: Path) -> str:
    """Return which kind of a chapter's page it is, or "" for any other page."""
    if path.parent.parent != DOCS / "chapters":
        return ""
    return path.stem if path.stem in _LIMITS else "deeper"


def _limits(text: str, path: Path) -> dict[str, float]:
    """Return what a page is held to; raises ProblemError for what it says wrongly."""
    limits: dict[str, float] = dict(_LIMITS[kind(path)])
    front = FRONT_MATTER.match(text)
    said: Any = (yaml.safe_load(front[1]) or {}).get("limits", {}) if front else {}
    for name, value in said.items():
        changed = _CHANGED.fullmatch(str(value))
        if name not in limits or not changed:
            message = (
                f"limits: {name}: {value}: write `<number> because <reason>` for one "
                f"of {', '.join(limits)}"
            )
            raise ProblemError(Problem(relative(path), 1, message))
        limits[name] = float(changed[1])
    return limits


def _over(size: Size) -> Iterator[tuple[int, str, str, float]]:
    """Yield line, name of the limit, what to do and the number that is too large."""
    shorten = "move a part to a deeper page, or fold what only measures"
    yield 1, "minutes", shorten, math.ceil(size.minutes)
    fold = "move what is long into the package, or mark it `fold`"
    for snippet in size.snippets:
        yield snippet.line, "snippet lines", fold, snippet.lines
        yield snippet.line, "snippet columns", "break its lines", snippet.columns
    for line, height in size.outputs:
        yield line, "output lines", "print less, or draw a figure", height
    for table in size.tables:
        yield table.line, "table rows", "leave rows out, or draw a figure", table.rows
        yield table.line, "table columns", "leave columns out", table.columns
    yield 1, "figures", "move some to a deeper page", size.figures


def too_large(text: str, path: Path) -> list[Problem]:
    """Return what of a page is more than its readers bear."""
    if not kind(path):
        return []
    limits = _limits(text, path)
    return [
        Problem(
            relative(path),
            line,
            f"{name}: {value:g}; at most {limits[name]:g} on such a page: {advice}",
        )
        for line, name, advice, value in _over(measured(text, path))
        if value > limits.get(name, math.inf)
    ]


def too_little(text: str, path: Path) -> list[Problem]:
    """Return what a page has not enough of yet."""
    if not kind(path):
        return []
    limits, size = _limits(text, path), measured(text, path)
    has = {
        "figures": size.figures,
        "mechanisms": sum(snippet.is_mechanism for snippet in size.snippets),
    }
    return [
        Problem(
            relative(path), 1, f"{name}: {count}; at least {least:g} on such a page"
        )
        for name, count in has.items()
        if count < (least := limits.get(f"least {name}", 0))
    ]


def parentheses(text: str, path: Path) -> list[Problem]:
    """Return asides that stop a newcomer in the middle of a line of an index page."""
    if kind(path) != "index":
        return []
    found = []
    for passage in pagetree.passages(plain(text, path)):
        asides = (
            [] if passage.is_row else list(re.finditer(r"\(([^()]*)\)", passage.words))
        )
        for count, aside in enumerate(asides, start=1):
            words = len(aside[1].split())
            line = passage.line_at(aside.start())
            if words > _PARENTHESIS_WORDS:
                message = (
                    f"a parenthesis of {words} words: make it a sentence or a footnote"
                )
                found.append(Problem(relative(path), line, message))
            elif count == 2:
                message = "a second parenthesis in one paragraph: make it a sentence"
                found.append(Problem(relative(path), line, message))
    return found


def _pages() -> Iterator[tuple[str, Path]]:
    for path in fences.pages(DOCS / "chapters"):
        yield path.read_text("utf-8"), path


def problems() -> list[Problem]:
    """Return what is too much on the pages of chapters."""
    return [
        problem
        for page in _pages()
        for check in (too_large, parentheses)
        for problem in check(*page)
    ]


def unfinished() -> list[Problem]:
    """Return what the pages of chapters have not enough of."""
    return [problem for page in _pages() for problem in too_little(*page)]
