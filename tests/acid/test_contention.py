"""Many add 1 to one counter."""

import pytest

from sdnotes.acid.contention import WAYS, tries_of


@pytest.mark.parametrize("clients", [1, 2, 3, 5, 10, 20])
def test_refused_ones_try_again_once_for_each_who_was_first(clients: int) -> None:
    assert tries_of(WAYS[0], clients) == clients * (clients + 1) // 2


@pytest.mark.parametrize("clients", [1, 2, 3, 5, 10, 20])
@pytest.mark.parametrize("way", WAYS[1:])
def test_who_waits_for_a_lock_needs_one_try(way: str, clients: int) -> None:
    assert tries_of(way, clients) == clients


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="way='hope'"):
        tries_of("hope", 2)
    with pytest.raises(ValueError, match="clients=0"):
        tries_of(WAYS[0], 0)
