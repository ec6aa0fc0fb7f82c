"""How many machines must agree, so that any two decisions have a machine in common?

    N = 3:   majority 2      {A, B} and {B, C} meet in B
    N = 2:   majority 2      a pair that is parted has no majority on either side

Source: Gifford 1979, "Weighted Voting for Replicated Data", SOSP.
Left out: weights; that meeting in a machine is not yet linearizability.
Chapter: docs/chapters/cap.md.
"""

from itertools import combinations


def majority(nodes: int) -> int:
    """Return the least number of nodes that is more than half.

    Examples:
        >>> [majority(nodes) for nodes in (1, 2, 3, 4, 5)]
        [1, 2, 2, 3, 3]
    """
    if nodes < 1:
        raise ValueError(f"nodes={nodes!r} is below 1")
    return nodes // 2 + 1


def can_decide(*sides: int) -> list[bool]:
    """Return for each side of a partition whether it still holds a majority of all.

    Examples:
        >>> can_decide(1, 1), can_decide(2, 1)
        ([False, False], [True, False])
    """
    return [side >= majority(sum(sides)) for side in sides]


def always_meet(nodes: int, readers: int, writers: int) -> bool:
    """Return whether every set of readers shares a node with every set of writers.

    Tries all pairs of sets: exponential in the number of nodes. The closed form is
    readers + writers > nodes.
    """
    if not 1 <= readers <= nodes or not 1 <= writers <= nodes:
        raise ValueError(
            f"readers={readers!r}, writers={writers!r}: each must be 1 to {nodes}"
        )
    everyone = range(nodes)
    return all(
        set(some) & set(others)
        for some in combinations(everyone, readers)
        for others in combinations(everyone, writers)
    )
