"""XFetch against its distribution: exponential, then Gumbel, in closed form."""

import math
import random

import pytest

from sdnotes.herd.early_expiry import (
    lead_s,
    mean_lead_s,
    mean_refreshes,
    missed_probability,
    refresh_now,
    refresh_probability,
)

SAMPLES = 20_000


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("before_s", [0.2, 1.0, 3.0])
def test_one_reader_refreshes_with_the_stated_probability(
    beta: float, before_s: float
) -> None:
    """Vattani et al. 2015: exponential with mean beta * delta before the expiry."""
    rng = random.Random(1)
    hits = sum(
        refresh_now(60 - before_s, 60, 1, rng, beta=beta) for _ in range(SAMPLES)
    )
    expected = refresh_probability(before_s, 1, beta=beta)
    assert expected == pytest.approx(math.exp(-before_s / beta))
    allowed = 4 * math.sqrt(expected * (1 - expected) / SAMPLES)
    assert abs(hits / SAMPLES - expected) < allowed


def test_the_lead_s_distribution_is_exponential() -> None:
    """Kolmogorov and Smirnov's distance to 1 - exp(-x / (beta delta))."""
    rng = random.Random(2)
    leads = sorted(lead_s(0.5, rng, beta=3.0) for _ in range(SAMPLES))
    worst = max(
        abs((place + 0.5) / SAMPLES - (1 - math.exp(-lead / 1.5)))
        for place, lead in enumerate(leads)
    )
    assert worst < 1.63 / math.sqrt(SAMPLES)  # 1 % level


def test_a_draw_of_zero_does_not_ask_for_a_logarithm_of_zero() -> None:
    class Zero(random.Random):
        def random(self) -> float:
            return 0.0

    assert lead_s(1.0, Zero()) == 0.0


def test_from_the_expiry_on_all_fetch_and_what_costs_nothing_never_early() -> None:
    rng = random.Random(3)
    assert all(refresh_now(60, 60, 1, rng) for _ in range(100))
    assert all(refresh_now(61, 60, 0, rng) for _ in range(100))
    assert not any(refresh_now(59.999, 60, 0, rng) for _ in range(100))
    assert refresh_probability(0, 1) == refresh_probability(-1, 1) == 1
    assert refresh_probability(1, 0) == 0


def first_refresh(rate: float, delta: float, beta: float, rng: random.Random) -> float:
    """Return how long before the expiry the first of random readers refreshes."""
    # So early one in 3 million refreshes: nothing is lost of what comes before.
    at = -15.0 * delta * beta
    while at < 0:
        at += rng.expovariate(rate)
        if at < 0 and refresh_now(at, 0.0, delta, rng, beta=beta):
            return -at
    return 0.0


@pytest.mark.parametrize(("rate", "delta", "beta"), [(20, 1.0, 1.0), (50, 0.5, 2.0)])
def test_the_first_refresh_comes_as_long_before_as_the_formula_says(
    rate: float, delta: float, beta: float
) -> None:
    rng = random.Random(4)
    leads = [first_refresh(rate, delta, beta, rng) for _ in range(400)]
    mean = math.fsum(leads) / len(leads)
    # The Gumbel distribution's standard deviation is pi / sqrt(6) times its scale.
    allowed = 4 * delta * beta * math.pi / math.sqrt(6 * len(leads))
    assert abs(mean - mean_lead_s(rate, delta, beta=beta)) < allowed


def test_a_key_is_missed_as_often_as_the_formula_says() -> None:
    rng = random.Random(5)
    for rate, beta in ((1.0, 1.0), (3.0, 1.0), (10.0, 0.5)):
        # A fetch takes 1 s: what begins later than that before the expiry is late.
        late = sum(first_refresh(rate, 1.0, beta, rng) < 1 for _ in range(1000))
        expected = missed_probability(rate, 1.0, beta=beta)
        allowed = 4 * math.sqrt(expected * (1 - expected) / 1000)
        assert abs(late / 1000 - expected) < allowed


@pytest.mark.parametrize("beta", [1.0, 2.0])
def test_the_number_who_refresh_is_e_to_the_one_over_beta(beta: float) -> None:
    """Those who draw while the first one's fetch is under way fetch too."""
    rng = random.Random(6)
    counts = []
    for _ in range(300):
        # So early one in 3 million refreshes: nothing is lost of what comes before.
        at, ends, count = -15.0 * beta, math.inf, 0
        while at < min(0.0, ends):
            if refresh_now(at, 0.0, 1.0, rng, beta=beta):
                count += 1
                ends = min(ends, at + 1.0)
            at += rng.expovariate(100)
        counts.append(count)
    assert math.fsum(counts) / 300 == pytest.approx(mean_refreshes(beta), rel=0.16)


def test_nonsense_is_refused() -> None:
    rng = random.Random(0)
    for name, bad in (
        ("delta_s", -1),
        ("beta", 0),
        ("beta", -1),
        ("delta_s", math.nan),
        ("beta", math.inf),
    ):
        given = {"delta_s": 1.0, "beta": 1.0, name: bad}
        with pytest.raises(ValueError, match=f"{name}={bad}"):
            lead_s(rng=rng, **given)
        with pytest.raises(ValueError, match=f"{name}={bad}"):
            refresh_probability(1, **given)
    for rate, delta, name in ((0, 1, "rate_per_s=0"), (1, 0, "delta_s=0")):
        with pytest.raises(ValueError, match=name):
            mean_lead_s(rate, delta)
    with pytest.raises(ValueError, match="beta"):
        mean_refreshes(0)
