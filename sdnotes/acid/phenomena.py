"""What can be wrong with a history, by the names that the literature gives it.

    a cycle of                          is           and is often called
    ww                                  G0           dirty write
    ww and wr                           G1c          circular information flow
    one rw, else ww and wr              G-single     read skew; lost update on one key
    rw, but never two in a row          G-nonadjacent   long fork
    rw                                  G2-item      write skew
    rw, one of them by a scan           G2           write skew by a scan, phantom

    T1 -ww(x)-> T2   T2 wrote the version of x that is next after T1's
    T1 -wr(x)-> T2   T2 read the version of x that T1 wrote
    T1 -rw(x)-> T2   T2 wrote the version of x that is next after the one that T1 read

Source: Adya 1999, chapters 3 and 4; Adya, Liskov, O'Neil 2000; Cerone and Gotsman 2016
for G-nonadjacent, which is Jepsen's name; the plain names are Hermitage's.
Left out: G-cursor by itself, G-monotonic, G-update and others of the thesis.
Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Why one transaction comes before another one."""

    WW = "ww"
    WR = "wr"
    RW = "rw"
    SCAN_WR = "wr by a scan"
    SCAN_RW = "rw by a scan"
    TIME = "before"


@dataclass(frozen=True, slots=True)
class Dependency:
    """One transaction comes before another one, because of a key, or of the clock."""

    before: str
    kind: Kind
    key: str
    after: str

    def __str__(self) -> str:
        return f"{self.before} {self.arrow} {self.after}"

    @property
    def arrow(self) -> str:
        """Return what stands between the two names."""
        if self.kind is Kind.TIME:
            return "-ended before->"
        name, _, by_scan = self.kind.partition(" ")
        return f"-{name}({self.key}{', scan' if by_scan else ''})->"


class Phenomenon(StrEnum):
    """What a level forbids."""

    UNWRITTEN = "a value that nobody wrote"
    INTERNAL = "its own write unseen"
    DUPLICATE = "an element twice"
    G0 = "G0"
    G1A = "G1a"
    G1B = "G1b"
    G1C = "G1c"
    INCOMPATIBLE = "reads that no list explains"
    G_SINGLE = "G-single"
    G_SI_A = "G-SIa"
    G_SI_B = "G-SIb"
    G_NONADJACENT = "G-nonadjacent"
    G2_ITEM = "G2-item"
    G2 = "G2"
    REAL_TIME = "real time"


_PLAIN_NAMES = {
    Phenomenon.G0: "dirty write",
    Phenomenon.G1A: "aborted read",
    Phenomenon.G1B: "intermediate read",
    Phenomenon.G1C: "circular information flow",
    Phenomenon.G_SINGLE: "read skew",
    Phenomenon.G_SI_A: "saw what was committed after its snapshot",
    Phenomenon.G_SI_B: "missed what was committed before its snapshot",
    Phenomenon.G_NONADJACENT: "long fork",
    Phenomenon.G2_ITEM: "write skew",
    Phenomenon.G2: "write skew by a scan, phantom",
    Phenomenon.REAL_TIME: "an order against the clock",
}


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A phenomenon as it is seen in a history: a cycle, or a sentence, or both."""

    phenomenon: Phenomenon
    cycle: tuple[Dependency, ...] = ()
    told: str = ""

    @property
    def plain_name(self) -> str:
        """Return what people call it, "" if they have no name for it."""
        keys = {dependency.key for dependency in self.cycle}
        kinds = {dependency.kind for dependency in self.cycle}
        if self.phenomenon is Phenomenon.G_SINGLE and len(keys) == 1:
            if kinds == {Kind.WW, Kind.RW}:
                return "lost update"
            return "non-repeatable read" if Kind.SCAN_RW not in kinds else "phantom"
        if self.phenomenon is Phenomenon.G_SINGLE and Kind.SCAN_RW in kinds:
            return "phantom"
        if self.phenomenon is Phenomenon.G2_ITEM and len(self.cycle) > 2:
            return ""
        return _PLAIN_NAMES.get(self.phenomenon, "")

    def __str__(self) -> str:
        plain = self.plain_name
        name = f"{self.phenomenon} ({plain})" if plain else str(self.phenomenon)
        steps = "".join(f"{step.before} {step.arrow} " for step in self.cycle)
        around = f"{steps}{self.cycle[0].before}" if self.cycle else ""
        return f"{name}: {'; '.join(part for part in (around, self.told) if part)}"
