"""Schedules of waits against their closed forms, a quadrature, and tenacity."""

import math
import random
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.herd.backoff import (
    ceiling_s,
    constant,
    decorrelated_jitter,
    equal_jitter,
    exponential,
    full_jitter,
    mean_decorrelated_s,
    mean_equal_s,
    mean_full_s,
)

Jitter = Callable[[float, float, random.Random], Iterator[float]]
JITTERS: list[Jitter] = [full_jitter, equal_jitter, decorrelated_jitter]
SAMPLES = 20_000


def test_constant_waits_never_change() -> None:
    assert list(islice(constant(0.25), 4)) == [0.25] * 4
    assert next(constant(0)) == 0


def test_exponential_waits_double_up_to_the_cap_and_stay_there() -> None:
    assert list(islice(exponential(5, 2000), 11)) == [5 * 2**n for n in range(9)] + [
        2000,
        2000,
    ]


def test_the_article_s_schedule_begins_with_twice_the_base() -> None:
    """HERD-03: its simulator counts refusals from 1."""
    waits = list(islice(exponential(5, 2000, first_exponent=1), 10))
    assert waits == [10, 20, 40, 80, 160, 320, 640, 1280, 2000, 2000]


@given(base=st.floats(1e-3, 10), factor=st.floats(1, 1e4), first=st.integers(0, 5))
def test_the_iterator_is_the_closed_form_of_its_ceiling(
    base: float, factor: float, first: int
) -> None:
    cap = base * factor
    waits = list(islice(exponential(base, cap, first_exponent=first), 20))
    expected = [ceiling_s(k + first, base, cap) for k in range(20)]
    assert waits == pytest.approx(expected, rel=1e-12)


def test_a_million_waits_do_not_overflow() -> None:
    assert ceiling_s(10**6, 0.1, 60) == 60
    waits = exponential(0.1, 1e300)
    assert math.isfinite(list(islice(waits, 3000))[-1])


@given(
    jitter=st.sampled_from(JITTERS),
    base=st.floats(1e-3, 10),
    factor=st.floats(1, 1e4),
    seed=st.integers(0, 10**6),
)
def test_every_wait_stays_in_its_range(
    jitter: Jitter, base: float, factor: float, seed: int
) -> None:
    cap = base * factor
    before = base
    for k, wait in enumerate(islice(jitter(base, cap, random.Random(seed)), 20)):
        e = ceiling_s(k, base, cap)
        if jitter is full_jitter:
            assert 0 <= wait <= e
        elif jitter is equal_jitter:
            assert e / 2 <= wait <= e
        else:
            assert min(base, cap) <= wait <= min(cap, 3 * before)
            before = wait


def sampled_mean(jitter: Jitter, k: int, base: float, cap: float) -> float:
    rng = random.Random(1)
    waits = (next(islice(jitter(base, cap, rng), k, None)) for _ in range(SAMPLES))
    return math.fsum(waits) / SAMPLES


@pytest.mark.parametrize("k", [0, 1, 3, 6])
def test_the_means_of_full_and_equal_jitter_are_a_half_and_three_quarters(
    k: int,
) -> None:
    """The judge is the formula; four standard errors are allowed."""
    e = ceiling_s(k, 0.1, 2.0)
    allowed = 4 * e / math.sqrt(12 * SAMPLES)
    assert mean_full_s(k, 0.1, 2.0) == e / 2
    assert mean_equal_s(k, 0.1, 2.0) == pytest.approx(3 * e / 4)
    assert abs(sampled_mean(full_jitter, k, 0.1, 2.0) - e / 2) < allowed
    assert abs(sampled_mean(equal_jitter, k, 0.1, 2.0) - 3 * e / 4) < allowed


@pytest.mark.parametrize("k", range(5))
def test_the_mean_of_decorrelated_jitter_grows_by_half_a_step(k: int) -> None:
    mean = mean_decorrelated_s(k, 0.1)
    assert mean == pytest.approx(0.1 * (2 * 1.5 ** (k + 1) - 1))
    sampled = sampled_mean(decorrelated_jitter, k, 0.1, 1e9)
    assert sampled == pytest.approx(mean, rel=0.02)


def quadrature(k: int, base: float, cap: float, cells: int = 400) -> float:
    """Return the mean of wait ``k`` from its distribution, cell by cell.

    The chance that the next wait is at most y, given the last was x, is
    (y - base) / (3 x - base) below the cap, and the rest stands at the cap.
    """
    width = (cap - base) / cells
    middles = [base + (i + 0.5) * width for i in range(cells)] + [cap]
    mass = {base: 1.0}
    for _ in range(k + 1):
        after = [0.0] * (cells + 1)
        for x, weight in mass.items():
            spread = 3 * x - base
            full = cells if 3 * x >= cap else int((3 * x - base) / width)
            for i in range(full):
                after[i] += weight * width / spread
            reached = base + full * width
            if 3 * x > cap:
                after[cells] += weight * (3 * x - cap) / spread
            elif full < cells:
                after[full] += weight * (3 * x - reached) / spread
        mass = dict(zip(middles, after, strict=True))
    assert math.fsum(mass.values()) == pytest.approx(1, abs=1e-6)
    return math.fsum(x * weight for x, weight in mass.items())


def test_with_a_cap_the_mean_is_that_of_the_recurrence_and_below_the_formula() -> None:
    for k in (1, 3, 5):
        numeric = quadrature(k, 0.1, 1.0)
        sampled = sampled_mean(decorrelated_jitter, k, 0.1, 1.0)
        assert sampled == pytest.approx(numeric, rel=0.02)
        assert numeric <= min(1.0, mean_decorrelated_s(k, 0.1)) + 1e-3


def test_the_same_generator_gives_the_same_waits() -> None:
    for jitter in JITTERS:
        once = list(islice(jitter(0.1, 9, random.Random(5)), 8))
        again = list(islice(jitter(0.1, 9, random.Random(5)), 8))
        assert once == again


@pytest.mark.parametrize(
    ("base", "cap", "named"),
    [
        (0, 1, "base_s=0"),
        (-1, 1, "base_s=-1"),
        (2, 1, "cap_s=1"),
        (1, math.inf, "cap_s=inf"),
        (math.nan, 1, "base_s=nan"),
        (1, math.nan, "cap_s=nan"),
    ],
)
def test_a_base_that_is_not_above_0_and_up_to_the_cap_is_refused(
    base: float, cap: float, named: str
) -> None:
    rng = random.Random(0)
    makers: list[Callable[[], object]] = [
        lambda: exponential(base, cap),
        lambda: full_jitter(base, cap, rng),
        lambda: equal_jitter(base, cap, rng),
        lambda: decorrelated_jitter(base, cap, rng),
        lambda: ceiling_s(0, base, cap),
    ]
    for make in makers:  # at once, not at the first wait
        with pytest.raises(ValueError, match=named):
            make()


def test_other_nonsense_is_refused_too() -> None:
    for bad in (-0.1, math.inf, math.nan):
        with pytest.raises(ValueError, match="delay_s"):
            constant(bad)
    rng = random.Random(0)
    for make in (
        lambda: exponential(1, 2, first_exponent=-1),
        lambda: full_jitter(1, 2, rng, first_exponent=-1),
        lambda: equal_jitter(1, 2, rng, first_exponent=-1),
    ):
        with pytest.raises(ValueError, match="first_exponent"):
            make()
    with pytest.raises(ValueError, match="k=-1"):
        mean_decorrelated_s(-1, 1)
