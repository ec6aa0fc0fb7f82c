"""Mistakes planted in a copy: each ends the build with one message at file:line.

The message must tell a contributor where to go and what to do, so the whole of it is
asserted as a pattern; and nothing is published.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sitebuild.copies import environment_of

pytestmark = pytest.mark.slow

CAP = "docs/chapters/cap.md"
FENCE = "```"


@dataclass(frozen=True)
class Mistake:
    """In ``file``, the first ``old`` becomes ``new``; ``said`` is what must be said."""

    name: str
    file: str
    old: str
    new: str
    said: str
    command: str = "build"


def snippet(code: str, info: str = 'python name="planted"') -> str:
    """Return a fence to be put before the heading "Sources"."""
    return f"{FENCE}{info}\n{code}\n{FENCE}\n\n## Sources"


MISTAKES = [
    Mistake(
        "a wrong output",
        CAP,
        "paid 80, so the true balance is 20",
        "paid 80, so the true balance is 21",
        rf"{CAP}:\d+: the output of 'the-story' is not what is recorded\. If the new "
        r"one is right, run `make outputs`\.",
    ),
    Mistake(
        "a snippet that raises",
        CAP,
        "## Sources",
        snippet("import math\n\nmath.sqrt(-1)"),
        rf"{CAP}:\d+: snippet 'planted' ValueError: math domain error",
    ),
    Mistake(
        "a snippet that exits",
        CAP,
        "## Sources",
        snippet("import sys\n\nsys.exit(0)"),
        rf"{CAP}:\d+: snippet 'planted' SystemExit\(0\): a snippet must run to its end",
    ),
    Mistake(
        "a snippet over its limit",
        CAP,
        "## Sources",
        snippet("while True:\n    pass"),
        rf"{CAP}:\d+: snippet 'planted' did not end within 3 s and was stopped",
    ),
    Mistake(
        "a dead link",
        CAP,
        "](../claims.md)",
        "](../claimz.md)",
        rf"{CAP}:\d+: dead link: there is no '\.\./claimz\.md' beside this page",
    ),
    Mistake(
        "a dead anchor",
        CAP,
        "](../claims.md#cap-02)",
        "](../claims.md#cap-99)",
        rf"{CAP}:\d+: dead link: '.*#cap-99' has no such anchor on its page",
    ),
    Mistake(
        "a package without a chapter",
        "sdnotes/unsaid/__init__.py",
        "",
        '"""unsaid: a package that nobody explains."""\n',
        r"docs/chapters/unsaid\.md:1: missing: the package sdnotes\.unsaid needs it "
        r"\(make chapter lays it down\)",
    ),
    Mistake(
        "a chapter without a package",
        "docs/chapters/unbuilt.md",
        "",
        "# Unbuilt\n",
        r"docs/chapters/unbuilt\.md:1: a chapter without a package sdnotes\.unbuilt",
    ),
    Mistake(
        "a fence that would not run",
        CAP,
        "## Sources",
        snippet("print(1)", "py"),
        rf"{CAP}:\d+: a fence of `py` would not run: write {FENCE}python name=",
    ),
    Mistake(
        "an unknown attribute",
        CAP,
        "## Sources",
        snippet("print(1)", 'python name="planted" session="a"'),
        rf"{CAP}:\d+: unknown attribute 'session' of a python fence; allowed: figure, "
        r"name, native$",
    ),
    Mistake(
        "an unquoted attribute",
        CAP,
        "## Sources",
        snippet("print(1)", "python name=planted"),
        rf"{CAP}:\d+: cannot read the attributes of 'python name=planted': each is "
        r'written key="value", in double quotes',
    ),
    Mistake(
        "a request to another host, from a page",
        CAP,
        "## Sources",
        "![x](https://pictures.example.org/x.png)\n\n## Sources",
        rf"{CAP}:\d+: loads 'https://pictures\.example\.org/x\.png' from another host",
    ),
    Mistake(
        "a request to another host, from the style",
        "docs/assets/sdnotes.css",
        ":root {",
        "@import 'https://fonts.example.org/f.css';\n:root {",
        r"docs/assets/sdnotes\.css:\d+: loads 'https://fonts\.example\.org/f\.css'",
    ),
    Mistake(
        "a claim without a test",
        "docs/claims.md",
        "::test_both_machines_begin_with_the_whole_account`",
        "::test_that_nobody_wrote`",
        r"docs/claims\.md:\d+: CAP-04: there is no test test_that_nobody_wrote in "
        r"tests/cap/test_claims\.py",
    ),
    Mistake(
        "a claim without a source",
        "docs/claims.md",
        "- **Source:** [Kleppmann 2015]",
        "- **Sauce:** [Kleppmann 2015]",
        r"docs/claims\.md:\d+: CAP-03 has no line `- \*\*Source:\*\* \.\.\.`",
    ),
    Mistake(
        "a stale record",
        "sdnotes/cap/trial.py",
        "CUSTOMERS = 20",
        "CUSTOMERS = 21",
        r"evidence/records/cap/overdraft\.json:1: stale: evidence/studies/cap/"
        r"overdraft\.py, or a module that it imports, has changed since; run "
        r"`make studies UPDATE=1` and read the difference",
    ),
    Mistake(
        "a record that is not there",
        CAP,
        'record name="cap/overdraft"',
        'record name="cap/nothing"',
        rf"{CAP}:\d+: there is no record evidence/records/cap/nothing\.json",
    ),
    Mistake(
        "a figure without a description",
        CAP,
        'description="Both machines pay during the cut; each shows a balance that is "',
        'description="" if True else "" ""',
        rf"{CAP}:\d+: snippet 'cut-cable' ValueError: description='': a figure needs a "
        r"description",
    ),
    Mistake(
        "two builds that differ",
        "sdnotes/figures/figure.py",
        'root.set("role", "img")',
        'root.set("role", "img"); root.set("data-x", str(hash("x")))',
        r"chapters/cap/index\.html:\d+: two builds differ, in or after cut-cable: .* "
        r"against .*; no address, date, path or set order may be printed",
        command="reproduce",
    ),
    Mistake(
        "two builds that differ by their date",
        "sitebuild/build.py",
        '"SOURCE_DATE_EPOCH": "315532800", ',
        "",
        r"sitemap\.xml\.gz:\d+: two builds differ, in or after no snippet",
        command="reproduce",
    ),
    Mistake(
        "two builds that differ by their folder",
        "sitebuild/superfences.py",
        '<div class="sd-snippet" id=',
        '<div title="{__file__}" class="sd-snippet" id=',
        r"chapters/cap/index\.html:\d+: two builds differ, in or after [a-z-]+: "
        r".*another",
        command="reproduce",
    ),
    Mistake(
        "a record edited by hand",
        "evidence/records/cap/overdraft.json",
        "68.8 (65.9 to 71.6)",
        "6.8 (5.9 to 7.6)",
        r"evidence/records/cap/overdraft\.json:1: edited by hand: its facts do not "
        r"have the hash that it states; make it anew",
    ),
    Mistake(
        "a record that is no JSON",
        "evidence/records/cap/overdraft.json",
        "{",
        "<<<<<<< ours\n{",
        r"evidence/records/cap/overdraft\.json:1: not a record: JSONDecodeError: .*; "
        r"make it anew",
    ),
    Mistake(
        "a claim under a heading that is not read",
        "docs/claims.md",
        "### CAP-08 · imprecise",
        "### CAP 08 · imprecise",
        r"docs/claims\.md:\d+: 'CAP' is no claim: a heading begins `### CAP-01 · ",
    ),
    Mistake(
        "a dead link in the README",
        "README.md",
        "](CONTRIBUTING.md)",
        "](CONTRIBUTE.md)",
        r"README\.md:\d+: dead link: there is no 'CONTRIBUTE\.md' beside this page",
    ),
    Mistake(
        "tests without a package",
        "tests/ghost/test_ghost.py",
        "",
        "def test_nothing() -> None:\n    pass\n",
        r"tests/ghost:1: tests without a package sdnotes\.ghost",
    ),
    Mistake(
        "a fence that swallows the next one",
        CAP,
        "## Sources",
        f"{FENCE}text\nnever closed\n\n{snippet('print(1)')}",
        rf"{CAP}:\d+: '{FENCE}python name=\"planted\"' stands inside the fence of line "
        r"\d+ and would be shown, not run: is that one closed\?",
    ),
    Mistake(
        "a page that is in no nav",
        "docs/lost.md",
        "",
        "# Lost\n",
        r"docs/lost\.md:1: this page is not in mkdocs\.yml's nav",
    ),
]


def plant(tree: Path, mistake: Mistake) -> None:
    file = tree / mistake.file
    if mistake.old:
        text = file.read_text("utf-8")
        assert mistake.old in text, "the mistake must really be planted"
        file.write_text(text.replace(mistake.old, mistake.new, 1), "utf-8")
    elif file.exists():
        raise AssertionError(f"{file} stands there already")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(mistake.new, "utf-8")
    engine = tree / "sitebuild" / "engine.py"
    limits = engine.read_text("utf-8").replace(
        "WALL_LIMIT_S = 10.0", "WALL_LIMIT_S = 3.0"
    )
    engine.write_text(limits, "utf-8")
    if mistake.command == "reproduce":
        # The record hashes the module that was changed; here that is not the point.
        without_staleness(tree)


def without_staleness(tree: Path) -> None:
    """Take the staleness check out of the copy, to see the check behind it."""
    checks = tree / "sitebuild" / "checks.py"
    text = checks.read_text("utf-8").replace("    records.stale,\n", "")
    checks.write_text(text, "utf-8")


def run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tree,
        env=environment_of(tree),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.name)
def test_a_planted_mistake_is_answered_at_file_and_line(
    tree: Path, mistake: Mistake, record_property: Callable[[str, object], None]
) -> None:
    """``pytest --junit-xml`` keeps the messages, to be read one after another."""
    plant(tree, mistake)
    done = run(tree, "sitebuild", mistake.command)
    assert done.returncode == 1, done.stdout
    assert re.search(rf"^{mistake.said}", done.stderr, re.MULTILINE), done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tree.glob("site*/index.html"))
    record_property("message", done.stderr.strip().splitlines()[0])


@pytest.mark.parametrize(
    "name",
    [
        "a wrong output",
        "a snippet that raises",
        "a snippet that exits",
        "a snippet over its limit",
        "a figure without a description",
        "a fence that would not run",
        "an unknown attribute",
        "an unquoted attribute",
        "a fence that swallows the next one",
    ],
)
def test_pytest_says_the_same_of_a_snippet_as_the_build(tree: Path, name: str) -> None:
    (mistake,) = (m for m in MISTAKES if m.name == name)
    plant(tree, mistake)
    done = run(tree, "pytest", "-q", CAP)
    assert done.returncode in (1, 2)  # 2: the page cannot even be collected
    assert re.search(mistake.said, done.stdout, re.MULTILINE), done.stdout


@pytest.mark.parametrize(
    "name", ["a snippet that raises", "a snippet that exits", "a wrong output"]
)
def test_zensical_refuses_what_mkdocs_refuses(tree: Path, name: str) -> None:
    (mistake,) = (m for m in MISTAKES if m.name == name)
    plant(tree, mistake)
    done = run(tree, "sitebuild", "build", "--builder", "zensical")
    assert done.returncode == 1
    assert re.search(mistake.said, done.stderr), done.stderr
    assert not list(tree.glob("site*/index.html"))


def test_bare_mkdocs_refuses_a_failing_snippet_too(tree: Path) -> None:
    (mistake,) = (m for m in MISTAKES if m.name == "a snippet that exits")
    plant(tree, mistake)
    done = run(tree, "mkdocs", "build", "--strict")
    assert done.returncode != 0
    assert re.search(mistake.said, done.stderr), done.stderr


def test_outputs_are_rewritten_by_the_one_command_that_the_messages_name(
    tree: Path,
) -> None:
    page = tree / CAP
    before = page.read_text("utf-8")
    wrong = before.replace("paid 80, so the true balance is 20", "paid 0")
    page.write_text(wrong.replace("merged: 20 and again: 20", "gone"), "utf-8")
    done = run(tree, "pytest", "-q", "--update-outputs", "docs", "README.md")
    assert done.returncode == 0, done.stdout
    assert f"rewritten: {CAP}" in done.stdout
    assert page.read_text("utf-8") == before


def test_a_new_chapter_is_laid_down_and_quick_is_green(tree: Path) -> None:
    assert run(tree, "sitebuild", "chapter", "class").returncode == 1
    assert run(tree, "sitebuild", "chapter", "cap").returncode == 1
    home = (tree / "docs" / "index.md").read_text("utf-8")
    coming = re.search(r"- \*\*([^*[]+)\*\* (\w+ \w+).*\{ #(\w+) \.sd-soon", home)
    assert coming, "once all chapters are there, this test needs only the other one"
    title, question, planned = coming.groups()
    for slug in (planned, "two_words"):
        done = run(tree, "sitebuild", "chapter", slug)
        assert done.returncode == 0, done.stderr
    home = (tree / "docs" / "index.md").read_text("utf-8")
    assert f"**[{title}](chapters/{planned}.md)** {question}" in home
    assert "**[Two words](chapters/two_words.md)**" in home
    # The copy borrows this very environment; -o says that nothing is to be installed.
    (tree / ".venv").symlink_to(sys.prefix)
    done = subprocess.run(
        ["make", "-o", ".venv/.installed", "quick"],
        cwd=tree,
        env=environment_of(tree),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tests = run(tree, "pytest", "--co", "-q", f"tests/{planned}").stdout
    assert f"test_{planned}.py" in tests
    done = run(tree, "sitebuild", "build")
    assert done.returncode == 0, done.stderr
    assert (tree / "site" / "chapters" / "two_words" / "index.html").is_file()
