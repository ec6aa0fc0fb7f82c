"""`make quick`: what a change can have broken runs, and nothing else."""

import functools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import mini
import pytest

from sitebuild import ROOT, quick
from sitebuild.changes import Changes
from sitebuild.files import files
from sitebuild.git import git
from sitebuild.reads import Reads
from sitebuild.units import COPIES, SAMPLES, Unit, is_slow
from sitebuild.units import units as every_unit

pytestmark = pytest.mark.slow  # it judges quick, so it is none of quick's own

PAGES = "docs/chapters"
CAP_PAGE = f"{PAGES}/cap/index.md"
CAP = ROOT / CAP_PAGE
NEEDED = ("figures", "mechanisms")


@functools.cache
def units() -> list[Unit]:
    """Return all that quick knows of this tree; it reads every file for that."""
    return every_unit()


def touched(*names: str, before: str | None = None) -> set[str]:
    """Return what quick runs for a change of these files."""
    since = Changes(frozenset(ROOT / name for name in names), lambda _: before)
    return {unit.name for unit in quick.chosen(units(), since, {})}


def test_a_changed_sentence_runs_no_snippet_and_only_tests_that_read_its_page() -> None:
    text = CAP.read_text("utf-8")
    found = touched(CAP_PAGE, before=text.replace("An account", "A"))
    assert not [name for name in found if "#" in name]
    assert "tests/cap/test_chapter.py" in found
    assert "tests/cap/test_crdt.py" not in found
    assert "mypy" not in found
    assert "web" not in found


@pytest.mark.parametrize(
    ("now", "then", "snippet"),
    [
        ("COMMON = 50", "COMMON = 49", "merge-rules"),
        ("so the true balance is 20", "so the true balance is 21", "the-story"),
    ],
    ids=["code", "recorded output"],
)
def test_a_changed_snippet_runs_alone_among_those_of_its_page(
    now: str, then: str, snippet: str
) -> None:
    text = CAP.read_text("utf-8")
    before = text.replace(now, then, 1)
    assert before != text
    found = touched(CAP_PAGE, before=before)
    assert [n for n in found if "#" in n] == [f"{PAGES}/cap/index.md#{snippet}"]


def test_a_changed_policy_runs_its_own_tests_snippets_and_doctest_and_no_other() -> (
    None
):
    found = touched("sdnotes/caching/lfu.py")
    assert {"sdnotes/caching/lfu.py", "tests/caching/test_policies.py", "mypy"} <= found
    assert not [n for n in found if n.startswith(("tests/cap/", "docs/chapters/cap"))]
    assert [n for n in found if n.startswith(f"{PAGES}/caching/requests.md#")]
    pages = {n for n in found if n.startswith(f"{PAGES}/caching/requests.md#")}
    whole = {
        u.name for u in units() if u.name.startswith(f"{PAGES}/caching/requests.md#")
    }
    assert pages < whole
    assert "sdnotes/caching/arc.py" not in found


def test_a_comment_runs_what_looks_at_the_text_and_no_user_of_the_module() -> None:
    module = ROOT / "sdnotes" / "caching" / "lfu.py"
    found = touched("sdnotes/caching/lfu.py", before=f"# why\n{module.read_text()}")
    assert "sdnotes/caching/lfu.py" in found  # its doctest stands in a docstring
    assert "mypy" in found  # which reads comments
    assert "tests/caching/test_policies.py" not in found


def test_what_helps_tests_of_several_folders_is_under_those_that_import_it() -> None:
    found = touched("tests/draws.py")
    assert {"tests/cap/test_crdt.py", "tests/sim/test_network.py"} <= found
    assert "tests/cap/test_chapter.py" not in found
    assert "tests/caching/test_policies.py" in touched("tests/caching/twins.py")


def test_the_stage_is_under_everything_that_plays_on_it() -> None:
    found = touched("sdnotes/sim/world.py")
    assert {"tests/sim/test_world.py", "tests/cap/test_two_atms.py"} <= found
    assert "docs/chapters/cap/index.md#the-story" in found


