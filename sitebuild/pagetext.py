"""Which page is it whose text Markdown has been given?

    the text of a page  ->   docs/chapters/caching/index.md
    a docstring         ->   none

A builder does not tell its Markdown extensions which page they work on, and both leave
out the front matter before: so a page is known by the text below that.
"""

import re
from functools import lru_cache
from pathlib import Path

from sitebuild import fences

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def without_front_matter(text: str) -> str:
    """Return a page's text with blank lines for its front matter, line for line."""
    return FRONT_MATTER.sub(lambda match: "\n" * match[0].count("\n"), text)


@lru_cache(maxsize=2)
def _pages_by_text(stamps: tuple[tuple[Path, int], ...]) -> dict[str, Path]:
    return {
        without_front_matter(path.read_text("utf-8")).strip(): path
        for path, _ in stamps
    }


def page_of(text: str, docs: Path) -> Path | None:
    """Return the page below docs whose text this is; none for any other text."""
    stamps = tuple((path, path.stat().st_mtime_ns) for path in fences.pages(docs))
    return _pages_by_text(stamps).get(without_front_matter(text).strip())
