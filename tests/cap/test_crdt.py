"""CRDTs against the laws of a merge, and against twins that keep every event."""

import copy
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import GCounter, LWWRegister, ORSet

REPLICAS = "ABC"
STEPS = rows(REPLICAS, ["update", "update", "remove", "merge"], range(4), max_size=14)
PLACES = st.integers(0, 14)


@dataclass(frozen=True)
class Event:
    """A change as it happened, and all events that its replica had heard of."""

    number: int
    who: str
    kind: str
    what: int
    stamp: int
    past: frozenset["Event"]

    def __hash__(self) -> int:
        return self.number


@dataclass(frozen=True)
class Kind:
    """One CRDT: its empty state, a change of it, its order, its value; and the twin's
    value, computed from the events that a replica has heard of.
    """

    name: str
    empty: Any
    change: Callable[[Any, Event], Any]
    below: Callable[[Any, Any], bool]
    value: Callable[[Any], object]
    twin: Callable[[frozenset[Event]], object]


def change_counter(state: GCounter, event: Event) -> GCounter:
    return state.add(event.who, event.what)


def counter_below(a: GCounter, b: GCounter) -> bool:
    return all(a.counts.get(n, 0) <= b.counts.get(n, 0) for n in REPLICAS)


def change_register(state: LWWRegister[int], event: Event) -> LWWRegister[int]:
    return state.write(event.what, event.stamp, event.who)


def newest(events: frozenset[Event]) -> int | None:
    writes = {(e.stamp, e.who): e.what for e in events}
    return writes[max(writes)] if writes else None


def change_set(state: ORSet[int], event: Event) -> ORSet[int]:
    if event.kind == "remove":
        return state.remove(event.what)
    return state.add(event.what, tag=f"{event.who}{event.stamp}")


def set_below(a: ORSet[int], b: ORSet[int]) -> bool:
    return a.added.keys() <= b.added.keys() and a.removed <= b.removed


def not_removed(events: frozenset[Event]) -> frozenset[int]:
    """An element is in if some add of it is in no known remove's past."""
    adds = [e for e in events if e.kind == "update"]
    removes = [e for e in events if e.kind == "remove"]
    return frozenset(
        add.what
        for add in adds
        if not any(add in r.past and r.what == add.what for r in removes)
    )


KINDS = [
    Kind(
        "counter",
        GCounter(),
        change_counter,
        counter_below,
        lambda s: s.value,
        lambda events: sum(e.what for e in events),
    ),
    Kind(
        "register",
        LWWRegister[int](),
        change_register,
        lambda a, b: (a.stamp, a.node) <= (b.stamp, b.node),
        lambda s: s.value,
        newest,
    ),
    Kind("set", ORSet[int](), change_set, set_below, lambda s: s.elements, not_removed),
]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@dataclass
class Play:
    """Three replicas, each with its state and with the events that it has heard of."""

    states: dict[str, Any]
    heard: dict[str, frozenset[Event]] = field(
        default_factory=lambda: dict.fromkeys(REPLICAS, frozenset())
    )
    ever: list[tuple[Any, frozenset[Event]]] = field(default_factory=list)


def play(kind: Kind, steps: Iterable[tuple[str, str, int]]) -> Play:
    """Play the steps and check after each that the state went up, never sideways."""
    made = Play(dict.fromkeys(REPLICAS, kind.empty))
    made.ever.append((kind.empty, frozenset()))
    # The n-th change of each replica has stamp n: unlike within one, alike between two.
    stamps = dict.fromkeys(REPLICAS, 0)
    for number, (who, action, what) in enumerate(steps):
        before, heard = made.states[who], made.heard[who]
        if action == "merge":
            other = REPLICAS[what % len(REPLICAS)]
            after = before.merge(made.states[other])
            heard |= made.heard[other]
        else:
            stamps[who] += 1
            event = Event(number, who, action, what, stamps[who], heard)
            after = kind.change(before, event)
            heard |= {event}
        assert kind.below(before, after)
        assert kind.value(after) == kind.twin(heard)
        made.states[who], made.heard[who] = after, heard
        made.ever.append((after, heard))
    return made


