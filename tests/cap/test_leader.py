"""One leader: what a majority keeps, and what "one" loses."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sdnotes.cap.leader import (
    NotAvailableError,
    OutcomeUnknownError,
    ReplicaSet,
    default_concern,
)

MEMBERS = "ABCDE"


def test_with_concern_one_an_acknowledged_write_is_rolled_back() -> None:
    """CAP-21: MongoDB's w:1; CAP-22: Redis's failover."""
    group = ReplicaSet("ABC", leader="A", concern="one")
    group.write("A", 1)
    group.cut("A", "BC")
    group.write("A", 2)  # acknowledged
    group.elect("B")
    group.write("B", 3)
    assert group.heal() == [2]
    assert [group.read(name) for name in "ABC"] == [3, 3, 3]


def test_with_concern_majority_the_same_write_is_never_acknowledged() -> None:
    group = ReplicaSet("ABC", leader="A")
    group.write("A", 1)
    group.cut("A", "BC")
    with pytest.raises(OutcomeUnknownError, match="A stored 2, on 1 only"):
        group.write("A", 2)
    group.elect("B")
    group.write("B", 3)
    assert group.heal() == [2]
    assert group.read("A") == 3


def test_an_unknown_write_lasts_when_nobody_else_was_elected() -> None:
    group = ReplicaSet("ABC", leader="A")
    group.cut("A", "BC")
    with pytest.raises(OutcomeUnknownError):
        group.write("A", 2)
    assert group.heal() == []
    assert [group.read(name) for name in "ABC"] == [2, 2, 2]


def test_a_minority_elects_nobody_and_confirms_no_read() -> None:
    group = ReplicaSet("ABC", leader="A")
    group.write("A", 1)
    group.cut("AB", "C")
    with pytest.raises(NotAvailableError, match="C: 1 votes are no majority"):
        group.elect("C")
    with pytest.raises(NotAvailableError):
        group.read("C", confirmed=True)
    with pytest.raises(NotAvailableError, match="C does not lead"):
        group.write("C", 9)
    assert group.read("C") == 1
    assert group.read("A", confirmed=True) == 1


def test_a_higher_term_fences_the_old_leader_off() -> None:
    """CAP-15: the old leader comes back without knowing of the election."""
    group = ReplicaSet("ABC", leader="A")
    group.write("A", 1)
    group.cut("A", "BC")
    assert group.elect("B") == 2
    group.write("B", 2)
    # It reaches C again, and B not yet: C has seen term 2.
    group.cut("AC", "B")
    with pytest.raises(OutcomeUnknownError, match="A stored 9, on 1 only"):
        group.write("A", 9)
    with pytest.raises(NotAvailableError):
        group.read("A", confirmed=True)
    assert group.read("C") == 2
    assert group.heal() == [9]


def test_a_candidate_whose_log_is_behind_is_not_elected() -> None:
    group = ReplicaSet("ABC", leader="A")
    group.cut("AB", "C")
    group.write("A", 1)
    group.cut("A", "BC")
    with pytest.raises(NotAvailableError, match="C: 1 votes"):
        group.elect("C")
    assert group.elect("B") == 2


def test_a_leader_without_a_majority_can_step_down() -> None:
    group = ReplicaSet("ABC", leader="A", concern="one")
    group.step_down("A")
    group.write("A", 1)  # it had a majority, and went on
    group.cut("A", "BC")
    group.step_down("A")
    with pytest.raises(NotAvailableError, match="A does not lead"):
        group.write("A", 2)
    group.elect("B")
    assert group.heal() == []


def test_names_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="leader='Z'"):
        ReplicaSet("ABC", leader="Z")
    with pytest.raises(ValueError, match="concern='two'"):
        ReplicaSet("ABC", leader="A", concern="two")
    group = ReplicaSet("ABC", leader="A")
    for act in (group.read, group.elect, group.step_down):
        with pytest.raises(ValueError, match="no member 'Z'"):
            act("Z")
    with pytest.raises(ValueError, match="each member must stand on one side"):
        group.cut("A", "B")
    with pytest.raises(ValueError, match="each member must stand on one side"):
        group.cut("AB", "BC")


@pytest.mark.parametrize("data", range(1, 7))
@pytest.mark.parametrize("arbiters", range(4))
def test_a_majority_is_the_default_only_where_it_survives_a_member_with_data(
    data: int, arbiters: int
) -> None:
    """CAP-21: what the manual's formula means, counted out."""
    survives = data - 1 >= (data + arbiters) // 2 + 1
    expected = "majority" if survives or not arbiters else "one"
    assert default_concern(data, arbiters) == expected


def test_members_that_cannot_be_are_refused() -> None:
    for data, arbiters in ((0, 1), (1, -1)):
        with pytest.raises(ValueError, match=f"data={data} .* arbiters={arbiters}"):
            default_concern(data, arbiters)


class MajorityNeverLosesAnAcknowledgedWrite(RuleBasedStateMachine):
    """Ongaro and Ousterhout 2014, figure 3: leader completeness, election safety."""

    def __init__(self) -> None:
        super().__init__()
        self.group = ReplicaSet(MEMBERS, leader="A")
        self.next_value = 0
        self.acknowledged: list[int] = []
        self.leader_of_term = {1: "A"}
        self.whole = True

    @rule(sides=st.lists(st.integers(0, 2), min_size=5, max_size=5))
    def cut(self, sides: list[int]) -> None:
        names = list(zip(MEMBERS, sides, strict=True))
        self.group.cut(*([m for m, s in names if s == side] for side in set(sides)))
        self.whole = False

    @rule(name=st.sampled_from(MEMBERS))
    def elect(self, name: str) -> None:
        try:
            term = self.group.elect(name)
        except NotAvailableError:
            return
        assert term not in self.leader_of_term
        self.leader_of_term[term] = name
        # Whoever leads holds all that was ever acknowledged.
        held = [value for _, value in self.group._members[name].log]
        assert [v for v in held if v in self.acknowledged] == self.acknowledged

    @rule(name=st.sampled_from(MEMBERS))
    def write(self, name: str) -> None:
        self.next_value += 1
        try:
            self.group.write(name, self.next_value)
        except (NotAvailableError, OutcomeUnknownError):
            return
        self.acknowledged.append(self.next_value)

    @rule(name=st.sampled_from(MEMBERS))
    def confirmed_read(self, name: str) -> None:
        try:
            value = self.group.read(name, confirmed=True)
        except NotAvailableError:
            return
        assert value is None or value >= max(self.acknowledged, default=0)

    @precondition(lambda self: not self.whole)
    @rule()
    def heal(self) -> None:
        gone = self.group.heal()
        self.whole = True
        assert not set(gone) & set(self.acknowledged)

    @invariant()
    def no_term_has_two_leaders(self) -> None:
        leading = [m.term for m in self.group._members.values() if m.leads]
        assert len(set(leading)) == len(leading)


TestMajority = MajorityNeverLosesAnAcknowledgedWrite.TestCase
TestMajority.settings = settings(max_examples=200, stateful_step_count=30)
