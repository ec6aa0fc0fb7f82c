"""Many threads ask for the same thing: call once, and give the answer to all.

    thread 1   do("k", load)   no flight for k: takes off, calls load()
    thread 2   do("k", load)   joins, waits
    thread 3   do("k", load)   joins, waits
    load() returns 7           the flight is forgotten, then all three return 7
    thread 4   do("k", load)   a new flight: nothing is cached

An answer reaches everybody who joined, as the same object: who changes it changes it
for all. So does an error, and who adds a note to it adds it for all. What one of them
was handling as it asked is kept out of it. A thread that is killed in its call
(KeyboardInterrupt, SystemExit), at whatever line, takes nobody down: one who waits
takes over, with a call of its own. No lock is held during a call, so that other keys
fly freely.

A call may ask for other keys, here or in another SingleFlight. Where those waits close
a circle it is told so; where a link of the circle is no ``do`` (a pool's future, a
thread that is joined) nobody can see it, and the limit of the wait ends it.

Whoever joins may be given an answer that was read *before* it asked. After a write,
``forget`` the key: those who ask from then on start anew. Whoever saw a miss in a cache
may arrive here when the flight is over: let the call look into the cache again.

Source: Go's golang.org/x/sync/singleflight, whose word it is.
Left out: other processes, which need a lease in a shared cache; greenlets; a fork in
the very moment in which another thread looks into the table.
Chapter: docs/chapters/herd/.
To take away: SingleFlight.
"""

import inspect
import math
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from types import FrameType
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sdnotes.herd.finished import (
    Failure,
    StillFlyingError,
    being_handled,
    shareable,
)

__all__ = ["CircularWaitError", "SingleFlight", "StillFlyingError"]

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class CircularWaitError(RuntimeError):
    """The call asks, directly or through another, for what it is itself to answer.

    Definite: this inner call was not made. The caller must act: it is a bug.
    """


class _Landing:
    """Opens once, for all who wait; a signal at any line cannot leave it half open.

    ``threading.Event`` takes a lock to open, and a signal just then leaves it taken.
    """

    def __init__(self) -> None:
        self._is_open = False
        self._shut = threading.Lock()
        self._shut.acquire()

    def set(self) -> None:
        self._is_open = True  # this alone counts; the lock wakes who waits
        with suppress(RuntimeError):  # it is open already
            self._shut.release()

    def is_set(self) -> bool:
        return self._is_open

    def wait(self, timeout_s: float) -> bool:
        """Return whether it is open, after ``timeout_s`` at the latest."""
        if not self._is_open and self._shut.acquire(timeout=timeout_s):
            with suppress(RuntimeError):
                self._shut.release()  # the next who waits
        return self._is_open


class _Flight(Generic[T]):
    """One call under way, and what came of it once ``landed`` is set."""

    def __init__(self, frame: FrameType | None) -> None:
        self.owner = threading.current_thread()
        self.frame = frame  # of the ``do`` that makes the call
        self.landed = _Landing()
        self.results: list[T] = []
        self.failure: Failure | None = None

    def is_lost(self) -> bool:
        """Return whether its ``do`` has ended without a word.

        A signal can end it at any line, also as it cleans up; and of a process that
        was forked only the thread that did so goes on.
        """
        if self.frame is not None and self.owner.is_alive():
            try:
                self.frame.clear()  # refused while it runs
            except RuntimeError:
                return False
        return not self.landed.is_set()


_LOOK_S = 1.0
"""How often those who wait look whether the flight is lost."""

# Of all SingleFlights, so that a circle over two of them can be seen: what each waiting
# thread waits for. Reentrant: a garbage collection or a signal may run code that asks.
_lock = threading.RLock()
_waits_for: WeakKeyDictionary[threading.Thread, _Flight[object]] = WeakKeyDictionary()


