"""The exact caches of the lab against slow twins, and the optimum against all."""

import random
from collections.abc import Callable, Sequence
from functools import cache as remembered

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.labs.exact_caches import (
    Cache,
    FIFOCache,
    LFUCache,
    LRUCache,
    RandomCache,
    belady,
    replay,
    zipf,
)

traces = st.lists(st.integers(0, 7), max_size=40)
capacities = st.integers(1, 5)


def slowly(
    trace: Sequence[int], capacity: int, worst: Callable[[int, list[int]], object]
) -> list[bool]:
    """Evict the key with the least ``worst``, which sees the requests since it came."""
    held: dict[int, int] = {}
    hits = []
    for at, key in enumerate(trace):
        hits.append(key in held)
        if key not in held:
            if len(held) == capacity:
                past = {
                    k: [i for i in range(came, at) if trace[i] == k]
                    for k, came in held.items()
                }
                del held[min(held, key=lambda k: worst(k, past[k]))]
            held[key] = at
    return hits


TWINS = {
    FIFOCache: lambda _, past: past[0],
    LRUCache: lambda _, past: past[-1],
    LFUCache: lambda _, past: (len(past), past[-1]),
}


@pytest.mark.parametrize("made", TWINS)
@given(trace=traces, capacity=capacities)
def test_each_policy_hits_when_its_slow_twin_does(
    made: Callable[[int], Cache], trace: list[int], capacity: int
) -> None:
    assert replay(made(capacity), trace) == slowly(trace, capacity, TWINS[made])  # type: ignore[index]


@given(trace=traces, capacity=capacities, seed=st.integers(0, 9))
def test_a_random_cache_is_never_too_full_and_hits_what_it_holds(
    trace: list[int], capacity: int, seed: int
) -> None:
    cache = RandomCache(capacity, random.Random(seed))
    for key in trace:
        before = set(cache.keys)
        assert cache.access(key) == (key in before)
        assert key in cache.keys
        assert len(before - set(cache.keys)) == (
            key not in before and len(before) == capacity
        )
        assert cache.place == {k: at for at, k in enumerate(cache.keys)}


def test_a_random_cache_evicts_any_of_its_keys() -> None:
    gone = set()
    for seed in range(50):
        cache = RandomCache(3, random.Random(seed))
        replay(cache, [0, 1, 2, 3])
        gone |= {0, 1, 2} - set(cache.keys)
    assert gone == {0, 1, 2}


@given(trace=st.lists(st.integers(0, 4), max_size=12), capacity=st.integers(1, 3))
def test_no_choice_of_victims_has_more_hits_than_the_optimum(
    trace: list[int], capacity: int
) -> None:
    @remembered
    def most(at: int, held: frozenset[int]) -> int:
        if at == len(trace):
            return 0
        key = trace[at]
        if key in held:
            return 1 + most(at + 1, held)
        if len(held) < capacity:
            return most(at + 1, held | {key})
        return max(most(at + 1, held - {victim} | {key}) for victim in held)

    assert sum(belady(trace, capacity)) == most(0, frozenset())


def test_a_larger_fifo_cache_can_miss_more() -> None:
    """Belady, Nelson and Shedler 1969: 9 faults with 3 frames, 10 with 4."""
    trace = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]
    misses = [replay(FIFOCache(size), trace).count(False) for size in (3, 4)]
    assert misses == [9, 10]
    assert [belady(trace, size).count(False) for size in (3, 4)] == [7, 6]


def test_zipf_draws_each_key_as_often_as_its_rank_says() -> None:
    drawn = zipf(10, 1.0, 20_000, random.Random(1))
    assert set(drawn) == set(range(10))
    total = sum(1 / rank for rank in range(1, 11))
    for key in range(10):
        share = drawn.count(key) / len(drawn)
        assert share == pytest.approx(1 / (key + 1) / total, abs=0.015)
    flat = zipf(2, 0.0, 10_000, random.Random(1))
    assert flat.count(0) == pytest.approx(5000, abs=200)
