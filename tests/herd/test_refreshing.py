"""RFC 5861's windows, negative answers and jitter, each at its edges."""

import random

import pytest
from among_threads import among_threads
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.herd import (
    Absent,
    Fresh,
    Miss,
    RefreshingCache,
    Stale,
    busiest,
    jittered_ttl_s,
    refreshing,
)


def cache(**times: float) -> RefreshingCache[str, int]:
    made = RefreshingCache[str, int](ttl_s=60, **times)
    made.put("k", 1, now_s=0)
    return made


def test_the_windows_of_rfc_5861_begin_and_end_as_it_says() -> None:
    """Section 3: max-age=600, stale-while-revalidate=30."""
    made = RefreshingCache[str, int](ttl_s=600, stale_s=30, refresh_s=5)
    made.put("k", 1, now_s=0)
    assert made.get("k", 599.9) == Fresh(1)
    assert made.get("k", 600) == Stale(1, refresh=True)
    assert made.get("k", 629.9) == Stale(1, refresh=True)
    assert made.get("k", 630) == Miss()


def test_one_caller_refreshes_and_the_next_only_if_nothing_came_of_it() -> None:
    made = cache(stale_s=30, refresh_s=10)
    assert made.get("k", 60) == Stale(1, refresh=True)
    assert made.get("k", 69.9) == Stale(1, refresh=False)
    assert made.get("k", 70) == Stale(1, refresh=True)
    made.put("k", 2, now_s=71)
    assert made.get("k", 71) == Fresh(2)
    assert made.get("k", 131) == Stale(2, refresh=True)


def test_without_a_stale_window_an_expired_value_is_gone() -> None:
    assert cache().get("k", 60) == Miss()
    assert cache().get("other", 0) == Miss()


def test_after_a_failed_fetch_the_old_value_is_good_for_longer() -> None:
    """RFC 5861 section 4: stale-if-error counts from when the value became stale."""
    made = cache(stale_s=10, error_s=300)
    assert made.get("k", 100) == Miss()
    assert made.failed("k", 100) == Stale(1, refresh=False)
    assert made.failed("k", 359.9) == Stale(1, refresh=False)
    assert made.failed("k", 360) == Miss()
    assert made.failed("other", 0) == Miss()


def test_a_source_in_trouble_is_asked_once_in_a_while() -> None:
    made = cache(stale_s=100, error_s=100, refresh_s=10)
    asked = 0
    for second in range(60, 120):
        answer = made.get("k", second)
        assert isinstance(answer, Stale)
        if answer.refresh:
            asked += 1
            made.failed("k", second)
    assert asked == 6


def test_so_it_is_when_the_time_to_serve_stale_is_over() -> None:
    """That is the outage for which stale-if-error is meant."""
    made = cache(stale_s=30, error_s=300, refresh_s=10)
    asked = 0
    for moment in range(1000, 3600):  # tenths of a second; the source is down
        match made.get("k", moment / 10):
            case Miss() | Stale(refresh=True):
                asked += 1
                assert made.failed("k", moment / 10) == Stale(1, refresh=False)
    assert asked == 26
    assert made.get("k", 360) == Miss()


def test_a_failure_of_long_ago_is_no_licence() -> None:
    """RFC 5861, section 4: stale is served *when an error is encountered*."""
    made = cache(stale_s=30, error_s=300, refresh_s=10)
    assert made.failed("k", 95) == Stale(1, refresh=False)
    assert made.get("k", 115) == Miss()  # so the source is asked first
    assert made.failed("k", 116) == Stale(1, refresh=False)


@pytest.mark.parametrize("hangs_s", [1, 9, 15, 21, 30])
def test_a_source_in_trouble_is_asked_as_rarely_if_its_failures_take_long(
    hangs_s: int,
) -> None:
    """A hundred readers a second, and each fetch fails when its time limit is over."""
    made = cache(stale_s=30, error_s=300, refresh_s=10)
    under_way: list[float] = []  # when each fetch began
    asked = 0
    for hundredth in range(6000, 36000):
        now_s = hundredth / 100
        while under_way and under_way[0] + hangs_s <= now_s:
            made.failed("k", now_s, began_s=under_way.pop(0))
        match made.get("k", now_s):
            case Miss() | Stale(refresh=True):
                asked += 1
                under_way.append(now_s)
    assert asked <= 30  # one in ten seconds


