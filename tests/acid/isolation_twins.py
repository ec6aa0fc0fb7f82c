"""Judges of isolation that try everything, and random histories to try them on.

They share nothing with the checker but the types of a history: serial orders and
snapshots are replayed, and phenomena are looked for in every order of versions and in
every cycle, by the words of their definitions.
"""

import random
from collections.abc import Iterator
from itertools import combinations, pairwise, permutations, product

from sdnotes.acid.history import (
    Access,
    Append,
    Read,
    Scan,
    Status,
    Transaction,
    TransactionHistory,
    Write,
)
from sdnotes.sim import Value

EVEN = "value % 2 = 0"
State = dict[str, Value]


def completions(history: TransactionHistory) -> Iterator[list[Transaction]]:
    """Yield those that may have committed: all that did, and any of the unknown."""
    sure = [t for t in history.transactions if t.status is Status.COMMITTED]
    unsure = [t for t in history.transactions if t.status is Status.UNKNOWN]
    for size in range(len(unsure) + 1):
        for some in combinations(unsure, size):
            yield sure + list(some)


def step(state: State, access: Access) -> bool:
    """Carry out one access; return whether what it saw is what there is."""
    match access:
        case Write(key, value):
            state[key] = value
        case Append(key, value):
            before = state.get(key) or ()
            assert isinstance(before, tuple)
            state[key] = (*before, value)
        case Read(key, value):
            return (state.get(key) or None) == (value or None)
        case Scan(_, found):
            return dict(found) == {k: v for k, v in state.items() if is_even(v)}
    return True


def is_even(value: Value) -> bool:
    return isinstance(value, int) and value % 2 == 0


def runs(state: State, transaction: Transaction) -> bool:
    """Run a transaction; return whether it saw what it was told it saw."""
    trusted = transaction.status is Status.COMMITTED
    saw = [step(state, access) or not trusted for access in transaction.accesses]
    return all(saw)


def is_serializable(history: TransactionHistory, *, is_strict: bool = False) -> bool:
    for some in completions(history):
        for order in permutations(some):
            if is_strict and not agrees_with_clock(order):
                continue
            state: State = {}
            if all(runs(state, transaction) for transaction in order):
                return True
    return False


def agrees_with_clock(order: tuple[Transaction, ...]) -> bool:
    return not any(
        later.end is not None and sooner.begin is not None and later.end < sooner.begin
        for sooner, later in combinations(order, 2)
    )


def keys_written(transaction: Transaction) -> set[str]:
    return {a.key for a in transaction.accesses if isinstance(a, Write | Append)}


def is_snapshot_isolated(history: TransactionHistory) -> bool:
    """Return whether some moments of snapshots and commits explain every read."""
    for some in completions(history):
        events = [(n, what) for n in range(len(some)) for what in ("begin", "commit")]
        for order in set(permutations(events)):
            place = {event: n for n, event in enumerate(order)}
            if any(place[n, "begin"] > place[n, "commit"] for n in range(len(some))):
                continue
            moments = [
                (place[n, "begin"], place[n, "commit"]) for n in range(len(some))
            ]
            if snapshots_explain(some, moments):
                return True
    return False


def snapshots_explain(some: list[Transaction], moments: list[tuple[int, int]]) -> bool:
    for (one, (begin, commit)), (other, (begun, committed)) in combinations(
        zip(some, moments, strict=True), 2
    ):
        overlap = not (commit < begun or committed < begin)
        if overlap and keys_written(one) & keys_written(other):
            return False
    by_commit = sorted(zip(some, moments, strict=True), key=lambda pair: pair[1][1])
    for one, (begin, _) in by_commit:
        state: State = {}
        for other, (_, committed) in by_commit:
            if committed < begin:
                for access in other.accesses:
                    if isinstance(access, Write | Append):
                        step(state, access)
        if not runs(state, one):
            return False
    return True


