"""Isolation levels, taken apart: which reads, which refusals, which traces of reads?

    level                a read sees                 a write          a read leaves
    read uncommitted     the newest version          waits            nothing
    read committed       the newest committed        waits            nothing
    repeatable read      committed at its begin      waits            nothing
    snapshot             committed at its begin      ... or refused   nothing
    serializable         committed at its begin      ... or refused   a note, who read
    two-phase locking    the newest committed        waits            a lock

A write waits, at every level, for whoever wrote the same key and has not ended. It is
refused where the key has been changed since the transaction began. Serializable is
snapshot isolation that notes who read what (SSI); the locking one waits instead.

    as servers call it     PostgreSQL            MariaDB (InnoDB)
    read uncommitted       -                     READ UNCOMMITTED
    read committed         READ COMMITTED        READ COMMITTED
    repeatable read        -                     REPEATABLE READ
    snapshot               REPEATABLE READ       the same, innodb_snapshot_isolation on
    serializable           SERIALIZABLE          -
    two-phase locking      -                     SERIALIZABLE

PostgreSQL takes READ UNCOMMITTED for READ COMMITTED. In MariaDB that setting is on by
default since 11.6.2.

Source: Berenson et al. 1995; Cahill, Roehm, Fekete 2008; Ports and Grittner 2012.
Left out: the standard's REPEATABLE READ, which locks rows and lets phantoms in.
Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reads(StrEnum):
    """Which version a read sees, unless the transaction has written one itself."""

    NEWEST = "the newest version"
    COMMITTED = "the newest committed version"
    SNAPSHOT = "what was committed at its begin"


class Leaves(StrEnum):
    """What a read leaves behind for those who write later."""

    NOTHING = "nothing"
    NOTE = "a note"
    LOCK = "a lock"


@dataclass(frozen=True, slots=True)
class Level:
    """An isolation level as three decisions."""

    name: str
    reads: Reads
    refuses_overwriting: bool
    """Whether a write to what was changed since the begin is refused."""
    leaves: Leaves


LEVELS = {
    level.name: level
    for level in (
        Level("read uncommitted", Reads.NEWEST, False, Leaves.NOTHING),
        Level("read committed", Reads.COMMITTED, False, Leaves.NOTHING),
        Level("repeatable read", Reads.SNAPSHOT, False, Leaves.NOTHING),
        Level("snapshot", Reads.SNAPSHOT, True, Leaves.NOTHING),
        Level("serializable", Reads.SNAPSHOT, True, Leaves.NOTE),
        Level("two-phase locking", Reads.COMMITTED, False, Leaves.LOCK),
    )
}
"""The levels by their names, the weakest first; the last two are serializable."""


def level_named(isolation: str) -> Level:
    """Return a level. Raises ValueError for a name that none has."""
    if isolation not in LEVELS:
        raise ValueError(f"isolation={isolation!r} is none of: {', '.join(LEVELS)}")
    return LEVELS[isolation]
