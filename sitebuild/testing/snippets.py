"""A chapter's snippets as its tests run them: the very lines that stand on its pages.

    of_page = Snippets("cap")
    of_page.names("index", "escrow")["pay"]("ATM1", 10)    what the page defines
    of_page.names("index", "escrow")["printed"]            what it prints

So a mechanism that stands open on a page is compared with the package's class, and
nothing is typed twice.
Left out: limits of time and of what a snippet may ask for; the build has these.
"""

import contextlib
import io
from functools import lru_cache
from typing import Any

from sitebuild import DOCS, fences


@lru_cache(maxsize=256)
def _block(slug: str, page: str, name: str) -> fences.Block:
    path = DOCS / "chapters" / slug / f"{page}.md"
    blocks = fences.scan_text(path.read_text("utf-8"), path)
    (block,) = (each for each in blocks if each.name == name)
    return block


class Snippets:
    """The snippets of a chapter, by page and name."""

    def __init__(self, slug: str) -> None:
        self.slug = slug

    def code(self, page: str, name: str) -> str:
        """Return a snippet's code as it stands on its page."""
        return _block(self.slug, page, name).code

    def names(self, page: str, name: str, code: str | None = None) -> dict[str, Any]:
        """Return what a snippet, or changed code of it, defines and has ``printed``."""
        found: dict[str, Any] = {}
        printed = io.StringIO()
        written = self.code(page, name) if code is None else code
        with contextlib.redirect_stdout(printed):
            exec(compile(written, name, "exec"), found)  # noqa: S102 - a page's own code
        return found | {"printed": printed.getvalue()}

    def mechanism(self, page: str, name: str) -> dict[str, Any]:
        """Return what a snippet defines that is marked as a mechanism."""
        assert _block(self.slug, page, name).flag == "mechanism"
        return self.names(page, name)
