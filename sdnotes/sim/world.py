"""The only clock and the only source of chance in a simulation.

    world = World(seed=1)
    world.after(2_000, lambda: world.note("ATM1", "opens"))
    world.run()                       -> at 2000 us, ATM1: opens

World time is a whole number of microseconds, and every random duration is rounded to
them: the last digit of a logarithm differs between C libraries and WebAssembly, and a
trace must not. Chance comes in named streams, so that one more draw in the network does
not change what the customers do.

Source: SimPy 4, whose event loop runs underneath; processes are its generators.
Left out: real time.
"""

import math
import random
from collections.abc import Callable, Generator
from typing import Any

import simpy

from sdnotes.sim.trace import Completed, Invoked, Note, Trace, Value


class Chance:
    """A stream of random draws in whole microseconds, reproducible everywhere.

    Examples:
        >>> Chance("demo").uniform_us(5, 5)
        5
    """

    def __init__(self, seed: str) -> None:
        # A string is seeded through SHA-512, the same on every platform.
        self.random = random.Random(seed)

    def happens(self, probability: float) -> bool:
        """Return True with the given probability, between 0 and 1."""
        if not 0 <= probability <= 1:
            raise ValueError(f"probability={probability!r} is not between 0 and 1")
        return self.random.random() < probability

    def uniform_us(self, low_us: int, high_us: int) -> int:
        """Return a duration from low to high, both possible, each as likely."""
        if low_us < 0:
            raise ValueError(f"low_us={low_us!r} is negative")
        if high_us < low_us:
            raise ValueError(f"high_us={high_us!r} is below {low_us!r}, low")
        return low_us + int(self.random.random() * (high_us - low_us + 1))

    def exponential_us(self, mean_us: float) -> int:
        """Return a duration whose mean is given: the gap between random arrivals."""
        if not mean_us > 0:
            raise ValueError(f"mean_us={mean_us!r} is not above 0")
        return round(-math.log(1 - self.random.random()) * mean_us)


class World:
    """A simulated world: a clock, chance and the trace of what happens.

    Examples:
        >>> world = World(seed=1)
        >>> world.after(2_000, lambda: world.note("ATM1", "opens"))
        >>> world.run()
        >>> [(event.at_us, event.who, event.what) for event in world.trace]
        [(2000, 'ATM1', 'opens')]
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.trace = Trace()
        self.env = simpy.Environment(initial_time=0)
        self._streams: dict[str, Chance] = {}
        self._numbers: dict[str, int] = {}
        self._open: dict[int, str] = {}

    @property
    def now_us(self) -> int:
        """Return the time since the start in microseconds."""
        return int(self.env.now)

    def chance(self, stream: str) -> Chance:
        """Return the stream of that name; the same object at every call."""
        if stream not in self._streams:
            self._streams[stream] = Chance(f"{self.seed}/{stream}")
        return self._streams[stream]

    def number(self, kind: str) -> int:
        """Return 0, 1, 2, ... for each kind of thing that a trace counts."""
        number = self._numbers.get(kind, 0)
        self._numbers[kind] = number + 1
        return number

    def after(self, delay_us: int, action: Callable[[], object]) -> None:
        """Call the action once, the delay from now."""

        def act(_: simpy.Event) -> None:
            action()

        self.timeout(delay_us).callbacks.append(act)

    def at(self, at_us: int, action: Callable[[], object]) -> None:
        """Call the action once, at a time that is not yet past."""
        if at_us < self.now_us:
            raise ValueError(f"at_us={at_us!r} is past: it is {self.now_us} us now")
        self.after(at_us - self.now_us, action)

    def timeout(self, delay_us: int) -> simpy.Timeout:
        """Return an event that a process can ``yield`` to wait for."""
        if not isinstance(delay_us, int) or isinstance(delay_us, bool):
            raise TypeError(f"delay_us={delay_us!r} must be whole microseconds")
        if delay_us < 0:
            raise ValueError(f"delay_us={delay_us!r} is negative")
        return self.env.timeout(delay_us)

    def process(self, steps: Generator[simpy.Event, Any, Any]) -> simpy.Process:
        """Start a process: a generator that yields the events it waits for."""
        return self.env.process(steps)

    def run(self, until_us: int | None = None) -> None:
        """Play until nothing is left to happen, or up to but not including a time.

        Raises ValueError when that time is not in the future.
        """
        if until_us is not None and not isinstance(until_us, int):
            raise TypeError(f"until_us={until_us!r} must be whole microseconds")
        if until_us is not None and until_us <= self.now_us:
            raise ValueError(
                f"until_us={until_us!r} is not after now, {self.now_us} us"
            )
        self.env.run(until=until_us)

    def note(self, who: str, text: str) -> None:
        """Write into the trace what somebody did or saw."""
        self.trace.append(Note(self.now_us, who, text))

    def invoke(
        self,
        who: str,
        action: str,
        argument: Value = None,
        *,
        key: str = "",
        said: str = "",
    ) -> int:
        """Write that an operation began; return its number, for ``complete``.

        ``said`` is what tables and diagrams print instead of the bare operation.
        """
        number = self.number("operation")
        self._open[number] = who
        self.trace.append(
            Invoked(self.now_us, who, number, action, key, argument, said)
        )
        return number

    def complete(
        self,
        operation: int,
        outcome: str = "ok",
        result: Value = None,
        *,
        said: str = "",
    ) -> None:
        """Write that the operation's caller was told "ok", "failed" or "unknown".

        Raises ValueError for an operation that is not open, or another outcome.
        """
        if outcome not in ("ok", "failed", "unknown"):
            raise ValueError(f"outcome={outcome!r} is not ok, failed or unknown")
        if operation not in self._open:
            raise ValueError(f"operation={operation!r} is not open")
        who = self._open.pop(operation)
        self.trace.append(Completed(self.now_us, who, operation, outcome, result, said))
