"""What stands around a policy: time, sizes, who fills, who writes."""

import random
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from draws import picks, rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.caching import (
    ExpiringCache,
    GDSFCache,
    LRUCache,
    Origin,
    WritingCache,
    run_fill_race,
)


def test_a_value_is_there_until_its_time_is_over_and_then_makes_room() -> None:
    cache: ExpiringCache[str, int] = ExpiringCache(LRUCache(2), ttl_s=60)
    cache.put("a", 1, now_s=100)
    assert cache.get("a", now_s=159.9) == 1
    assert len(cache) == 1
    assert cache.get("a", now_s=160, default="gone") == "gone"
    assert len(cache) == 0


def test_storing_again_begins_a_new_life_and_a_delete_ends_it() -> None:
    cache: ExpiringCache[str, int] = ExpiringCache(LRUCache(2), ttl_s=60)
    cache.put("a", 1, now_s=0)
    cache.put("a", 2, now_s=50)
    assert cache.get("a", now_s=100) == 2
    cache.delete("a")
    cache.delete("a")
    assert cache.get("a", now_s=100) is None


def test_a_look_at_what_has_expired_is_no_use_and_a_hit_is_one() -> None:
    cache: ExpiringCache[str, int] = ExpiringCache(LRUCache(2), ttl_s=60)
    cache.put("a", 1, now_s=0)
    cache.put("b", 2, now_s=0)
    cache.get("a", now_s=1)
    cache.put("c", 3, now_s=1)
    assert cache.get("a", now_s=1) == 1
    assert cache.get("b", now_s=1) is None


