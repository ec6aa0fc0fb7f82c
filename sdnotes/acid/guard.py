"""What a step must get past before it is done, and whom it brings down.

    a read     where it leaves a lock: wait for those who write what it asks for
               where it leaves a note: is it part of a pattern that may close a circle?
    a write    wait for who wrote the key, and for locks on predicates that it touches
               where overwriting is refused: has the key changed since the begin?
               whoever noted that they read it come before: the pattern again?
    a wait     does it close a circle? then the youngest in the circle is aborted

A step that must wait raises; it has changed nothing, though locks that it got stay.

Source: Berenson et al. 1995; Gray and Reuter 1993, chapter 7; Cahill et al. 2008.
Left out: a wait that ends by a timeout.
Builds on: sdnotes.acid.members. Chapter: docs/chapters/acid/.
"""

from collections.abc import Mapping

from sdnotes.acid.errors import (
    DeadlockError,
    SerializationFailureError,
    WouldBlockError,
)
from sdnotes.acid.levels import Leaves, Reads
from sdnotes.acid.members import Member, Members
from sdnotes.acid.operations import Value
from sdnotes.acid.predicate import Predicate
from sdnotes.acid.versions import Version


def visible(store: Members, me: Member, key: str) -> Version | None:
    """Return the version that this level's reads see."""
    return store.versions.visible(key, me.name, me.level.reads, me.snapshot)


def current(store: Members, me: Member, key: str) -> Version | None:
    """Return the version on top of which a write of this transaction goes."""
    return store.versions.visible(key, me.name, Reads.COMMITTED, 0)


def value_of(version: Version | None) -> Value | None:
    """Return what a version holds; nothing where there is no version."""
    return None if version is None else version.value


def before_read(store: Members, me: Member, asked: Predicate) -> None:
    """Leave what this level's reads leave."""
    if me.level.leaves is Leaves.LOCK:
        while holders := _writers_touching(store, me, asked):
            _wait(store, me, holders)
        store.locks.stop_waiting(me.name)
        store.locks.lock_predicate(me.name, asked)
    elif me.level.leaves is Leaves.NOTE:
        store.conflicts.note_read(me.name, asked)
        for key in store.versions:
            for before, after in store.versions.newer(key, visible(store, me, key)):
                if asked.is_touched(key, value_of(before), after.value):
                    _connect(store, me, me.name, after.writer)


def _writers_touching(store: Members, me: Member, asked: Predicate) -> tuple[str, ...]:
    """Return who has locked a row for which the condition holds, or did hold."""
    return tuple(
        sorted(
            {
                owner
                for key, owner in store.locks.keys.items()
                if owner != me.name
                and any(
                    asked.matches(key, version.value)
                    for version in store.versions.since_commit(key)
                )
            }
        )
    )


def before_writes(
    store: Members, me: Member, changes: Mapping[str, Value | None]
) -> None:
    """Lock all keys that are to be changed, then refuse what must not be."""
    for key, value in changes.items():
        before = value_of(current(store, me, key))
        while holders := store.locks.in_the_way(me.name, key, before, value):
            _wait(store, me, holders)
            before = value_of(current(store, me, key))
        store.locks.stop_waiting(me.name)
        store.locks.lock_key(me.name, key)
        newest = store.versions.committed(key)
        if me.level.refuses_overwriting and newest and newest.is_after(me.snapshot):
            reason = f"{key} was changed by {newest.writer} since {me.name} began"
            _sacrifice(store, me, me.name, reason)


def write(store: Members, me: Member, key: str, value: Value | None) -> None:
    """Write what may be written."""
    before = value_of(current(store, me, key))
    store.add_version(me, key, value)
    if me.level.leaves is Leaves.NOTE:
        for reader in store.conflicts.readers_of(me.name, key, before, value):
            _connect(store, me, reader, me.name)


def after_commit(store: Members, me: Member) -> None:
    """Bring down those that this commit has made dangerous."""
    if me.level.leaves is Leaves.NOTE:
        for pivot in store.conflicts.commit(me.name, store.moment):
            _sacrifice_pivot(store, me, pivot)
    store.conflicts.forget_the_past()


def _connect(store: Members, me: Member, reader: str, writer: str) -> None:
    """Note that a reader comes before a writer, which may be one too many."""
    if victim := store.conflicts.connect(reader, writer):
        _sacrifice_pivot(store, me, victim)


def _sacrifice_pivot(store: Members, me: Member, victim: str) -> None:
    _sacrifice(store, me, victim, "perhaps no serial order explains it")


def _sacrifice(store: Members, me: Member, victim: str, reason: str) -> None:
    failure = SerializationFailureError(reason)
    store.fail(victim, failure)
    if victim == me.name:
        raise failure


def _wait(store: Members, me: Member, holders: tuple[str, ...]) -> None:
    """Wait, or let the youngest of a circle go; returns if that was another one."""
    cycle = store.locks.wait(me.name, holders)
    if not cycle:
        raise WouldBlockError(holders)
    victim = max(cycle, key=lambda name: store.by_name[name].number)
    failure = DeadlockError(cycle)
    store.fail(victim, failure)
    if victim == me.name:
        raise failure
