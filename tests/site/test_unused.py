"""Public names of the package that nothing but tests uses are told."""

import pytest

from sitebuild import ROOT, unused

READS = (
    "sdnotes/**/*.py",
    "evidence/**/*.py",
    "sitebuild/**/*.py",
    "docs/**/*.md",
    "*.md",
    "tests/*/*.md",
)

CRDT = ROOT / "sdnotes" / "cap" / "crdt.py"
BACKOFF = ROOT / "sdnotes" / "herd" / "backoff.py"


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ("from sdnotes.cap import GCounter", {(CRDT, "GCounter")}),
        ("from sdnotes.cap.crdt import GCounter as G", {(CRDT, "GCounter")}),
        (
            "from sdnotes.herd import backoff\nbackoff.ceiling_s(1, 1, 2)",
            {(BACKOFF, "backoff"), (BACKOFF, "ceiling_s")},
        ),
        (
            "import sdnotes.herd.backoff\nsdnotes.herd.backoff.constant(1)",
            {(BACKOFF, "constant")},
        ),
        ("import sdnotes.herd as herd\nherd.constant(1)", {(BACKOFF, "constant")}),
        ("from math import sqrt\nsqrt(2)", set()),
        ("from sdnotes.cap import (", set()),
    ],
)
def test_a_use_is_followed_to_where_the_name_is_defined(
    code: str, used: set[tuple[object, str]]
) -> None:
    assert unused.uses(code) == used


MODULE = """
LIMIT = 3
_HIDDEN = 4


class Alone:
    def again(self) -> "Alone":
        return Alone()


class Given: ...


class Quoted: ...


def shown(given: Given) -> "Quoted":
    return LIMIT
"""


def test_what_only_its_own_definition_names_is_unused() -> None:
    path = ROOT / "sdnotes" / "x.py"
    assert list(unused.unused_in(path, MODULE, {(path, "shown")})) == [("Alone", 6)]
    found = dict(unused.unused_in(path, MODULE, {(CRDT, "shown")}))
    assert found == {"Alone": 6, "shown": 17}


def test_of_ours_only_what_is_kept_for_a_reason_is_unused() -> None:
    assert [str(problem) for problem in unused.problems()] == []


def test_each_exception_is_still_needed() -> None:
    used = unused.used_anywhere()
    for name, kept in unused.KEPT.items():
        path = ROOT / name
        found = {each for each, _ in unused.unused_in(path, path.read_text(), used)}
        assert kept.keys() <= found, f"{name}: take it off the list, it is used"
