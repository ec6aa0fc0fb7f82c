"""Mistakes of a page that Markdown puts up with: it prints the signs, or loses words.

    text  --as pagetree.py reads it-->  words in which `**`, `[^x]`, `| a |` are left
    text  --line by line-->             notes without use, rows of another length

Nothing is built for that: `make quick` says it within a second, at file:line. Left out:
what only a built site can tell, such as the anchors of the reference.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sitebuild import DOCS, fenced, fences, pagetree
from sitebuild.problems import Problem, relative

KINDS = {
    *("note", "abstract", "info", "tip", "success", "question", "warning", "failure"),
    *("danger", "bug", "example", "quote", "claim", "answer", "hint"),
}
"""What an admonition may be: the theme's own, and those that sdnotes.css draws."""

_CODE = {"code", "pre", "script", "style", "svg", "kbd"}
_LEFT = [
    (r"\[\^[\w-]+\]", "this note is defined nowhere, so that its mark is printed"),
    (r"\*\*", "bold that does not end, or begins with a blank: `**` is printed"),
    (r"^\|.*\|", "no table: it needs a blank line before it, and a line of dashes"),
    (
        r"^(?:!!!|\?\?\?\+?) ",
        "no admonition: its first line stands alone, with its kind",
    ),
    (r"^#{1,6} ", "no heading: it needs a blank line before it"),
    (r"<!--", "a comment that does not end in its paragraph: `<!--` is printed"),
]
"""Signs that are left in the words of a page, and what to do about each."""

# A year may begin a line; a list begins by 1, or has a second item.
_ITEM = re.compile(r"\n(?:[-*+]|1\.|\d+\.(?= .*\n\d+\. )) \S", re.DOTALL)
_CELL = re.compile(r"(?<!\\)\|")
_INLINE_CODE = re.compile(r"(`+).+?\1")
_Page = tuple[Path, str, LexborHTMLParser]


