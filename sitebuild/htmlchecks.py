"""What the built pages promise: links that arrive, no foreign host, the real outputs.

These look at the HTML, so that they hold for whatever builder made it.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sdnotes.tables import text_table
from sitebuild import DOCS, exercises, fences
from sitebuild.problems import Problem, line_of, relative

_LOADS = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
_LOADING_RELS = {
    "stylesheet",
    "icon",
    "preload",
    "prefetch",
    "preconnect",
    "manifest",
    "modulepreload",
    "dns-prefetch",
}
_SCRIPT_URL = re.compile(
    r"(?:\bimport|\bfrom|importScripts|fetch|new Worker)\s*\(?\s*"
    r"['\"]((?:https?:)?//[^'\"]+)"
)
FOREIGN = "loads {!r} from another host; nothing here may: put it into docs/assets/"
_CSS_URL = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])([^'\")]+)")


@dataclass(frozen=True, slots=True)
class Built:
    """One built page: its ids, its links, what it loads and what it printed."""

    path: Path
    ids: tuple[str, ...]
    links: tuple[str, ...]
    loads: tuple[str, ...]
    outputs: dict[str, str] = field(default_factory=dict)


def _values(tree: LexborHTMLParser, name: str, attribute: str) -> list[str]:
    """Return what an attribute says on each element of a name that has it."""
    found = (node.attributes.get(attribute) for node in tree.css(name))
    return [value for value in found if value]


def loads(tree: LexborHTMLParser) -> list[str]:
    """Return the addresses of all that a page loads by itself."""
    found: list[str] = []
    for name, attributes in _LOADS.items():
        for attribute in attributes:
            for value in _values(tree, name, attribute):
                found += [part.split()[0] for part in value.split(",") if part.split()]
    for node in tree.css("link"):
        if _LOADING_RELS & set((node.attributes.get("rel") or "").split()):
            found.append(node.attributes.get("href") or "")
    for node in tree.css("script"):
        found += _SCRIPT_URL.findall(node.text())
    for node in tree.css("style"):
        found += _CSS_URL.findall(node.text())
    for value in _values(tree, "[style]", "style"):
        found += _CSS_URL.findall(value)
    return found


def _printed(block: LexborNode) -> str:
    if table := block.css_first(".sd-numbers table"):
        rows = [
            tuple(cell.text() for cell in row.css("th, td")) for row in table.css("tr")
        ]
        return text_table(rows[0], rows[1:])
    result = block.css_first(".result code")
    return result.text().rstrip("\n") if result else ""


@lru_cache(maxsize=256)
def _read(path: Path, modified_ns: int) -> Built:
    del modified_ns
    tree = LexborHTMLParser(path.read_text("utf-8"))
    return Built(
        path=path,
        ids=tuple(_values(tree, "[id]", "id")),
        links=tuple(_values(tree, "a[href]", "href")),
        loads=tuple(loads(tree)),
        outputs={
            str(node.attributes["data-sd-name"]): _printed(node)
            for node in tree.css("[data-sd-name]")
        },
    )


def read(site: Path) -> dict[str, Built]:
    """Return every page of a built site by its address, as in ``chapters/cap/``."""
    return {
        path.relative_to(site).as_posix().removesuffix("index.html"): _read(
            path, path.stat().st_mtime_ns
        )
        for path in sorted(site.rglob("*.html"))
    }


def source_of(address: str) -> Path:
    """Return the Markdown page behind an address."""
    for candidate in (f"{address.rstrip('/')}.md", f"{address}index.md"):
        if (DOCS / candidate).is_file():
            return DOCS / candidate
    return DOCS / "index.md"


def _at(address: str, needle: str, message: str) -> Problem:
    source = source_of(address)
    return Problem(relative(source), line_of(source, needle), message)


def link_problems(site: Path, root: str) -> list[Problem]:
    """Return a problem for each link inside the site that leads nowhere."""
    pages = read(site)
    problems = []
    for address, page in pages.items():
        if address == "404.html":
            continue  # its links are made for the root of the published site
        here = urljoin(root, address)
        for link in page.links:
            target = urlsplit(urljoin(here, link))
            if not target.geturl().startswith(root) or link.startswith("mailto:"):
                continue
            path = unquote(target.geturl().removeprefix(root).partition("#")[0])
            known = pages.get(path)
            anchor = unquote(target.fragment)
            page_name = path.rstrip("/").rpartition("/")[2] or "index"
            needle = f"{page_name}.md#{anchor}" if path != address else f"(#{anchor}"
            if known is None and not (site / path).is_file():
                problems.append(_at(address, page_name, f"dead link: {link!r}"))
            elif known is not None and anchor and anchor not in known.ids:
                message = f"dead link: {link!r} has no such anchor on its page"
                problems.append(_at(address, needle, message))
    return problems


def foreign_problems(site: Path, root: str) -> list[Problem]:
    """Return a problem for each thing that a page would load from another host."""
    problems = []
    for address, page in read(site).items():
        for load in page.loads:
            target = urlsplit(urljoin(urljoin(root, address), load))
            if target.scheme in ("http", "https") and not target.geturl().startswith(
                root
            ):
                problems.append(_at(address, load, FOREIGN.format(load)))
    for path in (*sorted(site.rglob("*.css")), *sorted(site.rglob("*.js"))):
        source = DOCS / path.relative_to(site)
        problems += foreign_in(path, source if source.is_file() else path)
    return problems


def foreign_in(path: Path, where: Path) -> list[Problem]:
    """Return a problem for each thing that a style or script loads from another host.

    Each is told at the line of ``where``, which the file was made from.
    """
    pattern = _CSS_URL if path.suffix == ".css" else _SCRIPT_URL
    return [
        Problem(relative(where), line_of(where, load), FOREIGN.format(load))
        for load in pattern.findall(path.read_text("utf-8"))
        if load.startswith(("http:", "https:", "//"))
    ]


def id_problems(site: Path) -> list[Problem]:
    """Return a problem for each id that stands twice on a page: a link is unclear."""
    problems = []
    for address, page in read(site).items():
        for name in sorted({i for i in page.ids if page.ids.count(i) > 1}):
            message = f"the id {name!r} stands twice on this page"
            problems.append(_at(address, name, message))
    return problems


def output_problems(site: Path) -> list[Problem]:
    """Return a problem for each block whose page does not show what is recorded."""
    pages = read(site)
    problems: list[Problem] = []
    for block in fences.scan(DOCS):
        if block.kind in exercises.PARTS:
            continue  # they are folded away below their exercise
        address = block.path.relative_to(DOCS).with_suffix("").as_posix() + "/"
        page = pages.get(address.removesuffix("index/"))
        shown = page.outputs.get(block.name) if page else None
        if shown is None:
            problems += block.problem(f"{block.name!r} is not on the page").problems
        elif shown != (block.recorded or ""):
            message = f"the page shows {block.name!r} with another output"
            problems += block.problem(message).problems
    return problems


def site_problems(site: Path, root: str) -> list[Problem]:
    """Return all that is wrong with a built site."""
    return [
        *link_problems(site, root),
        *foreign_problems(site, root),
        *id_problems(site),
        *output_problems(site),
    ]
