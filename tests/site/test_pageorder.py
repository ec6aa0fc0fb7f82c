"""Headings, and the parts of a chapter, are told where they are out of order."""

import re
from pathlib import Path

import pytest

from sitebuild import newchapter, pageorder

READS = ("docs/**/*.md", "mkdocs.yml", "*.md", "sitebuild/newchapter.py")

PAGE = Path("page.md")
FENCE = "```"
CHAPTER = newchapter.CHAPTER.format(slug="x", title="X", name="x")
HEADINGS = {
    "a second title": (
        "# T\n\n## U\n\n# V\n",
        r"page\.md:5: a second title, 'V': begin it by ##",
    ),
    "a level that is skipped": (
        "# T\n\n## U\n\n#### V\n\n## W\n",
        r"page\.md:5: a level is skipped: begin the heading 'V' by ###",
    ),
    "no title": (
        "So.\n\n## U\n",
        r"page\.md:3: a level is skipped: begin the heading 'U' by #",
    ),
    "a box whose content is not indented": (
        '# T\n\n!!! note "N"\n\ny\n',
        r"page\.md:3: a box without content: indent by 4 what belongs to it",
    ),
    "a box at the end": (
        '# T\n\n??? question "N"\n',
        r"page\.md:3: a box without content: indent by 4 what belongs to it",
    ),
    "a block with the anchor of a heading": (
        f'# T\n\n## By hand\n\n{FENCE}python name="by-hand"\nprint(1)\n{FENCE}\n',
        r"page\.md:5: 'by-hand' is the anchor of the heading in line 3 too",
    ),
}
RIGHT = f"""---
title: a page
---

# T

{FENCE}bash
# no title
{FENCE}

??? question "Only code is a content too"

    {FENCE}python name="c"
    print(1)
    {FENCE}

{FENCE}markdown
!!! note "shown, and empty"
{FENCE}

## U

### V {{ #own }}

## W
"""


@pytest.mark.parametrize(("text", "said"), HEADINGS.values(), ids=HEADINGS)
def test_a_heading_out_of_order_is_told_at_its_line(text: str, said: str) -> None:
    (found,) = pageorder.heading_problems(PAGE, text)
    assert re.match(said, str(found))


def test_what_stands_in_a_comment_is_in_no_order() -> None:
    text = "<!--\n### Later\n\n!!! note\n-->\n\n"
    assert (
        pageorder.heading_problems(PAGE, RIGHT.replace("\n\n", f"\n\n{text}", 1)) == []
    )


def test_headings_in_order_are_not() -> None:
    assert pageorder.heading_problems(PAGE, RIGHT) == []


LACKS = [
    (
        '<p class="sd-question">',
        "<p>",
        r":1: such a page has a question, after its title",
    ),
    ("The question, in one sentence?", "", r":1: such a page has a question, after"),
    (
        '!!! answer "In short"',
        '!!! note "In short"',
        r":\d: such a page has an answer in short, after a question: !!! answer",
    ),
    ("## By hand", "## With a pencil", r": such a page has an example by hand, after"),
    ("python figure=", "python name=", r": such a page has a figure, after an example"),
    (
        "## How you see it, and what to do first",
        "## How you see it",
        r": such a page has what to do when it burns, after a figure",
    ),
    ("## Which one to take", "## Which", r": such a page has a choice, after what to"),
    ("## In six lines", "<!--\n## In six lines\n-->", r": such a page has a summary"),
    ("## Go deeper", "## Go", r": such a page has a way on, after a summary"),
]


@pytest.mark.parametrize(("old", "new", "said"), LACKS)
def test_what_every_chapter_has_is_asked_for_at_the_line_where_it_belongs(
    old: str, new: str, said: str
) -> None:
    assert old in CHAPTER
    (found,) = pageorder.part_problems(PAGE, CHAPTER.replace(old, new), "index")
    assert re.search(said, str(found)), found


def test_a_part_that_stands_too_early_is_told() -> None:
    last = CHAPTER[CHAPTER.index("## Go deeper") :]
    text = CHAPTER.replace(last, "").replace("## By hand", f"{last}\n## By hand")
    (found,) = pageorder.part_problems(PAGE, text, "index")
    assert re.search(r"\d: a way on stands before a summary", str(found))


def test_what_a_page_has_is_a_matter_of_its_kind() -> None:
    (found, *_) = pageorder.part_problems(PAGE, "# T\n", "practice")
    assert str(found).startswith("page.md:1: such a page has a question")
    assert pageorder.part_problems(PAGE, "# T\n", "deeper") == []


def test_what_make_chapter_lays_down_has_every_part_in_order() -> None:
    assert pageorder.part_problems(PAGE, CHAPTER, "index") == []
    assert pageorder.heading_problems(PAGE, CHAPTER) == []


def test_our_pages_are_in_order() -> None:
    assert [str(problem) for problem in pageorder.problems()] == []
