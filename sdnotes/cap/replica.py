"""One copy of a register, and what its readers and writers count.

    copy   holds        a read that asks A and B returns the newer version: 7
    A      7 at (2, w)  and may repair B, which holds the older one
    B      5 at (1, w)
    C      5 at (1, w)

Every version carries a stamp; the greater stamp is the newer version. Stamps come from
the writer's clock, or from asking a quorum for the greatest and adding one.

Source: Gifford 1979; DeCandia et al. 2007, "Dynamo", section 4.6 for hints.
Left out: several keys, deletion, disks. Chapter: docs/chapters/cap/.
"""

from dataclasses import dataclass

from sdnotes.sim import Value


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """How new a version is: a number, and the writer's name where two are equal."""

    number: int
    writer: str


@dataclass(frozen=True, slots=True)
class Version:
    """A value with its stamp."""

    stamp: Stamp
    value: Value

    def newer_than(self, other: "Version") -> bool:
        """Return whether this version replaces the other."""
        return self.stamp > other.stamp


class Replica:
    """A copy that keeps the newest version it was given, and hints for other copies.

    Examples:
        >>> copy = Replica(Version(Stamp(0, ""), 5))
        >>> copy.store(Version(Stamp(2, "w"), 7)), copy.store(Version(Stamp(1, "w"), 6))
        (True, False)
        >>> copy.newest().value
        7
    """

    def __init__(self, initial: Version) -> None:
        self._held = initial
        self._hints: dict[str, Version] = {}

    def store(self, version: Version) -> bool:
        """Keep the version if it is newer; return whether it was."""
        if not version.newer_than(self._held):
            return False
        self._held = version
        return True

    def keep_for(self, owner: str, version: Version) -> None:
        """Keep a version that belongs on a copy which cannot be reached."""
        known = self._hints.get(owner)
        if known is None or version.newer_than(known):
            self._hints[owner] = version

    def newest(self) -> Version:
        """Return the newest version here, hints for others included."""
        versions = [self._held, *self._hints.values()]
        return max(versions, key=lambda version: version.stamp)

    def hand_off(self) -> dict[str, Version]:
        """Return the hints, by the copy each belongs on, and keep them no longer."""
        hints, self._hints = self._hints, {}
        return hints


class Reading:
    """The replies that a reader has so far, and when they are enough.

    ``holders`` are the copies that replied with the newest version seen, ``behind``
    those that replied with an older one.
    """

    def __init__(self, needed: int) -> None:
        self.needed = needed
        self.replies: dict[str, Version] = {}

    def add(self, copy: str, version: Version) -> None:
        """Note a copy's reply; a doubled one counts once."""
        self.replies.setdefault(copy, version)

    @property
    def enough(self) -> bool:
        """Return whether so many copies have replied as were needed."""
        return len(self.replies) >= self.needed

    @property
    def newest(self) -> Version:
        """Return the newest version among the replies; there must be one."""
        return max(self.replies.values(), key=lambda version: version.stamp)

    @property
    def holders(self) -> set[str]:
        """Return the copies that replied with the newest version."""
        newest = self.newest
        return {copy for copy, version in self.replies.items() if version == newest}

    @property
    def behind(self) -> set[str]:
        """Return the copies that replied with an older one."""
        return set(self.replies) - self.holders
