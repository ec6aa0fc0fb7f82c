"""The storm that stays, what ends it, and what a queue makes of an overload."""

from dataclasses import replace
from functools import cache

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.herd import (
    StormSetting,
    arrivals_us,
    backlog,
    in_vain_after_s,
    recovers,
    run_dam,
)
from sdnotes.herd import storm as storms

# A storm takes 20 ms, and the tests look at the same ones. What they get is frozen.
run_storm = cache(storms.run_storm)
SEEDS = range(5)
CALM = (10, 10)


class TestStorm:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_it_stays_down_although_its_cause_is_long_gone(self, seed: int) -> None:
        """Bronson et al. 2021: below capacity, before and after; nobody served."""
        run = run_storm(StormSetting(seed=seed))
        assert run.share_served(0, 9) > 0.98
        assert run.share_served(20, 60) == 0
        assert min(run.wasted[20:60]) >= 49  # it works, and all in vain

    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize("load_per_s", [20, 35, 45])
    def test_the_same_load_without_the_trigger_is_served(
        self, seed: int, load_per_s: float
    ) -> None:
        calm = run_storm(StormSetting(seed=seed, load_per_s=load_per_s, trigger_s=CALM))
        assert calm.share_served(5, 55) > 0.98
        assert sum(calm.wasted) == 0

    @pytest.mark.parametrize("seed", SEEDS)
    @pytest.mark.parametrize(
        "cure",
        [
            {"budget_percent": 10},
            {"tries": 1},
            {"queue_limit": 25},
            {"newest_first": True},
            {"drop_late": True},
            {"keep_deadline": True},
        ],
    )
    def test_each_of_these_brings_it_back(
        self, seed: int, cure: dict[str, int]
    ) -> None:
        run = run_storm(replace(StormSetting(seed=seed), **cure))  # type: ignore[arg-type]
        assert run.share_served(35, 55) > 0.98

    def test_a_queue_shorter_than_the_clients_patience_leaves_nothing_dead(
        self,
    ) -> None:
        """25 waiting are half a second of work; clients wait for one."""
        short = run_storm(StormSetting(queue_limit=25))
        assert sum(short.wasted[17:]) == 0
        long = run_storm(StormSetting(queue_limit=100))
        assert sum(long.wasted[17:]) > 2000

    @pytest.mark.parametrize("seed", SEEDS)
    def test_who_will_be_late_is_dropped_before_the_work_and_nothing_is_in_vain(
        self, seed: int
    ) -> None:
        """After a short pause that is better than to drop who has left already."""
        storm = StormSetting(seed=seed, trigger_s=(10, 12))
        left = run_storm(replace(storm, drop_late=True))
        late = run_storm(replace(storm, keep_deadline=True))
        assert sum(late.wasted[12:]) == 0 < sum(left.wasted[12:])
        assert late.share_served(12, 17) >= max(0.97, left.share_served(12, 17))

    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_short_trigger_passes_and_a_longer_one_does_not(self, seed: int) -> None:
        storm = StormSetting(seed=seed)
        short = run_storm(replace(storm, trigger_s=(10, 11), load_per_s=25))
        long = run_storm(replace(storm, trigger_s=(10, 15), load_per_s=25))
        assert short.share_served(45, 55) > 0.98
        assert long.share_served(45, 55) == 0

    @pytest.mark.parametrize("seed", SEEDS)
    def test_to_recover_the_load_must_fall_below_the_capacity_by_the_tries(
        self, seed: int
    ) -> None:
        """The judge: 50/s divided by 3 tries is 16.7; it ran at 35 without harm."""
        storm = StormSetting(seed=seed)
        for relief_per_s, expected in ((35, False), (25, False)):
            assert recovers(storm, relief_per_s=relief_per_s) is expected
        for relief_per_s in (5, 10, 14):
            assert recovers(storm, relief_per_s=relief_per_s) is True

    def test_a_queue_thrown_away_ends_it_at_35_and_not_surely_near_the_capacity(
        self,
    ) -> None:
        """The clients' tries alone do not sustain it at 35; at 49 they may."""
        for seed in SEEDS:
            cleared = run_storm(StormSetting(clear_s=30, seed=seed))
            assert cleared.share_served(20, 25) == 0
            assert cleared.share_served(33, 55) > 0.95
        near = [
            run_storm(StormSetting(clear_s=30, seed=seed, load_per_s=49))
            for seed in SEEDS
        ]
        assert sum(run.share_served(45, 55) < 0.1 for run in near) >= 3

    def test_more_tries_need_a_deeper_fall(self) -> None:
        two, five = StormSetting(tries=2), StormSetting(tries=5)
        assert recovers(two, relief_per_s=21)  # 50 / 2 = 25
        assert not recovers(five, relief_per_s=14)  # 50 / 5 = 10
        assert recovers(five, relief_per_s=7)

    def test_every_try_is_counted_once(self) -> None:
        for storm in (
            StormSetting(),
            StormSetting(budget_percent=10),
            StormSetting(newest_first=True),
        ):
            run = run_storm(storm)
            assert sum(run.served) == sum(run.answered)
            assert all(
                a + w <= 50 + 1 for a, w in zip(run.answered, run.wasted, strict=True)
            )
            assert sum(run.offered) <= 3 * sum(run.requests)

    def test_the_budget_bounds_what_is_offered(self) -> None:
        run = run_storm(StormSetting(budget_percent=10))
        assert sum(run.offered) <= 1.1 * sum(run.requests) + 10

    def test_while_it_stands_still_nothing_is_finished(self) -> None:
        run = run_storm(StormSetting())
        assert sum(run.answered[11:15]) + sum(run.wasted[11:15]) == 0

    def test_nobody_asking_counts_as_served(self) -> None:
        relieved = run_storm(StormSetting(relief_s=20, relief_per_s=0))
        assert sum(relieved.requests[22:]) == 0
        assert relieved.share_served(30, 40) == 1.0

    def test_the_same_seed_is_the_same_weather(self) -> None:
        assert storms.run_storm(StormSetting(seed=3)) == storms.run_storm(
            StormSetting(seed=3)
        )
        assert run_storm(StormSetting(seed=3)) != run_storm(StormSetting(seed=4))

    @pytest.mark.parametrize(
        "bad",
        [
            {"load_per_s": 0},
            {"relief_per_s": -1},
            {"capacity_per_s": 0},
            {"capacity_per_s": 7},
            {"timeout_ms": 0},
            {"tries": 0},
            {"queue_limit": 0},
            {"trigger_s": (5, 4)},
            {"trigger_s": (5, 61)},
            {"trigger_s": (-1, 4)},
        ],
    )
    def test_nonsense_is_refused(self, bad: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=next(iter(bad))):
            StormSetting(**bad)  # type: ignore[arg-type]


