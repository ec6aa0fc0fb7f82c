"""Which cures bring a service back after a short standstill, and how soon?"""

from typing import Any

from evidence.served import shares_after
from sdnotes.herd.storm import StormSetting, run_storm

CAPTION = (
    "A service that bears 50 a second is asked 35 times a second, and stands still for "
    "2 or 5 s from second 10; clients wait 1 s and try three times. Served: which "
    "percentage of the requests of these seconds got an answer in time. Means of 25 "
    "seeds; in brackets the 95 % interval."
)
COLUMNS = (
    "standstill, s",
    "cure",
    "served, 0 to 5 s after it, %",
    "5 to 15 s after, %",
    "30 to 40 s after, %",
)
CURES: dict[str, dict[str, Any]] = {
    "none": {},
    "no retries": {"tries": 1},
    "budget of 20 %": {"budget_percent": 20},
    "budget of 10 %": {"budget_percent": 10},
    "queue of 25, not 100": {"queue_limit": 25},
    "newest first": {"newest_first": True},
    "drop who has left": {"drop_late": True},
    "drop who will be late": {"keep_deadline": True},
    "budget of 10 %, queue of 25": {"budget_percent": 10, "queue_limit": 25},
}
CELLS = [
    {"standstill_s": standstill_s, "cure": cure}
    for standstill_s in (2, 5)
    for cure in CURES
]
SEEDS = 25


def cell(*, standstill_s: int, cure: str) -> tuple[str, ...]:
    """Return the share served in three spans after the standstill."""
    end_s = 10 + standstill_s
    runs = [
        run_storm(StormSetting(trigger_s=(10, end_s), seed=seed, **CURES[cure]))
        for seed in range(SEEDS)
    ]
    return shares_after(end_s, ((0, 5), (5, 15), (30, 40)), runs)
