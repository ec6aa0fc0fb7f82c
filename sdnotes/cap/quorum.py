"""How many machines must agree, so that any two decisions have a machine in common?

    N = 3:   majority 2      {A, B} and {B, C} meet in B
    N = 2:   majority 2      a pair that is parted has no majority on either side

Source: Gifford 1979, "Weighted Voting for Replicated Data", SOSP.
Left out: weights; that meeting in a machine is not yet linearizability (for that:
sdnotes.cap.quorum_register).
Chapter: docs/chapters/cap/.
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
    for name, some in (("readers", readers), ("writers", writers)):
        if not 1 <= some <= nodes:
            raise ValueError(f"{name}={some!r} is not 1 to {nodes!r}, the nodes")
    everyone = range(nodes)
    return all(
        set(some) & set(others)
        for some in combinations(everyone, readers)
        for others in combinations(everyone, writers)
    )


def ranges_that_answer(nodes: int, copies: int, needed: int, dead: set[int]) -> float:
    """Return the share of a ring's ranges of which enough copies are alive.

    Range r of the ring is kept on the nodes r, r + 1, ... : as many as ``copies``,
    counted around. Source: DeCandia et al. 2007, "Dynamo", section 4.3.

    Examples:
        >>> ranges_that_answer(nodes=6, copies=3, needed=2, dead={0, 1})
        0.6666666666666666
    """
    if nodes < 1:
        raise ValueError(f"nodes={nodes!r} is below 1")
    if not 1 <= copies <= nodes:
        raise ValueError(f"copies={copies!r} is not 1 to {nodes!r}, the nodes")
    if not 1 <= needed <= copies:
        raise ValueError(f"needed={needed!r} is not 1 to {copies!r}, the copies")
    if not dead <= set(range(nodes)):
        raise ValueError(f"dead={dead!r} are not nodes from 0 to {nodes - 1}")
    alive = [
        sum((place + step) % nodes not in dead for step in range(copies))
        for place in range(nodes)
    ]
    return sum(count >= needed for count in alive) / nodes
