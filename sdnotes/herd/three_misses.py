"""Three clients miss the same key within moments. What does the origin see?

    policy="each"            the cache asks the origin three times for one thing
    policy="single-flight"   it asks once, and gives the one answer to all three

The origin answers one question at a time, so that three questions take three times as
long: the herd is slower for everybody, not only dearer.

Source: Go's golang.org/x/sync/singleflight. Left out: losses, expiry, errors.
Builds on: sdnotes.sim. Chapter: docs/chapters/herd/.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sdnotes.sim import Message, Network, Trace, World


@dataclass(frozen=True, slots=True)
class ThreeMissesRun:
    """What came of it: questions at the origin, and each client's wait."""

    trace: Trace
    origin_calls: int
    waits_ms: dict[str, int]


class _Story:
    def __init__(self, world: World, policy: str, delay_ms: int, origin_ms: int):
        self.world = world
        self.network = Network(world, delay_ms * 1000)
        self.share = policy == "single-flight"
        self.origin_us = origin_ms * 1000
        self.origin_free_us = 0
        self.origin_calls = 0
        self.waiting: list[str] = []  # who misses, first come first
        self.value: str | None = None
        self.asked_us: dict[str, int] = {}
        self.waits_ms: dict[str, int] = {}
        self.network.attach("cache", self._at_cache)
        self.network.attach("origin", self._at_origin)

    def join(self, client: str, at_ms: int) -> None:
        self.network.attach(client, self._answered)

        def ask() -> None:
            self.asked_us[client] = self.world.now_us
            self.network.send(client, "cache", None, "k?")

        self.world.at(at_ms * 1000, ask)

    def _at_cache(self, message: Message) -> None:
        if message.sender == "origin":
            self.value = "v"
            told = self.waiting if self.share else self.waiting[:1]
            self.waiting = self.waiting[len(told) :]
            for client in told:
                self.network.send("cache", client, "v", "v")
        elif self.value is not None:
            self.network.send("cache", message.sender, "v", "v (hit)")
        else:
            if not (self.share and self.waiting):
                self.network.send("cache", "origin", None, "k?")
            self.waiting.append(message.sender)

    def _at_origin(self, message: Message) -> None:
        self.origin_calls += 1
        starts_us = max(self.world.now_us, self.origin_free_us)
        self.origin_free_us = starts_us + self.origin_us
        self.world.at(
            self.origin_free_us,
            lambda: self.network.send("origin", message.sender, "v", "v"),
        )

    def _answered(self, message: Message) -> None:
        client = message.to
        self.waits_ms[client] = (self.world.now_us - self.asked_us[client]) // 1000


def run_three_misses(
    policy: str,
    *,
    asks_ms: Sequence[int] = (0, 4, 8),
    delay_ms: int = 2,
    origin_ms: int = 20,
) -> ThreeMissesRun:
    """Play the clients A, B, C, ... who ask at these times, and return the run.

    Raises ValueError for an unknown policy, a negative time, or over 26 clients.
    """
    if policy not in ("each", "single-flight"):
        raise ValueError(f"policy={policy!r} is not each or single-flight")
    if not 0 < len(asks_ms) <= 26 or min(asks_ms) < 0:
        raise ValueError(f"asks_ms={asks_ms!r} is not 1 to 26 times of 0 or more")
    for name, time_ms in (("delay_ms", delay_ms), ("origin_ms", origin_ms)):
        if time_ms < 0:
            raise ValueError(f"{name}={time_ms!r} is negative")
    world = World()
    story = _Story(world, policy, delay_ms, origin_ms)
    for number, at_ms in enumerate(asks_ms):
        story.join(chr(ord("A") + number), at_ms)
    world.run()
    return ThreeMissesRun(world.trace, story.origin_calls, story.waits_ms)
