"""A chapter's numbers come from a program, a source or a sum."""

import re
from pathlib import Path

import pytest

from sitebuild import prose

READS = ("docs/chapters/**/*.md", "mkdocs.yml")

PAGE = Path("page.md")
BLOCK = """```python name="counts"
def count(readers=12, share=0.35):
    return readers


print("1200 of 20480; 99.5; 250")
```

```output
1200 of 20480; 99.5; 250
```
"""


def said(text: str) -> list[str]:
    """Return what is said of a page, without the advice, which is always the same."""
    page = f"# T\n\n{text}\n\n{BLOCK}"
    problems = prose.number_problems_in(PAGE, page)
    return [str(problem).partition(": run `make outputs`")[0] for problem in problems]


@pytest.mark.parametrize(
    "text",
    [
        "It is 1200, 1,200, 1 200 or 20,480.0.",
        "It took 1200ms, 99.5 % of it in vain; the 1200-second day.",
        "There were 12 readers, 35 % of them asleep.",
        "Of 12 250 are left.",
        "Two, 3 and 10 are words.",
        "In code: `4711`.",
        "Since 14 March 2026, March 14, 2026 and 2026-03-14; RFC 9110, section 15.5.",
        "SHA-256, UTF-16, 18.11.3, v12.0.1, Python 3.14, version 18 and port 8080.",
        "2<sup>32</sup> are many.",
        "They had 4711 of them.[^a] So it is.\n\n[^a]: In 1812 alone.",
        "They had [4711](https://example.org/) of them.",
        "They had 4711 of them (see [the herd](herd.md#storm)).",
        "| who | how many | source |\n|---|--:|---|\n| A | 4711 | [^a] |\n\n[^a]: x",
        "So 1230 are more. <!-- by hand: 1230 = 1200 + 30 -->",
        "So 11.67 are less. <!-- by hand: 11.67 = 35 / 3 -->",
        "Take 6,000 of them.\n<!-- by hand: 6000 = (1,200 \u2212 200) \u00d7 6 -->",
        "Take 500.\n<!-- by hand: 500, an assumption -->",
        '??? question "Of 95, how many?"\n    <!-- by hand: 95, the question\'s -->\n',
    ],
)
def test_a_number_that_can_be_followed_is_put_up_with(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "line", "number"),
    [
        ("It is\n1201.", 4, "1201"),
        ("Here are 20,481 and 1200.", 3, "20,481"),
        ("It is 99.6 %.", 3, "99.6"),
        ("Of 12,250 none is left.", 3, "12,250"),
        ("Of 13 250 are left.", 3, "13 250"),
        ("Only 35 of them.", 3, "35"),
        ("Only 11 of them.", 3, "11"),
        ("The 13th, and\nthe 1200th.", 3, "13"),
        ("a 4711-second day", 3, "4711"),
        ("**4711**", 3, "4711"),
        ("[4711](#t)", 3, "4711"),  # the same page: its programs have not printed it
        ("They had 12.[^a] In 4711 more.\n\n[^a]: x", 3, "4711"),
        ("Seen there.[^a]\nSo 4711 more.\n\n[^a]: x", 4, "4711"),
        ("- 12\n- `12` or\n  4711", 5, "4711"),
        ("| a | b |\n|---|---|\n| 12 | x[^a] |\n| 12 | 13 |\n\n[^a]: x", 6, "13"),
        ('!!! note "4711"\n\n    x', 3, "4711"),
        ('!!! note "x"\n\n    Of 12\n    and 4711.', 6, "4711"),
        ("Of 4711.\n\nIt is so. <!-- by hand: 4711, x -->", 3, "4711"),
    ],
)
def test_a_number_from_nowhere_is_told_at_its_line(
    text: str, line: int, number: str
) -> None:
    where = f"page.md:{line}: no output on this page holds {number}"
    assert said(text)[0] == where
    assert len(said(text)) == (2 if "<!--" in text else 1)


@pytest.mark.parametrize(
    ("mark", "problem"),
    [
        ("500 = 5 * 50", r"5 \* 50 is not 500: work it out again"),
        ("500 = 5 /* 50", r"5 /\* 50 is not 500: work it out again"),
        ("500 = 5 / 0", r"5 / 0 is not 500: work it out again"),
        ("500 = 5 \u00d7 50", "5 \u00d7 50 is not 500"),
        ("500 = 1,000 \u2212 400", "1,000 \u2212 400 is not 500"),
        ("500 = 5006 / 10", "5006 / 10 is not 500"),
        ("500", "a mark without a number and a reason"),
        ("an assumption", "a mark without a number and a reason"),
        ("501, an assumption", "no number here needs the mark of 501: delete it"),
        ("1200, an assumption", "no number here needs the mark of 1200: delete it"),
    ],
)
def test_a_mark_that_says_nothing_or_wrong_is_told_at_its_line(
    mark: str, problem: str
) -> None:
    found = said(
        f"Take 500 and 1200.\n<!-- by hand: 500, x -->\n<!-- by hand: {mark} -->"
    )
    assert len(found) == 1
    assert re.match(rf"page\.md:5: {problem}", found[0])


def test_the_advice_names_the_three_ways() -> None:
    (problem,) = prose.number_problems_in(PAGE, "# T\n\nIt is 4711.\n")
    for way in ("snippet", "a note, a link", "<!-- by hand: 250 = 5 * 50 -->"):
        assert way in problem.message


def test_every_number_of_our_chapters_can_be_followed() -> None:
    assert [str(problem) for problem in prose.number_problems()] == []


def test_marks_are_not_published(tmp_path: Path) -> None:
    page = tmp_path / "chapters" / "index.html"
    page.parent.mkdir()
    page.write_text("<p>So 250.\n<!-- by hand: 250 = 5 *\n50 --> Ö <!-- kept --></p>")
    prose.unpublish_marks(tmp_path)
    assert page.read_text("utf-8") == "<p>So 250.\n Ö <!-- kept --></p>"
