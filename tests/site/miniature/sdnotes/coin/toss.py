"""A coin that shows its sides in turn, tails first."""

SIDES = 2


def heads(tosses: int) -> int:
    """Return how many tosses show heads.

    Examples:
        >>> heads(4)
        2
    """
    return tosses // SIDES
