"""FIFO and random hit equally where requests are independent: Gelenbe 1973.

Each request is for key i with the chance p(i), whatever came before. What a cache holds
is then a Markov chain, and for a tiny cache its equations are solved in fractions.
"""

import random
from collections.abc import Callable, Hashable
from fractions import Fraction
from itertools import combinations
from math import prod
from typing import Any

import pytest

from sdnotes.caching import Cache, FIFOCache, LRUCache, RandomCache, replay, zipf
from sdnotes.sim.intervals import mean_interval

Chances = tuple[Fraction, ...]
Moves = Callable[[tuple[int, ...], int], list[tuple[int, ...]]]
KEYS: dict[str, Chances] = {
    "three": (Fraction(5, 10), Fraction(3, 10), Fraction(2, 10)),
    "four": tuple(Fraction(n, 16) for n in (8, 4, 3, 1)),
    "five": tuple(Fraction(n, 31) for n in (16, 8, 4, 2, 1)),
    "five alike": (Fraction(1, 5),) * 5,
}
every_set = pytest.mark.parametrize("chances", KEYS.values(), ids=list(KEYS))


def filled(cache: Cache[int, None], state: tuple[int, ...]) -> Cache[int, None]:
    for key in state:
        cache.access(key)
    return cache


def moves_of_line(kind: type[Cache[Any, Any]]) -> Moves:
    """FIFO and LRU: the state is the line, and one request has one outcome."""

    def moves(state: tuple[int, ...], key: int) -> list[tuple[int, ...]]:
        cache = filled(kind(len(state)), state)
        cache.access(key)
        return [tuple(cache)]

    return moves


class Says(random.Random):
    """Chance that always says the same."""

    def __init__(self, value: float) -> None:
        super().__init__(0)
        self.value = value

    def random(self) -> float:
        return self.value


def moves_of_random(state: tuple[int, ...], key: int) -> list[tuple[int, ...]]:
    """The state is the set; each draw of a place is as likely as the others."""
    outcomes = []
    for place in range(len(state)):
        rng = Says((place + 0.5) / len(state))
        cache = filled(RandomCache[int, None](len(state), rng=rng), state)
        cache.access(key)
        outcomes.append(tuple(sorted(cache)))
    return outcomes


def lasting(moves: Moves, first: tuple[int, ...], chances: Chances) -> dict[Any, Any]:
    """In which part of the time each state is met in the long run, exactly."""
    states, at = [first], 0
    while at < len(states):
        for key in range(len(chances)):
            for after in moves(states[at], key):
                if after not in states:
                    states.append(after)
        at += 1
    number = {state: i for i, state in enumerate(states)}
    # x = x P and sum(x) = 1, as rows of one system.
    rows = [[Fraction(0)] * (len(states) + 1) for _ in states]
    for state in states:
        for key, chance in enumerate(chances):
            outcomes = moves(state, key)
            for after in outcomes:
                rows[number[after]][number[state]] += chance / len(outcomes)
    for i, row in enumerate(rows):
        row[i] -= 1
    rows[-1] = [Fraction(1)] * (len(states) + 1)
    return dict(zip(states, solved(rows), strict=True))


def solved(rows: list[list[Fraction]]) -> list[Fraction]:
    """Gauss and Jordan."""
    for column in range(len(rows)):
        pivot = next(i for i in range(column, len(rows)) if rows[i][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        first = rows[column][column]
        rows[column] = [value / first for value in rows[column]]
        for i, row in enumerate(rows):
            if i != column and row[column]:
                factor = row[column]
                rows[i] = [
                    value - factor * other
                    for value, other in zip(row, rows[column], strict=True)
                ]
    return [row[-1] for row in rows]


def by_content(states: dict[Any, Fraction]) -> dict[frozenset[Hashable], Fraction]:
    shares: dict[frozenset[Hashable], Fraction] = {}
    for state, share in states.items():
        held = frozenset(state)
        shares[held] = shares.get(held, Fraction(0)) + share
    return shares


def hit_chance(shares: dict[frozenset[Any], Fraction], chances: Chances) -> Fraction:
    return sum(
        (share * sum(chances[key] for key in held) for held, share in shares.items()),
        Fraction(0),
    )


@every_set
@pytest.mark.parametrize("capacity", [1, 2])
def test_fifo_and_random_hold_every_set_of_keys_equally_long(
    chances: Chances, capacity: int
) -> None:
    """And in proportion to the product of the keys' chances: the theorem's formula."""
    first = tuple(range(capacity))
    fifo = by_content(lasting(moves_of_line(FIFOCache), first, chances))
    rand = by_content(lasting(moves_of_random, first, chances))
    sets = [frozenset(c) for c in combinations(range(len(chances)), capacity)]
    weights = {held: prod(chances[key] for key in held) for held in sets}
    total = sum(weights.values())
    assert fifo == rand == {held: weights[held] / total for held in sets}


def test_lru_hits_more_than_both_unless_all_keys_are_alike() -> None:
    for name, chances in KEYS.items():
        lru, fifo = (
            hit_chance(
                by_content(lasting(moves_of_line(kind), (0, 1), chances)), chances
            )
            for kind in (LRUCache, FIFOCache)
        )
        if name == "five alike":
            assert lru == fifo == Fraction(2, 5)
        else:
            assert lru > fifo


def test_fifo_and_random_hit_equally_also_in_a_large_cache() -> None:
    """The mean difference over 30 traces is within its interval, LRU's far outside."""
    against_random: list[float] = []
    against_lru: list[float] = []
    for seed in range(30):
        trace = zipf(3000, keys=400, s=0.8, rng=random.Random(seed))
        fifo = replay(FIFOCache(60), trace).hits
        rand = RandomCache[int, None](60, rng=random.Random(1000 + seed))
        against_random.append(replay(rand, trace).hits - fifo)
        against_lru.append(replay(LRUCache(60), trace).hits - fifo)
    equal, better = mean_interval(against_random), mean_interval(against_lru)
    assert equal.low < 0 < equal.high
    assert equal.high - equal.low < 20  # of some 1,100 hits
    assert better.low > 100
