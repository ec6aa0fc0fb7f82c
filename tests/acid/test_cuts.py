"""Transfers that a crash cuts off."""

from collections import Counter

import pytest

from sdnotes.acid.cuts import found_after, sums_after_each_cut


@pytest.mark.parametrize("amount", [1, 10, 30, 99, 100])
def test_through_a_log_no_cut_makes_or_loses_money_and_in_place_some_do(
    amount: int,
) -> None:
    balances = {"A": 100, "B": 50}
    logged = sums_after_each_cut("through a log", balances, amount)
    assert {total for _, total in logged} == {150}
    assert logged[0][0] == 0
    assert logged[-1][0] == 100
    in_place = sums_after_each_cut("in place", balances, amount)
    assert (in_place[0], in_place[-1]) == ((0, 150), (100, 150))
    assert {total for _, total in in_place} != {150}


def test_an_honest_disk_keeps_what_was_confirmed_after_its_sync() -> None:
    assert set(found_after("fsync first")) == {"both"}


def test_confirmed_before_the_sync_may_be_lost_and_never_by_half() -> None:
    assert set(found_after("fsync later")) == {"neither"}


def test_a_lying_disk_loses_anything_and_the_log_tells_of_most_holes() -> None:
    found = Counter(found_after("the disk lies"))
    assert found["both"] == 1
    assert found["an error"] > found.total() / 2
    assert found["nothing at all"] > 0


def test_what_cannot_be_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="way='both'"):
        sums_after_each_cut("both", {"A": 1, "B": 1}, 1)
    with pytest.raises(ValueError, match="amount=2"):
        sums_after_each_cut("in place", {"A": 1, "B": 1}, 2)
    with pytest.raises(ValueError, match="sync='never'"):
        list(found_after("never"))