@every_kind
@given(steps=STEPS, places=st.tuples(PLACES, PLACES, PLACES))
def test_a_merge_is_the_least_state_above_both(
    kind: Kind, steps: list[tuple[str, str, int]], places: tuple[int, int, int]
) -> None:
    """Shapiro et al. 2011, section 2.3: the states form a join semilattice."""
    states = [state for state, _ in play(kind, steps).ever]
    a, b, c = (states[place % len(states)] for place in places)

    assert a.merge(b) == b.merge(a)
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    assert a.merge(a) == a
    assert kind.below(a, a.merge(b))
    assert kind.below(b, a.merge(b))
    if kind.below(a, c) and kind.below(b, c):
        assert kind.below(a.merge(b), c)
        assert a.merge(b).merge(c) == c


@every_kind
@given(steps=STEPS, places=st.tuples(PLACES, PLACES))
def test_a_merge_shows_what_all_that_both_heard_of_amounts_to(
    kind: Kind, steps: list[tuple[str, str, int]], places: tuple[int, int]
) -> None:
    ever = play(kind, steps).ever
    (a, heard_a), (b, heard_b) = (ever[place % len(ever)] for place in places)
    assert kind.value(a.merge(b)) == kind.twin(heard_a | heard_b)


@every_kind
@given(steps=STEPS, rng=st.randoms(use_true_random=True))
def test_in_whatever_order_and_however_often_states_arrive_all_copies_come_out_equal(
    kind: Kind, steps: list[tuple[str, str, int]], rng: random.Random
) -> None:
    """Strong eventual consistency: what counts is which changes were heard of."""
    made = play(kind, steps)
    sent = [state for state, _ in made.ever]
    ends = []
    for who in REPLICAS:
        arriving = sent + rng.choices(sent, k=5)
        rng.shuffle(arriving)
        ends.append(reduce(lambda a, b: a.merge(b), arriving, made.states[who]))
    assert ends[0] == ends[1] == ends[2]
    everything = frozenset[Event]().union(*made.heard.values())
    assert {kind.value(end) for end in ends} == {kind.twin(everything)}


@every_kind
def test_a_change_leaves_the_old_state_as_it_was(kind: Kind) -> None:
    before = kind.change(kind.empty, Event(0, "A", "update", 2, 1, frozenset()))
    shown = kind.value(before)
    after = kind.change(before, Event(1, "B", "update", 3, 2, frozenset()))
    before.merge(after)
    assert kind.value(before) == shown != kind.value(after)


def test_states_keep_their_own_copy_of_what_they_are_given() -> None:
    counts, added, removed = {"A": 1}, {"a1": "milk", "a2": "tea"}, {"a2"}
    counter = GCounter(counts)
    cart = ORSet(added, removed)  # type: ignore[arg-type] # a plain set, from JSON say
    counts["A"] = 9
    added.clear()
    removed.clear()
    assert counter.value == 1
    assert cart.elements == {"milk"}
    assert cart.merge(cart).removed == frozenset({"a2"})


def test_equal_knowledge_is_an_equal_value_and_prints_alike() -> None:
    assert GCounter({"A": 0}) == GCounter() == GCounter().add("A", 0)
    left, right = GCounter({"B": 1, "A": 2}), GCounter({"A": 2, "B": 1})
    assert repr(left) == repr(right)
    cart, trac = ORSet({"b1": 1, "a1": 2}), ORSet({"a1": 2, "b1": 1})
    assert list(cart.added) == list(trac.added) == ["a1", "b1"]


def test_two_nodes_that_add_the_same_amount_are_both_counted() -> None:
    """What a counter that keeps one number and merges by the larger would lose."""
    a, b = GCounter().add("A", 1), GCounter().add("B", 1)
    assert a.merge(b).value == 2
    assert max(a.value, b.value) == 1


