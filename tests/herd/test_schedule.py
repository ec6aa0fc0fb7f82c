"""Offsets from names, cold caches against a simulation, and the fullest server."""

import math
import random
import subprocess
import sys

import pytest

from sdnotes.herd import (
    busiest,
    misses_by_second,
    offset_s,
    run_balancer,
    zipf_probabilities,
)
from sdnotes.herd.schedule import unshared_misses_by_second

HOSTS = [f"host-{n:04}" for n in range(1000)]


def test_a_thousand_hosts_spread_over_the_hour() -> None:
    """HERD-08: from 1000 in one second to a handful."""
    assert busiest([0 for _ in HOSTS]) == 1000
    assert busiest([offset_s(host, 3600) for host in HOSTS]) <= 5


def test_an_offset_is_the_same_in_another_process() -> None:
    """hash() of a text would not be."""
    code = "from sdnotes.herd import offset_s; print(offset_s('host-0017', 3600))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == offset_s("host-0017", 3600)


def test_offsets_are_as_even_as_chance() -> None:
    """Pearson's chi-square over 60 minutes; 93 is its 0.3 % point."""
    minutes = [0] * 60
    for n in range(6000):
        minutes[offset_s(f"web{n}.example", 3600) // 60] += 1
    assert math.fsum((count - 100) ** 2 / 100 for count in minutes) < 93


def test_a_period_is_at_least_a_second() -> None:
    assert offset_s("a", 1) == 0
    with pytest.raises(ValueError, match="period_s"):
        offset_s("a", 0)


def test_zipf_s_shares_add_up_and_fall_with_the_rank() -> None:
    shares = zipf_probabilities(100)
    assert math.fsum(shares) == pytest.approx(1)
    assert shares[0] == pytest.approx(10 * shares[9])
    assert zipf_probabilities(4, exponent=0) == [0.25] * 4


@pytest.mark.parametrize("warmed", [0, 50])
def test_a_cold_cache_misses_in_each_second_as_often_as_is_computed(
    warmed: int,
) -> None:
    """The judge is a cache that is asked at random."""
    popularity, rng, runs = zipf_probabilities(500), random.Random(1), 80
    rates, seen_in_all = [300, 500, 500], [0, 0, 0]
    for _ in range(runs):
        seen = set(range(warmed))
        for second, rate in enumerate(rates):
            before = len(seen)
            seen.update(rng.choices(range(500), weights=popularity, k=rate))
            seen_in_all[second] += len(seen) - before
    expected = misses_by_second(popularity, rates, warmed=warmed)
    assert [seen / runs for seen in seen_in_all] == pytest.approx(expected, rel=0.03)


def test_what_was_fetched_before_a_pause_is_there_after_it() -> None:
    assert unshared_misses_by_second([1.0], [1000, 0, 1000], 0.1) == [101, 0, 0]
    popularity, rates = zipf_probabilities(10_000), [1000, 0, 1000]
    alone = unshared_misses_by_second(popularity, rates, 0.001)
    assert alone == pytest.approx(misses_by_second(popularity, rates), abs=1)


def test_the_seconds_add_up_to_the_whole_and_a_ramp_lowers_the_first() -> None:
    popularity = zipf_probabilities(2000)
    flat = misses_by_second(popularity, [1000] * 6)
    ramp = misses_by_second(popularity, [100, 500, 1000, 1000, 1000, 1000])
    assert sum(flat) == pytest.approx(misses_by_second(popularity, [6000])[0], abs=3)
    assert flat == sorted(flat, reverse=True)
    assert max(ramp) < flat[0]
    assert misses_by_second(popularity, [1000], warmed=200)[0] < 0.7 * flat[0]


def test_the_server_that_fails_at_once_gets_the_most() -> None:
    """HERD-07: by the fewest under way, at any load, and more the higher it is."""
    shares = [
        run_balancer([100, 100, 100, 1], 4000, rate_per_s=rate).sent[3] / 4000
        for rate in (5, 20, 80, 320)
    ]
    assert shares == sorted(shares)
    assert shares[0] > 0.26
    assert shares[3] > 0.8


@pytest.mark.parametrize("seed", range(5))
def test_equal_servers_get_equal_shares(seed: int) -> None:
    sent = run_balancer([100] * 4, 4000, rate_per_s=50, seed=seed).sent
    assert sum(sent) == 4000
    assert max(sent) - min(sent) < 200


def test_nonsense_is_refused() -> None:
    for call in (
        lambda: zipf_probabilities(0),
        lambda: zipf_probabilities(5, exponent=-1),
        lambda: misses_by_second([1.0], [-1]),
        lambda: misses_by_second([1.0], [1], warmed=2),
        lambda: run_balancer([], 1),
        lambda: run_balancer([0], 1),
        lambda: run_balancer([1], -1),
        lambda: run_balancer([1], 1, rate_per_s=0),
    ):
        with pytest.raises(ValueError, match="="):
            call()
