"""The sketch never counts too little; the workloads are what they are called."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.caching import (
    FrequencySketch,
    loop,
    shifting,
    stable_hash,
    with_scan,
    zipf,
)


@given(keys=st.lists(st.integers(0, 40), max_size=150), width=st.integers(1, 30))
def test_an_estimate_is_never_too_low(keys: list[int], width: int) -> None:
    sketch = FrequencySketch(expected_keys=width, sample_size=10_000)
    for key in keys:
        sketch.add(key)
    for key, count in Counter(keys).items():
        assert sketch.estimate(key) >= min(count, 15)


@given(keys=st.lists(st.integers(0, 40), max_size=150))
def test_with_much_room_every_estimate_is_exact(keys: list[int]) -> None:
    sketch = FrequencySketch(expected_keys=10_000, sample_size=10_000)
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


@pytest.mark.parametrize("named", ["expected_keys", "sample_size"])
def test_a_sketch_of_nothing_is_refused_by_name(named: str) -> None:
    with pytest.raises(ValueError, match=f"{named}=0"):
        FrequencySketch(**({"expected_keys": 1, "sample_size": 1} | {named: 0}))


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
    ],
)
def test_a_workload_that_cannot_be_is_refused_by_name(
    make: Callable[[random.Random], list[int]], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        make(random.Random(1))
