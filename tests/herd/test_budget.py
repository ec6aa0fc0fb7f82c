"""A budget bounds the extra load, whatever the order of requests and failures."""

import threading

import pytest
from draws import picks
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.herd import RetryBudget


@given(
    percent=st.integers(0, 100),
    reserve=st.integers(1, 20),
    steps=picks([True, False], max_size=100),
)
def test_retries_never_exceed_the_reserve_and_the_share(
    percent: int, reserve: int, steps: list[bool]
) -> None:
    """The bound of the docstring, after every step; the twin counts in exact sums."""
    budget = RetryBudget(percent=percent, reserve=reserve)
    held, requests, retries = reserve * 100, 0, 0
    for is_request in steps:
        if is_request:
            budget.note_request()
            requests += 1
            held = min(reserve * 100, held + percent)
        else:
            allowed = budget.may_retry()
            assert allowed == (held >= 100)
            held -= 100 * allowed
            retries += allowed
        assert retries * 100 <= reserve * 100 + requests * percent
        assert budget.retries_left == held // 100


def test_when_everything_fails_a_tenth_more_is_sent_and_not_three_times_as_much() -> (
    None
):
    budget = RetryBudget(percent=10, reserve=10)
    sent = 0
    for _ in range(10_000):
        budget.note_request()
        sent += 1
        for _ in range(2):  # three tries each, if it were for the limit alone
            sent += budget.may_retry()
    assert 11_000 <= sent <= 11_010


def test_it_earns_nothing_beyond_its_reserve() -> None:
    budget = RetryBudget(percent=50, reserve=3)
    for _ in range(1000):
        budget.note_request()
    assert [budget.may_retry() for _ in range(4)] == [True, True, True, False]


def test_a_tenth_is_exact_however_often_it_is_added() -> None:
    """Ten times 0.1 in floats is below 1: the tenth request would earn no retry."""
    budget = RetryBudget(percent=10, reserve=1)
    assert budget.may_retry()
    for _ in range(9):
        budget.note_request()
    assert not budget.may_retry()
    budget.note_request()
    assert budget.may_retry()


def test_threads_that_race_for_the_last_retries_get_no_more_than_there_are() -> None:
    budget = RetryBudget(percent=0, reserve=500)
    start = threading.Barrier(8)
    won: list[int] = []

    def take() -> None:
        start.wait(120)
        won.append(sum(budget.may_retry() for _ in range(200)))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sum(won) == 500


@pytest.mark.parametrize("bad", [-1, 0.5, True])
def test_amounts_are_whole_numbers(bad: object) -> None:
    with pytest.raises(ValueError, match="percent"):
        RetryBudget(percent=bad)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="reserve"):
        RetryBudget(reserve=bad)  # type: ignore[arg-type]


def test_a_tenth_and_a_reserve_of_ten_are_the_defaults() -> None:
    budget = RetryBudget()
    assert [budget.may_retry() for _ in range(11)] == [True] * 10 + [False]
    for _ in range(99):
        budget.note_request()
    assert budget.retries_left == 9


def test_a_request_earns_no_more_than_the_reserve_can_keep() -> None:
    """Else a budget of 200 % would be one of 100 %, and nobody told."""
    RetryBudget(percent=200, reserve=2)
    with pytest.raises(ValueError, match="reserve=1"):
        RetryBudget(percent=200, reserve=1)


def test_a_reserve_of_nothing_can_earn_nothing() -> None:
    with pytest.raises(ValueError, match="reserve=0"):
        RetryBudget(percent=1, reserve=0)
    with pytest.raises(ValueError, match="reserve=0"):
        RetryBudget(percent=10, reserve=0)
    assert not RetryBudget(percent=0, reserve=0).may_retry()
