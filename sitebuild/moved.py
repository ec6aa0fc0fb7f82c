"""Old addresses go on working: what a page or a section was called, and is called now.

    # moved.toml
    "chapters/cap/#check-yourself" = "chapters/cap/practice/#check-yourself"
    "chapters/quorums/" = "chapters/cap/quorums/"

A page that is gone becomes a static page that leads on, with the section that was asked
for, by script; without scripts it leads to the new page's top. A section that has left
a page is in that page's own list, which main.ts reads where a link finds no such
section; without scripts a reader lands on the page that it has left.
"""

import html
import json
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sitebuild import ROOT, htmlchecks
from sitebuild.problems import Problem, ProblemError, line_of, relative

MOVED = ROOT / "moved.toml"
_SCRIPT = (
    'const moved = JSON.parse(document.getElementById("sd-moved").textContent);'
    "location.replace(moved[location.hash] ?? moved[''] + location.hash);"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Moved</title>
<meta name="robots" content="noindex">
<link rel="canonical" href="{target}">
<noscript><meta http-equiv="refresh" content="0; url={target}"></noscript>
<script type="application/json" id="sd-moved">{places}</script>
</head>
<body>
<p>This page has moved: <a href="{target}">here it is</a>.</p>
<script>{script}</script>
</body>
</html>
"""
_ARTICLE_END = "</article>"


@dataclass(frozen=True)
class Move:
    """One line of moved.toml: from where to where, as a page and a section each."""

    before: str
    after: str
    line: int

    @cached_property
    def parts(self) -> tuple[str, str, str, str]:
        """Return old page, old section, new page, new section."""
        old, _, old_section = self.before.partition("#")
        new, _, new_section = self.after.partition("#")
        return old, old_section, new, new_section


def moves() -> list[Move]:
    """Return the lines of moved.toml. Raises ProblemError for what is no address."""
    if not MOVED.is_file():
        return []
    try:
        table = tomllib.loads(MOVED.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ProblemError(Problem(relative(MOVED), 1, f"no TOML: {error}")) from error
    found = []
    for before, after in table.items():
        line = line_of(MOVED, f'"{before}"')
        for address in (before, after):
            page = str(address).partition("#")[0]
            if not page.endswith("/") or page.startswith(("/", "http")):
                message = f'{address!r}: write it as "chapters/cap/#section"'
                raise ProblemError(Problem(relative(MOVED), line, message))
        found.append(Move(before, after, line))
    return found


def _from(page: str, move: Move) -> str:
    """Return the new place as a link from the old page."""
    return "../" * page.count("/") + move.after


def write(site: Path) -> None:
    """Write the static pages and the lists of sections into a built site."""
    by_page: dict[str, dict[str, str]] = defaultdict(dict)
    for move in moves():
        page, section, *_ = move.parts
        by_page[page][f"#{section}" if section else ""] = _from(page, move)
    for page, places in by_page.items():
        path = site / page / "index.html"
        data = json.dumps(places, sort_keys=True).replace("<", "\\u003c")
        if "" in places:
            if path.is_file():
                message = f"{page} is a page: it cannot lead on to another"
                raise ProblemError(Problem(relative(MOVED), 1, message))
            path.parent.mkdir(parents=True, exist_ok=True)
            target = html.escape(places[""])
            text = _PAGE.format(target=target, places=data, script=_SCRIPT)
        elif path.is_file():
            element = f'<script type="application/json" id="sd-moved">{data}</script>'
            whole = path.read_text("utf-8")
            text = whole.replace(_ARTICLE_END, element + _ARTICLE_END, 1)
        else:
            continue  # told below
        path.write_text(text, "utf-8")


def problems(site: Path) -> list[Problem]:
    """Return the moves of a built site that lead nowhere, or that nobody can take."""
    pages, listed = htmlchecks.read(site), moves()
    whole = {move.parts[0] for move in listed if not move.parts[1]}
    found = []
    for move in listed:
        old, section, new, new_section = move.parts
        target, source = pages.get(new), pages.get(old)
        said = ""
        if target is None or new in whole:
            said = f"there is no page {new}"
        elif new_section and new_section not in target.ids:
            said = f"{new} has no section {new_section}"
        elif source is None:
            said = f'there is no page {old}: say where it is, "{old}" = ...'
        elif section and section in source.ids:
            said = f"{old} still has a section {section}: drop this line"
        if said:
            found.append(Problem(relative(MOVED), move.line, said))
    return found
