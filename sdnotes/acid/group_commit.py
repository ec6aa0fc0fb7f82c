"""Many commits, one fsync: how long does each wait?

    commits come at   0   1   2   3 ms, an fsync takes 5 ms

    one for each      fsyncs begin at 0, 5, 10, 15     waits 5  9 13 17 ms
    group commit      fsyncs begin at 0 and at 5       waits 5  9  8  7 ms

While an fsync is under way, those who come next gather, and the next one is for all.

Source: DeWitt et al. 1984, "Implementation Techniques for Main Memory Database
Systems", section 5 (group commit).
Left out: a delay that lets more gather (PostgreSQL's commit_delay).
Chapter: docs/chapters/acid/.
"""

from collections.abc import Sequence


def commit_waits_us(
    came_us: Sequence[int], fsync_us: int, most: int | None = None
) -> list[int]:
    """Return how long each commit waits, in microseconds, in order of arrival.

    ``came_us`` is sorted; an fsync is for at most ``most`` commits (None: for all that
    wait). Raises ValueError for a negative time, for a group of nobody.

    Examples:
        >>> commit_waits_us([0, 1, 2, 3], fsync_us=5, most=1)
        [5, 9, 13, 17]
        >>> commit_waits_us([0, 1, 2, 3], fsync_us=5)
        [5, 9, 8, 7]
    """
    if fsync_us < 0:
        raise ValueError(f"fsync_us={fsync_us!r} is negative")
    if most is not None and most < 1:
        raise ValueError(f"most={most!r} is less than 1")
    waits_us: list[int] = []
    free_us = 0
    while len(waits_us) < len(came_us):
        first = len(waits_us)
        begin_us = max(free_us, came_us[first])
        free_us = begin_us + fsync_us
        last = len(came_us) if most is None else first + most
        for came in came_us[first:last]:
            if came > begin_us:
                break
            waits_us.append(free_us - came)
    return waits_us