class TestLastWriterWins:
    def test_a_write_that_was_later_by_the_wall_clock_is_lost_to_a_fast_clock(
        self,
    ) -> None:
        """CAP-17: A's clock is 5 ahead; A writes at 10, and B at 12, x=2."""
        a = LWWRegister[int]().write(1, stamp=10 + 5, node="A")
        b = LWWRegister[int]().write(2, stamp=12, node="B")
        assert a.merge(b).value == b.merge(a).value == 1
        # B saw A's write and wrote after it: lost all the same, and B is not told.
        assert a.write(2, stamp=12, node="B") == a

    def test_of_two_writes_at_the_same_time_the_older_one_is_gone(self) -> None:
        """The failure, and a set that keeps both."""
        tea = LWWRegister[str]().write("tea", 1, "A")
        coffee = LWWRegister[str]().write("coffee", 2, "B")
        assert "tea" not in repr(tea.merge(coffee))

        kept = ORSet[str]().add("tea", "A1").merge(ORSet[str]().add("coffee", "B1"))
        assert kept.elements == {"tea", "coffee"}

    def test_equal_stamps_are_decided_by_the_name_of_the_node(self) -> None:
        a = LWWRegister[str]().write("z", 1, "A")
        b = LWWRegister[str]().write("a", 1, "B")
        assert a.merge(b) == b.merge(a) == b

    def test_any_write_beats_the_empty_register_even_at_stamp_0(self) -> None:
        written = LWWRegister[int]().write(5, stamp=0, node="A")
        assert written.value == 5
        assert LWWRegister[int]().merge(written) == written

    def test_nothing_written_is_a_value_like_others(self) -> None:
        """Writing None clears the register; it is not the same as never written."""
        cleared = LWWRegister[int | None]().write(5, 1, "A").write(None, 2, "A")
        assert (cleared.value, cleared.stamp, cleared.node) == (None, 2, "A")

    def test_a_stamp_used_twice_is_refused_where_it_shows(self) -> None:
        once = LWWRegister[int]().write(1, 7, "A")
        assert once.write(1, 7, "A") == once
        with pytest.raises(ValueError, match=r"stamp=7 of node 'A'.* 1 and 2"):
            once.write(2, 7, "A")
        with pytest.raises(ValueError, match="stamp=7"):
            once.merge(LWWRegister(2, 7, "A"))


class TestObservedRemove:
    def test_an_add_at_the_same_time_as_a_remove_wins(self) -> None:
        common = ORSet[str]().add("milk", "a1")
        ann, bob = common.remove("milk"), common.add("milk", "b1")
        assert "milk" in ann.merge(bob)
        assert "milk" in bob.merge(ann)

    def test_an_add_that_the_remover_saw_does_not(self) -> None:
        common = ORSet[str]().add("milk", "a1").add("milk", "b1")
        assert "milk" not in common.remove("milk").merge(common)
        assert common.remove("milk").elements == frozenset()

    def test_what_was_removed_may_be_added_again(self) -> None:
        again = ORSet[str]().add("milk", "a1").remove("milk").add("milk", "a2")
        assert "milk" in again

    def test_removing_what_is_not_there_changes_nothing(self) -> None:
        cart = ORSet[str]().add("milk", "a1")
        assert cart.remove("tea") == cart

    def test_a_tag_used_twice_is_refused_where_it_shows(self) -> None:
        cart = ORSet[str]().add("milk", "a1")
        with pytest.raises(ValueError, match=r"tag='a1' is used: it added 'milk'"):
            cart.add("tea", "a1")
        with pytest.raises(ValueError, match="tag='a1'"):
            cart.remove("milk").add("milk", "a1")
        with pytest.raises(ValueError, match=r"tag='a1'.* 'milk' and 'tea'"):
            cart.merge(ORSet({"a1": "tea"}))
        with pytest.raises(ValueError, match="tag='a1'"):
            cart.remove("milk").merge(ORSet({"a1": "tea"}))


