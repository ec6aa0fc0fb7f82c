"""One transaction: the steps that it may take, each done at once or not at all.

    get, scan             read as the level says
    put, delete           write on top of what is committed, or what it wrote itself
    add, delete_where     find the rows, lock them all, then change them all: one step
    commit                the commit record, flushed; then all is visible

Every step may raise WouldBlockError (make it again later), TransactionAbortedError (run
the whole transaction again) and TransactionOverError (it had ended before).

Source: Gray and Reuter 1993, chapter 4.
Left out: savepoints, constraints. Builds on: sdnotes.acid.guard.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Callable, Mapping

from sdnotes.acid import guard
from sdnotes.acid.errors import TransactionOverError
from sdnotes.acid.journal import commit_record, put_record
from sdnotes.acid.members import Member, Members, State
from sdnotes.acid.operations import Action, Value
from sdnotes.acid.predicate import Predicate, as_condition_on, validated_value
from sdnotes.acid.versions import Version


class Transaction:
    """A unit of work: all of its writes count, or none. ``Store.begin`` makes one."""

    def __init__(self, store: Members, member: Member) -> None:
        self._store = store
        self._me = member
        store.record(member, Action.BEGIN)

    @property
    def name(self) -> str:
        """Return what it is called in the history, and by those who wait for it."""
        return self._me.name

    @property
    def isolation(self) -> str:
        """Return the name of its level."""
        return self._me.level.name

    @property
    def state(self) -> str:
        """Return "active", "committed" or "aborted"."""
        return str(self._me.state)

    @property
    def reason(self) -> str:
        """Return why the store aborted it; nothing if it did not."""
        return "" if self._me.failure is None else str(self._me.failure)

    def get(self, key: str, *, for_update: bool = False) -> Value | None:
        """Return a key's value, None if there is none.

        ``for_update`` locks the key as a write does, and returns what a write would
        go on top of. Raises ValueError for a key that cannot be.
        """
        asked = as_condition_on(key)
        self._refuse_if_over()
        guard.before_read(self._store, self._me, asked)
        version = guard.visible(self._store, self._me, key)
        if for_update:
            now = guard.value_of(guard.current(self._store, self._me, key))
            guard.before_writes(self._store, self._me, {key: now})
            version = guard.current(self._store, self._me, key)
        value = guard.value_of(version)
        name = "" if version is None else version.name
        self._store.record(self._me, Action.READ, key=key, value=value, version=name)
        return value

    def scan(self, where: str = "all") -> dict[str, Value]:
        """Return the keys and values for which a condition holds, in order of the keys.

        Raises ValueError for a condition that sdnotes.acid.predicate does not know.
        """
        asked = Predicate(where)
        self._refuse_if_over()
        guard.before_read(self._store, self._me, asked)
        return self._found(asked, guard.visible)

    def put(self, key: str, value: Value) -> None:
        """Write a value below a key. Raises ValueError for what cannot be stored."""
        as_condition_on(key)
        self._refuse_if_over()
        self._write({key: validated_value(value)})

    def delete(self, key: str) -> None:
        """Let a key have no value. Raises ValueError for a key that cannot be."""
        as_condition_on(key)
        self._refuse_if_over()
        self._write({key: None})

    def add(self, amount: int, where: str) -> tuple[str, ...]:
        """Add to each value for which a condition holds; return their keys.

        It reads and writes in one step, so nothing comes between. Raises ValueError
        where a value is not a number; then none is changed.
        """
        if amount is True or amount is False or not isinstance(amount, int):
            raise ValueError(f"amount={amount!r} is not a whole number")

        def changed(value: Value) -> Value:
            if isinstance(value, int):
                return value + amount
            raise ValueError(f"where={where!r} holds for {value!r}, not a number")

        return self._change(Predicate(where), changed)

    def delete_where(self, where: str) -> tuple[str, ...]:
        """Delete each key for which a condition holds; return them."""
        return self._change(Predicate(where), lambda _: None)

    def commit(self, *, flush: bool = True) -> int:
        """Let all that was written count; return up to where the log must be durable.

        Without ``flush`` it is visible at once, and survives a crash only after the
        next flush of the log. Raises LogFailedError: then nobody knows.
        """
        self._refuse_if_over()
        log = self._store.log
        if self._me.writes:
            log.append(commit_record(self._me.number))
            if flush:
                log.flush()
        self._store.commit(self._me)
        guard.after_commit(self._store, self._me)
        return log.end

    def abort(self) -> None:
        """Undo all that was written; nothing is left to do if the store did so before.

        Raises TransactionOverError when it has committed.
        """
        if self._me.state is State.COMMITTED:
            raise TransactionOverError(f"{self.name} has committed")
        if self._me.state is State.ACTIVE:
            self._store.undo(self._me)

    def _refuse_if_over(self) -> None:
        if self._me.failure is not None:
            raise self._me.failure
        if self._me.state is not State.ACTIVE:
            raise TransactionOverError(f"{self.name} has {self._me.state}")

    def _found(
        self, asked: Predicate, view: Callable[[Members, Member, str], Version | None]
    ) -> dict[str, Value]:
        """Return what a condition holds for, and write down that it was asked."""
        seen = {
            key: version
            for key in self._store.versions
            if (version := view(self._store, self._me, key)) is not None
        }
        matched = {
            key: version.value
            for key, version in seen.items()
            if version.value is not None and asked.matches(key, version.value)
        }
        self._store.record_scan(self._me, asked.where, matched, seen)
        return matched

    def _change(
        self, asked: Predicate, changed: Callable[[Value], Value | None]
    ) -> tuple[str, ...]:
        self._refuse_if_over()
        guard.before_read(self._store, self._me, asked)
        is_old = self._me.level.refuses_overwriting
        view = guard.visible if is_old else guard.current
        rows = {key: view(self._store, self._me, key) for key in self._store.versions}
        changes = {
            key: changed(version.value)
            for key, version in rows.items()
            if version is not None
            and version.value is not None
            and asked.matches(key, version.value)
        }
        guard.before_writes(self._store, self._me, changes)
        self._found(asked, view)
        self._apply(changes)
        return tuple(changes)

    def _write(self, changes: Mapping[str, Value | None]) -> None:
        guard.before_writes(self._store, self._me, changes)
        self._apply(changes)

    def _apply(self, changes: Mapping[str, Value | None]) -> None:
        """Write what nothing is in the way of any more."""
        for key, value in changes.items():
            self._store.log.append(put_record(self._me.number, key, value))
            guard.write(self._store, self._me, key, value)
