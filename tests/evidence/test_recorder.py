"""What a lab writes down: outcomes as the client was told them, facts, histories."""

import threading

import pytest

from evidence.labs import notebook
from evidence.labs.recorder import Recorder, together
from evidence.labs.server import ServerError
from sdnotes.sim import Outcome

WITHIN_S = 120  # a bound for what ends at once when all is well


class Clock:
    """Moves on by as many nanoseconds as it is told."""

    def __init__(self) -> None:
        self.ns = 5_000

    def __call__(self) -> int:
        return self.ns


def test_an_outcome_is_what_the_client_was_told_and_else_unknown() -> None:
    clock = Clock()
    recorder = Recorder(clock)
    clock.ns += 1_999
    with recorder.operation("c1", "write", 5, "x") as call:
        clock.ns += 3_000
        call.ok()
    with recorder.operation("c1", "read", key="x") as call:
        call.failed()
    clock.ns += 1_000
    with recorder.operation("c1", "write", 6, "x"):
        pass  # no answer came
    clock.ns += 1_000
    with pytest.raises(RuntimeError), recorder.operation("c1", "read", key="x"):
        raise RuntimeError
    clock.ns += 1_000
    with recorder.operation("c1", "read", key="x") as call:
        call.ok(6)
    first, second, third, fourth, fifth = recorder.history().operations
    assert (first.invoked_us, first.completed_us) == (1, 4)
    assert first.outcome is Outcome.OK
    assert (second.outcome, second.completed_us) == (Outcome.FAILED, 4)
    assert (third.outcome, third.completed_us) == (Outcome.UNKNOWN, None)
    assert fourth.outcome is Outcome.UNKNOWN
    assert (fifth.result, fifth.key) == (6, "x")
    assert [o.process for o in (first, second, third, fourth, fifth)] == [
        *("c1", "c1", "c1", "c1.2", "c1.3")
    ]


def test_clients_run_together_and_the_error_of_one_is_raised() -> None:
    meeting = threading.Barrier(2, timeout=WITHIN_S)
    together(lambda: meeting.wait() and None, lambda: meeting.wait() and None)

    def fail() -> None:
        raise ServerError("no")

    with pytest.raises(ServerError, match="no"):
        together(lambda: None, fail)


def test_a_notebook_keeps_facts_and_observations_apart() -> None:
    book = notebook.Notebook()
    book.fact("link cut", "write", "acknowledged", seconds=0.1)
    recorder = Recorder()
    with recorder.operation("c1", "write", "a") as call:
        call.ok()
    with recorder.operation("c1", "read") as call:
        call.ok(None)
    book.history("link cut", "stale", recorder.history())
    assert book.rows == [
        ("link cut", "write", "acknowledged"),
        ("link cut", "history stale", "not linearizable"),
    ]
    assert book.observed["answers"] == [
        {"situation": "link cut", "asked": "write", "seconds": 0.1}
    ]
    kept = book.observed["histories"]["stale"]
    assert notebook.from_json(kept) == recorder.history()
