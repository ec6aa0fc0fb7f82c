"""What caching refuses names the one argument that is wrong, with its value."""

import math
import random

import pytest
from refused import Case, case_id, check_names, missed

from sdnotes import caching

READS = ("sdnotes/caching/*.py",)

NAN, INF = math.nan, math.inf
RNG = random.Random(1)
SHARES = [0, 1, NAN]

CASES: list[Case] = [
    (caching.LRUCache, {"capacity": 1}, {"capacity": [0, -1, True, 1.5]}),
    (
        caching.ExpiringCache,
        {"cache": caching.LRUCache(1), "ttl_s": 1, "jitter_share": 0.1, "rng": RNG},
        {"ttl_s": [0, NAN], "jitter_share": [1, -0.1, NAN]},
    ),
    (
        caching.ExpiringCache,
        {"cache": caching.LRUCache(1), "ttl_s": 1},
        {"jitter_share": [0.1]},
    ),
    (
        caching.run_fill_race,
        {"leases": True, "pause_ms": 1, "writes_at_ms": 1},
        {"pause_ms": [-1], "writes_at_ms": [-1]},
    ),
    (caching.GDSFCache, {"capacity_bytes": 1}, {"capacity_bytes": [0, True]}),
    (
        caching.GDSFCache[str](9).access,
        {"key": "k", "size_bytes": 1, "cost": 1.0},
        {"size_bytes": [0, 1.5], "cost": [0, NAN, 1e16]},
    ),
    (
        caching.LeasedCache,
        {"lease_s": 1, "stale_s": 0, "capacity": 1, "first_token": 1},
        {
            "lease_s": [0, INF],
            "stale_s": [-1, NAN],
            "capacity": [0, 1.5],
            "first_token": [0, True],
        },
    ),
    (
        lambda token: caching.LeasedCache[str, int]().put("k", 1, token),
        {},
        {"token": [0, 1]},
    ),
    (
        caching.S3FIFOCache,
        {"capacity": 9, "small_share": 0.5, "ghost_share": 1},
        {"small_share": SHARES, "ghost_share": [0, INF], "capacity": [0]},
    ),
    (
        caching.TwoQCache,
        {"capacity": 9, "in_share": 0.5, "out_share": 1},
        {"in_share": SHARES, "out_share": [0, INF], "capacity": [0]},
    ),
    (
        caching.WTinyLFUCache,
        {"capacity": 9, "window_share": 0.5, "protected_share": 0.5, "sample_size": 9},
        {"window_share": SHARES, "protected_share": SHARES, "sample_size": [0]},
    ),
    (
        caching.SLRUCache,
        {"capacity": 9, "shares": (0.5, 0.5)},
        {"shares": [(0.5, 0.6), (1.5, -0.5), ()]},
    ),
    (
        caching.FrequencySketch,
        {"expected_keys": 1, "sample_size": 1, "salt": 1},
        {"expected_keys": [0], "sample_size": [True], "salt": [-1, 1 << 512]},
    ),
    (
        caching.zipf,
        {"requests": 1, "keys": 1, "s": 1.0, "rng": RNG},
        {"requests": [-1], "keys": [0], "s": [-1, 4.1, NAN]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_one_argument_that_is_wrong_is_named_and_no_other(case: Case) -> None:
    check_names(case)


def test_every_refusal_of_the_package_is_tried_above() -> None:
    assert missed("caching", CASES) == []
