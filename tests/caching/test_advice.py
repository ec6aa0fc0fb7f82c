"""What the pages advise holds for other seeds, sizes and lengths, too."""

import random
from typing import Any

import pytest

from evidence.studies.caching.refusals import RefusingGDSF
from sdnotes.caching import (
    ExpiringCache,
    GDSFCache,
    LRUCache,
    zipf,
)
from sdnotes.caching.comparison import make_cache
from sdnotes.caching.workloads import shifting


def counted(run: Any) -> tuple[int, int]:
    """Return hits and evictions of the second 5,000 of 10,000 requests."""
    evicted: list[int] = []
    cache: LRUCache[int, None] = LRUCache(400, on_evict=lambda k, _: evicted.append(k))
    trace = zipf(10_000, keys=2_000, s=1.0, rng=random.Random(1))
    for key in trace[:5_000]:
        cache.access(key)
    evicted.clear()
    return sum(run(cache, key) for key in trace[5_000:]), len(evicted)


def as_before(cache: LRUCache[int, None], key: int) -> bool:
    return cache.access(key)


def built_in_a_new_way(cache: LRUCache[int, None], key: int) -> bool:
    return cache.access(key + 10_000)


def many_deletes(cache: LRUCache[int, None], key: int) -> bool:
    hit = cache.access(key)
    for old in list(cache)[:2]:
        del cache[old]
    return hit


def test_evictions_tell_new_keys_from_many_deletes() -> None:
    hits, evictions = counted(as_before)
    for run, rises in ((built_in_a_new_way, True), (many_deletes, False)):
        fewer_hits, then = counted(run)
        assert fewer_hits < hits - 100
        assert (then > evictions) == rises


def test_gdsf_may_refuse_when_the_cost_is_the_size() -> None:
    cache = RefusingGDSF(capacity_bytes=2)
    for key in map(ord, "ababc"):
        cache.access(key, size_bytes=1, cost=1)
    assert (cache.refused, sorted(cache)) == (1, [ord("a"), ord("b")])


@pytest.mark.parametrize("seed", range(5))
def test_counting_bytes_saves_the_most_bytes_and_the_fewest_requests(seed: int) -> None:
    size = random.Random(seed).choices((1, 1, 1, 5, 50), k=500)
    wait = random.Random(seed + 50).choices((2, 2, 200), k=500)
    trace = zipf(1_500, keys=500, s=0.8, rng=random.Random(seed + 90))
    hits, saved = [], []
    for cost in ([1] * 500, size, wait):
        cache: GDSFCache[int] = GDSFCache(capacity_bytes=500)
        kept = [k for k in trace if cache.access(k, size_bytes=size[k], cost=cost[k])]
        hits.append(len(kept))
        saved.append(sum(size[key] for key in kept))
    assert min(hits) == hits[1]
    assert max(saved) == saved[1]


def ratio(name: str, trace: list[int], room: int) -> float:
    cache = make_cache(name, room, trace)
    return 100 * sum(map(cache.access, trace)) / len(trace)


def beside(ordinary: list[int], bursts_of: int) -> list[int]:
    """Return the requests, and after so many of them as many keys never asked again."""
    trace: list[int] = []
    for number, key in enumerate(ordinary, start=1):
        trace.append(key)
        if number % bursts_of == 0:
            trace += range(-number, bursts_of - number)
    return trace


@pytest.mark.parametrize(("room", "burst"), [(200, 1_000), (400, 2_000)])
def test_of_a_scan_in_bursts_w_tinylfu_suffers_most_and_of_a_steady_one_least(
    room: int, burst: int
) -> None:
    asking = ("ARC", "S3-FIFO", "SIEVE", "SLRU", "W-TinyLFU")
    ordinary = zipf(5_000, keys=1_000, s=0.9, rng=random.Random(1))
    for bursts_of, best in ((1, True), (burst, False)):
        trace = beside(ordinary, bursts_of)
        hits = {}
        for name in (*asking, "LRU", "FIFO", "CLOCK"):
            cache = make_cache(name, room, trace)
            hits[name] = sum(cache.access(key) and key >= 0 for key in trace)
        by_hits = sorted(hits, key=lambda name: hits[name])
        assert set(by_hits[:3]) == {"LRU", "FIFO", "CLOCK"}
        assert by_hits[-1 if best else 3] == "W-TinyLFU"


@pytest.mark.parametrize("keys", [250, 1_000])
def test_fast_news_is_for_arc_and_clock_where_a_tenth_of_it_fits(keys: int) -> None:
    room = keys // 10
    trace = shifting(100 * room, phases=8, keys=keys, s=0.9, rng=random.Random(1))
    hits = {name: ratio(name, trace, room) for name in ("ARC", "CLOCK", "LRU")}
    assert hits["LRU"] + 0.5 < min(hits["ARC"], hits["CLOCK"])
    assert max(hits.values()) < hits["LRU"] + 3


def test_where_popularity_is_stable_for_long_sieve_is_with_w_tinylfu() -> None:
    trace = zipf(40_000, keys=1_000, s=0.9, rng=random.Random(1))
    assert ratio("SIEVE", trace, 100) > ratio("W-TinyLFU", trace, 100)


@pytest.mark.parametrize("room", [25, 100])
def test_of_a_loop_four_tenths_longer_s3_fifo_keeps_least(room: int) -> None:
    trace = list(range(room * 7 // 5)) * 40
    hits = [ratio(name, trace, room) for name in ("W-TinyLFU", "2Q", "S3-FIFO")]
    assert hits == sorted(hits, reverse=True)
    assert hits[2] < ratio("random", trace, room) < hits[0]


def test_a_put_with_the_time_of_the_miss_limits_the_age_of_an_answer() -> None:
    cache = ExpiringCache(LRUCache[str, str](2), ttl_s=60)
    assert cache.get("price", now_s=0) is None  # its reader is slow
    cache.put("price", "read at 1", now_s=0)
    assert cache.get("price", now_s=59) == "read at 1"
    assert cache.get("price", now_s=60) is None
