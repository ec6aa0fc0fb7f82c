"""One leader: what a majority keeps, and what "one" loses."""

import contextlib
from collections.abc import Sequence
from itertools import product

import pytest
from draws import rows
from hypothesis import given, settings

from sdnotes.cap import Register, judge
from sdnotes.cap.leader import (
    NotAvailableError,
    OutcomeUnknownError,
    ReplicaSet,
    default_concern,
)
from sdnotes.sim import History, Operation, Outcome

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
    with pytest.raises(OutcomeUnknownError, match="A could store 2 on 1 of 3"):
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
    with pytest.raises(NotAvailableError, match="C got 1 of 3 votes: no majority"):
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
    with pytest.raises(OutcomeUnknownError, match="A could store 9 on 1 of 3"):
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
    with pytest.raises(NotAvailableError, match="C got 1 of 3 votes"):
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
        with pytest.raises(ValueError, match="name='Z' is not one of A, B, C"):
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
    with pytest.raises(ValueError, match="data=0 is below 1"):
        default_concern(0, 1)
    with pytest.raises(ValueError, match="arbiters=-1 is negative"):
        default_concern(1, -1)


def test_a_follower_that_takes_up_a_new_term_leads_no_more() -> None:
    """Raft's election safety: else two would lead in one term."""
    group = ReplicaSet("ABC", leader="A")
    group.cut("A", "BC")
    group.elect("B")
    group.cut("ABC")
    group.write("B", 2)
    group.cut("A", "BC")
    group.write("B", 3)
    group.cut("AC", "B")
    with pytest.raises(NotAvailableError, match="A does not lead"):
        group.write("A", 4)
    assert group.heal() == []
    assert group.read("A") == 3


def test_what_a_confirmed_read_has_shown_is_never_rolled_back() -> None:
    group = ReplicaSet("ABC", leader="A")
    group.cut("A", "BC")
    with pytest.raises(OutcomeUnknownError):
        group.write("A", 2)
    group.cut("ABC")
    assert group.read("A", confirmed=True) == 2
    group.cut("A", "BC")
    group.elect("B")
    assert group.read("B", confirmed=True) == 2


def test_an_old_leaders_leftover_cannot_come_back_over_a_newer_term() -> None:
    """Ongaro and Ousterhout 2014, figure 8: an entry of the new term comes first."""
    group = ReplicaSet("ABCDE", leader="A")
    group.cut("A", "BCDE")
    with pytest.raises(OutcomeUnknownError):
        group.write("A", 1)
    group.elect("E")
    group.cut("ABC", "DE")
    with pytest.raises(NotAvailableError, match="A got 1 of 5 votes"):
        group.elect("A")
    group.elect("B")
    assert group.read("B", confirmed=True) is None


def test_a_group_without_a_leader_heals_and_elects_one() -> None:
    group = ReplicaSet("ABC", leader="A")
    group.write("A", 1)
    group.cut("A", "BC")
    group.step_down("A")
    assert group.heal() == []
    assert group.elect("C") == 2
    assert group.read("A") == 1


def test_an_old_leader_does_not_come_back_when_the_newer_one_has_stepped_down() -> None:
    """It would roll back what a majority of the newer term has acknowledged."""
    group = ReplicaSet("ABC", leader="A")
    group.cut("A", "BC")
    group.elect("B")
    group.write("B", 2)
    group.cut("A", "B", "C")
    group.step_down("B")
    assert group.heal() == []
    with pytest.raises(NotAvailableError, match="A does not lead"):
        group.write("A", 3)
    assert group.elect("C") == 3
    assert [group.read(name) for name in "ABC"] == [2, 2, 2]


class Watched:
    """A group, and all that its clients were told."""

    def __init__(self) -> None:
        self.group = ReplicaSet(MEMBERS, leader="A")
        self.operations: list[Operation] = []
        self.acknowledged: set[int | None] = set()
        self.leader_of: dict[int, str] = {}

    def did(
        self, action: str, argument: int | None, outcome: Outcome, result: int | None
    ) -> None:
        n = len(self.operations)
        end = None if outcome is Outcome.UNKNOWN else 2 * n + 1
        self.operations.append(
            Operation(f"c{n}", action, argument, 2 * n, end, outcome, result)
        )

    def step(self, act: str, name: str, sides: Sequence[int]) -> None:
        if act == "cut":
            names = list(zip(MEMBERS, sides, strict=True))
            groups = ([m for m, s in names if s == side] for side in set(sides))
            self.group.cut(*groups)
        elif act == "heal":
            assert not set(self.group.heal()) & self.acknowledged
        elif act == "elect":
            with contextlib.suppress(NotAvailableError):
                self.group.elect(name)
        elif act == "step down":
            self.group.step_down(name)
        elif act == "write":
            self.write(name)
        else:
            self.confirmed_read(name)

    def write(self, name: str) -> None:
        value = len(self.operations)
        try:
            self.group.write(name, value)
        except NotAvailableError:
            self.did("write", value, Outcome.FAILED, None)
        except OutcomeUnknownError:
            self.did("write", value, Outcome.UNKNOWN, None)
        else:
            self.did("write", value, Outcome.OK, None)
            self.acknowledged.add(value)

    def confirmed_read(self, name: str) -> None:
        try:
            value = self.group.read(name, confirmed=True)
        except NotAvailableError:
            return
        self.did("read", None, Outcome.OK, value)
        self.acknowledged.add(value)

    def no_term_has_two_leaders(self) -> None:
        for name, member in self.group._members.items():
            if member.leads:
                assert self.leader_of.setdefault(member.term, name) == name


ACTS = ["cut", "elect", "step down", "write", "confirmed read", "heal"]
SIDES = list(product(range(3), repeat=len(MEMBERS)))


@settings(max_examples=300)
@given(rows(ACTS, MEMBERS, SIDES, max_size=60))
def test_whatever_is_cut_and_whoever_is_elected_it_is_one_register(
    steps: list[tuple[str, str, tuple[int, ...]]],
) -> None:
    """Ongaro and Ousterhout 2014, figure 3, and what it is for.

    Acknowledged writes and confirmed reads are those of one machine, and no term has
    two leaders.
    """
    watched = Watched()
    for act, name, sides in steps:
        watched.step(act, name, sides)
        watched.no_term_has_two_leaders()
    assert judge(History(tuple(watched.operations)), Register(None))
