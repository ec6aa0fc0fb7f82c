"""What does a word mean, in one sentence, and where is it explained?

docs/glossary.md holds each term once, in the order of the alphabet:

    lease, leases { #lease }
    :   A right that ends by itself after a set time.
        [A pause is a cut too](chapters/cap/index.md#a-pause-is-a-cut-too)

All names of an entry are found on pages (terms.py), and the plural of each. An everyday
word, which would be found where it means something else, gets its field in brackets,
``term, epoch (of a leader)``: it is found only where an author links to it or makes it
bold. A link leads to the section that explains the term; more than one are written with
a comma at the end of each line but the last.

Left out: whether the sentence is right. Only a reader can tell.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from sitebuild import DOCS, pagetree
from sitebuild.problems import Problem, relative

PAGE = DOCS / "glossary.md"
MAX_SENTENCE = 160

_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLE = re.compile(
    r"(?P<names>[^{}()]+?)(?P<field> \([^{}()]+\))? \{ #(?P<anchor>[\w-]+) \}"
)
_LINK = r"\[[^\]]+\]\([^)\s]+\)"
_BODY = re.compile(rf"(?P<sentence>[^\[\]]+) (?P<links>{_LINK}(?:, {_LINK})*)")
_TARGET = re.compile(r"\]\(([^)#]*)#?([^)]*)\)")
_SECOND = re.compile(r"[.!?] +[A-Z]")
_SHAPE = (
    "an entry reads `term, other name { #term }`, and below it `:   One sentence.` "
    "with a link to the section that explains it, indented by 4"
)


@dataclass(frozen=True, slots=True)
class Term:
    """One entry: its names, the sentence, and the sections that explain it.

    An everyday word is one that pages also use in another sense.
    """

    names: tuple[str, ...]
    is_everyday: bool
    anchor: str
    line: int
    sentence: str
    links: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Return the name that it is sorted by."""
        return self.names[0]

    @property
    def sort_key(self) -> str:
        """Return what the alphabet looks at: letters and digits, in lower case."""
        return "".join(c for c in self.name.casefold() if c.isalnum())


@dataclass(slots=True)
class _Entry:
    """An entry as it stands in the text, before it is understood."""

    line: int
    title: str
    body: list[str] = field(default_factory=list)

    def term(self) -> Term | None:
        title = _TITLE.fullmatch(self.title)
        body = _BODY.fullmatch(" ".join(self.body))
        if title is None or body is None:
            return None
        return Term(
            names=tuple(name.strip() for name in title["names"].split(",")),
            is_everyday=title["field"] is not None,
            anchor=title["anchor"],
            line=self.line,
            sentence=body["sentence"],
            links=tuple(_TARGET.findall(body["links"])),
        )


def anchor_of(name: str) -> str:
    """Return the anchor of a term: its letters and digits, with hyphens between."""
    plain = name.casefold().replace("'", "")
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")


def _entries(text: str) -> Iterator[_Entry]:
    lines = text.splitlines()
    entry: _Entry | None = None
    for number, line in enumerate(lines, start=1):
        below = lines[number] if number < len(lines) else ""
        if below.startswith(":   ") or "{ #" in line:
            entry = _Entry(number, line)
            yield entry
        elif not line.strip():
            entry = None
        elif entry is not None and line.startswith((":   ", "    ")):
            entry.body.append(line[4:].strip())


@lru_cache(maxsize=8)
def _read(path: Path, modified_ns: int) -> tuple[tuple[Term, ...], tuple[int, ...]]:
    """Return a glossary's terms, and the lines of what is none."""
    del modified_ns  # part of the key: an edited file is read again
    entries = list(_entries(path.read_text("utf-8")))
    terms = [(entry.line, entry.term()) for entry in entries]
    return (
        tuple(term for _, term in terms if term is not None),
        tuple(line for line, term in terms if term is None),
    )


def read(path: Path | None = None) -> tuple[Term, ...]:
    """Return the terms in the order of the page; none where there is no glossary."""
    path = path or PAGE
    return _read(path, path.stat().st_mtime_ns)[0] if path.is_file() else ()


def sections(text: str, path: Path) -> dict[str, str]:
    """Return what stands below each heading of a page, up to the next, by its anchor.

    The words of a heading belong to its section.
    """
    tree = pagetree.tree(pagetree.blanked(text, path))
    found, last, at = {}, "", 0
    for node in tree.css(", ".join(_HEADS)):
        words = node.text(deep=True).removesuffix("#").strip()
        start = text.find(words.split("\n", 1)[0], at)
        if start < 0:
            continue  # written in another way than it reads: part of the one above
        if last:
            found[last] = text[at:start]
        last, at = node.attributes.get("id") or "", start
    if last:
        found[last] = text[at:]
    return found


def _sentence_problem(term: Term) -> str:
    if len(term.sentence) > MAX_SENTENCE:
        return (
            f"the sentence on {term.name!r} has {len(term.sentence)} characters; at "
            f"most {MAX_SENTENCE} are read in passing: say less"
        )
    if not term.sentence.endswith(".") or _SECOND.search(term.sentence):
        return f"the line on {term.name!r} is to be one sentence, with a full stop"
    return ""


def _link_problems(term: Term, docs: Path) -> Iterator[str]:
    for target, anchor in term.links:
        page = docs / target
        if not target.startswith("chapters/") or not page.is_file():
            yield f"{term.name!r}: there is no page {target!r} below docs/chapters/"
            continue
        below = sections(page.read_text("utf-8"), page).get(anchor)
        if below is None:
            yield f"{term.name!r}: {target} has no heading #{anchor}"
        elif not any(name.casefold() in _plain(below) for name in term.names):
            yield (
                f"{target}#{anchor} does not use the word {term.name!r}: link to the "
                "section that explains it, or add the name that it uses"
            )


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.casefold())


def _order_problems(terms: tuple[Term, ...]) -> Iterator[tuple[int, str]]:
    last: Term | None = None
    names: dict[str, Term] = {}
    for term in terms:
        if last is not None and term.sort_key < last.sort_key:
            yield (
                term.line,
                f"{term.name!r} stands before {last.name!r}: keep the order",
            )
        last = term
        for name in term.names:
            if twin := names.get(name.casefold()):
                yield (
                    term.line,
                    f"{name!r} has an entry in line {twin.line} already: one is enough",
                )
            names[name.casefold()] = term


def problems_in(path: Path) -> list[Problem]:
    """Return what is wrong with a glossary, whose links are looked up beside it."""
    terms, malformed = _read(path, path.stat().st_mtime_ns)
    said = [(line, _SHAPE) for line in malformed]
    said += _order_problems(terms)
    for term in terms:
        if term.anchor != anchor_of(term.name):
            wanted = anchor_of(term.name)
            said.append((term.line, f"the anchor of {term.name!r} must be #{wanted}"))
        if wrong := _sentence_problem(term):
            said.append((term.line, wrong))
        said += [(term.line, wrong) for wrong in _link_problems(term, path.parent)]
    return [Problem(relative(path), line, message) for line, message in sorted(said)]


def problems() -> list[Problem]:
    """Return what is wrong with the glossary of this tree."""
    return problems_in(PAGE) if PAGE.is_file() else []
