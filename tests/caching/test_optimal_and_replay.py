"""The optimum against every choice there is; the counting against its definitions."""

import random
from collections.abc import Iterator
from functools import cache as memoised

import pytest
from draws import picks
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.caching import (
    Cache,
    ClockCache,
    FIFOCache,
    LFUCache,
    LRUCache,
    MRUCache,
    NotTheFutureError,
    OptimalCache,
    Replay,
    lru_hits,
    replay,
    stack_distances,
)
from sdnotes.caching.comparison import POLICIES, WORKLOADS, hit_ratio

traces = picks(range(8), max_size=30)


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


def short_traces(requests: int, keys: int) -> Iterator[tuple[int, ...]]:
    """Every trace, the same up to the names of its keys only once."""
    if requests == 0:
        yield ()
        return
    for trace in short_traces(requests - 1, keys):
        for key in range(min(max(trace, default=-1) + 2, keys)):
            yield (*trace, key)


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_no_choice_of_victims_beats_the_optimum_on_any_short_trace(
    capacity: int,
) -> None:
    assert len(list(short_traces(7, keys=4))) == 715  # 1 + 63 + 301 + 350, Stirling's
    for requests in range(8):
        for trace in short_traces(requests, keys=4):
            best = replay(OptimalCache(capacity, future=trace), trace).misses
            assert best == fewest_misses(trace, capacity)


@given(trace=picks(range(6), max_size=16), capacity=st.integers(1, 4))
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
def test_lru_mru_and_the_optimum_are_stack_algorithms(
    trace: list[int], capacity: int
) -> None:
    """Mattson et al. 1970: a larger cache holds all that a smaller one holds."""
    for small, large in (
        (LRUCache[int, None](capacity), LRUCache[int, None](capacity + 1)),
        (MRUCache[int, None](capacity), MRUCache[int, None](capacity + 1)),
        (
            OptimalCache[int, None](capacity, future=trace),
            OptimalCache[int, None](capacity + 1, future=trace),
        ),
    ):
        for key in trace:
            small.access(key)
            large.access(key)
            assert set(small) <= set(large)


@pytest.mark.parametrize(
    ("kind", "trace"),
    [
        (FIFOCache, [0, 1, 2, 0, 3]),
        (ClockCache, [0, 0, 1, 1, 2, 3]),
        (LFUCache, [0, 0, 1, 2, 1, 2, 3]),  # a count begins anew when a key comes back
    ],
)
def test_fifo_clock_and_lfu_are_not(
    kind: type[Cache[int, None]], trace: list[int]
) -> None:
    small, large = kind(2), kind(3)
    replay(small, trace)
    replay(large, trace)
    assert not set(small) <= set(large)


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


def test_a_refused_request_leaves_a_full_cache_as_it_was() -> None:
    gone: list[str] = []
    cache: OptimalCache[str, int] = OptimalCache(
        2, future="abca", on_evict=lambda key, _: gone.append(key)
    )
    cache.put("a", 1)
    cache.put("b", 2)
    before = {name: repr(value) for name, value in vars(cache).items()}
    for refused in (
        lambda: cache.put("d", 3),
        lambda: cache.put("a", 3),
        lambda: cache["b"],
        lambda: cache.get("a"),
        lambda: cache.access("d"),
    ):
        with pytest.raises(NotTheFutureError):
            refused()
        assert {name: repr(value) for name, value in vars(cache).items()} == before
    assert gone == []
    assert cache.get("d", 0) == 0  # a get that misses is no request of the trace
    cache.put("c", 3)
    assert gone == ["b"]
    cache.check()
    with pytest.raises(NotTheFutureError):
        OptimalCache[str, None](1, future="").access("a")


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


def test_the_hits_of_every_lru_of_no_request_are_none() -> None:
    assert lru_hits([]) == [0]
    assert stack_distances([]) == []
    assert lru_hits(iter("aa")) == [0, 1]


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
