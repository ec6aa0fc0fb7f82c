"""Latency, staleness, harvest and yield, against their closed forms."""

import math
from functools import cache
from itertools import product
from math import comb

import pytest
from draws import picks
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import pacelc
from sdnotes.cap.harvest import ask_all
from sdnotes.cap.quorum import ranges_that_answer
from sdnotes.sim import ExponentialDelay, FixedDelay
from sdnotes.sim.percentiles import percentile

run_commits = cache(pacelc.run_commits)  # several percentiles are read from one sample
MEAN_MS = 5
EXPONENTIAL = ExponentialDelay(floor_us=0, mean_rest_us=MEAN_MS * 1000)


def round_trip_below(wait_ms: float) -> float:
    """The sum of two exponential delays is Erlang-2."""
    x = wait_ms / MEAN_MS
    return 1 - math.exp(-x) * (1 + x)


@pytest.mark.parametrize("followers", [1, 2, 4])
@pytest.mark.parametrize("acks", [1, 2, 4])
@pytest.mark.parametrize("percent", [50, 99])
def test_the_waits_have_the_order_statistics_of_their_round_trips(
    followers: int, acks: int, percent: float
) -> None:
    """P(the k-th of n replies is below t) is a sum of binomial terms."""
    if acks > followers:
        with pytest.raises(ValueError, match="acks"):
            run_commits(acks, followers=followers)
        return
    count = 20_000
    got = run_commits(acks, followers=followers, delay=EXPONENTIAL, count=count)
    p = round_trip_below(got.wait_ms(percent))
    below = math.fsum(
        comb(followers, k) * p**k * (1 - p) ** (followers - k)
        for k in range(acks, followers + 1)
    )
    margin = 4 * math.sqrt(percent / 100 * (1 - percent / 100) / count) + 0.002
    assert below == pytest.approx(percent / 100, abs=margin)


@pytest.mark.parametrize("after_ms", [0, 2, 10])
def test_asynchronous_staleness_is_the_tail_of_the_delay(after_ms: int) -> None:
    got = run_commits(0, delay=EXPONENTIAL, count=20_000, read_after_us=after_ms * 1000)
    assert got.stale.value == pytest.approx(math.exp(-after_ms / MEAN_MS), abs=0.015)
    assert set(got.waits_us) == {0}


def test_waiting_for_all_followers_leaves_nothing_stale() -> None:
    for followers in (1, 2, 3):
        got = run_commits(followers, followers=followers, delay=EXPONENTIAL, count=5000)
        assert got.stale_reads == 0


def test_a_fixed_delay_costs_one_round_trip_however_many_reply() -> None:
    for acks in (1, 2, 3):
        got = run_commits(acks, followers=3, delay=FixedDelay(4000), count=3)
        assert got.waits_us == (8000, 8000, 8000)
    with pytest.raises(ValueError, match="count=0"):
        run_commits(1, count=0)
    with pytest.raises(ValueError, match="read_after_us=-1"):
        run_commits(1, read_after_us=-1)


@given(picks(range(51), min_size=1, max_size=20), st.integers(1, 100))
def test_a_percentile_is_the_least_sample_that_covers_so_many(
    samples: list[int], percent: int
) -> None:
    got = percentile(samples, percent)
    assert got in samples
    assert 100 * sum(x <= got for x in samples) >= percent * len(samples)
    assert 100 * sum(x < got for x in samples) < percent * len(samples)


@pytest.mark.parametrize(
    ("count", "percent", "rank"),
    [(250, 64.4, 161), (250, 64.5, 162), (41_000, 99.9, 40_959), (1000, 99.9, 999)],
)
def test_a_part_of_a_percent_is_taken_as_it_is_written(
    count: int, percent: float, rank: int
) -> None:
    """By floats the first and the third were one rank off."""
    assert percentile(range(1, count + 1), percent) == rank


def test_percentiles_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        percentile([], 50)
    for percent in (0, 101):
        with pytest.raises(ValueError, match=f"percent={percent}"):
            percentile([1], percent)


@pytest.mark.parametrize("shards", range(1, 9))
def test_yield_and_harvest_have_their_closed_forms(shards: int) -> None:
    """Hypergeometric: all touched shards up; the touched ones up on average."""
    for touched, down in product(range(1, shards + 1), range(shards + 1)):
        up = shards - down
        whole = ask_all(shards=shards, unreachable=down, touched=touched, partial=False)
        some = ask_all(shards=shards, unreachable=down, touched=touched, partial=True)
        assert whole.yield_ == pytest.approx(comb(up, touched) / comb(shards, touched))
        assert whole.harvest == (1.0 if up >= touched else None)
        nothing = comb(down, touched) / comb(shards, touched)
        assert some.yield_ == pytest.approx(1 - nothing)
        if some.harvest is not None:
            assert some.yield_ * some.harvest == pytest.approx(up / shards)


def test_shards_that_cannot_be_are_refused() -> None:
    for bad in ({"touched": 0}, {"touched": 4}, {"unreachable": 4}):
        with pytest.raises(ValueError, match=f"{next(iter(bad))}="):
            ask_all(
                **{"shards": 3, "unreachable": 1, "touched": 1, **bad, "partial": 0}
            )  # type: ignore[arg-type]


@pytest.mark.parametrize("needed", [1, 2, 3])
def test_a_pair_of_dead_nodes_costs_the_ranges_that_hold_both(needed: int) -> None:
    """CAP-13: RF=3 on six nodes, every pair of dead ones, by their distance."""
    for a in range(6):
        for b in range(a + 1, 6):
            gap = min(b - a, 6 - (b - a))
            with_both = max(0, 3 - gap)
            with_one = 6 - 2 * with_both
            lost = {1: 0, 2: with_both, 3: with_both + with_one}[needed]
            share = ranges_that_answer(6, 3, needed, {a, b})
            assert share == pytest.approx(1 - lost / 6)


def test_rings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="needed=4 is not 1 to 3, the copies"):
        ranges_that_answer(6, 3, 4, set())
    with pytest.raises(ValueError, match="from 0 to 5"):
        ranges_that_answer(6, 3, 2, {6})
