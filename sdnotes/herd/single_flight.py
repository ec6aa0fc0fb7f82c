"""Many threads ask for the same thing: call once, and give the answer to all.

    thread 1   do("k", load)   no flight for k: takes off, calls load()
    thread 2   do("k", load)   joins, waits
    thread 3   do("k", load)   joins, waits
    load() returns 7           the flight is forgotten, then all three return 7
    thread 4   do("k", load)   a new flight: nothing is cached

An error reaches everybody who joined, as the same object: who adds a note to it adds it
for all. What one of them was handling as it asked is kept out of it. A thread that is
killed in its call (KeyboardInterrupt, SystemExit) takes nobody down: one who waits
takes over, with a call of its own. No lock is held during a call, so that other keys
fly freely.

Whoever joins may be given an answer that was read *before* it asked. After a write,
``forget`` the key: those who ask from then on start anew.

Source: Go's golang.org/x/sync/singleflight, whose word it is.
Left out: other processes, which need a lease in a shared cache; a Ctrl-C in
the very moment in which a flight lands: those who joined it wait on.
Chapter: docs/chapters/herd/.
To take away: SingleFlight.
"""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from sdnotes.herd.finished import Failure, being_handled, finished

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
        self.landed = threading.Event()
        self.results: list[T] = []
        self.failure: Failure | None = None


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
        handled = being_handled()
        flight = mine = _Flight[T](threading.get_ident())
        try:  # begun before others can join: a Ctrl-C may come at any line
            while (flight := self._board(key, mine)) is not mine:
                if not flight.landed.wait(timeout_s):
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
            del flight, mine, handled

    def forget(self, key: K) -> None:
        """Let whoever asks from now on make a new call; those who wait still wait."""
        with self._lock:
            self._flights.pop(key, None)

    def waiting(self, key: K) -> int:
        """Return how many threads wait for the call that another one makes."""
        with self._lock:
            flight = self._flights.get(key)
            return sum(joined is flight for joined in self._waits_for.values())

    def _board(self, key: K, mine: _Flight[T]) -> _Flight[T]:
        """Return the flight under way, joined; or mine, if there is none."""
        with self._lock:
            flight = self._flights.get(key)
            # One that has landed is here still if its thread was killed just then.
            if flight is None or flight.landed.is_set():
                self._flights[key] = mine
                return mine
            self._refuse_circle(key, flight, mine.owner)
            self._waits_for[mine.owner] = flight
            return flight

    def _fly(
        self, mine: _Flight[T], call: Callable[[], T], handled: BaseException | None
    ) -> T:
        try:
            result = finished(call(), instead="use AsyncSingleFlight")
        except Exception as error:
            mine.failure = Failure(error, handled)
            raise
        else:
            mine.results.append(result)
            return result
        finally:
            del mine, handled

    def _leave(self, key: K, mine: _Flight[T]) -> None:
        with self._lock:
            self._waits_for.pop(mine.owner, None)
            # After ``forget`` another flight may have this key.
            if self._flights.get(key) is mine:
                del self._flights[key]

    def _refuse_circle(self, key: K, flight: _Flight[T], me: int) -> None:
        """Raise if the flight's thread waits, over any number of others, for me."""
        ahead: _Flight[T] | None = flight
        # Who waits for what has landed is about to go on: no link of a circle.
        while ahead is not None and not ahead.landed.is_set():
            if ahead.owner == me:
                raise CircularWaitError(f"the call for {key!r} would wait for itself")
            ahead = self._waits_for.get(ahead.owner)
