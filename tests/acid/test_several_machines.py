"""Two-phase commit, saga, outbox, payment: a crash before every step that there is."""

import re
from collections.abc import Callable
from typing import Protocol

import pytest

from sdnotes.acid.outbox import OutboxRun, Way, run_outbox
from sdnotes.acid.payment import Keeping, PaymentRun, run_payment
from sdnotes.acid.saga import SagaRun, run_saga
from sdnotes.acid.two_phase import TwoPhaseRun, run_two_phase
from sdnotes.figures.spacetime import spacetime
from sdnotes.sim import Delivered, Lost, Note, Sent, Trace

DELAYS = (0, 5, 17)


class _Run(Protocol):
    trace: Trace
    steps: tuple[str, ...]


def crashed(run: _Run) -> bool:
    return any(isinstance(e, Note) and e.text == "crashes" for e in run.trace)


def every_two_phase(recovers_ms: int | None) -> dict[str, TwoPhaseRun]:
    """Return runs by the step before which something crashed, for all votes."""
    runs = {}
    for votes in ({"A": True, "B": True}, {"A": True, "B": False}, {"A": True}):
        for step in run_two_phase(votes=votes).steps:
            run = run_two_phase(votes=votes, crash=step, recovers_ms=recovers_ms)
            assert crashed(run)
            runs[f"{votes} {step}"] = run
    return runs


@pytest.mark.parametrize("recovers_ms", [None, 0, 3, 30, 60, 100])
def test_no_part_commits_while_another_one_rolls_back(recovers_ms: int | None) -> None:
    for name, run in every_two_phase(recovers_ms).items():
        assert not run.is_split, name
        if "False" in name:
            assert "committed" not in run.outcomes.values(), name


@pytest.mark.parametrize("recovers_ms", [0, 3, 30, 60, 100])
def test_once_all_are_back_nobody_is_in_doubt(recovers_ms: int) -> None:
    for name, run in every_two_phase(recovers_ms).items():
        assert "in doubt" not in run.outcomes.values(), name
        assert max(run.locked_ms.values()) < 200, name


def test_who_has_promised_waits_for_a_coordinator_that_never_comes_back() -> None:
    blocked = {
        name: run
        for name, run in every_two_phase(None).items()
        if "in doubt" in run.outcomes.values() and "coordinator" in name
    }
    for run in blocked.values():
        part = next(p for p, o in run.outcomes.items() if o == "in doubt")
        assert run.locked_ms[part] == 295
    steps = {name.partition("} ")[2] for name in blocked}
    assert steps >= {"coordinator: writes commit", "coordinator: tells A to commit"}


def test_the_decision_is_what_stands_in_the_log() -> None:
    before = run_two_phase(crash="coordinator: writes commit", recovers_ms=60)
    assert set(before.outcomes.values()) == {"rolled back"}
    after = run_two_phase(crash="coordinator: tells A to commit", recovers_ms=60)
    assert set(after.outcomes.values()) == {"committed"}
    assert before.locked_ms == after.locked_ms == {"A": 70, "B": 70}


def test_who_loses_patience_may_decide_against_the_others() -> None:
    step = "coordinator: tells B to commit"
    waits = run_two_phase(crash=step, recovers_ms=100)
    assert set(waits.outcomes.values()) == {"committed"}
    alone = run_two_phase(crash=step, recovers_ms=100, patience_ms=50)
    assert alone.outcomes == {"A": "committed", "B": "rolled back"}
    assert alone.is_split
    notes = [(e.who, e.text) for e in alone.trace if isinstance(e, Note)]
    assert notes.index(("B", "decides alone")) + 1 == notes.index(
        ("B", "writes rolled back")
    )


def test_a_part_that_is_back_locks_again_what_it_had_promised() -> None:
    run = run_two_phase(crash="A: says yes", recovers_ms=60)
    assert run.outcomes == {"A": "rolled back", "B": "rolled back"}
    assert run.locked_ms == {"A": 70, "B": 40}


