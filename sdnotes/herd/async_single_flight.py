"""Many tasks ask for the same thing: call once, and give the answer to all.

    task 1   await do("k", load)    the call starts, as a task of its own
    task 2   await do("k", load)    joins
    task 1   is cancelled           the call goes on, for task 2
    task 2   is cancelled too       nobody waits any longer: the call is cancelled
    task 3   await do("k", load)    waits until that one has cleaned up and ended, then
                                    the call starts anew

The call belongs to nobody who asked, so that nobody's cancellation or timeout ends it
for the others. It runs in a copy of the first caller's context (contextvars). An answer
reaches everybody who waits, as the same object: who changes it changes it for all, and
an iterator (an open file, a stream) is refused; what else can be read only once is not
recognised. An error reaches everybody too (who adds a note to it adds it for all; what
one of them was handling as it asked is kept out of it), and is dropped without a
warning if nobody waits.

Whoever joins may be given an answer that was read *before* it asked. After a write,
``forget`` the key: those who ask from then on start anew. Whoever saw a miss in a cache
may arrive here when the flight is over: let the call look into the cache again.

Source: Go's golang.org/x/sync/singleflight, whose word it is.
Left out: other processes, which need a lease in a shared cache; threads
(sdnotes.herd.single_flight); a circle that nobody can see when it closes (the call
awaits a task only after that task has joined, or a thread, a queue, an event stands
between): the limit of the wait ends it.
Chapter: docs/chapters/herd/.
To take away: AsyncSingleFlight.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from typing import Generic, TypeVar

from sdnotes.herd.awaiting import waits_for
from sdnotes.herd.finished import (
    Failure,
    StillFlyingError,
    awaitable,
    being_handled,
    shareable,
)

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class CircularAwaitError(RuntimeError):
    """The call asks, directly or through another, for what it is itself to answer.

    Definite: this inner call was not made. The caller must act: it is a bug.
    """


class CallCancelledError(RuntimeError):
    """The call ended in a cancellation that was not meant for those who wait.

    Indefinite: it may have done a part of its work. A retry makes a new call.
    """


class _Flight:
    """One call under way: its task, who waits, and which flights it waits for."""

    def __init__(self) -> None:
        self.task: asyncio.Task[object] | None = None
        self.waiting = 0
        self.deserted = False  # all who waited have left: it is being cancelled
        # What was asked for within its call, and by which task.
        self.asked: list[tuple[_Flight, asyncio.Task[object] | None]] = []
        self.failure: Failure | None = None

    def awaits(self, task: asyncio.Task[object] | None) -> bool:
        """Return whether its call waits for that task, or is it."""
        return self.task is not None and task is not None and waits_for(self.task, task)

    def reaches(self, other: "_Flight") -> bool:
        """Return whether it waits, over any number of others, for the other."""
        seen, ahead = {self}, [self]
        while ahead:
            flight = ahead.pop()
            if flight is other:
                return True
            new = {then for then, by in flight.asked if flight.awaits(by)} - seen
            seen |= new
            ahead += new
        return False


# In which flight's call this code runs. Its subtasks inherit it, and so do tasks that
# it leaves running in the background: whether it waits for them is another question.
_inside: ContextVar[_Flight | None] = ContextVar("_inside", default=None)


class AsyncSingleFlight(Generic[K, T]):
    """Makes one call for each key at a time, and shares what comes of it.

    For the tasks of one event loop; a loop that comes later may use it too.

    Examples:
        >>> async def main():
        ...     flights = AsyncSingleFlight()
        ...     async def load():
        ...         print("one call")
        ...         return 7
        ...     return await asyncio.gather(*(flights.do("k", load) for _ in "abc"))
        >>> asyncio.run(main())
        one call
        [7, 7, 7]
    """

    def __init__(self) -> None:
        self._flights: dict[K, _Flight] = {}
        # The event loop holds tasks weakly: one that nobody awaits could vanish.
        self._running: set[asyncio.Task[object]] = set()

    async def do(
        self,
        key: K,
        call: Callable[[], Awaitable[T]],
        *,
        timeout_s: float | None = 60.0,
    ) -> T:
        """Return what the call gives, or what the one under way for this key does.

        ``timeout_s`` limits the wait for calls that others have started, and not that
        for a call of one's own; None is no limit.

        Raises the call's error; StillFlyingError when the wait is over, which leaves
        the call alone; CallCancelledError if it was cancelled while this task was not;
        CircularAwaitError instead of waiting for ever; TypeError for a call that gives
        a generator, which no two can share, or nothing to await.
        """
        loop = asyncio.get_running_loop()
        until_s = None if timeout_s is None else loop.time() + timeout_s
        while True:
            flight, limit_s = self._under_way(key), until_s
            if flight is None:
                flight, limit_s = self._take_off(key, call), None
            cleans_up = flight.deserted
            task = await self._end_of(key, flight, limit_s)
            if not task.done():
                raise StillFlyingError(f"no answer for {key!r} in {timeout_s!r} s")
            if not cleans_up:
                break
        if task.cancelled():
            raise CallCancelledError(f"the call for {key!r} was cancelled")
        if flight.failure is not None:
            try:
                flight.failure.throw()
            finally:  # else the error and this frame would keep each other alive
                del task, flight
        return task.result()  # type: ignore[return-value]  # the task awaits the call

    async def _end_of(
        self, key: K, flight: _Flight, until_s: float | None
    ) -> asyncio.Task[object]:
        """Return the flight's task when it, or the time, has ended.

        The last to leave cancels it.
        """
        task, asking = flight.task, asyncio.current_task()
        assert task is not None
        if task.get_loop() is not asyncio.get_running_loop():
            raise RuntimeError(f"the call for {key!r} runs in another event loop")
        inside = _inside.get()
        if inside is not None and inside.awaits(asking) and flight.reaches(inside):
            raise CircularAwaitError(f"the call for {key!r} would wait for itself")
        flight.waiting += 1
        if inside is not None:
            inside.asked.append((flight, asking))
        try:
            # Unlike ``await task``, this leaves the task alone when it is cancelled.
            left_s = None if until_s is None else until_s - task.get_loop().time()
            await asyncio.wait([task], timeout=left_s and max(0.0, left_s))
        finally:
            flight.waiting -= 1
            if inside is not None:
                inside.asked.remove((flight, asking))
            if not (flight.waiting or flight.deserted or task.done()):
                # A newcomer must not join it, nor cancel it again as it cleans up.
                flight.deserted = True
                if not task.get_loop().is_closed():
                    task.cancel()
        return task

    def forget(self, key: K) -> None:
        """Let whoever asks from now on make a new call; those who wait still wait."""
        self._flights.pop(key, None)

    def waiting(self, key: K) -> int:
        """Return how many tasks wait for the call under way, 0 if there is none."""
        flight = self._under_way(key)
        return 0 if flight is None else flight.waiting

    def _under_way(self, key: K) -> _Flight | None:
        flight = self._flights.get(key)
        if flight is None or flight.task is None:
            return None
        loop = flight.task.get_loop()
        # A loop that was closed in mid-flight left a task that will never end.
        return None if flight.task.done() or loop.is_closed() else flight

    def _take_off(self, key: K, call: Callable[[], Awaitable[T]]) -> _Flight:
        loop = asyncio.get_running_loop()
        # Written down before the task exists: an eager task starts in create_task.
        flight = self._flights[key] = _Flight()

        async def fly() -> object:
            handled = being_handled()  # an eager task begins in the midst of its caller
            _inside.set(flight)
            flight.task = asyncio.current_task()  # an eager one is not returned yet
            try:
                work = awaitable(call(), instead="use SingleFlight")
                return shareable(await work, instead="await it in the call")
            except BaseException as error:
                flight.failure = Failure(error, handled)
                raise

        coroutine = fly()
        try:
            task = flight.task = loop.create_task(coroutine)
        except BaseException:
            coroutine.close()
            self._drop(key, flight)
            raise
        self._running.add(task)

        def landed(done: asyncio.Task[object]) -> None:
            self._running.discard(done)
            self._drop(key, flight)
            flight.task = None  # the task's context holds the flight: no circle
            if not done.cancelled():
                done.exception()  # looked at, so that nobody is warned

        task.add_done_callback(landed)
        return flight

    def _drop(self, key: K, flight: _Flight) -> None:
        # After ``forget`` another flight may have this key.
        if self._flights.get(key) is flight:
            del self._flights[key]
