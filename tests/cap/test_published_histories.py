"""Histories whose verdicts others have published, in our words: calls and times.

Porcupine's tests of a register, of which the first two come from a quiz of MIT's
course 6.824 (2017), and Knossos's register histories, by the names of their files.
"""

import pytest

from sdnotes.cap import Register, judge
from sdnotes.sim import History, Operation, Outcome

# Each call: process, "w" value or "r" value, from, to; "-" was never answered and
# "x" after the times failed.
PUBLISHED = {
    "porcupine, register, first": ("a w 100 0 100, b r 100 25 75, c r 0 30 60", True),
    "porcupine, register, second": ("a w 200 0 100, b r 200 10 30, c r 0 40 90", False),
    "porcupine, no duration, first": (
        "a w 100 0 100, b r 100 25 75, c r 0 30 30, d r 0 30 30",
        True,
    ),
    "porcupine, no duration, second": (
        "a w 200 0 100, b r 200 10 10, c r 200 10 10, d r 0 40 90",
        False,
    ),
    "knossos, rethink-fail-minimal": (
        "a w 0 0 1, b r 3 2 4, c w 4 3 5, b r 4 6 7",
        False,
    ),
    "knossos, immediate-failure": ("a r 3 0 3, b w 3 1 2 x", False),
    "knossos, cas-register-bug": (
        "a w 2 0 1, b r 0 2 -, a w 4 3 4, a r 4 5 6, a w 0 7 8, a r 0 9 10",
        True,
    ),
}


def operation(call: str) -> Operation:
    process, action, value, begin, end, *failed = call.split()
    never = end == "-"
    writes = action == "w"
    outcome = Outcome.FAILED if failed else Outcome.OK
    return Operation(
        process,
        "write" if writes else "read",
        int(value) if writes else None,
        int(begin),
        None if never else int(end),
        Outcome.UNKNOWN if never else outcome,
        None if writes or never else int(value),
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_history_gets_its_published_verdict(name: str) -> None:
    calls, linearizable = PUBLISHED[name]
    history = History(tuple(operation(call) for call in calls.split(", ")))
    initial = 0 if name.startswith("porcupine") else None
    assert bool(judge(history, Register(initial))) is linearizable
