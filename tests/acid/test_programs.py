"""Programs that decide by what they read."""

import pytest

from sdnotes.acid.levels import LEVELS
from sdnotes.acid.programs import (
    Steps,
    doctors,
    play_programs,
    withdrawals,
)

SERIALIZABLE = ("serializable", "two-phase locking")
LOST = ("read uncommitted", "read committed", "repeatable read")


@pytest.mark.parametrize("after", range(5))
@pytest.mark.parametrize("level", LEVELS)
def test_two_withdrawals_overdraw_only_where_updates_are_lost(
    level: str, after: int
) -> None:
    run = withdrawals(level, after)
    if level not in LOST:
        assert len(run.committed) == 1
    assert run.final == {"balance": 10}


@pytest.mark.parametrize("level", LOST)
def test_both_are_paid_if_both_read_before_either_commits(level: str) -> None:
    assert len(withdrawals(level, 1).committed) == 2


@pytest.mark.parametrize("after", range(5))
@pytest.mark.parametrize("level", LEVELS)
def test_a_doctor_stays_on_call_at_the_serializable_levels(
    level: str, after: int
) -> None:
    run = doctors(level, after)
    on_call = sum(1 for value in run.final.values() if value == 1)
    if level in SERIALIZABLE or after == 4:
        assert on_call == 1
    if level not in SERIALIZABLE and after == 1:
        assert on_call == 0


def test_a_program_that_waits_goes_on_when_the_other_has_ended() -> None:
    def add() -> Steps:
        found = yield "get x for update"
        assert isinstance(found, int)
        yield f"put x {found + 1}"
        yield "commit"

    run = play_programs({"P": add, "Q": add}, "read committed", "x = 0", 1)
    assert run.committed == ("P", "Q")
    assert run.final == {"x": 2}
    assert [step.who for step in run.waits] == ["Q"]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="second_begins_after=-1"):
        withdrawals("snapshot", -1)
