"""Leases against a twin that writes everything down, and the two faults they end."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from among_threads import among_threads
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.caching import leases
from sdnotes.caching.leases import Fill, Hit, LeasedCache, Wait


def token_of(answer: object) -> int:
    assert isinstance(answer, Fill)
    return answer.token


def test_the_first_who_misses_fills_and_the_others_wait() -> None:
    cache: LeasedCache[str, str] = LeasedCache(lease_s=10)
    assert cache.get("k", 0) == Fill(1)
    assert cache.get("k", 9.9) == Wait(10)
    assert cache.put("k", "v", 1) is True
    assert cache.get("k", 9.9) == Hit("v")


def test_among_threads_a_value_read_before_a_delete_is_not_stored_after_it() -> None:
    cache: LeasedCache[str, str] = LeasedCache(lease_s=10)
    token = token_of(cache.get("k", 0.0))
    among_threads(
        leases,
        "put",
        "slot.current = Hit(value)",
        first=lambda: cache.put("k", "read before the delete", token),
        then=lambda: cache.delete("k", 0.2),
    )
    assert cache.get("k", 0.3) == Wait(10.0)


def test_among_threads_one_gets_the_token() -> None:
    cache: LeasedCache[str, str] = LeasedCache(lease_s=10)
    told = among_threads(
        leases,
        "get",
        "self._last_token += 1",
        first=lambda: cache.get("k", 0.0),
        then=lambda: cache.get("k", 0.0),
    )
    assert told == [Fill(1), Wait(10.0)]


def test_a_value_read_before_a_delete_is_not_stored_after_it() -> None:
    """Nishtala et al. 2013, section 3.2.1: the stale set."""
    cache: LeasedCache[str, str] = LeasedCache(lease_s=10)
    token = token_of(cache.get("k", 0))
    cache.delete("k", 1)
    assert cache.put("k", "old", token) is False
    assert cache.get("k", 10) == Fill(2)


def test_a_delete_before_the_commit_lets_a_good_token_store_the_old_value() -> None:
    cache: LeasedCache[str, str] = LeasedCache(lease_s=10)
    committed = "v1"
    cache.delete("k", 0)  # inside the transaction that writes v2
    token = token_of(cache.get("k", 1))
    read, committed = committed, "v2"
    assert cache.put("k", read, token) is True
    assert cache.get("k", 2) == Hit("v1") != Hit(committed)


def test_a_delete_does_not_hand_out_another_token_before_its_time() -> None:
    """The limit is what stops the herd of a key that is written all the time."""
    cache: LeasedCache[str, int] = LeasedCache(lease_s=10)
    fills = 0
    for second in range(100):
        answer = cache.get("k", second)
        if isinstance(answer, Fill):
            fills += 1
            cache.put("k", second, answer.token)
        cache.delete("k", second)
    assert fills == 10


def test_unless_it_is_told_to() -> None:
    cache: LeasedCache[str, str] = LeasedCache(lease_s=10, delete_frees=True)
    token = token_of(cache.get("k", 0))
    cache.delete("k", 1)
    assert cache.get("k", 1) == Fill(2)
    assert cache.put("k", "old", token) is False
    assert cache.put("k", "new", 2) is True


def test_who_dies_with_a_token_is_followed_by_another_and_is_too_late_himself() -> None:
    cache: LeasedCache[str, str] = LeasedCache(lease_s=10)
    slow = token_of(cache.get("k", 0))
    assert cache.get("k", 9.999) == Wait(10)
    quick = token_of(cache.get("k", 10))
    assert cache.put("k", "slow", slow) is False
    assert cache.put("k", "quick", quick) is True
    assert cache.put("k", "slow", slow) is False
    assert cache.get("k", 11) == Hit("quick")


def test_a_token_is_good_for_one_value() -> None:
    cache: LeasedCache[str, str] = LeasedCache()
    token = token_of(cache.get("k", 0))
    assert cache.put("k", "v", token) is True
    assert cache.put("k", "again", token) is False
    assert cache.get("k", 1) == Hit("v")


def test_a_token_is_good_for_its_own_key() -> None:
    cache: LeasedCache[str, str] = LeasedCache()
    a, b = token_of(cache.get("a", 0)), token_of(cache.get("b", 0))
    assert a != b
    assert cache.put("b", "v", a) is False
    assert cache.put("unknown", "v", a) is False
    assert cache.put("b", "v", b) is True


def test_the_value_from_before_is_offered_for_a_while() -> None:
    cache: LeasedCache[str, str] = LeasedCache(lease_s=10, stale_s=3)
    cache.put("k", "v", token_of(cache.get("k", 0)))
    cache.delete("k", 20)
    assert cache.get("k", 21) == Fill(2, stale=Hit("v"))
    assert cache.get("k", 22.9) == Wait(31, stale=Hit("v"))
    assert cache.get("k", 23) == Wait(31)
    cache.delete("k", 24)  # nothing was there: nothing new to offer
    assert cache.get("k", 24) == Wait(31)


def test_a_value_that_was_replaced_is_not_offered_as_the_old_one() -> None:
    cache: LeasedCache[str, str] = LeasedCache(lease_s=1, stale_s=100)
    cache.put("k", "first", token_of(cache.get("k", 0)))
    cache.delete("k", 1)
    cache.put("k", "second", token_of(cache.get("k", 2)))
    cache.delete("k", 4)
    assert cache.get("k", 5) == Fill(3, stale=Hit("second"))


def test_none_can_be_cached() -> None:
    cache: LeasedCache[str, None] = LeasedCache()
    cache.put("k", None, token_of(cache.get("k", 0)))
    assert cache.get("k", 1) == Hit(None)


@pytest.mark.parametrize("token", [0, -1, 2])
def test_a_token_that_was_never_given_out_is_a_bug(token: int) -> None:
    cache: LeasedCache[str, str] = LeasedCache()
    cache.get("k", 0)
    with pytest.raises(ValueError, match="never given out"):
        cache.put("k", "v", token)


def test_a_token_from_before_a_restart_is_refused_if_the_first_is_higher() -> None:
    before: LeasedCache[str, str] = LeasedCache()
    old = token_of(before.get("k", 0))
    after: LeasedCache[str, str] = LeasedCache(first_token=1_000)
    assert after.get("k", 1) == Fill(1_000)
    assert after.put("k", "read before the restart", old) is False
    with pytest.raises(ValueError, match="never given out"):
        after.put("k", "of no cache", 1_001)
    assert after.put("k", "read after it", 1_000) is True


def test_otherwise_it_may_fit() -> None:
    before: LeasedCache[str, str] = LeasedCache()
    old = token_of(before.get("k", 0))
    after: LeasedCache[str, str] = LeasedCache()
    after.get("k", 1)
    assert after.put("k", "read before the restart", old) is True


def test_with_a_capacity_the_key_asked_for_the_longest_time_ago_is_forgotten() -> None:
    cache: LeasedCache[str, str] = LeasedCache(lease_s=10, capacity=2)
    slow = token_of(cache.get("a", 0))
    cache.put("b", "b", token_of(cache.get("b", 0)))
    assert cache.get("a", 1) == Wait(10)  # asked for again, so b is the older one
    cache.get("c", 1)
    assert cache.get("b", 2) == Fill(4)  # and now a is forgotten
    assert cache.put("a", "of a forgotten token", slow) is False
    assert cache.get("a", 2) == Fill(5)
    assert cache.put("a", "of a forgotten token", slow) is False


@given(
    rows(["get", "write", "put"], range(3), range(3), max_size=40), st.integers(1, 3)
)
def test_forgetting_leaves_no_old_value_and_keeps_to_the_room(
    steps: list[tuple[str, int, int]], capacity: int
) -> None:
    cache: LeasedCache[int, int] = LeasedCache(lease_s=2, capacity=capacity)
    version, held = dict.fromkeys(range(3), 0), list[tuple[int, int, int]]()
    known: list[int] = []
    for now_s, (step, key, which) in enumerate(steps):
        if step == "write":
            version[key] += 1
            cache.delete(key, now_s)
        elif step == "get":
            known = [*(each for each in known if each != key), key][-capacity:]
            answer = cache.get(key, now_s)
            if isinstance(answer, Hit):
                assert answer.value == version[key]
            elif isinstance(answer, Fill):
                held.append((key, version[key], answer.token))
        elif which < len(held):
            filled, read, token = held.pop(which)
            if cache.put(filled, read, token):
                assert filled in known


@pytest.mark.parametrize(
    "times",
    [{"lease_s": 0}, {"lease_s": -1}, {"stale_s": -1}, {"lease_s": float("nan")}],
)
def test_times_must_make_sense(times: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="_s="):
        LeasedCache(**times)


@dataclass
class Twin:
    """The source's version, and what the holder of each token read."""

    version: int = 0
    read: dict[int, int] = field(default_factory=dict)
    given_at: list[int] = field(default_factory=list)


