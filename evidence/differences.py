"""What changed in a record: its cells before and after, as a table.

    policy  column    recorded  found
    MRU     110 keys  91.0      91.2
    ARC     (row)     -         0.0, 1.5

A row is known by as many of its first cells as tell all rows apart. Of all else that a
record states, the whole is shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sdnotes.tables import text_table

Row: TypeAlias = Sequence[str]
COLUMNS = ("row", "column", "recorded", "found")


@dataclass(frozen=True, slots=True)
class Difference:
    """Which cells differ, and what else: (row, column, recorded, found) each."""

    cells: tuple[tuple[str, str, str, str], ...] = ()
    others: tuple[tuple[str, str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cells or self.others)

    @property
    def in_words(self) -> str:
        """Return how much differs, in a few words."""
        if self.cells:
            return f"{len(self.cells)} {'cell' if len(self.cells) == 1 else 'cells'}"
        if self.others:
            return f"no cell, but its {', '.join(what for what, _, _ in self.others)}"
        return "nothing differs"

    @property
    def lines(self) -> list[str]:
        """Return it as lines for a terminal; none where nothing differs."""
        said = [f"{what}: {a} -> {b}" for what, a, b in self.others]
        table = text_table(COLUMNS, self.cells).splitlines() if self.cells else []
        return said + table

    def markdown(self, name: str) -> str:
        """Return it as a section for a page that shows Markdown."""
        said = [f"- {what}: `{a}` became `{b}`" for what, a, b in self.others]
        rows = [COLUMNS, ("---",) * len(COLUMNS), *self.cells] if self.cells else []
        escaped = ([cell.replace("|", "\\|") for cell in row] for row in rows)
        table = [f"| {' | '.join(row)} |" for row in escaped]
        return "\n".join(
            [f"### {name}: {self.in_words}", "", *said, "", *table, "", ""]
        )


def difference(known: dict[str, Any], record: dict[str, Any]) -> Difference:
    """Return what a record states that another did not, without what is observed."""
    aside = ("observed", "facts_sha256", "rows", "columns")
    names = [name for name in {**known, **record} if name not in aside]
    others = [
        (name, str(known.get(name, "-")), str(record.get(name, "-")))
        for name in names
        if known and known.get(name) != record.get(name)
    ]
    return Difference(tuple(_cells(known, record)), tuple(others))


def _cells(
    known: dict[str, Any], record: dict[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    before, after = known.get("rows", []), record["rows"]
    old, new = known.get("columns", []), record["columns"]
    if old != new:
        yield "(columns)", "-", ", ".join(old) or "-", ", ".join(new)
    width = _key_width(before, after)
    there, here = _by_name(before, width), _by_name(after, width)
    for name in {**there, **here}:
        left, right = there.get(name), here.get(name)
        if left is None or right is None:
            one, other = (
                ", ".join(row[width:]) if row else "-" for row in (left, right)
            )
            yield name, "(row)", one, other
            continue
        for place in range(width, max(len(left), len(right))):
            one, other = (
                row[place] if place < len(row) else "-" for row in (left, right)
            )
            if one != other:
                column = new[place] if place < len(new) else old[place]
                yield name, column, one, other
    if list(there) != list(here) and there.keys() == here.keys():
        yield "(order of rows)", "-", "another", "this"


def _by_name(rows: Sequence[Row], width: int) -> dict[str, Row]:
    if width:
        return {", ".join(row[:width]): row for row in rows}
    return {f"row {number}": row for number, row in enumerate(rows, start=1)}


def _key_width(before: Sequence[Row], after: Sequence[Row]) -> int:
    """Return how many first cells tell all rows of each table apart; 0 if none do."""
    shortest = min((len(row) for row in (*before, *after)), default=0)
    for width in range(1, shortest + 1):
        if all(len(_by_name(rows, width)) == len(rows) for rows in (before, after)):
            return width
    return 0
