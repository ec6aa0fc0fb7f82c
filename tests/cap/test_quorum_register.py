"""A quorum register is linearizable where the papers prove it, and else it is not."""

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import Register, judge
from sdnotes.cap.quorum_register import QuorumRun, Step, run_quorum
from sdnotes.cap.quorum_store import QuorumSetting
from sdnotes.cap.replica import Reading, Replica, Stamp, Version
from sdnotes.sim import Outcome, Sent

CLIENTS = ("u", "v", "w")
COPIES = ("A", "B", "C")
LINKS = [f"{a}->{b}" for c in CLIENTS for d in COPIES for a, b in ((c, d), (d, c))]
SIDES = ["u A B | v w C", "u A | v w B C", "u v w | A B C", "u v w A B | C"]
Broken = dict[str, Any]  # by the name of an argument of run_quorum
ATOMIC = QuorumSetting(readers=2, writers=2, write_back=True, ask_first=True)


# A link, or a client's links to two copies, or from them.
SLOW_LINKS = [[link] for link in LINKS] + [
    [f"{client}->{copy}" if asks else f"{copy}->{client}" for copy in pair]
    for client in CLIENTS
    for pair in combinations(COPIES, 2)
    for asks in (True, False)
]


def plans(
    clients: tuple[str, ...] = CLIENTS, *, fewest: int = 8, most: int = 12
) -> st.SearchStrategy[list[Step]]:
    def numbered(calls: list[tuple[int, str, bool]]) -> list[Step]:
        return [
            (at_ms, client, "write", value) if writes else (at_ms, client, "read")
            for value, (at_ms, client, writes) in enumerate(sorted(calls), start=1)
        ]

    # With fewer calls it takes three times as many plans to meet what is wrong.
    calls = rows(range(201), clients, [False, True], min_size=fewest, max_size=most)
    return calls.map(numbered)


def slowed(slow: list[tuple[list[str], int]]) -> dict[str, int]:
    return {link: delay_ms for links, delay_ms in slow for link in links}


BREAKS = st.fixed_dictionaries(
    {
        "slow_ms": rows(SLOW_LINKS, range(180), max_size=4).map(slowed),
        "cuts": rows(range(151), range(151, 301), [*SIDES * 6, *LINKS], max_size=3),
        "skew_ms": rows(CLIENTS, range(-80, 81), max_size=3).map(dict),
    }
)


def played(quorum: QuorumSetting, steps: list[Step], broken: Broken) -> QuorumRun:
    ends = [(0, name, "read") for name in CLIENTS]  # so that every name exists
    return run_quorum(quorum, [*ends, *steps], **broken)


def is_linearizable(run: QuorumRun) -> bool:
    return bool(judge(run.history, Register(0)))


@given(plans(), BREAKS)
def test_asking_first_and_writing_back_is_linearizable_whatever_breaks(
    steps: list[Step],
    broken: Broken,
) -> None:
    """Attiya, Bar-Noy, Dolev 1995; Lynch and Shvartsman 1997, for several writers."""
    history = played(ATOMIC, steps, broken).history
    assert judge(history, Register(0))
    assert {o.process for o in history.operations} == set(CLIENTS)


LEFT_OUT: dict[str, tuple[QuorumSetting, list[Step], Broken]] = {
    # u's clock is 22 ms ahead, so v's write, which is the later one, counts as older.
    "clock stamps": (
        replace(ATOMIC, ask_first=False),
        [(30, "u", "write", 1), (51, "v", "write", 2), (72, "v", "read")],
        {"skew_ms": {"u": 22}},
    ),
    # v reads C alone, which is parted from the two copies that hold u's write; the old
    # value goes back to others when the cut has healed, and is not newer there.
    "R too small": (
        replace(ATOMIC, readers=1),
        [(30, "u", "write", 1), (131, "v", "read")],
        {"cuts": [(21, 151, "u A B | v w C")]},
    ),
    # v's write has reached C alone, and u reads the other two.
    "W too small": (
        replace(ATOMIC, writers=1),
        [(30, "v", "write", 1), (71, "u", "read")],
        {"cuts": [(51, 151, "u A B | v w C")]},
    ),
    # v reads C and spares of its side, which know nothing of u's.
    "sloppy": (
        replace(ATOMIC, spares=("D", "E", "F")),
        [(30, "u", "write", 1), (111, "v", "read")],
        {"cuts": [(21, 151, "u A B | v w C")]},
    ),
}


