"""Bold words are terms, terms are found as words, and a heading does not come first."""

import re
from pathlib import Path

import pytest
import words
from words import COIN, known

from sitebuild import mkdocs_yml, terms

READS = ("docs/**/*.md", "mkdocs.yml")


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return words.lay_down(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a toss", ["toss"]),
        ("Tosses, and a toss's end", ["Tosses", "toss"]),
        ("a tossed coin, a toss-up, re-toss", []),
        ("CAP and caps", ["CAP"]),
        ("a hot\nkey", ["hot\nkey"]),
        ("in these terms", []),
    ],
)
def test_names_are_found_as_words_in_the_plural_and_over_a_line_s_end(
    docs: Path, text: str, found: list[str]
) -> None:
    mentions = known(docs).mentions(text)
    assert [text[m.start : m.end] for m in mentions] == found


def of_page(docs: Path, text: str, name: str = COIN) -> list[str]:
    finder = known(docs)
    (docs / name).write_text(text, "utf-8")
    return [str(p) for p in terms.page_problems(docs / name, text, finder)]


BOLD = {
    "a term": ("A **toss**, and **Tosses**.", False),
    "an everyday term": ("A **term** of a leader.", False),
    "stress": ("It is **never** so.", True),
    "a run-in heading": ("**Never.** It is so. **So:** never.", False),
    "the label of a row": ("| a | b |\n|---|---|\n| **Never** | x |", False),
    "a title": ("### A **never** so\n\nx", False),
    "the title of a box": ('!!! note "**Never**"\n\n    x', False),
    "a link": ("**[Never](index.md)**", False),
    "code": ("`**never**`", False),
}


@pytest.mark.parametrize(("text", "is_wrong"), BOLD.values(), ids=BOLD)
def test_bold_is_for_terms(docs: Path, text: str, *, is_wrong: bool) -> None:
    found = of_page(docs, f"# T\n\nx\n\n{text}\n")
    assert len(found) == is_wrong, found
    if is_wrong:
        assert found[0].startswith("index.md:5: bold is for terms, and 'never' is none")


HEADINGS = {
    "in a sentence of its section": ("## A hot key\n\nThe hot key is one.", False),
    "in a sentence above": ("A hot key.\n\n## A hot key\n\nx", False),
    "in a link above": ("[A hot key](x.md).\n\n## A hot key\n\nx", False),
    "nowhere": ("## A hot key\n\nx\n\n## Two\n\nA hot key.", True),
    "in code only": ("## A hot key\n\n`hot key`", True),
    "in the question of a box": ('??? question "A hot key?"\n\n    One.', False),
}


@pytest.mark.parametrize(("text", "is_wrong"), HEADINGS.values(), ids=HEADINGS)
def test_a_heading_uses_what_its_section_explains(
    docs: Path, text: str, *, is_wrong: bool
) -> None:
    found = of_page(docs, f"# A hot key\n\n{text}\n")
    assert len(found) == is_wrong, found
    if is_wrong:
        said = r"index\.md:\d+: 'hot key' meets the reader first in 'A hot key"
        assert re.match(said, found[0]), found


def test_the_section_that_explains_a_term_may_be_called_by_it(docs: Path) -> None:
    text = "# T\n\n## A hot key { #by-hand }\n\nx\n\n## Many\n\nx\n"
    assert of_page(docs, text) == []


def test_a_page_is_exempt_by_its_name_alone(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mkdocs_yml, "pages", list)
    of_page(docs, "# T\n\nIt is **never** so.\n")
    assert len(terms.problems()) == 1


def test_problems_come_in_the_order_of_the_nav(
    docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = "chapters/coin/b.md", "chapters/coin/a.md"
    monkeypatch.setattr(mkdocs_yml, "pages", lambda: [first, second])
    for name in (first, second):
        of_page(docs, "# T\n\nIt is **never** so.\n", name)
    assert [problem.path for problem in terms.problems()] == ["b.md", "a.md"]


def test_this_project_s_pages_keep_to_its_glossary() -> None:
    assert [str(problem) for problem in terms.problems()] == []
