"""Which files a file really uses, and which of their changes count."""

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from sitebuild import ROOT, copies, facts, imports, records

READS = ("sdnotes/**/*.py",)
LFU = "sdnotes/caching/lfu.py"
USERS_OF_LFU = {
    f"caching/{name}"
    for name in (
        *("gains", "loops", "policies", "scans", "shifts", "sizes", "variants"),
        "speed",
    )
}


def used(code: str, tmp_path: Path) -> set[str]:
    file = tmp_path / "reader.py"
    file.write_text(code, "utf-8")
    found = imports.closure([file]) - {file}
    return {path.relative_to(ROOT).as_posix() for path in found}


def test_a_name_counts_as_the_module_that_defines_it(tmp_path: Path) -> None:
    cache = "sdnotes/caching/cache.py"
    assert used("from sdnotes.caching import LFUCache", tmp_path) == {LFU, cache}
    assert used("from sdnotes.caching import LFUCache as L", tmp_path) == {LFU, cache}
    assert used("from sdnotes.caching.lfu import LFUCache", tmp_path) == {LFU, cache}
    assert used("def f():\n    from sdnotes.caching import lfu", tmp_path) == {
        LFU,
        cache,
    }


@pytest.mark.parametrize(
    "code",
    [
        "import sdnotes.caching",
        "import sdnotes.caching as c",
        "from sdnotes.caching import *",
        "from sdnotes import caching",
    ],
)
def test_a_package_that_is_taken_whole_counts_with_all_that_it_passes_on(
    tmp_path: Path, code: str
) -> None:
    found = used(code, tmp_path)
    assert {LFU, "sdnotes/caching/arc.py", "sdnotes/caching/__init__.py"} <= found


def test_what_others_publish_is_not_looked_at(tmp_path: Path) -> None:
    assert used("import json, simpy\nfrom pygal import Line", tmp_path) == set()


@pytest.mark.parametrize(
    "other",
    [
        '"""Another text."""\nx = f"{1:>{2}} {y!r}"\n\n\ndef f(a, b=2):\n    return a',
        'x = f"{1:>{2}} {y!r}"\ndef f(a, b=2):  # why\n    return a\n',
        'x = (\n    f"{1:>{2}} {y!r}"\n)\n\ndef f(\n    a,\n    b=2,\n):\n'
        '    """D."""\n    return a',
        "x = f'{1:>{2}} {y!r}'\n'''About x.'''\ndef f(a, b=2):\n\treturn (a)",
    ],
)
def test_comments_docstrings_and_layout_change_nothing(other: str) -> None:
    code = '"""A text."""\nx = f"{1:>{2}} {y!r}"\ndef f(a, b=2):\n    return a\n'
    assert facts.meaning(other) == facts.meaning(code)


@pytest.mark.parametrize(
    "other",
    [
        "x = 1\ny = '2'",
        "x = 1.0\ny = 2",
        "x = True\ny = 2",
        "x = 1\ny = 2\nz = None",
        "y = 2\nx = 1",
        "x: int = 1\ny = 2",
        "x = 1\nif x:\n    y = 2",
        "x = 1\ny = -2",
        "x = 1\ny = (2,)",
    ],
)
def test_every_other_change_counts(other: str) -> None:
    assert facts.meaning(other) != facts.meaning("x = 1\ny = 2")


def test_texts_that_are_values_count() -> None:
    assert facts.meaning("f('a')") != facts.meaning("f('b')")
    assert facts.meaning("f(x='''a\n\nb''')") != facts.meaning("f(x='''a\nb''')")


def test_digests_are_those_of_code_for_modules_and_of_bytes_for_all_else(
    tmp_path: Path,
) -> None:
    module, table = tmp_path / "m.py", tmp_path / "t.json"
    module.write_text("x = 1", "utf-8")
    table.write_text("{}", "utf-8")
    before = [imports.digest(path) for path in (module, table)]
    module.write_text("x = 1  # one", "utf-8")
    table.write_text("{} ", "utf-8")
    after = [imports.digest(path) for path in (module, table)]
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)


