"""Counter, escrow, merge and quorum against their laws and closed forms."""

from itertools import product

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import Branch, Escrow, PNCounter, can_decide, majority
from sdnotes.cap.merge import last_writer_wins, money_from_nowhere
from sdnotes.cap.quorum import always_meet

COUNTS = rows("abc", range(6), max_size=4).map(dict)
COUNTERS = st.builds(PNCounter, COUNTS, COUNTS)


@given(COUNTERS, COUNTERS, COUNTERS)
def test_merging_is_commutative_associative_and_idempotent(
    a: PNCounter, b: PNCounter, c: PNCounter
) -> None:
    """Shapiro et al. 2011, definition of a state-based CRDT."""

    def counts(counter: PNCounter) -> tuple[dict[str, int], dict[str, int]]:
        return (
            {k: v for k, v in counter.added.items() if v},
            {k: v for k, v in counter.taken.items() if v},
        )

    assert counts(a.merge(b)) == counts(b.merge(a))
    assert counts(a.merge(b).merge(c)) == counts(a.merge(b.merge(c)))
    assert counts(a.merge(a)) == counts(a)


@given(
    rows("ab", range(-50, 51), max_size=20),
    st.randoms(use_true_random=True),
)
def test_however_messages_are_doubled_and_reordered_both_copies_meet_in_the_sum(
    changes: list[tuple[str, int]], rng: object
) -> None:
    states = {"a": PNCounter(), "b": PNCounter()}
    seen = []
    for who, change in changes:
        counter = states[who]
        states[who] = (
            counter.add(who, change) if change >= 0 else counter.take(who, -change)
        )
        seen.append(states[who])
    messages = seen + seen
    rng.shuffle(messages)  # type: ignore[attr-defined]
    for message in messages:
        states = {who: state.merge(message) for who, state in states.items()}
    total = sum(change for _, change in changes)
    assert {state.value for state in states.values()} == {total}


def test_a_change_leaves_the_old_counter_as_it_was() -> None:
    before = PNCounter().add("a", 5)
    before.take("a", 3)
    assert before.value == 5


@pytest.mark.parametrize("change", ["add", "take"])
def test_a_negative_change_is_refused(change: str) -> None:
    with pytest.raises(ValueError, match="amount=-1"):
        getattr(PNCounter(), change)("a", -1)


@given(rows(["spend", "move"], "ab", "ab", range(61), max_size=20))
def test_escrow_loses_and_makes_no_money(
    steps: list[tuple[str, str, str, int]],
) -> None:
    escrow = Escrow({"a": 50, "b": 50})
    spent = 0
    for kind, who, other, amount in steps:
        enough = amount <= escrow.share(who)
        if kind == "spend":
            assert escrow.spend(who, amount) == enough
            spent += amount if enough else 0
        elif enough:
            escrow.move(who, other, amount)
        else:
            with pytest.raises(ValueError, match=f"amount={amount} is more than"):
                escrow.move(who, other, amount)
        assert escrow.left == 100 - spent
        assert min(escrow.share("a"), escrow.share("b")) >= 0


def test_escrow_names_what_was_wrong() -> None:
    with pytest.raises(ValueError, match=r"shares\['a'\]=-1"):
        Escrow({"a": -1})
    with pytest.raises(ValueError, match="amount=-5"):
        Escrow({"a": 1}).spend("a", -5)
    escrow = Escrow({"a": 1})
    with pytest.raises(KeyError, match="b"):
        escrow.move("a", "b", 1)
    assert escrow.share("a") == 1


def test_a_holder_that_forgot_what_it_spent_pays_more_than_there_is() -> None:
    shares = {"ATM1": 25, "ATM2": 25}
    before, again = Escrow(shares), Escrow(shares)  # as from a backup
    paid = 25 * before.spend("ATM1", 25)
    paid += 25 * again.spend("ATM1", 25) + 25 * again.spend("ATM2", 25)
    assert paid == 75

    careful = Escrow({**shares, "ATM1": 0})  # until its journal says what it spent
    paid = 25  # by ATM1, before it forgot
    paid += 25 * careful.spend("ATM1", 25) + 25 * careful.spend("ATM2", 25)
    assert paid == 50


def test_escrow_keeps_its_own_copy_of_the_shares() -> None:
    shares = {"a": 5}
    escrow = Escrow(shares)
    shares["a"] = 99
    assert escrow.share("a") == 5


def test_of_two_writes_at_the_same_time_the_later_name_wins() -> None:
    branches = [Branch("b", 20, 7), Branch("a", 10, 7)]
    assert last_writer_wins(50, branches) == last_writer_wins(50, branches[::-1]) == 30


def test_a_rule_that_loses_money_for_the_customer_shows_as_less_than_nothing() -> None:
    branches = [Branch("a", 10, 1), Branch("b", 20, 2)]
    assert money_from_nowhere(50, branches, lambda *_: 0) == -20


@pytest.mark.parametrize("count", range(1, 5))
def test_at_most_one_side_of_a_partition_holds_a_majority(count: int) -> None:
    for sides in product(range(5), repeat=count):
        if any(sides):
            assert sum(can_decide(*sides)) <= 1


@given(st.integers(1, 8))
def test_two_majorities_always_share_a_node_and_two_smaller_sets_need_not(
    nodes: int,
) -> None:
    enough = majority(nodes)
    assert always_meet(nodes, enough, enough)
    if enough > 1:
        assert not always_meet(nodes, enough - 1, nodes - enough + 1)


def test_a_quorum_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="nodes=0"):
        majority(0)
    with pytest.raises(ValueError, match="readers=4"):
        always_meet(3, 4, 1)


def test_two_lives_under_one_name_lose_a_change_and_a_new_name_does_not() -> None:
    common = PNCounter().add("A", 100)
    lost = common.take("A", 10)  # told to others, and then forgotten by A
    assert lost.merge(common.take("A", 20)).value == 80
    assert lost.merge(common.take("A, again", 20)).value == 70
