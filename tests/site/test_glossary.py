"""Each line of the glossary is one, in its place, and leads to what explains it."""

import re
from pathlib import Path

import pytest
import words
from words import COIN, HEAD, TOSS

from sitebuild import glossary

READS = ("docs/**/*.md", "mkdocs.yml")

SHAPE = r"glossary\.md:5: an entry reads `term, other name \{ #term \}`, and below it"


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return words.lay_down(tmp_path, monkeypatch)


def written(docs: Path, *entries: str) -> Path:
    page = docs / "glossary.md"
    page.write_text(HEAD + "\n".join(entries), "utf-8")
    return page


def told(docs: Path, *entries: str) -> list[str]:
    return [str(p) for p in glossary.problems_in(written(docs, *entries))]


def test_an_entry_is_read_with_its_names_its_sentence_and_its_links(docs: Path) -> None:
    assert told(docs, TOSS) == []
    (term,) = glossary.read(docs / "glossary.md")
    assert term == glossary.Term(
        names=("toss",),
        is_everyday=False,
        anchor="toss",
        line=5,
        sentence="A coin is thrown once, and shows a side.",
        links=((COIN, "by-hand"), (COIN, "many-tosses")),
    )


def test_other_names_and_the_field_of_an_everyday_word_are_told_apart(
    docs: Path,
) -> None:
    written(docs, TOSS.replace("toss {", "toss, throw (of a coin) {"))
    (term,) = glossary.read(docs / "glossary.md")
    assert (term.names, term.is_everyday) == (("toss", "throw"), True)


def test_a_project_without_a_glossary_has_no_terms(docs: Path) -> None:
    assert glossary.read() == ()
    assert glossary.problems() == []


MISTAKES = {
    "no anchor": (TOSS.replace(" { #toss }", ""), SHAPE),
    "no link": (re.sub(r"\n    \[.*", "", TOSS), SHAPE),
    "no sentence": (
        TOSS.replace("A coin is thrown once,\n    and shows a side.\n    ", ""),
        SHAPE,
    ),
    "two links without a comma": (TOSS.replace("hand),", "hand)"), SHAPE),
    "a link before the sentence ends": (
        TOSS.replace("a side.", "[a side](x.md). It ends."),
        SHAPE,
    ),
    "another anchor": (
        TOSS.replace("#toss }", "#throw }"),
        r"glossary\.md:5: the anchor of 'toss' must be #toss",
    ),
    "more than one sentence": (
        TOSS.replace("a side.", "a side. It is fair."),
        r"glossary\.md:5: the line on 'toss' is to be one sentence, with a full stop",
    ),
    "no full stop": (
        TOSS.replace("a side.", "a side"),
        r"glossary\.md:5: the line on 'toss' is to be one sentence, with a full stop",
    ),
    "a long sentence": (
        TOSS.replace("a side.", f"{'a ' * 70}side."),
        r"glossary\.md:5: the sentence on 'toss' has 178 characters; at most 160",
    ),
    "a page that is not there": (
        TOSS.replace("coin/index.md#by-hand", "dice/index.md#by-hand"),
        r"glossary\.md:5: 'toss': there is no page 'chapters/dice/index\.md' below",
    ),
    "a page that is no chapter's": (
        TOSS.replace("chapters/coin/index.md#by-hand", "glossary.md#toss"),
        r"glossary\.md:5: 'toss': there is no page 'glossary\.md' below docs/chapters/",
    ),
    "an anchor that no heading has": (
        TOSS.replace("#by-hand", "#by-foot"),
        r"glossary\.md:5: 'toss': chapters/coin/index\.md has no heading #by-foot",
    ),
    "a section that does not use the word": (
        TOSS.replace("toss { #toss }", "rim { #rim }"),
        r"glossary\.md:5: chapters/coin/index\.md#by-hand does not use the word 'rim'",
    ),
    "a term twice": (
        f"{TOSS}\n{TOSS}",
        r"glossary\.md:11: 'toss' has an entry in line 5 already",
    ),
    "another name that is a term": (
        f"{TOSS}\n{TOSS.replace('toss {', 'Two, Toss {').replace('#toss', '#two')}",
        r"glossary\.md:11: 'Toss' has an entry in line 5 already",
    ),
    "an order that is not the alphabet's": (
        f"{TOSS}\n{TOSS.replace('toss {', 'fair {').replace('#toss', '#fair')}",
        r"glossary\.md:11: 'fair' stands before 'toss': keep the order",
    ),
}


@pytest.mark.parametrize(("entries", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_the_glossary_is_told_at_its_line(
    docs: Path, entries: str, said: str
) -> None:
    found = told(docs, entries)
    assert found
    assert re.match(said, found[0]), found


def test_hyphens_and_capitals_do_not_count_in_the_alphabet(docs: Path) -> None:
    entries = [
        TOSS.replace("toss {", f"{name} {{").replace("#toss", f"#{anchor}")
        for name, anchor in (("A coin", "a-coin"), ("a-cross", "a-cross"))
    ]
    assert not [p for p in told(docs, *entries) if "order" in p]


def test_this_project_s_glossary_is_right() -> None:
    assert [str(problem) for problem in glossary.problems()] == []
    assert len(glossary.read()) > 100
