"""Mistakes planted in a miniature: each ends the build with one message at file:line.

The message must tell a contributor where to go and what to do, so the whole of it is
asserted as a pattern; and nothing is published.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mini
import pytest
from mini import CHAPTER as COIN

pytestmark = pytest.mark.slow

PRACTICE = "docs/chapters/coin/practice.md"
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
        COIN,
        "3 heads, 3 tails",
        "4 heads, 3 tails",
        rf"{COIN}:\d+: the output of 'six-tosses' is not what is recorded\. If the "
        r"new one is right, run `make outputs`\.",
    ),
    Mistake(
        "a knob whose published value it cannot take",
        COIN,
        "knob: 2..20 step 2",
        "knob: 1..21 step 2",
        rf"{COIN}:\d+: the published value 6 is not one of the knob's positions, "
        r"1, 3, \.\.\. 21: it is written as they are",
    ),
    Mistake(
        "a wrong answer that passes",
        PRACTICE,
        "return (tosses + 1) // 2",
        "return tosses >> 1",
        rf"{PRACTICE}:\d+: this wrong answer to 'heads-of' is judged 'passed' and not "
        r"'wrong': a check names what is wrong of each of these",
    ),
    Mistake(
        "a wrong answer that is told something else",
        PRACTICE,
        "Look at the last toss",
        "Look at the first toss",
        rf"{PRACTICE}:\d+: the output of 'heads-of' is not what is recorded\. If the "
        r"new one is right, run `make outputs`\.",
    ),
    Mistake(
        "a snippet that raises",
        COIN,
        "## Sources",
        snippet("import math\n\nmath.sqrt(-1)"),
        rf"{COIN}:\d+: snippet 'planted' ValueError: math domain error",
    ),
    Mistake(
        "a snippet that exits",
        COIN,
        "## Sources",
        snippet("import sys\n\nsys.exit(0)"),
        rf"{COIN}:\d+: snippet 'planted' SystemExit\(0\): a snippet must run "
        r"to its end",
    ),
    Mistake(
        "a snippet over its limit",
        COIN,
        "## Sources",
        snippet("while True:\n    pass"),
        rf"{COIN}:\d+: snippet 'planted' did not end within 1 s and was stopped",
    ),
    Mistake(
        "a snippet that reads the clock and prints something else",
        COIN,
        "## Sources",
        snippet("import time\n\nx = time.time()\nprint(1)"),
        rf"{COIN}:\d+: `time\.time` reads the clock, so it prints something else at "
        r"every run: write the time down",
    ),
    Mistake(
        "a snippet that prints what depends on the order of a set",
        COIN,
        "## Sources",
        snippet("print({*map(str, range(9))})"),
        rf"{COIN}:\d+: snippet 'planted' prints something else when it is run again "
        r"\(.*\): it depends on the order of a set, .*sort what it prints",
    ),
    Mistake(
        "a snippet that takes what nobody has",
        COIN,
        "## Sources",
        snippet("from sdnotes.coin import head\n\nprint(head(2))"),
        rf"{COIN}:\d+: sdnotes\.coin has no head: did you mean heads\?",
    ),
    Mistake(
        "a dead link",
        COIN,
        "](../../claims.md#coin-01)",
        "](../../claimz.md#coin-01)",
        rf"{COIN}:\d+: dead link: there is no '\.\./\.\./claimz\.md' beside this page",
    ),
    Mistake(
        "a dead anchor",
        COIN,
        "](../../claims.md#coin-01)",
        "](../../claims.md#coin-99)",
        rf"{COIN}:\d+: dead link: '.*#coin-99' has no such anchor on its page",
    ),
    Mistake(
        "a link out of what is published",
        COIN,
        "](../../claims.md#coin-01)",
        "](../../../README.md)",
        rf"{COIN}:\d+: '\.\./\.\./\.\./README\.md' leads out of docs/, which is all "
        r"that is published: write its whole address",
    ),
    Mistake(
        "a number that nobody printed",
        COIN,
        "of 14, seven do",
        "of 14, seven do, and of 30 one half",
        rf"{COIN}:\d+: no output on this page holds 30: run `make outputs`, let a "
        r"snippet print it, give its sentence a source \(a note, a link",
    ),
    Mistake(
        "a package without a chapter",
        "sdnotes/unsaid/__init__.py",
        "",
        '"""unsaid: a package that nobody explains."""\n',
        r"docs/chapters/unsaid/index\.md:1: missing: the package sdnotes\.unsaid needs "
        r"it \(make chapter lays it down\)",
    ),
    Mistake(
        "a chapter without a package",
        "docs/chapters/unbuilt/index.md",
        "",
        "# Unbuilt\n",
        r"docs/chapters/unbuilt/index\.md:1: a chapter without a package "
        r"sdnotes\.unbuilt",
    ),
    Mistake(
        "a fence that would not run",
        COIN,
        "## Sources",
        snippet("print(1)", "py"),
        rf"{COIN}:\d+: a fence of `py` would not run: write {FENCE}python name=",
    ),
    Mistake(
        "an unknown attribute",
        COIN,
        "## Sources",
        snippet("print(1)", 'python name="planted" session="a"'),
        rf"{COIN}:\d+: unknown attribute 'session' of a python fence; allowed: check, "
        r"exercise, figure, fold, mechanism, name, native, solution, source, wrong$",
    ),
    Mistake(
        "an unquoted attribute",
        COIN,
        "## Sources",
        snippet("print(1)", "python name=planted"),
        rf"{COIN}:\d+: cannot read the attributes of 'python name=planted': each is "
        r'written key="value", in double quotes',
    ),
    Mistake(
        "a request to another host, from a page",
        COIN,
        "## Sources",
        "![x](https://pictures.example.org/x.png)\n\n## Sources",
        rf"{COIN}:\d+: loads 'https://pictures\.example\.org/x\.png' from another host",
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
        "::test_half_of_an_even_number_are_heads`",
        "::test_that_nobody_wrote`",
        r"docs/claims\.md:\d+: COIN-01: there is no test test_that_nobody_wrote in "
        r"tests/coin/test_coin\.py",
    ),
    Mistake(
        "a claim without a source",
        "docs/claims.md",
        "[^coin-01]: [A pocket](chapters/coin/index.md#sources).",
        "[^coin-01]:",
        r"docs/claims\.md:\d+: COIN-01: begin its footnote with its source",
    ),
    Mistake(
        "a stale record",
        "sdnotes/coin/toss.py",
        "tosses // SIDES",
        "tosses // SIDES + 0",
        r"evidence/records/coin/tosses\.json:1: stale: evidence/studies/coin/"
        r"tosses\.py, or a module that it uses, has changed since; run "
        r"`make studies UPDATE=1` and read the difference",
    ),
    Mistake(
        "a record that is not there",
        COIN,
        'record name="coin/tosses"',
        'record name="coin/nothing"',
        rf"{COIN}:\d+: there is no record evidence/records/coin/nothing\.json: its "
        r"study would be evidence/studies/coin/nothing\.py, and is not there",
    ),
    Mistake(
        "a figure without a description",
        COIN,
        'description="The coin falls, and the table shows it."',
        'description=""',
        rf"{COIN}:\d+: snippet 'two-sides' ValueError: description='': a figure needs "
        r"a description",
    ),
    Mistake(
        "two builds that differ",
        "sdnotes/figures/figure.py",
        'root.set("role", "img")',
        'root.set("role", "img"); root.set("data-x", str(hash("x")))',
        r"chapters/coin/index\.html:\d+: two builds differ, in or after two-sides: .* "
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
        r"chapters/coin/index\.html:\d+: two builds differ, in or after [a-z-]+: "
        r".*another",
        command="reproduce",
    ),
    Mistake(
        "a record edited by hand",
        "evidence/records/coin/tosses.json",
        '"500"',
        '"501"',
        r"evidence/records/coin/tosses\.json:1: edited by hand: its facts do not "
        r"have the hash that it states; make it anew",
    ),
    Mistake(
        "a record that is no JSON",
        "evidence/records/coin/tosses.json",
        "{",
        "<<<<<<< ours\n{",
        r"evidence/records/coin/tosses\.json:1: not a record: JSONDecodeError: .*; "
        r"make it anew",
    ),
    Mistake(
        "a claim in a row that is not read",
        "docs/claims.md",
        "| COIN-02 *imprecise*",
        "| COIN 02 *imprecise*",
        r"docs/claims\.md:\d+: 'COIN' is no claim: a row begins `\| CAP-01 \*true",
    ),
    Mistake(
        "a claim that was not right, and that its chapter passes over",
        COIN,
        "[COIN-02](../../claims.md#coin-02)",
        "",
        r"docs/claims\.md:\d+: COIN-02 is imprecise, and no text of "
        r"chapters/coin/index\.md says so: put \[COIN-02\]\(\.\./\.\./claims\.md"
        r"#coin-02\) behind what answers it",
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
        "a module without a test",
        "sdnotes/coin/edge.py",
        "",
        '"""edge: on which a coin may stand."""\n',
        r"sdnotes/coin/edge\.py:1: no test runs this module: write "
        r"tests/coin/test_edge\.py, or an example \(>>>\) in its docstrings",
    ),
    Mistake(
        "a test that asserts nothing",
        "tests/coin/test_coin.py",
        "assert heads(6) == 3",
        "heads(6)",
        r"tests/coin/test_coin\.py:\d+: test_half_of_an_even_number_are_heads asserts "
        r"nothing: assert what must hold",
    ),
    Mistake(
        "a fence that swallows the next one",
        COIN,
        "## Sources",
        f"{FENCE}text\nnever closed\n\n{snippet('print(1)')}",
        rf"{COIN}:\d+: '{FENCE}python name=\"planted\"' stands inside the fence of "
        r"line \d+ and would be part of it, no fence: is that one closed\?",
    ),
    Mistake(
        "a file of settings that cannot be read",
        "mkdocs.yml",
        "docs_dir: docs\n",
        "docs_dir: [docs\n",
        r"mkdocs\.yml:\d+: this is no YAML: did not find expected ',' or '\]'$",
    ),
    Mistake(
        "a chapter without its answer",
        COIN,
        '!!! answer "In short"',
        '!!! note "In short"',
        rf"{COIN}:\d+: such a page has an answer in short, after a question: !!! a",
    ),
    Mistake(
        "a second title",
        COIN,
        "## Sources",
        "## Sources\n\n# More sources",
        rf"{COIN}:\d+: a second title, 'More sources': begin it by ##",
    ),
    Mistake(
        "an address that is not safe on its way",
        COIN,
        "## Sources",
        "## Sources\n\n[A book](http://books.example.org/)",
        rf"{COIN}:\d+: 'http://books\.example\.org/' is read and changed by anybody on "
        r"its way: https:",
    ),
    Mistake(
        "a module that its page of the reference leaves out",
        "docs/reference/coin.md",
        "A page of the reference.",
        "::: sdnotes.coin",
        r"docs/reference/coin\.md:1: this page leaves out sdnotes\.coin\.toss: `:::",
    ),
    Mistake(
        "an anchor that a page of the reference has not",
        COIN,
        "## Sources",
        "## Sources\n\n[Toss](../../reference/coin.md#nowhere)",
        rf"{COIN}:\d+: dead link: '\.\./\.\./reference/coin\.md#nowhere' has no such "
        r"anchor",
    ),
    Mistake(
        "a chapter that the map leaves out",
        "docs/index.md",
        "- **[Coin](chapters/coin/index.md)** How",
        "- **[Coin](chapters/coin/index.md#by-hand)** How",
        r"docs/index\.md:3: the map leaves out a chapter: - \*\*\[Its name\]"
        r"\(chapters/coin/index\.md\)\*\* Its question\?",
    ),
    Mistake(
        "a bold word that is no term",
        COIN,
        "Half of the tosses",
        "**Half** of the tosses",
        rf"{COIN}:\d+: bold is for terms, and 'Half' is none of docs/glossary\.md: "
        r"give it a line there, or write stress in \*italics\*, or end a run-in "
        r"heading by a full stop",
    ),
    Mistake(
        "a term whose explanation has moved away",
        "docs/glossary.md",
        "coin/index.md#in-a-picture",
        "coin/index.md#in-pictures",
        r"docs/glossary\.md:7: 'picture': chapters/coin/index\.md has no heading "
        r"#in-pictures",
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
    if "did not end" in mistake.said:
        engine = tree / "sitebuild" / "engine.py"
        text = engine.read_text("utf-8")
        assert "WALL_LIMIT_S = 10.0" in text
        engine.write_text(text.replace("LIMIT_S = 10.0", "LIMIT_S = 1.0"), "utf-8")


def planted(tree: Path, name: str) -> Mistake:
    (mistake,) = (m for m in MISTAKES if m.name == name)
    plant(tree, mistake)
    return mistake


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.name)
def test_a_planted_mistake_is_answered_at_file_and_line(
    tree: Path, mistake: Mistake, record_property: Callable[[str, object], None]
) -> None:
    """``pytest --junit-xml`` keeps the messages, to be read one after another."""
    plant(tree, mistake)
    options = ["--plain"] if mistake.command == "build" else []
    done = mini.run(tree, "sitebuild", mistake.command, *options)
    assert done.returncode == 1, done.stdout
    assert re.search(rf"^{mistake.said}", done.stderr, re.MULTILINE), done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tree.glob("site*/index.html"))
    record_property("message", done.stderr.strip().splitlines()[0])


def test_without_a_mistake_the_miniature_is_built(tree: Path) -> None:
    """The tests above could not fail if it were always refused."""
    mini.succeed(tree, "sitebuild", "build", "--plain")
    page = (tree / "site" / "chapters" / "coin" / "index.html").read_text("utf-8")
    assert "3 heads, 3 tails" in page
    assert "of 14, seven do" in page
    assert "by hand:" not in page  # for who reads the source
    assert 'data-sd-name="two-sides"' in page
    assert 'data-sd-name="coin/tosses"' in page


def test_what_editors_and_systems_lay_beside_a_file_changes_nothing(
    tree: Path,
) -> None:
    for name in (COIN, "README.md", "sdnotes/coin/toss.py", "docs/assets/sdnotes.css"):
        beside = (tree / name).parent
        (beside / f".#{Path(name).name}").symlink_to("me@host.123:456")
        (beside / f"._{Path(name).name}").write_bytes(b"\x00\x05\x16\x07\xff")
    mini.succeed(tree, "sitebuild", "build", "--plain")
    mini.succeed(tree, "pytest", "--collect-only", "docs", "README.md", "sdnotes")


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
    mistake = planted(tree, name)
    done = mini.run(tree, "pytest", "-q", COIN)
    assert done.returncode in (1, 2)  # 2: the page cannot even be collected
    assert re.search(mistake.said, done.stdout, re.MULTILINE), done.stdout
    assert "Traceback" not in done.stdout
    assert "sitebuild/" not in done.stdout  # nothing of what found it stands above it


@pytest.mark.parametrize(
    "name", ["a snippet that raises", "a snippet that exits", "a wrong output"]
)
def test_zensical_refuses_what_mkdocs_refuses(tree: Path, name: str) -> None:
    mistake = planted(tree, name)
    command = ("build", "--plain", "--builder", "zensical")
    done = mini.run(tree, "sitebuild", *command)
    assert done.returncode == 1
    assert re.search(mistake.said, done.stderr), done.stderr
    assert not list(tree.glob("site*/index.html"))


def test_bare_mkdocs_refuses_a_failing_snippet_too(tree: Path) -> None:
    mistake = planted(tree, "a snippet that exits")
    done = mini.run(tree, "mkdocs", "build", "--strict")
    assert done.returncode != 0
    assert re.search(mistake.said, done.stderr), done.stderr


def test_outputs_are_rewritten_by_the_one_command_that_the_messages_name(
    tree: Path,
) -> None:
    page = tree / COIN
    before = page.read_text("utf-8")
    assert before.count("3 heads, 3 tails") == before.count("shows 1") == 1
    wrong = before.replace("3 heads, 3 tails", "paid 0").replace("shows 1", "gone")
    page.write_text(wrong, "utf-8")
    said = mini.succeed(tree, "pytest", "-q", "--update-outputs", "docs", "README.md")
    assert f"rewritten: {COIN}" in said
    assert page.read_text("utf-8") == before


def test_a_page_that_is_saved_while_its_outputs_are_made_is_left_as_it_was_saved(
    tree: Path,
) -> None:
    """The author is a plugin of pytest's, who writes on after each snippet."""
    page, author = tree / COIN, tree / "author.py"
    page.write_text(page.read_text("utf-8").replace("3 heads", "4 heads"), "utf-8")
    save = "file.write('Saved.\\n')"
    writes_on = f"with open({str(page)!r}, 'a') as file:\n        {save}"
    author.write_text(f"def pytest_runtest_teardown():\n    {writes_on}\n", "utf-8")
    before = page.read_text("utf-8")
    options = ("-p", "author", "--update-outputs", COIN)
    done = mini.run(tree, "pytest", "-q", *options)
    assert done.returncode == 1
    assert f"{COIN}:1: this page was saved while its snippets ran" in done.stdout
    assert "rewritten" not in done.stdout
    assert page.read_text("utf-8").replace("Saved.\n", "") == before
