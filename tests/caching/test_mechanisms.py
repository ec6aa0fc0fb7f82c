"""The lines that stand open on the pages do what the package does, on random inputs."""

import random
from typing import Any

import pytest
from draws import picks, rows
from hypothesis import given
from hypothesis import strategies as st

from evidence.labs.caching import redis_versions
from sdnotes.caching import (
    Cache,
    ExpiringCache,
    Fill,
    GDSFCache,
    Hit,
    LeasedCache,
    LFUCache,
    LRUCache,
    SieveCache,
    TwoQCache,
    stack_distances,
)
from sitebuild import ROOT
from sitebuild.testing.snippets import Snippets

READS = ("docs/chapters/caching/*.md",)


names = Snippets("caching").names


def hits(policy: Cache[int, Any], requests: list[int]) -> list[bool]:
    return [policy.access(key) for key in requests]


REQUESTS = picks(range(9), max_size=60)


@pytest.mark.parametrize(
    ("page", "name", "function", "least", "kind"),
    [
        ("index", "lru-in-lines", "lru", 1, LRUCache),
        ("index", "sieve-in-lines", "sieve", 1, SieveCache),
        ("policies", "two-queues", "two_q", 4, TwoQCache),
    ],
)
def test_a_policy_in_lines_hits_where_its_class_does(
    page: str, name: str, function: str, least: int, kind: type[Cache[Any, Any]]
) -> None:
    in_lines = names(page, name)[function]

    @given(REQUESTS, st.integers(least, 8))
    def run(requests: list[int], room: int) -> None:
        assert list(in_lines(requests, room)) == hits(kind(room), requests)

    run()


@given(REQUESTS, st.integers(1, 8))
def test_lfu_in_lines_hits_where_its_class_does(requests: list[int], room: int) -> None:
    lfu = names("requests", "lfu-with-age")["lfu"]
    found = list(lfu(requests, room, ages=False))
    assert found == hits(LFUCache(room), requests)


def test_lfu_in_lines_with_ages_hits_what_is_new() -> None:
    lfu = names("requests", "lfu-with-age")["lfu"]
    yesterday, today = [0, 1] * 20, [2, 3] * 20
    hit = {ages: list(lfu(yesterday + today, 2, ages)) for ages in (False, True)}
    assert sum(hit[False][40:]) == 0
    assert sum(hit[True][40:]) == 38


@given(REQUESTS)
def test_the_pile_counts_stack_distances(requests: list[int]) -> None:
    pile = names("best", "the-pile")["stack_distances"]
    assert list(pile(requests)) == stack_distances(requests)


@given(REQUESTS, st.integers(1, 16))
def test_gdsf_in_lines_hits_where_its_class_does(
    requests: list[int], room: int
) -> None:
    """Sizes are powers of two, so that the ranks are the same without rounding."""
    gdsf = names("costs", "gdsf-in-lines")["gdsf"]
    size = {key: 2 ** (key % 3) for key in range(9)}
    cost = {key: 1 + 7 * key % 5 for key in range(9)}
    room = max(room, *size.values())
    policy: GDSFCache[int] = GDSFCache(room)
    wanted = [
        policy.access(key, size_bytes=size[key], cost=cost[key]) for key in requests
    ]
    assert list(gdsf(requests, room, size, cost)) == wanted


STEPS = rows(["get", "put", "delete"], range(2), max_size=30)


@given(STEPS)
def test_the_lease_in_lines_takes_and_refuses_what_its_class_does(
    steps: list[tuple[str, int]],
) -> None:
    """One reader at a time, who puts with the token it was given last."""
    plain = names("index", "a-lease")["Cache"]()
    leased: LeasedCache[int, int] = LeasedCache(lease_s=1, delete_frees=True)
    held: dict[int, tuple[object, int]] = {}
    for now, (step, key) in enumerate(steps, start=1):
        if step == "get":
            (hit, found), wanted = plain.get(key), leased.get(key, now_s=10 * now)
            assert hit == isinstance(wanted, Hit)
            if isinstance(wanted, Fill):
                held[key] = (found, wanted.token)
            else:
                assert wanted == Hit(found)
        elif step == "put" and key in held:
            token, number = held.pop(key)
            plain.put(key, now, token)
            took = leased.put(key, now, number)
            assert (plain.slots.get(key) == (True, now)) == took
        elif step == "delete":
            plain.delete(key)
            leased.delete(key, now_s=10 * now)


READERS = rows(["read", "put", "write"], range(3), max_size=30)


@given(READERS)
def test_no_order_of_three_readers_and_a_writer_leaves_an_old_value_by_leases(
    steps: list[tuple[str, int]],
) -> None:
    cache_of_page, stored = names("index", "a-lease")["Cache"](), 1
    fetched: dict[int, tuple[object, int]] = {}
    for step, reader in steps:
        if step == "read":
            hit, token = cache_of_page.get("k")
            if not hit:
                fetched[reader] = (token, stored)
        elif step == "put" and reader in fetched:
            token, value = fetched.pop(reader)
            cache_of_page.put("k", value, token)
        elif step == "write":
            stored += 1
            cache_of_page.delete("k")
        hit, kept = cache_of_page.slots.get("k", (False, None))
        assert not hit or kept == stored


def test_the_lease_in_lines_keeps_a_none_and_refuses_who_read_before_it() -> None:
    cache = names("index", "a-lease")["Cache"]()
    _, token = cache.get("k")
    cache.put("k", None, token)
    assert cache.get("k") == (True, None)
    cache.put("k", "old", None)
    assert cache.get("k") == (True, None)
    cache.delete("k")
    cache.get("k")
    cache.put("k", "old", token)
    assert cache.get("k")[0] is False


def test_the_scripts_on_the_page_are_those_that_the_lab_ran() -> None:
    text = (ROOT / "docs/chapters/caching/filling.md").read_text("utf-8")
    for script in (redis_versions.PUT, redis_versions.DELETE):
        assert f"```text\n{script}```\n" in text


@given(READERS)
def test_no_order_of_three_readers_and_a_writer_leaves_an_old_value_by_versions(
    steps: list[tuple[str, int]],
) -> None:
    """A copy that lags hands out old values, too, after the delete."""
    page = names("filling", "newest-wins")
    entries: dict[str, tuple[int | None, int]] = {}
    stored = 1
    fetched: dict[int, int] = {}
    for step, reader in steps:
        if step == "read":
            fetched[reader] = max(1, stored - reader)  # the copy lags by so much
        elif step == "put" and reader in fetched:
            version = fetched.pop(reader)
            page["put"](entries, "k", version, version)
        elif step == "write":
            page["delete"](entries, "k", stored)
            stored += 1
            assert page["get"](entries, "k") is None
        if step == "write" or stored > 1:
            assert page["get"](entries, "k") in (None, stored)


@given(rows(["put", "get"], range(3), range(0, 90, 10), max_size=20))
def test_an_entry_in_lines_lives_as_long_as_that_of_its_class(
    steps: list[tuple[str, int, int]],
) -> None:
    page = names("index", "ttl-and-jitter")
    page["entries"].clear()
    page["rng"].seed(7)
    expiring: ExpiringCache[int, int] = ExpiringCache(
        LRUCache(9), ttl_s=page["TTL_S"], jitter_share=0.1, rng=random.Random(7)
    )
    now_s = 0
    for step, key, later_s in steps:
        now_s += later_s
        if step == "put":
            page["put"](key, now_s, now_s)
            expiring.put(key, now_s, now_s=now_s)
        else:
            assert page["get"](key, now_s) == expiring.get(key, now_s=now_s)
