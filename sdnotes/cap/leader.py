"""One leader, its followers, terms, and what is rolled back after a cut.

    A leads, term 1     A | B C are parted          healed
    A  1 2 3            1 2 3 4    4 by a client    1 2 3 5    A's 4 is gone
    B  1 2 3            1 2 3 5    B leads, term 2  1 2 3 5
    C  1 2 3            1 2 3 5                     1 2 3 5

Whether 4 was acknowledged is the *write concern*: with "one" the leader says ok as soon
as it holds the write itself, with "majority" when more than half of the members do. A
term is a number that grows with each election; members follow the highest they have
seen, and take nothing from a leader of a lower one.

Source: Ongaro and Ousterhout 2014, "Raft", section 5 (terms, elections, log matching);
MongoDB's manual for the names of the concerns.
Left out: time: who asks for an election, and when, is up to the caller; messages, of
which each call here sends as many as it needs at once; members that join or leave.
Builds on: sdnotes.cap.quorum.
Chapter: docs/chapters/cap/.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sdnotes.cap.quorum import majority

CONCERNS = ("one", "majority")


class NotAvailableError(RuntimeError):
    """The member cannot do it now. Definite: nothing happened; another one might."""


class OutcomeUnknownError(RuntimeError):
    """The leader stored the write and cannot tell whether it will last."""


@dataclass(slots=True)
class _Member:
    term: int = 1
    leads: bool = False
    # (term, value), oldest first; None is an entry that changes nothing.
    log: list[tuple[int, int | None]] = field(default_factory=list)


class ReplicaSet:
    """A register on several members, one of which leads.

    Examples:
        >>> group = ReplicaSet("ABC", leader="A")
        >>> group.write("A", 1)
        >>> group.cut("A", "BC")
        >>> group.elect("B"), group.write("B", 2)
        (2, None)
        >>> group.read("A"), group.read("B")  # the old leader has not heard of it
        (1, 2)
    """

    def __init__(
        self, members: Iterable[str], *, leader: str, concern: str = "majority"
    ) -> None:
        self._members = {name: _Member() for name in members}
        if leader not in self._members:
            known = ", ".join(self._members)
            raise ValueError(f"leader={leader!r} is not one of {known}")
        if concern not in CONCERNS:
            raise ValueError(f"concern={concern!r} is not one of {', '.join(CONCERNS)}")
        self.concern = concern
        self._members[leader].leads = True
        self._sides: list[frozenset[str]] = [frozenset(self._members)]

    @property
    def majority(self) -> int:
        """Return the least number of members that is more than half."""
        return majority(len(self._members))

    def cut(self, *sides: Iterable[str]) -> None:
        """Part the members; each must stand on one side."""
        parts = [frozenset(side) for side in sides]
        if sorted(name for part in parts for name in part) != sorted(self._members):
            raise ValueError(f"sides={sides!r}: each member must stand on one side")
        self._sides = parts

    def heal(self) -> list[int]:
        """Reconnect all; return the values that were rolled back, oldest first.

        A write that is gone is not named if the leader's log holds an equal one, of the
        same value and term.

        The leader of the highest term stays, the others follow it and take its log.
        Where that one has stepped down, no older one comes back in its place: each
        keeps what it has, until a leader is elected.
        """
        self._sides = [frozenset(self._members)]
        term = max(m.term for m in self._members.values())
        for member in self._members.values():
            member.leads = member.leads and member.term == term
        leading = [m for m in self._members.values() if m.leads]
        if not leading:
            return []
        (leader,) = leading  # a term has one at most
        gone = [
            value
            for member in self._members.values()
            for term, value in member.log
            if value is not None and (term, value) not in leader.log
        ]
        for member in self._members.values():
            if member is not leader:
                member.term = leader.term
                member.log = list(leader.log)
        return list(dict.fromkeys(gone))

    def elect(self, name: str) -> int:
        """Make a candidate the leader of a new term and return the term.

        Raises NotAvailableError without the votes of a majority: those that can be
        reached and whose log is no newer than the candidate's.
        """
        me = self._member(name)
        reachable = [self._members[other] for other in self._side(name)]
        term = max(m.term for m in reachable) + 1
        votes = [m for m in reachable if _newness(m) <= _newness(me)]
        if len(votes) < self.majority:
            everyone = len(self._members)
            raise NotAvailableError(
                f"{name} got {len(votes)} of {everyone} votes: no majority"
            )
        # An empty entry of its own term: what it inherited lasts from here on, since
        # nobody with an older last entry can be elected any more (Raft, section 8).
        me.log.append((term, None))
        for member in reachable:
            member.term, member.leads = term, member is me
            member.log = list(me.log)
        return term

    def step_down(self, name: str) -> None:
        """Let a leader that cannot reach a majority stop leading."""
        if len(self._side(name)) < self.majority:
            self._member(name).leads = False

    def write(self, name: str, value: int) -> None:
        """Write at a member; return when the write concern is met.

        Raises NotAvailableError where the member does not lead, OutcomeUnknownError
        where it stored the value and the concern was not met.
        """
        me = self._member(name)
        if not me.leads:
            raise NotAvailableError(f"{name} does not lead")
        me.log.append((me.term, value))
        stored = self._spread(name)
        if self.concern == "majority" and stored < self.majority:
            raise OutcomeUnknownError(
                f"{name} could store {value} on {stored} of {len(self._members)}"
            )

    def read(self, name: str, *, confirmed: bool = False) -> int | None:
        """Return the newest value that the member holds; None before the first.

        It may be stale, or be rolled back later. With ``confirmed`` the member must
        lead, and a majority must come to hold its log first, as for a write; else
        NotAvailableError is raised.
        """
        me = self._member(name)
        if confirmed and (not me.leads or self._spread(name) < self.majority):
            raise NotAvailableError(f"{name} cannot know that it holds the newest")
        values = (value for _, value in reversed(me.log) if value is not None)
        return next(values, None)

    def _spread(self, name: str) -> int:
        """Copy a leader's log to those that it reaches; return how many hold it."""
        me, stored = self._member(name), 0
        for other in self._side(name):
            member = self._members[other]
            if member.term <= me.term:  # a higher term fences an old leader off
                member.term, member.log = me.term, list(me.log)
                member.leads = member is me
                stored += 1
        return stored

    def _member(self, name: str) -> _Member:
        if name not in self._members:
            known = ", ".join(self._members)
            raise ValueError(f"name={name!r} is not one of {known}")
        return self._members[name]

    def _side(self, name: str) -> list[str]:
        self._member(name)
        (side,) = (side for side in self._sides if name in side)
        return sorted(side)


def _newness(member: _Member) -> tuple[int, int]:
    """Return what votes compare: the last entry's term, then the log's length."""
    return (member.log[-1][0] if member.log else 0), len(member.log)


def default_concern(data: int, arbiters: int) -> str:
    """Return MongoDB's default write concern, from 5.0 on, as one of CONCERNS.

    An arbiter votes and holds no data. With so many of them that the loss of one
    member with data could leave no majority to acknowledge a write, the default is
    "one". Raises ValueError below one member with data, or below 0 arbiters. Source:
    MongoDB's manual, "Default MongoDB Read Concerns/Write Concerns".

    Examples:
        >>> default_concern(data=3, arbiters=0), default_concern(data=2, arbiters=1)
        ('majority', 'one')
    """
    if data < 1:
        raise ValueError(f"data={data!r} is below 1")
    if arbiters < 0:
        raise ValueError(f"arbiters={arbiters!r} is negative")
    return "one" if arbiters and data <= majority(data + arbiters) else "majority"
