"""Lists that Hypothesis draws at once, as bytes: what a single number costs.

    200 lists of up to 60 items          st.lists of st.sampled_from   picks
    in ms of processor time                                     1,100     180

Hypothesis shows and shrinks them as it does other lists: zeros stand for the first of
what there is to choose from.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

Item = TypeVar("Item")


@st.composite
def rows(
    draw: st.DrawFn, *fields: Sequence[Any], min_size: int = 0, max_size: int
) -> list[tuple[Any, ...]]:
    """Return a list of tuples with one item of each field."""
    # A byte more than is needed, or some items would come twice as often as others.
    widths = [1 + (len(field).bit_length() + 3) // 8 for field in fields]
    # As many bytes as the longest list takes; the first two say how long this one is.
    # Bytes of any length would be five or so on average.
    size = 2 + max_size * sum(widths)
    drawn = draw(st.binary(min_size=size, max_size=size))
    count = min_size + int.from_bytes(drawn[:2], "big") % (max_size - min_size + 1)
    found = []
    for place in range(count):
        at = 2 + place * sum(widths)
        if place >= min_size and not any(drawn[at : at + sum(widths)]):
            continue  # left out, which is how lists shrink
        row = []
        for field, width in zip(fields, widths, strict=True):
            number = int.from_bytes(drawn[at : at + width], "big")
            row.append(field[number % len(field)])
            at += width
        found.append(tuple(row))
    return found


@st.composite
def picks(
    draw: st.DrawFn, items: Sequence[Item], *, min_size: int = 0, max_size: int
) -> list[Item]:
    """Return a list of items, each of which is as likely."""
    return [item for (item,) in draw(rows(items, min_size=min_size, max_size=max_size))]


# Hypothesis itself would first make a table of all Unicode, which takes two seconds.
CHARACTERS = (
    "".join(map(chr, range(0x100))) * 20
    + "".join(map(chr, range(0x100, 0x3000)))
    + "\ufeff\uffff\U0001f600\U0001d7d9\U0010ffff" * 100
)


@st.composite
def texts(draw: st.DrawFn, *, max_size: int) -> str:
    """Return a text, a third of it in the first 256 characters of Unicode."""
    return "".join(draw(picks(CHARACTERS, max_size=max_size)))