@pytest.fixture
def afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forget all that is known in this process; what is kept is read again."""
    monkeypatch.setattr(facts, "KEPT", tmp_path / "facts.json")
    monkeypatch.setattr(facts, "ROOT", tmp_path)

    def forget() -> None:
        monkeypatch.setattr(facts, "_known", cache(facts._known.__wrapped__))

    forget()
    return forget


MODULE = "from json import dumps\nREADS = ('docs/*.md',)\npytestmark = m.slow\n"


def test_what_is_known_of_a_file_is_kept_until_the_file_changes(
    afresh: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "__init__.py"
    module.write_text(MODULE, "utf-8")
    known = facts.facts_of(module)
    assert known.imports == (("json", "dumps"),)
    assert known.passed_on == {"dumps": ("json", "dumps")}
    assert (known.reads, known.is_slow) == (("docs/*.md",), True)
    facts.keep()
    afresh()
    with monkeypatch.context() as patch:
        patch.setattr(facts, "_read", lambda _: pytest.fail("read again"))
        assert facts.facts_of(module) == known
    module.write_text("READS = 40", "utf-8")
    assert facts.facts_of(module).digest != known.digest
    assert facts.facts_of(module).reads == ()


@pytest.mark.parametrize("code", ["def f(:", "x = '\0'"])
def test_a_broken_module_is_only_what_its_bytes_are(tmp_path: Path, code: str) -> None:
    """That it is broken ruff says, and pytest, at its line; quick must get there."""
    module = tmp_path / "m.py"
    module.write_text(code, "utf-8")
    assert facts.facts_of(module).imports == ()
    before = imports.digest(module)
    module.write_text(f"{code} ", "utf-8")
    assert imports.digest(module) != before


@pytest.mark.parametrize("spoil", [lambda kept: kept[:-9], lambda kept: "[]"])
def test_what_was_kept_and_cannot_be_read_or_is_of_another_version_is_forgotten(
    afresh: Callable[[], None], tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    module = tmp_path / "__init__.py"
    module.write_text("from a import b as c", "utf-8")
    known = facts.facts_of(module)
    assert known.passed_on == {"c": ("a", "b")}
    facts.keep()
    kept = facts.KEPT.read_text("utf-8")
    facts.KEPT.write_text(spoil(kept), "utf-8")
    afresh()
    assert facts.facts_of(module) == known
    other = kept.replace(known.digest, "0").replace("(3, ", "(2, ")
    facts.KEPT.write_text(other, "utf-8")
    afresh()
    assert facts.facts_of(module) == known


def stale_in(tree: Path) -> set[str]:
    """Return the records that a tree's own check calls stale."""
    done = subprocess.run(
        [sys.executable, "-m", "sitebuild", "check"],
        cwd=tree,
        env=copies.environment_of(tree),
        capture_output=True,
        text=True,
        check=False,
    )
    folder = records.RECORDS.relative_to(ROOT).as_posix()
    lines = done.stderr.splitlines()
    assert all(line.startswith(f"{folder}/") for line in lines), done.stderr
    return {
        line.partition(".json")[0].removeprefix(f"{folder}/")
        for line in lines
        if ": stale: " in line
    }


@pytest.mark.slow  # it copies the whole tree
def test_a_change_makes_stale_exactly_the_records_that_use_what_changed(
    tmp_path: Path,
) -> None:
    tree = copies.copy_of_tree(tmp_path / "tree")
    module = tree / LFU
    code = module.read_text("utf-8")
    module.write_text(f"# why\n{code}", "utf-8")
    assert stale_in(tree) == set()
    assert "capacity" in code
    module.write_text(f"{code}\n_SPARE = 1\n", "utf-8")
    assert stale_in(tree) == USERS_OF_LFU
