"""What sim refuses names the one argument that is wrong, with its value."""

import math

import pytest
from refused import Case, case_id, check_names, missed

from sdnotes import sim
from sdnotes.sim import Note, Trace, World
from sdnotes.sim.intervals import mean_interval, share_interval
from sdnotes.sim.percentiles import percentile

READS = ("sdnotes/sim/*.py",)

NAN = math.nan


def trace_of(*times_us: int) -> Trace:
    return Trace([Note(at_us, "a", "waits") for at_us in times_us])


def network() -> sim.Network:
    made = sim.Network(World(), 5)
    for name in "ab":
        made.attach(name, lambda _: None)
    return made


def later(until_us: int) -> None:
    world = World()
    world.run(5)
    world.run(until_us)


def at(at_us: int) -> None:
    world = World()
    world.run(5)
    world.at(at_us, lambda: None)


def complete(operation: int, outcome: str) -> None:
    world = World()
    world.invoke("a", "read")
    world.complete(operation, outcome)


def append(event: Note) -> None:
    trace_of(5).append(event)


CASES: list[Case] = [
    (sim.FixedDelay, {"delay_us": 0}, {"delay_us": [-1]}),
    (
        sim.UniformDelay,
        {"low_us": 1, "high_us": 2},
        {"low_us": [-1], "high_us": [0]},
    ),
    (
        sim.ExponentialDelay,
        {"floor_us": 0, "mean_rest_us": 1},
        {"floor_us": [-1], "mean_rest_us": [0]},
    ),
    (share_interval, {"hits": 1, "trials": 2}, {"hits": [-1, 3], "trials": [0]}),
    (mean_interval, {"samples": [1.0, 2.0]}, {"samples": [[1.0]]}),
    (
        sim.Network,
        {"world": World(), "loss": 0.5, "duplicate": 0.5},
        {"loss": [-1, NAN], "duplicate": [2]},
    ),
    (
        lambda name: network().attach(name, lambda _: None),
        {"name": "c"},
        {"name": ["", "a"]},
    ),
    (
        lambda groups: network().partition(*groups),
        {"groups": ("a", "b")},
        {"groups": [("a",), ("a", ()), ("a", ("a", "b")), ("a", "z")]},
    ),
    (
        network().send,
        {"sender": "a", "to": "b", "payload": 1},
        {"sender": ["z"], "to": ["z", "a"]},
    ),
    (
        percentile,
        {"samples": [1], "percent": 50},
        {"samples": [[]], "percent": [0, 101, NAN]},
    ),
    (
        append,
        {"event": Note(5, "a", "waits")},
        {"event": [Note(-1, "a", "waits"), Note(4, "a", "waits")]},
    ),
    (sim.Chance("x").happens, {"probability": 1}, {"probability": [-1, NAN]}),
    (
        sim.Chance("x").uniform_us,
        {"low_us": 1, "high_us": 2},
        {"low_us": [-1], "high_us": [0]},
    ),
    (sim.Chance("x").exponential_us, {"mean_us": 1}, {"mean_us": [0, NAN]}),
    (at, {"at_us": 5}, {"at_us": [4]}),
    (World().timeout, {"delay_us": 0}, {"delay_us": [-1]}),
    (later, {"until_us": 6}, {"until_us": [5]}),
    (
        complete,
        {"operation": 0, "outcome": "ok"},
        {"operation": [1], "outcome": ["maybe"]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_one_argument_that_is_wrong_is_named_and_no_other(case: Case) -> None:
    check_names(case)


def test_every_refusal_of_the_package_is_tried_above() -> None:
    assert missed("sim", CASES) == []
