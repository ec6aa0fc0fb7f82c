"""Judge a history: which explanation of what was read keeps which level?

    reads tell all            one graph; each level is kept or broken
    the order of x is open    what holds in every order may break a level already;
                              else each order is tried until one keeps the level
    a transaction is in doubt and writes what a scan would have to see: with it and
                              without it

A history that is right costs one pass. The search is for the rest, and has a limit.

Source: Adya 1999, chapter 3; Biswas and Enea 2019 for how hard it is in general.
Left out: shortest histories that show an anomaly. Chapter: docs/chapters/acid/.
"""

from collections.abc import Collection
from dataclasses import replace
from itertools import chain, combinations

from sdnotes.acid.attribution import Attribution
from sdnotes.acid.cycles import components, sorted_by_edges
from sdnotes.acid.dependencies import (
    Edges,
    Orders,
    attribute,
    edges_of,
    known_orders,
    with_time,
)
from sdnotes.acid.exhibited import Exhibited, exhibited
from sdnotes.acid.explanations import (
    all_explanations,
    is_open,
    likely_explanations,
)
from sdnotes.acid.forbidden import FORBIDDEN, IsolationLevel, Standing
from sdnotes.acid.history import (
    Access,
    Append,
    Read,
    Scan,
    Status,
    TransactionHistory,
    Write,
)
from sdnotes.acid.phenomena import Anomaly, Dependency, Kind, Phenomenon
from sdnotes.acid.verdict import IsolationVerdict

LIMIT = 2_000_000
"""How many nodes and edges of explanations are looked at: about two seconds."""


_SHOWN = 12
"""How many keys are told at most."""

_MOST_IN_DOUBT = 5
"""How many transactions in doubt are tried in all combinations."""

_SKEWED = frozenset(
    {
        Phenomenon.G_SINGLE,
        Phenomenon.G_NONADJACENT,
        Phenomenon.G2_ITEM,
        Phenomenon.G2,
    }
)
"""What a lost update is, all at once."""


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
    found = attribute(history)
    verdict = _Judge(history, found).verdict(limit)
    in_doubt = _in_doubt(found)
    if not in_doubt or Standing.BROKEN not in verdict.levels.values():
        return verdict
    return _with_doubt(history, verdict, in_doubt, limit)


def _in_doubt(found: Attribution) -> list[int]:
    """Return transactions that may have committed, so that a scan saw less."""
    if all(look.condition is None for look in found.looks):
        return []
    return [
        number
        for number, transaction in enumerate(found.transactions)
        if transaction.status is Status.UNKNOWN and not found.kept[number]
    ]


def _with_doubt(
    history: TransactionHistory, verdict: IsolationVerdict, doubt: list[int], limit: int
) -> IsolationVerdict:
    """Return a verdict that counts a level as broken only if nothing can mend it."""
    by_items = _without_scans(history)
    sure = _Judge(by_items, attribute(by_items)).verdict(limit).levels
    share = limit // 2 ** min(len(doubt), _MOST_IN_DOUBT)
    tried = [verdict]
    if len(doubt) <= _MOST_IN_DOUBT:
        for size in range(1, len(doubt) + 1):
            for some in combinations(doubt, size):
                other = _with_committed(history, some)
                tried.append(_Judge(other, attribute(other)).verdict(share))
    levels = {}
    for level in IsolationLevel:
        standings = {one.levels[level] for one in tried}
        if Standing.KEPT in standings:
            levels[level] = Standing.KEPT
        elif sure[level] is Standing.BROKEN or (
            standings == {Standing.BROKEN} and len(doubt) <= _MOST_IN_DOUBT
        ):
            levels[level] = Standing.BROKEN
        else:
            levels[level] = Standing.UNDECIDED
    best = max(tried, key=lambda one: list(one.levels.values()).count(Standing.KEPT))
    why = best.undecided
    if Standing.UNDECIDED in levels.values() and not why:
        why = (f"{len(doubt)} transactions in doubt may explain what scans missed",)
    return replace(best, levels=levels, undecided=why)


def _without_scans(history: TransactionHistory) -> TransactionHistory:
    """Return the history without what scans did not find: with reads in their place."""
    transactions = []
    for transaction in history.transactions:
        accesses: list[Access] = []
        for access in transaction.accesses:
            if isinstance(access, Scan):
                accesses.extend(Read(key, value) for key, value in access.found)
            else:
                accesses.append(access)
        transactions.append(replace(transaction, accesses=tuple(accesses)))
    return replace(history, transactions=tuple(transactions))


def _with_committed(
    history: TransactionHistory, some: Collection[int]
) -> TransactionHistory:
    """Return the history with some in doubt committed; what they read is not known."""
    transactions = list(history.transactions)
    for number in some:
        writes = tuple(
            access
            for access in transactions[number].accesses
            if isinstance(access, Write | Append)
        )
        transactions[number] = replace(
            transactions[number], accesses=writes, status=Status.COMMITTED
        )
    return replace(history, transactions=tuple(transactions))


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
        kept = [
            level
            for level, forbidden in FORBIDDEN.items()
            if level not in self.levels and not forbidden & (phenomena | self.always)
        ]
        self.levels.update(dict.fromkeys(kept, Standing.KEPT))
        if IsolationLevel.STRICT_SERIALIZABLE in kept:
            self.order = self._serial(with_time(self.found, edges))
        elif IsolationLevel.SERIALIZABLE in kept:
            self.order = self._serial(edges)

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
            why = "in whichever order the versions came; this is one of them"
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