@pytest.mark.parametrize(("weaker", "steps", "broken"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_each_thing_left_out_loses_it(
    weaker: QuorumSetting, steps: list[Step], broken: Broken
) -> None:
    """The smallest plans that a search among those above has found to have no order.

    It looked at up to 6,000 plans, a minute of work, before it met the first of them:
    so the plans are kept here. The next test has one for no write-back.
    """
    assert not is_linearizable(played(weaker, steps, broken))
    assert is_linearizable(played(ATOMIC, steps, broken))


@given(plans(("u",), fewest=2, most=8), BREAKS)
def test_one_client_alone_always_sees_its_own_register(
    steps: list[Step],
    broken: Broken,
) -> None:
    run = played(QuorumSetting(write_back=True), steps, {**broken, "skew_ms": {}})
    assert is_linearizable(run)


SLOW = {"w->B": 200, "w->C": 200, "ann->B": 20, "ann->C": 90, "bob->A": 90}


@pytest.mark.parametrize("repair", [True, False])
def test_a_write_under_way_is_seen_then_unseen_and_a_write_back_mends_it(
    *, repair: bool
) -> None:
    """CAP-18: N=3, R=W=2, the write has reached one copy when both read."""

    def read_at(bob_ms: int, *, write_back: bool) -> QuorumRun:
        quorum = QuorumSetting(read_repair=repair, write_back=write_back)
        steps: list[Step] = [(0, "w", "write", 1), (20, "ann", "read")]
        steps.append((bob_ms, "bob", "read"))
        return run_quorum(quorum, steps, slow_ms=SLOW, timeout_ms=300)

    plain = read_at(55, write_back=False)
    _, ann, bob = plain.history.operations
    assert (ann.result, bob.result) == (1, 0)
    assert (ann.completed_us or 0) < bob.invoked_us
    refutation = judge(plain.history, Register(0)).refutations[""]
    assert refutation.answers == (bob,)
    assert [o.process for o in refutation.order] == ["w", "ann"]

    mended = read_at(95, write_back=True)
    _, ann, bob = mended.history.operations
    assert (ann.result, bob.result) == (1, 1)
    assert (ann.completed_us or 0) < bob.invoked_us
    assert is_linearizable(mended)


def test_a_write_back_goes_only_to_copies_that_are_not_known_to_hold_it() -> None:
    steps: list[Step] = [(0, "w", "write", 1), (50, "ann", "read")]
    cuts = [(0, 20, "w->C")]
    settled = QuorumSetting(readers=3, writers=3, write_back=True)
    run = run_quorum(settled, steps, cuts=cuts, timeout_ms=300)
    sent = [e.to for e in run.trace if isinstance(e, Sent) and e.who == "ann"]
    assert sent == ["A", "B", "C", "C"]  # asked all, wrote back to one


def test_read_repair_mends_the_copies_but_not_the_answers() -> None:
    def copies(*, repair: bool) -> dict[str, object]:
        steps: list[Step] = [(0, "w", "write", 1), (50, "ann", "read")]
        cuts = [(0, 20, "w->C")]
        quorum = QuorumSetting(readers=3, writers=2, read_repair=repair)
        return dict(run_quorum(quorum, steps, cuts=cuts).copies)

    assert copies(repair=False) == {"A": 1, "B": 1, "C": 0}
    assert copies(repair=True) == {"A": 1, "B": 1, "C": 1}


def test_a_late_reply_is_repaired_too() -> None:
    steps: list[Step] = [(0, "w", "write", 1), (50, "ann", "read")]
    run = run_quorum(
        QuorumSetting(),
        steps,
        cuts=[(0, 20, "w->C")],
        slow_ms={"C->ann": 80},
        timeout_ms=70,
    )
    assert run.copies["C"] == 1


def test_a_strict_quorum_refuses_where_a_sloppy_one_leaves_hints() -> None:
    """DeCandia et al. 2007, 4.6: the spare hands over when the owner is back."""
    steps: list[Step] = [(50, "w", "write", 1)]
    cut = (40, 200, "w A D E | B C")
    strict = run_quorum(QuorumSetting(), [*steps], cuts=[(40, 200, "w A | B C")])
    sloppy = run_quorum(QuorumSetting(spares=("D", "E")), steps, cuts=[cut])
    assert [o.outcome for o in strict.history.operations] == [Outcome.UNKNOWN]
    assert strict.copies == {"A": 1, "B": 0, "C": 0}
    assert [o.outcome for o in sloppy.history.operations] == [Outcome.OK]
    notes = [e.what for e in sloppy.trace if e.who in ("D", "E", "B", "C")]
    assert "keeps 1 for B" in notes
    assert "keeps 1 for C" in notes
    assert sloppy.copies == {"A": 1, "B": 1, "C": 1}
    held_at = [e.at_us for e in sloppy.trace if e.what == "holds 1" and e.who == "B"]
    assert held_at == [210_000]


def test_a_write_that_sent_nothing_to_store_has_failed_and_not_just_perhaps() -> None:
    steps: list[Step] = [(50, "w", "write", 1)]
    run = run_quorum(QuorumSetting(ask_first=True), steps, cuts=[(0, 300, "w | A B C")])
    assert [o.outcome for o in run.history.operations] == [Outcome.FAILED]
    assert run.written == (0,)


def test_clock_skew_loses_the_later_write_unless_stamps_are_asked_for() -> None:
    """CAP-17: last writer wins by clocks, and A's is 5 s ahead."""
    steps: list[Step] = [
        (100, "a", "write", 1),
        (200, "b", "write", 2),
        (300, "b", "read"),
    ]
    skew = {"a": 5000}
    by_clock = run_quorum(QuorumSetting(), steps, skew_ms=skew)
    asked = run_quorum(QuorumSetting(ask_first=True), steps, skew_ms=skew)
    assert by_clock.history.operations[-1].result == 1
    assert by_clock.written == (0, 2, 1)
    assert asked.history.operations[-1].result == 2
    assert asked.written == (0, 1, 2)
    assert not is_linearizable(by_clock)
    assert is_linearizable(asked)


def test_stamps_of_one_client_grow_even_while_its_clock_stands_still() -> None:
    still = dict.fromkeys([f"u->{c}" for c in COPIES] + [f"{c}->u" for c in COPIES], 0)
    steps: list[Step] = [(0, "u", "write", 2), (0, "u", "write", 1), (9, "u", "read")]
    run = run_quorum(QuorumSetting(), steps, slow_ms=still)
    assert run.history.operations[-1].result == 1


def test_a_client_that_gave_up_never_gives_two_writes_one_stamp() -> None:
    """Its first write may have reached a copy that it does not ask the second time."""
    steps: list[Step] = [
        (0, "ann", "write", 1),
        (130, "ann", "write", 2),
        (260, "bob", "read"),
        (330, "cat", "read"),
        (460, "bob", "read"),
    ]
    run = run_quorum(
        QuorumSetting(write_back=True, ask_first=True),
        steps,
        cuts=[
            (12, 125, "ann->A"),
            (12, 125, "ann->B"),
            (126, 250, "ann->C"),
            (255, 300, "bob->C"),
            (455, 500, "bob->C"),
        ],
        slow_ms={"cat->A": 25, "cat->B": 25},
    )
    reads = [o.result for o in run.history.operations if o.action == "read"]
    assert reads == [2, 2, 2]
    assert is_linearizable(run)


def test_requests_of_one_client_wait_for_each_other() -> None:
    steps: list[Step] = [(0, "w", "write", n) for n in (1, 2, 3)]
    run = run_quorum(QuorumSetting(ask_first=True), [*steps, (5, "w", "read")])
    begun = [o.invoked_us for o in run.history.operations]
    assert begun == [0, 40_000, 80_000, 120_000]
    assert run.history.operations[-1].result == 3
    assert run.answered("w") == "4 of 4"
    assert run.answered("w", 40, 120) == "2 of 2"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"steps": [(0, "w", "sing")]}, r"steps\[0\]=.*'sing'"),
        ({"slow_ms": {"w->Z": 5}}, "'Z'"),
        ({"skew_ms": {"nobody": 5}}, "'nobody'"),
        ({"cuts": [(5, 5, "w | A")]}, r"cuts\[0\]=\(5, 5, "),
        ({"cuts": [(5, 9, "w | Z")]}, "'Z'"),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: dict,  # type: ignore[type-arg]
    named: str,
) -> None:
    with pytest.raises(ValueError, match=named):
        run_quorum(QuorumSetting(), **{"steps": [(0, "w", "read")], **arguments})