def test_a_try_that_never_reports_is_followed_by_the_next() -> None:
    """Who was to ask has died; others are served, and one of them asks."""
    made = cache(stale_s=30, error_s=300, refresh_s=10)
    made.failed("k", 95)
    told = [made.get("k", second) for second in range(105, 360)]
    assert Miss() not in told
    assert told.count(Stale(1, refresh=True)) == 26
    assert made.get("k", 360) == Miss()


def test_who_failed_is_told_what_all_others_are_told() -> None:
    """With ``error_s`` below ``stale_s`` (it is 0 by default) the value is there."""
    made = cache(stale_s=300, refresh_s=10)
    assert made.get("k", 61) == Stale(1, refresh=True)
    assert made.failed("k", 65, began_s=61) == Stale(1, refresh=False)
    assert made.get("k", 74.9) == Stale(1, refresh=False)
    assert made.get("k", 75) == Stale(1, refresh=True)
    assert made.failed("k", 360) == Miss()


def test_a_failure_says_nothing_of_what_was_stored_after_the_fetch_began() -> None:
    made = cache(stale_s=30, error_s=300, refresh_s=10)
    made.put("k", 2, now_s=62)
    assert made.failed("k", 150, began_s=61) == Stale(2, refresh=False)
    assert made.get("k", 153) == Miss()  # stored at 62, and 60 + 30 s are over
    made.failed("k", 154, began_s=153)
    assert made.get("k", 155) == Stale(2, refresh=False)


def test_among_threads_an_older_answer_never_replaces_a_newer_one() -> None:
    made = cache(stale_s=30)
    told = among_threads(
        refreshing,
        "_store",
        "self._entries[key] = _Entry",
        first=lambda: made.put("k", 100, now_s=65, began_s=61),
        then=lambda: made.put("k", 80, now_s=62),
    )
    assert told == [True, True]
    assert made.get("k", 66) == Fresh(80)


def test_among_threads_one_is_told_to_refresh() -> None:
    made = cache(stale_s=30)
    told = among_threads(
        refreshing,
        "get",
        "entry.refreshing_until_s = now_s",
        first=lambda: made.get("k", 61),
        then=lambda: made.get("k", 61),
    )
    assert told == [Stale(1, refresh=True), Stale(1, refresh=False)]


def test_a_source_that_has_recovered_serves_stale_no_longer_than_before() -> None:
    made = cache(stale_s=10, error_s=300)
    made.failed("k", 100)
    made.put("k", 2, 110)
    assert made.get("k", 110 + 60 + 10) == Miss()


def test_an_absence_is_remembered_for_a_time_of_its_own() -> None:
    made = cache(absent_s=5, stale_s=60, error_s=60)
    made.put_absent("k", now_s=10)
    assert made.get("k", 14.9) == Absent()
    assert made.get("k", 15) == Miss()
    assert made.failed("k", 15) == Miss()  # the old value is gone for good
    made.put_absent("k", now_s=20)
    made.put("k", 2, now_s=21)
    assert made.get("k", 21) == Fresh(2)


