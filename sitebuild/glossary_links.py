"""On each page, a term's first use leads to its line of the glossary.

A Markdown extension, which mkdocs.yml lists, so that both builders have it:

    ... holds a lock with a time limit, and each lease ends by itself ...
                                             |
    <a class="sd-term" href="../../glossary.md#lease"
       aria-description="A right that ends by itself ...">lease</a>

A browser shows the line on hover, focus and tap (web/src/terms.ts); without a script
the word is a link. Marked is the first plain mention outside the section that explains
the term; bold words, and links of the author's to the glossary, get the line too.

Left out: pages that are not a chapter's or the claims', and texts that are no page,
such as docstrings: a page is known by its text.
"""

import os
from pathlib import Path
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from sitebuild import DOCS, glossary, pagetext, terms
from sitebuild.glossary import Term

_BEFORE_ALL = 200  # before any preprocessor has changed the text
_AFTER_ANCHORS = 3  # headings have their anchors (5), links are not made whole yet (0)

_NOTES = "footnote"  # the class of what holds them


def page_of(text: str) -> Path | None:
    """Return the page whose text this is, from docs/ on, if it is one with marks."""
    path = pagetext.page_of(text, DOCS)
    name = path.relative_to(DOCS) if path else None
    return name if name and terms.is_marked(name.as_posix()) else None


class _Text(Preprocessor):  # type: ignore[misc]
    """Keeps a page's text as its author wrote it."""

    text = ""

    def run(self, lines: list[str]) -> list[str]:
        self.text = "\n".join(lines)
        return lines


class _Marks(Treeprocessor):  # type: ignore[misc]
    """Sets the marks, once the page is a tree."""

    def __init__(self, md: Markdown, source: _Text) -> None:
        super().__init__(md)
        self._source = source

    def run(self, root: Element) -> None:
        known = terms.finder(glossary.read())
        page = page_of(self._source.text) if known.terms else None
        if page is not None:
            _Marker(page, known).mark(root)


class _Marker:
    """Walks through a page in reading order; each term is marked once."""

    def __init__(self, page: Path, known: terms.Finder) -> None:
        self._page, self._known = page.as_posix(), known
        self._glossary = os.path.relpath(glossary.PAGE.name, page.parent)
        self._by_link = {f"{self._glossary}#{t.anchor}": t for t in known.terms}
        self._section = ""
        self._done: set[Term] = set()

    def _is_due(self, term: Term) -> bool:
        return term not in self._done and (self._page, self._section) not in term.links

    def mark(self, element: Element) -> None:
        """Mark what is in an element, and not what follows it."""
        children = list(element)  # without the marks that are set now
        self._mark_text(element)
        for child in children:
            if child.tag in terms.HEADINGS:
                self._section = child.get("id") or ""
            elif child.tag == "a":
                self._describe(child)
            elif not self._is_unread(child):
                self._mark_everyday(child)
                self.mark(child)
            self._mark_tail(element, child)

    @staticmethod
    def _is_unread(element: Element) -> bool:
        classes = (element.get("class") or "").split()
        return element.tag in terms.UNREAD or _NOTES in classes

    def _describe(self, link: Element) -> None:
        """Give an author's link to the glossary what a mark of ours has."""
        term = self._by_link.get(link.get("href") or "")
        if term is not None:
            self._done.add(term)
            link.set("class", f"{link.get('class') or ''} sd-term".strip())
            link.set("aria-description", term.sentence)

    def _mark_everyday(self, bold: Element) -> None:
        """Mark bold words that are a term: also an everyday one is meant then."""
        words = bold.text or ""
        term = self._known.named(words) if bold.tag == "strong" else None
        if term is not None and not len(bold) and self._is_due(term):
            self._done.add(term)
            bold.text = None
            bold.append(self._link(term, words))

    def _mark_text(self, element: Element) -> None:
        rest, links = self._cut(element.text or "")
        element.text = rest
        for place, link in enumerate(links):
            element.insert(place, link)

    def _mark_tail(self, parent: Element, child: Element) -> None:
        rest, links = self._cut(child.tail or "")
        child.tail = rest
        place = list(parent).index(child)
        for number, link in enumerate(links, start=1):
            parent.insert(place + number, link)

    def _cut(self, words: str) -> tuple[str, list[Element]]:
        """Return the words up to the first mark, and the marks with what follows."""
        due = []
        for mention in self._known.mentions(words):
            if self._is_due(mention.term):
                self._done.add(mention.term)
                due.append(mention)
        links, end = [], len(words)
        for mention in reversed(due):
            link = self._link(mention.term, words[mention.start : mention.end])
            link.tail = words[mention.end : end]
            links.append(link)
            end = mention.start
        return words[:end], links[::-1]

    def _link(self, term: Term, words: str) -> Element:
        link = Element("a")
        link.text = words
        link.set("class", "sd-term")
        link.set("href", f"{self._glossary}#{term.anchor}")
        link.set("aria-description", term.sentence)
        return link


class GlossaryLinks(Extension):  # type: ignore[misc]
    """Puts both processors in their places."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register what keeps a page's text and what marks its terms."""
        source = _Text(md)
        md.preprocessors.register(source, "sd-glossary-text", _BEFORE_ALL)
        md.treeprocessors.register(_Marks(md, source), "sd-glossary", _AFTER_ANCHORS)


def makeExtension(**options: object) -> GlossaryLinks:  # noqa: N802 - Python-Markdown's
    """Return the extension, as Python-Markdown asks for it."""
    return GlossaryLinks(**options)
