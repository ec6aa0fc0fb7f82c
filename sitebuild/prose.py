"""Where has a chapter's number come from? A program, a source, or a sum by hand.

    "12,000 wait at its end"                  an output, or code, of this page holds it
    "37 on average.[^pool]"                   its sentence, or its row, has a source
    "1009 <!-- by hand: 1009 = 99 + 910 -->"  it is worked out, and that is checked

Numbers up to 10 are left alone, and so are those in code, in notes, in dates and in
names (RFC 9110, SHA-256, 1.11.3). A link within the page is no source: what it leads to
is a part of the page. That a number stands for what its sentence says, no machine sees.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sitebuild import DOCS, exercises, fences, pagetree
from sitebuild.problems import Problem, relative

SMALL = 10
"""Numbers up to here are words: two machines, three reasons."""

_NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z]-)"
    r"(?:\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
)
_BETWEEN = re.compile("[, \u00a0\u202f]")
_MONTHS = "January|February|March|April|May|June|July|August|September|October"
_MONTH = rf"(?:{_MONTHS}|November|December)"
_NAME = re.compile(
    rf"(?:\d{{1,2}} )?\b{_MONTH}\b(?: \d{{1,2}}\b,?)?(?: \d{{4}}\b)?"
    r"|\b\d{4}-\d\d(?:-\d\d)?\b"
    r"|\bv?\d+(?:\.\d+){2,}"
    r"|\b(?:RFCs?|ISO|IEEE|PEP|[Ss]ection|[Cc]hapter|[Vv]ersion|[Pp]ort)\s\d[\d.]*"
    r"|\b(?:Python|Node|Java|Debian|Ubuntu|PostgreSQL|Chromium|Firefox)\s\d[\d.]*"
)
"""What has digits and is no number: dates, versions, names."""

_MARK = re.compile(r"<!--\s*by hand:(?P<said>.*?)-->", re.DOTALL)
_SAID = re.compile(rf"\s*({_NUMBER.pattern})\s*[=,]\s*(\S.*?)\s*", re.DOTALL)
_SUM = re.compile(r"[\d\s.+*/()-]+")
_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_HOW = (
    "run `make outputs`, let a snippet print it, give its sentence a source (a note, a "
    "link to another page), or write behind it how it comes about: "
    "<!-- by hand: 250 = 5 * 50 -->, or <!-- by hand: 250, an assumption -->"
)


def _values(written: str) -> list[Decimal]:
    """Return what a number may be: "5 200" is one, or two that stand side by side."""
    parts = _BETWEEN.split(written)
    return [Decimal("".join(parts)), *(map(Decimal, parts) if parts[1:] else ())]


def _is_among(made: set[Decimal], written: str, *, percent: bool) -> bool:
    number, *parts = _values(written)
    if number <= SMALL or number in made or (percent and number / 100 in made):
        return True
    return bool(parts) and "," not in written and made.issuperset(parts)


def _unsourced(passage: pagetree.Passage) -> Iterator[tuple[str, int, bool]]:
    """Yield each number without a source, its line, and if it is a percentage."""
    start = 0
    for sentence in passage.sentences():
        if pagetree.SOURCE not in sentence:
            plain = _NAME.sub(lambda name: " " * len(name[0]), sentence)
            for found in _NUMBER.finditer(plain):
                line = passage.line_at(start + found.start())
                yield found[0], line, plain[found.end() :].lstrip().startswith("%")
        start += len(sentence)


def _made(blocks: list[fences.Block]) -> set[Decimal]:
    """Return the numbers that a page's programs print, or are given."""
    printed = (n[0] for b in blocks for n in _NUMBER.finditer(b.recorded or ""))
    given = (
        node.value
        for block in blocks
        if block.kind in ("python", *exercises.KINDS)
        for node in ast.walk(ast.parse(block.code))
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    )
    found = {Decimal(repr(value + 0)) for value in given}
    return found.union(*map(_values, printed))


def _result(term: ast.expr) -> float:
    match term:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left=left, op=sign, right=right):
            return _OPERATIONS[type(sign)](_result(left), _result(right))
    raise ValueError(ast.dump(term))


def _is_wrong(number: Decimal, reason: str) -> bool:
    """Return whether a reason is a sum, or none, that gives another number."""
    words = re.sub(r"(?<=\d),(?=\d{3})", "", reason).translate({0xD7: "*", 0x2212: "-"})
    if not _SUM.fullmatch(words):
        return False
    try:
        exact = _result(ast.parse(words.strip(), mode="eval").body)
    except (SyntaxError, ValueError, KeyError, ZeroDivisionError):
        return True
    digits = -int(number.as_tuple().exponent)
    return abs(exact - float(number)) > 0.5000001 / 10.0**digits


def _paragraph(text: str, line: int) -> int:
    """Return the number of the last blank line above a line: same paragraph, same."""
    lines = text.split("\n")
    return max((n for n in range(line) if not lines[n].strip()), default=-1)


@dataclass(slots=True)
class _Mark:
    """What somebody has worked out by hand, and how."""

    line: int
    place: int
    number: str = ""
    reason: str = ""
    is_used: bool = False

    @classmethod
    def read(cls, text: str, found: re.Match[str]) -> "_Mark":
        line = text.count("\n", 0, found.start()) + 1
        said = _SAID.fullmatch(found["said"])
        number, reason = said.groups() if said else ("", "")
        return cls(line, _paragraph(text, line), number, reason)

    def is_for(self, written: str) -> bool:
        return bool(self.number) and _values(self.number)[0] == _values(written)[0]

    def problem(self) -> str:
        if not self.number:
            return f"a mark without a number and a reason: {_HOW}"
        if not self.is_used:
            return (
                f"no number here needs the mark of {self.number}: delete it, or put it "
                "behind its number, in the same paragraph"
            )
        if _is_wrong(_values(self.number)[0], self.reason):
            return f"{self.reason} is not {self.number}: work it out again"
        return ""


def number_problems_in(path: Path, text: str) -> list[Problem]:
    """Return a page's numbers that nobody can follow, and marks that say nothing.

    Raises ProblemError for a fence that cannot be read.
    """
    made = _made(fences.scan_text(text, path))
    plain = pagetree.blanked(text, path)
    marks = [_Mark.read(plain, found) for found in _MARK.finditer(plain)]
    found = []
    for passage in pagetree.passages(plain):
        for written, line, percent in _unsourced(passage):
            if _is_among(made, written, percent=percent):
                continue
            place = _paragraph(plain, line)
            mine = [m for m in marks if m.place == place and m.is_for(written)]
            for mark in mine:
                mark.is_used = True
            if not mine:
                message = f"no output on this page holds {written}: {_HOW}"
                found.append(Problem(relative(path), line, message))
    found += [
        Problem(relative(path), mark.line, problem)
        for mark in marks
        if (problem := mark.problem())
    ]
    return sorted(found, key=lambda problem: problem.line)


def number_problems() -> list[Problem]:
    """Return the numbers of all chapters that nobody can follow."""
    return [
        problem
        for path in fences.pages(DOCS / "chapters")
        for problem in number_problems_in(path, path.read_text("utf-8"))
    ]


def unpublish_marks(site: Path) -> None:
    """Take the marks out of a built site: they are meant for who reads the source."""
    for path in site.rglob("*.html"):
        text = path.read_text("utf-8")
        if (without := _MARK.sub("", text)) != text:
            path.write_text(without, "utf-8")