class TestLateAnswers:
    """ben-manes/caffeine#193: a refresh that ends late, and what came meanwhile."""

    def test_what_the_owner_put_during_a_refresh_stays(self) -> None:
        made = cache(stale_s=30)
        assert made.get("k", 61) == Stale(1, refresh=True)
        assert made.put("k", 80, now_s=62)
        assert not made.put("k", 1, now_s=65, began_s=61)
        assert made.get("k", 66) == Fresh(80)
        assert made.get("k", 122) == Stale(80, refresh=True)

    def test_so_does_that_there_is_none_any_more(self) -> None:
        made = cache(stale_s=30, absent_s=60)
        assert made.get("k", 61) == Stale(1, refresh=True)
        assert made.put_absent("k", now_s=62)
        assert not made.put("k", 1, now_s=65, began_s=61)
        assert made.get("k", 66) == Absent()

    def test_an_absence_forbids_older_answers_after_its_own_time_too(self) -> None:
        made = cache()
        made.put_absent("k", now_s=62)
        assert not made.put("k", 1, now_s=65, began_s=61)
        assert made.get("k", 65) == Miss()
        assert made.put("k", 2, now_s=67, began_s=66)

    def test_an_old_no_does_not_delete_what_was_put_after_it_was_asked_for(
        self,
    ) -> None:
        made = cache(absent_s=60)
        assert made.get("k", 61) == Miss()
        made.put("k", 2, now_s=62)
        assert not made.put_absent("k", now_s=65, began_s=61)
        assert made.get("k", 66) == Fresh(2)

    def test_of_two_fetches_the_one_that_began_later_stays_however_they_end(
        self,
    ) -> None:
        for first, second in [("61", "71"), ("71", "61")]:
            made = RefreshingCache[str, str](ttl_s=60)
            made.put("k", first, now_s=80, began_s=float(first))
            made.put("k", second, now_s=81, began_s=float(second))
            assert made.get("k", 82) == Fresh("71")

    def test_a_refresh_that_nothing_overtook_is_kept_from_its_arrival_on(self) -> None:
        made = cache(stale_s=30)
        made.get("k", 60)
        assert made.put("k", 2, now_s=65, began_s=60)
        assert made.get("k", 124) == Fresh(2)
        assert made.put("k", 3, now_s=126, began_s=125)

    def test_one_that_began_when_something_was_put_is_no_newer_than_that(self) -> None:
        made = cache()
        assert not made.put("k", 2, now_s=1, began_s=0)


@given(ttl=st.floats(1, 1e4), share=st.floats(0, 1), seed=st.integers(0, 10**6))
def test_jitter_shortens_a_ttl_and_never_lengthens_it(
    ttl: float, share: float, seed: int
) -> None:
    drawn = jittered_ttl_s(ttl, ttl * share, random.Random(seed))
    assert ttl * (1 - share) - 1e-9 <= drawn <= ttl


def test_jitter_spreads_what_was_stored_together() -> None:
    """HERD-02: 10,000 keys, 60 s; the peak of 10,000 falls as the spread grows."""
    peaks = []
    for spread in (0, 6, 30):
        rng = random.Random(1)
        ends = [jittered_ttl_s(60, spread, rng) for _ in range(10_000)]
        peaks.append(busiest(ends))
    assert peaks[0] == 10_000
    assert 1650 < peaks[1] < 1850  # a sixth, and a little
    assert 330 < peaks[2] < 420  # a thirtieth


def test_the_cache_draws_a_ttl_for_each_value() -> None:
    made = RefreshingCache[int, int](ttl_s=60, jitter_s=30, rng=random.Random(2))
    for key in range(200):
        made.put(key, key, now_s=0)
    alive = [
        sum(isinstance(made.get(key, at_s), Fresh) for key in range(200))
        for at_s in (29, 45, 60)
    ]
    assert alive[0] == 200
    assert 70 < alive[1] < 130
    assert alive[2] == 0


@pytest.mark.parametrize(
    "times",
    [
        {"ttl_s": 0},
        {"refresh_s": 0},
        {"stale_s": -1},
        {"error_s": -1},
        {"absent_s": float("inf")},
        {"jitter_s": 61},
        {"jitter_s": -1},
        {"jitter_s": 1},
    ],
)
def test_settings_must_make_sense(times: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(times))}="):
        RefreshingCache(**{"ttl_s": 60, **times})  # type: ignore[arg-type]


@pytest.mark.parametrize("spread", [-1, 61])
def test_a_jitter_is_a_part_of_the_ttl(spread: float) -> None:
    with pytest.raises(ValueError, match="jitter_s"):
        jittered_ttl_s(60, spread, random.Random(0))
