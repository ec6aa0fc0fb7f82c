"""What every cache owes its user, and what makes each policy itself."""

import random
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any

import pytest
import twins
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
)

Make = Callable[..., Cache[Any, Any]]


def random_cache(capacity: int, **options: Any) -> Cache[Any, Any]:
    return RandomCache(capacity, rng=random.Random(1), **options)


ALL: dict[str, Make] = {
    "ARC": ARCCache,
    "CLOCK": ClockCache,
    "FIFO": FIFOCache,
    "LFU": LFUCache,
    "LFUDA": LFUDACache,
    "LRU": LRUCache,
    "MRU": MRUCache,
    "random": random_cache,
    "S3-FIFO": S3FIFOCache,
    "SIEVE": SieveCache,
    "SLRU": SLRUCache,
    "2Q": TwoQCache,
    "W-TinyLFU": WTinyLFUCache,
}
every = pytest.mark.parametrize("make", ALL.values(), ids=ALL)
TWINS: dict[str, tuple[Make, type[twins.Twin]]] = {
    "FIFO": (FIFOCache, twins.FIFO),
    "LRU": (LRUCache, twins.LRU),
    "MRU": (MRUCache, twins.MRU),
    "LFU": (LFUCache, twins.LFU),
    "LFUDA": (LFUDACache, twins.LFUDA),
    "CLOCK": (ClockCache, twins.Clock),
    "SIEVE": (SieveCache, twins.Sieve),
    "SLRU": (SLRUCache, twins.SLRU),
}
traces = st.lists(st.integers(0, 9), max_size=120)
operations = st.lists(
    st.tuples(
        st.sampled_from(["get", "put", "put", "access", "access", "pop", "peek", "in"]),
        st.integers(0, 12),
    ),
    max_size=120,
)


@pytest.mark.parametrize("name", TWINS)
@given(trace=traces, capacity=st.integers(1, 7))
def test_a_policy_keeps_what_its_definition_keeps(
    name: str, trace: list[int], capacity: int
) -> None:
    make, twin_class = TWINS[name]
    cache, twin = make(capacity), twin_class(capacity)
    for key in trace:
        assert cache.access(key) == twin.access(key)
        assert set(cache) == set(twin.keys)


class ExactCounts:
    """In the place of a sketch: no two keys share a counter, nothing is halved."""

    def __init__(self) -> None:
        self.counts: Counter[Hashable] = Counter()
        self.add = self.counts.update

    def estimate(self, key: Hashable) -> int:
        return self.counts[key]


@given(trace=traces, capacity=st.integers(1, 12))
def test_w_tinylfu_with_exact_counts_keeps_what_its_definition_keeps(
    trace: list[int], capacity: int
) -> None:
    cache: WTinyLFUCache[int, Any] = WTinyLFUCache(capacity)
    exact = ExactCounts()
    exact.add = lambda key: exact.counts.update([key])  # type: ignore[assignment]
    cache.sketch = exact  # type: ignore[assignment]
    twin = twins.WTinyLFU(capacity)
    for key in trace:
        assert cache.access(key) == twin.access(key)
        assert set(cache) == set(twin.keys)


@every
@settings(max_examples=60)
@given(operations=operations, capacity=st.integers(1, 6))
def test_a_cache_is_a_mapping_that_forgets_one_entry_when_it_is_full(
    make: Make, operations: list[tuple[str, int]], capacity: int
) -> None:
    evicted: list[tuple[int, object]] = []
    cache = make(capacity, on_evict=lambda key, value: evicted.append((key, value)))
    model: dict[int, object] = {}
    for number, (what, key) in enumerate(operations):
        there = key in model
        before = dict(model)
        if what == "get":
            assert cache.get(key, "no") == model.get(key, "no")
        elif what == "peek":
            assert cache.peek(key, "no") == model.get(key, "no")
        elif what == "in":
            assert (key in cache) == there
        elif what == "pop" and there:
            assert cache.pop(key) == model.pop(key)
        elif what == "pop":
            with pytest.raises(KeyError):
                cache.pop(key)
        elif what == "put":
            cache[key] = number
            model[key] = number
        else:
            assert cache.access(key) == there
            model.setdefault(key, None)
        if evicted:
            assert len(before) == capacity, "it was not full"
            ((gone, value),) = evicted
            assert model.pop(gone) == value == before[gone]
            assert gone != key, "what was just stored is gone"
            evicted.clear()
        assert dict(cache.items()) == model
        assert len(cache) == len(model) == len(list(cache)) <= capacity
        cache.check()


@every
@pytest.mark.parametrize("capacity", [0, -1, 1.5, "3", True, None])
def test_a_capacity_that_holds_nothing_is_refused_by_name(
    make: Make, capacity: Any
) -> None:
    with pytest.raises(ValueError, match="capacity="):
        make(capacity)


