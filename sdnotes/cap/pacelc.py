"""No partition at all: how long does a commit wait, and how stale is a read elsewhere?

    leader commits |--- to follower 1 ---|--- its reply ---|     wait for acks = 1
                   |----- to follower 2 -----|------ its reply ------|    acks = 2
    a reader asks a follower    x   the change has not arrived there: stale

PACELC: if there is a Partition, choose A or C; Else choose Latency or Consistency. The
second choice is made at every commit, by how many followers it waits for.

Source: Abadi 2012, "Consistency Tradeoffs in Modern Distributed Database System
Design", IEEE Computer 45(2).
Left out: work on the disk, batches, retries; each commit is on its own.
Builds on: sdnotes.sim. Chapter: docs/chapters/cap/.
"""

from dataclasses import dataclass

from sdnotes.sim import Chance, Delay, ExponentialDelay
from sdnotes.sim.intervals import Interval, share_interval
from sdnotes.sim.percentiles import percentile


@dataclass(frozen=True, slots=True)
class CommitsRun:
    """What many commits waited, in microseconds, and how many reads were stale."""

    waits_us: tuple[int, ...]
    stale_reads: int

    def wait_ms(self, percent: float) -> float:
        """Return the percentile of the waits in milliseconds, to a tenth."""
        return round(percentile(self.waits_us, percent) / 1000, 1)

    @property
    def stale(self) -> Interval:
        """Return the share of the reads, one for each commit, that were stale."""
        return share_interval(self.stale_reads, len(self.waits_us))


def run_commits(
    acks: int,
    *,
    followers: int = 2,
    delay: Delay = ExponentialDelay(floor_us=8_000, mean_rest_us=2_000),  # noqa: B008
    read_after_us: int = 0,
    count: int = 1000,
    seed: int = 0,
) -> CommitsRun:
    """Return the waits of commits that need ``acks`` replies from the followers.

    After each commit, and ``read_after_us`` more, somebody reads from the first
    follower; the read is stale if the change has not arrived there. ``delay`` is one
    way. Raises ValueError for more acks than followers, or a number that is too low.

    Examples:
        >>> from sdnotes.sim import FixedDelay
        >>> delay = FixedDelay(5_000)
        >>> [run_commits(n, delay=delay, count=1).waits_us for n in (0, 1, 2)]
        [(0,), (10000,), (10000,)]
    """
    for name, least in (("followers", followers), ("count", count)):
        if least < 1:
            raise ValueError(f"{name}={least!r} is below 1")
    if not 0 <= acks <= followers:
        raise ValueError(f"acks={acks!r} is not 0 to {followers!r}, the followers")
    if read_after_us < 0:
        raise ValueError(f"read_after_us={read_after_us!r} is negative")
    chance = Chance(f"{seed}/commits")
    waits, stale = [], 0
    for _ in range(count):
        there_us = [delay(chance) for _ in range(followers)]
        replied_us = sorted(one_way + delay(chance) for one_way in there_us)
        wait_us = replied_us[acks - 1] if acks else 0
        waits.append(wait_us)
        stale += there_us[0] > wait_us + read_after_us
    return CommitsRun(tuple(waits), stale)
