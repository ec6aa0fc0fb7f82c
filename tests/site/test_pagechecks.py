"""What Markdown puts up with is told at its line, without a build."""

import re
from pathlib import Path

import pytest

from sitebuild import claims, pagechecks
from sitebuild.problems import Problem

READS = ("docs/**/*.md", "mkdocs.yml", "*.md")

PAGE = Path("page.md")
SYSTEMS = """# T

<div class="sd-systems" markdown>

| System | By default | From |
|---|---|---|
"""
MISTAKES = {
    "a note that is defined nowhere": (
        "# T\n\nSo it is.[^nowhere]\n",
        r"page\.md:3: this note is defined nowhere",
    ),
    "a note that is defined twice": (
        "# T\n\nSo.[^a]\n\n[^a]: one\n[^a]: two\n",
        r"page\.md:5: the note \[\^a\] is defined 2 times",
    ),
    "a note that is used nowhere": (
        "# T\n\nSo.\n\n[^a]: one\n",
        r"page\.md:5: the note \[\^a\] is used nowhere",
    ),
    "a row that is too long": (
        "# T\n\n| a | b |\n|---|---|\n| 1 | 2 | 3 |\n",
        r"page\.md:5: a row of 3 cells in a table of 2",
    ),
    "a row that is too short": (
        "# T\n\n| a | b |\n|---|---|\n| 1 |\n",
        r"page\.md:5: a row of 1 cells in a table of 2",
    ),
    "a table without a blank line before it": (
        "# T\n\nThis:\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        r"page\.md:4: no table: it needs a blank line",  # once, at its first line
    ),
    "a list without a blank line before it": (
        "# T\n\nThese:\n- one\n- two\n",
        r"page\.md:4: no list: it needs a blank line.*; what is no item is wrapped",
    ),
    "a numbered list without a blank line before it": (
        "# T\n\nThese:\n1. one\n",
        r"page\.md:4: no list: it needs a blank line",
    ),
    "a list that goes on where another ended": (
        "# T\n\nThese:\n3. three,\n   and more\n4. four\n",
        r"page\.md:4: no list: it needs a blank line",
    ),
    "a sentence that is wrapped before a year is no list": (
        "# T\n\nThe first one came out in\n1986. The second followed.\n",
        None,
    ),
    "a comment that never ends": (
        "# T\n\nWords.\n\n<!-- and a thought\n",
        r"page\.md:5: a comment that does not end in its paragraph",
    ),
    "what stands in a comment is not on the page": (
        "# T\n\n<!-- a <div> began here\n\n| a | b |\n| 1 |\n\n[^a]: one\n\n-->\n",
        None,
    ),
    "a heading without a blank line is one all the same": ("# T\n\nx\n## U\n", None),
    "bold that never ends": (
        "# T\n\nthis is **bold and more\n",
        r"page\.md:3: bold that does not end",
    ),
    "a div that is never closed": (
        '# T\n\n<div class="a" markdown>\n\nx\n',
        r"page\.md:3: 1 times <div>, and 0 times </div>",
    ),
    "an admonition of an unknown kind": (
        '# T\n\nA notice.\n\n!!! notice "N"\n\n    x\n',
        r"page\.md:5: an admonition of the unknown kind 'notice'; allowed: .*note",
    ),
    "an admonition that is not alone": (
        '# T\n\nx\n!!! note "N"\n    y\n',
        None,
    ),
    "a system without a source": (
        f"{SYSTEMS}| **A** | a[^x] | b |\n| **B** | c | [^x] |\n\n</div>\n\n[^x]: X\n",
        r"page\.md:7: the row of 'A' ends without a source: a note",
    ),
    "a system of which something is not said": (
        f"{SYSTEMS}| **A** | a | [^x] |\n| **B** | | [^x] |\n\n</div>\n\n[^x]: X\n",
        r"page\.md:8: the row of 'B' has an empty cell: say it",
    ),
    "a system's source on the web is one": (
        f"{SYSTEMS}| **A** | one | [x](https://example.org) |\n\n</div>\n",
        None,
    ),
    "a system's link within the page is no source": (
        f"{SYSTEMS}| **A** | one | [x](#t) |\n\n</div>\n",
        r"page\.md:7: the row of 'A' ends without a source",
    ),
    "a picture without words": (
        "# T\n\n![](assets/x.svg)\n",
        r"page\.md:3: a picture without words",
    ),
}
RIGHT = """# T

A note.[^a] In code: `**`, `[^b]`, `| x |` and ``a ` b``.

<!-- [^c] ** | a | -->

| a | b |
|---|---|
| `x | y` | 1 \\| 2 |

!!! claim "**Bold** in a title"

    - an item
    - 2 ** 3 is not bold, `2 ** 3` is code

```text
**  [^d]
| a |
```

[^a]: Its text.
"""


def problems(text: str) -> list[Problem]:
    page = pagechecks._read(PAGE, text)
    return [p for check in pagechecks._CHECKS for p in check(*page)]


@pytest.mark.parametrize(("text", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_at_its_line(text: str, said: str | None) -> None:
    found = [str(problem) for problem in problems(text)]
    if said is None:
        assert found == []
    else:
        assert len(found) == 1, found
        assert re.match(said, found[0]), found


def test_a_note_without_use_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.md").write_text("# T\n\nSo.\n\n[^a]: one\n", "utf-8")
    monkeypatch.setattr(pagechecks, "DOCS", tmp_path)
    found = [*pagechecks.sign_problems(), *pagechecks.anchor_problems()]
    assert [str(problem) for problem in found] == [
        "page.md:5: the note [^a] is used nowhere on this page"
    ]


def test_a_dead_anchor_is_told_wherever_the_project_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reference alone has anchors that only a build knows."""
    docs = tmp_path / "reference" / "docs"
    (docs / "reference").mkdir(parents=True)
    for name, links in {
        "page.md": "[x](reference/cap.md#sdnotes.cap.made) [y](#gone)",
        "reference/cap.md": "[z](../page.md#gone)",
    }.items():
        (docs / name).write_text(f"# T\n\n{links}\n", "utf-8")
    monkeypatch.setattr(pagechecks, "DOCS", docs)
    assert [str(problem) for problem in pagechecks.anchor_problems()] == [
        "page.md:3: dead link: '#gone' has no such anchor on its page",
        "cap.md:3: dead link: '../page.md#gone' has no such anchor on its page",
    ]


def test_a_claim_in_a_comment_is_no_answer(tmp_path: Path) -> None:
    page = tmp_path / "claims.md"
    rows = ("| A-01 |", "", "<!--", "| A-02 |", "-->", "", "| A-03 | x | y")
    page.write_text("\n".join(rows), "utf-8")
    found = [(claim.name, claim.line) for claim in claims.read(page)]
    assert found == [("A-01", 1), ("A-03", 7)]


def test_what_is_right_is_put_up_with() -> None:
    text = RIGHT.replace("2 ** 3 is not bold, ", "")
    assert [str(problem) for problem in problems(text)] == []


def test_every_page_of_ours_is_without_such_a_mistake() -> None:
    assert [str(problem) for problem in pagechecks.sign_problems()] == []
    assert [str(problem) for problem in pagechecks.anchor_problems()] == []
