"""The policies over random days, cuts and delays; what each promises, always."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sdnotes.cap import Account, Atm, Policy, linearize, run_atms
from sdnotes.cap.atm import Ask, Pay, Refuse, Reply, Send, Update, Wait
from sdnotes.cap.trial import trial

WITHDRAWALS = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.sampled_from(["ATM1", "ATM2"]),
        st.integers(1, 80),
    ),
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
@settings(max_examples=400)
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
@settings(max_examples=200)
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
@settings(max_examples=200)
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
@settings(max_examples=300)
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
    assert refuse == Refuse(1, "no reply")
    assert isinstance(never_mind, Send)
    assert other.balance == 50
    other.receive("ATM1", never_mind.body)
    assert other.balance == 100
    assert isinstance(answer, Send)
    assert atm.receive("ATM2", answer.body) == []
    assert atm.balance == 100


def test_bad_arguments_are_named_with_their_value() -> None:
    with pytest.raises(ValueError, match="cut='sideways'"):
        run_atms(policy="accept", withdrawals=[], cut="sideways")
    with pytest.raises(ValueError, match=r"cut_ms=\(9, 3\)"):
        run_atms(policy="accept", withdrawals=[], cut_ms=(9, 3))
    with pytest.raises(ValueError, match="who='ATM3'"):
        run_atms(policy="accept", withdrawals=[(0, "ATM3", 1)])
    with pytest.raises(ValueError, match="amount=0"):
        run_atms(policy="accept", withdrawals=[(0, "ATM1", 0)])
    with pytest.raises(ValueError, match="'hope' is not a valid Policy"):
        run_atms(policy="hope", withdrawals=[])
    with pytest.raises(ValueError, match="opening=-1"):
        Atm("ATM1", opening=-1, policy=Policy.ACCEPT)
    with pytest.raises(ValueError, match="share=11"):
        Atm("ATM1", opening=10, policy=Policy.ESCROW, share=11)
    with pytest.raises(ValueError, match="outage_min=61"):
        trial("accept", outage_min=61, days=2)


def test_the_same_seed_gives_the_same_bytes() -> None:
    def traced() -> str:
        return run_atms(
            policy="accept",
            withdrawals=[(0, "ATM1", 50), (60, "ATM2", 10)],
            duplicate=0.5,
            seed=3,
        ).trace.to_json_lines()

    assert traced() == traced()
