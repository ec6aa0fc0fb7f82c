"""One call for all threads: results, errors, interruptions, circles, many threads."""

import contextlib
import gc
import inspect
import linecache
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import FrameType
from typing import Any

import pytest

from sdnotes.herd import (
    CircularWaitError,
    SingleFlight,
    StillFlyingError,
    single_flight,
)

LONG_S = 120.0  # a bound for waits that end at once when all is well


class Crew:
    """Threads whose results and errors are kept, and which end in time."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.results: list[object] = []
        self.errors: list[BaseException] = []

    def start(self, work: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            try:
                self.results.append(work())
            except BaseException as error:  # noqa: BLE001 - kept for the test
                self.errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        self.threads.append(thread)
        thread.start()
        return thread

    def join(self) -> None:
        for thread in self.threads:
            thread.join(LONG_S)
            assert not thread.is_alive(), "a thread hangs"


def until(condition: Callable[[], bool]) -> None:
    """Wait until it is true; other threads make it so within moments."""
    until_s = time.monotonic() + LONG_S
    while time.monotonic() < until_s:
        if condition():
            return
        threading.Event().wait(0.001)
    raise AssertionError("it never came true")


class Gate:
    """A call that stands still until it is let go, and counts how often it is made."""

    def __init__(self, result: object = "value") -> None:
        self.result = result
        self.calls = 0
        self.entered = threading.Event()
        self.let_go = threading.Event()

    def __call__(self) -> object:
        self.calls += 1
        self.entered.set()
        assert self.let_go.wait(LONG_S)
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


@pytest.mark.parametrize("joiners", [1, 7, 99])
def test_many_threads_make_one_call_and_share_its_result(joiners: int) -> None:
    flights: SingleFlight[str, object] = SingleFlight()
    gate, crew = Gate(result := object()), Crew()
    crew.start(lambda: flights.do("k", gate))
    assert gate.entered.wait(LONG_S)
    for _ in range(joiners):
        crew.start(lambda: flights.do("k", gate))
    until(lambda: flights.waiting("k") == joiners)
    gate.let_go.set()
    crew.join()
    assert gate.calls == 1
    assert len(crew.results) == joiners + 1
    assert all(came is result for came in crew.results)


def test_nothing_is_kept_beyond_the_flight() -> None:
    flights: SingleFlight[str, int] = SingleFlight()
    counted = iter(range(9))
    assert [flights.do("k", lambda: next(counted)) for _ in range(3)] == [0, 1, 2]
    assert flights.waiting("k") == 0
    assert flights._flights == {}
    assert dict(single_flight._waits_for) == {}


def test_none_is_a_result_like_any_other() -> None:
    flights: SingleFlight[str, None] = SingleFlight()
    gate, crew = Gate(None), Crew()
    crew.start(lambda: flights.do("k", gate))  # type: ignore[arg-type]
    assert gate.entered.wait(LONG_S)
    crew.start(lambda: flights.do("k", gate))  # type: ignore[arg-type]
    until(lambda: flights.waiting("k") == 1)
    gate.let_go.set()
    crew.join()
    assert (crew.results, gate.calls) == ([None, None], 1)


def test_an_error_reaches_everybody_and_the_next_call_starts_anew() -> None:
    flights: SingleFlight[str, object] = SingleFlight()
    gate, crew = Gate(error := OSError("down")), Crew()
    crew.start(lambda: flights.do("k", gate))
    assert gate.entered.wait(LONG_S)
    for _ in range(20):
        crew.start(lambda: flights.do("k", gate))
    until(lambda: flights.waiting("k") == 20)
    gate.let_go.set()
    crew.join()
    assert gate.calls == 1
    assert len(crew.errors) == 21
    assert all(came is error for came in crew.errors)
    assert flights.do("k", lambda: "up again") == "up again"


def test_the_traceback_of_a_shared_error_leads_to_the_call_and_does_not_grow() -> None:
    flights: SingleFlight[str, object] = SingleFlight()
    gate, crew = Gate(error := OSError("down")), Crew()
    crew.start(lambda: flights.do("k", gate))
    assert gate.entered.wait(LONG_S)
    for _ in range(30):
        crew.start(lambda: flights.do("k", gate))
    until(lambda: flights.waiting("k") == 30)
    gate.let_go.set()
    crew.join()
    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert frames[-1] == "__call__"
    assert len(frames) < 12


def test_other_keys_fly_at_the_same_time() -> None:
    """No lock is held during a call."""
    flights: SingleFlight[str, object] = SingleFlight()
    gate, crew = Gate(), Crew()
    crew.start(lambda: flights.do("slow", gate))
    assert gate.entered.wait(LONG_S)
    assert flights.do("quick", lambda: 1) == 1
    gate.let_go.set()
    crew.join()


def while_handling(secret: str, work: Callable[[], object]) -> object:
    try:
        return int(secret)
    except ValueError:
        return work()


class TestWhatOneHandles:
    """python-trio/outcome#7: an error of many, and the error that one is handling."""

    def test_what_one_handles_as_it_asks_is_not_in_the_error_of_the_others(
        self,
    ) -> None:
        flights: SingleFlight[str, object] = SingleFlight()
        gate, crew = Gate(error := OSError("down")), Crew()

        def ask() -> object:
            return flights.do("k", gate)

        crew.start(lambda: while_handling("what is the first one's", ask))
        assert gate.entered.wait(LONG_S)
        for _ in range(3):
            crew.start(lambda: while_handling("what is one's who joined", ask))
        until(lambda: flights.waiting("k") == 3)
        gate.let_go.set()
        crew.join()
        assert all(came is error for came in crew.errors)
        assert error.__context__ is None

    def test_what_the_call_itself_handled_stays_in_it(self) -> None:
        flights: SingleFlight[str, object] = SingleFlight()

        def fail() -> None:
            try:
                int("first")
            except ValueError as first:
                raise TypeError("second") from first

        def call() -> object:
            try:
                fail()
            except TypeError as second:
                raise OSError("third") from second

        with pytest.raises(OSError, match="third") as raised:
            while_handling("what is the caller's", lambda: flights.do("k", call))
        second = raised.value.__cause__
        assert repr(second) == repr(raised.value.__context__) == "TypeError('second')"
        assert second is not None
        first = second.__cause__
        assert "first" in str(first)
        assert first is not None
        assert first.__context__ is None  # the caller's error stood there

    def test_an_error_that_refuses_to_be_changed_reaches_everybody_all_the_same(
        self,
    ) -> None:
        @dataclass(frozen=True)
        class FrozenError(OSError):
            code: int = 7

        flights: SingleFlight[str, object] = SingleFlight()
        gate, crew = Gate(error := FrozenError()), Crew()

        def ask() -> object:
            return while_handling("what is its own", lambda: flights.do("k", gate))

        crew.start(ask)
        assert gate.entered.wait(LONG_S)
        crew.start(ask)
        until(lambda: flights.waiting("k") == 1)
        gate.let_go.set()
        crew.join()
        assert all(came is error for came in crew.errors)
        assert error.__context__ is None


