"""The optimum against every choice there is; the counting against its definitions."""

import random
from functools import cache as memoised
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.caching import (
    FIFOCache,
    LRUCache,
    NotTheFutureError,
    OptimalCache,
    Replay,
    lru_hits,
    replay,
    stack_distances,
)
from sdnotes.caching.comparison import POLICIES, WORKLOADS, hit_ratio

traces = st.lists(st.integers(0, 7), max_size=60)


def fewest_misses(trace: tuple[int, ...], capacity: int) -> int:
    """Try every choice of a victim."""

    @memoised
    def least(at: int, held: frozenset[int]) -> int:
        if at == len(trace):
            return 0
        key = trace[at]
        if key in held:
            return least(at + 1, held)
        if len(held) < capacity:
            return 1 + least(at + 1, held | {key})
        return 1 + min(least(at + 1, held - {v} | {key}) for v in held)

    return least(0, frozenset())


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_no_choice_of_victims_beats_the_optimum_on_any_short_trace(
    capacity: int,
) -> None:
    for trace in product(range(4), repeat=7):
        if trace[0] or trace[1] > 1:
            continue  # the same up to the names of the keys
        best = replay(OptimalCache(capacity, future=trace), trace).misses
        assert best == fewest_misses(trace, capacity)


@given(trace=st.lists(st.integers(0, 5), max_size=16), capacity=st.integers(1, 4))
def test_no_choice_of_victims_beats_the_optimum(
    trace: list[int], capacity: int
) -> None:
    best = OptimalCache(capacity, future=trace)
    assert replay(best, trace).misses == fewest_misses(tuple(trace), capacity)
    best.check()


@given(trace=traces, capacity=st.integers(1, 6))
def test_no_policy_beats_the_optimum(trace: list[int], capacity: int) -> None:
    best = replay(OptimalCache(capacity, future=trace), trace).hits
    for make in POLICIES.values():
        assert replay(make(capacity), trace).hits <= best


@given(trace=traces, capacity=st.integers(1, 5))
def test_a_larger_lru_and_a_larger_optimum_miss_no_more(
    trace: list[int], capacity: int
) -> None:
    small, large = LRUCache[int, None](capacity), LRUCache[int, None](capacity + 1)
    for key in trace:
        small.access(key)
        large.access(key)
        assert set(small) <= set(large)
    fewer = replay(OptimalCache(capacity + 1, future=trace), trace).misses
    assert fewer <= replay(OptimalCache(capacity, future=trace), trace).misses


def test_another_request_than_was_announced_is_refused_and_nothing_changes() -> None:
    cache: OptimalCache[str, int] = OptimalCache(2, future="abca")
    cache.put("a", 1)
    with pytest.raises(NotTheFutureError, match=r"key='c' is request 1; .* 'b'"):
        cache.access("c")
    with pytest.raises(NotTheFutureError, match="'a' is request 1"):
        cache.get("a")
    assert cache.items() == [("a", 1)]
    cache.check()
    assert [cache.access(key) for key in "bca"] == [False, False, True]
    with pytest.raises(NotTheFutureError, match="after the end"):
        cache.access("a")


def test_a_key_that_was_removed_is_no_victim() -> None:
    gone: list[str] = []
    cache: OptimalCache[str, None] = OptimalCache(
        2, future="abcda", on_evict=lambda key, _: gone.append(key)
    )
    cache.access("a")
    cache.access("b")
    cache.pop("b")
    cache.access("c")
    cache.access("d")
    assert gone == ["c"]
    cache.check()


@given(trace=traces)
def test_a_stack_distance_counts_the_other_keys_since_the_last_time(
    trace: list[int],
) -> None:
    for at, distance in enumerate(stack_distances(trace)):
        before = trace[:at]
        if trace[at] not in before:
            assert distance is None
        else:
            last = len(before) - 1 - before[::-1].index(trace[at])
            assert distance == len(set(before[last + 1 :]))


@given(trace=traces)
def test_one_pass_knows_the_hits_of_every_lru(trace: list[int]) -> None:
    hits = lru_hits(trace)
    assert len(hits) == len(set(trace)) + 1
    assert hits[0] == 0
    for capacity in range(1, len(hits)):
        assert hits[capacity] == replay(LRUCache(capacity), trace).hits


def test_a_replay_counts_any_iterable() -> None:
    once = replay(FIFOCache[str, None](2), iter("abab"))
    assert once == Replay(hits=2, misses=2) == replay(FIFOCache(2), "abab")
    assert (str(once), once.hit_ratio) == ("hits=2 misses=2", 0.5)
    assert Replay(0, 0).hit_ratio == 0


def test_the_comparison_gives_every_policy_the_same_traces() -> None:
    for name, make in WORKLOADS.items():
        trace = make(random.Random(f"{name}/0"))
        assert trace == make(random.Random(f"{name}/0"))
        assert len(trace) == 5_000
    best = hit_ratio("optimum", "zipf", seeds=2)
    worst = hit_ratio("MRU", "zipf", seeds=2)
    assert not best.overlaps(worst)
    with pytest.raises(KeyError):
        hit_ratio("LRU", "weather", seeds=2)
