"""Clients that ask several copies and wait for enough of them: what is sent when.

    write   store to all copies ............... W have stored it: ok
    read    read? to all copies ............... R have replied: the newest of them
            with write_back: then store it ..... W hold it: only now the answer
            with spares: after a while, ask a spare for each copy that is silent

    in the time there are not                           the client is told
    W that have stored a write                          unknown: a copy may hold it
    R that told their stamps (ask_first)                failed: nothing was stored
    R that replied to a read                            failed
    W that hold what was read (write_back)              failed, although it has read

Rules: a client has one request under way, the others wait in line; it is told once, and
what arrives later is used for repair only; a stamp is given to one write.

Source: Attiya, Bar-Noy, Dolev 1995 (the second phase of a read); Lynch, Shvartsman 1997
(asking for the greatest stamp before a write); DeCandia et al. 2007, sections 4.5, 4.6.
Left out: a client that crashes half-way. Builds on: sdnotes.cap.replica, sdnotes.sim.
Chapter: docs/chapters/cap/.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import partial

from sdnotes.cap.replica import Reading, Replica, Stamp, Version
from sdnotes.sim import Message, Network, Value, World


@dataclass(frozen=True, slots=True)
class QuorumSetting:
    """How many copies a request waits for, and what else it does.

    ``spares`` stand in for copies that do not answer (a *sloppy* quorum, with hinted
    handoff). With ``read_repair`` a read sends what it found to copies that were
    behind, and does not wait. With ``write_back`` it waits until W copies hold it.
    With ``ask_first`` a write takes its stamp from R copies, not from its clock.
    """

    readers: int = 2
    writers: int = 2
    copies: tuple[str, ...] = ("A", "B", "C")
    spares: tuple[str, ...] = ()
    read_repair: bool = True
    write_back: bool = False
    ask_first: bool = False

    def __post_init__(self) -> None:
        if not self.copies or len(set(self.copies)) != len(self.copies):
            raise ValueError(f"copies={self.copies!r}: one or more, no name twice")
        if len({*self.copies, *self.spares}) != len(self.copies) + len(self.spares):
            raise ValueError(
                f"spares={self.spares!r}: a name stands twice, or is a copy's"
            )
        for name in ("readers", "writers"):
            count, copies = getattr(self, name), len(self.copies)
            if not 1 <= count <= copies:
                raise ValueError(f"{name}={count!r} is not 1 to {copies}, the copies")


@dataclass(frozen=True, slots=True)
class _Get:
    request: int


@dataclass(frozen=True, slots=True)
class _Got:
    request: int
    version: Version


@dataclass(frozen=True, slots=True)
class _Put:
    version: Version
    request: int | None = None  # None: nobody waits for a reply
    owner: str = ""  # the copy that it belongs on, if kept as a hint


@dataclass(frozen=True, slots=True)
class _Stored:
    request: int


@dataclass(slots=True)
class _Request:
    """One operation under way, as its client sees it."""

    client: str
    number: int
    writes: bool
    value: Value
    reading: Reading
    version: Version | None = None  # what is being stored, once that is known
    holders: set[str] = field(default_factory=set)
    over: bool = False


class QuorumStore:
    """Copies and their clients on a simulated network; the register begins at 0."""

    def __init__(self, world: World, network: Network, setting: QuorumSetting) -> None:
        self.world = world
        self.network = network
        self.setting = setting
        self.skew_us: dict[str, int] = {}
        self.last_stamp_us: dict[str, int] = {}
        self.timeout_us = 0
        self.fallback_us = 0
        self.versions: list[Version] = [Version(Stamp(-(10**9), ""), 0)]
        self.replicas: dict[str, Replica] = {}
        self.requests: dict[int, _Request] = {}
        self.busy: dict[str, deque[tuple[str, Value]]] = {}
        for name in (*setting.copies, *setting.spares):
            self.replicas[name] = Replica(self.versions[0])
            network.attach(name, self._at_copy)

    def join(self, client: str) -> None:
        """Add a client."""
        self.network.attach(client, self._at_client)

    def ask(self, client: str, action: str, value: Value) -> None:
        """Begin a client's read or write, or queue it behind the one under way."""
        if client in self.busy:
            self.busy[client].append((action, value))  # one request at a time
            return
        self.busy[client] = deque()
        said = f"{action}s {value}" if action == "write" else "reads"
        number = self.world.invoke(client, action, value, said=said)
        reading = Reading(self.setting.readers)
        request = _Request(client, number, action == "write", value, reading)
        self.requests[number] = request
        if request.writes and not self.setting.ask_first:
            self._store(request, Version(self._by_clock(client), value))
        else:
            self._send_all(request)
        self.world.after(self.timeout_us, partial(self._give_up, request))
        if self.setting.spares:
            self.world.after(self.fallback_us, partial(self._use_spares, request))

    def _by_clock(self, client: str) -> Stamp:
        """Return the client's time, or its last stamp and one more if that is later."""
        clock_us = self.world.now_us + self.skew_us.get(client, 0)
        last_us = self.last_stamp_us.get(client, clock_us - 1)
        self.last_stamp_us[client] = max(clock_us, last_us + 1)
        return Stamp(self.last_stamp_us[client], client)

    def hand_off(self) -> None:
        """Let the spares send their hints to the copies that they belong on."""
        for name in self.setting.spares:
            for owner, version in self.replicas[name].hand_off().items():
                put = _Put(version)
                self.network.send(name, owner, put, f"hint {version.value}")

    def _send_all(self, request: _Request) -> None:
        for name in self.setting.copies:
            if name not in request.holders:
                self._send(request, name)

    def _send(self, request: _Request, name: str, owner: str = "") -> None:
        if request.version is None:
            label = "newest stamp?" if request.writes else "read?"
            body: _Get | _Put = _Get(request.number)
        else:
            value = request.version.value
            label = f"keep {value} for {owner}" if owner else f"store {value}"
            body = _Put(request.version, request.number, owner)
        self.network.send(request.client, name, body, label)

    def _use_spares(self, request: _Request) -> None:
        """Turn to one spare for each copy that has not answered (Dynamo, 4.6)."""
        if request.over:
            return
        heard = request.reading.replies if request.version is None else request.holders
        missing = [name for name in self.setting.copies if name not in heard]
        for spare, owner in zip(self.setting.spares, missing, strict=False):
            self._send(request, spare, owner)

    def _at_copy(self, message: Message) -> None:
        replica, body = self.replicas[message.to], message.payload
        if isinstance(body, _Get):
            newest = replica.newest()
            answer = _Got(body.request, newest)
            self.network.send(message.to, message.sender, answer, f"{newest.value}")
            return
        assert isinstance(body, _Put)
        if body.owner:
            replica.keep_for(body.owner, body.version)
            self.world.note(message.to, f"keeps {body.version.value} for {body.owner}")
        elif replica.store(body.version):
            self.world.note(message.to, f"holds {body.version.value}")
        if body.request is not None:
            stored = _Stored(body.request)
            self.network.send(message.to, message.sender, stored, "stored")

    def _at_client(self, message: Message) -> None:
        body = message.payload
        assert isinstance(body, _Got | _Stored)
        request = self.requests[body.request]
        if isinstance(body, _Stored):
            request.holders.add(message.sender)
            self._finish_if_held(request)
            return
        waiting = request.version is None and not request.over
        request.reading.add(message.sender, body.version)
        if waiting and request.reading.enough:
            self._has_read(request)
        elif not request.writes and request.over and request.version is None:
            self._repair(request)

    def _has_read(self, request: _Request) -> None:
        newest = request.reading.newest
        if request.writes:
            # More than its own last, too: that write may have reached other copies.
            last = self.last_stamp_us.get(request.client, -1)
            number = max(last, newest.stamp.number) + 1
            self.last_stamp_us[request.client] = number
            self._store(request, Version(Stamp(number, request.client), request.value))
        elif self.setting.write_back:
            request.holders = request.reading.holders
            request.version = newest
            self._finish_if_held(request)
            if not request.over:
                self._send_all(request)
        else:
            self._finish(request, "ok", newest.value)
            self._repair(request)

    def _store(self, request: _Request, version: Version) -> None:
        self.versions.append(version)
        request.version = version
        self._send_all(request)

    def _repair(self, request: _Request) -> None:
        if not self.setting.read_repair:
            return
        newest = request.reading.newest
        for name in sorted(request.reading.behind & set(self.setting.copies)):
            request.reading.replies[name] = newest
            label = f"repair {newest.value}"
            self.network.send(request.client, name, _Put(newest), label)

    def _finish_if_held(self, request: _Request) -> None:
        if not request.over and len(request.holders) >= self.setting.writers:
            assert request.version is not None
            result = None if request.writes else request.version.value
            self._finish(request, "ok", result)

    def _give_up(self, request: _Request) -> None:
        if not request.over:
            # A write that has sent nothing to store has certainly not happened.
            unknown = request.writes and request.version is not None
            self._finish(request, "unknown" if unknown else "failed", None)

    def _finish(self, request: _Request, outcome: str, result: Value) -> None:
        request.over = True
        said = "is told ok" if result is None else f"is told {result}"
        if outcome != "ok":
            said = f"gives up: {outcome}"
        self.world.complete(request.number, outcome, result, said=said)
        queue = self.busy.pop(request.client)
        if queue:
            self.world.after(0, partial(self._next, request.client, queue))

    def _next(self, client: str, queue: deque[tuple[str, Value]]) -> None:
        self.ask(client, *queue.popleft())
        self.busy[client].extend(queue)