class SingleFlight(Generic[K, T]):
    """Lets one thread for each key make the call, and shares what comes of it.

    Examples:
        >>> flights = SingleFlight()
        >>> flights.do("k", lambda: 7)
        7
        >>> flights.do("k", lambda: 8)  # the first is over: nothing was cached
        8

    With a cache the call looks into it again, since the reader that missed may come
    when the flight is over:

        >>> cache = {}
        >>> def load():
        ...     if "k" not in cache:
        ...         cache["k"] = "from the database"
        ...     return cache["k"]
        >>> flights.do("k", load), flights.do("k", load)
        ('from the database', 'from the database')
    """

    def __init__(self) -> None:
        self._flights: dict[K, _Flight[T]] = {}

    def do(self, key: K, call: Callable[[], T], *, timeout_s: float | None = 60.0) -> T:
        """Return what the call returns, or what the one under way for this key does.

        ``timeout_s`` limits the wait for calls of other threads, over all of them, and
        not a call of one's own; None is no limit. Raises the call's error;
        StillFlyingError when the wait is over; CircularWaitError instead of waiting for
        ever; TypeError for a call that gives a coroutine, a generator or another
        iterator (``map``, an open file), which no two can share. What can be read once
        and is no iterator, such as some bodies, is not recognised.
        """
        handled = being_handled()
        left_s = math.inf if timeout_s is None else timeout_s
        flight = mine = _Flight[T](inspect.currentframe())
        try:  # begun before others can join: a Ctrl-C may come at any line
            while (flight := self._board(key, mine)) is not mine:
                left_s = _await(flight, left_s)
                if left_s < 0:
                    raise StillFlyingError(f"no answer for {key!r} in {timeout_s!r} s")
                if flight.failure is not None:
                    flight.failure.throw()
                if flight.results:
                    return flight.results[0]
                # Its thread was killed before it had either: fly, or join who does.
            return self._fly(mine, call, handled)
        finally:
            mine.landed.set()
            self._leave(key, mine)
            # Else an error and this frame would keep each other alive.
            mine.frame = None
            del flight, mine, handled

    def forget(self, key: K) -> None:
        """Let whoever asks from now on make a new call; those who wait still wait."""
        with _lock:
            self._flights.pop(key, None)

    def waiting(self, key: K) -> int:
        """Return how many threads wait for the call that another one makes."""
        with _lock:
            flight = self._flights.get(key)
            return sum(joined is flight for joined in _waits_for.values())

    def _board(self, key: K, mine: _Flight[T]) -> _Flight[T]:
        """Return the flight under way, joined; or mine, if there is none."""
        with _lock:
            flight = self._flights.get(key)
            # One that has landed is here still if its thread was killed just then.
            if flight is None or flight.landed.is_set():
                _waits_for.pop(mine.owner, None)  # of an earlier call that was killed
                self._flights[key] = mine
                return mine
            _refuse_circle(key, flight, mine.owner)
            _waits_for[mine.owner] = flight  # type: ignore[assignment]
            return flight

    def _fly(
        self, mine: _Flight[T], call: Callable[[], T], handled: BaseException | None
    ) -> T:
        try:
            result = shareable(call(), instead="use AsyncSingleFlight")
        except Exception as error:
            mine.failure = Failure(error, handled)
            raise
        else:
            mine.results.append(result)
            return result
        finally:
            del mine, handled

    def _leave(self, key: K, mine: _Flight[T]) -> None:
        with _lock:
            _waits_for.pop(mine.owner, None)
            # After ``forget`` another flight may have this key.
            if self._flights.get(key) is mine:
                del self._flights[key]


def _await(flight: _Flight[T], left_s: float) -> float:
    """Wait for the flight to land; return how long one may wait on, below 0 if over.

    There is no clock here: a part of ``_LOOK_S`` counts as all of it.
    """
    while True:
        step_s = max(0.0, min(left_s, _LOOK_S))
        if flight.landed.wait(step_s):
            return left_s - step_s
        left_s -= step_s
        if flight.is_lost():
            # What came of it may be older than this wait: one who waits takes off.
            flight.results, flight.failure = [], None
            flight.landed.set()
        elif left_s <= 0:
            return -1.0


def _refuse_circle(key: object, flight: _Flight[T], me: threading.Thread) -> None:
    """Raise if the flight's thread waits, over any number of others, for me."""
    ahead: _Flight[T] | _Flight[object] | None = flight
    # Who waits for what has landed is about to go on: no link of a circle.
    while ahead is not None and not ahead.landed.is_set():
        if ahead.owner is me and not ahead.is_lost():
            raise CircularWaitError(f"the call for {key!r} would wait for itself")
        ahead = _waits_for.get(ahead.owner)
