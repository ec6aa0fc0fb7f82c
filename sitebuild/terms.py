"""Where is a term used on a page, and is each use before its explanation marked?

    page --Markdown--> tree --glossary_links.py--> the first plain mention of each term,
                                                   outside the section that explains it,
                                                   leads to its line of the glossary
    page --here------> bold words that are no term, and terms that only a heading uses,
                       which cannot be marked

Bold is for terms. So that it can be, what else is bold is told apart by its form: a
run-in heading ends with a full stop or a colon, a row's label is the first word of its
cell, and stress is in *italics*.

Left out: what a figure or an output says; the question of a box, which asks whether its
reader knows; and words that mean a term without its name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from selectolax.lexbor import LexborNode

from sitebuild import DOCS, fenced, fences, glossary, mkdocs_yml, pagetree
from sitebuild.glossary import Term
from sitebuild.problems import Problem, line_of, relative

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CODE = {"code", "pre", "kbd", "script", "style", "svg"}
UNREAD = {*HEADINGS, *_CODE, "a", "sup", "summary", "th"}
"""Where no mention is marked: what is a heading, code, a link, a note's sign, or a
button as the question of a box is, in which there can be no link."""

_RUN_IN = (".", ":", "?", "!", ",")


@dataclass(frozen=True, slots=True)
class Mention:
    """A term's name in some words, and where it stands among them."""

    term: Term
    start: int
    end: int


def _pattern_of(name: str) -> str:
    """Return what finds a name: also its plural, over a line's end, at a beginning."""
    words = r"\s+".join(map(re.escape, name.split()))
    first = name[0]
    if name[1:] == name[1:].lower() and first.islower():
        words = f"[{first}{first.upper()}]{words[1:]}"
    return rf"{words}(?:e?s)?"


class Finder:
    """Finds the terms of a glossary in words."""

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.terms = terms
        self._named = {name.casefold(): term for term in terms for name in term.names}
        found = [(n, t) for t in terms if not t.is_everyday for n in t.names]
        # The longest first: "cold start", and not "cold".
        found.sort(key=lambda pair: len(pair[0]), reverse=True)
        self._patterns = [(re.compile(_pattern_of(name)), t) for name, t in found]
        either = "|".join(pattern.pattern for pattern, _ in self._patterns)
        self._any = re.compile(
            rf"(?<![\w-])(?:{either})(?![\w-])" if either else r"\Z."
        )

    def mentions(self, words: str) -> Iterator[Mention]:
        """Yield all mentions, in order; everyday words are left out."""
        for found in self._any.finditer(words):
            term = next(t for p, t in self._patterns if p.fullmatch(found[0]))
            yield Mention(term, found.start(), found.end())

    def named(self, words: str) -> Term | None:
        """Return the term of which some words are a name, or its plural."""
        name = " ".join(words.split()).casefold()
        candidates = (name, name.removesuffix("s"), name.removesuffix("es"))
        return next((self._named[n] for n in candidates if n in self._named), None)


@lru_cache(maxsize=4)
def finder(terms: tuple[Term, ...]) -> Finder:
    """Return what finds these terms; the same for the same terms."""
    return Finder(terms)


def is_marked(page: str) -> bool:
    """Return whether terms are marked on a page of docs/: a chapter's, or claims.md."""
    return page.startswith("chapters/") or page == "claims.md"


def _of_class(node: LexborNode, name: str) -> bool:
    return name in (node.attributes.get("class") or "").split()


class _Reader:
    """Reads a page from top to bottom, as the marks will be set on it."""

    def __init__(self, page: str, known: Finder) -> None:
        self._page, self._known = page, known
        self._section = ""
        self._seen: set[Term] = set()
        self._open: dict[Term, str] = {}
        self.unexplained: list[tuple[str, Term]] = []
        """Words that cannot be marked, and the term that a reader meets in them."""

    def _is_here(self, term: Term) -> bool:
        return (self._page, self._section) in term.links

    def _read_heading(self, node: LexborNode) -> None:
        """Take note of terms that are used here; the section may yet explain them."""
        words = node.text(deep=True).removesuffix("#").strip()
        for mention in self._known.mentions(words):
            if mention.term not in self._seen:
                self._open.setdefault(mention.term, words)

    def end_section(self) -> None:
        """Tell what a heading has used and its section has not explained."""
        for term, words in self._open.items():
            if term not in self._seen:
                self.unexplained.append((words, term))
                self._seen.add(term)
        self._open.clear()

    def read(self, node: LexborNode) -> None:
        """Read an element's words, in their order."""
        for part in node.iter(include_text=True):
            if part.tag == "-text":
                mentions = self._known.mentions(part.text_content or "")
                self._seen.update(mention.term for mention in mentions)
            elif part.tag in HEADINGS:
                self.end_section()
                self._section = part.attributes.get("id") or ""
                self._seen.update(t for t in self._known.terms if self._is_here(t))
                if part.tag != "h1":  # a page's title names its subject
                    self._read_heading(part)
            elif part.tag == "a":
                self._seen.update(
                    m.term for m in self._known.mentions(part.text(deep=True))
                )
            elif part.tag not in UNREAD and not _of_class(part, "footnote"):
                self.read(part)


def _is_label(node: LexborNode) -> bool:
    """Return whether bold words are a title's, or the label of a row."""
    parent = node.parent
    while parent is not None and parent.tag != "body":
        if parent.tag in (*HEADINGS, "summary", "td", "th", "a"):
            return True
        if _of_class(parent, "admonition-title"):
            return True
        parent = parent.parent
    return False


def _bold_problems(page: Path, text: str, known: Finder) -> Iterator[Problem]:
    plain = fenced.uncommented(pagetree.blanked(text, page), page)
    for node in pagetree.tree(plain).css("strong"):
        words = node.text(deep=True)
        is_term = known.named(words) is not None
        if is_term or words.endswith(_RUN_IN) or _is_label(node) or node.css_first("a"):
            continue
        place = plain.find(f"**{words}**")
        line = plain.count("\n", 0, max(0, place)) + 1
        yield Problem(
            relative(page),
            line,
            f"bold is for terms, and {words!r} is none of docs/glossary.md: give it a "
            "line there, or write stress in *italics*, or end a run-in heading by a "
            "full stop",
        )


def page_problems(page: Path, text: str, known: Finder) -> list[Problem]:
    """Return bold words that are no terms, and terms that nothing has explained yet."""
    reader = _Reader(page.relative_to(DOCS).as_posix(), known)
    if body := pagetree.tree(pagetree.blanked(text, page)).body:
        reader.read(body)
        reader.end_section()
    found = [*_bold_problems(page, text, known)]
    for words, term in reader.unexplained:
        first = words.split("\n", 1)[0]
        message = (
            f"{term.name!r} meets the reader first in {first!r}, which cannot show its "
            "line: use it in a sentence of this section or above, or say it otherwise"
        )
        found.append(Problem(relative(page), line_of(page, first), message))
    return sorted(found, key=lambda problem: problem.line)


def problems() -> list[Problem]:
    """Return what the pages of all chapters get wrong about terms, in nav order."""
    known = finder(glossary.read())
    if not known.terms:
        return []
    order = {path: place for place, path in enumerate(mkdocs_yml.pages())}
    pages = {p.relative_to(DOCS).as_posix(): p for p in fences.pages(DOCS / "chapters")}
    return [
        problem
        for name in sorted(pages, key=lambda name: order.get(name, len(order)))
        for problem in page_problems(pages[name], pages[name].read_text("utf-8"), known)
    ]
