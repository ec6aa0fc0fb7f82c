"""When are two values one and the same? In Python, True equals 1; here it must not.

    a register is written 1, and a read sees True     somebody is wrong
    1 == True, (1,) == (True,), hash(1) == hash(True)

A checker that remembers where it has been by ``==`` would give the state 1 the verdict
of the state True, also inside of tuples.

Left out: what a state of another class holds inside; its own ``==`` decides that.
Chapter: docs/chapters/cap.md.
"""

from collections.abc import Hashable
from types import NoneType

_PLAIN = frozenset({int, str, NoneType})
"""No two values of these types are equal unless they are the same."""


def exactly(value: Hashable) -> Hashable:
    """Return a key that only a value of the same type has, all the way down.

    Cost: linear in the size of a tuple.

    Examples:
        >>> exactly((1, (True,))) == exactly((1, (1,)))
        False
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, tuple) and kind is tuple:
        if _PLAIN.issuperset(map(type, value)):
            return value
        return (tuple, *map(exactly, value))
    return kind, value


def same(one: Hashable, other: Hashable) -> bool:
    """Return whether two values are equal and of one type, all the way down."""
    return one == other and exactly(one) == exactly(other)
