"""Where a page's addresses lead beyond the page: other hosts, the reference.

    ![x](https://example.org/x.png)        loaded from another host: nothing here may
    [a paper](http://example.org/)         on its way anybody may read and change it
    [LRU](reference/caching.md#sdnotes.caching.lru.LRUCach)     no such anchor

The build looks at the pages that it made; this is what is known before.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sitebuild import DOCS, ROOT, defined, fences, htmlchecks, imports, pagetree
from sitebuild.files import files
from sitebuild.problems import Problem, relative

_LOOPBACK = {"127.0.0.1", "localhost"}
_DOCUMENTED = re.compile(r"^::: (?P<name>[\w.]+)", re.MULTILINE)


def problems_of(path: Path, text: str) -> list[Problem]:
    """Return a page's addresses that lead where none may."""
    blanked = pagetree.blanked(text, path)
    said = [
        (_line(text, load), htmlchecks.FOREIGN.format(load))
        for load in htmlchecks.loads(pagetree.tree(blanked))
        if load.startswith(("http:", "https:", "//"))
    ]
    for link in pagetree.links(text, path):
        address = urlsplit(link.target)
        if address.scheme == "http" and address.hostname not in _LOOPBACK:
            advice = (
                f"{link.target!r} is read and changed by anybody on its way: https:"
            )
            said.append((link.line, advice))
        if lost := _lost_in_reference(path, link.target):
            said.append((link.line, lost))
    return [Problem(relative(path), line, message) for line, message in said]


def _line(text: str, words: str) -> int:
    return text.count("\n", 0, max(0, text.find(words))) + 1


def _lost_in_reference(path: Path, target: str) -> str:
    """Return why a link leads to no object of the reference, or ""."""
    address = urlsplit(target)
    page = (path.parent / unquote(address.path)).resolve()
    anchor = unquote(address.fragment)
    if DOCS / "reference" not in page.parents or not defined.is_ours(anchor):
        return ""
    if not page.is_file():
        return ""  # a dead link, which is told as such
    for name in _documented(page):
        if anchor == name:
            return ""
        member = anchor.removeprefix(f"{name}.").partition(".")[0]
        file = imports.file_of(name)
        if (
            anchor.startswith(f"{name}.")
            and file
            and member in defined.defined_in(file)
        ):
            return ""
    return f"dead link: {target!r} has no such anchor on its page"


def _documented(page: Path) -> Iterator[str]:
    """Yield the objects that a page of the reference shows."""
    for found in _DOCUMENTED.finditer(page.read_text("utf-8")):
        yield found["name"]


def _undocumentable() -> Iterator[Problem]:
    """Yield what a page of the reference asks for, and is not there."""
    for page in files(DOCS / "reference", "*.md"):
        text = page.read_text("utf-8")
        for name in _documented(page):
            module, _, last = name.rpartition(".")
            if imports.file_of(name) or not module:
                continue
            message = defined.missing(module, last)
            if message or imports.file_of(module) is None:
                line = _line(text, f"::: {name}")
                message = message or f"there is no module {name}"
                yield Problem(relative(page), line, message)


def _undocumented() -> Iterator[Problem]:
    """Yield the modules whose names a package hands on, and its page leaves out."""
    for package in files(ROOT / "sdnotes", "*/__init__.py"):
        slug = package.parent.name
        page = DOCS / "reference" / f"{slug}.md"
        documented = list(_documented(page)) if page.is_file() else []
        if not documented:
            continue  # a page that is not there is told as such
        sources = filter(None, defined.defined_in(package).values())
        modules = {module for module, _ in sources if module.startswith("sdnotes.")}
        for module in sorted(modules):
            shown = any(name.startswith(module) for name in documented)
            if imports.file_of(module) and not shown:
                message = f"this page leaves out {module}: `::: {module}`"
                yield Problem(relative(page), 1, message)


def problems() -> list[Problem]:
    """Return the addresses of pages, styles and scripts that lead where none may."""
    found = [
        problem
        for path in (*fences.pages(DOCS), *fences.root_pages())
        for problem in problems_of(path, path.read_text("utf-8"))
    ]
    for path in files(DOCS / "assets", "**/*"):
        if path.suffix in (".css", ".js"):
            found += htmlchecks.foreign_in(path, path)
    return [*found, *_undocumentable(), *_undocumented()]
