"""One hot key under eight strategies, and the three clients of the first picture."""

import math
from functools import cache
from itertools import pairwise

import pytest
from draws import picks
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.herd import (
    STRATEGIES,
    StampedeSetting,
    poisson_us,
    run_stampede,
    run_three_misses,
)
from sdnotes.herd.early_expiry import mean_refreshes
from sdnotes.herd.stampede import StampedeRun

TOGETHER = [0] * 100
BUSY = poisson_us(1000, 2500, seed=1)


@cache
def busy_run(strategy: str) -> StampedeRun:
    return run_stampede(strategy, BUSY)


def test_of_a_hundred_who_miss_together_a_plain_lock_saves_no_call() -> None:
    """HERD-09."""
    calls = {s: run_stampede(s, TOGETHER, warm=False).origin_calls for s in STRATEGIES}
    assert calls["nothing"] == calls["lock"] == 100
    for cure in ("double-checked lock", "single-flight", "lease", "lease, stale"):
        assert calls[cure] == 1
    # Neither of these has anything to serve from an empty cache.
    assert calls["early"] == calls["stale"] == 100


def test_a_plain_lock_makes_the_herd_queue_one_behind_the_other() -> None:
    run = run_stampede("lock", TOGETHER, warm=False)
    assert run.origin_peak == 1
    assert run.waits_us == tuple(100_000 * n for n in range(1, 101))


