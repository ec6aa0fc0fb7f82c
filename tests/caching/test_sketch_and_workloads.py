"""The sketch never counts too little; the workloads are what they are called."""

import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any

import pytest
from draws import picks
from hypothesis import given
from hypothesis import strategies as st
from twins import ExactSketch

from sdnotes.caching import (
    FrequencySketch,
    WTinyLFUCache,
    loop,
    replay,
    shifting,
    stable_hash,
    with_scan,
    zipf,
)


def places_of(sketch: FrequencySketch, key: Hashable) -> list[int]:
    """Return the number of the key's counter in each row."""
    return list(sketch._unpack(sketch.place(key)))


# Half of all uses are of the first keys, so that some reach a counter's end.
KEYS = [*range(41), *[0, 1] * 20]


@given(keys=picks(KEYS, max_size=60), width=st.integers(1, 30))
def test_an_estimate_is_never_too_low(keys: list[int], width: int) -> None:
    sketch = FrequencySketch(expected_keys=width, sample_size=10_000)
    for key in keys:
        sketch.add(key)
    for key, count in Counter(keys).items():
        assert sketch.estimate(key) >= min(count, 15)


@given(keys=picks(KEYS, max_size=60))
def test_with_much_room_every_estimate_is_exact(keys: list[int]) -> None:
    sketch = FrequencySketch(expected_keys=1_000, sample_size=10_000)
    for key in keys:
        sketch.add(key)
    counts = Counter(keys)
    assert all(sketch.estimate(key) == min(counts[key], 15) for key in range(60))


def test_after_a_sample_every_count_is_halved_and_the_next_sample_begins_at_half() -> (
    None
):
    sketch = FrequencySketch(expected_keys=1_000, sample_size=10)
    for key in "aaaaaaabb":
        sketch.add(key)
    assert (sketch.estimate("a"), sketch.estimate("b")) == (7, 2)
    sketch.add("c")  # the tenth
    assert [sketch.estimate(key) for key in "abc"] == [3, 1, 0]
    for _ in range(5):  # half of the ten still count as added
        sketch.add("d")
    assert sketch.estimate("a") == 1


@given(keys=picks(KEYS, max_size=60), width=st.integers(1, 20))
def test_a_use_raises_only_the_lowest_of_a_key_s_counters(
    keys: list[int], width: int
) -> None:
    """Einziger et al. 2017, "minimal increment"; the twin has a dict for each row."""
    sketch = FrequencySketch(expected_keys=width, sample_size=1_000)
    rows: list[Counter[int]] = [Counter() for _ in range(4)]
    for key in keys:
        sketch.add(key)
        counters = list(zip(rows, places_of(sketch, key), strict=True))
        least = min(row[place] for row, place in counters)
        for row, place in counters:
            row[place] = max(row[place], min(least + 1, 15))
    for key in range(41):
        places = places_of(sketch, key)
        twin = min(row[place] for row, place in zip(rows, places, strict=True))
        assert sketch.estimate(key) == twin


@given(keys=picks(range(10), min_size=10, max_size=30), sample=st.integers(1, 9))
def test_halving_goes_on_sample_after_sample(keys: list[int], sample: int) -> None:
    """Each half of a sample that is left counts towards the next; exact when wide."""
    sketch = FrequencySketch(expected_keys=1_000, sample_size=sample)
    exact = ExactSketch(sample)
    for key in keys:
        sketch.add(key)
        exact.add(key)
        assert [sketch.estimate(k) for k in range(10)] == [
            exact.estimate(k) for k in range(10)
        ]


def test_a_sketch_has_a_counter_a_row_for_each_key_and_fewer_than_twice_as_many() -> (
    None
):
    for expected_keys in (1, 7, 8, 9, 100, 128, 129):
        sketch = FrequencySketch(expected_keys=expected_keys, sample_size=10)
        places = [places_of(sketch, key) for key in range(5_000)]
        for row in range(4):
            width = 1 + max(place[row] for place in places)
            assert max(8, expected_keys) <= width
            assert width == 8 or width < 2 * expected_keys


def test_a_wide_sketch_uses_all_of_each_row() -> None:
    """65,536 counters a row are not its limit."""
    sketch = FrequencySketch(expected_keys=1 << 20, sample_size=10)
    places = [places_of(sketch, key) for key in range(5_000)]
    for row in range(4):
        upper_halves = sum(place[row] >= 1 << 19 for place in places)
        assert 2_300 < upper_halves < 2_700
        assert len({place[row] for place in places}) > 4_900


