"""Remove the boss from the readers, *then* post the photo. May the boss see it?

The two changes travel to another copy of the album, and may overtake each other there:

    arrival order                  remove, post        post, remove
    each applied as it arrives     boss sees nothing   boss sees the photo, until remove
    causal delivery                boss sees nothing   post is held back, then as left

"Eventually consistent" is true of both rows; the boss looks before eventually. **Causal
delivery** holds a message back until all that its sender knew of when it sent it has
been delivered here. A vector clock says what that is: the counts of messages that the
sender had sent itself and had delivered from others.

It orders what depends on each other, no more: if the photo is posted at a copy that has
not yet heard of the removal, the two are concurrent and the boss may see it. And it
does not make copies equal: of two concurrent changes each copy may apply another one
last. For that they need a rule as well, a merge or a stamp.

Source: Birman, Schiper and Stephenson 1991, "Lightweight Causal and Atomic Group
Multicast", ACM TOCS 9(3), section 5; for a store Lloyd et al. 2011, "Don't Settle for
Eventual" (COPS), SOSP. In Cooper et al. 2008, "PNUTS", VLDB, the boss is a mother.
Left out: asking again for what was lost (its followers wait for ever), nodes that join
or leave, a limit to what is held back.
Builds on: sdnotes.cap.vector_clock. Chapter: docs/chapters/cap/.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Generic, TypeVar

from sdnotes.cap.values import same
from sdnotes.cap.vector_clock import VectorClock

T = TypeVar("T")

MOST_MESSAGES = 7
"""``count_leaks`` tries all orders: 5040 of seven messages."""


@dataclass(frozen=True)  # with slots, Python 3.11 could not call Stamped[str]()
class Stamped(Generic[T]):
    """A message to all other copies; its clock counts itself and all it depends on."""

    body: T
    sender: str
    clock: VectorClock

    def __post_init__(self) -> None:
        if not self.clock[self.sender]:
            raise ValueError(
                f"clock={self.clock} does not count the message of {self.sender!r}"
            )

    @property
    def number(self) -> int:
        """Return the how-manieth of its sender's messages it is, from 1."""
        return self.clock[self.sender]


class CausalInbox(Generic[T]):
    """Stamps what its owner sends, and holds back what arrives before its causes.

    Everybody's messages must go to everybody; they may come late, in any order and
    more than once. One thread at a time.

    Examples:
        >>> ann, bob = CausalInbox[str]("Ann"), CausalInbox[str]("Bob")
        >>> remove, post = ann.stamp("remove boss"), ann.stamp("post photo")
        >>> [m.body for m in bob.receive(post)], [m.body for m in bob.receive(remove)]
        ([], ['remove boss', 'post photo'])
    """

    def __init__(self, owner: str) -> None:
        if not owner:
            raise ValueError(f"owner={owner!r}: an inbox needs a name")
        self.owner = owner
        self.clock = VectorClock()
        """How many messages of each sender were delivered here, the owner's too."""
        self._held: dict[tuple[str, int], Stamped[T]] = {}

    @property
    def held(self) -> tuple[Stamped[T], ...]:
        """Return the messages that still wait for others, in the order of arrival."""
        return tuple(self._held.values())

    def stamp(self, body: T) -> Stamped[T]:
        """Return a message of the owner's: it depends on all that was delivered here.

        The owner has it delivered at once.
        """
        self.clock = self.clock.tick(self.owner)
        return Stamped(body, self.owner, self.clock)

    def receive(self, message: Stamped[T]) -> list[Stamped[T]]:
        """Return what can be delivered now, in order: often nothing, or several.

        A message that came before is delivered no second time. Cost: the square of the
        number of messages held back, at worst. Raises ValueError when one number of a
        sender stands for two messages in the queue, or when the message depends on one
        that the owner never sent: the owner has forgotten, or shares its name.
        """
        if message.clock[self.owner] > self.clock[self.owner]:
            raise ValueError(
                f"message={message!r} counts messages that {self.owner!r} never sent"
            )
        if message.number <= self.clock[message.sender]:
            return []
        held = self._held.setdefault((message.sender, message.number), message)
        if held.clock != message.clock or not same(held.body, message.body):
            raise ValueError(f"message={message!r} has the number of {held!r}")
        delivered = []
        while (ready := self._next()) is not None:
            del self._held[ready.sender, ready.number]
            self.clock = self.clock.merge(ready.clock)
            delivered.append(ready)
        return delivered

    def _next(self) -> Stamped[T] | None:
        for message in self._held.values():
            # Birman et al. 1991, section 5.1: the sender's next message, and of the
            # others' none that is not here. Merging the clock counts it and no more.
            known = self.clock.tick(message.sender)
            if message.clock <= known:
                return message
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the album: ``action`` is "admit", "remove" (readers) or "post"."""

    action: str
    what: str

    def __post_init__(self) -> None:
        if self.action not in ("admit", "remove", "post"):
            raise ValueError(f"action={self.action!r} is not admit, remove or post")


@dataclass(frozen=True, slots=True)
class Leaks:
    """Of all arrival orders, in how many somebody could see what was not for them."""

    orders: int
    as_it_arrives: int
    causal: int


def could_see(changes: Iterable[Change], *, viewer: str, photo: str) -> bool:
    """Return whether a viewer, a reader at first, could ever see a photo.

    The viewer looks after each change.
    """
    admitted, posted = True, False
    for change in changes:
        if change.what == viewer and change.action != "post":
            admitted = change.action == "admit"
        posted = posted or change == Change("post", photo)
        if admitted and posted:
            return True
    return False


def count_leaks(
    messages: Sequence[Stamped[Change]], *, viewer: str = "boss", photo: str = "photo"
) -> Leaks:
    """Return in how many arrival orders at a further copy the viewer could see a photo.

    Tries every order of the messages, of which some may be duplicates. Raises
    ValueError for more than MOST_MESSAGES.

    Examples:
        >>> ann = CausalInbox[Change]("Ann")
        >>> remove = ann.stamp(Change("remove", "boss"))
        >>> count_leaks([remove, ann.stamp(Change("post", "photo"))])
        Leaks(orders=2, as_it_arrives=1, causal=0)
    """
    if len(messages) > MOST_MESSAGES:
        raise ValueError(f"messages: {len(messages)} are more than {MOST_MESSAGES}")
    orders = list(permutations(messages))
    plain = causal = 0
    for order in orders:
        plain += could_see((m.body for m in order), viewer=viewer, photo=photo)
        inbox = CausalInbox[Change]("further copy")
        delivered = [m.body for arrived in order for m in inbox.receive(arrived)]
        causal += could_see(delivered, viewer=viewer, photo=photo)
    return Leaks(len(orders), plain, causal)
