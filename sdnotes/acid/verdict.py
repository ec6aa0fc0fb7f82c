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

from dataclasses import dataclass, replace
from itertools import chain

from sdnotes.acid.attribution import Attribution
from sdnotes.acid.cycles import components, sorted_by_edges
from sdnotes.acid.dependencies import Edges, Orders, attribute, edges_of, known_orders
from sdnotes.acid.exhibited import Exhibited, exhibited, with_time
from sdnotes.acid.explanations import (
    all_explanations,
    is_open,
    likely_explanations,
)
from sdnotes.acid.forbidden import FORBIDDEN, WEAKER, IsolationLevel, Standing
from sdnotes.acid.history import TransactionHistory
from sdnotes.acid.phenomena import Anomaly, Dependency, Kind, Phenomenon

LIMIT = 2_000_000
"""How many nodes and edges of explanations are looked at: about two seconds."""


_SHOWN = 12
"""How many names are told at most."""


_SKEWED = frozenset(
    {
        Phenomenon.G_SINGLE,
        Phenomenon.G_NONADJACENT,
        Phenomenon.G2_ITEM,
        Phenomenon.G2,
    }
)
"""What a lost update is, all at once."""


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


def judge_isolation(
    history: TransactionHistory, limit: int = LIMIT
) -> IsolationVerdict:
    """Return which levels a history keeps, and what speaks against the others.

    Cost: linear in what was read and written where the reads tell the order of
    versions; else ``limit`` nodes and edges more. Raises MalformedHistoryError when the
    history contradicts itself, ValueError for a limit below 0.

    Examples:
        >>> from sdnotes.acid.notation import history_of_notation
        >>> skewed = "r1[x] r1[y] r2[x] r2[y] w1[x] w2[y] c1 c2"
        >>> verdict = judge_isolation(history_of_notation(skewed))
        >>> print(*verdict.strongest, *verdict.anomalies, sep="; ")
        snapshot isolation; G2-item (write skew): T1 -rw(y)-> T2 -rw(x)-> T1
    """
    if limit < 0:
        raise ValueError(f"limit={limit!r} is below 0")
    return _Judge(history, attribute(history)).verdict(limit)


class _Judge:
    def __init__(self, history: TransactionHistory, found: Attribution) -> None:
        self.history = history
        self.found = found
        self.orders = known_orders(found)
        self.edges = edges_of(found, self.orders)
        self.levels: dict[IsolationLevel, Standing] = {}
        self.anomalies = list(found.anomalies)
        self.always = {anomaly.phenomenon for anomaly in found.anomalies}
        self.order: tuple[str, ...] | None = None
        self.undecided = list(found.questions)

    def verdict(self, limit: int) -> IsolationVerdict:
        known = self._exhibited(self.edges)
        self.anomalies += known.anomalies
        if len(self.orders) < len(self.found.installed) and (
            lost := _lost_update(self.found, self.orders)
        ):
            known.phenomena |= _SKEWED
            self.anomalies.append(lost)
        self._break(known.phenomena)
        if not self.found.questions and not is_open(self.found, self.orders):
            self._keep(known.phenomena, self.edges)
        elif not self.found.questions:
            self._explain(limit)
        self._finish()
        return IsolationVerdict(
            {level: self.levels[level] for level in IsolationLevel},
            tuple(self.anomalies),
            self.order,
            tuple(self.undecided),
            self.history.exact_moments,
        )

    def _exhibited(self, edges: Edges) -> Exhibited:
        return exhibited(self.found, edges, is_exact=self.history.exact_moments)

    def _break(self, phenomena: set[Phenomenon]) -> None:
        for level, forbidden in FORBIDDEN.items():
            if forbidden & (phenomena | self.always):
                self.levels.setdefault(level, Standing.BROKEN)

    def _keep(self, phenomena: set[Phenomenon], edges: Edges) -> None:
        """Write down that an explanation with these phenomena keeps what it keeps."""
        for level, forbidden in FORBIDDEN.items():
            if level not in self.levels and not forbidden & (phenomena | self.always):
                self.levels[level] = Standing.KEPT
                if level is IsolationLevel.SERIALIZABLE:
                    self.order = self._serial(edges)
                elif level is IsolationLevel.STRICT_SERIALIZABLE:
                    self.order = self._serial(with_time(self.found, edges))

    def _serial(self, edges: Edges) -> tuple[str, ...]:
        graph: list[list[int]] = [[] for _ in range(edges.count)]
        for before, _, _, after in edges.found:
            graph[before].append(after)
        return tuple(
            self.found.name(node)
            for node in sorted_by_edges(graph, components(graph))
            if node < len(self.found.kept) and self.found.kept[node]
        )

    def _explain(self, limit: int) -> None:
        """Look for explanations that keep what is not broken yet."""
        left = limit
        likely = likely_explanations(self.found, self.orders, self.edges)
        every = all_explanations(self.found, self.orders)
        sample: Exhibited | None = None
        for ordered, seen in chain(likely, every or ()):
            left -= self.edges.count + len(self.edges.found)
            if left < 0 or len(self.levels) == len(IsolationLevel):
                break
            edges = edges_of(self.found, ordered, seen)
            sample = self._exhibited(edges)
            self._keep(sample.phenomena, edges)
        else:
            if every is not None and sample is not None:
                self._all_fail(sample)

    def _all_fail(self, sample: Exhibited) -> None:
        before = set(self.levels)
        self._break(sample.phenomena)
        self._break({p for level in FORBIDDEN for p in FORBIDDEN[level]})
        if set(self.levels) != before:
            why = "in each order of versions that reads allow there is one; here in one"
            self.anomalies += [replace(a, told=why) for a in sample.anomalies]

    def _finish(self) -> None:
        """Say what is left, and of which moments nothing is known."""
        strict = IsolationLevel.STRICT_SERIALIZABLE
        transactions = self.found.transactions
        if self.levels.get(strict) is Standing.KEPT and not any(
            t.end is not None for t in transactions
        ):
            self.levels[strict] = Standing.UNDECIDED
            self.undecided.append("without begin and end nothing is known of the clock")
        for level in IsolationLevel:
            if level not in self.levels:
                self.levels[level] = Standing.UNDECIDED
        if Standing.UNDECIDED in self.levels.values() and not self.undecided:
            keys = [key for key in self.found.installed if key not in self.orders]
            named = ", ".join(map(repr, keys[:_SHOWN])) or "what scans did not find"
            self.undecided.append(f"nothing tells the order of versions of {named}")


def _lost_update(found: Attribution, orders: Orders) -> Anomaly | None:
    """Return two that saw one version and both wrote the key: one of them in vain."""
    readers: dict[int, int] = {}
    for look in found.looks:
        key, reader = look.key, look.reader
        if key in orders or look.condition is not None or len(look.versions) > 1:
            continue
        if (reader, key) not in found.left_by:
            continue
        other = readers.setdefault(look.versions[0], reader)
        if other != reader:
            one, two = found.name(other), found.name(reader)
            cycle = (
                Dependency(one, Kind.RW, key, two),
                Dependency(two, Kind.WW, key, one),
            )
            return Anomaly(Phenomenon.G_SINGLE, cycle, "or the other way round")
    return None
