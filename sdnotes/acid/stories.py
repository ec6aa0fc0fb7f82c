"""The stories of the anomalies: who does what, and what shows that one happened.

    T1 scan key in x, y     x = 10, y = 20
    T2 scan key in x, y     x = 10, y = 20
    T1 put x 11             since T2 has seen the old x, T2 came before T1
    T2 put y 21             since T1 has seen the old y, T1 came before T2
    T1 commit, T2 commit    if both succeed, there is no order: write skew

Source: Hermitage (github.com/ept/hermitage), from which the interleavings are; Adya
1999 (G0 to G2); Bailis et al. 2014 (OTV, PMP); Berenson et al. 1995 (P4).
Left out: other interleavings of the same steps. Builds on: sdnotes.acid.playing.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sdnotes.acid.playing import Played


@dataclass(frozen=True, slots=True)
class Case:
    """One story, and how to see whether the anomaly is in what came of it."""

    title: str
    script: str
    happened: Callable[[Played], bool]
    is_by_writing: bool = False
    """Whether the one that is misled writes by what it was shown."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A kind of interference, with the stories that bring it about."""

    name: str
    title: str
    cases: tuple[Case, ...]


def _all_committed(run: Played) -> bool:
    return set(run.committed) == set(run.names)


def _shows(run: Played, who: str, **values: int) -> bool:
    """Return whether one of somebody's scans showed all these values."""
    scans = (shown for shown in run.shown(who) if isinstance(shown, dict))
    return any(values.items() <= shown.items() for shown in scans)


def _dirty_write(run: Played) -> bool:
    return _all_committed(run) and run.final not in (
        {"x": 11, "y": 21},
        {"x": 12, "y": 22},
    )


def _aborted_read(run: Played) -> bool:
    return "T1" not in run.committed and _shows(run, "T2", x=101)


def _intermediate_read(run: Played) -> bool:
    return _shows(run, "T2", x=101)


def _circular_flow(run: Played) -> bool:
    return run.shown("T1") == [22] and run.shown("T2") == [11]


def _vanishes(run: Played) -> bool:
    """T3 is shown half of what T1 wrote, and T2's write over the other half."""
    return _shows(run, "T3", x=12, y=19) or _shows(run, "T3", x=11, y=18)


def _many_preceders(run: Played) -> bool:
    return run.shown("T1") == [{}, {"z": 30}]


def _many_preceders_by_writing(run: Played) -> bool:
    """T2 was shown y = 20, deleted what is 20, and y is still there."""
    return _all_committed(run) and _shows(run, "T2", y=20) and "y" in run.final


def _lost_update(run: Played) -> bool:
    shown = run.shown("T1"), run.shown("T2")
    return _all_committed(run) and shown == ([10], [10])


def _read_skew(run: Played) -> bool:
    return run.shown("T1") == [10, 18]


def _read_skew_by_predicate(run: Played) -> bool:
    return run.shown("T1") == [{"x": 10, "y": 20}, {"x": 12}]


def _read_skew_by_writing(run: Played) -> bool:
    """T1 was shown the old x, deleted what is 20, and the old y was not found."""
    return (
        _all_committed(run)
        and run.shown("T1")[:1] == [10]
        and run.shown("T1")[1:] != [None]
    )


def _write_skew(run: Played) -> bool:
    return _all_committed(run) and all(
        run.shown(who) == [{"x": 10, "y": 20}] for who in run.names
    )


def _phantom(run: Played) -> bool:
    return _all_committed(run) and run.shown("T1") == run.shown("T2") == [{}]


def _read_only_anomaly(run: Played) -> bool:
    """T3 was shown T2's write without T1's, and T1 has not seen T2's."""
    return (
        _all_committed(run)
        and run.shown("T1") == [{"x": 10, "y": 20}]
        and run.shown("T3") == [{"x": 10, "y": 25}]
    )


def _story(*lines: str) -> str:
    """Return a script with a step a line."""
    return "\n".join(("x = 10, y = 20", *"; ".join(lines).split("; ")))


_BEGIN = "T1 begin; T2 begin"
_END = "T1 commit; T2 commit"
_T2_WRITES_BOTH = "T2 put x 12; T2 put y 18; T2 commit"