@every
def test_a_key_that_cannot_be_hashed_changes_nothing(make: Make) -> None:
    cache = make(2)
    cache.put("a", 1)
    cache.put("b", 2)
    for act in (cache.get, cache.access, cache.pop, lambda key: cache.put(key, 3)):
        with pytest.raises(TypeError):
            act([])
    assert dict(cache.items()) == {"a": 1, "b": 2}
    cache.check()


@every
def test_a_callback_that_raises_is_heard_and_the_cache_stays_whole(make: Make) -> None:
    def refuse(key: str, value: int) -> None:
        raise OSError(f"{key} {value}")

    cache = make(2, on_evict=refuse)
    cache.put("a", 1)
    cache.put("b", 2)
    with pytest.raises(OSError, match=r"[ab] [12]"):
        cache.put("c", 3)
    assert len(cache) == 2
    assert cache.peek("c") == 3
    cache.check()
    cache.on_evict = None
    cache.put("d", 4)
    assert cache.get("d") == 4
    cache.check()


@every
def test_a_callback_may_use_the_cache(make: Make) -> None:
    seen = []

    def look(key: str, value: int) -> None:
        seen.append((key, key in cache, len(cache), cache.peek("c")))

    cache = make(2, on_evict=look)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.put("c", 3)
    ((gone, still_there, size, newest),) = seen
    assert gone in {"a", "b"}
    assert (still_there, size, newest) == (False, 2, 3)


@every
def test_only_the_policy_s_own_victims_are_reported(make: Make) -> None:
    gone: list[object] = []
    cache = make(2, on_evict=lambda key, _: gone.append(key))
    cache["a"] = 1
    cache["a"] = 2
    del cache["a"]
    assert gone == []
    with pytest.raises(KeyError):
        cache["a"]
    with pytest.raises(KeyError):
        del cache["a"]
    assert cache.get("a") is None


@every
def test_a_value_may_be_none_and_keys_are_compared_as_a_dict_does(make: Make) -> None:
    cache = make(3)
    cache.put(1, None)
    assert cache.get(1, "default") is None
    assert 1.0 in cache
    cache.put(True, "yes")
    assert cache.items() == [(1, "yes")]
    assert repr(cache).endswith("(1 of 3)")


@every
def test_a_peek_is_no_use(make: Make) -> None:
    looked, left_alone = make(3), make(3)
    for cache in (looked, left_alone):
        for key in "abc":
            cache.access(key)
    for _ in range(5):
        looked.peek("a")
        assert "a" in looked
        looked.items()
    for key in "defgha":
        assert looked.access(key) == left_alone.access(key)


@pytest.mark.parametrize(
    ("make", "options", "named"),
    [
        (SLRUCache, {"shares": (0.5, 0.6)}, "shares="),
        (SLRUCache, {"shares": (1.0, 0.0)}, "shares="),
        (TwoQCache, {"in_share": 1}, "in_share="),
        (TwoQCache, {"out_share": 0}, "out_share="),
        (S3FIFOCache, {"small_share": 0}, "small_share="),
        (S3FIFOCache, {"ghost_share": -1}, "ghost_share="),
        (WTinyLFUCache, {"window_share": 1}, "window_share="),
        (WTinyLFUCache, {"protected_share": 0}, "protected_share="),
    ],
)
def test_a_share_that_makes_no_sense_is_refused_by_name(
    make: Make, options: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        make(10, **options)


def test_lfu_tells_the_count_of_what_it_holds() -> None:
    cache: LFUCache[str, None] = LFUCache(2)
    for key in "aab":
        cache.access(key)
    assert (cache.count("a"), cache.count("b"), cache.count("c")) == (2, 1, 0)


@pytest.mark.parametrize("seed", range(3))
def test_random_and_fifo_hit_equally_where_requests_are_independent(seed: int) -> None:
    """Gelenbe 1973, by the theorem's own formula for three keys and room for two.

    The chance that {i, j} is in the cache is proportional to p_i * p_j, for both.
    """
    rng = random.Random(seed)
    weights = (5, 3, 2)
    pairs = {(0, 1): 15, (0, 2): 10, (1, 2): 6}
    expected = sum(
        chance / 31 * (weights[i] + weights[j]) / 10 for (i, j), chance in pairs.items()
    )
    trace = rng.choices(range(3), weights, k=40_000)
    for cache in (FIFOCache[int, None](2), RandomCache[int, None](2, rng=rng)):
        ratio = sum(map(cache.access, trace)) / len(trace)
        assert abs(ratio - expected) < 4 * (0.25 / len(trace)) ** 0.5 * 1.5


def test_lru_does_better_than_both_where_some_keys_are_wanted_more() -> None:
    rng = random.Random(1)
    trace = rng.choices(range(3), (5, 3, 2), k=40_000)
    lru, fifo = LRUCache[int, None](2), FIFOCache[int, None](2)
    assert sum(map(lru.access, trace)) > sum(map(fifo.access, trace)) + 300
