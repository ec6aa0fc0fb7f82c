"""What herd refuses names the one argument that is wrong, with its value."""

import math
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from refused import Case, case_id, check_names, missed

from sdnotes import herd
from sdnotes.herd import backoff, comeback, early_expiry, schedule, shared_retries

READS = ("sdnotes/herd/*.py",)

NAN, INF = math.nan, math.inf
RNG = random.Random(1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def retry(**given: Any) -> None:
    def fail() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        herd.retry(fail, sleep=lambda _: None, now=lambda: 0.0, **given)


CASES: list[Case] = [
    (
        herd.full_jitter,
        {"base_s": 1, "cap_s": 2, "rng": RNG, "first_exponent": 0},
        {"base_s": [0, NAN], "cap_s": [0.5, INF], "first_exponent": [-1]},
    ),
    (
        backoff.ceiling_s,
        {"k": 0, "base_s": 1, "cap_s": 2},
        {"k": [-1], "base_s": [0], "cap_s": [0.5]},
    ),
    (backoff.mean_decorrelated_s, {"k": 0, "base_s": 1}, {"k": [-1], "base_s": [0]}),
    (
        herd.misses_by_second,
        {"popularity": [1.0], "requests_per_s": [1], "warmed": 0},
        {"requests_per_s": [[1, -1]], "warmed": [-1, 2]},
    ),
    (
        schedule.unshared_misses_by_second,
        {"popularity": [1.0], "requests_per_s": [1], "fetch_s": 1, "warmed": 0},
        {"requests_per_s": [[1, -1]], "fetch_s": [0, INF], "warmed": [-1, 2]},
    ),
    (
        herd.longest_waits_ms,
        {
            "run": herd.run_stampede("nothing", [0]),
            "arrivals_us": [0],
            "from_ms": 0,
            "window_ms": 1,
        },
        {"window_ms": [0]},
    ),
    (
        shared_retries.calls_of_retries,
        {"readers": 1, "call_ms": 1, "tries": 1},
        {"readers": [0], "call_ms": [0, NAN], "tries": [0]},
    ),
    (herd.constant, {"delay_s": 0}, {"delay_s": [-1, INF]}),
    (
        herd.run_balancer,
        {"service_ms": [10], "requests": 5, "rate_per_s": 1},
        {"service_ms": [[], [0]], "requests": [-1], "rate_per_s": [0, NAN, INF]},
    ),
    (
        herd.RetryBudget,
        {"percent": 10, "reserve": 1},
        {"percent": [-1, 1.5], "reserve": [-1, True, 0]},
    ),
    (
        herd.retry_times_s,
        {"backoff": herd.backoffs()["full"], "clients": 1, "down_s": 0},
        {"clients": [0], "down_s": [-1, NAN, INF]},
    ),
    (comeback.counts, {"times_s": [1.0], "window_s": 1}, {"window_s": [0, NAN]}),
    (
        herd.reconnect_times_s,
        {"clients": 1, "window_s": 1},
        {"clients": [-1], "window_s": [-1, NAN, INF]},
    ),
    (
        herd.run_contention,
        {"policy": "full", "clients": 1, "service_us": 0},
        {"policy": ["hope"], "clients": [0], "service_us": [-1]},
    ),
    (
        herd.in_vain_after_s,
        {"capacity_per_s": 1, "load_per_s": 2, "patience_s": 1},
        {"load_per_s": [1]},
    ),
    (herd.arrivals_us, {"phases": [(1, 1)]}, {"phases": [[(-1, 1)], [(1, -1)]]}),
    (
        herd.run_dam,
        {"arrivals": [0], "capacity_per_s": 1, "patience_ms": 1, "queue_limit": 1},
        {"capacity_per_s": [0], "patience_ms": [0], "queue_limit": [0]},
    ),
    (
        herd.refresh_now,
        {"now_s": 0, "expiry_s": 9, "delta_s": 1, "rng": RNG, "beta": 1},
        {"delta_s": [-1, INF], "beta": [0, NAN]},
    ),
    (
        early_expiry.mean_lead_s,
        {"rate_per_s": 1, "delta_s": 1, "beta": 1},
        {"rate_per_s": [0, NAN], "delta_s": [0, -1], "beta": [0]},
    ),
    (
        early_expiry.missed_probability,
        {"rate_per_s": 1, "delta_s": 1},
        {"rate_per_s": [-1, NAN], "delta_s": [-1]},
    ),
    (
        herd.run_layers,
        {"tries": [2], "failing": 0.5, "requests": 1},
        {"failing": [-0.1, 1.1, NAN], "requests": [0]},
    ),
    (
        herd.jittered_ttl_s,
        {"ttl_s": 9, "jitter_s": 1, "rng": RNG},
        {"ttl_s": [0, INF], "jitter_s": [-1, 10]},
    ),
    (
        herd.RefreshingCache,
        {
            "ttl_s": 9,
            "stale_s": 0,
            "error_s": 0,
            "absent_s": 0,
            "refresh_s": 1,
            "jitter_s": 1,
            "rng": RNG,
        },
        {
            "ttl_s": [0],
            "stale_s": [-1],
            "error_s": [-1],
            "absent_s": [INF],
            "refresh_s": [0],
            "jitter_s": [-1, 10],
        },
    ),
    (herd.RefreshingCache, {"ttl_s": 9}, {"jitter_s": [1]}),
    (
        herd.RefreshingCache[str, int](ttl_s=9).put,
        {"key": "k", "value": 1, "now_s": 5, "began_s": 4},
        {"began_s": [6, NAN]},
    ),
    (
        herd.retry_after_s,
        {"field": "1", "now": NOW},
        {"now": [NOW.replace(tzinfo=None)]},
    ),
    (
        retry,
        {"on": TimeoutError, "delays": [0], "tries": 2, "deadline_s": 9.0},
        {"on": [int], "delays": [[-1]], "tries": [0, 1.5], "deadline_s": [NAN]},
    ),
    (herd.offset_s, {"name": "a", "period_s": 1}, {"period_s": [0]}),
    (
        herd.zipf_probabilities,
        {"keys": 1, "exponent": 0},
        {"keys": [0], "exponent": [-1, NAN, INF]},
    ),
    (
        herd.StampedeSetting,
        {
            "ttl_ms": 1,
            "origin_ms": 1,
            "parallel": 1,
            "processes": 1,
            "poll_ms": 1,
            "stale_ms": 1,
            "beta": 1,
        },
        {
            "ttl_ms": [0],
            "origin_ms": [0],
            "parallel": [0],
            "processes": [0],
            "poll_ms": [0],
            "stale_ms": [0],
            "beta": [0, NAN],
        },
    ),
    (
        herd.poisson_us,
        {"rate_per_s": 1, "run_ms": 1, "seed": 1},
        {"rate_per_s": [0, NAN, INF], "run_ms": [-1]},
    ),
    (
        herd.run_stampede,
        {"strategy": "lock", "arrivals_us": [0]},
        {"strategy": ["hope"], "arrivals_us": [[]]},
    ),
    (
        herd.StormSetting,
        {
            "load_per_s": 1,
            "relief_per_s": 0,
            "capacity_per_s": 1,
            "tries": 1,
            "timeout_ms": 1,
            "queue_limit": 1,
            "seconds": 20,
            "trigger_s": (1, 2),
        },
        {
            "load_per_s": [0, NAN],
            "relief_per_s": [-1],
            "capacity_per_s": [0, 7],
            "timeout_ms": [0],
            "tries": [0],
            "queue_limit": [0],
            "seconds": [0],
            "trigger_s": [(2, 1), (-1, 1), (1, 21)],
        },
    ),
    (
        herd.run_three_misses,
        {"policy": "each", "asks_ms": (0,), "delay_ms": 1, "origin_ms": 1},
        {
            "policy": ["hope"],
            "asks_ms": [(), (-1,), (0,) * 27],
            "delay_ms": [-1],
            "origin_ms": [-1],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_one_argument_that_is_wrong_is_named_and_no_other(case: Case) -> None:
    check_names(case)


def test_every_refusal_of_the_package_is_tried_above() -> None:
    assert missed("herd", CASES) == []
