"""An order is stored, and a message sent. What if the machine crashes between the two?

    way             a crash between leaves       and when it is back
    message first   a message without an order   customers get what nobody ordered
    store first     an order without a message   nobody ever sends it
    outbox          both, or neither             the relay sends what is in the outbox

Two systems cannot commit together. But the note "this has to be sent" can stand in the
same database as the order, so one transaction has both. A relay reads the notes, sends
them and then crosses them out. A crash between these two sends a message a second time:
that is *at least once*, and who gets it has to know the numbers that it had already.

Source: Richardson 2018, "Microservices Patterns", section 3.3 (transactional outbox).
Left out: reading the database's own log instead of a table; order over several relays.
Builds on: sdnotes.acid.crashing, sdnotes.sim. Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from sdnotes.acid.crashing import Machine, Stage, require, staged
from sdnotes.sim import Message, Trace

SHOP = "shop"
BROKER = "broker"


class Way(StrEnum):
    """How the shop stores an order and tells the broker of it."""

    MESSAGE_FIRST = "message first"
    STORE_FIRST = "store first"
    OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class OutboxRun:
    """What came of it: the orders stored, and the messages that arrived, by number.

    ``handled`` is what a consumer has done that knows the numbers it had already.
    """

    trace: Trace
    steps: tuple[str, ...]
    stored: tuple[int, ...]
    arrived: tuple[int, ...]
    handled: tuple[int, ...]

    @property
    def lost(self) -> tuple[int, ...]:
        """Return the orders of which no message came."""
        return tuple(n for n in self.stored if n not in self.arrived)

    @property
    def from_nowhere(self) -> tuple[int, ...]:
        """Return the messages of which there is no order."""
        return tuple(n for n in self.handled if n not in self.stored)

    @property
    def twice(self) -> tuple[int, ...]:
        """Return the messages that arrived more than once."""
        return tuple(n for n in self.handled if self.arrived.count(n) > 1)


class _Shop:
    def __init__(self, stage: Stage, way: Way, relay_us: int) -> None:
        self.machine = Machine(SHOP, stage, self.relay_later)
        self.way = way
        self.relay_us = relay_us
        self.stored: list[int] = []  # on its disk, as is the outbox
        self.outbox: list[int] = []
        self.machine.on(self.hear)
        if way is Way.OUTBOX:
            self.relay_later()

    def order(self, number: int) -> None:
        match self.way:
            case Way.MESSAGE_FIRST:
                self.send(number)
                self.store(number)
            case Way.STORE_FIRST:
                self.store(number)
                self.send(number)
            case Way.OUTBOX:
                self.store(number)

    def store(self, number: int) -> None:
        """Commit the order and, with an outbox, the note: both or neither."""
        self.machine.step(f"commits order {number}")
        self.stored.append(number)
        has_note = self.way is Way.OUTBOX
        if has_note:
            self.outbox.append(number)
        self.machine.stage.world.note(
            SHOP, f"order {number}{' and note' if has_note else ''}"
        )

    def send(self, number: int) -> None:
        self.machine.send(
            f"sends message {number}", BROKER, number, f"message {number}"
        )

    def hear(self, message: Message) -> None:
        """Cross a note out when the broker has said that it has the message."""
        number = message.payload
        if isinstance(number, int) and number in self.outbox:
            self.machine.step(f"crosses out note {number}")
            self.outbox.remove(number)
            self.machine.stage.world.note(SHOP, f"crossed out {number}")

    def relay_later(self) -> None:
        if self.way is Way.OUTBOX:
            self.machine.after(self.relay_us, self.relay)

    def relay(self) -> None:
        """Send all that is in the outbox, and look again later."""
        for number in list(self.outbox):
            self.send(number)
        self.relay_later()


class _Broker:
    def __init__(self, stage: Stage) -> None:
        self.machine = Machine(BROKER, stage, lambda: None)
        self.arrived: list[int] = []  # on its disk
        self.machine.on(self.hear)

    def hear(self, message: Message) -> None:
        assert isinstance(message.payload, int)
        number = message.payload
        self.machine.step(
            f"keeps message {number}", lambda: self.arrived.append(number)
        )
        self.machine.send(f"confirms {number}", SHOP, number, f"has {number}")


def run_outbox(
    *,
    way: str = "outbox",
    crash: str = "",
    recovers_ms: int | None = 30,
    delay_ms: int = 5,
    relay_ms: int = 20,
    orders: int = 2,
) -> OutboxRun:
    """Take some orders, one every 10 ms, and tell the broker of each.

    One machine crashes before the step ``crash``, one of the run's ``steps``, and is
    back after ``recovers_ms`` (None: never); what is in memory is gone, and orders that
    come while it is down are not taken. The relay looks every ``relay_ms``.

    Raises ValueError for a way or a step that there is not, for a time below 0, a relay
    without a pause, and for less than one order.

    Examples:
        >>> run = run_outbox(way="store first", crash="shop: sends message 1")
        >>> run.stored, run.arrived
        ((1,), ())
    """
    require(recovers_ms=(recovers_ms, 0), delay_ms=(delay_ms, 0))
    require(relay_ms=(relay_ms, 1), orders=(orders, 1))
    if way not in tuple(Way):
        raise ValueError(f"way={way!r} is none of: {', '.join(Way)}")
    stage = staged(crash, recovers_ms, delay_ms)
    world = stage.world
    shop, broker = _Shop(stage, Way(way), relay_ms * 1000), _Broker(stage)
    for number in range(1, orders + 1):
        take = shop.machine.while_up(partial(shop.order, number))
        world.at((number - 1) * 10_000, take)
    end_ms = 10 * orders + 4 * (relay_ms + 2 * delay_ms) + (recovers_ms or 0)
    world.run(until_us=end_ms * 1000)
    return OutboxRun(
        world.trace,
        stage.played(),
        tuple(shop.stored),
        tuple(broker.arrived),
        tuple(dict.fromkeys(broker.arrived)),
    )
