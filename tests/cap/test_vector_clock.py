"""Clocks against reachability among events; siblings against explicit sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import Dot, Order, Siblings, VectorClock

NODES = "ABC"
# What each node counts, None where the clock does not have it.
CLOCKS = [
    VectorClock({n: c for n, c in zip(NODES, counts, strict=True) if c is not None})
    for counts in product([None, 0, 1, 2, 3], repeat=3)
]


def run(
    steps: Sequence[tuple[str, str, int]],
) -> tuple[list[VectorClock], set[tuple[int, int]]]:
    """Return the clock of each event, and the edges of the graph: from event to event.

    A step is (node, kind, pick): a local event, a message to a node, or the receipt of
    one that is under way; a message may be received twice, and by anybody.
    """
    clocks: list[VectorClock] = []
    edges: set[tuple[int, int]] = set()
    own = {node: VectorClock() for node in NODES}
    last: dict[str, int] = {}
    sent: list[tuple[int, VectorClock]] = []
    for node, kind, pick in steps:
        event = len(clocks)
        if kind == "receive" and sent:
            sending, stamp = sent[pick % len(sent)]
            own[node] = own[node].merge(stamp)
            edges.add((sending, event))
        own[node] = own[node].tick(node)
        if kind == "send":
            sent.append((event, own[node]))
        if node in last:
            edges.add((last[node], event))
        last[node] = event
        clocks.append(own[node])
    return clocks, edges


def reachable(count: int, edges: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return all pairs with a path between them (Warshall)."""
    reach = set(edges)
    for middle, start, end in product(range(count), repeat=3):
        if (start, middle) in reach and (middle, end) in reach:
            reach.add((start, end))
    return reach


@given(rows(NODES, ["local", "send", "receive"], range(10), max_size=14))
def test_the_order_of_clocks_is_exactly_happened_before(
    steps: list[tuple[str, str, int]],
) -> None:
    """Fidge 1988, Mattern 1989; happened-before as in Lamport 1978."""
    clocks, edges = run(steps)
    before = reachable(len(clocks), edges)
    for i, j in product(range(len(clocks)), repeat=2):
        truth = (
            Order.EQUAL
            if i == j
            else Order.BEFORE
            if (i, j) in before
            else Order.AFTER
            if (j, i) in before
            else Order.CONCURRENT
        )
        one, other = clocks[i], clocks[j]
        assert one.compare(other) is truth
        assert (one < other) == (other > one) == (truth is Order.BEFORE)
        assert (one <= other) == (other >= one) == (truth in {"before", "equal"})
        assert one.concurrent(other) == (truth is Order.CONCURRENT)


@given(*[st.sampled_from(CLOCKS)] * 3)
def test_a_merged_clock_is_the_least_one_that_knows_what_both_know(
    a: VectorClock, b: VectorClock, c: VectorClock
) -> None:
    both = a.merge(b)
    assert a <= both
    assert b <= both
    assert both == b.merge(a)
    assert both.merge(c) == a.merge(b.merge(c))
    assert a.merge(a) == a
    if a <= c and b <= c:
        assert both <= c


def test_equal_clocks_are_equal_values_with_equal_hashes_and_texts() -> None:
    for a, b in product(CLOCKS, CLOCKS):
        same = all(a[node] == b[node] for node in NODES)
        assert (a == b) == same == (a.compare(b) is Order.EQUAL) == (str(a) == str(b))
        assert (hash(a) == hash(b)) or not same


def test_a_clock_is_a_value() -> None:
    counts = {"B": 1, "A": 0}
    clock = VectorClock(counts)
    counts["B"] = 9
    later = clock.tick("B").merge(VectorClock({"C": 4}))
    assert (clock["A"], clock["B"], clock["Z"]) == (0, 1, 0)
    assert str(clock) == "{B:1}"
    assert str(later) == "{B:2 C:4}"
    assert str(VectorClock({"C": 4, "B": 2})) == str(later)
    assert {clock: "found"}[VectorClock({"B": 1})] == "found"
    with pytest.raises(ValueError, match=r"counts\['A'\]=-1"):
        VectorClock({"A": -1})


@dataclass(frozen=True)
class Write:
    """The twin's version: one write, and the set of all writes that it knew of."""

    number: int
    past: frozenset[int]


class Twin:
    """A key whose versions carry their causal histories as plain sets."""

    def __init__(self) -> None:
        self.writes: set[Write] = set()

    def read(self) -> tuple[set[int], frozenset[int]]:
        known = {w.number for w in self.writes}.union(*(w.past for w in self.writes))
        return {w.number for w in self.writes}, frozenset(known)

    def put(self, number: int, context: frozenset[int]) -> None:
        kept = {w for w in self.writes if w.number not in context}
        self.writes = kept | {Write(number, context)}

    def merge(self, other: "Twin") -> None:
        both = self.writes | other.writes
        self.writes = {
            w for w in both if not any(w.number in newer.past for newer in both)
        }


