"""The relations behind docs/claims.md: one test for each claim of the notes."""

from itertools import product

import pytest

from sdnotes.cap import (
    RULES,
    Account,
    Branch,
    Escrow,
    Register,
    always_meet,
    can_decide,
    linearize,
    money_from_nowhere,
    run_atms,
)
from sdnotes.cap.trial import HOUR_MS, random_day
from sdnotes.sim import History, Operation, Outcome, Sent

STORY = [(0, "ATM1", 50), (60, "ATM1", 10), (70, "ATM2", 20)]
CUT_MS = (40, 120)
OPENING = 300


def test_a_read_after_a_write_must_see_it_and_one_beside_it_need_not() -> None:
    """CAP-01: C is linearizability."""
    write = Operation("A", "write", 1, 0, 20, Outcome.OK)
    after = Operation("B", "read", None, 30, 40, Outcome.OK, result=0)
    beside = Operation("B", "read", None, 10, 40, Outcome.OK, result=0)

    assert linearize(History((write, after)), Register(0)) is None
    assert linearize(History((write, beside)), Register(0)) == (beside, write)


@pytest.mark.parametrize("seed", range(25))
def test_only_the_cut_forces_a_choice_between_right_and_served(seed: int) -> None:
    """CAP-02: no cut, both; a cut, refuse loses service and accept loses C."""
    day = random_day(seed)
    cut_ms = (HOUR_MS // 4, HOUR_MS * 3 // 4)

    healthy = run_atms(policy="refuse", withdrawals=day, opening=OPENING)
    refusing = run_atms(
        policy="refuse", withdrawals=day, opening=OPENING, cut_ms=cut_ms
    )
    accepting = run_atms(
        policy="accept", withdrawals=day, opening=OPENING, cut_ms=cut_ms
    )

    assert healthy.turned_away == 0
    assert linearize(healthy.history, Account(OPENING)) is not None
    assert refusing.turned_away > 0
    assert linearize(refusing.history, Account(OPENING)) is not None
    assert accepting.turned_away == 0
    assert linearize(accepting.history, Account(OPENING)) is None


def test_one_stale_read_in_a_hundred_is_not_99_percent_linearizable() -> None:
    """CAP-03: a history keeps the guarantee or does not."""

    def history(stale: set[int]) -> History:
        write = Operation("A", "write", 1, 0, 10, Outcome.OK)
        reads = (
            Operation(
                "B", "read", None, 20 + n, 20 + n, Outcome.OK, int(n not in stale)
            )
            for n in range(100)
        )
        return History((write, *reads))

    assert linearize(history(set()), Register(0)) is not None
    assert linearize(history({57}), Register(0)) is None


@pytest.mark.parametrize("nodes", [1, 2, 3, 4, 5])
def test_reads_and_writes_meet_exactly_where_r_plus_w_exceeds_n(nodes: int) -> None:
    """CAP-03: intersection is a yes or no for each setting, not an amount."""
    sizes = range(1, nodes + 1)
    for readers, writers in product(sizes, sizes):
        expected = readers + writers > nodes
        assert always_meet(nodes, readers, writers) == expected


def test_both_machines_begin_with_the_whole_account() -> None:
    """CAP-04: two replicas of 100, each of which would pay all of it."""
    run = run_atms(policy="accept", withdrawals=[])
    assert run.balances == {"ATM1": 100, "ATM2": 100}


def test_a_lost_question_and_a_lost_answer_look_the_same_to_the_one_who_asked() -> None:
    """CAP-05: ATM1 sees one silence; ATM2 acted in one case and not in the other."""
    question_lost, answer_lost = (
        run_atms(
            policy="refuse", withdrawals=[(10, "ATM1", 50)], cut_ms=(5, 120), cut=cut
        )
        for cut in ("ATM1->ATM2", "ATM2->ATM1")
    )

    def told(run):  # type: ignore[no-untyped-def]
        return [(o.outcome, o.completed_us, o.result) for o in run.history.operations]

    def heard(run):  # type: ignore[no-untyped-def]
        return any(e.who == "ATM2" and e.what == "shows 50" for e in run.trace)

    assert told(question_lost) == told(answer_lost) == [(Outcome.FAILED, 40_000, None)]
    assert not heard(question_lost)
    assert heard(answer_lost)
    assert answer_lost.balances == {"ATM1": 100, "ATM2": 100}


def test_accepting_serves_everybody_and_escrow_never_overdraws() -> None:
    """CAP-06: the middle ground, in the story and in its unkind variant."""
    unkind = [(0, "ATM1", 50), (60, "ATM1", 50), (70, "ATM2", 50)]

    assert run_atms(policy="accept", withdrawals=STORY, cut_ms=CUT_MS).refused == 0
    overdrawn = run_atms(policy="accept", withdrawals=unkind, cut_ms=CUT_MS)
    careful = run_atms(policy="escrow", withdrawals=unkind, cut_ms=CUT_MS)
    assert overdrawn.true_balance == -50
    # Half each: ATM1's first 50 and ATM2's 50 are paid, ATM1's second is not.
    assert [o.outcome for o in careful.history.operations] == ["ok", "failed", "ok"]
    assert careful.true_balance == 0

    escrow = Escrow({"ATM1": 25, "ATM2": 25})
    assert escrow.spend("ATM1", 10)
    assert escrow.spend("ATM2", 20)
    assert not escrow.spend("ATM2", 30)
    assert escrow.left == 20


def test_only_adding_the_changes_neither_makes_nor_loses_money() -> None:
    """CAP-07: 40 and 30 on display, 80 paid, 20 true; and what each rule loses."""
    run = run_atms(policy="accept", withdrawals=STORY, cut_ms=CUT_MS)
    during = [e.what for e in run.trace if 40_000 < e.at_us < 120_000]
    assert "pays 10, shows 40" in during
    assert "pays 20, shows 30" in during
    assert (run.paid, run.true_balance) == (80, 20)
    assert run.balances == {"ATM1": 20, "ATM2": 20}

    branches = [Branch("ATM1", 10, 60_000), Branch("ATM2", 20, 70_000)]
    lost = {name: money_from_nowhere(50, branches, r) for name, r in RULES.items()}
    assert lost == {
        "last writer wins": 10,
        "lowest wins": 10,
        "highest wins": 20,
        "add the changes": 0,
    }
    early_clock = [Branch("ATM1", 10, 80_000), Branch("ATM2", 20, 70_000)]
    assert money_from_nowhere(50, early_clock, RULES["last writer wins"]) == 20


def test_of_two_parted_machines_neither_has_a_majority_of_three_one_side_does() -> None:
    """CAP-08: and under *refuse* both machines do refuse."""
    assert can_decide(1, 1) == [False, False]
    assert can_decide(2, 1) == [True, False]
    run = run_atms(policy="refuse", withdrawals=STORY, cut_ms=CUT_MS)
    assert run.refused == run.turned_away == 2
    asked = [e.who for e in run.trace if isinstance(e, Sent) and "10" in e.label]
    assert asked == ["ATM1"]