def interrupted_at(place: int) -> tuple[SingleFlight[str, int], str]:
    """Return the flights, and the line at which a Ctrl-C came: none past the last."""
    flights: SingleFlight[str, int] = SingleFlight()
    lines: list[str] = []

    def at_each_line(frame: FrameType, event: str, _: object) -> Any:
        code = frame.f_code
        if code.co_filename != single_flight.__file__ or len(lines) > place:
            return None
        line = linecache.getline(code.co_filename, frame.f_lineno).strip()
        # Between the taking of a lock and its ``with``, Python looks for no signal.
        if event == "line" and not line.startswith("with "):
            lines.append(line)
            if len(lines) > place:
                raise KeyboardInterrupt
        return at_each_line

    before = sys.gettrace()
    sys.settrace(at_each_line)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            flights.do("k", lambda: 7)
    finally:
        sys.settrace(before)
    return flights, lines[place] if len(lines) > place else ""


def test_a_ctrl_c_at_whatever_line_leaves_no_flight_that_others_wait_for() -> None:
    """grantjenks/python-diskcache#315: between the taking of a lock and the ``try``."""
    bad, place = [], 0
    while True:
        flights, line = interrupted_at(place)
        if not line:
            break
        crew = Crew()
        crew.start(lambda f=flights: f.do("k", lambda: 8, timeout_s=0))  # type: ignore[misc]
        crew.join()
        if crew.results != [8] or flights._flights or single_flight._waits_for:
            bad.append(line)
        place += 1
    assert place > 15
    assert bad == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_when_the_caller_s_thread_is_killed_one_who_waits_takes_over(
    interruption: type[BaseException],
) -> None:
    flights: SingleFlight[str, object] = SingleFlight()
    doomed, crew = Gate(interruption()), Crew()
    healthy = Gate("fine")
    healthy.let_go.set()
    crew.start(lambda: flights.do("k", doomed))
    assert doomed.entered.wait(LONG_S)
    for _ in range(5):
        crew.start(lambda: flights.do("k", healthy))
    until(lambda: flights.waiting("k") == 5)
    doomed.let_go.set()
    crew.join()
    assert [type(error) for error in crew.errors] == [interruption]
    assert crew.results == ["fine"] * 5
    assert 1 <= healthy.calls <= 5
    assert flights._flights == {}