def every_saga(recovers_ms: int | None) -> dict[str, SagaRun]:
    runs = {}
    for full in ("", "flight", "hotel", "car"):
        for step in run_saga(full=full).steps:
            run = run_saga(full=full, crash=step, recovers_ms=recovers_ms)
            assert crashed(run)
            runs[f"{full or 'none'} {step}"] = run
    return runs


@pytest.mark.parametrize("recovers_ms", [0, 7, 30, 120])
def test_a_saga_is_done_or_made_up_for_in_the_end(recovers_ms: int) -> None:
    for name, run in every_saga(recovers_ms).items():
        assert not run.is_half_done, name
        booked = list(run.outcomes.values()).count("booked")
        assert booked == (3 if name.startswith("none") else 0), name
        assert run.state == ("done" if name.startswith("none") else "made up for")


def test_a_saga_whose_agency_never_comes_back_stays_half_done() -> None:
    half = [name for name, run in every_saga(None).items() if run.is_half_done]
    assert len(half) > 20
    assert "car agency: writes failed" in half


def test_others_see_a_flight_without_a_hotel() -> None:
    assert run_saga(full="hotel").seen == (("flight",), ())
    assert run_saga(full="").seen == (
        ("flight",),
        ("flight", "hotel"),
        ("flight", "hotel", "car"),
    )
    assert run_saga().seen == (("flight",), ("flight", "hotel"), ("flight",), ())


@pytest.mark.parametrize("retry_ms", [1, 4, 11, 50])
def test_to_ask_twice_books_once_and_cancels_once(retry_ms: int) -> None:
    """A retry that is sooner than the answer makes every request come twice."""
    for full in ("", "car"):
        run = run_saga(full=full, retry_ms=retry_ms, delay_ms=1)
        notes = [(e.who, e.text) for e in run.trace if isinstance(e, Note)]
        booked = [note for note in notes if note[1] in ("booked", "cancelled", "full")]
        assert len(booked) == len(set(booked))
        assert run.state == ("done" if full == "" else "made up for")


def every_outbox(way: Way, recovers_ms: int | None) -> dict[str, OutboxRun]:
    runs = {}
    for step in run_outbox(way=way).steps:
        runs[step] = run_outbox(way=way, crash=step, recovers_ms=recovers_ms)
        assert crashed(runs[step])
    return runs


@pytest.mark.parametrize("recovers_ms", [0, 7, 30, 100])
def test_an_outbox_loses_nothing_and_invents_nothing(recovers_ms: int) -> None:
    runs = every_outbox(Way.OUTBOX, recovers_ms)
    for step, run in runs.items():
        assert run.lost == (), step
        assert run.from_nowhere == (), step
        assert set(run.handled) == set(run.stored), step
    assert any(run.twice for run in runs.values())


@pytest.mark.parametrize(
    ("way", "lost", "from_nowhere"),
    [(Way.STORE_FIRST, True, False), (Way.MESSAGE_FIRST, False, True)],
)
def test_two_commits_leave_one_without_the_other(
    way: Way, lost: bool, from_nowhere: bool
) -> None:
    runs = [
        run for step, run in every_outbox(way, 30).items() if step.startswith("shop")
    ]
    assert any(run.lost for run in runs) is lost
    assert any(run.from_nowhere for run in runs) is from_nowhere


def test_only_the_outbox_sends_what_the_broker_missed() -> None:
    step = "broker: keeps message 1"
    assert every_outbox(Way.STORE_FIRST, 30)[step].lost == (1, 2)
    assert every_outbox(Way.MESSAGE_FIRST, 30)[step].lost == (1, 2)
    assert every_outbox(Way.OUTBOX, 30)[step].lost == ()


