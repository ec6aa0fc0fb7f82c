"""Many clients want to change one row at once. Which backoff wastes the fewest calls?

Optimistic concurrency: read the row's version, write with it; the write is taken only
if nobody wrote in between. Of all who read the same version one wins each round:

    client 1   read 0  ------ write(0) ok
    client 2   read 0  -------- write(0) refused, wait, read 1 ...
    client 3   read 0  ---------- write(0) refused, wait, read 1 ...

Each message takes about 10 ms (normal, standard deviation 2). After refusal number n,
counted from 1, a client waits by its policy, whose ceiling is min(2000, 5 * 2**n) ms.

Source: Brooker 2015, "Exponential Backoff And Jitter", AWS Architecture Blog, and its
simulator, whose model this is; what is counted as a call is a write, as there.
``service_us`` is ours: a server that answers one message at a time.
Left out: losses, clients that give up.
Builds on: sdnotes.herd.backoff. Chapter: docs/chapters/herd/.
"""

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sdnotes.herd.backoff import (
    constant,
    decorrelated_jitter,
    equal_jitter,
    exponential,
    full_jitter,
)

BASE_S, CAP_S = 0.005, 2.0
NET_MEAN_US, NET_SD_US = 10_000, 2_000
POLICIES: dict[str, Callable[[random.Random], Iterator[float]]] = {
    "none": lambda _: constant(0),
    "exponential": lambda _: exponential(BASE_S, CAP_S, first_exponent=1),
    "equal": lambda rng: equal_jitter(BASE_S, CAP_S, rng, first_exponent=1),
    "full": lambda rng: full_jitter(BASE_S, CAP_S, rng, first_exponent=1),
    "full, doubled": lambda rng: full_jitter(
        2 * BASE_S, 2 * CAP_S, rng, first_exponent=1
    ),  # its mean wait is that of "exponential"
    "decorrelated": lambda rng: decorrelated_jitter(BASE_S, CAP_S, rng),
}


@dataclass(frozen=True, slots=True)
class ContentionRun:
    """What it took until every client had written once."""

    calls: int
    refused: int
    finish_us: int

    @property
    def finish_ms(self) -> int:
        """Return the time until the last client was done, in whole milliseconds."""
        return round(self.finish_us / 1000)


@dataclass(slots=True)
class _Row:
    """The server: one row with a version, and a queue if it needs time."""

    service_us: int
    version: int = 0
    calls: int = 0
    free_us: int = 0

    def reply_us(self, now_us: int) -> int:
        self.free_us = max(self.free_us, now_us) + self.service_us
        return self.free_us


class _Message(NamedTuple):
    """On its way to the server ("read", "write") or back ("version", "result").

    A tuple, since the heap compares these the quickest; no two have one number.
    """

    at_us: int
    number: int
    client: int
    kind: str
    version: int
    ok: bool


class _Play:
    def __init__(self, seed: int, service_us: int) -> None:
        self.rng = random.Random(f"{seed}/net")
        self.row = _Row(service_us)
        self.under_way: list[_Message] = []
        self.sent = 0

    def delay_us(self) -> int:
        return abs(round(self.rng.normalvariate(NET_MEAN_US, NET_SD_US)))

    def send(
        self, from_us: int, client: int, kind: str, version: int = 0, ok: bool = False
    ) -> None:
        self.sent += 1
        message = _Message(
            from_us + self.delay_us(), self.sent, client, kind, version, ok
        )
        heapq.heappush(self.under_way, message)

    def serve(self, message: _Message) -> None:
        row, at_us = self.row, message.at_us
        if message.kind == "read":
            self.send(row.reply_us(at_us), message.client, "version", row.version)
            return
        row.calls += 1
        ok = message.version == row.version
        row.version += ok
        self.send(row.reply_us(at_us), message.client, "result", ok=ok)


def run_contention(
    policy: str | Callable[[random.Random], Iterator[float]],
    clients: int,
    *,
    seed: int = 0,
    service_us: int = 0,
) -> ContentionRun:
    """Return what it takes until so many clients, who begin at once, have all written.

    ``policy`` is a name of ``POLICIES``, or makes one client's waits, in seconds.
    ``service_us`` is how long the server is busy with each message; 0 is a server
    without limits, as in the article. Costs about 4 messages for each call.

    Examples:
        >>> run_contention("none", 1).calls
        1
    """
    if isinstance(policy, str):
        if policy not in POLICIES:
            raise ValueError(f"policy={policy!r} is not one of {', '.join(POLICIES)}")
        policy = POLICIES[policy]
    if clients < 1:
        raise ValueError(f"clients={clients!r} is below 1")
    if service_us < 0:
        raise ValueError(f"service_us={service_us!r} is negative")
    play = _Play(seed, service_us)
    waits = [policy(random.Random(f"{seed}/{n}")) for n in range(clients)]
    for client in range(clients):
        play.send(0, client, "read")
    now_us = 0
    while play.under_way:
        message = heapq.heappop(play.under_way)
        now_us, client = message.at_us, message.client
        if message.kind in ("read", "write"):
            play.serve(message)
        elif message.kind == "version":
            play.send(now_us, client, "write", message.version)
        elif not message.ok:
            play.send(now_us + round(next(waits[client]) * 1e6), client, "read")
    return ContentionRun(play.row.calls, play.row.calls - clients, now_us)