def test_one_who_will_wait_no_longer_leaves_alone() -> None:
    flights: SingleFlight[str, object] = SingleFlight()
    gate, crew = Gate(), Crew()
    crew.start(lambda: flights.do("k", gate))
    assert gate.entered.wait(LONG_S)
    crew.start(lambda: flights.do("k", gate))
    until(lambda: flights.waiting("k") == 1)
    with pytest.raises(StillFlyingError, match="'k'"):
        flights.do("k", gate, timeout_s=0)
    assert flights.waiting("k") == 1
    assert set(single_flight._waits_for) == {crew.threads[1]}
    gate.let_go.set()
    crew.join()
    assert crew.results == ["value", "value"]
    assert issubclass(StillFlyingError, TimeoutError)


def test_a_timeout_of_the_call_itself_is_not_that_of_the_wait() -> None:
    flights: SingleFlight[str, object] = SingleFlight()

    def call() -> object:
        raise TimeoutError("the database is slow")

    with pytest.raises(TimeoutError, match="slow") as raised:
        flights.do("k", call, timeout_s=0)
    assert not isinstance(raised.value, StillFlyingError)


class TestForget:
    def test_who_asks_after_it_gets_what_is_read_after_it(self) -> None:
        flights: SingleFlight[str, object] = SingleFlight()
        old, crew = Gate("before the write"), Crew()
        crew.start(lambda: flights.do("k", old))
        assert old.entered.wait(LONG_S)
        flights.forget("k")
        assert flights.do("k", lambda: "after the write") == "after the write"
        old.let_go.set()
        crew.join()
        assert crew.results == ["before the write"]

    def test_the_old_flight_s_end_does_not_end_the_new_one(self) -> None:
        flights: SingleFlight[str, object] = SingleFlight()
        old, new, crew = Gate("old"), Gate("new"), Crew()
        first = crew.start(lambda: flights.do("k", old))
        assert old.entered.wait(LONG_S)
        flights.forget("k")
        crew.start(lambda: flights.do("k", new))
        assert new.entered.wait(LONG_S)
        old.let_go.set()
        first.join(LONG_S)
        crew.start(lambda: flights.do("k", new))
        until(lambda: flights.waiting("k") == 1)
        new.let_go.set()
        crew.join()
        assert (crew.results, new.calls) == (["old", "new", "new"], 1)

    def test_a_key_that_nobody_flies_can_be_forgotten(self) -> None:
        flights: SingleFlight[str, int] = SingleFlight()
        flights.forget("k")
        assert flights.do("k", lambda: 1) == 1


