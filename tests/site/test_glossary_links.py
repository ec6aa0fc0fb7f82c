"""The first use of a term on a page leads to its line, and nothing else is touched."""

from pathlib import Path

import pytest
import words
from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser
from words import COIN, known

from sitebuild import DOCS, mkdocs_yml, pagetree, prose
from sitebuild.problems import Problem

READS = ("docs/**/*.md", "mkdocs.yml")


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return words.lay_down(tmp_path, monkeypatch)


def made(docs: Path, text: str, name: str = COIN) -> LexborHTMLParser:
    """Return a page as the builders' Markdown makes it, without its fences."""
    known(docs)
    (docs / name).write_text(text, "utf-8")
    return LexborHTMLParser(converted(text.strip()))


def converted(text: str) -> str:
    names = [*pagetree._extensions(), "sitebuild.glossary_links"]
    return str(Markdown(extensions=names).convert(text))


def marks(docs: Path, text: str, name: str = COIN) -> list[str]:
    return [node.text() for node in made(docs, text, name).css("a.sd-term")]


def test_the_first_use_of_a_term_leads_to_its_line_and_says_it(docs: Path) -> None:
    (mark, *more) = made(docs, "# T\n\nA toss, and a toss.\n").css("a.sd-term")
    assert more == []
    assert dict(mark.attributes) == {
        "class": "sd-term",
        "href": "../../glossary.md#toss",
        "aria-description": "A coin is thrown once, and shows a side.",
    }
    paragraph = mark.parent
    assert paragraph is not None
    assert paragraph.text(deep=True) == "A toss, and a toss."


def test_several_terms_in_one_sentence_leave_its_words_in_their_order(
    docs: Path,
) -> None:
    sentence = "Of a toss, CAP and a hot key, CAP is last."
    page = made(docs, f"# T\n\n{sentence}\n")
    assert [m.text() for m in page.css("a.sd-term")] == ["toss", "CAP", "hot key"]
    assert page.css("p")[0].text() == sentence


PLACES = {
    "in words, before, between and after marks": (
        "A toss *of CAP* and a hot key, a toss.",
        ["toss", "CAP", "hot key"],
    ),
    "in items, cells and boxes": (
        '- a toss\n\n| a |\n|---|\n| CAP |\n\n??? note "N"\n\n    A hot key.',
        ["toss", "CAP", "hot key"],
    ),
    "not in headings, code and links": (
        "## A toss\n\n`CAP` [a hot key](x.md)\n\n`toss`",
        [],
    ),
    "not in the head of a table": ("| toss |\n|---|\n| x |", []),
    "in a title, and not in a question, which is a button": (
        '!!! note "A toss"\n\n    x\n\n??? question "CAP?"\n\n    x',
        ["toss"],
    ),
    "not in a note": ("x[^a]\n\n[^a]: A toss.", []),
    "after a heading, in words": ("## A toss\n\nA toss.", ["toss"]),
    "not in the section that explains it": ("## By hand\n\nA toss.", []),
    "after that section": ("## By hand\n\nA toss.\n\n## Two\n\nA toss.", ["toss"]),
    "before that section": ("A toss.\n\n## By hand\n\nA toss.", ["toss"]),
    "an everyday word only where it is bold": (
        "A term, a **bold** word, a **term**.",
        ["term"],
    ),
    "bold, once": ("**Tosses** and a toss", ["Tosses"]),
}


@pytest.mark.parametrize(("text", "marked"), PLACES.values(), ids=PLACES)
def test_marks_stand_where_a_reader_reads_words(
    docs: Path, text: str, marked: list[str]
) -> None:
    assert marks(docs, f"# Toss and CAP\n\n{text}\n") == marked


def test_an_author_s_link_to_the_glossary_says_the_line_too(docs: Path) -> None:
    text = "# T\n\nA [term](../../glossary.md#term){ .x }, and a toss.\n"
    link, _ = made(docs, text).css("a.sd-term")
    assert link.attributes["aria-description"] == "A number."
    assert link.attributes["class"] == "x sd-term"


def test_what_is_no_page_with_marks_stays_as_it_is(docs: Path) -> None:
    text = "# T\n\nA toss.\n"
    made(docs, text)
    assert "sd-term" not in converted("A toss, in a docstring.")
    assert marks(docs, text, "claims.md") == ["toss"]
    (docs / "claims.md").unlink()
    (docs / COIN).unlink()
    assert marks(docs, text, "index.md") == []


def test_a_mark_is_no_source_of_a_number(docs: Path) -> None:
    """What the checks read is what an author wrote."""
    names = {"sitebuild.glossary_links", "sitebuild.counts_in_page"}
    assert names <= set(mkdocs_yml.extensions())
    assert names.isdisjoint(pagetree._extensions())
    page = DOCS / COIN
    (problem,) = prose.number_problems_in(page, "# T\n\nA lease of 37 seconds.\n")
    assert isinstance(problem, Problem)


@pytest.mark.slow
def test_both_builders_set_the_same_marks(site: Path, zensical_site: Path) -> None:
    for page in site.glob("chapters/*/index.html"):
        ours, theirs = (
            LexborHTMLParser(each.read_text("utf-8")).css("article a.sd-term")
            for each in (page, zensical_site / page.relative_to(site))
        )
        assert ours
        marks = [(dict(mark.attributes), mark.text()) for mark in ours]
        assert marks == [(dict(mark.attributes), mark.text()) for mark in theirs], page
        assert all("/glossary/#" in str(m.attributes["href"]) for m in ours)
    assert "sd-term" not in (site / "search" / "search_index.json").read_text("utf-8")
