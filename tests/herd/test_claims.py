"""The relations behind docs/claims.md: one test for each claim of the notes."""

import random
from itertools import islice

import pytest

from sdnotes.caching.leases import Fill, LeasedCache, Wait
from sdnotes.herd import (
    STRATEGIES,
    RetryBudget,
    StormSetting,
    backlog,
    backoffs,
    busiest,
    exponential,
    in_vain_after_s,
    jittered_ttl_s,
    misses_by_second,
    offset_s,
    poisson_us,
    retry,
    retry_times_s,
    run_balancer,
    run_contention,
    run_layers,
    run_stampede,
    run_storm,
    zipf_probabilities,
)

TOGETHER = [0] * 100


def test_what_cures_one_herd_does_nothing_for_another() -> None:
    """HERD-01: each cure is tried on the herd that it is not for."""
    rng = random.Random(1)
    # Ten thousand keys that expire together: jitter spreads them.
    together = [60.0] * 10_000
    spread = [jittered_ttl_s(60, 30, rng) for _ in together]
    assert busiest(spread) < busiest(together) / 20
    # One hot key: however its expiry is drawn, those who come during the fetch miss.
    assert run_stampede("nothing", TOGETHER, warm=False).origin_calls == 100
    assert run_stampede("single-flight", TOGETHER, warm=False).origin_calls == 1
    # Clients that failed together: they ask for different things, jitter spreads them.
    policies = backoffs()
    crowd = busiest(retry_times_s(policies["exponential"], 100, down_s=1), 0.01)
    assert busiest(retry_times_s(policies["full"], 100, down_s=1), 0.01) < crowd / 2
    # Hosts on one schedule: a name's offset.
    assert busiest([offset_s(f"host-{n}", 3600) for n in range(1000)]) < 6


def test_a_hot_key_s_expiry_makes_the_herd_and_each_cure_ends_it() -> None:
    """HERD-02: no load at all while it is fresh, a hundred calls when it expires."""
    readers = poisson_us(1000, 1400, seed=1)
    fresh = [t for t in readers if t < 400_000]
    for strategy in STRATEGIES:
        assert run_stampede(strategy, fresh).origin_calls == 0
    calls = {s: run_stampede(s, readers).origin_calls for s in STRATEGIES}
    assert calls["nothing"] > 90
    for cure in ("single-flight", "lease", "lease, stale", "stale"):
        assert calls[cure] == 1
    assert calls["early"] <= 20


def test_a_retry_waits_longer_each_time_stops_and_tries_only_what_was_named() -> None:
    """HERD-03."""
    waits = list(islice(exponential(5, 2000, first_exponent=1), 10))
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2000, 2000]
    calls: list[int] = []
    slept: list[float] = []

    def fail() -> None:
        calls.append(1)
        raise ConnectionError

    for named, expected in ((ConnectionError, 4), (TimeoutError, 5)):
        with pytest.raises(ConnectionError):
            retry(
                fail,
                on=named,
                delays=exponential(0.1, 1),
                sleep=slept.append,
                now=lambda: sum(slept),
                tries=4,
            )
        assert len(calls) == expected
    assert slept == [0.1, 0.2, 0.4]


@pytest.mark.parametrize("seed", range(10))
def test_jitter_breaks_the_step_in_which_clients_march(seed: int) -> None:
    """HERD-04."""
    policies = backoffs()

    def most(name: str) -> int:
        return busiest(retry_times_s(policies[name], 100, down_s=1, seed=seed), 0.01)

    assert most("exponential") == 100
    assert max(most(name) for name in ("equal", "full", "decorrelated")) < 50


def test_jitter_spreads_and_does_not_bound_and_the_kinds_differ() -> None:
    """HERD-05: 64 calls through layers whatever the jitter; a budget bounds them."""
    assert run_layers([4, 4, 4]).calls == 64
    bounded = run_layers([4, 4, 4], requests=5000, budget_percent=10)
    assert bounded.calls_per_request < 1.4
    calls = {p: run_contention(p, 100).calls for p in ("none", "full", "decorrelated")}
    assert calls["full"] < calls["decorrelated"] < calls["none"]
    budget = RetryBudget(percent=10, reserve=10)
    assert sum(budget.may_retry() for _ in range(1000)) == 10


def test_a_queue_turns_load_into_delay_and_then_works_for_nobody() -> None:
    """HERD-06."""
    assert backlog(1000, 1200, 60) == 12_000
    assert in_vain_after_s(1000, 1200, patience_s=5) == 25
    endless = run_storm(StormSetting(queue_limit=100_000))
    assert endless.share_served(30, 55) == 0
    assert sum(endless.wasted[30:55]) > 1000
    assert run_storm(StormSetting(queue_limit=25)).share_served(30, 55) > 0.98


def test_by_the_fewest_under_way_the_most_goes_to_the_server_that_fails() -> None:
    """HERD-07."""
    sent = run_balancer([100, 100, 100, 1], 10_000, rate_per_s=30).sent
    assert sent[3] > 0.4 * 10_000
    assert max(sent[:3]) < 0.2 * 10_000


def test_an_offset_and_a_warm_cache_take_the_peak_away_and_a_ramp_lowers_it() -> None:
    """HERD-08."""
    hosts = [f"host-{n:04}" for n in range(1000)]
    assert busiest([0.0 for _ in hosts]) == 1000
    assert busiest([offset_s(host, 3600) for host in hosts]) <= 5
    popularity, rate = zipf_probabilities(10_000), [1000] * 8
    cold = max(misses_by_second(popularity, rate))
    assert max(misses_by_second(popularity, rate, warmed=1000)) < cold / 2
    ramp = [100, 200, 400, 700, 1000, 1000, 1000, 1000]
    assert max(misses_by_second(popularity, ramp)) < 0.75 * cold


def test_a_plain_lock_saves_no_call_looking_again_or_sharing_does() -> None:
    """HERD-09."""
    calls = {s: run_stampede(s, TOGETHER, warm=False).origin_calls for s in STRATEGIES}
    assert calls["lock"] == calls["nothing"] == 100
    assert calls["double-checked lock"] == calls["single-flight"] == calls["lease"] == 1
    cache: LeasedCache[str, str] = LeasedCache()
    answers = [cache.get("k", 0) for _ in range(100)]
    assert sum(isinstance(a, Fill) for a in answers) == 1
    assert sum(isinstance(a, Wait) for a in answers) == 99
