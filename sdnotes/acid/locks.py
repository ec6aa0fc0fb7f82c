"""Who must wait for whom, and does anybody wait for themselves in the end?

    T1 holds x, wants y          waits:   T1 -> T2 -> T1        a circle: a deadlock;
    T2 holds y, wants x                                         one of them is aborted

A write locks its key, and a read, where its level locks, the predicate that it asked.
Nothing is queued here: whoever is refused asks again once one of the holders has ended.

Source: Eswaran, Gray, Lorie, Traiger 1976; Gray and Reuter 1993, chapters 7 and
8 (locks, deadlocks).
Left out: fair queues, intention locks, lock escalation, timeouts.
Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass, field

from sdnotes.acid.operations import Value
from sdnotes.acid.predicate import Predicate


@dataclass(slots=True)
class LockTable:
    """Locks by owner, and who waits for which owners. Owners are names."""

    keys: dict[str, str] = field(default_factory=dict)
    """Who may write each key until they end."""
    predicates: dict[str, list[Predicate]] = field(default_factory=dict)
    """What each owner has read, and others must not change."""
    waits: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def in_the_way(
        self, owner: str, key: str, before: Value | None, after: Value | None
    ) -> tuple[str, ...]:
        """Return who keeps an owner from writing a key, in order."""
        found = {self.keys.get(key, owner)}
        for reader, predicates in self.predicates.items():
            if any(each.is_touched(key, before, after) for each in predicates):
                found.add(reader)
        return tuple(sorted(found - {owner}))

    def lock_key(self, owner: str, key: str) -> None:
        """Let nobody else write a key. Whoever is in the way was asked before."""
        assert self.keys.get(key, owner) == owner, f"{key} is {self.keys[key]}'s"
        self.keys[key] = owner

    def lock_predicate(self, owner: str, predicate: Predicate) -> None:
        """Let nobody else write what touches a predicate."""
        held = self.predicates.setdefault(owner, [])
        if predicate not in held:
            held.append(predicate)

    def wait(self, owner: str, holders: tuple[str, ...]) -> tuple[str, ...]:
        """Note for whom an owner waits; return the circle that this closes, if any.

        It begins with the owner. Cost: linear in those who wait.
        """
        self.waits[owner] = holders
        came_from: dict[str, str] = {}
        open_ends = [owner]
        while open_ends:
            waiting = open_ends.pop()
            for holder in self.waits.get(waiting, ()):
                if holder == owner:
                    circle = [waiting]
                    while circle[-1] != owner:
                        circle.append(came_from[circle[-1]])
                    return tuple(reversed(circle))
                if holder not in came_from:
                    came_from[holder] = waiting
                    open_ends.append(holder)
        return ()

    def stop_waiting(self, owner: str) -> None:
        """Note that an owner goes on."""
        self.waits.pop(owner, None)

    def release(self, owner: str) -> None:
        """Give up all that an owner holds."""
        self.keys = {key: who for key, who in self.keys.items() if who != owner}
        self.predicates.pop(owner, None)
        self.stop_waiting(owner)