class TestNaiveSets:
    """What goes wrong without tags: the same two stories, next to the cure."""

    def test_with_plain_union_a_remove_comes_undone_at_the_next_merge(self) -> None:
        common = {"milk"}
        ann, bob = common - {"milk"}, common
        assert "milk" in ann | bob  # the zombie in the cart

        cart = ORSet[str]().add("milk", "a1")
        assert "milk" not in cart.remove("milk").merge(cart)

    def test_in_a_two_phase_set_what_was_removed_never_comes_back(self) -> None:
        """Shapiro et al. 2011, specification 12: a tombstone for the element itself."""
        added, removed = {"milk"}, {"milk"}
        added |= {"milk"}
        assert "milk" not in added - removed

        cart = ORSet[str]().add("milk", "a1").remove("milk").add("milk", "a2")
        assert "milk" in cart

    def test_in_a_two_phase_set_a_remove_beats_the_add_it_never_saw(self) -> None:
        (added_1, removed_1), (added_2, removed_2) = (
            ({"milk"}, {"milk"}),
            ({"milk"}, set()),
        )
        assert "milk" not in (added_1 | added_2) - (removed_1 | removed_2)

        ann = ORSet[str]().add("milk", "a1").remove("milk")
        bob = ORSet[str]().add("milk", "b1")
        assert "milk" in ann.merge(bob)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: GCounter({"A": -1}), r"counts\['A'\]=-1"),
        (lambda: GCounter().add("A", -1), "amount=-1"),
        (lambda: GCounter({"A": 5}).add("A", -1), "amount=-1"),
        (lambda: LWWRegister[int]().write(1, -1, "A"), "stamp=-1"),
        (lambda: LWWRegister[int]().write(1, 1, ""), "node=''"),
        (lambda: LWWRegister[int | None]().write(None, 0, ""), "node=''"),
        (lambda: LWWRegister(1), "node=''"),
        (lambda: LWWRegister(None, 1), "node=''"),
        (lambda: ORSet({"a1": 1}, frozenset({"b2", "b1"})), r"removed=\['b1', 'b2'\]"),
    ],
)
def test_bad_arguments_are_named_with_their_value(
    make: Callable[[], object], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        make()


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), ((1,), (True,)), ([1], [True]), ({"a": 1}, {"a": True})],
)
def test_values_that_are_equal_and_not_the_same_are_two_values(
    one: object, other: object
) -> None:
    """A merge that took one for the other would give the first of the two."""
    for left, right in [(one, other), (other, one)]:
        with pytest.raises(ValueError, match="stands for two values"):
            LWWRegister(left, 5, "A").merge(LWWRegister(right, 5, "A"))
        with pytest.raises(ValueError, match="stands for two elements"):
            ORSet({"t": left}).merge(ORSet({"t": right}))  # type: ignore[type-var]
    equal = LWWRegister(copy.deepcopy(one), 5, "A")
    assert LWWRegister(one, 5, "A").merge(equal) == equal


def test_what_is_not_equal_to_itself_merges_with_itself_and_can_be_removed() -> None:
    nan, from_elsewhere = float("nan"), float("nan")
    for one, other in [(nan, nan), (nan, from_elsewhere)]:
        register = LWWRegister[float](one, 1, "a")
        assert register.merge(LWWRegister[float](other, 1, "a")) is register
        many = ORSet[float]().add(one, "t")
        assert many.merge(ORSet[float]().add(other, "t")).elements == {other}
        assert nan not in ORSet[float]().add(nan, "t").remove(nan)


def test_what_has_no_hash_is_refused_where_it_is_added() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        ORSet[Any]().add(["milk"], tag="a1")


def test_copies_with_two_values_under_one_stamp_meet_again_in_a_later_write() -> None:
    ann, bob = (LWWRegister[str]().write(v, stamp=5, node="A") for v in ("tea", "milk"))
    with pytest.raises(ValueError, match="stamp=5"):
        ann.merge(bob)
    later = ann.write("water", stamp=6, node="A")
    assert bob.merge(later) == later.merge(bob) == later
