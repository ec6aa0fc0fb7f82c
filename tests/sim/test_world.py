"""The clock, chance and the trace."""

import math
import statistics
from itertools import pairwise

import pytest
from draws import picks
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.sim import Chance, World
from sdnotes.sim.intervals import mean_interval, share_interval


def test_actions_happen_in_time_order_and_ties_in_the_order_of_planning() -> None:
    world = World()
    for at_us, name in [(20, "c"), (10, "a"), (10, "b"), (0, "first")]:
        world.at(at_us, lambda name=name: world.note("w", name))
    world.run()
    assert [e.what for e in world.trace] == ["first", "a", "b", "c"]
    assert world.now_us == 20


@given(picks([0, *range(1001), *range(9)], min_size=1, max_size=20))
def test_the_trace_never_goes_back_in_time(delays_us: list[int]) -> None:
    world = World()
    for delay_us in delays_us:
        world.after(delay_us, lambda: world.note("w", "x"))
    world.run()
    times = [event.at_us for event in world.trace]
    assert times == sorted(delays_us)
    assert all(a <= b for a, b in pairwise(times))


def test_a_process_waits_for_what_it_yields() -> None:
    world = World()

    def steps():  # type: ignore[no-untyped-def]
        yield world.timeout(5)
        world.note("p", "five")
        yield world.timeout(7)
        world.note("p", "twelve")

    world.process(steps())
    world.run()
    assert [(e.at_us, e.what) for e in world.trace] == [(5, "five"), (12, "twelve")]


def test_a_run_may_stop_early_and_go_on() -> None:
    world = World()
    world.after(10, lambda: world.note("w", "x"))
    world.run(until_us=10)
    assert (world.now_us, len(world.trace)) == (10, 0)
    world.run()
    assert len(world.trace) == 1


def test_misuse_of_the_clock_raises_at_once_with_the_value() -> None:
    world = World()
    world.run(until_us=50)
    with pytest.raises(ValueError, match="delay_us=-1 is negative"):
        world.after(-1, lambda: None)
    with pytest.raises(TypeError, match=r"delay_us=0\.5 must be whole"):
        world.timeout(0.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="delay_us=True"):
        world.timeout(True)
    with pytest.raises(ValueError, match="at_us=49 is past"):
        world.at(49, lambda: None)
    with pytest.raises(TypeError, match=r"until_us=60\.5 must be whole"):
        world.run(until_us=60.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="until_us=50 is not after now"):
        world.run(until_us=50)


def test_an_operation_is_completed_once_and_with_a_known_outcome() -> None:
    world = World()
    operation = world.invoke("c", "read", key="x")
    with pytest.raises(ValueError, match="outcome='perhaps'"):
        world.complete(operation, "perhaps")
    world.complete(operation, "ok", 3)
    with pytest.raises(ValueError, match="operation=0 is not open"):
        world.complete(operation, "ok", 3)
    assert [e.what for e in world.trace] == ["read x ...", "... ok: 3"]


def test_a_stream_of_chance_is_not_moved_by_another() -> None:
    quiet, busy = World(seed=7), World(seed=7)
    for _ in range(5):
        busy.chance("customers").happens(0.5)
    draws = [w.chance("network").uniform_us(0, 10**6) for w in (quiet, busy)]
    assert draws[0] == draws[1]
    assert World(seed=8).chance("network").uniform_us(0, 10**6) != draws[0]


def test_draws_have_the_distribution_that_their_name_promises() -> None:
    """A fixed seed, so that this is arithmetic and not luck."""
    chance = Chance("distribution")
    count = 20_000
    exponential = [chance.exponential_us(10_000) for _ in range(count)]
    uniform = [chance.uniform_us(0, 9) for _ in range(count)]
    hits = sum(chance.happens(0.3) for _ in range(count))
    assert mean_interval(exponential).low <= 10_000 <= mean_interval(exponential).high
    # An exponential's standard deviation equals its mean.
    assert math.isclose(statistics.stdev(exponential), 10_000, rel_tol=0.03)
    assert set(uniform) == set(range(10))
    assert share_interval(hits, count).low <= 0.3 <= share_interval(hits, count).high


def test_bad_probabilities_and_durations_are_refused() -> None:
    chance = Chance("x")
    with pytest.raises(ValueError, match=r"probability=1\.5"):
        chance.happens(1.5)
    with pytest.raises(ValueError, match="high_us=4 is below 5, low"):
        chance.uniform_us(5, 4)
    with pytest.raises(ValueError, match="mean_us=0"):
        chance.exponential_us(0)


def test_wilsons_interval_is_wilsons() -> None:
    """Newcombe 1998, table I, method 3: 81 of 263 and 0 of 20."""
    known = share_interval(81, 263)
    assert (round(known.low, 4), round(known.high, 4)) == (0.2553, 0.3662)
    none = share_interval(0, 20)
    assert (none.low, round(none.high, 4)) == (0.0, 0.1611)
    assert share_interval(0, 20).overlaps(share_interval(2, 20))
    assert not share_interval(0, 200).overlaps(share_interval(50, 200))


@given(st.integers(1, 3000), st.data())
def test_a_measured_share_lies_within_its_interval(
    trials: int, data: st.DataObject
) -> None:
    for hits in (0, trials, data.draw(st.integers(0, trials))):
        found = share_interval(hits, trials)
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_an_interval_of_too_few_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="hits=3 is not 0 to 2, the trials"):
        share_interval(3, 2)
    with pytest.raises(ValueError, match="at least two"):
        mean_interval([1.0])
