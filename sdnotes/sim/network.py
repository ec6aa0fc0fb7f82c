"""A network that delays, loses, doubles, reorders and cuts, all on purpose.

    ATM1 --(-10)--------> ATM2       delivered after the link's delay
    ATM1 --(-10)----x     ATM2       lost: by chance, or because the link is cut

A message is lost when its link is cut at any time between its sending and its arrival:
what is in the cable when the cable is cut does not arrive later. Its sender is not
told; that is the whole difficulty.

    what goes wrong             the trace has                        the sender
    loss, by chance             Sent, Lost: lost                     is not told
    the link is cut             Sent, Lost: link cut, at once        is not told
    it is cut on the way        Sent, Lost: link cut, at that time   is not told
    a duplicate                 Sent once, Delivered twice           is not told
    no such node, or itself     nothing                              ValueError

Rules: every copy is delivered once or lost once, or is under way when the run ends;
with ``in_order`` no copy overtakes one that left before it by the same link.

Source: Gilbert and Lynch 2002, section 2: a partition is a network that may lose
arbitrarily many messages between two groups of nodes.
Left out: bandwidth, queues in the network, corrupted messages.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import permutations, product

from sdnotes.sim.delay import Delay, FixedDelay
from sdnotes.sim.trace import CutMade, Delivered, Healed, Lost, Sent
from sdnotes.sim.world import Chance, World


@dataclass(frozen=True, slots=True)
class Message:
    """What a node's handler is given."""

    number: int
    sender: str
    to: str
    payload: object
    label: str
    sent_us: int


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How one direction between two nodes treats its messages."""

    delay: Delay
    loss: float = 0.0
    duplicate: float = 0.0
    in_order: bool = True

    def __post_init__(self) -> None:
        for name in ("loss", "duplicate"):
            probability = getattr(self, name)
            if not 0 <= probability <= 1:
                raise ValueError(f"{name}={probability!r} is not between 0 and 1")


@dataclass(slots=True, eq=False)
class _Copy:
    """A copy of a message under way, like no other; a cut marks it lost."""

    message: Message
    lost: bool = False


class Cut:
    """Links that carry nothing until ``heal`` is called, once."""

    def __init__(
        self,
        network: "Network",
        number: int,
        links: tuple[tuple[str, str], ...],
        text: str,
    ) -> None:
        self.number = number
        self.links = links
        self.text = text
        self._network = network

    def heal(self) -> None:
        """Let the links carry messages again. Raises ValueError the second time."""
        self._network._heal(self)


class Network:
    """Carries messages between named nodes of one world.

    ``delay`` is a Delay or a fixed number of microseconds; ``loss`` and ``duplicate``
    are probabilities for each message; without ``in_order``, messages of one link
    overtake each other when their delays say so.

    Examples:
        >>> world = World(seed=1)
        >>> network = Network(world, delay=10_000)
        >>> network.attach("a", lambda message: None)
        >>> network.attach("b", lambda got: world.note("b", f"got {got.label}"))
        >>> _ = network.send("a", "b", 7)
        >>> world.run()
        >>> world.trace.events[-1].what
        'got 7'
    """

    def __init__(
        self,
        world: World,
        delay: Delay | int = 10_000,
        *,
        loss: float = 0.0,
        duplicate: float = 0.0,
        in_order: bool = True,
    ) -> None:
        fixed = FixedDelay(delay) if isinstance(delay, int) else delay
        self.world = world
        self._default = LinkSettings(fixed, loss, duplicate, in_order)
        self._settings: dict[tuple[str, str], LinkSettings] = {}
        self._handlers: dict[str, Callable[[Message], object]] = {}
        self._under_way: dict[tuple[str, str], list[_Copy]] = {}
        self._last_arrival_us: dict[tuple[str, str], int] = {}
        self._cuts: list[Cut] = []

    @property
    def nodes(self) -> tuple[str, ...]:
        """Return the names of the nodes, in the order in which they were attached."""
        return tuple(self._handlers)

    def attach(self, name: str, handler: Callable[[Message], object]) -> None:
        """Add a node. Raises ValueError when the name is empty or taken."""
        if not name or name in self._handlers:
            raise ValueError(f"name={name!r} is {'taken' if name else 'empty'}")
        self._handlers[name] = handler

    def configure(
        self,
        sender: str,
        to: str,
        *,
        delay: Delay | int | None = None,
        loss: float | None = None,
        duplicate: float | None = None,
        in_order: bool | None = None,
    ) -> None:
        """Change one direction of one link; what is not named stays as it was."""
        link = self._link(sender, to)
        settings = self._settings.get(link, self._default)
        if delay is not None:
            fixed = FixedDelay(delay) if isinstance(delay, int) else delay
            settings = replace(settings, delay=fixed)
        if loss is not None:
            settings = replace(settings, loss=loss)
        if duplicate is not None:
            settings = replace(settings, duplicate=duplicate)
        if in_order is not None:
            settings = replace(settings, in_order=in_order)
        self._settings[link] = settings

    def send(self, sender: str, to: str, payload: object, label: str = "") -> Message:
        """Send a message and return it; whether it arrives, the sender is not told.

        ``label`` is what traces and diagrams call it, str(payload) if not given.
        Raises ValueError when a node does not exist or sends to itself.
        """
        link = self._link(sender, to)
        label = label or str(payload)
        world = self.world
        number = world.number("message")
        message = Message(number, sender, to, payload, label, world.now_us)
        world.trace.append(Sent(world.now_us, sender, to, message.number, label))
        settings = self._settings.get(link, self._default)
        chance = world.chance("network")
        copies = 2 if chance.happens(settings.duplicate) else 1
        for _ in range(copies):
            copy = _Copy(message)
            if self.is_cut(sender, to):
                self._lose(copy, "link cut")
            elif chance.happens(settings.loss):
                self._lose(copy, "lost")
            else:
                self._carry(copy, link, settings, chance)
        return message

    def is_cut(self, sender: str, to: str) -> bool:
        """Return whether messages in this direction are lost now."""
        return any((sender, to) in cut.links for cut in self._cuts)

    def cut(self, sender: str, to: str) -> Cut:
        """Cut one direction; the other still carries messages."""
        return self._make_cut((self._link(sender, to),), f"{sender} -> {to}")

    def partition(self, *groups: str | Iterable[str]) -> Cut:
        """Cut every link between nodes of different groups, both ways.

        A group is a node's name or several of them.

        Raises ValueError for fewer than two groups, an empty one, a node in two of
        them or a node that does not exist.
        """
        sides = [
            (group,) if isinstance(group, str) else tuple(group) for group in groups
        ]
        if len(sides) < 2 or not all(sides):
            raise ValueError(f"groups={sides!r}: need two groups or more, none empty")
        names = [name for side in sides for name in side]
        if len(set(names)) != len(names):
            raise ValueError(f"groups={sides!r}: a node stands in two groups")
        if unknown := [name for name in names if name not in self._handlers]:
            raise ValueError(f"groups={sides!r}: {self._not_here(unknown[0])}")
        links = tuple(
            self._link(a, b)
            for left, right in permutations(sides, 2)
            for a, b in product(left, right)
        )
        # In one order however the groups were given: a set has none of its own.
        links = tuple(sorted(links, key=lambda link: [*map(self.nodes.index, link)]))
        sides = [tuple(sorted(side, key=self.nodes.index)) for side in sides]
        return self._make_cut(links, " | ".join(" ".join(side) for side in sides))

    def _link(self, sender: str, to: str) -> tuple[str, str]:
        for name, node in (("sender", sender), ("to", to)):
            if node not in self._handlers:
                raise ValueError(f"{name}={node!r}: {self._not_here(node)}")
        if sender == to:
            raise ValueError(f"to={to!r} cannot send to itself over the network")
        return sender, to

    def _not_here(self, node: str) -> str:
        known = ", ".join(self._handlers) or "none"
        return f"there is no node {node!r}; attached are: {known}"

    def _carry(
        self, copy: _Copy, link: tuple[str, str], settings: LinkSettings, chance: Chance
    ) -> None:
        arrival_us = self.world.now_us + settings.delay(chance)
        if settings.in_order:
            arrival_us = max(arrival_us, self._last_arrival_us.get(link, 0))
            self._last_arrival_us[link] = arrival_us
        under_way = self._under_way.setdefault(link, [])
        under_way.append(copy)

        def arrive() -> None:
            if copy.lost:
                return
            under_way.remove(copy)
            message = copy.message
            self.world.trace.append(
                Delivered(
                    self.world.now_us,
                    message.to,
                    message.sender,
                    message.number,
                    message.label,
                )
            )
            self._handlers[message.to](message)

        self.world.at(arrival_us, arrive)

    def _lose(self, copy: _Copy, reason: str) -> None:
        copy.lost = True
        message = copy.message
        self.world.trace.append(
            Lost(
                self.world.now_us,
                message.sender,
                message.to,
                message.number,
                message.label,
                reason,
            )
        )

    def _make_cut(self, links: tuple[tuple[str, str], ...], text: str) -> Cut:
        cut = Cut(self, self.world.number("cut"), links, text)
        self._cuts.append(cut)
        self.world.trace.append(CutMade(self.world.now_us, cut.number, links, text))
        for link in links:
            self._last_arrival_us.pop(link, None)  # what is lost holds up nothing
            for copy in self._under_way.pop(link, []):
                self._lose(copy, "link cut")
        return cut

    def _heal(self, cut: Cut) -> None:
        if cut not in self._cuts:
            raise ValueError(f"the cut {cut.text!r} is healed already")
        self._cuts.remove(cut)
        self.world.trace.append(Healed(self.world.now_us, cut.number, cut.text))
