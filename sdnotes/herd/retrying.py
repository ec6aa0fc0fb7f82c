"""Try again, and know when to stop: tries, a deadline, a budget, named errors.

    retry(fetch, on=TimeoutError, delays=[0.1, 0.2], deadline_s=1.0, ...)

    0.00 s  first try: TimeoutError          wait 0.10
    0.40 s  second try: TimeoutError         wait 0.20
    0.90 s  third try: TimeoutError          no delay is left: raise it, with a note

It stops at the first of these: the call returns; it raises what the caller did not
name; the tries or the delays are used up; the wait would end at or after the deadline;
the budget refuses. Whatever is raised is the call's own last error.

    >>> slept = []
    >>> def fetch():
    ...     if len(slept) < 2:
    ...         raise TimeoutError
    ...     return "done"
    >>> clock = lambda: sum(slept)
    >>> retry(fetch, on=TimeoutError, delays=[1, 2], sleep=slept.append, now=clock)
    'done'
    >>> slept
    [1.0, 2.0]

Only for calls that may happen twice: a failure may hide a call that *was* carried out
(a timeout is not a no), and its retry does it again. A write needs a key by which the
server knows the second for the first.

Source: AWS Well-Architected REL05-BP03; RFC 9110 section 10.2.3 for Retry-After.
Left out: hedged requests; interrupting a call: give the call a timeout, cut to what
is left until the deadline; a retry that the budget has paid for, and that is not sent
since the sleep took longer than it should. Chapter: docs/chapters/herd/.
To take away: retry, retry_async.
"""

import contextlib
import inspect
import math
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, cast

from sdnotes.herd.finished import awaitable, finished

T = TypeVar("T")
Errors = type[Exception] | tuple[type[Exception], ...]
"""The errors after which a call is tried again: a class, or a tuple of them."""
Watch = Callable[[int, Exception, float], object]
"""Told before each wait: tries made, the error, seconds to wait."""


class DeadlinePassedError(TimeoutError):
    """The deadline had passed before the first try: definite, nothing was called."""


class Budget(Protocol):
    """Says which retries may go out; sdnotes.herd.RetryBudget is one."""

    def note_request(self) -> None:
        """Count a first try."""

    def may_retry(self) -> bool:
        """Return whether a retry may go out, and count it if so."""


_LONGEST_S = 365 * 24 * 3600  # more may be more than a sleep can take


def told_to_wait_s(error: Exception) -> float:
    """Return the error's ``retry_after_s``, at most a year; 0 if it has none.

    Raises TypeError for what is no number, such as the header's own text: taken for 0
    it would bring the client back at once, when it was told to stay away.
    """
    told_s = getattr(error, "retry_after_s", None)
    if told_s is None:
        return 0.0
    if isinstance(told_s, bool) or not isinstance(told_s, int | float):
        raise TypeError(
            f"retry_after_s={told_s!r} of the error is no number of seconds"
        ) from error
    return float(min(told_s, _LONGEST_S)) if told_s > 0 else 0.0


def _is_error(error: object) -> bool:
    # Not BaseException: Ctrl-C and a task's cancellation are no failures of a call.
    return isinstance(error, type) and issubclass(error, Exception)


