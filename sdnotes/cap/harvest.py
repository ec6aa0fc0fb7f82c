"""Half an answer, or none? Two percentages that do exist.

    ten shards, one out of reach; a question that concerns three of them
    whole or nothing     7 of 10 questions answered, each in full   yield  70 %
    what there is        all questions answered, 90 % of the data   harvest 90 %

**Yield** is the share of the questions that were answered; **harvest** is the share of
the data that the answers given were made from. Who refuses gives up yield, who answers
with what can be reached gives up harvest.

Source: Fox and Brewer 1999, "Harvest, Yield, and Scalable Tolerant Systems", HotOS.
Left out: shards that hold unequal amounts; copies of shards.
Chapter: docs/chapters/cap/.
"""

from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of all questions, as shares between 0 and 1.

    ``harvest`` is None when nothing was answered.
    """

    yield_: float
    harvest: float | None


def ask_all(*, shards: int, unreachable: int, touched: int, partial: bool) -> Answers:
    """Return yield and harvest over every question that touches so many shards.

    Every set of ``touched`` shards is one question. With ``partial`` a question is
    answered from the shards that can be reached, if there are any; without, only when
    all of them can. Raises ValueError for a number of shards that cannot be.

    Cost: as many steps as there are such sets.

    Examples:
        >>> ask_all(shards=10, unreachable=1, touched=3, partial=False)
        Answers(yield_=0.7, harvest=1.0)
        >>> ask_all(shards=10, unreachable=1, touched=3, partial=True)
        Answers(yield_=1.0, harvest=0.9)
    """
    if shards < 1:
        raise ValueError(f"shards={shards!r} is below 1")
    if not 1 <= touched <= shards:
        raise ValueError(f"touched={touched!r} is not 1 to {shards!r}, the shards")
    if not 0 <= unreachable <= shards:
        raise ValueError(
            f"unreachable={unreachable!r} is not 0 to {shards!r}, the shards"
        )
    asked = answered = given = 0
    for question in combinations(range(shards), touched):
        there = sum(shard >= unreachable for shard in question)
        asked += 1
        if there == touched or (partial and there):
            answered += 1
            given += there
    harvest = given / (answered * touched) if answered else None
    return Answers(answered / asked, harvest)