_TWO_WRITERS_MIX = Case(
    "two writers mix",
    _story(
        _BEGIN,
        # Hermitage has T2's second write last: that ends well without any locks too.
        "T1 put x 11; T2 put x 12; T2 put y 22; T1 put y 21; T1 commit; T2 commit",
    ),
    _dirty_write,
)
_READ_AND_UNDONE = Case(
    "what was read is undone",
    _story(_BEGIN, "T1 put x 101; T2 scan all; T1 abort; T2 scan all; T2 commit"),
    _aborted_read,
)
_READ_AND_REPLACED = Case(
    "what was read is replaced",
    _story(
        _BEGIN,
        "T1 put x 101; T2 scan all; T1 put x 11; T1 commit; T2 scan all; T2 commit",
    ),
    _intermediate_read,
)
_EACH_READS_THE_OTHER = Case(
    "each reads what the other has not committed",
    _story(_BEGIN, "T1 put x 11; T2 put y 22; T1 get y; T2 get x", _END),
    _circular_flow,
)
_HALF_IS_SEEN = Case(
    "half of a transaction is seen, half is overwritten",
    _story(
        "T1 begin; T2 begin; T3 begin",
        "T1 put x 11; T1 put y 19; T2 put x 12; T1 commit; T3 scan all; T2 put y 18",
        "T3 scan all; T2 commit; T3 scan all; T3 commit",
    ),
    _vanishes,
)
_ROW_APPEARS = Case(
    "a row appears between two scans",
    _story(
        _BEGIN,
        "T1 scan value = 30; T2 put z 30; T2 commit; T1 scan value % 3 = 0; T1 commit",
    ),
    _many_preceders,
)
_DELETE_MISSES = Case(
    "a delete misses the row that was shown",
    _story(
        _BEGIN,
        "T1 add 10 where all; T2 scan value = 20; T2 delete where value = 20",
        "T1 commit; T2 scan value = 20; T2 commit",
    ),
    _many_preceders_by_writing,
    is_by_writing=True,
)
_BOTH_ADD_ONE = Case(
    "both add one to what they read",
    _story(_BEGIN, "T1 get x; T2 get x; T1 put x 11; T2 put x 11", _END),
    _lost_update,
)
_OLD_AND_NEW = Case(
    "the old x and the new y",
    _story(
        _BEGIN, "T1 get x; T2 get x; T2 get y", _T2_WRITES_BOTH, "T1 get y; T1 commit"
    ),
    _read_skew,
)
_FOUND_TWICE = Case(
    "one row, found by two conditions that exclude each other",
    _story(
        _BEGIN,
        "T1 scan value % 5 = 0; T2 add 2 where value = 10; T2 commit",
        "T1 scan value % 3 = 0; T1 commit",
    ),
    _read_skew_by_predicate,
)
_DELETE_SEES_MORE = Case(
    "a delete sees what the reads before it did not",
    _story(
        _BEGIN,
        "T1 get x; T2 scan all",
        _T2_WRITES_BOTH,
        "T1 delete where value = 20; T1 get y; T1 commit",
    ),
    _read_skew_by_writing,
    is_by_writing=True,
)
_EACH_CHANGES_WHAT_WAS_READ = Case(
    "each changes what the other has read",
    _story(
        _BEGIN,
        "T1 scan key in x, y; T2 scan key in x, y; T1 put x 11; T2 put y 21",
        _END,
    ),
    _write_skew,
)
_EACH_INSERTS = Case(
    "each inserts what the other did not find",
    _story(
        _BEGIN,
        "T1 scan value % 3 = 0; T2 scan value % 3 = 0; T1 put z 30; T2 put w 42",
        _END,
    ),
    _phantom,
)
_ONE_ONLY_READS = Case(
    "a third one that only reads shows that there is no order",
    _story(
        "T1 begin; T1 scan all",
        "T2 begin; T2 add 5 where key = y; T2 commit",
        "T3 begin; T3 scan all; T3 commit",
        "T1 put x 0; T1 commit",
    ),
    _read_only_anomaly,
)

STORIES = (
    Anomaly("G0", "dirty write", (_TWO_WRITERS_MIX,)),
    Anomaly("G1a", "aborted read", (_READ_AND_UNDONE,)),
    Anomaly("G1b", "intermediate read", (_READ_AND_REPLACED,)),
    Anomaly("G1c", "circular information flow", (_EACH_READS_THE_OTHER,)),
    Anomaly("OTV", "observed transaction vanishes", (_HALF_IS_SEEN,)),
    Anomaly("PMP", "predicate-many-preceders", (_ROW_APPEARS, _DELETE_MISSES)),
    Anomaly("P4", "lost update", (_BOTH_ADD_ONE,)),
    Anomaly("G-single", "read skew", (_OLD_AND_NEW, _FOUND_TWICE, _DELETE_SEES_MORE)),
    Anomaly("G2-item", "write skew", (_EACH_CHANGES_WHAT_WAS_READ,)),
    Anomaly("G2", "write skew by phantoms", (_EACH_INSERTS, _ONE_ONLY_READS)),
)
"""The anomalies, the worst first."""
