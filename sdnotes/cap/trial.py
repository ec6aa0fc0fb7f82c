"""What each policy costs, over many random days instead of one story.

A day: 20 customers ask for 5 to 30 each, 350 on average in all, at random times of an
hour and at a random ATM; in the middle of the hour the cable is cut for a while.

    turned away   requests refused although the account held enough, of all
    overdrawn     days on which more was paid than there was, of all

The same seeds give every policy the same customers. ``trial`` plays the messages of
each day; ``overdrawn`` does the sums of *accept* without a network, a hundred times as
fast, and comes to the same.

Left out: customers who try again. Builds on: sdnotes.sim.
Chapter: docs/chapters/cap/.
"""

import random
from dataclasses import dataclass

from sdnotes.cap.two_atms import NAMES, run_atms
from sdnotes.sim.intervals import Interval, mean_interval, share_interval

CUSTOMERS = 20
HOUR_MS = 3_600_000
DELAY_MS = 10
"""How long a message takes."""
TIMEOUT_MS = 5_000
"""How long *refuse* waits here: customers in each other's way are both served."""


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


def cut_of(outage_min: int) -> tuple[int, int]:
    """Return when a cut of so many minutes begins and ends, in ms of the hour."""
    begin_ms = HOUR_MS // 2 - outage_min * 30_000
    return begin_ms, begin_ms + outage_min * 60_000


def overdrawn(
    day: list[tuple[int, str, int]], opening: int, cut_ms: tuple[int, int]
) -> bool:
    """Return whether *accept* pays more than there is on a day with such a cut."""
    begin_ms, end_ms = cut_ms
    paid: list[tuple[int, str, int]] = []  # known to the other from when on
    for at_ms, atm, amount in day:
        seen = sum(
            past for known_ms, who, past in paid if who == atm or known_ms < at_ms
        )
        if amount <= opening - seen:
            sent_ms = end_ms if begin_ms <= at_ms < end_ms else at_ms
            paid.append((sent_ms + DELAY_MS, atm, amount))
    return sum(amount for _, _, amount in paid) > opening


def trial(policy: str, *, opening: int, outage_min: int, days: int) -> Trial:
    """Return what a policy costs when the cable is cut for some minutes each day.

    Raises ValueError for an outage that is not within the hour, or days below 1.
    """
    if days < 1:
        raise ValueError(f"days={days!r} is below 1")
    if not 0 <= outage_min <= 60:
        raise ValueError(f"outage_min={outage_min!r} is not between 0 and 60")
    cut_ms = cut_of(outage_min) if outage_min else None
    runs = [
        run_atms(
            policy=policy,
            withdrawals=random_day(seed),
            cut_ms=cut_ms,
            opening=opening,
            delay_ms=DELAY_MS,
            timeout_ms=TIMEOUT_MS,
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
