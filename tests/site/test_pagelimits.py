"""How long a page is, and what of it is too much or too little, at its line."""

import re
from pathlib import Path

import pytest

from sitebuild import DOCS, ROOT, pagelimits, pagesize
from sitebuild.problems import ProblemError

READS = ("docs/**/*.md", "sdnotes/**/*.py", "evidence/records/**/*.json", "mkdocs.yml")

FENCE = "```"
FOLDER = DOCS / "chapters" / "cap"
INDEX, DEEPER = FOLDER / "index.md", FOLDER / "sessions.md"
PRACTICE, SYSTEMS = FOLDER / "practice.md", FOLDER / "systems.md"


def snippet(lines: int, kind: str = "", name: str = "a", printed: int = 0) -> str:
    """Return a snippet of so many lines that prints so many."""
    code = "\n".join(["x = 1"] * lines)
    text = "\n".join(["1"] * printed)
    output = f"{FENCE}output\n{text}\n{FENCE}\n" * bool(printed)
    return f'{FENCE}python name="{name}"{kind}\n{code}\n{FENCE}\n\n{output}\n'


def figure(name: str) -> str:
    return f'{FENCE}python figure="{name}"\nprint(1)\n{FENCE}\n\n'


def table(rows: int, columns: int) -> str:
    line = "|" + " a |" * columns
    return "\n".join([line, "|" + "---|" * columns, *[line] * rows]) + "\n\n"


def test_minutes_are_words_open_code_figures_and_tables() -> None:
    text = (
        f"# T\n\n{'word ' * 399}\n\n{snippet(19)}{snippet(1, name='b')}"
        f"{snippet(20, ' fold', 'c')}{figure('d')}{table(3, 2)}"
        f'??? note "N"\n\n    {"folded " * 500}\n\n[^n]: {"noted " * 500}\n'
        f"<!-- {'hidden ' * 500} -->\n"
    )
    size = pagesize.measured(text, DEEPER)
    cells = 8  # and the box's own title
    assert size.words == 400 + cells + 1
    assert size.minutes == pytest.approx((400 + cells + 1) / 200 + 20 / 20 + 2 / 4)
    assert pagesize.in_words(size) == "4 minutes to read"


def test_the_source_of_an_object_counts_as_a_mechanism_with_its_lines() -> None:
    source = ' source="sdnotes.cap.merge.lowest_wins"'
    size = pagesize.measured(f"# T\n\n{snippet(3, source)}", INDEX)
    (shown,) = size.snippets
    assert (shown.lines, shown.is_mechanism) == (5, True)


TOO_MUCH = [
    (INDEX, "word " * 5001, r":1: minutes: 26; at most 25 on such a page: move a part"),
    (
        DEEPER,
        "word " * 3001,
        r":1: minutes: 16; at most 15 on such a page: move a part",
    ),
    (
        INDEX,
        snippet(16),
        r":3: snippet lines: 16; at most 15 on such a page: move what",
    ),
    (
        INDEX,
        snippet(1).replace("x = 1", f"x = '{'y' * 77}'"),
        r":3: snippet columns: 83",
    ),
    (INDEX, snippet(1, printed=16), r":3: output lines: 16; at most 15"),
    (PRACTICE, snippet(1, printed=21), r":3: output lines: 21; at most 20"),
    (INDEX, table(11, 2), r":3: table rows: 11; at most 10 on such a page: leave rows"),
    (INDEX, table(2, 6), r":3: table columns: 6; at most 5 on such a page: leave col"),
    (DEEPER, table(17, 6), r":3: table rows: 17; at most 16"),
    (INDEX, "".join(map(figure, "abcdefgh")), r":1: figures: 8; at most 7"),
]


@pytest.mark.parametrize(("path", "text", "said"), TOO_MUCH)
def test_what_is_too_much_is_told_at_its_line(path: Path, text: str, said: str) -> None:
    (found,) = pagelimits.too_large(f"# T\n\n{text}", path)
    assert re.search(said, str(found)), found
    assert pagelimits.too_large(f"# T\n\n{text}", SYSTEMS) == []
    assert pagelimits.too_large(f"# T\n\n{text}", ROOT / "README.md") == []


FITS = [
    (INDEX, "word " * 4900),
    (INDEX, snippet(15, printed=15)),
    (INDEX, snippet(20, " fold")),
    (INDEX, table(10, 5)),
    (DEEPER, snippet(20, printed=20) + table(16, 6)),
    (INDEX, "".join(map(figure, "abcdefg"))),
]


@pytest.mark.parametrize(("path", "text"), FITS)
def test_what_fits_is_not(path: Path, text: str) -> None:
    assert pagelimits.too_large(f"# T\n\n{text}", path) == []


def test_what_is_too_little_is_told() -> None:
    of_index = pagelimits.too_little("# T\n", INDEX)
    assert [str(each).partition(": ")[2] for each in of_index] == [
        "figures: 0; at least 3 on such a page",
        "mechanisms: 0; at least 4 on such a page",
    ]
    four = "".join(snippet(1, " mechanism", name) for name in "abcd")
    assert (
        pagelimits.too_little(f"# T\n\n{four}{''.join(map(figure, 'efg'))}", INDEX)
        == []
    )
    one = snippet(1, " mechanism") + figure("b")
    assert pagelimits.too_little(f"# T\n\n{one}", DEEPER) == []
    assert pagelimits.too_little("# T\n", SYSTEMS) == []


def test_a_page_says_another_number_with_its_reason_and_only_so() -> None:
    text = f"---\nlimits:\n  snippet lines: 16 because it is one\n---\n\n{snippet(16)}"
    assert pagelimits.too_large(text, INDEX) == []
    for wrong in ("snippet lines: 16", "snippets: 16 because it is one"):
        with pytest.raises(ProblemError, match="write `<number> because <reason>`"):
            pagelimits.too_large(f"---\nlimits:\n  {wrong}\n---\n\n# T\n", INDEX)


def test_asides_that_stop_a_reader_are_told_on_an_index_page() -> None:
    long = " ".join(["word"] * 13)
    text = f"# T\n\nSo (a) it is.\n\nOr (a) it\nis (b).\n\nAnd ({long}) so.\n"
    found = [
        str(each).partition("index.md")[2]
        for each in pagelimits.parentheses(text, INDEX)
    ]
    assert found == [
        ":6: a second parenthesis in one paragraph: make it a sentence",
        ":8: a parenthesis of 13 words: make it a sentence or a footnote",
    ]
    assert pagelimits.parentheses(text, DEEPER) == []


def test_our_pages_are_within_their_limits() -> None:
    assert [str(p) for p in (*pagelimits.problems(), *pagelimits.unfinished())] == []
