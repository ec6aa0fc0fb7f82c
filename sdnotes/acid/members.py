"""What the transactions of one store have in common, and how one of them is undone.

    members     who takes part: number, level, snapshot, and how it ended
    versions    what they wrote             locks       who waits for whom
    log         what survives a crash       conflicts   who read what others overwrote
    history     every step that was done, for a checker

Source: none; the parts name theirs.
Builds on: sdnotes.acid.versions, locks, conflicts, log. Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sdnotes.acid.conflicts import Conflicts
from sdnotes.acid.errors import TransactionAbortedError
from sdnotes.acid.levels import Leaves, Level
from sdnotes.acid.locks import LockTable
from sdnotes.acid.log import Log
from sdnotes.acid.operations import Action, Operation, Value
from sdnotes.acid.versions import Version, Versions


class State(StrEnum):
    """How far a transaction has come."""

    ACTIVE = "active"
    COMMITTED = "committed"
    ABORTED = "aborted"


@dataclass(slots=True)
class Member:
    """A transaction, as the others see it."""

    name: str
    number: int
    level: Level
    snapshot: int
    """How many commits there had been when it began."""
    state: State = State.ACTIVE
    writes: int = 0
    failure: TransactionAbortedError | None = None
    """Why the store has aborted it."""


@dataclass(slots=True)
class Members:
    """All transactions of a store, and all that they work on."""

    log: Log
    next_number: int
    by_name: dict[str, Member] = field(default_factory=dict)
    versions: Versions = field(default_factory=Versions)
    locks: LockTable = field(default_factory=LockTable)
    conflicts: Conflicts = field(default_factory=Conflicts)
    history: list[Operation] = field(default_factory=list)
    moment: int = 0
    """How many commits there were."""

    def join(self, name: str, level: Level) -> Member:
        """Let a transaction begin."""
        member = Member(name, self.next_number, level, self.moment)
        self.next_number += 1
        self.by_name[name] = member
        if level.leaves is Leaves.NOTE:
            self.conflicts.begin(name, self.moment)
        return member

    def record(
        self,
        member: Member,
        action: Action,
        *,
        key: str = "",
        value: Value | None = None,
        version: str = "",
    ) -> None:
        """Write down a step."""
        at = len(self.history)
        self.history.append(Operation(member.name, action, at, key, value, version))

    def record_scan(
        self,
        member: Member,
        predicate: str,
        matched: dict[str, Value],
        seen: dict[str, Version],
    ) -> None:
        """Write down a scan, with the version that it saw of every key."""
        versions = tuple((key, version.name) for key, version in seen.items())
        self.history.append(
            Operation(
                member.name,
                Action.SCAN,
                len(self.history),
                predicate=predicate,
                matched=tuple(matched.items()),
                seen=versions,
            )
        )

    def add_version(self, member: Member, key: str, value: Value | None) -> None:
        """Add what a transaction writes."""
        member.writes += 1
        name = f"{member.name}.{member.writes}"
        self.versions.add(key, Version(name, member.name, value))
        self.record(member, Action.WRITE, key=key, value=value, version=name)

    def commit(self, member: Member) -> None:
        """Let what a transaction wrote be visible, and give up what it holds."""
        self.moment += 1
        self.versions.commit(member.name, self.moment)
        member.state = State.COMMITTED
        self.record(member, Action.COMMIT)
        self.locks.release(member.name)

    def undo(self, member: Member) -> None:
        """Take back all that a transaction wrote, and give up what it holds."""
        self.versions.remove(member.name)
        self.locks.release(member.name)
        if member.level.leaves is Leaves.NOTE:
            self.conflicts.forget(member.name)
        member.state = State.ABORTED
        self.record(member, Action.ABORT)

    def fail(self, name: str, failure: TransactionAbortedError) -> None:
        """Abort a transaction that did not ask for it; its next step says why."""
        member = self.by_name[name]
        self.undo(member)
        member.failure = failure

    def check(self) -> None:
        """Assert what holds between any two steps."""
        self.versions.check()
        active = {m.name for m in self.by_name.values() if m.state is State.ACTIVE}
        for writer, versions in self.versions.opened.items():
            assert writer in active, f"{writer} has ended"
            for key, _ in versions:
                assert self.locks.keys.get(key) == writer, f"{key} is not {writer}'s"
        assert set(self.locks.keys.values()) <= active
        assert self.locks.predicates.keys() <= active
        assert self.locks.waits.keys() <= active
        for member in self.by_name.values():
            assert (member.failure is None) or member.state is State.ABORTED