def test_one_limit_holds_over_all_flights_that_are_joined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A flight whose thread was killed is followed by the next, without new time."""
    flights: SingleFlight[str, object] = SingleFlight()
    boarded: list[object] = []

    def board(_key: str, _mine: object) -> object:
        flight: Any = single_flight._Flight(sys._getframe())
        boarded.append(flight)
        threading.Timer(0.1, flight.landed.set).start()  # and nothing came of it
        return flight

    monkeypatch.setattr(flights, "_board", board)
    monkeypatch.setattr(single_flight._Flight, "is_lost", lambda _: False)
    monkeypatch.setattr(single_flight, "_LOOK_S", 0.1)
    with pytest.raises(StillFlyingError):
        flights.do("k", lambda: 7, timeout_s=0.35)
    assert 2 <= len(boarded) <= 5


def test_the_wait_for_another_thread_ends_even_if_nobody_said_when() -> None:
    default = inspect.signature(SingleFlight.do).parameters["timeout_s"].default
    assert 0 < default < 300


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such timer here")
def test_a_signal_as_a_call_reports_its_end_kills_no_key() -> None:
    """python/cpython#126434: an exception from a handler leaves an Event's lock taken.

    Whoever asked for the key then hung for ever, and no limit of the wait ended it.
    """
    program = """
import random, signal, sys, threading
from sdnotes.herd import SingleFlight

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
flights, rng, got = SingleFlight(), random.Random(1), []
for key in range(400):
    try:
        signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-5, 9e-5))
        while True:
            flights.do(key, lambda: None)
    except KeyboardInterrupt:
        signal.setitimer(signal.ITIMER_REAL, 0)

def ask(key):
    got.append(flights.do(key, lambda: 7, timeout_s=20))

left = list(flights._flights)
asks = [threading.Thread(target=ask, args=(key,), daemon=True) for key in left]
for each in asks: each.start()
for each in asks: each.join(20)
sys.exit(0 if got == [7] * len(left) else 1)
"""
    done = subprocess.run([sys.executable, "-c", program], timeout=120, check=False)
    assert done.returncode == 0


def test_a_child_process_makes_its_own_call_for_what_was_under_way() -> None:
    """A thread of the parent is not there in the child, and nobody will answer."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    program = """
import os, sys, threading
from sdnotes.herd import SingleFlight
flights, entered, go = SingleFlight(), threading.Event(), threading.Event()
threading.Thread(target=flights.do, args=("k", lambda: (entered.set(), go.wait())),
                 daemon=True).start()
entered.wait()
pid = os.fork()
if pid == 0:
    got = []
    asks = [threading.Thread(target=lambda: got.append(flights.do("k", lambda: 7)),
                             daemon=True) for _ in range(3)]
    for each in asks: each.start()
    for each in asks: each.join(20)
    os._exit(0 if got == [7, 7, 7] else 1)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
