"""Miss for miss: libCacheSim, by its record and in person, and cachetools."""

import importlib.util
import json
import platform
import sys

import cachetools
import pytest

from evidence.labs.caching import libcachesim_misses as lab
from sdnotes.caching import FIFOCache, LFUCache, LRUCache
from sitebuild import RECORDS

RECORD = json.loads(
    (RECORDS / "caching" / "libcachesim-misses.json").read_text("utf-8")
)
ROWS = {row[0]: row[1:-1] for row in RECORD["rows"]}


def test_the_record_holds_every_policy_on_every_trace() -> None:
    assert tuple(ROWS) == lab.POLICIES
    assert tuple(RECORD["columns"][1:-1]) == tuple(lab.TRACES)
    assert {row[-1] for row in RECORD["rows"]} == {"equal"}


@pytest.mark.parametrize("policy", lab.POLICIES)
def test_our_policies_miss_exactly_as_often_as_the_peer_did(policy: str) -> None:
    for cell, trace in zip(ROWS[policy], lab.TRACES.values(), strict=True):
        ours = [lab.our_misses(policy, trace, size) for size in lab.SIZES]
        assert cell == " / ".join(map(str, ours))


def test_the_peer_still_says_what_its_record_says_wherever_it_can_be_installed() -> (
    None
):
    has_wheels = (
        sys.platform == "linux"
        and platform.machine() == "x86_64"
        and sys.version_info < (3, 14)
    )
    if importlib.util.find_spec("libcachesim") is None:
        assert not has_wheels, "pyproject.toml installs it here"
        return
    trace = lab.TRACES["scan"]
    for policy in ("LRU", "ARC", "S3FIFO", "Belady"):
        theirs = [lab.peer_misses(policy, trace, size) for size in lab.SIZES]
        assert " / ".join(map(str, theirs)) == ROWS[policy][1]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (LRUCache, cachetools.LRUCache),
        (LFUCache, cachetools.LFUCache),
        (FIFOCache, cachetools.FIFOCache),
    ],
)
@pytest.mark.parametrize("trace", lab.TRACES.values(), ids=lab.TRACES)
def test_cachetools_misses_as_often_through_the_same_calls(
    ours: type[LRUCache[int, int]], theirs: type, trace: list[int]
) -> None:
    for size in lab.SIZES:
        misses = []
        for cache in (ours(size), theirs(size)):
            missed = 0
            for key in trace:
                if cache.get(key) is None:
                    cache[key] = key
                    missed += 1
            misses.append(missed)
        assert misses[0] == misses[1]


def test_storing_again_keeps_its_place_in_our_fifo_and_not_in_cachetools() -> None:
    ours, theirs = FIFOCache[str, int](2), cachetools.FIFOCache(2)
    for cache in (ours, theirs):
        for key in "abac":
            cache[key] = 1
    assert sorted(ours) == ["b", "c"]
    assert sorted(theirs) == ["a", "c"]
