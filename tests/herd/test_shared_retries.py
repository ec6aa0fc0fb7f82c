"""Who retries outside of a shared call seldom joins again; shared misses; windows."""

import random
from bisect import bisect
from itertools import accumulate

import pytest

from sdnotes.herd import RetryBudget, StormSetting, misses_by_second, run_storm
from sdnotes.herd.schedule import unshared_misses_by_second, zipf_probabilities
from sdnotes.herd.shared_retries import calls_of_retries
from sdnotes.herd.stampede import StampedeSetting, longest_waits_ms, run_stampede


@pytest.mark.parametrize("tries", [1, 2, 5])
@pytest.mark.parametrize("readers", [1, 50])
def test_without_waits_all_join_the_next_call(readers: int, tries: int) -> None:
    assert calls_of_retries(readers, 10, tries=tries, jitter=False) == tries


@pytest.mark.parametrize("seed", range(5))
def test_with_jitter_a_quick_failure_is_asked_by_nearly_each_reader(seed: int) -> None:
    quick = calls_of_retries(100, 0.01, seed=seed)
    assert quick > 170  # of two retries by each of a hundred readers
    assert calls_of_retries(100, 1, seed=seed) > 80
    assert calls_of_retries(100, 1000, seed=seed) == 3


@pytest.mark.parametrize("seed", range(5))
def test_each_wake_that_finds_no_call_under_way_starts_one(seed: int) -> None:
    """One reader alone makes each of its tries itself."""
    assert calls_of_retries(1, 5, tries=4, seed=seed) == 4


def test_a_budget_outside_of_the_call_bounds_the_readers_and_not_the_calls() -> None:
    budget = RetryBudget(percent=10, reserve=10)
    calls = sum(calls_of_retries(100, 1, budget=budget, seed=s) for s in range(10))
    assert calls > 10 + 10 + 10 * 10 / 10  # what it would allow for ten calls


@pytest.mark.parametrize(
    "wrong", [{"readers": 0}, {"tries": 0}, {"call_ms": 0}], ids=repr
)
def test_nonsense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}="):
        calls_of_retries(**{"readers": 3, "call_ms": 1, "tries": 2, **wrong})  # type: ignore[arg-type]


def simulated(rates: list[int], fetch_s: float, seed: int) -> list[int]:
    rng = random.Random(seed)
    sums = list(accumulate(zipf_probabilities(500)))
    back_s: dict[int, float] = {}
    found = []
    for second, rate in enumerate(rates):
        found.append(0)
        for at_s in sorted(second + rng.random() for _ in range(rate)):
            key = bisect(sums, rng.random() * sums[-1])
            found[-1] += back_s.setdefault(key, at_s + fetch_s) > at_s
    return found


@pytest.mark.parametrize("fetch_s", [0.1, 0.3, 1.0, 1.5])
def test_who_misses_while_a_fetch_is_under_way_misses_too(fetch_s: float) -> None:
    rates = [200, 600, 1000, 1000]
    runs = [simulated(rates, fetch_s, seed) for seed in range(30)]
    means = [sum(column) / len(runs) for column in zip(*runs, strict=True)]
    expected = unshared_misses_by_second(zipf_probabilities(500), rates, fetch_s)
    assert expected == pytest.approx(means, rel=0.05, abs=2)


def test_a_fetch_that_takes_no_time_is_as_if_it_were_shared() -> None:
    keys, rates = zipf_probabilities(1000), [1000] * 4
    quick = unshared_misses_by_second(keys, rates, 1e-6, warmed=10)
    assert quick == pytest.approx(misses_by_second(keys, rates, warmed=10), abs=2)


@pytest.mark.parametrize(("reserve", "clients"), [(10, 1000), (10, 300)])
def test_a_budget_that_is_split_over_many_clients_does_not_bring_the_service_back(
    reserve: int, clients: int
) -> None:
    split = StormSetting(budget_percent=10, reserve=reserve, clients=clients)
    one = StormSetting(budget_percent=10, reserve=reserve)
    assert run_storm(split).share_served(30, 55) < 0.1
    assert run_storm(one).share_served(30, 55) > 0.9


def test_a_small_reserve_brings_it_back_with_a_hundred_clients() -> None:
    setting = StormSetting(budget_percent=10, reserve=1, clients=100)
    assert run_storm(setting).share_served(30, 55) > 0.9


def test_the_waits_are_told_in_the_order_in_which_the_readers_came() -> None:
    arrivals = [0, 10_000, 50_000, 99_000, 100_000]
    run = run_stampede("single-flight", arrivals, warm=False)
    assert run.waits_us == (100_000, 90_000, 50_000, 1_000, 0)
    windows = longest_waits_ms(run, arrivals, from_ms=10, window_ms=40)
    assert windows == [(0, 90), (40, 50), (80, 1)]


def test_early_makes_more_calls_than_nothing_where_a_fetch_is_half_of_a_life() -> None:
    """A queue makes fetches longer, and longer fetches are begun earlier."""
    readers = [1000 * n for n in range(800)]
    short = StampedeSetting(ttl_ms=200, origin_ms=100)
    long = StampedeSetting(ttl_ms=1000, origin_ms=100)
    calls = {
        (s, setting.ttl_ms): run_stampede(s, readers, setting=setting).origin_calls
        for s in ("nothing", "early")
        for setting in (short,)
    }
    assert calls["early", 200] > 1.5 * calls["nothing", 200]
    later = [1000 * n for n in range(1400)]
    early = run_stampede("early", later, setting=long).origin_calls
    assert early < run_stampede("nothing", later, setting=long).origin_calls / 3
