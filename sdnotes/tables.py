"""Print rows so that a person can read them.

    who   shows
    ATM1     40     columns of words to the left, of numbers to the right
    ATM2     30

A letter of Chinese, Japanese or Korean is two columns wide, as terminals show it; an
accent of its own is none. Left out: wrapping, borders, colours, joined emoji.

Pages and figures print their numbers with it.
To take away: text_table.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

# As Python prints numbers, 1e+16, inf and nan among them, and as people write them.
_NUMBER = re.compile(r"[-+±<>]?([\d,]+(\.\d+)?(e[-+]?\d+)?|inf|nan)( ?%)?|-|")
_LINE_END = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def text_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the rows below their column names, aligned, without trailing blanks.

    Cells are shown with str(); round floats before, so that the text is the same
    everywhere. Raises ValueError for a row with too many or too few cells, and for a
    line end in a cell.

    Examples:
        >>> print(text_table(["who", "shows"], [["ATM1", 40], ["ATM2", 30]]))
        who   shows
        ATM1     40
        ATM2     30
    """
    table = [[str(cell) for cell in row] for row in rows]
    for row in table:
        if len(row) != len(columns):
            raise ValueError(f"row {row!r} has {len(row)} cells, not {len(columns)}")
    for cell in (cell for row in ([*columns], *table) for cell in row):
        if _LINE_END.search(cell):
            raise ValueError(f"cell {cell!r} has a line end: a row is one line")
    right = [
        bool(table) and all(_NUMBER.fullmatch(row[i]) for row in table)
        for i in range(len(columns))
    ]
    lines = [list(columns), *table]
    widths = [max(_width(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join(
        "  ".join(
            _filled(cell, width, to_right)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _filled(cell: str, width: int, to_right: bool) -> str:
    blanks = " " * (width - _width(cell))
    return blanks + cell if to_right else cell + blanks


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(letter) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(letter) in ("W", "F"))
        for letter in text
    )
