"""Each policy against its twin: the same hits, the same entries, the same victims."""

import random
import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
import twins
from draws import picks
from hypothesis import given, settings
from hypothesis import strategies as st

from sdnotes.caching import (
    ARCCache,
    Cache,
    ClockCache,
    FIFOCache,
    LFUCache,
    LFUDACache,
    LRUCache,
    MRUCache,
    RandomCache,
    S3FIFOCache,
    SieveCache,
    SLRUCache,
    TwoQCache,
    WTinyLFUCache,
    beside_scan,
    loop,
    shifting,
    with_scan,
    zipf,
)

Caches = Callable[..., Cache[Any, Any]]


def exact_w_tinylfu(capacity: int, **options: Any) -> WTinyLFUCache[Any, Any]:
    """The sketch is judged in test_sketch.py; here no two keys share a counter."""
    cache = WTinyLFUCache[Any, Any](capacity, **options)
    cache.sketch = twins.ExactSketch(cache.sketch.sample_size)  # type: ignore[assignment]
    return cache


def part(capacity: int, percent: int) -> int:
    """A share of the capacity, rounded down, and at least 1."""
    return max(1, capacity * percent // 100)


def w_tinylfu_twin(c: int, window: int, percent: int, sample: int) -> twins.WTinyLFU:
    return twins.WTinyLFU(c, window, (c - window) * percent // 100, sample)


PAIRS: dict[str, tuple[Caches, Callable[[int], twins.Twin]]] = {
    "FIFO": (FIFOCache, twins.FIFO),
    "LRU": (LRUCache, twins.LRU),
    "MRU": (MRUCache, twins.MRU),
    "LFU": (LFUCache, twins.LFU),
    "LFUDA": (LFUDACache, twins.LFUDA),
    "CLOCK": (ClockCache, twins.Clock),
    "CLOCK, newcomers marked": (
        lambda c, **more: ClockCache(c, marks_newcomers=True, **more),
        lambda c: twins.Clock(c, marks_newcomers=True),
    ),
    "SLRU": (SLRUCache, lambda c: twins.SLRU(c, [c - c * 80 // 100, c * 80 // 100])),
    "SLRU of four": (
        lambda c, **more: SLRUCache(c, shares=(0.25,) * 4, **more),
        lambda c: twins.SLRU(c, [c - 3 * (c // 4), c // 4, c // 4, c // 4]),
    ),
    "2Q": (TwoQCache, lambda c: twins.TwoQ(c, part(c, 25), part(c, 50))),
    "2Q, long queues": (
        lambda c, **more: TwoQCache(c, in_share=0.5, out_share=2, **more),
        lambda c: twins.TwoQ(c, part(c, 50), part(c, 200)),
    ),
    "ARC": (ARCCache, twins.ARC),
    "S3-FIFO": (S3FIFOCache, lambda c: twins.S3FIFO(c, part(c, 10), part(c, 90))),
    "S3-FIFO, half small": (
        lambda c, **more: S3FIFOCache(c, small_share=0.5, ghost_share=2, **more),
        lambda c: twins.S3FIFO(c, part(c, 50), part(c, 200)),
    ),
    "SIEVE": (SieveCache, twins.Sieve),
    "W-TinyLFU": (
        exact_w_tinylfu,
        lambda c: w_tinylfu_twin(c, part(c, 1), 80, 10 * c),
    ),
    "W-TinyLFU, wide window": (
        lambda c, **more: exact_w_tinylfu(
            c, window_share=0.5, protected_share=0.5, sample_size=9, **more
        ),
        lambda c: w_tinylfu_twin(c, part(c, 50), 50, 9),
    ),
    "random": (
        lambda c, **more: RandomCache(c, rng=random.Random(5), **more),
        lambda c: twins.Random(c, random.Random(5)),
    ),
}
every_pair = pytest.mark.parametrize(
    ("make", "make_twin"), PAIRS.values(), ids=list(PAIRS)
)
every_make = pytest.mark.parametrize(
    "make", [make for make, _ in PAIRS.values()], ids=list(PAIRS)
)

KEYS = range(10)
# A step is one draw of Hypothesis. Every fifth is one that may remove.
STEPS = [(how, key) for key in KEYS for how in ("access", "put", "get", "[]", "pop")]


def step(cache: Cache[int, Any], twin: twins.Twin, how: str, key: int) -> None:
    """Do the same to both; they must have seen the same."""
    there = key in twin.keys()  # noqa: SIM118 - it is a method of ours
    if how == "access":
        assert cache.access(key) == twin.use(key)
    elif how == "put":
        cache.put(key, None)
        twin.use(key)
    elif there and how == "pop":
        cache.pop(key)
        twin.drop(key)
    elif there:
        assert (cache.get(key, "none") if how == "get" else cache[key]) is None
        twin.use(key)
    else:
        assert cache.get(key, "none") == "none"


def walk(
    make: Caches,
    make_twin: Callable[[int], twins.Twin],
    capacity: int,
    steps: list[tuple[str, int]],
) -> None:
    evicted: list[int] = []
    cache = make(capacity, on_evict=lambda key, _: evicted.append(key))
    twin = make_twin(capacity)
    for how, key in steps:
        step(cache, twin, how, key)
        assert set(cache) == twin.keys()
        cache.check()
    assert evicted == twin.evicted


@every_pair
def test_a_policy_keeps_what_its_definition_keeps(
    make: Caches, make_twin: Callable[[int], twins.Twin]
) -> None:
    @settings(max_examples=60)
    @given(st.integers(1, 8), picks(KEYS, max_size=30))
    def run(capacity: int, keys: list[int]) -> None:
        walk(make, make_twin, capacity, [("access", key) for key in keys])

    run()


@every_pair
def test_a_policy_keeps_it_also_where_the_owner_removes_entries(
    make: Caches, make_twin: Callable[[int], twins.Twin]
) -> None:
    @settings(max_examples=60)
    @given(st.integers(1, 8), picks(STEPS, max_size=30))
    def run(capacity: int, steps: list[tuple[str, int]]) -> None:
        walk(make, make_twin, capacity, steps)

    run()


@every_pair
@pytest.mark.parametrize("capacity", [1, 2, 3, 4, 5, 8, 13, 40])
def test_a_policy_follows_its_twin_on_a_long_walk(
    make: Caches, make_twin: Callable[[int], twins.Twin], capacity: int
) -> None:
    """Fill, remove some, fill again: the names of the evicted come back all the time.

    The keys are few more than the places, so that hits, misses, ghosts and removals
    are all frequent; a phase without removals lets the queues grow to their ends.
    """
    rng = random.Random(capacity)
    steps = []
    for phase in range(8):
        removals = (0, 1, 4, 0)[phase % 4]
        hows = ["access"] * 8 + ["put", "get", "[]"] + ["pop"] * removals
        spread = capacity * (2, 3)[phase % 2] + 2
        for _ in range(90):
            # The lower of two draws: some keys come more often than others.
            key = min(rng.randrange(spread), rng.randrange(spread))
            steps.append((rng.choice(hows), key))
    walk(make, make_twin, capacity, steps)


@every_pair
def test_a_policy_follows_its_twin_on_the_workloads(
    make: Caches, make_twin: Callable[[int], twins.Twin]
) -> None:
    rng = random.Random(2)
    trace = [
        *with_scan(500, keys=100, scan=60, rng=rng),
        *loop(120, keys=27),
        *shifting(300, keys=60, phases=2, s=1.2, rng=rng),
        *zipf(200, keys=100, s=0.8, rng=rng),
    ]
    walk(make, make_twin, 25, [("access", key) for key in trace])


class TestTheShortWay:
    """Some policies do in one call what Cache does in several."""

    @pytest.mark.parametrize("kind", [FIFOCache, LRUCache, S3FIFOCache, WTinyLFUCache])
    @settings(max_examples=60)
    @given(st.integers(1, 5), picks(STEPS, max_size=30))
    def test_it_is_the_plain_way(
        self, kind: type[Cache[Any, Any]], capacity: int, steps: list[tuple[str, int]]
    ) -> None:
        plain_way = {name: getattr(Cache, name) for name in ("get", "put", "access")}
        plain = type("Plain", (kind,), plain_way)
        seen: list[list[Any]] = []
        for each in (kind, plain):
            told: list[Any] = []
            cache = each(capacity, on_evict=lambda *entry: told.append(entry))
            for number, (how, key) in enumerate(steps):
                if how == "put":
                    cache.put(key, number)
                elif how == "access":
                    told.append(cache.access(key))
                elif how == "get":
                    told.append(cache.get(key, -1))
                elif key in cache:
                    told.append(cache[key] if how == "[]" else cache.pop(key))
                told.append(cache.items())
            seen.append(told)
        assert seen[0] == seen[1]


class TestWhatIsKept:
    """No list of a cache for two entries grows with what it has seen."""

    @staticmethod
    def longest(cache: Cache[Any, Any]) -> int:
        kinds = (list, dict, deque)
        return max(len(v) for v in vars(cache).values() if isinstance(v, kinds))

    @every_make
    def test_hits_leave_nothing_behind(self, make: Caches) -> None:
        """LFUDA's heap once kept each old priority until an eviction came by."""
        cache = make(2)
        for number in range(300):
            cache.access(number % 2)
        cache.check()
        assert self.longest(cache) <= 5

    @every_make
    def test_victims_and_what_was_removed_leave_no_more_than_ghosts(
        self, make: Caches
    ) -> None:
        cache = make(2)
        for number in range(300):
            cache.access(number % 7 * number)
            cache.access(number // 2)
            if number % 5 == 0:
                cache.pop(next(iter(cache)))
        cache.check()
        assert self.longest(cache) <= 5


class TestRandom:
    def test_each_entry_goes_as_often_as_the_others(self) -> None:
        """Four entries, 4,000 evictions: chi-square below the 0.1 % point for 3."""
        times = dict.fromkeys("abcd", 0)
        rng = random.Random(11)
        for _ in range(4000):
            cache = RandomCache[str, None](4, rng=rng)
            for key in "abcde":
                cache.access(key)
            (gone,) = set("abcd") - set(cache)
            times[gone] += 1
        assert sum((n - 1000) ** 2 / 1000 for n in times.values()) < 16.27


def test_what_a_clock_keeps_depends_on_whether_newcomers_come_in_marked() -> None:
    kept = {}
    for marked in (False, True):
        cache: ClockCache[str, None] = ClockCache(4, marks_newcomers=marked)
        for key in "abcdabefg":
            cache.access(key)
        kept[marked] = "".join(sorted(cache))
    assert kept == {False: "befg", True: "defg"}


def test_a_one_time_key_gets_past_w_tinylfu_s_window_seldom_and_not_never() -> None:
    trace = beside_scan(2_500, keys=1_000, s=0.9, rng=random.Random("scan/0"))
    cache: WTinyLFUCache[int, None] = WTinyLFUCache(100)
    admitted: set[int] = set()
    for key in trace:
        was_full = len(cache) == cache.capacity
        before = set(cache._probation)
        cache.access(key)
        if was_full:
            admitted |= {k for k in set(cache._probation) - before if k < 0}
    assert 0 < len(admitted) < 250


def test_lfu_counts_the_uses_since_a_key_came_in() -> None:
    cache = LFUCache[str, None](2)
    for key in "aab":
        cache.access(key)
    assert [cache.count(key) for key in "abc"] == [2, 1, 0]
    cache.access("c")
    assert [cache.count(key) for key in "abc"] == [2, 0, 1]
    cache.access("b")
    assert cache.count("b") == 1


def test_lfuda_s_age_is_the_priority_of_the_last_victim() -> None:
    cache = LFUDACache[str, None](2)
    ages = []
    for key in "aaabcdeae":
        cache.access(key)
        ages.append(cache.age)
    assert ages == [0, 0, 0, 0, 1, 2, 3, 3, 3]


def test_arc_s_target_goes_up_with_b1_and_down_with_b2() -> None:
    """Figure 4, cases II and III, in steps of at least 1."""
    cache = ARCCache[str, None](2)
    targets = []
    for key in "aabcba":
        cache.access(key)
        targets.append(cache.target)
    assert targets == [0, 0, 0, 0, 1, 0]


BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: SLRUCache(4, shares=(0.5, 0.6)), "shares=(0.5, 0.6)"),
    (lambda: SLRUCache(4, shares=(0.4, 0.5)), "shares=(0.4, 0.5)"),
    (lambda: SLRUCache(4, shares=(0.0, 1.0)), "shares=(0.0, 1.0)"),
    (lambda: SLRUCache(4, shares=(-0.5, 1.5)), "shares=(-0.5, 1.5)"),
    (lambda: SLRUCache(4, shares=()), "shares=()"),
    (lambda: SLRUCache(4, shares=(float("nan"), 1)), "shares=(nan, 1)"),
    (lambda: TwoQCache(4, in_share=0), "in_share=0"),
    (lambda: TwoQCache(4, in_share=1), "in_share=1"),
    (lambda: TwoQCache(4, out_share=0), "out_share=0"),
    (lambda: S3FIFOCache(4, small_share=0), "small_share=0"),
    (lambda: S3FIFOCache(4, small_share=1), "small_share=1"),
    (lambda: S3FIFOCache(4, ghost_share=0), "ghost_share=0"),
    (lambda: WTinyLFUCache(4, window_share=0), "window_share=0"),
    (lambda: WTinyLFUCache(4, window_share=1), "window_share=1"),
    (lambda: WTinyLFUCache(4, protected_share=0), "protected_share=0"),
    (lambda: WTinyLFUCache(4, protected_share=1), "protected_share=1"),
    (lambda: WTinyLFUCache(4, sample_size=0), "sample_size=0"),
    (lambda: WTinyLFUCache(4, salt=-1), "salt=-1"),
    (lambda: WTinyLFUCache(4, sample_size=2.5), "sample_size=2.5"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "named"), BAD, ids=[named for _, named in BAD])
def test_a_share_that_is_none_is_refused_with_its_value(
    make: Callable[[], object], named: str
) -> None:
    with pytest.raises(ValueError, match=r"=") as refused:
        make()
    assert str(refused.value).startswith(named)


def test_one_segment_is_lru_and_an_almost_whole_share_is_taken() -> None:
    """Shares add up to 1 within what floats can say."""
    trace = zipf(400, keys=40, rng=random.Random(3))
    single, lru = SLRUCache[int, None](7, shares=(1,)), LRUCache[int, None](7)
    for key in trace:
        assert single.access(key) == lru.access(key)
    assert SLRUCache(10, shares=(0.1,) * 10).capacity == 10


def same_counters(number: int) -> bytes:
    """A text that ends with its own check sum: all of these have one CRC-32."""
    text = b"%d" % number
    return text + zlib.crc32(text).to_bytes(4, "little")


@pytest.mark.parametrize(
    "collide", [same_counters, lambda n: n << 64], ids=["texts", "numbers"]
)
class TestKeysThatShareTheirCounters:
    @staticmethod
    def misses(cache: Cache[object, None], every: int, collide: Any) -> float:
        draw, misses, requests = random.Random(1), 0, 40_000
        for at in range(requests):
            if every and at % every == 0:
                cache.access(collide(at + 1))
            # What is popular changes every 4000 requests.
            key = 10_000 * (1 + at // 4000) + int(draw.paretovariate(0.7)) % 1000
            misses += not cache.access(key)
        cache.check()
        return misses / requests

    def test_push_out_what_is_used_unless_there_is_a_salt(self, collide: Any) -> None:
        alone = self.misses(WTinyLFUCache(100), 0, collide)
        for salt in (1, 2, 3, 1 << 500):
            salted = self.misses(WTinyLFUCache(100, salt=salt), 50, collide)
            assert salted < 1.3 * alone
        flooded = self.misses(WTinyLFUCache(100), 50, collide)
        found = collide is same_counters  # whole numbers are never cut off
        assert (flooded > 1.9 * alone) == found
