"""Where are a page's fences, and will Markdown read them as we do?

    1. first

       ```python name="x"      indented by 3: the list ends here, and begins anew
       print(1)                below; so it is refused, at its line

Two read a page: we, for tests and checks, and Markdown, for the site. What they would
read differently is no fence of ours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sybil import Document
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from sitebuild.problems import Problem, ProblemError, relative

_INFO = re.compile(r"(?P<info>[^\n]*)(?:\n|\Z)")
_CLOSING = re.compile(r"\s*(`{3,}|~{3,})\s*")
_BLOCK = re.compile(r"\s*(!!!|\?\?\?\+?|===)\s")  # its content follows at once
_COMMENT_OR_CODE = re.compile(
    r"(?P<comment><!--.*?-->)"
    r"|(?<![\\`])(?P<marks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=marks)(?!`)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Fence:
    """One fence as it stands in the text, understood no further than its info line.

    ``marks`` counts the backticks that open it.
    """

    info: str
    marks: int
    text: str
    indent: str
    line: int
    start: int
    end: int


def fences(text: str, path: Path) -> Iterator[Fence]:
    """Yield the outermost fences of a page, in order."""
    if text.startswith("\ufeff"):
        message = "the page begins with a byte order mark: save it without one"
        raise ProblemError(Problem(relative(path), 1, message))
    document = Document(text, str(path))
    regions = sorted(
        RawFencedCodeBlockLexer(_INFO)(document), key=lambda r: (r.start, -r.end)
    )
    covered = 0
    for region in regions:
        if region.start < covered:
            continue  # shown inside a longer fence, as the contributor's guide does
        last, covered = covered, region.end
        line = text.count("\n", 0, region.start) + 1
        opening, *inside = text[region.start : region.end].split("\n")
        closing = inside.pop() if inside else ""
        prefix = re.match(r"\s*", opening)
        assert prefix is not None
        indent = prefix[0]
        if not opening.startswith((f"{indent}`", f"{indent}~")):
            raise ProblemError(
                Problem(
                    relative(path),
                    line,
                    "a fence in a quotation or on a list item's own line is not read; "
                    "give it lines of its own, indented where it belongs to an item",
                )
            )
        if not _CLOSING.fullmatch(closing):
            message = f"the fence {opening.strip()!r} is never closed"
            raise ProblemError(Problem(relative(path), line, message))
        if wrong := _misplaced(text, last, region.start, opening, closing):
            raise ProblemError(Problem(relative(path), line, wrong))
        lines = [part.removeprefix(indent) for part in inside]
        yield Fence(
            info=region.lexemes["info"].strip(),
            marks=len(closing.strip()),
            text="".join(f"{part}\n" for part in lines),
            indent=indent,
            line=line,
            start=region.start,
            end=region.end,
        )


def uncommented(text: str, path: Path) -> str:
    """Return a text line by line as it was, without its comments.

    Their signs mean nothing in code. Raises ProblemError for a fence that cannot be
    read.
    """
    parts, at = [], 0
    for fence in fences(text, path):
        parts += [_without_comments(text[at : fence.start])]
        parts += [text[fence.start : fence.end]]
        at = fence.end
    return "".join((*parts, _without_comments(text[at:])))


def _without_comments(text: str) -> str:
    def kept(found: re.Match[str]) -> str:
        return "\n" * found[0].count("\n") if found["comment"] else found[0]

    return _COMMENT_OR_CODE.sub(kept, text)


def _misplaced(text: str, last: int, start: int, opening: str, closing: str) -> str:
    """Return why Markdown would read a fence otherwise than we do, or "".

    The one before it ends at ``last``.
    """
    indent = len(opening) - len(opening.lstrip())
    marks = re.match(r"`+|~+", opening.lstrip())
    assert marks is not None
    if closing.strip() != marks[0]:
        return f"it is closed by {closing.strip()!r}; close it by {marks[0]!r}"
    above = text[:start].rpartition("\n")[0].rpartition("\n")[2]
    if indent % 4 or opening[:indent].strip(" "):
        return (
            f"a fence that is indented by {indent} belongs to nothing: in a list item, "
            "or another block, indent it by 4 for each level"
        )
    if indent and above.strip() and not _BLOCK.match(above):
        return "a fence in a list item stands after an empty line"
    if "<!--" in _COMMENT_OR_CODE.sub("", text[last:start]):
        return (
            "a fence in a comment would run, and be shown to nobody: delete it, or end "
            "the comment above it by -->"
        )
    return ""
