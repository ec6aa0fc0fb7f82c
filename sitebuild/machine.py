"""How much slower is this machine, just now, than the one on which limits were chosen?

A limit in seconds means little where others use the same cores: what takes 0.1 s alone
takes 1 s beside nine others. So limits are chosen for a quiet machine, and stretched by
what a fixed piece of work takes at the time.
"""

import time
from dataclasses import dataclass

QUIET_S = 0.025
"""What the whole yardstick takes on a quiet machine of the kind that limits fit."""

_STEPS = 200_000


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What the fixed piece of work takes: of the processor, and until it is done."""

    cpu_s: float
    wall_s: float


def yardstick(steps: int = _STEPS) -> Yardstick:
    """Measure. Fewer steps are done sooner, and scaled up to the whole."""
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    counts: dict[int, int] = {}
    for number in range(steps):
        counts[number % 997] = counts.get(number % 997, 0) + number
    scale = _STEPS / steps
    return Yardstick(
        (time.process_time() - cpu_s) * scale, (time.perf_counter() - wall_s) * scale
    )


def stretch(measured_s: float) -> float:
    """Return by how much to stretch a limit: never below 1."""
    return max(1.0, measured_s / QUIET_S)