def test_a_changed_simulator_runs_its_golden_script_and_no_other() -> None:
    found = touched("sdnotes/cap/two_atms.py")
    scripts = {name for name in found if name.startswith("tests/") and "#" in name}
    assert scripts == {
        f"tests/cap/two_atms.md#{name}"
        for name in ("refuse", "accept", "escrow", "the-lost-yes")
    }


def test_a_record_is_under_the_pages_and_tests_that_show_it() -> None:
    found = touched("evidence/records/herd/storm.json")
    assert "docs/chapters/herd/storms.md#herd/storm" in found
    assert "tests/herd/test_chapter.py" in found
    assert "tests/cap/test_crdt.py" not in found


def test_what_checks_snippets_is_under_all_of_them() -> None:
    found = touched("sitebuild/engine.py")
    snippets = {unit.name for unit in units() if unit.kind == "snippets"}
    assert snippets <= found


def test_of_the_samples_and_the_copies_those_run_that_a_change_touches() -> None:
    found = touched("sdnotes/caching/lfu.py")
    assert "LFUCache (a copy)" in found
    assert "LRUCache (a copy)" not in found
    assert "caching/policies (a sample)" in found
    assert "cap/same-cut (a sample)" not in found


def test_workers_share_no_file_since_examples_go_on_from_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(quick, "_tool", lambda *command: asked.append(command) or True)
    many = [
        Unit("tests", f"test_{n}.py", (), frozenset()) for n in range(quick._MANY + 1)
    ]
    assert quick._pytest(many)
    assert ("--dist", "loadfile") in zip(asked[0], asked[0][1:], strict=False)


def test_pytest_knows_each_case_by_the_name_that_quick_has_for_it() -> None:
    files = [str(path) for path in (SAMPLES, COPIES)]
    asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", *files]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    named = {u.where for u in units() if u.kind in ("studies", "copies")}
    assert named == {line for line in done.stdout.splitlines() if "::" in line}


def test_what_passed_on_these_very_inputs_does_not_run_again() -> None:
    since = Changes(frozenset({ROOT / "sdnotes" / "caching" / "lfu.py"}))
    running = quick.chosen(units(), since, {})
    assert running
    green = {unit.name: unit.digest for unit in running}
    assert quick.chosen(units(), since, green) == []
    (first, *_) = running
    assert quick.chosen(units(), since, green | {first.name: "other"}) == [first]


def test_what_is_edited_while_it_runs_has_not_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("what runs", "utf-8")

    def units_now() -> list[Unit]:
        return [Unit("test files", "page", (page,), frozenset())]

    def edit() -> bool:
        return bool(page.write_text("what nobody ran", "utf-8"))

    monkeypatch.setattr(quick, "GREEN", tmp_path / "green.json")
    monkeypatch.setattr(quick, "units", units_now)
    monkeypatch.setattr(quick, "_steps", lambda _: [("tests", edit)])
    monkeypatch.setattr(quick.checks, "source_problems", lambda **_: [])
    monkeypatch.setattr(quick.records, "stale", list)
    assert quick.run(everything=True)
    green = json.loads((tmp_path / "green.json").read_text("utf-8"))
    since = Changes(frozenset({page}))
    assert quick.chosen(units_now(), since, green) != []
    page.write_text("what runs", "utf-8")
    assert quick.chosen(units_now(), since, green) == []


def test_without_a_repository_all_runs() -> None:
    every = frozenset(path for path in ROOT.rglob("*") if path.is_file())
    assert quick.chosen(units(), Changes(every), {}) == units()


def test_one_line_says_what_was_left_out() -> None:
    said = quick.left_out(units(), [])
    for kind in ("test files", "snippets", "doctests"):
        count = sum(unit.kind == kind for unit in units())
        assert f"{count} of {count} {kind}" in said
    assert "mypy" in said
    assert "ALL=1" in said
    assert "what builds a site or drives a browser" in quick.left_out(units(), units())
    assert "ALL=1" not in quick.left_out(units(), units())