@given(
    rows(["get", "write", "put first", "put last"], range(9), max_size=30),
    st.booleans(),
)
def test_no_order_of_events_leaves_an_old_value_in_the_cache(
    steps: list[tuple[str, int]], delete_frees: bool
) -> None:
    """Each write deletes; each holder puts what it read when it got its token."""
    cache: LeasedCache[str, int] = LeasedCache(lease_s=10, delete_frees=delete_frees)
    twin, now_s = Twin(), 0
    for step, wait_s in steps:
        now_s += wait_s
        if step == "write":
            twin.version += 1
            cache.delete("k", now_s)
        elif step == "get":
            answer = cache.get("k", now_s)
            if isinstance(answer, Hit):
                assert answer.value == twin.version
            elif isinstance(answer, Fill):
                assert not twin.read or answer.token > max(twin.read)
                twin.read[answer.token] = twin.version
                twin.given_at.append(now_s)
        elif twin.read:
            token = min(twin.read) if step == "put first" else max(twin.read)
            taken = cache.put("k", twin.read.pop(token), token)
            if taken:
                assert isinstance(cache.get("k", now_s), Hit)
            twin.read = twin.read or {}
    gaps = [b - a for a, b in zip(twin.given_at, twin.given_at[1:], strict=False)]
    if not delete_frees:
        assert all(gap >= 10 for gap in gaps)