@dataclass(slots=True)
class _Attempts:
    """Decides after each failure; both ``retry`` and ``retry_async`` ask it.

    It calls nothing and waits for nothing, so that the two cannot differ.
    """

    on: Errors
    delays: Iterable[float]
    now: Callable[[], float]
    tries: int | None
    deadline_s: float
    budget: Budget | None
    watch: Watch | None
    made: int = field(default=1, init=False)
    left: Iterator[float] = field(init=False)

    def __post_init__(self) -> None:
        named = self.on if isinstance(self.on, tuple) else (self.on,)
        if bad := [error for error in named if not _is_error(error)]:
            raise ValueError(f"on={bad[0]!r} is not a subclass of Exception")
        if self.tries is not None and not (
            isinstance(self.tries, int) and self.tries >= 1
        ):
            raise ValueError(f"tries={self.tries!r} is no whole number from 1 up")
        if math.isnan(self.deadline_s):
            raise ValueError(f"deadline_s={self.deadline_s!r} is no time")
        if self.now() >= self.deadline_s:
            raise DeadlinePassedError(f"deadline_s={self.deadline_s!r} had passed")
        self.left = iter(self.delays)
        if self.budget is not None:
            self.budget.note_request()

    def wait_s(self, error: Exception) -> float | None:
        """Return how long to wait before the next try, or None to let it be raised."""
        if not isinstance(error, self.on):
            return None
        delay_s, why = self._next(error)
        if why:
            self._give_up(error, why)
            return None
        if self.watch is not None:
            self.watch(self.made, error, delay_s)
        self.made += 1
        return delay_s

    def check_time(self, error: Exception) -> None:
        """Raise the error if the wait took so long that no try may begin."""
        if self.now() >= self.deadline_s:
            self.made -= 1
            self._give_up(error, "the wait took until after the deadline")
            try:
                raise error
            finally:
                del error

    def _give_up(self, error: Exception, why: str) -> None:
        tries = "1 try" if self.made == 1 else f"{self.made} tries"
        note = f"gave up after {tries}: {why}"
        with contextlib.suppress(Exception):  # a frozen error takes no note
            if note not in getattr(error, "__notes__", ()):  # one error, many callers
                error.add_note(note)

    def _next(self, error: Exception) -> tuple[float, str]:
        if self.tries is not None and self.made >= self.tries:
            return 0.0, "no more are allowed"
        delay_s = next(self.left, None)
        if delay_s is None:
            return 0.0, "no delay is left"
        if not delay_s >= 0:
            raise ValueError(f"delays gave {delay_s!r}, which is not 0 or more")
        # On top of what the server asked for: all whom it told the same time would
        # otherwise come back together.
        delay_s += told_to_wait_s(error)
        if self.now() + delay_s >= self.deadline_s:
            return 0.0, "the next would be at or after the deadline"
        if self.budget is not None and not self.budget.may_retry():
            return 0.0, "the budget refused"
        return delay_s, ""


def retry(
    call: Callable[[], T],
    *,
    on: Errors,
    delays: Iterable[float],
    sleep: Callable[[float], object],
    now: Callable[[], float],
    tries: int | None = 3,
    deadline_s: float = math.inf,
    budget: Budget | None = None,
    watch: Watch | None = None,
) -> T:
    """Return what the call returns, trying again after the errors named in ``on``.

    ``delays`` are the seconds to wait, fresh for each use; when they end, so do the
    tries. ``sleep`` and ``now`` are time.sleep and time.monotonic, or a test's own.
    ``deadline_s`` is a time on that clock, to be handed on to the calls below: no try
    begins at or after it. ``tries`` counts the first; None is no limit.

    Raises the call's last error, with a note on why there was no further try; errors
    that are not named at once; DeadlinePassedError if there was no time for one try;
    TypeError for a call that gives a coroutine or a generator.
    """
    attempts = _Attempts(on, delays, now, tries, deadline_s, budget, watch)
    while True:
        try:
            result = call()
        except Exception as error:
            delay_s = attempts.wait_s(error)
            if delay_s is None:
                raise
            last = error
        else:
            return finished(result, instead="use retry_async")
        # Outside the handler: the next try's error is not "during handling of" this.
        try:
            sleep(delay_s)
            attempts.check_time(last)
        finally:
            del last  # else it and this frame would keep each other alive


async def retry_async(
    call: Callable[[], Awaitable[T]],
    *,
    on: Errors,
    delays: Iterable[float],
    sleep: Callable[[float], Awaitable[object]],
    now: Callable[[], float],
    tries: int | None = 3,
    deadline_s: float = math.inf,
    budget: Budget | None = None,
    watch: Watch | None = None,
) -> T:
    """Return what awaiting the call gives; as ``retry``, with ``asyncio.sleep``.

    A cancellation, in the call or in the wait, ends it at once. Raises TypeError for a
    call whose result cannot be awaited, or is yet another coroutine or a generator.
    """
    attempts = _Attempts(on, delays, now, tries, deadline_s, budget, watch)
    while True:
        try:
            work = call()
            waits = inspect.isawaitable(work)
            result = await work if waits else None
        except Exception as error:
            delay_s = attempts.wait_s(error)
            if delay_s is None:
                raise
            last = error
        else:
            awaitable(work, instead="use retry")
            return finished(cast("T", result), instead="await it in the call")
        try:
            await sleep(delay_s)
            attempts.check_time(last)
        finally:
            del last  # else it and this frame would keep each other alive
