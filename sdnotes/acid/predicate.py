"""Which rows does a condition speak of, those that are not there yet included?

    all          key = x         key in x, y       key from a to m
    value = 20   value % 3 = 0

A lock on rows protects none that somebody is about to insert. A condition can be asked
about a row before it is there; so a read that leaves its condition behind, and not the
keys that it found, is in the way of the insert too.

Source: Eswaran, Gray, Lorie, Traiger 1976 (predicate locks).
Left out: and, or, several columns; real servers lock ranges of an index instead.
Chapter: docs/chapters/acid/.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from sdnotes.acid.operations import Value

_KEY = r"[^\s,]+"


class _Kind(StrEnum):
    ALL = r"all"
    KEYS = rf"key (?:= (?P<key>{_KEY})|in (?P<keys>{_KEY}(?:, ?{_KEY})*))"
    RANGE = rf"key from (?P<low>{_KEY}) to (?P<high>{_KEY})"
    VALUE = r"value = (?P<value>-?\w+)"
    MULTIPLE = r"value % (?P<divisor>\d+) = (?P<rest>\d+)"


def validated_value(value: Value) -> Value:
    """Return a value. Raises ValueError for what is no whole number and no text."""
    if value is True or value is False or not isinstance(value, int | str):
        raise ValueError(f"value={value!r} is not a whole number and not a text")
    return value


def as_value(text: str) -> Value:
    """Return a number if the text is one, else the text itself."""
    return int(text) if re.fullmatch(r"-?\d+", text) else text


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition on one row, as a text that says it.

    Raises ValueError for a text that is no such condition.

    Examples:
        >>> thirds = Predicate("value % 3 = 0")
        >>> thirds.matches("x", 30), thirds.matches("x", 31), thirds.matches("x", None)
        (True, False, False)
    """

    where: str

    def __post_init__(self) -> None:
        kind, words = self._parsed()
        if kind is _Kind.MULTIPLE and int(words["divisor"]) == 0:
            raise ValueError(f"where={self.where!r} divides by 0")

    def _parsed(self) -> tuple[_Kind, dict[str, str]]:
        for kind in _Kind:
            if isinstance(self.where, str) and (m := re.fullmatch(kind, self.where)):
                return kind, m.groupdict()
        raise ValueError(
            f"where={self.where!r} is none of: all, key = x, key in x, y, "
            "key from a to m, value = 20, value % 3 = 0"
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys that it names one by one; none if it does not."""
        kind, words = self._parsed()
        if kind is not _Kind.KEYS:
            return ()
        return tuple(re.split(", ?", words["key"] or words["keys"]))

    def matches(self, key: str, value: Value | None) -> bool:
        """Return whether it holds for a row; None: there is no such row."""
        kind, words = self._parsed()
        if value is None:
            return False
        if kind is _Kind.KEYS:
            return key in self.keys
        if kind is _Kind.RANGE:
            return words["low"] <= key <= words["high"]
        if kind is _Kind.VALUE:
            return value == as_value(words["value"])
        if kind is _Kind.MULTIPLE:
            divisor, rest = int(words["divisor"]), int(words["rest"])
            return isinstance(value, int) and value % divisor == rest
        return True

    def is_touched(self, key: str, before: Value | None, after: Value | None) -> bool:
        """Return whether a write may change what somebody found who asked this."""
        return self.matches(key, before) or self.matches(key, after)


def as_condition_on(key: str) -> Predicate:
    """Return the condition on one key. Raises ValueError for a key that cannot be."""
    if not isinstance(key, str) or not re.fullmatch(_KEY, key):
        raise ValueError(f"key={key!r} is not a text without blanks and commas")
    return Predicate(f"key = {key}")
