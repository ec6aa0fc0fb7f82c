"""Which clock measures how long something took? Not the one that may be set.

    a call of 200 ms, while the wall clock is set back by a second

    clock       before        after         difference
    wall        12:00:00.0    11:59:59.2    -800 ms
    monotonic    5,000 ms      5,200 ms      200 ms

Source: Python's documentation of time.time and time.monotonic.
Left out: a clock that is slewed (runs a little faster or slower for a while), and one
that stops while the machine sleeps.
Chapter: docs/chapters/timezones/.
"""

from dataclasses import dataclass

from sdnotes.timezones.times import check_whole


@dataclass(slots=True)
class SteppedClock:
    """A machine's two clocks: one shows the time and may be set, one only runs.

    Examples:
        >>> clock = SteppedClock(wall_us=1_000_000)
        >>> clock.run(200_000)
        >>> clock.step(-1_000_000)
        >>> clock.wall_us, clock.monotonic_us
        (200000, 200000)
    """

    wall_us: int
    monotonic_us: int = 0

    def run(self, us: int) -> None:
        """Let time pass, in microseconds. Raises ValueError if that is below 0."""
        check_whole("us", us, 0, 10**18)
        self.wall_us += us
        self.monotonic_us += us

    def step(self, us: int) -> None:
        """Set the wall clock forward or back, in microseconds, as NTP may."""
        check_whole("us", us, -(10**18), 10**18)
        self.wall_us += us
