"""Two copies of an account went apart. What does each merge rule make of them?

    common 50; ATM1 paid 10 and shows 40; ATM2, later, paid 20 and shows 30

    last writer wins    30    the later balance; ATM1's withdrawal is forgotten
    lowest wins         30    the careful one forgets it too
    highest wins        40    forgets the other
    add the changes     20    what was paid is subtracted, all of it

Only the last is right: it adds up what was *done*; the rest pick from what is *shown*.

Source: Shapiro et al. 2011 for the last; the rest are what products offer.
Left out: asking a person. Chapter: docs/chapters/cap/.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Branch:
    """One copy after the cut: what was paid from it and when it was last written."""

    name: str
    paid: int
    written_us: int

    def balance(self, common: int) -> int:
        """Return what this copy shows."""
        return common - self.paid


Rule = Callable[[int, Sequence[Branch]], int]
"""A merge rule: from the common balance and the branches to one balance."""


def last_writer_wins(common: int, branches: Sequence[Branch]) -> int:
    """Return the balance of the copy written last by its own clock."""
    return max(branches, key=lambda b: (b.written_us, b.name)).balance(common)


def lowest_wins(common: int, branches: Sequence[Branch]) -> int:
    """Return the smallest balance of all copies."""
    return min(branch.balance(common) for branch in branches)


def highest_wins(common: int, branches: Sequence[Branch]) -> int:
    """Return the largest balance of all copies."""
    return max(branch.balance(common) for branch in branches)


def add_the_changes(common: int, branches: Sequence[Branch]) -> int:
    """Return the common balance less everything that was paid; may be below 0."""
    return common - sum(branch.paid for branch in branches)


RULES: dict[str, Rule] = {
    "last writer wins": last_writer_wins,
    "lowest wins": lowest_wins,
    "highest wins": highest_wins,
    "add the changes": add_the_changes,
}


def money_from_nowhere(common: int, branches: Sequence[Branch], rule: Rule) -> int:
    """Return balance after the merge plus cash paid, less the money there was.

    0 is right; above 0, the bank has lost that much.
    """
    paid = sum(branch.paid for branch in branches)
    return rule(common, branches) + paid - common