go.set()
sys.exit(status)
"""
    done = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)
    assert done.returncode == 0


class TestCircles:
    def test_a_call_that_asks_for_its_own_key_fails_instead_of_hanging(self) -> None:
        flights: SingleFlight[str, object] = SingleFlight()
        with pytest.raises(CircularWaitError, match="'k'"):
            flights.do("k", lambda: flights.do("k", lambda: 1))
        assert flights.do("k", lambda: 2) == 2

    def test_a_call_may_ask_for_another_key(self) -> None:
        flights: SingleFlight[str, object] = SingleFlight()
        assert flights.do("a", lambda: flights.do("b", lambda: 3)) == 3

    def test_two_calls_that_ask_for_each_other_s_key_do_not_hang(self) -> None:
        flights: SingleFlight[str, object] = SingleFlight()
        crew, both = Crew(), threading.Barrier(2)

        def call(other: str) -> object:
            both.wait(LONG_S)
            return flights.do(other, lambda: "never made")

        crew.start(lambda: flights.do("a", lambda: call("b")))
        crew.start(lambda: flights.do("b", lambda: call("a")))
        crew.join()
        # One of the two closes the circle; its error is then the other's answer too.
        assert [type(error) for error in crew.errors] == [CircularWaitError] * 2
        assert crew.errors[0] is crew.errors[1]
        assert dict(single_flight._waits_for) == {}

    def test_two_single_flights_that_ask_each_other_do_not_hang(self) -> None:
        """A service has one for each kind of thing, and x needs y needs x."""
        xs: SingleFlight[str, object] = SingleFlight()
        ys: SingleFlight[str, object] = SingleFlight()
        crew, both = Crew(), threading.Barrier(2)

        def call(other: SingleFlight[str, object]) -> object:
            both.wait(LONG_S)
            return other.do("k", lambda: "never made")

        crew.start(lambda: xs.do("k", lambda: call(ys)))
        crew.start(lambda: ys.do("k", lambda: call(xs)))
        crew.join()
        assert [type(error) for error in crew.errors] == [CircularWaitError] * 2

    @pytest.mark.parametrize("detour", ["pool", "thread"])
    def test_a_circle_that_nobody_can_see_ends_with_the_wait(self, detour: str) -> None:
        flights: SingleFlight[str, object] = SingleFlight()
        inner = Crew()

        def ask() -> object:
            return flights.do("k", lambda: "never made", timeout_s=0.2)

        def call() -> object:
            if detour == "pool":
                with ThreadPoolExecutor(1) as pool:
                    return pool.submit(ask).result()
            inner.start(ask).join(LONG_S)
            raise inner.errors[0]

        with pytest.raises(StillFlyingError):
            flights.do("k", call)

    def test_waiting_in_a_row_is_no_circle(self) -> None:
        flights: SingleFlight[str, object] = SingleFlight()
        crew, gate = Crew(), Gate("c")
        inside = threading.Event()

        def b() -> object:
            inside.set()
            return flights.do("c", gate)

        crew.start(lambda: flights.do("c", gate))
        assert gate.entered.wait(LONG_S)
        crew.start(lambda: flights.do("b", b))
        assert inside.wait(LONG_S)
        until(lambda: flights.waiting("c") == 1)
        crew.start(lambda: flights.do("b", b))
        until(lambda: flights.waiting("b") == 1)
        gate.let_go.set()
        crew.join()
        assert crew.results == ["c"] * 3


def test_under_stress_calls_of_a_key_never_overlap_and_nobody_gets_another_s_answer() -> (  # noqa: E501
    None
):
    """The judge is a count of calls under way, for each key."""
    flights: SingleFlight[int, tuple[int, int]] = SingleFlight()
    crew, start, lock = Crew(), threading.Barrier(40), threading.Lock()
    under_way, calls, overlaps = [0] * 3, [0] * 3, []

    def call(key: int) -> tuple[int, int]:
        with lock:
            under_way[key] += 1
            calls[key] += 1
            number = calls[key]
            overlaps.append(under_way[key])
        threading.Event().wait(0.0005)  # others run meanwhile
        with lock:
            under_way[key] -= 1
        if number % 5 == 0:
            raise OSError(key)
        return key, number

    def work(n: int) -> int:
        start.wait(LONG_S)
        wrong = 0
        for turn in range(60):
            key = (n + turn) % 3
            try:
                wrong += flights.do(key, lambda: call(key))[0] != key
            except OSError as error:
                wrong += error.args != (key,)
        return wrong

    for n in range(40):
        crew.start(lambda n=n: work(n))  # type: ignore[misc]
    crew.join()
    assert crew.errors == []
    assert crew.results == [0] * 40
    assert set(overlaps) == {1}
    assert sum(calls) < 40 * 60
    assert flights._flights == {}
    assert dict(single_flight._waits_for) == {}


def test_what_a_garbage_collection_runs_may_call_forget() -> None:
    """With a plain lock the collection inside ``do`` would wait for its own thread."""
    flights: SingleFlight[int, int] = SingleFlight()
    with single_flight._lock:  # as a collection does, in the thread that holds it
        flights.forget(1)
        assert flights.waiting(1) == 0


def test_a_failed_call_is_let_go_with_all_that_it_held() -> None:
    class Held:
        pass

    flights: SingleFlight[str, None] = SingleFlight()
    held: list[weakref.ref[Held]] = []

    def call() -> None:
        each = Held()
        held.append(weakref.ref(each))
        raise LookupError

    gc.disable()
    try:
        for _ in range(3):
            with contextlib.suppress(LookupError):
                flights.do("k", call)
        assert [each() for each in held] == [None] * 3
    finally:
        gc.enable()
