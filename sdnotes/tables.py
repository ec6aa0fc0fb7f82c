"""Print rows so that a person can read them.

    who   shows
    ATM1     40     columns of words to the left, of numbers to the right
    ATM2     30

Left out: wrapping, borders, colours. Pages and figures print their numbers with it.
"""

import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"[-+±<>]?[\d,]+(\.\d+)?(e-?\d+)?( ?%)?|-|")


def text_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the rows below their column names, aligned, without trailing blanks.

    Cells are shown with str(); round floats before, so that the text is the same
    everywhere. Raises ValueError for a row with too many or too few cells.

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
    right = [
        bool(table) and all(_NUMBER.fullmatch(row[i]) for row in table)
        for i in range(len(columns))
    ]
    lines = [list(columns), *table]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )
