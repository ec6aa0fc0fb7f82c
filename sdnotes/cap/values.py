"""When are two values one and the same? In Python, True equals 1; here it must not.

    a register is written 1, and a read sees True     somebody is wrong
    1 == True, (1,) == (True,), hash(1) == hash(True)

A checker that remembers where it has been by ``==`` would give the state 1 the verdict
of the state True, also inside of tuples. And a merge of two copies that took the one
for the other would give what stands first, in each order another.

Left out: what a value of another class holds inside, and the keys of a dict; their own
``==`` decides that, and passes over the sign of -0.0.
Chapter: docs/chapters/cap/.
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


def same(one: object, other: object) -> bool:
    """Return whether two values are equal and of one type, all the way down.

    So far down as tuples, lists and dicts go. NaN, not equal to itself, is the same.

    Examples:
        >>> same([1, {"paid": True}], [1, {"paid": 1}])
        False
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    return one is other or one == other or (one != one and other != other)  # noqa: PLR0124
