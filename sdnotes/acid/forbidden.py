"""Isolation levels by what they forbid, whatever the database that is judged does.

    level                      also     forbids, besides what the weaker ones forbid
    read uncommitted           PL-1     G0
    read committed             PL-2     G1a, G1b, G1c
    consistent view            PL-2+    G-single
    snapshot isolation         PL-SI    G-nonadjacent; by the clock G-SIa and G-SIb
    repeatable read            PL-2.99  G2-item, but not what only scans see
    serializable               PL-3     G2
    strict serializable        PL-SS    an order against the clock

Repeatable read and snapshot isolation are both weaker than serializable, and neither is
weaker than the other: one allows phantoms, the other allows write skew.

Source: Adya 1999, chapters 3 and 4; Cerone and Gotsman 2016 for G-nonadjacent. By
Adya's words a cycle with an rw of an item and another one of a scan is G2-item; here,
as in Elle, it is G2 only, since a repeatable read that locks rows lets it pass.
Left out: cursor stability, monotonic views, what sessions are promised.
Chapter: docs/chapters/acid/.
"""

from enum import StrEnum

from sdnotes.acid.phenomena import Phenomenon


class IsolationLevel(StrEnum):
    """What a history can be judged by, the weakest first."""

    READ_UNCOMMITTED = "read uncommitted"
    READ_COMMITTED = "read committed"
    CONSISTENT_VIEW = "consistent view"
    SNAPSHOT = "snapshot isolation"
    REPEATABLE_READ = "repeatable read"
    SERIALIZABLE = "serializable"
    STRICT_SERIALIZABLE = "strict serializable"

    @property
    def portable(self) -> str:
        """Return Adya's name of the level."""
        return _PORTABLE[self]


class Standing(StrEnum):
    """What can be said of a history and a level."""

    KEPT = "kept"
    BROKEN = "broken"
    UNDECIDED = "undecided"


_PORTABLE = dict(
    zip(
        IsolationLevel,
        ("PL-1", "PL-2", "PL-2+", "PL-SI", "PL-2.99", "PL-3", "PL-SS"),
        strict=True,
    )
)
_ALWAYS = frozenset({Phenomenon.UNWRITTEN, Phenomenon.INTERNAL, Phenomenon.DUPLICATE})
_PL_1 = _ALWAYS | {Phenomenon.G0}
_PL_2 = _PL_1 | {
    Phenomenon.G1A,
    Phenomenon.G1B,
    Phenomenon.G1C,
    Phenomenon.INCOMPATIBLE,
}
_PL_3 = _PL_2 | {Phenomenon.G2}
_SNAPSHOTS = {Phenomenon.G_NONADJACENT, Phenomenon.G_SI_A, Phenomenon.G_SI_B}
FORBIDDEN: dict[IsolationLevel, frozenset[Phenomenon]] = {
    IsolationLevel.READ_UNCOMMITTED: _PL_1,
    IsolationLevel.READ_COMMITTED: _PL_2,
    IsolationLevel.CONSISTENT_VIEW: _PL_2 | {Phenomenon.G_SINGLE},
    IsolationLevel.SNAPSHOT: _PL_2 | {Phenomenon.G_SINGLE} | _SNAPSHOTS,
    IsolationLevel.REPEATABLE_READ: _PL_2 | {Phenomenon.G2_ITEM},
    IsolationLevel.SERIALIZABLE: _PL_3,
    IsolationLevel.STRICT_SERIALIZABLE: _PL_3 | {Phenomenon.REAL_TIME},
}
"""What each level forbids."""

WEAKER: dict[IsolationLevel, tuple[IsolationLevel, ...]] = {
    IsolationLevel.READ_COMMITTED: (IsolationLevel.READ_UNCOMMITTED,),
    IsolationLevel.CONSISTENT_VIEW: (IsolationLevel.READ_COMMITTED,),
    IsolationLevel.SNAPSHOT: (IsolationLevel.CONSISTENT_VIEW,),
    IsolationLevel.REPEATABLE_READ: (IsolationLevel.READ_COMMITTED,),
    IsolationLevel.SERIALIZABLE: (
        IsolationLevel.CONSISTENT_VIEW,
        IsolationLevel.REPEATABLE_READ,
    ),
    IsolationLevel.STRICT_SERIALIZABLE: (IsolationLevel.SERIALIZABLE,),
}
"""What each level implies, whatever is known of the moments."""
