"""The policies over random days, cuts and delays; what each promises, always."""

import pytest
from draws import rows
from hypothesis import example, given
from hypothesis import strategies as st

from sdnotes.cap import Account, Atm, Policy, linearize, run_atms
from sdnotes.cap.atm import Ask, Pay, Refuse, Reply, Send, State, Update, Wait
from sdnotes.cap.trial import random_day, trial
from sdnotes.sim import Delivered

WITHDRAWALS = rows(
    # At round times they meet each other, and messages: these take 10 ms.
    [*range(0, 300, 10), *range(0, 300, 7)],
    ["ATM1", "ATM2"],
    range(1, 81),
    max_size=12,
)
CUTS = st.none() | st.tuples(st.integers(0, 150), st.integers(151, 400))
DIRECTIONS = st.sampled_from(["both", "ATM1->ATM2", "ATM2->ATM1"])


@given(
    withdrawals=WITHDRAWALS,
    cut_ms=CUTS,
    cut=DIRECTIONS,
    delay_ms=st.integers(0, 40),
    timeout_ms=st.integers(1, 90),
    duplicate=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_refusing_is_linearizable_and_never_overdraws_whatever_happens(
    withdrawals: list[tuple[int, str, int]],
    cut_ms: tuple[int, int] | None,
    cut: str,
    delay_ms: int,
    timeout_ms: int,
    duplicate: float,
) -> None:
    run = run_atms(
        policy="refuse",
        withdrawals=withdrawals,
        cut_ms=cut_ms,
        cut=cut,
        delay_ms=delay_ms,
        timeout_ms=timeout_ms,
        duplicate=duplicate,
    )
    assert run.true_balance >= 0
    assert linearize(run.history, Account(100)) is not None


@given(withdrawals=WITHDRAWALS, cut_ms=CUTS, cut=DIRECTIONS)
@example(
    # The link heals just before the timeout: the money set aside must still be freed.
    withdrawals=[(121, "ATM1", 1)],
    cut_ms=(0, 151),
    cut="ATM2->ATM1",
)
def test_every_policy_ends_with_both_machines_showing_the_truth(
    withdrawals: list[tuple[int, str, int]], cut_ms: tuple[int, int] | None, cut: str
) -> None:
    for policy in Policy:
        run = run_atms(policy=policy, withdrawals=withdrawals, cut_ms=cut_ms, cut=cut)
        assert set(run.balances.values()) == {run.true_balance}, policy


@given(withdrawals=WITHDRAWALS, cut_ms=CUTS)
def test_escrow_never_overdraws_and_accept_turns_away_nobody(
    withdrawals: list[tuple[int, str, int]], cut_ms: tuple[int, int] | None
) -> None:
    escrow = run_atms(policy="escrow", withdrawals=withdrawals, cut_ms=cut_ms)
    accept = run_atms(policy="accept", withdrawals=withdrawals, cut_ms=cut_ms)
    assert escrow.true_balance >= 0
    assert accept.turned_away == 0


def test_of_two_that_ask_at_once_for_too_much_the_first_by_name_is_paid() -> None:
    run = run_atms(policy="refuse", withdrawals=[(0, "ATM1", 60), (0, "ATM2", 60)])
    assert (run.paid, run.refused, run.turned_away) == (60, 1, 0)
    outcomes = {o.process: o.outcome for o in run.history.operations}
    assert outcomes == {"ATM1": "ok", "ATM2": "failed"}
    assert run.balances == {"ATM1": 40, "ATM2": 40}


@pytest.mark.parametrize("gap_ms", [0, 5, 10, 15, 20])
def test_of_two_that_ask_at_once_for_what_is_there_both_are_paid(gap_ms: int) -> None:
    """The second asks again when the first is done."""
    for first, second in (("ATM1", "ATM2"), ("ATM2", "ATM1")):
        run = run_atms(
            policy="refuse",
            withdrawals=[(0, first, 10), (gap_ms, second, 20)],
            timeout_ms=100,
        )
        assert (run.paid, run.refused) == (30, 0)


@given(withdrawals=WITHDRAWALS, delay_ms=st.integers(0, 40))
def test_refusing_with_a_healthy_cable_turns_nobody_away(
    withdrawals: list[tuple[int, str, int]], delay_ms: int
) -> None:
    """CAP-02: without a cut, C and A both; who is refused asked for too much."""
    run = run_atms(
        policy="refuse", withdrawals=withdrawals, delay_ms=delay_ms, timeout_ms=10_000
    )
    assert run.turned_away == 0
    assert linearize(run.history, Account(100)) is not None


def test_an_atm_returns_effects_and_does_nothing_itself() -> None:
    atm = Atm("ATM1", opening=100, policy=Policy.REFUSE)
    ask, wait = atm.withdraw(request=7, amount=50)
    assert isinstance(ask, Send)
    assert isinstance(ask.body, Ask)
    assert wait == Wait(7)
    assert atm.balance == 100

    other = Atm("ATM2", opening=100, policy=Policy.REFUSE)
    (answer,) = other.receive("ATM1", ask.body)
    assert isinstance(answer, Send)
    assert isinstance(answer.body, Reply)
    assert answer.body.granted
    assert other.balance == 50

    pay, told = atm.receive("ATM2", answer.body)
    assert pay == Pay(7, 50, 50)
    assert isinstance(told, Send)
    assert isinstance(told.body, Update)
    assert other.receive("ATM1", told.body) == []
    assert other.balance == atm.balance == 50


def test_a_reply_that_comes_after_giving_up_pays_nothing() -> None:
    atm = Atm("ATM1", opening=100, policy=Policy.REFUSE)
    ask, _ = atm.withdraw(request=1, amount=50)
    assert isinstance(ask, Send)
    other = Atm("ATM2", opening=100, policy=Policy.REFUSE)
    (answer,) = other.receive("ATM1", ask.body)
    refuse, never_mind = atm.give_up(1)
    assert refuse == Refuse(1, "no yes in time")
    assert isinstance(never_mind, Send)
    assert other.balance == 50
    other.receive("ATM1", never_mind.body)
    assert other.balance == 100
    assert isinstance(answer, Send)
    assert atm.receive("ATM2", answer.body) == [never_mind]
    assert atm.balance == 100


def test_bad_arguments_are_named_with_their_value() -> None:
    with pytest.raises(ValueError, match="cut='sideways'"):
        run_atms(policy="accept", withdrawals=[], cut="sideways")
    with pytest.raises(ValueError, match=r"cut_ms=\(9, 3\)"):
        run_atms(policy="accept", withdrawals=[], cut_ms=(9, 3))
    with pytest.raises(ValueError, match=r"withdrawals\[0\]: 'ATM3'"):
        run_atms(policy="accept", withdrawals=[(0, "ATM3", 1)])
    with pytest.raises(ValueError, match=r"withdrawals\[0\]: 0 is"):
        run_atms(policy="accept", withdrawals=[(0, "ATM1", 0)])
    with pytest.raises(
        ValueError, match="policy='hope' is not one of refuse, accept, escrow"
    ):
        run_atms(policy="hope", withdrawals=[])
    with pytest.raises(ValueError, match="opening=-1"):
        Atm("ATM1", opening=-1, policy=Policy.ACCEPT)
    with pytest.raises(ValueError, match="share=11"):
        Atm("ATM1", opening=10, policy=Policy.ESCROW, share=11)
    with pytest.raises(ValueError, match=r"withdrawals\[1\]: -5 is"):
        run_atms(policy="refuse", withdrawals=[(0, "ATM1", 50), (5, "ATM1", -5)])
    with pytest.raises(ValueError, match="amount=0"):
        Atm("ATM1", opening=10, policy=Policy.ACCEPT).withdraw(0, 0)
    with pytest.raises(ValueError, match="outage_min=61"):
        trial("accept", opening=9, outage_min=61, days=2)


def test_the_same_seed_gives_the_same_bytes() -> None:
    def traced() -> str:
        return run_atms(
            policy="accept",
            withdrawals=[(0, "ATM1", 50), (60, "ATM2", 10)],
            duplicate=0.5,
            seed=3,
        ).trace.to_json_lines()

    assert traced() == traced()


def asked(atm: Atm, request: int, amount: int) -> Ask:
    """Begin a withdrawal and return the question that leaves."""
    send = atm.withdraw(request, amount)[0]
    assert isinstance(send, Send)
    assert isinstance(send.body, Ask)
    return send.body


def answered(atm: Atm, sender: str, ask: Ask) -> Reply:
    """Deliver a question and return the answer that leaves."""
    (send,) = atm.receive(sender, ask)
    assert isinstance(send, Send)
    assert isinstance(send.body, Reply)
    return send.body


def two(opening: int = 100) -> tuple[Atm, Atm]:
    """Return both machines under the policy *refuse*."""
    first, second = (
        Atm(name, opening=opening, policy=Policy.REFUSE) for name in ("ATM1", "ATM2")
    )
    return first, second


def test_a_machine_does_not_say_yes_to_more_than_it_knows_to_be_there() -> None:
    first, second = two()
    second.counter = second.counter.take("ATM2", 60)
    reply = answered(second, "ATM1", asked(first, 1, 50))
    assert not reply.granted
    assert first.receive("ATM2", reply) == [Refuse(1, "not enough money")]
    assert first.balance == 40


def test_a_machine_serves_one_request_at_a_time() -> None:
    first, _ = two()
    asked(first, 1, 10)
    assert first.withdraw(2, 10) == [Refuse(2, "busy")]


def test_a_machine_that_said_yes_waits_until_the_other_is_done() -> None:
    first, second = two()
    reply = answered(first, "ATM2", asked(second, 1, 30))
    assert first.withdraw(2, 10) == [Wait(2)]
    assert first.receive("ATM2", Update(State(second.counter, asking=1))) == []
    pay, told = second.receive("ATM1", reply)
    assert pay == Pay(1, 30, 70)
    assert isinstance(told, Send)
    (ask,) = first.receive("ATM2", told.body)
    assert isinstance(ask, Send)
    assert isinstance(ask.body, Ask)
    assert (ask.body.request, ask.body.amount) == (2, 10)


def test_money_stays_set_aside_until_the_asker_says_how_it_ended() -> None:
    first, second = two()
    ask = asked(first, 1, 50)
    answered(second, "ATM1", ask)
    assert second.receive("ATM1", Update(ask.state)) == []  # still asking
    assert second.balance == 50
    second.receive("ATM1", Update(State(first.counter, asking=None)))
    assert second.balance == 100


def test_a_yes_to_another_request_pays_nothing_and_is_freed() -> None:
    first, _ = two()
    first.withdraw(2, 10)
    old = Reply(1, granted=True, state=State(first.counter, None))
    (never_mind,) = first.receive("ATM2", old)
    assert isinstance(never_mind, Send)
    assert never_mind.body == Update(State(first.counter, asking=2))
    assert first.balance == 100


def test_a_request_while_the_other_is_promised_money_is_ordered_after_it() -> None:
    """Without the wait, both would show the same balance, and no order explains it."""
    run = run_atms(
        policy="refuse",
        withdrawals=[(253, "ATM2", 57), (299, "ATM1", 41)],
        cut_ms=(84, 282),
        cut="ATM1->ATM2",
        timeout_ms=90,
    )
    assert (run.paid, run.turned_away) == (41, 1)
    assert linearize(run.history, Account(100)) is not None


def test_delay_timeout_and_duplicates_are_what_was_asked_for() -> None:
    run = run_atms(policy="refuse", withdrawals=[(0, "ATM1", 1)], delay_ms=7)
    assert run.history.operations[0].completed_us == 14_000
    cut = run_atms(
        policy="refuse", withdrawals=[(5, "ATM1", 1)], cut_ms=(0, 99), timeout_ms=23
    )
    assert cut.history.operations[0].completed_us == 28_000
    doubled = run_atms(policy="accept", withdrawals=[(0, "ATM1", 1)], duplicate=1.0)
    assert sum(isinstance(e, Delivered) for e in doubled.trace) == 2
    assert doubled.balances == {"ATM1": 99, "ATM2": 99}


def test_who_is_turned_away_is_who_asked_for_no_more_than_there_is() -> None:
    run = run_atms(
        policy="refuse",
        withdrawals=[(0, "ATM1", 100), (40, "ATM1", 101), (80, "ATM2", 100)],
        cut_ms=(0, 200),
    )
    assert (run.refused, run.turned_away) == (3, 2)


def test_customers_of_one_machine_are_served_one_after_another() -> None:
    run = run_atms(
        policy="refuse", withdrawals=[(0, "ATM1", 10), (1, "ATM1", 20), (2, "ATM1", 80)]
    )
    ends = [o.completed_us for o in run.history.operations]
    assert [o.argument for o in run.history.operations] == [10, 20, 80]
    assert ends == [20_000, 40_000, 40_000]
    assert (run.paid, run.turned_away) == (30, 0)


def test_a_trial_counts_what_its_runs_did() -> None:
    """Recomputed here from the runs, for a day with a cut in its middle."""
    costs = trial("refuse", opening=300, outage_min=20, days=30)
    cut_ms = (20 * 60_000, 40 * 60_000)
    runs = [
        run_atms(
            policy="refuse",
            withdrawals=random_day(seed),
            opening=300,
            cut_ms=cut_ms,
            timeout_ms=5_000,
        )
        for seed in range(30)
    ]
    away = sum(run.turned_away for run in runs)
    assert 0 < away < sum(run.refused for run in runs)
    assert costs.turned_away.value == pytest.approx(away / (30 * 20))
    accepting = trial("accept", opening=300, outage_min=50, days=30)
    below = sum(
        run_atms(
            policy="accept",
            withdrawals=random_day(seed),
            opening=300,
            cut_ms=(5 * 60_000, 55 * 60_000),
        ).true_balance
        < 0
        for seed in range(30)
    )
    assert accepting.overdrawn.value == pytest.approx(below / 30)
    assert accepting.turned_away.value == 0
    assert {who for seed in range(9) for _, who, _ in random_day(seed)} == {
        "ATM1",
        "ATM2",
    }
