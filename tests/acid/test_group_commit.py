"""Many commits share an fsync."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.acid.group_commit import commit_waits_us

ARRIVALS = st.lists(st.integers(0, 200), max_size=40).map(sorted)


@given(ARRIVALS, st.integers(1, 30))
def test_alone_they_wait_as_in_a_queue_of_one_server(came: list[int], f: int) -> None:
    """Lindley's recursion for one server with a fixed time of service."""
    waits, left = [], 0
    for before, now in zip([0, *came], came, strict=False):
        left = max(0, left - (now - before)) + f
        waits.append(left)
    assert commit_waits_us(came, f, most=1) == waits


@given(ARRIVALS, st.integers(1, 30))
def test_in_groups_nobody_waits_longer_than_two_fsyncs(
    came: list[int], fsync_us: int
) -> None:
    waits = commit_waits_us(came, fsync_us)
    assert len(waits) == len(came)
    assert all(fsync_us <= wait < 2 * fsync_us + 1 for wait in waits)


@given(ARRIVALS, st.integers(1, 30), st.integers(1, 5))
def test_a_larger_group_makes_nobody_wait_longer(
    came: list[int], fsync_us: int, most: int
) -> None:
    small = commit_waits_us(came, fsync_us, most)
    large = commit_waits_us(came, fsync_us)
    assert sum(large) <= sum(small)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="fsync_us=-1"):
        commit_waits_us([], -1)
    with pytest.raises(ValueError, match="most=0"):
        commit_waits_us([], 1, 0)
