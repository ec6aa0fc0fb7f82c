"""How many heads do many tosses show?"""

from sdnotes.coin import heads

CAPTION = "Heads of so many tosses."
COLUMNS = ("tosses", "heads")
CELLS = [{"tosses": tosses} for tosses in (10, 1_000)]


def cell(*, tosses: int) -> tuple[str, ...]:
    """Return the heads."""
    return (str(heads(tosses)),)
