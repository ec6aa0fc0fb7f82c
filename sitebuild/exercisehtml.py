"""An exercise as its page shows it: the lines to begin with, all else folded below.

    the lines, Run, Check         what the script needs stands in data-sd-* attributes
    Hint 1, Hint 2                boxes of the author's own
    > How this is judged          the very check that the page runs
    > Two solutions               in the place of the first
    > Wrong answers               each with what it is told, in the place of the first
    how far the reader is         below the page's last exercise; filled by the script

Nothing is hidden: a static page has no secrets, and whoever reads without JavaScript
needs it all.
"""

import html
from collections.abc import Callable

from sitebuild import exercises, fences
from sitebuild.fences import Block

_COUNTED = ("No", "One", "Two", "Three", "Four", "Five")


def exercise(block: Block, inside: str, lines: int) -> str:
    """Return the HTML of the lines that a reader starts from."""
    slug = block.path.parent.name
    command = f"python -m sitebuild exercise {block.name} answer.py"
    return (
        f'<div class="sd-snippet sd-exercise" id="{block.anchor}" '
        f'data-sd-name="{block.name}" data-sd-page="{slug}" '
        f'data-sd-of="{exercises.fingerprint(block)}" style="--sd-lines:{lines}">'
        f'{inside}<p class="sd-shell">To have an answer judged from a shell, in a copy '
        f"of this project: <code>{command}</code></p></div>"
    )


def check(block: Block, code: str) -> str:
    """Return the HTML of what judges: the code that the page runs."""
    return _folded("How this is judged", code, f' data-sd-check="{block.name}"')


def answers(block: Block, code_html: Callable[[Block], str], place: str) -> str:
    """Return the HTML of all solutions, or of all wrong answers, at the first one.

    ``place`` is the empty element that tells how far a reader is: one on a page.
    """
    on_page = fences.scan_text(block.path.read_text("utf-8"), block.path)
    alike = [p for p in on_page if (p.kind, p.name) == (block.kind, block.name)]
    if block.line != alike[0].line:
        return ""
    if block.kind == "solution":
        title = f"{_counted(len(alike))} solutions" if alike[1:] else "A solution"
        return _folded(title, "".join(map(code_html, alike)))
    title = f"{_counted(len(alike))} wrong answers, and what they are told"
    inside = (
        f'{code_html(part)}<p class="sd-told">{html.escape(part.recorded or "")}</p>'
        for part in alike
    )
    last = [part.name for part in on_page if part.kind == "exercise"][-1]
    return _folded(title, "".join(inside)) + (place if block.name == last else "")


def _counted(number: int) -> str:
    return _COUNTED[number] if number < len(_COUNTED) else str(number)


def _folded(title: str, inside: str, data: str = "") -> str:
    return (
        f'<details class="sd-fold" data-search-exclude{data}>'
        f"<summary>{title}</summary>{inside}</details>"
    )
