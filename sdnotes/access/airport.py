"""An airport: two questions, asked by two people, and a pass that anybody can hold.

    at check-in   who are you?      a passport with your face       authentication
    at the gate   may you board?    a pass: flight, seat, time      authorization

The pass does not say who you are. Whoever holds it is let in, within its flight and
until it closes: it is a bearer token. A thief who cannot pass check-in passes the gate,
unless the gate too asks for the passport that the pass was made for.

Source: RFC 6750, section 1.2, on bearer tokens; the airport is ours.
Left out: visas, luggage, queues.
Chapter: docs/chapters/access/.
"""

from dataclasses import dataclass
from functools import partial

from sdnotes.sim import Message, Network, Trace, World

CLOSES_MS = 100
"""When the gate closes."""


@dataclass(frozen=True, slots=True)
class AirportSetting:
    """The knobs: ``thief`` takes the pass, ``late_ms`` is how long after it was made.

    ``passport_at_gate`` binds the pass to its owner; ``flight`` is the one whose gate
    it is shown at, and it is made for "AB1".
    """

    thief: bool = False
    passport_at_gate: bool = False
    late_ms: int = 20
    flight: str = "AB1"

    def __post_init__(self) -> None:
        if self.late_ms < 20:
            raise ValueError(f"late_ms={self.late_ms!r} is below 20, when it is made")


_AS_IT_SHOULD = AirportSetting()


@dataclass(frozen=True, slots=True)
class BoardingPass:
    """What check-in hands out: the flight, until when, and for whom it was made."""

    flight: str
    until_ms: int
    passport: str


@dataclass(frozen=True, slots=True)
class _Traveller:
    """What stands before the desk."""

    face: str
    passport: str


@dataclass(frozen=True, slots=True)
class AirportRun:
    """Who boarded, "" for nobody, and why somebody did not."""

    trace: Trace
    boarded: str
    refused: tuple[str, ...]


class _Story:
    def __init__(self, world: World, network: Network, setting: AirportSetting) -> None:
        self.world, self.network, self.setting = world, network, setting
        self.boarded, self.refused = "", list[str]()
        for name, handler in {
            "thief": self._thief,
            "ann": self._ann,
            "check-in": self._check_in,
            "gate": self._gate,
        }.items():
            network.attach(name, handler)

    def _check_in(self, message: Message) -> None:
        assert isinstance(message.payload, _Traveller), "travellers come here alone"
        passport = message.payload.passport
        if message.payload.face != passport:  # who are you?
            self._refuse("check-in", message.sender, "not your passport")
            return
        made = BoardingPass("AB1", CLOSES_MS, passport)
        self.network.send("check-in", message.sender, made, "pass")

    def _ann(self, message: Message) -> None:
        if isinstance(message.payload, BoardingPass):
            holder = "thief" if self.setting.thief else "ann"
            if self.setting.thief:
                self.world.note("ann", "loses the pass")
            at_us = max(self.world.now_us, self.setting.late_ms * 1_000)
            show = partial(self._show, holder, message.payload)
            self.world.at(at_us, show)

    def _thief(self, message: Message) -> None:
        """Hear an answer, and make nothing of it."""

    def _show(self, holder: str, shown: BoardingPass) -> None:
        self.network.send(holder, "gate", shown, "pass")

    def _gate(self, message: Message) -> None:
        shown = message.payload
        assert isinstance(shown, BoardingPass), "nothing else is shown at a gate"
        if shown.flight != self.setting.flight:  # may you board?
            self._refuse("gate", message.sender, "another flight")
        elif self.world.now_us >= shown.until_ms * 1_000:
            self._refuse("gate", message.sender, "closed")
        elif self.setting.passport_at_gate and shown.passport != message.sender:
            self._refuse("gate", message.sender, "not your pass")
        else:
            self.boarded = message.sender
            self.network.send("gate", message.sender, "board", "board")

    def _refuse(self, by: str, whom: str, why: str) -> None:
        self.refused.append(f"{by}: {why}")
        self.network.send(by, whom, "no", why)


def run_airport(setting: AirportSetting = _AS_IT_SHOULD) -> AirportRun:
    """Return who boards: ann, or a thief who tries check-in first, with her passport.

    Examples:
        >>> run_airport().boarded
        'ann'
        >>> run_airport(AirportSetting(thief=True)).boarded
        'thief'
        >>> run_airport(AirportSetting(thief=True, passport_at_gate=True)).refused
        ('check-in: not your passport', 'gate: not your pass')
    """
    world = World()
    network = Network(world, delay=10_000)
    story = _Story(world, network, setting)
    send = network.send
    world.at(0, partial(send, "ann", "check-in", _Traveller("ann", "ann"), "passport"))
    if setting.thief:
        thief = _Traveller("thief", "ann")
        world.at(0, partial(send, "thief", "check-in", thief, "ann's passport"))
    world.run()
    return AirportRun(world.trace, story.boarded, tuple(story.refused))