def test_a_test_that_reads_what_its_file_does_not_name_is_told_so(
    tmp_path: Path,
) -> None:
    reads = Reads()
    test_file = ROOT / "tests" / "sim" / "test_world.py"
    with reads.by(test_file):
        reads.heard("open", (str(CAP), "r", 0))
        reads.heard("open", (str(test_file), "r", 0))
        reads.heard("open", (str(tmp_path / "other"), "r", 0))
        reads.heard("os.listdir", (str(ROOT),))
    with reads.by(None):
        reads.heard("open", (str(ROOT / "mkdocs.yml"), "r", 0))
    said = reads.unnamed(test_file)
    assert said.startswith(
        "tests/sim/test_world.py:1: it reads docs/chapters/cap/index.md;"
    )
    assert "mkdocs.yml" not in said
    assert reads.unnamed(test_file) == ""


@pytest.fixture
def repository(tree: Path) -> Path:
    """A miniature whose every file is committed."""
    # What mypy knows of the files that both have, so that it need not begin anew.
    if (ROOT / ".mypy_cache").is_dir():
        shutil.copytree(ROOT / ".mypy_cache", tree / ".mypy_cache")
    shutil.copyfile(ROOT / ".gitignore", tree / ".gitignore")
    git(tree, "init", "--quiet")
    git(tree, "add", "--all")
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    git(tree, *who, "commit", "--quiet", "--message", "as it was")
    return tree


def test_quick_finds_a_planted_mistake_and_is_green_without_one(
    repository: Path,
) -> None:
    page = repository / mini.CHAPTER
    text = page.read_text("utf-8")
    page.write_text(text.replace("Six tosses, and", "In six tosses"), "utf-8")
    said = mini.succeed(repository, "sitebuild", "quick")
    assert "left out: 2 of 2 test files, 9 of 9 snippets" in said
    misspelt = "rec" + "ieve"  # in two parts, or it would be told of this file
    page.write_text(text.replace("Six tosses, and", f"We {misspelt}"), "utf-8")
    done = mini.run(repository, "sitebuild", "quick")
    assert f"{mini.CHAPTER}:19: {misspelt} ==> receive" in done.stdout
    assert "quick: failed: codespell (a name goes into pyproject.toml)" in done.stderr
    page.write_text(text.replace("TOSSES = 6", "TOSSES = 8"), "utf-8")
    done = mini.run(repository, "sitebuild", "quick")
    assert done.returncode == 1
    assert "the output of 'six-tosses' is not what is recorded" in done.stdout
    assert "two-sides" not in done.stdout
    module = repository / "sdnotes" / "coin" / "toss.py"
    page.write_text(text, "utf-8")
    code = module.read_text("utf-8")
    # One go tells what each stage finds.
    wrong = code.replace("tosses // SIDES", "tosses % SIDES")
    module.write_text(wrong.replace("return tosses", "return  tosses"), "utf-8")
    done = mini.run(repository, "sitebuild", "quick")
    assert "quick: failed: ruff format (make format mends it), tests" in done.stderr
    module.write_text(wrong, "utf-8")
    done = mini.run(repository, "sitebuild", "quick")
    assert "the output of 'six-tosses' is not what is recorded" in done.stdout
    assert "tests/coin/test_coin.py::test_half" in done.stdout
    place = "sdnotes/coin/toss.py:10: this prints something else: >>> heads(4)"
    assert place in done.stdout
    assert "stale" not in done.stderr  # made anew once the code is right, not before
    # What gives the same makes its records stale all the same: told when all else is
    # well.
    module.write_text(code.replace("tosses // SIDES", "(tosses + 0) // SIDES"), "utf-8")
    done = mini.run(repository, "sitebuild", "quick")
    assert done.returncode == 1
    assert (
        "quick: all else passed, but\nevidence/records/coin/tosses.json:1: stale"
        in (done.stderr)
    )


