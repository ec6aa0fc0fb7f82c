"""How a number that was measured becomes a cell that every run shows again.

    expected 57, tolerance 2:    56.2 -> "57"    49.9 -> "49.9", a difference to be read

Left out: numbers that are exact, which need nothing of it.
"""


def cell(found: float, expected: int, tolerance: int) -> str:
    """Return the expected number if what was found is near it, else what was found."""
    return str(expected if abs(found - expected) <= tolerance else found)


def turnover_cell(seconds: float) -> str:
    """Return the turnover as coarsely as every run shows it again."""
    if seconds < 1:
        return "under 1 s"
    return "about 3 s" if 2 <= seconds <= 4 else f"{seconds:.1f} s"
