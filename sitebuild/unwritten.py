"""Does a page still say what `make chapter` wrote where its author was to write?

    docs/chapters/x.md:3: still the template's: write it, or delete it: "The question,
    in one sentence?"

Looked for are the template's own sentences (a line with five words or more) and links
to example.org, which is nobody's. Left out: its headings, its snippets, and what a
chapter keeps of it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sitebuild import DOCS, ROOT, newchapter
from sitebuild.files import files
from sitebuild.problems import Problem, relative

_KEPT = (
    *("#", "| System |", "print(", "from ", "import "),
    *("- The code of this chapter", "- [On real systems]"),
    *(
        "- [Practice](practice.md)",
        "shows the smallest one that fails",
        "def ",
        "raise ",
    ),
    '<p class="sd-question">What do products do by default',
)
_WORDS = 5


def sentences(template: str) -> set[str]:
    """Return the lines of a template that its author is to replace."""
    return {
        line.strip()
        for line in template.splitlines()
        if len(re.findall(r"[A-Za-z]+", re.sub(r"<[^>]*>", "", line))) >= _WORDS
        and not line.strip().startswith(_KEPT)
        and "{" not in line
    }


_TEMPLATES = (
    newchapter.PACKAGE,
    newchapter.CHAPTER,
    newchapter.SYSTEMS,
    newchapter.PRACTICE,
)
_SENTENCES = set[str]().union(*map(sentences, _TEMPLATES))


def _problems_of(path: Path) -> Iterator[Problem]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if (text := line.strip()) in _SENTENCES:
            shown = text if len(text) < 60 else f"{text[:57]}..."
            message = f"still the template's: write it, or delete it: {shown}"
            yield Problem(relative(path), number, message)
        elif path.suffix == ".md" and "](https://example.org" in line:
            message = "a link to example.org, which is nobody's: name your source"
            yield Problem(relative(path), number, message)


def problems() -> list[Problem]:
    """Return what is still the template's in chapters and their packages."""
    pages = files(DOCS / "chapters", "**/*.md")
    faces = files(ROOT / "sdnotes", "*/__init__.py")
    return [problem for path in (*pages, *faces) for problem in _problems_of(path)]