def _words(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the nodes of text that a reader reads as words."""
    for part in node.iter(include_text=True):
        if part.tag == "-text":
            yield part
        elif part.tag not in _CODE:
            yield from _words(part)


def _signs(path: Path, text: str, tree: LexborHTMLParser) -> Iterator[Problem]:
    body = tree.body
    for node in _words(body) if body else ():
        words = node.text_content or ""
        for pattern, advice in _LEFT:
            all_of_it = list(re.finditer(pattern, words, re.MULTILINE))
            # Of a table that is none, one line is enough.
            for found in all_of_it[:1] if pattern.startswith("^") else all_of_it:
                line = _line(text, words[found.start() :].split("\n", 1)[0])
                yield Problem(relative(path), line, advice)
    for paragraph in tree.css("p"):
        if item := _ITEM.search(paragraph.text(deep=True)):
            line = _line(text, item[0].strip())
            advice = (
                "no list: it needs a blank line before its first item; what is no item "
                "is wrapped elsewhere"
            )
            yield Problem(relative(path), line, advice)


def _notes(path: Path, text: str, _: LexborHTMLParser) -> Iterator[Problem]:
    defined = re.findall(r"^\[\^([\w-]+)\]:", text, re.MULTILINE)
    used = set(re.findall(r"\[\^([\w-]+)\](?!:)", text))
    for name, times in Counter(defined).items():
        line = _line(text, f"[^{name}]:")
        if times > 1:
            advice = (
                f"the note [^{name}] is defined {times} times: the last one is lost"
            )
            yield Problem(relative(path), line, advice)
        if name not in used:
            advice = f"the note [^{name}] is used nowhere on this page"
            yield Problem(relative(path), line, advice)


def _tables(path: Path, text: str, _: LexborHTMLParser) -> Iterator[Problem]:
    width = 0
    for number, line in enumerate(text.split("\n"), start=1):
        row = _INLINE_CODE.sub("", line.strip())
        if not row.startswith("|"):
            width = 0
            continue
        cells = len(_CELL.findall(row.removesuffix("|").removeprefix("|"))) + 1
        width = width or cells
        if cells != width:
            advice = f"a row of {cells} cells in a table of {width}: some would be lost"
            yield Problem(relative(path), number, advice)


def _systems(path: Path, text: str, tree: LexborHTMLParser) -> Iterator[Problem]:
    """Tell what is wanting in the rows of a table of products and what they do."""
    for row in tree.css("div.sd-systems tbody tr"):
        cells = row.css("td")
        name = cells[0].text(strip=True)
        line = _line(text, f"| **{name}")
        if not all(cell.text(strip=True) for cell in cells):
            advice = f"the row of {name!r} has an empty cell: say it, or write `none`"
            yield Problem(relative(path), line, advice)
        if not cells[-1].css("a.footnote-ref, a[href^=http]"):
            advice = f"the row of {name!r} ends without a source: a note [^x] or a link"
            yield Problem(relative(path), line, advice)


def _parts(path: Path, text: str, tree: LexborHTMLParser) -> Iterator[Problem]:
    for box in tree.css("div.admonition, details"):
        kinds = (box.attributes.get("class") or "").split()
        unknown = [k for k in kinds if k not in KINDS | {"admonition", "inline", "end"}]
        if unknown:
            line = _line(text, _opening(text, unknown[0]))
            advice = f"an admonition of the unknown kind {unknown[0]!r}"
            allowed = ", ".join(sorted(KINDS))
            yield Problem(relative(path), line, f"{advice}; allowed: {allowed}")
    for picture in tree.css("img"):
        if not (picture.attributes.get("alt") or "").strip():
            line = _line(text, picture.attributes.get("src") or "")
            advice = "a picture without words: ![what it shows](...)"
            yield Problem(relative(path), line, advice)
    plain = _INLINE_CODE.sub("", text)
    for tag in ("div", "details", "section"):
        opened = len(re.findall(rf"<{tag}\b", plain))
        closed = len(re.findall(rf"</{tag}>", plain))
        if opened != closed:
            line = _line(text, f"<{tag}")
            advice = f"{opened} times <{tag}>, and {closed} times </{tag}>"
            yield Problem(relative(path), line, advice)


def _opening(text: str, kind: str) -> str:
    """Return how an admonition of a kind begins on the page."""
    found = re.search(rf"(?:!!!|\?\?\?\+?) +{re.escape(kind)}\b", text)
    return found[0] if found else kind


def _line(text: str, words: str) -> int:
    """Return the line of the text that holds the words, or the most of them."""
    while words and words not in text:
        words = words[: len(words) // 2]
    return text.count("\n", 0, text.find(words)) + 1 if words else 1


_CHECKS: tuple[Callable[[Path, str, LexborHTMLParser], Iterator[Problem]], ...] = (
    _signs,
    _notes,
    _tables,
    _systems,
    _parts,
)


def _read(path: Path, text: str) -> _Page:
    blanked = pagetree.blanked(text, path)
    return path, fenced.uncommented(blanked, path), pagetree.tree(blanked)


def _pages() -> Iterator[_Page]:
    for path in (*fences.pages(DOCS), *fences.root_pages()):
        yield _read(path, path.read_text("utf-8"))


def sign_problems() -> list[Problem]:
    """Return what would be printed that is meant as a sign, or lost."""
    return [
        problem
        for page in _pages()
        for check in _CHECKS
        for problem in dict.fromkeys(check(*page))
    ]


def anchor_problems() -> list[Problem]:
    """Return links to a place of a page that has no such place.

    Those into the reference, whose places mkdocstrings makes, are checked when built.
    """
    pages = {
        path.resolve(): {node.attributes["id"] for node in tree.css("[id]")}
        | _named_in(path)
        for path, _, tree in _pages()
    }
    problems = []
    for path in pages:
        for link in pagetree.links(path.read_text("utf-8"), path):
            address = urlsplit(link.target)
            anchor = unquote(address.fragment)
            if address.scheme or address.netloc or not anchor:
                continue
            if anchor.startswith("fnref:"):
                continue  # back from a note; one without use is told as such
            target = path
            if address.path:
                target = (path.parent / unquote(address.path)).resolve()
            known = pages.get(target)
            made = DOCS / "reference" in target.parents and anchor.startswith("sdnotes")
            if known is None or made or anchor in known:
                continue
            message = f"dead link: {link.target!r} has no such anchor on its page"
            problems.append(Problem(relative(path), link.line, message))
    return problems


def _named_in(path: Path) -> set[str]:
    """Return the places that a page's fences make."""
    return {block.anchor for block in fences.scan_text(path.read_text("utf-8"), path)}