def is_exactly_snapshot_isolated(history: TransactionHistory) -> bool:
    """Return whether the given moments of snapshots and commits explain every read."""
    some = [t for t in history.transactions if t.status is Status.COMMITTED]
    return snapshots_explain(some, [(t.begin or 0, t.end or 0) for t in some])


Edge = tuple[str, str, str]  # before, kind, after


def phenomena_of(
    some: list[Transaction], orders: dict[str, list[tuple[str, Value]]]
) -> set[str]:
    """Return the phenomena of registers by definition; an order has (writer, value)."""
    edges: set[Edge] = set()
    for order in orders.values():
        for (before, _), (after, _) in pairwise(order):
            edges.add((before, "ww", after))
    for t in some:
        for read in reads_of_others(t):
            edges |= set(edges_of_read(t.name, read.value, orders.get(read.key, [])))
    edges = {edge for edge in edges if edge[0] != edge[2]}
    found: set[str] = set()
    for kinds in cycles(edges):
        if set(kinds) == {"ww"}:
            found.add("G0")
        if "rw" not in kinds:
            found.add("G1c")
        if kinds.count("rw") == 1:
            found.add("G-single")
        if "rw" in kinds:
            found.add("G2")
    return found


def reads_of_others(t: Transaction) -> Iterator[Read]:
    own: set[str] = set()
    for a in t.accesses if t.status is Status.COMMITTED else ():
        if isinstance(a, Write):
            own.add(a.key)
        elif isinstance(a, Read) and a.key not in own:
            yield a


def edges_of_read(
    name: str, value: Value, order: list[tuple[str, Value]]
) -> Iterator[Edge]:
    place = next((n for n, (_, v) in enumerate(order) if v == value), -1)
    if place >= 0:
        yield (order[place][0], "wr", name)
    if place + 1 < len(order):
        yield (name, "rw", order[place + 1][0])


def cycles(edges: set[Edge]) -> Iterator[list[str]]:
    """Yield the kinds of edges of every simple cycle."""
    following: dict[str, list[tuple[str, str]]] = {}
    for before, kind, after in sorted(edges):
        following.setdefault(before, []).append((kind, after))

    def walk(
        start: str, at: str, met: list[str], kinds: list[str]
    ) -> Iterator[list[str]]:
        for kind, after in following.get(at, ()):
            if after == start:
                yield [*kinds, kind]
            elif after > start and after not in met:
                yield from walk(start, after, [*met, after], [*kinds, kind])

    for start in sorted(following):
        yield from walk(start, start, [start], [])


FORBIDDEN = {
    "read uncommitted": {"internal", "G0"},
    "read committed": {"internal", "dirty", "G0", "G1c"},
    "consistent view": {"internal", "dirty", "G0", "G1c", "G-single"},
    "serializable": {"internal", "dirty", "G0", "G1c", "G2"},
}


def levels_kept(history: TransactionHistory) -> set[str]:
    """Return the levels that some order of versions keeps; of registers alone."""
    kept: set[str] = set()
    for some in completions(history):
        wrong = {bad for t in some for bad in wrong_reads(t, some)}
        left: dict[str, list[tuple[str, Value]]] = {}
        for t in some:
            last = {a.key: a.value for a in t.accesses if isinstance(a, Write)}
            for key, value in last.items():
                left.setdefault(key, []).append((t.name, value))
        for choice in product(*(permutations(versions) for versions in left.values())):
            orders = {key: list(order) for key, order in zip(left, choice, strict=True)}
            found = phenomena_of(some, orders) | wrong
            kept |= {level for level, bad in FORBIDDEN.items() if not bad & found}
    return kept