def test_a_new_chapter_is_laid_down_and_quick_is_green(repository: Path) -> None:
    """What quick runs is that chapter alone."""
    tree = repository
    assert mini.run(tree, "sitebuild", "chapter", "class").returncode == 1
    assert mini.run(tree, "sitebuild", "chapter", "coin").returncode == 1
    for slug in ("dice", "two_words"):
        mini.succeed(tree, "sitebuild", "chapter", slug)
    face = (tree / "sdnotes" / "__init__.py").read_text("utf-8")
    assert face.count("  the question of this chapter\n") == 2
    home = (tree / "docs" / "index.md").read_text("utf-8")
    assert "**[Dice](chapters/dice/index.md)** How many sixes?" in home
    of_the_map = home.partition("## The map")[2].partition("##")[0].split("\n")
    assert (
        of_the_map[-3] == "- **[Two words](chapters/two_words/index.md)** The question."
    )
    said = mini.succeed(tree, "sitebuild", "quick")
    assert "14 passed" in said  # a test, two snippets, four answers of each
    assert "left out: 2 of 4 test files, 9 of 21 snippets" in said
    green = json.loads((tree / ".quick.json").read_text("utf-8"))
    # Test files of two chapters have one name.
    assert {f"tests/{s}/test_chapter.py" for s in ("dice", "two_words")} <= set(green)
    assert "docs/chapters/two_words/index.md#two-words-idea" in green
    told = r"^(\S+):(\d+): (?:still the template's|a link to example)"
    left = re.findall(told, said, re.MULTILINE)
    assert {f"{PAGES}/dice/index.md", "sdnotes/dice/__init__.py"} < {p for p, _ in left}
    done = mini.run(tree, "sitebuild", "build", "--plain")
    assert done.returncode == 1
    assert re.findall(told, done.stderr, re.MULTILINE) == left
    assert f"{PAGES}/dice/index.md:1: figures: 1; at least 3 on such a page" in said
    for name, line in left:
        _write_anew(tree / name, int(line))
    for page in files(tree / PAGES, "*/*.md"):
        if page.parent.name != "coin" and page.stem != "systems":
            _allow_little(page)
    mini.succeed(tree, "sitebuild", "build", "--plain")
    assert (tree / "site" / "chapters" / "two_words" / "index.html").is_file()


def _allow_little(page: Path) -> None:
    names = [f"  least {what}: 0 because it is a test" for what in NEEDED]
    limits = "\n".join(["limits:", *names, ""])
    text = page.read_text("utf-8")
    page.write_text(f"---\n{limits}---\n\n{text}", "utf-8")


def _write_anew(path: Path, line: int) -> None:
    """Change a line of a template, and nothing but its words."""
    lines = path.read_text("utf-8").splitlines()
    was = lines[line - 1].replace("https://example.org/", "https://example.com/")
    words = r"\b(that|the|The|it|is|year|goes|or|such|What)\b"
    lines[line - 1], changes = re.subn(words, r"\1 new", was, count=1)
    assert changes
    path.write_text("\n".join(lines) + "\n", "utf-8")


def test_every_test_file_is_known_to_quick_or_slow() -> None:
    known = {unit.name for unit in units() if unit.kind == "test files"}
    by_case = {path.relative_to(ROOT).as_posix() for path in (SAMPLES, COPIES)}
    miniature = ROOT / "tests" / "site" / "miniature"
    found = files(ROOT / "tests", "**/test_*.py")
    own = [path for path in found if miniature not in path.parents]
    slow = {path.relative_to(ROOT).as_posix() for path in own if is_slow(path)}
    every = {path.relative_to(ROOT).as_posix() for path in own}
    assert known | slow | by_case == every
    assert not known & slow
    assert not known & by_case
    assert "tests/site/test_build.py" in slow