@pytest.mark.parametrize(
    ("settings_", "named"),
    [
        ({"readers": 0}, "readers=0"),
        ({"writers": 4}, "writers=4 is not 1 to 3"),
        ({"copies": ()}, "copies"),
        ({"spares": ("A",)}, r"spares=\('A',\)"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    settings_: dict,  # type: ignore[type-arg]
    named: str,
) -> None:
    with pytest.raises(ValueError, match=named):
        QuorumSetting(**settings_)


def test_a_slow_node_is_slow_both_ways() -> None:
    steps: list[Step] = [(0, "w", "read")]
    run = run_quorum(QuorumSetting(readers=3), steps, slow_ms={"B": 30})
    assert run.history.operations[0].completed_us == 60_000


def version(number: int, value: int, writer: str = "w") -> Version:
    return Version(Stamp(number, writer), value)


def test_a_copy_keeps_the_newest_and_equal_numbers_are_settled_by_name() -> None:
    copy = Replica(version(0, 0))
    assert copy.store(version(2, 1))
    assert not copy.store(version(2, 1))
    assert not copy.store(version(1, 9))
    assert copy.store(version(2, 5, writer="x"))
    assert copy.newest().value == 5


@pytest.mark.parametrize("numbers", [(2, 3), (3, 2), (3, 3)])
def test_a_copy_hands_off_the_newest_hint_once(numbers: tuple[int, int]) -> None:
    spare = Replica(version(0, 0))
    for hint in (version(number, number) for number in numbers):
        spare.keep_for("B", hint)
    assert spare.newest().value == 3
    assert spare.hand_off() == {"B": version(3, 3)}
    assert spare.hand_off() == {}
    assert spare.newest().value == 0


def test_a_doubled_reply_counts_once() -> None:
    reading = Reading(needed=2)
    reading.add("A", version(1, 1))
    reading.add("A", version(1, 1))
    assert not reading.enough
    reading.add("B", version(2, 2))
    assert reading.enough
    assert reading.holders == {"B"}
    assert reading.behind == {"A"}