@given(
    rows(
        ["put", "update", "update", "read", "add", "merge"],
        NODES,
        range(3),
        max_size=30,
    )
)
def test_siblings_keep_just_what_explicit_histories_keep(
    steps: list[tuple[str, str, int]],
) -> None:
    """Three nodes, three clients with contexts that may be stale or from elsewhere.

    A client puts with the context it has, or reads there just before ("update"). One
    that reads ("read") forgets its older context, or puts both together ("add").
    Values are numbers, so the values of a copy are the twin's writes.
    """
    copies = {node: Siblings[int]() for node in NODES}
    twins = {node: Twin() for node in NODES}
    contexts = [VectorClock()] * 3
    histories: list[frozenset[int]] = [frozenset()] * 3
    for number, (kind, node, pick) in enumerate(steps):
        if kind == "update":
            contexts[pick] = copies[node].read()[1]
            histories[pick] = twins[node].read()[1]
        if kind in {"put", "update"}:
            before = copies[node]
            copies[node] = before.put(node, number, contexts[pick])
            twins[node].put(number, histories[pick])
            assert number in copies[node].values
        elif kind == "merge":
            other = NODES[pick]
            one, two = copies[node], copies[other]
            assert one.merge(two) == two.merge(one)
            copies[node] = one.merge(two)
            assert copies[node].merge(one) == copies[node].merge(two) == copies[node]
            twins[node].merge(twins[other])
        else:
            values, context = copies[node].read()
            truth, known = twins[node].read()
            assert set(values) == truth
            contexts[pick] = contexts[pick].merge(context) if kind == "add" else context
            histories[pick] = histories[pick] | known if kind == "add" else known
        assert sorted(copies[node].values) == sorted(twins[node].read()[0])
    a, b, c = copies.values()
    assert a.merge(b).merge(c) == a.merge(b.merge(c))


def test_two_that_write_through_one_server_unknown_to_each_other_are_both_kept() -> (
    None
):
    """The pitfall: a server's clock alone takes the second write for a successor."""
    blind = VectorClock()
    cart = Siblings[str]().put("A", "milk", blind).put("A", "tea", blind)
    assert cart.values == ("milk", "tea")

    first = blind.tick("A")  # what a server with one clock for a value would do
    second = first.tick("A")
    assert first < second  # and so drop the milk


def test_two_clients_that_take_turns_do_not_pile_up_siblings() -> None:
    """The other pitfall, "sibling explosion": one clock for all siblings of a key.

    X and Y each send the context that came with the reply to their own last write.
    """
    cell = Siblings[str]()
    contexts = {"X": VectorClock(), "Y": VectorClock()}
    piled, clock = [], VectorClock()  # a server with one clock for the key
    for turn in range(10):
        who = "XY"[turn % 2]
        piled = [who] if clock <= contexts[who] else [*piled, who]
        clock = clock.tick("A")

        cell = cell.put("A", who, contexts[who])
        contexts[who] = cell.read()[1]
        assert contexts[who] == clock
        assert len(cell.values) == min(turn + 1, 2)
    assert len(piled) == 10


def test_a_read_and_a_write_back_settle_the_conflict_everywhere() -> None:
    a = Siblings[str]().put("A", "milk", VectorClock())
    b = Siblings[str]().put("B", "tea", VectorClock())
    both = a.merge(b)
    values, context = both.read()
    assert values == ("milk", "tea")

    settled = both.put("B", "milk and tea", context)
    assert settled.values == ("milk and tea",)
    assert settled.merge(a).values == a.merge(settled).values == ("milk and tea",)
    assert settled.merge(b).values == ("milk and tea",)


def test_a_context_covers_what_was_replaced_before_the_client_read() -> None:
    a = Siblings[str]().put("A", "old", VectorClock())
    b = a.put("B", "newer", a.read()[1])
    _, context = b.read()
    assert a.put("A", "newest", context).values == ("newest",)


def test_a_stale_context_replaces_only_what_it_had_seen() -> None:
    one = Siblings[str]().put("A", "1", VectorClock())
    _, stale = one.read()
    two = one.put("A", "2", stale)
    assert two.values == ("2",)
    assert two.put("A", "3", stale).values == ("2", "3")


def test_a_server_that_lost_its_disk_gives_no_dot_again_to_who_saw_the_first() -> None:
    _, context = Siblings[str]().put("A", "old", VectorClock()).read()
    assert Siblings[str]().put("A", "new", context).versions == {Dot("A", 2): "new"}


def test_values_come_in_the_order_of_their_dots() -> None:
    seen = VectorClock({"A": 11, "B": 1})
    versions = {Dot("B", 1): "b", Dot("A", 11): "late", Dot("A", 2): "early"}
    cell = Siblings(versions, seen)
    versions.clear()
    assert cell.values == ("early", "late", "b")


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: Siblings[int]().put("", 1, VectorClock()), "node=''"),
        (lambda: Siblings({Dot("A", 2): 1}, VectorClock({"A": 1})), "number=2"),
        (lambda: Siblings({Dot("A", 0): 1}, VectorClock({"A": 1})), "number=0"),
        (lambda: Siblings({Dot("A", 1): 1}, VectorClock({"B": 1})), "node='A'"),
        (
            lambda: (
                Siblings[int]()
                .put("A", 1, VectorClock())
                .merge(Siblings[int]().put("A", 2, VectorClock()))
            ),
            "number=1.* stands for two values, 1 and 2",
        ),
    ],
)
def test_bad_arguments_are_named_with_their_value(
    make: Callable[[], object], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        make()


def test_siblings_that_are_equal_and_not_the_same_are_two_values() -> None:
    ours = Siblings[object]().put("A", 1, VectorClock())
    theirs = Siblings[object]().put("A", True, VectorClock())
    for one, other in [(ours, theirs), (theirs, ours)]:
        with pytest.raises(ValueError, match="stands for two values"):
            one.merge(other)


def test_siblings_of_a_value_that_is_not_equal_to_itself_merge() -> None:
    one, other = float("nan"), float("nan")
    ours = Siblings[float]().put("A", one, VectorClock())
    theirs = Siblings[float]().put("A", other, VectorClock())
    assert len(ours.merge(theirs).values) == len(ours.merge(ours).values) == 1