def every_payment(keeping: Keeping, recovers_ms: int | None) -> dict[str, PaymentRun]:
    runs = {}
    for step in run_payment(keeping=keeping).steps:
        runs[step] = run_payment(keeping=keeping, crash=step, recovers_ms=recovers_ms)
        assert crashed(runs[step])
    return runs


@pytest.mark.parametrize("recovers_ms", [0, 10, 29, 100])
def test_a_key_in_the_same_transaction_pays_once_and_is_answered(
    recovers_ms: int,
) -> None:
    for step, run in every_payment(Keeping.IN_IT, recovers_ms).items():
        asked = not step.startswith("client")
        assert run.payments == asked, step
        assert run.answers == ("paid",) * asked, step


def test_without_a_key_a_lost_answer_is_paid_for_twice() -> None:
    paid = {s: run.payments for s, run in every_payment(Keeping.NONE, 10).items()}
    assert paid["server: answers paid"] == 2
    assert paid["server: commits the payment"] == 1


def test_a_key_beside_the_database_leaves_one_moment_in_which_it_does_not_help() -> (
    None
):
    paid = {s: run.payments for s, run in every_payment(Keeping.BESIDE, 10).items()}
    assert [step for step, count in paid.items() if count > 1] == [
        "server: notes the answer"
    ]
    run = run_payment(keeping="beside", crash="server: commits the payment")
    assert run.answers == ("in flight", "paid")


RUNS: dict[str, Callable[..., _Run]] = {
    "two-phase": run_two_phase,
    "saga": run_saga,
    "outbox": run_outbox,
    "payment": run_payment,
}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("delay_ms", DELAYS)
def test_a_run_can_be_drawn_and_played_again(name: str, delay_ms: int) -> None:
    run = RUNS[name](delay_ms=delay_ms)
    again = RUNS[name](delay_ms=delay_ms)
    assert run.trace.to_json_lines() == again.trace.to_json_lines()
    assert "svg" in str(spacetime(run.trace, title="t", description="d"))
    sent = [e.message for e in run.trace if isinstance(e, Sent)]
    ended = [e.message for e in run.trace if isinstance(e, Delivered | Lost)]
    assert sorted(sent) == sorted(ended)


@pytest.mark.parametrize("name", RUNS)
def test_a_crash_before_a_step_that_is_not_in_the_run_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="crash='nowhere' is none of: "):
        RUNS[name](crash="nowhere")


@pytest.mark.parametrize(
    ("name", "argument", "value", "says"),
    [
        ("two-phase", "votes", {}, "votes={} is not of one part or more"),
        ("two-phase", "votes", {"coordinator": True}, "is not of one part or more"),
        ("two-phase", "ask_ms", 0, "ask_ms=0 is below 1"),
        ("two-phase", "until_ms", 0, "until_ms=0 is below 1"),
        ("two-phase", "patience_ms", -1, "patience_ms=-1 is below 0"),
        ("two-phase", "timeout_ms", -1, "timeout_ms=-1 is below 0"),
        ("saga", "full", "boat", "full='boat' is none of: flight, hotel, car"),
        ("saga", "retry_ms", 0, "retry_ms=0 is below 1"),
        ("outbox", "way", "fax", "way='fax' is none of: message first"),
        ("outbox", "relay_ms", 0, "relay_ms=0 is below 1"),
        ("outbox", "orders", 0, "orders=0 is below 1"),
        ("payment", "keeping", "safe", "keeping='safe' is none of: none"),
        ("payment", "retry_ms", 0, "retry_ms=0 is below 1"),
        ("payment", "lease_ms", 0, "lease_ms=0 is below 1"),
        ("payment", "most", 0, "most=0 is below 1"),
        *((name, "delay_ms", -1, "delay_ms=-1 is below 0") for name in RUNS),
        *((name, "recovers_ms", -1, "recovers_ms=-1 is below 0") for name in RUNS),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    name: str, argument: str, value: object, says: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        RUNS[name](**{argument: value})
