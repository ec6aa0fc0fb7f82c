"""What each policy costs, over many random days instead of one story.

A day: 20 customers ask for 5 to 30 each, 350 on average in all, at random times of an
hour and at a random ATM; in the middle of the hour the cable is cut for a while.

    turned away   requests refused although the account held enough, of all
    overdrawn     days on which more was paid than there was, of all

The same seeds give every policy the same customers.

Left out: customers who try again. Builds on: sdnotes.sim.
Chapter: docs/chapters/cap/.
"""

import random
from dataclasses import dataclass

from sdnotes.cap.two_atms import NAMES, run_atms
from sdnotes.sim.intervals import Interval, mean_interval, share_interval

CUSTOMERS = 20
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Trial:
    """The two costs of a policy, each with its 95 % interval."""

    turned_away: Interval
    overdrawn: Interval


def random_day(seed: int) -> list[tuple[int, str, int]]:
    """Return one day's withdrawals as (time in ms, ATM, amount), earliest first."""
    rng = random.Random(f"day/{seed}")
    return sorted(
        (
            int(rng.random() * HOUR_MS),
            NAMES[int(rng.random() * 2)],
            5 + int(rng.random() * 26),
        )
        for _ in range(CUSTOMERS)
    )


def trial(policy: str, *, opening: int, outage_min: int, days: int) -> Trial:
    """Return what a policy costs when the cable is cut for some minutes each day.

    Raises ValueError for an outage that is not within the hour, or days below 1.
    """
    if days < 1:
        raise ValueError(f"days={days!r} is below 1")
    if not 0 <= outage_min <= 60:
        raise ValueError(f"outage_min={outage_min!r} is not between 0 and 60")
    begin_ms = HOUR_MS // 2 - outage_min * 30_000
    cut_ms = (begin_ms, begin_ms + outage_min * 60_000) if outage_min else None
    runs = [
        run_atms(
            policy=policy,
            withdrawals=random_day(seed),
            cut_ms=cut_ms,
            opening=opening,
            timeout_ms=5_000,
            seed=seed,
        )
        for seed in range(days)
    ]
    shares = [run.turned_away / CUSTOMERS for run in runs]
    return Trial(
        # Days that are all the same have no spread to tell how far off they may be;
        # the share of days with any refusal bounds it.
        turned_away=mean_interval(shares) if any(shares) else share_interval(0, days),
        overdrawn=share_interval(sum(run.true_balance < 0 for run in runs), days),
    )
