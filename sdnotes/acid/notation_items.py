"""Read what stands in the brackets of an action: keys, versions, values, conditions.

    x               a key                       x1, x1.2, x1:2     a version of it
    x=50    x0, 50  with its value              xinit              the first one
    z in P          a version that meets P      Dept=Sales: x0, y0     a scan

Source: the notation of Berenson et al. 1995 and Adya 1999.
Left out: names of keys with digits. Chapter: docs/chapters/acid/.
"""

import re
from dataclasses import dataclass

_ITEM = re.compile(
    r"""\s*(?P<key>[^\W\d]+?)(?P<number>\d+(?:[.:]\d+)?|init)?(?!\w)
    \s*(?:=\s*(?P<is>-?\w+)|,\s*(?P<has>-?\d+)(?!\w))?\s*""",
    re.VERBOSE,
)
_SCAN = re.compile(r"(?P<condition>.+?):(?!\d)\s*(?P<items>.*)")
_MEETS = re.compile(
    r"\s*(?:insert\s+)?(?P<item>.+?)\s+(?:in|to)\s+(?P<condition>.+?)\s*"
)


class ItemError(ValueError):
    """A text in brackets is not understood; its author must mend it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A key as it stands in the text, perhaps with a number and a value."""

    key: str
    number: str | None
    value: str | None

    @property
    def writer(self) -> str:
        """Return the number of who wrote the version, "0" for the first one."""
        who = (self.number or "").replace(":", ".").partition(".")[0]
        return "0" if who == "init" else who

    @property
    def turn(self) -> int | None:
        """Return which of its versions it is, from 1, or None if that is not said."""
        turn = (self.number or "").replace(":", ".").partition(".")[2]
        return int(turn) if turn else None


def items_of(text: str) -> list[Item]:
    """Return the items, which commas or semicolons part. Raises ItemError.

    Examples:
        >>> [(item.key, item.number, item.value) for item in items_of("x0, 10; yinit")]
        [('x', '0', '10'), ('y', 'init', None)]
    """
    items = []
    place = 0
    while place < len(text):
        match = _ITEM.match(text, place)
        if match is None:
            raise ItemError(f"{text.strip()!r} has no key, such as x or x1")
        items.append(Item(match["key"], match["number"], match["is"] or match["has"]))
        place = match.end()
        if place < len(text) and text[place] not in ",;":
            raise ItemError(
                f"{text.strip()!r} is not understood from {text[place:]!r} on"
            )
        place += 1
    return items


def item_of(text: str) -> Item:
    """Return the one item that a text is. Raises ItemError."""
    items = items_of(text)
    if len(items) != 1:
        raise ItemError(f"{text.strip()!r} is not one key, such as x or x1")
    return items[0]


def written(text: str) -> tuple[Item, str | None]:
    """Return what is written, and which condition it meets. Raises ItemError."""
    member = _MEETS.fullmatch(text)
    if member is None:
        return item_of(text), None
    return item_of(member["item"]), member["condition"]


def scanned(text: str) -> tuple[str, list[Item]] | None:
    """Return the condition of a scan and what it found; None if it is no scan.

    Raises ItemError for what it found.
    """
    scan = _SCAN.fullmatch(text)
    if scan is None:
        return None
    return scan["condition"].strip(), items_of(scan["items"])
