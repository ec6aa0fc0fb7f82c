"""Ten anomalies, each as a story: at which level does it happen?

                        G0 G1a G1b G1c OTV PMP P4  G-single G2-item G2
    read uncommitted    .   x   x   x   x   x   x     x        x    x    x  happens
    read committed      .   .   .   .   .   x   x     x        x    x    .  does not
    repeatable read     .   .   .   .   .   w   x     w        x    x    w  only where
    snapshot            .   .   .   .   .   .   .     .        x    x       the reader
    serializable        .   .   .   .   .   .   .     .        .    .       writes, too

A cell is computed: the story is played at that level, and what its transactions were
shown, and what is there at the end, says whether the anomaly is in it.

Source: Hermitage (github.com/ept/hermitage).
Left out: a proof; a story that goes well says nothing about the others.
Builds on: sdnotes.acid.stories.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from sdnotes.acid.levels import LEVELS
from sdnotes.acid.playing import Database, Played, play
from sdnotes.acid.stories import STORIES, Anomaly

ANOMALIES = {anomaly.name: anomaly for anomaly in STORIES}
"""The anomalies by their names, the worst first."""


class Verdict(StrEnum):
    """What a database does about an anomaly."""

    PREVENTED = "prevented"
    ALLOWED = "allowed"
    READS_ONLY = "reads only"
    """Prevented where the transaction only reads, allowed where it also writes."""


def judged(anomaly: Anomaly, runs: Sequence[Played]) -> Verdict:
    """Return what runs of an anomaly's stories, one each, say about it."""
    happened = {
        case.is_by_writing
        for case, run in zip(anomaly.cases, runs, strict=True)
        if case.happened(run)
    }
    if not happened:
        return Verdict.PREVENTED
    return Verdict.ALLOWED if False in happened else Verdict.READS_ONLY


def verdict_on(anomaly: Anomaly, on: str | Database) -> Verdict:
    """Return what a level, or another database, does about an anomaly."""
    return judged(anomaly, [play(case.script, on) for case in anomaly.cases])


def matrix(levels: tuple[str, ...] = tuple(LEVELS)) -> Iterator[tuple[str, ...]]:
    """Yield a row for each level: its name, then a verdict on each anomaly."""
    for level in levels:
        yield level, *(verdict_on(anomaly, level) for anomaly in ANOMALIES.values())
