"""Which isolation levels does a history keep, and what speaks against the others?

    r1[x] r1[y] r2[x] r2[y] w1[x] w2[y] c1 c2

    keeps snapshot isolation
    G2-item (write skew): T1 -rw(y)-> T2 -rw(x)-> T1
    broken: repeatable read (PL-2.99), serializable (PL-3), strict serializable (PL-SS)

A level is kept if some explanation of what was read keeps it, and broken if none does.
Where there are too many explanations to try all, a level is undecided. That is less
than kept: nothing speaks against it, and nothing for it.

Source: Adya 1999, chapters 3 and 4; Kingsbury and Alvaro 2020, "Elle".
Left out: which of several anomalies is the cause of the others.
Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass

from sdnotes.acid.forbidden import WEAKER, IsolationLevel, Standing
from sdnotes.acid.phenomena import Anomaly

_SHOWN = 12
"""How many names are told at most."""


@dataclass(frozen=True, slots=True)
class IsolationVerdict:
    """How a history stands to each level; anomalies show why levels are broken.

    ``order`` is a serial order that explains everything that was read, by names, if
    there is one and it was found: one that agrees with the clock if there is such a
    one. ``undecided`` says what could not be known.
    """

    levels: dict[IsolationLevel, Standing]
    anomalies: tuple[Anomaly, ...]
    order: tuple[str, ...] | None
    undecided: tuple[str, ...]
    is_exact: bool

    @property
    def strongest(self) -> tuple[IsolationLevel, ...]:
        """Return the levels kept that no other kept level implies."""
        kept = [x for x in IsolationLevel if self.levels[x] is Standing.KEPT]
        implied = {weak for strong in kept for weak in WEAKER.get(strong, ())}
        if IsolationLevel.SERIALIZABLE in kept and not self.is_exact:
            # A serial order is one of some snapshots, but not of those that were taken.
            implied.add(IsolationLevel.SNAPSHOT)
        return tuple(x for x in kept if x not in implied)

    def __str__(self) -> str:
        strongest = " and ".join(self.strongest) or "nothing, not even read uncommitted"
        lines = [f"keeps {strongest}"]
        if self.order is not None and len(self.order) <= _SHOWN:
            lines.append(f"as if one after the other: {', '.join(self.order)}")
        lines.extend(map(str, self.anomalies))
        for standing in (Standing.BROKEN, Standing.UNDECIDED):
            names = [x for x in IsolationLevel if self.levels[x] is standing]
            if names:
                named = ", ".join(f"{x} ({x.portable})" for x in names)
                lines.append(f"{standing}: {named}")
        lines.extend(f"({why})" for why in self.undecided)
        return "\n".join(lines)