@given(jitter=st.floats(0, 0.99), seed=st.integers(0, 99))
def test_jitter_only_shortens_a_life_and_by_no_more_than_it_may(
    jitter: float, seed: int
) -> None:
    cache: ExpiringCache[int, None] = ExpiringCache(
        LRUCache(50), ttl_s=100, jitter_share=jitter, rng=random.Random(seed)
    )
    for key in range(50):
        cache.put(key, None, now_s=7)
    ends = [until_s for _, (_, until_s) in cache.cache.items()]
    assert all(7 + 100 * (1 - jitter) - 1e-9 <= end <= 107 for end in ends)
    if jitter > 0.01:
        assert len(set(ends)) > 25


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"ttl_s": 0}, "ttl_s=0"),
        ({"ttl_s": float("nan")}, "ttl_s=nan"),
        ({"ttl_s": 1, "jitter_share": 1, "rng": random.Random(1)}, "share=1"),
        ({"ttl_s": 1, "jitter_share": -0.1}, "jitter_share=-0.1"),
        ({"ttl_s": 1, "jitter_share": 0.1}, "needs an rng"),
    ],
)
def test_a_time_to_live_that_cannot_be_is_refused_by_name(
    options: dict[str, float], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        ExpiringCache(LRUCache(2), **options)  # type: ignore[arg-type]


class NaiveGDSF:
    """Cherkasova 1998 by linear search; a sum of fractions swallows nothing."""

    def __init__(self, capacity_bytes: int) -> None:
        self.capacity_bytes = capacity_bytes
        self.age = Fraction(0)
        self.held: dict[int, tuple[Fraction, int, int, int]] = {}
        self.clock = 0

    def access(self, key: int, *, size_bytes: int, cost: float) -> bool:
        self.clock += 1
        hit = key in self.held
        uses = self.held[key][3] + 1 if hit else 1
        if not hit and size_bytes > self.capacity_bytes:
            return False
        while (
            not hit
            and sum(entry[2] for entry in self.held.values()) + size_bytes
            > self.capacity_bytes
        ):
            victim = min(self.held, key=lambda k: self.held[k][:2])
            self.age = self.held.pop(victim)[0]
        priority = self.age + Fraction(uses * cost / size_bytes)
        self.held[key] = (priority, self.clock, size_bytes, uses)
        return hit


@given(
    trace=picks(range(10), max_size=40),
    capacity_bytes=st.integers(1, 20),
    weighs_cost=st.booleans(),
)
def test_gdsf_keeps_what_its_definition_keeps(
    trace: list[int], capacity_bytes: int, weighs_cost: bool
) -> None:
    cache: GDSFCache[int] = GDSFCache(capacity_bytes)
    twin = NaiveGDSF(capacity_bytes)
    for key in trace:
        size_bytes, cost = 1 + key * 3 % 8, 1.0 + key * weighs_cost
        assert cache.access(key, size_bytes=size_bytes, cost=cost) == twin.access(
            key, size_bytes=size_bytes, cost=cost
        )
        assert set(cache) == set(twin.held)
        assert (len(cache), key in cache) == (len(twin.held), key in twin.held)
        cache.check()


def test_gdsf_s_heap_does_not_grow_with_hits_and_none_is_lost_from_it() -> None:
    """Costs that change leave pairs behind that outlive even their keys."""
    rng = random.Random(6)
    cache: GDSFCache[int] = GDSFCache(12)
    twin = NaiveGDSF(12)
    for number in range(3_000):
        key = min(rng.randrange(12), rng.randrange(12)) if number % 900 > 300 else 1
        size_bytes, cost = 1 + key % 5, rng.choice((0.1, 1.0, 9.0))
        assert cache.access(key, size_bytes=size_bytes, cost=cost) == twin.access(
            key, size_bytes=size_bytes, cost=cost
        )
        assert set(cache) == set(twin.held)
        cache.check()
        assert len(cache._heap) <= 2 * 12 + 8


@pytest.mark.parametrize("dear", [1.0, 1e9, 1e13, 1e15])
def test_however_dear_a_key_was_uses_of_a_large_one_count_after_it(dear: float) -> None:
    """dCache/dcache#991: added to a large age, a small quotient is lost in a float."""
    cache: GDSFCache[str] = GDSFCache(10_000_000)
    cache.access("dear", size_bytes=1, cost=dear)
    cache.access("all the room", size_bytes=10_000_000)
    assert cache.age == dear
    for key in ("hot", "hot", "once", "new"):
        cache.access(key, size_bytes=4_000_000)
    assert sorted(cache) == ["hot", "new"]


def test_gdsf_takes_a_cost_that_is_not_given_for_1() -> None:
    cache: GDSFCache[str] = GDSFCache(2)
    cache.access("dearer", size_bytes=1, cost=1.5)
    cache.access("plain", size_bytes=1)
    cache.access("new", size_bytes=1)
    assert "dearer" in cache
    assert "plain" not in cache


def test_gdsf_refuses_what_has_no_size_or_no_cost() -> None:
    with pytest.raises(ValueError, match="capacity_bytes=0"):
        GDSFCache(0)
    cache: GDSFCache[str] = GDSFCache(5)
    sizes: list[Any] = [0, -1, 1.5, True, float("nan"), "3"]
    for size_bytes in sizes:
        with pytest.raises(ValueError, match=f"size_bytes={size_bytes!r} is not"):
            cache.access("a", size_bytes=size_bytes)
    costs: list[Any] = [0.0, -1.0, float("nan"), float("inf"), Decimal(2), 10**400]
    for cost in costs:
        with pytest.raises(ValueError, match=r"^cost="):
            cache.access("a", size_bytes=1, cost=cost)
    assert len(cache) == 0


@pytest.mark.parametrize("pause_ms", range(0, 70, 3))
@pytest.mark.parametrize("writes_at_ms", range(0, 70, 3))
def test_with_leases_no_order_of_reader_and_writer_leaves_the_old_value(
    pause_ms: int, writes_at_ms: int
) -> None:
    run = run_fill_race(leases=True, pause_ms=pause_ms, writes_at_ms=writes_at_ms)
    assert not run.stale
    assert run.stored == "v2"


def test_without_leases_the_old_value_stays_exactly_when_the_put_comes_last() -> None:
    for pause_ms in range(0, 70, 3):
        for writes_at_ms in range(0, 70, 3):
            run = run_fill_race(
                leases=False, pause_ms=pause_ms, writes_at_ms=writes_at_ms
            )
            read_at, put_at = 15, 25 + pause_ms
            written_at, deleted_at = writes_at_ms + 5, writes_at_ms + 20
            assert run.stale == (read_at < written_at and deleted_at < put_at)


def test_no_message_of_the_race_is_lost_and_its_times_are_checked() -> None:
    table = run_fill_race(leases=False).trace.table()
    assert "-x" not in table
    assert "holds v1" in table
    assert "refuses v1: token is void" in run_fill_race(leases=True).trace.table()
    for named in ("pause_ms", "writes_at_ms"):
        with pytest.raises(ValueError, match=f"{named}=-1"):
            run_fill_race(leases=True, **{named: -1})


WAYS = ("write-through", "write-around", "write-back")
steps = rows(["read", "write"], range(6), max_size=30)


def writing_cache(way: str, capacity: int = 3) -> WritingCache[int, int]:
    origin: Origin[int, int] = Origin()
    origin.values = dict.fromkeys(range(6), -1)
    return WritingCache(origin, way, lambda f: LRUCache(capacity, on_evict=f))


@pytest.mark.parametrize("way", WAYS)
@given(steps=steps, capacity=st.integers(1, 4))
def test_whoever_reads_gets_what_was_written_last(
    way: str, steps: list[tuple[str, int]], capacity: int
) -> None:
    cache = writing_cache(way, capacity)
    truth = dict(cache.origin.values)
    for number, (what, key) in enumerate(steps):
        if what == "read":
            assert cache.read(key) == truth[key]
        else:
            cache.write(key, number)
            truth[key] = number
        if way != "write-back":
            assert cache.origin.values == truth
    cache.flush()
    assert cache.origin.values == truth
    assert cache.crash() == []


def test_write_back_writes_a_popular_key_once_and_a_crash_loses_it() -> None:
    cache = writing_cache("write-back")
    for number in range(10):
        cache.write(1, number)
    assert cache.origin.writes == 0
    assert cache.crash() == [1]
    assert cache.read(1) == -1


def test_write_around_drops_the_entry_and_write_through_keeps_it() -> None:
    for way, reads in (("write-around", 2), ("write-through", 1)):
        cache = writing_cache(way)
        cache.read(1)
        cache.write(1, 5)
        assert cache.read(1) == 5
        assert cache.origin.reads == reads
    with pytest.raises(ValueError, match="write-sideways"):
        writing_cache("write-sideways")
    with pytest.raises(KeyError):
        writing_cache("write-back").read(99)


def test_flushing_twice_writes_once() -> None:
    cache = writing_cache("write-back")
    cache.write(1, 5)
    counts = []
    for _ in range(3):
        cache.flush()
        counts.append(cache.origin.writes)
    assert all(a == b for a, b in pairwise(counts))
    assert counts[0] == 1


class BrokenOrigin(Origin[str, int]):
    """Stores, and then may fail to say so; or fails without having stored."""

    down = False
    mute = False

    def write(self, key: str, value: int) -> None:
        if self.down:
            raise OSError("down")
        super().write(key, value)
        if self.mute:
            raise TimeoutError("no answer")


def writing(origin: BrokenOrigin, how: str) -> WritingCache[str, int]:
    origin.values = {"a": 0, "b": 0}
    return WritingCache(origin, how, lambda f: LRUCache(1, on_evict=f))


def write_and_evict(
    cache: WritingCache[str, int], origin: BrokenOrigin, value: int
) -> None:
    """Write a; then evict it while the origin is down, which it stays."""
    cache.write("a", value)
    origin.down = True
    with pytest.raises(OSError, match="down"):
        cache.read("b")


def test_write_back_keeps_what_a_failing_database_did_not_take() -> None:
    origin = BrokenOrigin()
    cache = writing(origin, "write-back")
    write_and_evict(cache, origin, 1)
    assert cache.read("a") == 1
    origin.down = False
    cache.flush()
    assert origin.values == {"a": 1, "b": 0}
    assert cache.crash() == []


def test_what_could_not_be_written_is_lost_in_a_crash_and_replaced_by_a_write() -> None:
    origin = BrokenOrigin()
    cache = writing(origin, "write-back")
    write_and_evict(cache, origin, 1)
    cache.write("a", 2)
    origin.down = False
    cache.flush()
    assert origin.values["a"] == 2
    write_and_evict(cache, origin, 3)
    assert cache.crash() == ["a"]
    assert cache.read("a") == 2


@pytest.mark.parametrize("how", ["write-through", "write-around"])
def test_a_write_that_may_have_happened_leaves_no_old_value_behind(how: str) -> None:
    origin = BrokenOrigin()
    cache = writing(origin, how)
    assert cache.read("a") == 0
    origin.mute = True
    with pytest.raises(TimeoutError):
        cache.write("a", 1)
    assert cache.read("a") == 1
