"""Many threads ask for the same thing: call once, and give the answer to all.

    thread 1   do("k", load)   no flight for k: takes off, calls load()
    thread 2   do("k", load)   joins, waits
    thread 3   do("k", load)   joins, waits
    load() returns 7           the flight is forgotten, then all three return 7
    thread 4   do("k", load)   a new flight: nothing is cached

An error reaches everybody who joined, as the same object. A thread that is killed in
its call (KeyboardInterrupt, SystemExit) takes nobody down: one who waits takes over,
with a call of its own. No lock is held during a call, so that other keys fly freely.

Whoever joins may be given an answer that was read *before* it asked. After a write,
``forget`` the key: those who ask from then on start anew.

Source: Go's golang.org/x/sync/singleflight, whose word it is.
Left out: other processes, which need a lease in a shared cache.
Chapter: docs/chapters/herd.md.
To take away: SingleFlight.
"""

import threading
from collections.abc import Callable, Hashable
from types import TracebackType
from typing import Generic, TypeVar

from sdnotes.herd.finished import finished

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class CircularWaitError(RuntimeError):
    """The call asks, directly or through another, for what it is itself to answer.

    Definite: this inner call was not made. The caller must act: it is a bug.
    """


class StillFlyingError(TimeoutError):
    """The answer did not come in time; the call goes on, for the others.

    Indefinite: it may yet succeed. A retry joins it.
    """


class _Flight(Generic[T]):
    """One call under way, and what came of it once ``landed`` is set."""

    def __init__(self, owner: int) -> None:
        self.owner = owner
        self.waiting = 0
        self.landed = threading.Event()
        self.results: list[T] = []
        self.error: Exception | None = None
        self.traceback: TracebackType | None = None


class SingleFlight(Generic[K, T]):
    """Lets one thread for each key make the call, and shares what comes of it.

    Examples:
        >>> flights = SingleFlight()
        >>> flights.do("k", lambda: 7)
        7
        >>> flights.do("k", lambda: 8)  # the first is over: nothing was cached
        8
    """

    def __init__(self) -> None:
        # Reentrant: a garbage collection or a signal may run code that calls forget.
        self._lock = threading.RLock()
        self._flights: dict[K, _Flight[T]] = {}
        # What each waiting thread waits for: in it a circle can be seen.
        self._waits_for: dict[int, _Flight[T]] = {}

    def do(self, key: K, call: Callable[[], T], *, timeout_s: float | None = None) -> T:
        """Return what the call returns, or what the one under way for this key does.

        ``timeout_s`` limits the wait for another thread's call, not a call of one's
        own. Raises the call's error; StillFlyingError when the wait is over;
        CircularWaitError instead of waiting for ever; TypeError for a call that gives
        a coroutine or a generator, which no two can share.
        """
        me = threading.get_ident()
        while True:
            with self._lock:
                flight = self._flights.get(key)
                if flight is None:
                    mine = self._flights[key] = _Flight[T](me)
                    break
                self._refuse_circle(key, flight, me)
                flight.waiting += 1
                self._waits_for[me] = flight
            self._wait(key, flight, me, timeout_s)
            if flight.error is not None:
                # Each time it is raised it would grow by the frames of one more
                # thread; it begins again where the call failed.
                try:
                    raise flight.error.with_traceback(flight.traceback)
                finally:  # else it and this frame would keep each other alive
                    del flight
            if flight.results:
                return flight.results[0]
            # Its thread was killed before it had either: fly, or join who does.
        del flight
        try:
            return self._fly(key, mine, call)
        finally:
            del mine

    def forget(self, key: K) -> None:
        """Let whoever asks from now on make a new call; those who wait still wait."""
        with self._lock:
            self._flights.pop(key, None)

    def waiting(self, key: K) -> int:
        """Return how many threads wait for the call that another one makes."""
        with self._lock:
            flight = self._flights.get(key)
            return 0 if flight is None else flight.waiting

    def _fly(self, key: K, flight: _Flight[T], call: Callable[[], T]) -> T:
        try:
            result = finished(call(), instead="use AsyncSingleFlight")
        except Exception as error:
            flight.error = error
            flight.traceback = error.__traceback__ and error.__traceback__.tb_next
            raise
        else:
            flight.results.append(result)
            return result
        finally:
            with self._lock:
                # After ``forget`` another flight may have this key.
                if self._flights.get(key) is flight:
                    del self._flights[key]
            flight.landed.set()
            del flight

    def _wait(
        self, key: K, flight: _Flight[T], me: int, timeout_s: float | None
    ) -> None:
        try:
            if not flight.landed.wait(timeout_s):
                raise StillFlyingError(f"no answer for {key!r} in {timeout_s!r} s")
        finally:
            with self._lock:
                flight.waiting -= 1
                self._waits_for.pop(me, None)

    def _refuse_circle(self, key: K, flight: _Flight[T], me: int) -> None:
        """Raise if the flight's thread waits, over any number of others, for me."""
        ahead: _Flight[T] | None = flight
        # Who waits for what has landed is about to go on: no link of a circle.
        while ahead is not None and not ahead.landed.is_set():
            if ahead.owner == me:
                raise CircularWaitError(f"the call for {key!r} would wait for itself")
            ahead = self._waits_for.get(ahead.owner)
