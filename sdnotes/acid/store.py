"""A transactional store on a log: what may one transaction see of the others?

    store = Store(isolation="snapshot", initially={"x": 10})
    a, b = store.begin(), store.begin()       T1 and T2
    a.put("x", 11)
    b.get("x")              10: what was committed when T2 began
    b.put("x", 12)          WouldBlockError: waits for T1
    a.commit()
    b.put("x", 12)          SerializationFailureError: x was changed by T1 ...

Each call is one step, done at once or not at all; whoever calls decides whose step is
next, so that no threads are needed to see a race.

Source: Berenson et al. 1995; Gray and Reuter 1993. "First committer wins" is enforced
as servers do it: whoever writes second waits, and is refused if the first one commits.
Left out: threads; a snapshot that is taken only at the first read, as servers do.
Builds on: sdnotes.acid.transaction, levels, journal. Chapter: docs/chapters/acid/.
"""

import io
from collections.abc import Mapping
from itertools import count

from sdnotes.acid.journal import commit_record, put_record, replay
from sdnotes.acid.levels import level_named
from sdnotes.acid.log import Log
from sdnotes.acid.members import Members, State
from sdnotes.acid.operations import INITIAL, Operation, Value
from sdnotes.acid.predicate import as_condition_on, validated_value
from sdnotes.acid.transaction import Transaction


class Store:
    """Keys and values, changed by transactions; a log (in memory) keeps what is done.

    ``isolation`` is the level of transactions that do not name one. Raises ValueError
    for a level, key or value that cannot be, and for something to begin with where the
    log holds something already; MalformedRecordError for the log of something else.

    Examples:
        >>> store = Store(initially={"x": 10})
        >>> transaction = store.begin()
        >>> transaction.put("x", 11)
        >>> store.committed()
        {'x': 10}
        >>> _ = transaction.commit()
        >>> store.committed()
        {'x': 11}
    """

    def __init__(
        self,
        log: Log | None = None,
        isolation: str = "read committed",
        initially: Mapping[str, Value] | None = None,
    ) -> None:
        self.isolation = level_named(isolation).name
        log = Log(io.BytesIO()) if log is None else log
        if initially and log.end:
            raise ValueError(f"initially={initially!r}: the log is not empty")
        recovered = replay(log)
        self.recovered_commits = recovered.commits
        """How many commits were found in the log."""
        self._members = Members(log, recovered.next_number)
        for key, value in (initially or {}).items():
            as_condition_on(key)
            validated_value(value)
        first = self._members.join(INITIAL, level_named("read uncommitted"))
        if initially:
            _write_state(log, first.number, initially)
        values = initially or recovered.values
        for key in sorted(values):
            self._members.add_version(first, key, values[key])
        self._members.commit(first)

    @property
    def log(self) -> Log:
        """Return the log that all is written to."""
        return self._members.log

    @property
    def history(self) -> tuple[Operation, ...]:
        """Return all that was done, in order; T0 wrote what was there."""
        return tuple(self._members.history)

    def begin(self, name: str = "", isolation: str = "") -> Transaction:
        """Return a new transaction, named T1, T2 and so on if it has no name.

        Raises ValueError for a name that was used, and for a level that is none.
        """
        level = level_named(isolation or self.isolation)
        known = self._members.by_name
        if not name:
            numbers = count(len(known))
            name = next(n for i in numbers if (n := f"T{i}") not in known)
        if name in known or not name.isidentifier():
            raise ValueError(f"name={name!r} was used before, or is not one word")
        return Transaction(self._members, self._members.join(name, level))

    def committed(self) -> dict[str, Value]:
        """Return what somebody would read who began now, in order of the keys."""
        versions = self._members.versions
        newest = {key: versions.committed(key) for key in versions}
        return {
            key: version.value
            for key, version in newest.items()
            if version is not None and version.value is not None
        }

    def checkpoint(self, log: Log) -> None:
        """Go on with a new log, which begins with what is committed.

        Opening it need not read what led there. Raises ValueError while a transaction
        is active, and for a log that is not empty; LogFailedError, and then the old log
        is still the one that counts.
        """
        if log.end:
            raise ValueError("log: a checkpoint needs an empty one")
        active = [
            member.name
            for member in self._members.by_name.values()
            if member.state is State.ACTIVE
        ]
        if active:
            raise ValueError(f"log: {', '.join(active)} still write to the old one")
        self._members.log.flush()
        _write_state(log, self._members.next_number, self.committed())
        self._members.next_number += 1
        self._members.log = log

    def check(self) -> None:
        """Assert what holds between any two steps."""
        self._members.check()


def _write_state(log: Log, number: int, values: Mapping[str, Value]) -> None:
    """Write values to a log as one transaction."""
    for key, value in values.items():
        log.append(put_record(number, key, value))
    log.append(commit_record(number))
    log.flush()