def test_without_any_cure_the_origin_s_own_queue_does() -> None:
    run = run_stampede("nothing", TOGETHER, warm=False)
    assert run.origin_peak == 100
    assert sorted(run.waits_us) == [100_000 * (1 + n // 10) for n in range(100)]


def test_who_shares_waits_as_long_as_one_call_takes() -> None:
    for strategy in ("single-flight", "double-checked lock"):
        assert set(run_stampede(strategy, TOGETHER, warm=False).waits_us) == {100_000}


def test_who_polls_for_a_lease_waits_up_to_one_poll_longer() -> None:
    setting = StampedeSetting(poll_ms=30)
    run = run_stampede("lease", TOGETHER, warm=False, setting=setting)
    assert sorted(set(run.waits_us)) == [100_000, 120_000]


@pytest.mark.parametrize(
    ("strategy", "calls"),
    [("single-flight", 10), ("double-checked lock", 10), ("lease", 1)],
)
def test_flights_and_locks_end_at_the_process_and_leases_do_not(
    strategy: str, calls: int
) -> None:
    setting = StampedeSetting(processes=10)
    run = run_stampede(strategy, TOGETHER, warm=False, setting=setting)
    assert run.origin_calls == calls


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_while_the_value_is_fresh_nobody_calls_or_waits(strategy: str) -> None:
    early_enough = [t for t in BUSY if t < 200_000]
    run = run_stampede(strategy, early_enough)
    assert (run.origin_calls, run.stale_answers) == (0, 0)
    assert set(run.waits_us) == {0}


def test_at_the_expiry_of_a_hot_key_every_cure_saves_most_calls() -> None:
    runs = {s: busy_run(s) for s in STRATEGIES}
    assert runs["nothing"].origin_calls > 100
    assert runs["lock"].origin_calls > 90
    for cure in ("double-checked lock", "single-flight", "lease", "lease, stale"):
        assert runs[cure].origin_calls == 2  # two expiries in 2.5 s
    assert runs["stale"].origin_calls == 2
    assert runs["early"].origin_calls < 20


def test_only_the_two_that_say_so_serve_what_is_past_its_time() -> None:
    for strategy in STRATEGIES:
        stale = busy_run(strategy).stale_answers
        assert (stale > 0) == (strategy in ("stale", "lease, stale")), strategy


def test_who_is_served_stale_does_not_wait() -> None:
    assert busy_run("stale").wait_ms(100) == 0
    assert busy_run("lease, stale").wait_ms(99) == 0
    # After a long pause it is a miss like any other.
    late = run_stampede("stale", [5_000_000])
    assert (late.wait_ms(100), late.stale_answers) == (100, 0)


def test_early_refreshes_are_as_many_as_the_formula_says() -> None:
    """Its judge is exp(1 / beta), for frequent reads and an origin without a queue."""
    setting = StampedeSetting(ttl_ms=2000, parallel=1000)
    run = run_stampede("early", poisson_us(1000, 12_000, seed=3), setting=setting)
    # A cycle is the TTL less the mean lead, 100 ms * (ln 100 + 0.58), and a fetch.
    cycles = 12_000 / (2000 - 100 * (math.log(100) + 0.58) + 100)
    assert run.origin_calls / cycles == pytest.approx(mean_refreshes(1.0), rel=0.35)
    assert run.wait_ms(100) == 100
    assert run.wait_ms(90) == 0


def test_a_larger_beta_refreshes_earlier_and_with_fewer_beside_it() -> None:
    arrivals = poisson_us(1000, 6000, seed=4)
    peaks = [
        run_stampede(
            "early",
            arrivals,
            setting=StampedeSetting(ttl_ms=2000, beta=beta, parallel=1000),
        ).origin_peak
        for beta in (0.3, 3.0)
    ]
    assert peaks[0] > peaks[1]


@given(
    strategy=st.sampled_from(STRATEGIES),
    gaps_ms=picks([0, 100, 300, *range(401)], min_size=1, max_size=20),
    warm=st.booleans(),
    processes=st.integers(1, 3),
)
def test_everybody_is_answered_and_nobody_gets_a_value_past_its_time_unmarked(
    strategy: str, gaps_ms: list[int], warm: bool, processes: int
) -> None:
    arrivals, at_us = [], 0
    for gap in gaps_ms:
        at_us += gap * 1000
        arrivals.append(at_us)
    setting = StampedeSetting(ttl_ms=300, processes=processes, parallel=2)
    run = run_stampede(strategy, arrivals, warm=warm, setting=setting)
    assert len(run.waits_us) == len(arrivals)
    assert run.origin_calls <= len(arrivals)
    assert run.origin_calls >= (0 if warm else 1)
    assert run.stale_answers <= len(arrivals)
    assert run.origin_peak <= max(run.origin_calls, 0)


def test_the_same_seed_gives_the_same_run_and_another_another() -> None:
    assert run_stampede("early", BUSY, seed=1) == run_stampede("early", BUSY, seed=1)
    assert run_stampede("early", BUSY, seed=1) != run_stampede("early", BUSY, seed=2)


def test_arrivals_at_random_have_the_rate_asked_for_and_are_in_order() -> None:
    times = poisson_us(1000, 10_000, seed=5)
    assert len(times) == pytest.approx(10_000, rel=0.04)
    assert all(a <= b for a, b in pairwise(times))
    assert times[-1] < 10_000_000


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="hope"):
        run_stampede("hope", TOGETHER)
    with pytest.raises(ValueError, match="arrivals_us"):
        run_stampede("nothing", [])
    for bad in ({"ttl_ms": 0}, {"parallel": 0}, {"processes": 0}, {"beta": 0}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            StampedeSetting(**bad)
    with pytest.raises(ValueError, match="rate"):
        poisson_us(0, 10, 1)


class TestThreeMisses:
    def test_each_asks_the_origin_and_waits_for_those_before_it(self) -> None:
        run = run_three_misses("each")
        assert run.origin_calls == 3
        assert run.waits_ms == {"A": 28, "B": 44, "C": 60}

    def test_one_asks_for_all_and_all_are_answered_at_once(self) -> None:
        run = run_three_misses("single-flight")
        assert run.origin_calls == 1
        assert run.waits_ms == {"A": 28, "B": 24, "C": 20}

    def test_who_comes_later_is_served_from_the_cache(self) -> None:
        for policy in ("each", "single-flight"):
            run = run_three_misses(policy, asks_ms=(0, 100))
            assert run.origin_calls == 1
            assert run.waits_ms["B"] == 4
            assert any("hit" in event.what for event in run.trace)

    def test_nonsense_is_refused(self) -> None:
        with pytest.raises(ValueError, match="policy"):
            run_three_misses("all")
        for bad in ({"asks_ms": ()}, {"asks_ms": (-1,)}, {"delay_ms": -1}):
            with pytest.raises(ValueError, match=f"{next(iter(bad))}="):
                run_three_misses("each", **bad)  # type: ignore[arg-type]
