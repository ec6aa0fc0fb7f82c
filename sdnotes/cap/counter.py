"""A balance that two machines may change at once and still agree on: a PN-counter.

Each machine counts only what it did itself; merging takes the larger count of each.

              added by ATM1, ATM2    taken by ATM1, ATM2    value
    ATM1          100     0              60      0            40
    ATM2          100     0              50     20            30
    merged        100     0              60     20            20

The merge is commutative, associative and idempotent, so messages may come twice, late
or in any order. It keeps the sum right; it does not keep it above zero.

A machine must have its own counts on disk before it tells anybody. One that may have
forgotten (a crash, a backup, a copied virtual machine, a second process) goes on under
a *new name*: under the old one the larger count swallows the smaller, without an error.

Source: Shapiro et al. 2011, "A Comprehensive Study of Convergent and Commutative
Replicated Data Types", section 3, specification 7.
Left out: forgetting machines that are gone. Chapter: docs/chapters/cap/.
To take away: PNCounter.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PNCounter:
    """A counter as a value: every change returns a new one.

    Add and take under the machine's own name only, on its own newest copy. The two
    mappings are kept as they are given: do not change them. A change of 0 leaves its
    name in them, so compare ``value`` and not counters.

    Examples:
        >>> common = PNCounter().add("ATM1", 100).take("ATM1", 50)
        >>> left, right = common.take("ATM1", 10), common.take("ATM2", 20)
        >>> left.value, right.value, left.merge(right).value
        (40, 30, 20)
    """

    added: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, counts in (("added", self.added), ("taken", self.taken)):
            if not all(count >= 0 for count in counts.values()):  # nor may one be NaN
                raise ValueError(f"{name}={counts!r} has a count that is not 0 or more")

    @property
    def value(self) -> int:
        """Return what was added less what was taken, as far as this copy knows."""
        return sum(self.added.values()) - sum(self.taken.values())

    def add(self, who: str, amount: int) -> "PNCounter":
        """Return the counter after ``who`` added an amount of 0 or more."""
        return PNCounter(_raised(self.added, who, amount), self.taken)

    def take(self, who: str, amount: int) -> "PNCounter":
        """Return the counter after ``who`` took an amount of 0 or more.

        The value may fall below zero: another machine may have taken too.
        """
        return PNCounter(self.added, _raised(self.taken, who, amount))

    def merge(self, other: "PNCounter") -> "PNCounter":
        """Return the counter that knows what both know."""
        return PNCounter(
            _larger(self.added, other.added), _larger(self.taken, other.taken)
        )


def _raised(counts: dict[str, int], who: str, amount: int) -> dict[str, int]:
    if not amount >= 0:
        raise ValueError(f"amount={amount!r} is not 0 or more: use the other operation")
    return {**counts, who: counts.get(who, 0) + amount}


def _larger(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    names = sorted(left.keys() | right.keys())
    return {name: max(left.get(name, 0), right.get(name, 0)) for name in names}
