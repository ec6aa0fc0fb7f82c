"""How long a message takes: fixed, uniform, or exponential above a floor.

    FixedDelay(10_000)               10 ms, always
    UniformDelay(5_000, 15_000)      anything from 5 to 15 ms
    ExponentialDelay(8_000, 2_000)   8 ms and a rest of 2 ms on average, some far longer

Left out: delays measured on real links; a class with ``__call__`` brings them in.
"""

from dataclasses import dataclass
from typing import Protocol

from sdnotes.sim.world import Chance


class Delay(Protocol):
    """How long a message takes: called once for each copy that is sent."""

    def __call__(self, chance: Chance) -> int:
        """Return a duration in microseconds, 0 or more."""
        ...


@dataclass(frozen=True, slots=True)
class FixedDelay:
    """Every message takes the same time."""

    delay_us: int

    def __post_init__(self) -> None:
        if self.delay_us < 0:
            raise ValueError(f"delay_us={self.delay_us!r} is negative")

    def __call__(self, chance: Chance) -> int:  # noqa: ARG002 - none is needed
        """Return the delay in microseconds."""
        return self.delay_us


@dataclass(frozen=True, slots=True)
class UniformDelay:
    """Every delay from low to high is as likely."""

    low_us: int
    high_us: int

    def __post_init__(self) -> None:
        if self.low_us < 0:
            raise ValueError(f"low_us={self.low_us!r} is negative")
        if self.high_us < self.low_us:
            raise ValueError(f"high_us={self.high_us!r} is below {self.low_us!r}, low")

    def __call__(self, chance: Chance) -> int:
        """Return a delay in microseconds."""
        return chance.uniform_us(self.low_us, self.high_us)


@dataclass(frozen=True, slots=True)
class ExponentialDelay:
    """A floor that every message pays, and a random rest with a long tail."""

    floor_us: int
    mean_rest_us: int

    def __post_init__(self) -> None:
        if self.floor_us < 0:
            raise ValueError(f"floor_us={self.floor_us!r} is negative")
        if self.mean_rest_us <= 0:
            raise ValueError(f"mean_rest_us={self.mean_rest_us!r} is not above 0")

    def __call__(self, chance: Chance) -> int:
        """Return a delay in microseconds."""
        return self.floor_us + chance.exponential_us(self.mean_rest_us)