OVERLOAD = [(120, 60), (80, 120)]
"""The example of the text at a tenth of its size: the waits are the same."""


def dam(**settings: object):  # type: ignore[no-untyped-def]
    return run_dam(
        arrivals_us(OVERLOAD),
        capacity_per_s=100,
        patience_ms=5000,
        **settings,  # type: ignore[arg-type]
    )


class TestDam:
    def test_two_hundred_too_many_for_a_minute_are_twelve_thousand(self) -> None:
        """HERD-06, by the formula and, at full size, by the run."""
        assert backlog(1000, 1200, 60) == 12_000
        assert in_vain_after_s(1000, 1200, 5) == 25
        run = run_dam(arrivals_us([(1200, 60)]), capacity_per_s=1000, patience_ms=5000)
        assert run.longest_queue == pytest.approx(12_000, abs=2)
        assert run.longest_wait_ms == pytest.approx(12_000, abs=2)
        # Whoever comes in the first 25 s is in time, and nobody after it.
        assert run.in_time == pytest.approx(25 * 1200, abs=10)
        assert run.late == 72_000 - run.in_time

    def test_a_queue_bounded_by_patience_works_for_nobody_who_has_left(self) -> None:
        endless, bounded = dam(), dam(queue_limit=400)
        assert endless.late > 6500
        assert bounded.late == 0
        assert bounded.refused > 0
        assert bounded.in_time > 1.5 * endless.in_time

    def test_a_bound_beyond_patience_refuses_some_and_is_late_for_others(self) -> None:
        run = dam(queue_limit=800)
        assert run.refused > 0
        assert run.late > 5000

    def test_dropping_the_late_at_their_turn_saves_the_work(self) -> None:
        run = dam(drop_late=True)
        assert (run.late, run.refused) == (0, 0)
        assert run.in_time > dam(queue_limit=400).in_time
        assert run.longest_wait_ms <= 5000

    def test_newest_first_serves_most_in_time_and_the_oldest_last(self) -> None:
        run = dam(newest_first=True)
        assert run.in_time > 1.5 * dam().in_time
        assert run.longest_wait_ms > 60_000

    @given(
        phases=rows(range(31), range(5), max_size=5),
        limit=st.one_of(st.none(), st.integers(1, 20)),
        newest_first=st.booleans(),
        drop_late=st.booleans(),
    )
    def test_every_request_has_one_fate(
        self,
        phases: list[tuple[int, int]],
        limit: int | None,
        newest_first: bool,
        drop_late: bool,
    ) -> None:
        arrivals = arrivals_us(phases)
        run = run_dam(
            arrivals,
            capacity_per_s=10,
            patience_ms=700,
            queue_limit=limit,
            newest_first=newest_first,
            drop_late=drop_late,
        )
        fates = (run.in_time, run.late, run.refused, run.dropped)
        assert sum(fates) == len(arrivals)
        assert limit is None or run.longest_queue <= limit
        assert limit is not None or run.refused == 0
        assert run.late == 0 if drop_late else run.dropped == 0

    def test_below_capacity_nobody_waits(self) -> None:
        run = run_dam(arrivals_us([(50, 10)]), capacity_per_s=100, patience_ms=20)
        assert (run.in_time, run.longest_queue, run.longest_wait_ms) == (500, 1, 10)
        assert backlog(100, 50, 10) == 0
        with pytest.raises(ValueError, match="load_per_s"):
            in_vain_after_s(100, 100, 5)

    def test_nonsense_is_refused(self) -> None:
        for bad in ({"capacity_per_s": 0}, {"patience_ms": 0}, {"queue_limit": 0}):
            with pytest.raises(ValueError, match=next(iter(bad))):
                run_dam([0], **{"capacity_per_s": 1, "patience_ms": 1, **bad})
        with pytest.raises(ValueError, match="phase"):
            arrivals_us([(-1, 1)])
