"""The relations behind docs/claims.md: one test for each claim of the notes."""

from collections import Counter
from itertools import combinations, product

import pytest

from sdnotes.cap import (
    RULES,
    Account,
    Branch,
    CausalInbox,
    Change,
    Escrow,
    NotAvailableError,
    OutcomeUnknownError,
    QuorumSetting,
    Register,
    ReplicaSet,
    always_meet,
    can_decide,
    count_leaks,
    judge,
    linearize,
    money_from_nowhere,
    ranges_that_answer,
    run_atms,
    run_paused_client,
    run_quorum,
)
from sdnotes.cap.leader import default_concern
from sdnotes.cap.same_cut import CUT_MS as SAME_CUT_MS
from sdnotes.cap.same_cut import run_same_cut
from sdnotes.cap.trial import HOUR_MS, random_day
from sdnotes.sim import History, Operation, Outcome, Sent
from sitebuild import records

READS = ("evidence/records/cap/*.json",)

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


def test_the_boss_sees_the_photo_only_where_changes_overtake_each_other() -> None:
    """CAP-09: in half of the orders of arrival, and never with causal delivery."""
    ann = CausalInbox[Change]("Ann")
    messages = [ann.stamp(Change("remove", "boss")), ann.stamp(Change("post", "photo"))]
    leaks = count_leaks(messages, viewer="boss", photo="photo")
    assert (leaks.orders, leaks.as_it_arrives, leaks.causal) == (2, 1, 0)


def test_the_same_minority_is_refused_or_served_as_the_setting_says() -> None:
    """CAP-10: one network, one cut; only the setting differs."""
    for policy, serves in (("majority", False), ("any copy", True)):
        answered, asked = (
            run_same_cut(policy).answered("right", *SAME_CUT_MS).split(" of ")
        )
        assert answered == (asked if serves else "0")
        assert asked != "0"


def a_group_whose_leader_is_cut_off() -> ReplicaSet:
    group = ReplicaSet("ABC", leader="A")
    group.write("A", 1)
    group.cut("A", "BC")
    return group


def test_only_a_leader_with_its_majority_can_write() -> None:
    """CAP-12: before the election nobody; after it only on the majority's side."""
    group = a_group_whose_leader_is_cut_off()
    for name, refusal in (("A", OutcomeUnknownError), ("B", NotAvailableError)):
        with pytest.raises(refusal):
            group.write(name, 2)
    group.elect("B")
    group.write("B", 3)
    with pytest.raises(NotAvailableError):
        group.write("C", 4)


def test_which_two_nodes_die_decides_at_quorum_and_not_at_one() -> None:
    """CAP-13: six nodes, three copies; neighbours share ranges, opposites do not."""
    lost = {
        pair: ranges_that_answer(6, 3, needed=2, dead=set(pair)) < 1
        for pair in combinations(range(6), 2)
    }
    assert {pair for pair, some in lost.items() if not some} == {(0, 3), (1, 4), (2, 5)}
    assert all(ranges_that_answer(6, 3, 1, set(pair)) == 1 for pair in lost)
    assert ranges_that_answer(6, 1, 1, dead={0}) < 1


def test_without_a_leader_only_possibly_stale_reads_go_on() -> None:
    """CAP-14, CAP-20: no write, no read that must be the newest; old reads yes."""
    group = a_group_whose_leader_is_cut_off()
    group.step_down("A")
    for name in "ABC":
        with pytest.raises(NotAvailableError):
            group.write(name, 2)
        with pytest.raises(NotAvailableError):
            group.read(name, confirmed=True)
        assert group.read(name) == 1
    group.elect("B")
    group.write("B", 2)
    assert group.read("A") == 1


def test_an_old_leader_is_refused_by_terms_and_let_in_without_tokens() -> None:
    """CAP-15: terms fence off a leader, tokens a holder of a lock."""
    group = a_group_whose_leader_is_cut_off()
    group.elect("B")
    group.write("B", 2)
    group.cut("AC", "B")
    with pytest.raises(OutcomeUnknownError):
        group.write("A", 9)
    assert group.heal() == [9]
    assert group.read("A") == 2

    assert run_paused_client(check_tokens=False).stored == "A"
    fenced = run_paused_client(check_tokens=True)
    assert (fenced.stored, fenced.refused) == ("B", ((33, "A"),))


def test_no_program_for_two_parted_machines_keeps_both() -> None:
    """CAP-16, CAP-23: what B answers cannot depend on what A was asked."""
    kept = []
    for takes, says in product((True, False), (0, 1, None)):
        ok, failed = Outcome.OK, Outcome.FAILED
        write = Operation("A", "write", 1, 0, 1, ok if takes else failed)
        read = Operation("B", "read", None, 2, 3, failed if says is None else ok, says)
        runs = History((write, read)), History((read,))
        consistent = all(judge(run, Register(0)) for run in runs)
        kept.append((takes and says is not None, consistent))
    assert Counter(kept) == {
        (True, False): 2,
        (False, True): 3,
        (False, False): 1,
    }


def test_last_writer_wins_by_clocks_loses_the_later_write() -> None:
    """CAP-17: A writes 1 at 10 s and stamps it 15, B writes 2 at 12 s: 1 stays."""
    run = run_quorum(
        QuorumSetting(),
        [
            (10_000, "A'", "write", 1),
            (12_000, "B'", "write", 2),
            (13_000, "B'", "read"),
        ],
        skew_ms={"A'": 5000},
    )
    assert [o.outcome for o in run.history.operations] == ["ok", "ok", "ok"]
    assert run.history.operations[-1].result == 1
    assert not judge(run.history, Register(0))


