"""Each claim of the notes about caching: the relation behind the sentence."""

import json
import random

from sdnotes.caching import (
    ExpiringCache,
    FIFOCache,
    LFUCache,
    LFUDACache,
    LRUCache,
    MRUCache,
    OptimalCache,
    loop,
    replay,
    zipf,
)
from sitebuild import RECORDS

READS = ("evidence/records/caching/*.json",)


def lab(name: str) -> list[tuple[str, ...]]:
    text = (RECORDS / "caching" / f"{name}.json").read_text("utf-8")
    return [tuple(row) for row in json.loads(text)["rows"]]


def test_lru_evicts_on_a_miss_with_a_full_cache_and_by_age_nothing_leaves() -> None:
    gone: list[str] = []
    cache: LRUCache[str, None] = LRUCache(2, on_evict=lambda key, _: gone.append(key))
    for key in "ABA":
        cache.access(key)
    for _ in range(1_000):
        cache.access("A")
    assert gone == []
    cache.access("C")
    assert gone == ["B"]
    expiring: ExpiringCache[str, int] = ExpiringCache(LRUCache(2), ttl_s=60)
    expiring.put("old", 1, now_s=0)
    assert expiring.get("old", now_s=60) is None


def test_redis_refuses_writes_by_default_and_samples_where_it_is_told_to_evict() -> (
    None
):
    facts = {
        (situation, asked): answer for situation, asked, answer in lab("redis-eviction")
    }
    assert facts["as started", "CONFIG GET maxmemory-policy"] == "noeviction"
    assert facts["as started", "CONFIG GET maxmemory-samples"] == "5"
    refused = facts["memory full, noeviction", "writes, until one is refused"]
    assert "refused (OOM)" in refused
    steady = {row[0]: int(row[2]) for row in lab("redis-hit-ratios")}
    one, five, exact = (
        steady["allkeys-lru, 1 sample, in 40 s"],
        steady["allkeys-lru, 5 samples, in 40 s"],
        steady["exact LRU"],
    )
    assert abs(five - exact) <= 2 < exact - one
    assert abs(one - steady["exact random"]) <= 2


def test_lfu_keeps_hot_data_better_than_lru_and_through_a_scan() -> None:
    trace = zipf(50_000, keys=10_000, rng=random.Random(1))
    hits = {p: replay(p(500), trace).hits for p in (LFUCache, LRUCache, FIFOCache)}
    assert hits[LFUCache] > hits[LRUCache] > hits[FIFOCache]
    kept = {}
    for policy in (LFUCache, LRUCache, FIFOCache):
        cache = policy(100)
        for _ in range(5):
            replay(cache, range(100))
        replay(cache, range(1_000, 2_000))
        kept[policy] = len(set(cache) & set(range(100)))
    assert kept == {LFUCache: 99, LRUCache: 0, FIFOCache: 0}


def test_lfu_throws_out_the_newcomer_and_never_forgets_old_fame() -> None:
    yesterday = loop(5_000, keys=50)
    today = [50 + key for key in yesterday]
    hits = {}
    for policy in (LRUCache, LFUCache, LFUDACache):
        cache = policy(50)
        replay(cache, yesterday)
        hits[policy] = replay(cache, today).hits
    assert hits[LRUCache] == 4_950
    assert hits[LFUCache] == 0
    assert hits[LFUDACache] > 4_000


def test_mru_is_as_good_as_the_optimum_on_a_loop_and_bad_elsewhere() -> None:
    trace = loop(1_000, keys=5)
    assert replay(LRUCache(4), trace).hits == 0
    assert replay(MRUCache(4), trace).hits == 747
    assert replay(OptimalCache(4, future=trace), trace).hits == 747
    long = loop(100_000, keys=5)
    assert abs(replay(MRUCache(4), long).hit_ratio - 3 / 4) < 0.001
    skewed = zipf(5_000, keys=500, rng=random.Random(1))
    assert replay(MRUCache(50), skewed).hits * 2 < replay(FIFOCache(50), skewed).hits


def test_an_mru_cache_shows_a_swiped_profile_again_and_a_set_of_seen_does_not() -> None:
    cache: MRUCache[str, str] = MRUCache(2)
    shown, seen = [], set()
    for profile in ["Ann", "Bob", "Cem"] * 2:
        cache.access(profile)
        shown.append(profile)
        seen.add(profile)
    assert shown.count("Cem") == 2
    assert len(seen) == 3


def test_s3_fifo_and_sieve_come_within_two_points_of_the_best_where_popularity_is_stable() -> (  # noqa: E501
    None
):
    zipf_hits = {row[0]: float(row[1].split()[0]) for row in lab("policies")}
    zipf_hits.pop("optimum")
    best = max(zipf_hits.values())
    assert min(zipf_hits["S3-FIFO"], zipf_hits["SIEVE"]) > best - 2


def test_a_bigger_fifo_can_miss_more() -> None:
    trace = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]
    assert [replay(FIFOCache(size), trace).misses for size in (3, 4)] == [9, 10]
    assert [replay(LRUCache(size), trace).misses for size in (3, 4)] == [10, 8]
    best = [replay(OptimalCache(size, future=trace), trace).misses for size in (3, 4)]
    assert best == [7, 6]