@pytest.mark.parametrize("number", [0, -1, 7, 2**62, -(2**70)])
def test_equal_numbers_are_one_key(number: int) -> None:
    assert stable_hash(number) == stable_hash(float(number))


def test_a_counter_stops_at_fifteen() -> None:
    sketch = FrequencySketch(expected_keys=100, sample_size=1_000)
    for _ in range(20):
        sketch.add("a")
    assert sketch.estimate("a") == 15
    assert sketch.estimate("b") == 0


def test_a_key_has_other_neighbours_in_each_row() -> None:
    """Else four rows were no better than one."""
    sketch = FrequencySketch(expected_keys=64, sample_size=10)
    first = places_of(sketch, "first")
    together = [
        sum(a == b for a, b in zip(places_of(sketch, key), first, strict=True))
        for key in range(2_000)
    ]
    assert Counter(together)[1] > 80  # 4 of 64 by chance
    assert max(together) <= 2


@pytest.mark.parametrize("named", ["expected_keys", "sample_size"])
@pytest.mark.parametrize("size", [0, -1, 1.5, True, "3", None])
def test_a_sketch_of_nothing_is_refused_by_name(named: str, size: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{named}={size!r} ")):
        FrequencySketch(**({"expected_keys": 1, "sample_size": 1} | {named: size}))


@pytest.mark.parametrize("workload", ["zipf", "scan", "shifting"])
@pytest.mark.parametrize("size", [20, 200])
def test_w_tinylfu_s_sketch_is_nearly_as_good_as_exact_counts(
    workload: str, size: int
) -> None:
    """Within 2 % of the misses. With a quarter of its width it was beyond that."""
    rng = random.Random(7)
    trace = {
        "zipf": lambda: zipf(20_000, keys=2_000, s=0.9, rng=rng),
        "scan": lambda: with_scan(15_000, keys=2_000, scan=3_000, s=0.9, rng=rng),
        "shifting": lambda: shifting(20_000, keys=1_000, phases=4, rng=rng),
    }[workload]()
    misses = []
    for exact in (False, True):
        cache = WTinyLFUCache[int, None](size)
        if exact:
            cache.sketch = ExactSketch(10 * size)  # type: ignore[assignment]
        misses.append(replay(cache, trace).misses)
    assert misses[0] < 1.02 * misses[1]


def test_w_tinylfu_still_hits_on_a_loop_as_with_exact_counts() -> None:
    """Where each key that is taken for another costs its place for a whole round."""
    trace = loop(10_000, keys=800)
    exact = WTinyLFUCache[int, None](200)
    exact.sketch = ExactSketch(2_000)  # type: ignore[assignment]
    best, hits = replay(exact, trace).hits, replay(WTinyLFUCache(200), trace).hits
    assert best > 1_800
    assert hits > 0.75 * best


def test_whole_numbers_hash_alike_where_words_are_shorter() -> None:
    """``hash`` takes a remainder that depends on the machine; these know none."""
    assert hash(2**61) == hash(1)
    assert hash(-1) == hash(-2)
    keys = (1, 2**61, 2**31, -1, -2, 2**31 - 1, 0)
    assert len({stable_hash(key) for key in keys}) == len(keys)
    assert stable_hash(True) == stable_hash(1) == stable_hash(1.0)
    assert 0 <= min(map(stable_hash, keys)) <= max(map(stable_hash, keys)) < 2**64


def test_the_hash_is_the_one_that_records_and_pages_were_made_with() -> None:
    found = [stable_hash(key) & 0xFFFF for key in ("a", b"a", 0, 1, 2**31, "\u00e9")]
    assert found == [32351, 32351, 13020, 34016, 41413, 45183]


def test_a_stable_hash_is_the_same_in_every_process() -> None:
    code = (
        "from sdnotes.caching import stable_hash; "
        "print([stable_hash(k) for k in ('key', b'key', 7, '\\udc80')])"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_a_stable_hash_spreads_neighbours() -> None:
    low = Counter(stable_hash(number) & 63 for number in range(6_400))
    high = Counter(stable_hash(number) >> 48 & 63 for number in range(6_400))
    assert max(*low.values(), *high.values()) < 150
    assert len(low) == len(high) == 64


def test_zipf_asks_for_each_key_as_often_as_its_rank_says() -> None:
    requests, keys, s = 40_000, 50, 0.9
    counts = Counter(zipf(requests, keys=keys, s=s, rng=random.Random(3)))
    weights = [1 / k**s for k in range(1, keys + 1)]
    expected = [requests * weight / sum(weights) for weight in weights]
    chi_square = sum((counts[k] - e) ** 2 / e for k, e in enumerate(expected))
    assert chi_square < 85  # 49 degrees of freedom: the 99.9 % point


def test_an_exponent_of_zero_is_uniform_and_another_start_moves_the_keys() -> None:
    flat = Counter(zipf(10_000, keys=4, s=0, rng=random.Random(1)))
    assert max(flat.values()) - min(flat.values()) < 300
    here = zipf(50, keys=9, rng=random.Random(1))
    there = zipf(50, keys=9, rng=random.Random(1), first=100)
    assert there == [key + 100 for key in here]


def test_no_requests_are_no_trace_and_one_key_is_asked_for_always() -> None:
    rng = random.Random(1)
    assert zipf(0, keys=3, rng=rng) == loop(0, keys=3) == []
    assert shifting(0, keys=3, phases=2, rng=rng) == []
    assert with_scan(0, keys=3, scan=2, rng=rng) == [3, 4]
    assert zipf(4, keys=1, s=4, rng=rng) == [0, 0, 0, 0]
    assert with_scan(4, keys=1, scan=0, rng=rng) == [0, 0, 0, 0]


def test_a_seed_gives_one_trace_and_another_seed_another() -> None:
    one, again, other = (
        shifting(200, keys=50, phases=3, rng=random.Random(seed)) for seed in (1, 1, 2)
    )
    assert one == again != other
    assert len(one) == 200


def test_phases_differ_by_at_most_one_request_in_length() -> None:
    trace = shifting(11, keys=5, phases=4, rng=random.Random(1))
    assert [sum(key // 5 == phase for key in trace) for phase in range(4)] == [
        2,
        3,
        3,
        3,
    ]


@pytest.mark.parametrize("draw", [0.0, 0.5, 1 - 2**-53])
def test_every_draw_of_chance_gives_a_key_that_there_is(draw: float) -> None:
    class Says(random.Random):
        def random(self) -> float:
            return draw

    for keys in (1, 2, 3, 1_000):
        for s in (0, 0.5, 1, 4):
            (key,) = zipf(1, keys=keys, s=s, rng=Says(1))
            assert 0 <= key < keys
            assert key == {0.0: 0, 1 - 2**-53: keys - 1}.get(draw, key)


def test_a_scan_stands_in_the_middle_and_asks_for_each_key_once() -> None:
    trace = with_scan(100, keys=10, scan=5, rng=random.Random(1))
    assert trace[50:55] == [10, 11, 12, 13, 14]
    assert max(trace[:50] + trace[55:]) < 10


def test_each_phase_has_keys_of_its_own() -> None:
    trace = shifting(90, keys=7, phases=3, rng=random.Random(1))
    assert [sorted({key // 7 for key in trace[i : i + 30]}) for i in (0, 30, 60)] == [
        [0],
        [1],
        [2],
    ]
    assert loop(5, keys=2) == [0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda rng: zipf(-1, keys=1, rng=rng), "requests=-1"),
        (lambda rng: zipf(1, keys=0, rng=rng), "keys=0"),
        (lambda rng: zipf(1, keys=1, s=-1, rng=rng), "s=-1"),
        (lambda rng: loop(1, keys=0), "keys=0"),
        (lambda rng: loop(1.5, keys=1), "requests=1.5"),
        (lambda rng: with_scan(1, keys=1, scan=-1, rng=rng), "scan=-1"),
        (lambda rng: shifting(1, keys=1, phases=0, rng=rng), "phases=0"),
        (lambda rng: shifting(-4, keys=1, phases=2, rng=rng), "requests=-4"),
        (lambda rng: shifting(3.0, keys=1, phases=2, rng=rng), "requests=3.0"),
        (lambda rng: shifting(3, keys=0, phases=2, rng=rng), "keys=0"),
        (lambda rng: shifting(3, keys=1, phases=True, rng=rng), "phases=True"),
        (lambda rng: with_scan(-1, keys=1, scan=1, rng=rng), "requests=-1"),
        (lambda rng: zipf(True, keys=1, rng=rng), "requests=True"),
        (lambda rng: zipf(1, keys=1, s=4.1, rng=rng), "s=4.1"),
        (lambda rng: zipf(1, keys=1, s=float("nan"), rng=rng), "s=nan"),
        (lambda rng: loop(1, keys=-1), "keys=-1"),
    ],
)
def test_a_workload_that_cannot_be_is_refused_by_name(
    make: Callable[[random.Random], list[int]], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        make(random.Random(1))