def test_r_plus_w_above_n_is_seen_and_unseen_until_reads_write_back() -> None:
    """CAP-18: N=3, R=W=2, and the write has reached one copy."""
    slow = {"w->B": 200, "w->C": 200, "ann->B": 20, "ann->C": 90, "bob->A": 90}
    seen = {}
    for write_back, bob_ms in ((False, 55), (True, 95)):
        run = run_quorum(
            QuorumSetting(readers=2, writers=2, write_back=write_back),
            [(0, "w", "write", 1), (20, "ann", "read"), (bob_ms, "bob", "read")],
            slow_ms=slow,
            timeout_ms=300,
        )
        _, ann, bob = run.history.operations
        assert (ann.completed_us or 0) < bob.invoked_us
        seen[write_back] = (
            ann.result,
            bob.result,
            bool(judge(run.history, Register(0))),
        )
    assert seen == {False: (1, 0, False), True: (1, 1, True)}


@pytest.mark.parametrize("seed", range(10))
def test_only_the_majority_setting_is_right_and_it_refuses_the_minority(
    seed: int,
) -> None:
    """CAP-19: right by not answering; before the cut it answers both sides."""
    run = run_same_cut("majority", seed)
    assert judge(run.history, Register(0))
    for client, during in (("left", True), ("right", False)):
        before = run.answered(client, 0, SAME_CUT_MS[0] - 100).split(" of ")
        assert before[0] == before[1]
        answered, asked = run.answered(client, *SAME_CUT_MS).split(" of ")
        assert answered == (asked if during else "0")


def test_acknowledged_by_one_is_rolled_back_and_by_a_majority_is_not() -> None:
    """CAP-21: and the manual's formula for the default, where arbiters vote."""
    for concern, acknowledged in (("one", True), ("majority", False)):
        group = ReplicaSet("ABC", leader="A", concern=concern)
        group.cut("A", "BC")
        told_ok = True
        try:
            group.write("A", 2)
        except OutcomeUnknownError:
            told_ok = False
        group.elect("B")
        group.write("B", 3)
        assert told_ok == acknowledged
        assert group.heal() == [2]

    assert default_concern(data=3, arbiters=0) == "majority"
    assert default_concern(data=2, arbiters=1) == "one"
    assert default_concern(data=4, arbiters=1) == "majority"


def facts(lab: str) -> dict[tuple[str, str], str]:
    """Return what a lab's receipt states: (situation, question) -> answer."""
    return {(row[0], row[1]): row[2] for row in records.load(f"cap/{lab}").rows}


def test_etcd_refuses_writes_between_two_leaders() -> None:
    """CAP-12: by the receipt; at once no answer, later acknowledged."""
    found = facts("etcd-partition")
    for situation, value in (("leader cut off", "v2"), ("leader killed", "v5")):
        question = f"write {value} at one of the others"
        assert found[situation, f"{question}, at once"] == "no answer"
        assert found[situation, f"{question}, again and again"] == "acknowledged"


def test_etcd_answers_stale_reads_where_it_refuses_the_newest() -> None:
    """CAP-14, CAP-19: by the receipt, whose histories the checker has judged."""
    found = facts("etcd-partition")
    cut_off = "leader cut off"
    assert found[cut_off, "read at the old leader"] == "no answer"
    own = found[cut_off, "serializable read at the old leader"]
    assert own == "v1, while the others hold v2"
    situation = "leader cut off, then healed; five clients"
    assert found[situation, "history default-reads"] == "linearizable"
    assert found[situation, "history own-copy-reads"] == "not linearizable"


def test_redis_loses_acknowledged_writes_at_failover() -> None:
    """CAP-22: by the receipt."""
    found = facts("redis-failover")
    assert found["link cut", "100 more at the primary"] == "100 acknowledged"
    assert found["replica promoted", "those made since the cut"] == "0 of 100"
    waited = "one more, then WAIT 1 for half a second"
    assert found["link cut", waited] == "acknowledged, WAIT says 0"
    assert found["link cut", "read it at the primary"] == "new"
    moved = "link cut, replica promoted, five clients move over"
    assert found[moved, "history failover"] == "not linearizable"


def test_postgresql_without_its_standby_waits_and_goes_on_reading() -> None:
    """CAP-11, CAP-24: by the receipt; a cancelled wait is a commit all the same."""
    found = facts("postgres-standby")
    cut = "link cut, synchronous"
    assert found[cut, "commit 3 at the primary"] == "waits (SyncRep)"
    assert found[cut, "read at the primary, meanwhile"] == "1, 2"
    cancelled = found[cut, "the same commit, once its wait is cancelled"]
    assert cancelled.startswith("acknowledged; warning: committed locally")
    assert found[cut, "read at the primary"] == "1, 2, 3"


def test_postgresql_loses_what_its_standby_had_not_received() -> None:
    """CAP-24: by the receipt; 4 was acknowledged, and is gone after the promotion."""
    found = facts("postgres-standby")
    cut = "link cut, asynchronous"
    assert found[cut, "commit 4 at the primary"] == "acknowledged"
    assert found[cut, "read at the standby"] == "1, 2"
    promoted = "primary killed, standby promoted"
    assert found[promoted, "read at the new primary"] == "1, 2"
