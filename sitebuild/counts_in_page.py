"""Puts the counts of this tree into the one page that asks for them.

A Markdown extension, which mkdocs.yml lists, so that both builders have it. It works on
the text, before it is Markdown, so a count may be a number or a whole table. Files that
the page names lead to the repository, where SDNOTES_REPO_URL says where that is.

Left out: all other pages, where two braces are two braces.
"""

import os
import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from sitebuild import DOCS, counts, pagetext

_FIRST = 190  # before fences are read


def filled(text: str, repository: str) -> str:
    """Return a page's text with its counts, and its files as links."""

    def count(asked: re.Match[str]) -> str:
        how = counts.COUNTS.get(asked["name"])
        return asked[0] if how is None else str(how())

    def link(named: re.Match[str]) -> str:
        return f"[{named[0]}]({repository}/blob/main/{named['path']})"

    with_counts = counts.ASKED.sub(count, text)
    return counts.NAMED.sub(link, with_counts) if repository else with_counts


class _Fill(Preprocessor):  # type: ignore[misc]
    """Fills the page whose text it is, and leaves every other as it was."""

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        if pagetext.page_of(text, DOCS) != counts.PAGE:
            return lines
        repository = os.environ.get("SDNOTES_REPO_URL", "").rstrip("/")
        return filled(text, repository).split("\n")


class CountsInPage(Extension):  # type: ignore[misc]
    """Puts the preprocessor in its place."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register what fills the page."""
        md.preprocessors.register(_Fill(md), "sd-counts", _FIRST)


def makeExtension(**options: object) -> CountsInPage:  # noqa: N802 - Python-Markdown's
    """Return the extension, as Python-Markdown asks for it."""
    return CountsInPage(**options)
