"""Do a page's headings, and the parts of a chapter, stand in their order?

    # Caching                                   one title
    <p class="sd-question">...</p>              a chapter's question
    !!! answer "In short"                       its answer, for whoever stops here
    ## By hand                                  small numbers, a pencil
    ```python figure="..."                      a picture
    ...                                         the ideas, four to six
    ## How you see it, and what to do first     at night
    ## Which one to take                        a table: if ... then ...
    ## In six lines                             the summary
    ## Go deeper                                the chapter's other pages

What stands between them is the chapter's own. `make chapter` lays all of it down.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from sitebuild import DOCS, fenced, fences, pagelimits, pagesize, pagetree
from sitebuild.files import files
from sitebuild.problems import Problem, line_of, relative

_BOX = re.compile(r"^(?P<indent> *)(?:!!!|\?\?\?\+?) +\w.*$", re.MULTILINE)
_LEVELS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as Markdown reads it."""

    level: int
    words: str
    anchor: str
    line: int


@dataclass(frozen=True, slots=True)
class Part:
    """What every chapter has: how it is found, and how it is written."""

    name: str
    pattern: re.Pattern[str]
    written: str


_QUESTION = Part(
    "a question",
    re.compile(r'^<p class="sd-question">\s*[^<\s]', re.MULTILINE),
    '<p class="sd-question">...?</p> below its title',
)
_ANSWER = Part(
    "an answer in short",
    re.compile(r'^!!! answer "In short"\n\n    \S', re.MULTILINE),
    '!!! answer "In short" and, indented by 4, at most five sentences',
)
_FIGURE = Part(
    "a figure",
    re.compile(r'^```python figure="', re.MULTILINE),
    '```python figure="...": a snippet that prints one picture',
)


def _headed(name: str, heading: str, written: str) -> Part:
    pattern = re.compile(rf"^## {re.escape(heading)}\b", re.MULTILINE)
    return Part(name, pattern, f"## {heading}: {written}")


_BY_HAND = _headed(
    "an example by hand",
    "By hand",
    "small numbers that a reader can follow with a pencil",
)
_CHECK_YOURSELF = _headed(
    "questions to the reader",
    "Check yourself",
    '??? question "..." with its answer below, indented by 4',
)
PARTS: dict[str, tuple[Part, ...]] = {
    "index": (
        _QUESTION,
        _ANSWER,
        _BY_HAND,
        _FIGURE,
        _headed(
            "what to do when it burns",
            "How you see it, and what to do first",
            "which graph, which number, and three to six steps",
        ),
        _headed("a choice", "Which one to take", "a table, if this holds then that"),
        _headed("a summary", "In six lines", "now with the terms"),
        _headed("a way on", "Go deeper", "the other pages, each by its question"),
    ),
    "practice": (_QUESTION, _CHECK_YOURSELF),
}
"""What each kind of page has, in this order."""


def headings(text: str, tree: LexborHTMLParser) -> list[Heading]:
    """Return the headings of a page, in order, each with its line in the text."""
    found, at = [], 0
    for node in tree.css(",".join(_LEVELS)):
        level = _LEVELS.index(str(node.tag)) + 1
        written = re.compile(rf"^ *#{{{level}}}(?!#).*", re.MULTILINE)
        if place := written.search(text, at):
            at = place.end()
        line = text.count("\n", 0, place.start() if place else at) + 1
        words = node.text().removesuffix("#").strip()
        found.append(Heading(level, words, node.attributes.get("id") or "", line))
    return found


def heading_problems(path: Path, text: str) -> list[Problem]:
    """Return titles, levels and boxes that are wrong, and anchors that are taken."""
    plain = pagesize.plain(text, path)
    text = fenced.uncommented(text, path)
    found = headings(plain, pagetree.tree(plain))
    said = [*_levels(found), *_empty_boxes(text, plain)]
    anchors = {heading.anchor: heading for heading in found}
    for block in fences.scan_text(text, path):
        if heading := anchors.get(block.anchor):
            advice = (
                f"{block.anchor!r} is the anchor of the heading in line {heading.line} "
                "too: give this block another name"
            )
            said.append((block.line, advice))
    return [Problem(relative(path), line, message) for line, message in said]


def _empty_boxes(text: str, plain: str) -> Iterator[tuple[int, str]]:
    """Yield where a box begins that nothing is in: a fence is, which plain lacks."""
    for box in _BOX.finditer(plain):
        line = plain.count("\n", 0, box.start()) + 1
        below = (each for each in text.split("\n")[line:] if each.strip())
        if not next(below, "").startswith(f"{box['indent']}    "):
            yield line, "a box without content: indent by 4 what belongs to it"


def _levels(found: list[Heading]) -> Iterator[tuple[int, str]]:
    before = 0
    for heading in found:
        marks = "#" * (before + 1)
        if heading.level > before + 1:
            advice = (
                f"a level is skipped: begin the heading {heading.words!r} by {marks}"
            )
            yield heading.line, advice
        elif heading.level == 1 and before:
            yield heading.line, f"a second title, {heading.words!r}: begin it by ##"
        before = heading.level


def part_problems(path: Path, text: str, kind: str) -> list[Problem]:
    """Return what a page lacks of what every page of its kind has, or has too early."""
    text = fenced.uncommented(text, path)
    said, last, before = [], 0, "its title"
    for part in PARTS.get(kind, ()):
        places = [match.start() for match in part.pattern.finditer(text)]
        later = [place for place in places if place >= last]
        line = text.count("\n", 0, (later or places or [last])[0]) + 1
        if not places:
            advice = f"such a page has {part.name}, after {before}: {part.written}"
            said.append((line, advice))
            continue
        if not later:
            advice = f"{part.name} stands before {before}: put it behind that"
            said.append((line, advice))
        last, before = max(last, (later or places)[0]), part.name
    return [Problem(relative(path), line, message) for line, message in said]


def map_problems() -> list[Problem]:
    """Return the chapters that the home page's map does not lead to."""
    home = DOCS / "index.md"
    text = home.read_text("utf-8")
    links = (
        path.relative_to(DOCS).as_posix()
        for path in files(DOCS / "chapters", "*/index.md")
    )
    return [
        Problem(
            relative(home),
            line_of(home, "## The map"),
            f"the map leaves out a chapter: - **[Its name]({link})** Its question?",
        )
        for link in links
        if f"]({link})**" not in text
    ]


def problems() -> list[Problem]:
    """Return what stands out of its order, on any page."""
    found = map_problems()
    for path in (*fences.pages(DOCS), *fences.root_pages()):
        text = path.read_text("utf-8")
        found += heading_problems(path, text)
        found += part_problems(path, text, pagelimits.kind(path))
    return found