def wrong_reads(reader: Transaction, some: list[Transaction]) -> Iterator[str]:
    """Yield what is wrong with single reads: own writes, others' undone ones."""
    if reader.status is not Status.COMMITTED:
        return
    left = {
        (key, value)
        for t in some
        for key, value in {
            a.key: a.value for a in t.accesses if isinstance(a, Write)
        }.items()
    }
    mine = {(a.key, a.value) for a in reader.accesses if isinstance(a, Write)}
    own: State = {}
    for a in reader.accesses:
        if isinstance(a, Write):
            own[a.key] = a.value
        elif isinstance(a, Read):
            if a.key in own:
                if own[a.key] != a.value:
                    yield "internal"
            elif (a.key, a.value) in mine:
                yield "internal"
            elif a.value is not None and (a.key, a.value) not in left:
                yield "dirty"


class _Play:
    """Plays transactions step by step; what a read sees depends on the mode."""

    def __init__(self, rng: random.Random, keys: list[str], grows: set[str]) -> None:
        self.rng = rng
        self.keys = keys
        self.grows = grows
        self.mode = rng.choice(["newest", "committed", "snapshot", "chaos", "chaos"])
        self.newest: State = {}
        self.committed: State = {}
        self.snapshots: dict[int, State] = {}
        self.own: dict[int, State] = {}
        self.ever: dict[str, list[Value]] = {key: [None] for key in keys}
        self.value = 0

    def begin(self, who: int) -> None:
        self.snapshots[who] = dict(self.committed)
        self.own[who] = {}

    def step(self, who: int, *, scans: bool) -> Access:
        key, kind = self.rng.choice(self.keys), self.rng.random()
        seen = self.seen(who)
        if scans and kind < 0.3 and not self.grows:
            return Scan(
                EVEN, tuple((k, v) for k, v in sorted(seen.items()) if is_even(v))
            )
        if kind < 0.55:
            return Read(key, seen.get(key))
        return self.write(who, key, seen.get(key))

    def seen(self, who: int) -> State:
        bases = {"newest": self.newest, "committed": self.committed}
        seen = {**bases.get(self.mode, self.snapshots[who]), **self.own[who]}
        if self.mode == "chaos" and self.rng.random() < 0.7:
            rest = [key for key in self.keys if key not in self.own[who]]
            seen |= {key: self.rng.choice(self.ever[key]) for key in rest}
        return seen

    def write(self, who: int, key: str, before: Value) -> Access:
        self.value += 1
        after: Value = self.value
        if key in self.grows:
            assert before is None or isinstance(before, tuple)
            after = (*(before or ()), self.value)
        self.own[who][key] = self.newest[key] = after
        self.ever[key].append(after)
        if key in self.grows:
            return Append(key, self.value)
        return Write(key, self.value)


def drawn(
    rng: random.Random,
    *,
    most: int = 4,
    lists: bool = False,
    scans: bool = False,
    all_known: bool = False,
) -> TransactionHistory:
    """Return a random history: interleaved, with reads that are more or less right."""
    count = rng.randint(2, most)
    keys = ["x", "y", "z"][: rng.randint(1, 3)]
    play = _Play(rng, keys, {key for key in keys if lists and rng.random() < 0.5})
    left = {n: rng.randint(1, 4) for n in range(count)}
    accesses: dict[int, list[Access]] = {n: [] for n in left}
    begins: dict[int, int] = {}
    ends: dict[int, int] = {}
    fate = rng.choices(list(Status), [9, 1, 0 if all_known else 1], k=count)
    clock = 0
    while left:
        who = rng.choice(list(left))
        clock += 1
        if who not in begins:
            begins[who] = clock
            play.begin(who)
            continue
        accesses[who].append(play.step(who, scans=scans))
        left[who] -= 1
        if not left[who]:
            del left[who]
            clock += 1
            ends[who] = clock
            if fate[who] is not Status.ABORTED:
                play.committed |= play.own[who]
    return TransactionHistory(
        tuple(
            Transaction(f"T{n}", tuple(accesses[n]), fate[n], begins[n], ends[n])
            for n in range(count)
        )
    )
