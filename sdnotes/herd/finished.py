"""What came of a call? Perhaps nothing yet; perhaps an error that is owed to many.

    fetch()          of ``async def fetch``: a coroutine, and nothing was fetched yet
    rows()           with a ``yield`` in it: a generator, and no row was read yet
    await connect()  a pool that can be awaited again: a result, like any other

Whoever counts tries or shares answers must not take the first two for answers: errors
come when they are run, somewhere else, and only the first who runs them gets anything.

An error that is raised again takes up where it is raised: its traceback grows, and its
``__context__`` becomes what was being handled there. Of an error that goes to several,
each would read what the others were at. ``Failure`` keeps it as the call left it.

Left out: work that is handed out in other ways (futures, threads), and whatever else
can be awaited: from outside it looks like a result.
Chapter: docs/chapters/herd/.
"""

import inspect
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Coroutine,
    Generator,
    Iterator,
)
from types import TracebackType
from typing import NoReturn, TypeVar, cast

T = TypeVar("T")


class StillFlyingError(TimeoutError):
    """The answer did not come in time; the call goes on, for the others.

    Indefinite: it may yet succeed. A retry joins it.
    """


def finished(result: T, *, instead: str) -> T:
    """Return the result of a call, if it is one.

    Raises TypeError for a coroutine, naming what to use ``instead``, and for a
    generator; a coroutine is closed, so that nobody is warned of it.
    """
    # By their methods: what compiles Python, and aiohttp, have coroutines of their own.
    if isinstance(result, Coroutine):
        result.close()
        raise TypeError(f"call gave {_kind(result)}, which has yet to run: {instead}")
    if isinstance(result, Generator | AsyncGenerator):
        raise TypeError(
            f"call gave {_kind(result)}, which has yet to run: let it give a list"
        )
    return result


def shareable(result: T, *, instead: str) -> T:
    """Return the ``finished`` result of a call, if several can have it.

    Raises TypeError for an iterator too: only the first who reads it gets anything.
    What can be read once and has no ``__next__``, as a response that is streamed by
    ``requests``, looks like any other result and is not recognised.
    """
    if isinstance(finished(result, instead=instead), Iterator | AsyncIterator):
        raise TypeError(
            f"call gave {_kind(result)}, which only one can read: let it give a list"
        )
    return result


def awaitable(result: object, *, instead: str) -> Awaitable[object]:
    """Return what a call gave, if it can be awaited.

    Raises TypeError for anything else, naming what to use ``instead``.
    """
    if not inspect.isawaitable(result):
        raise TypeError(
            f"call gave {_kind(result)}, which cannot be awaited: {instead}"
        )
    return cast("Awaitable[object]", result)


def being_handled() -> BaseException | None:
    """Return the error in whose handling this is called, None if there is none."""
    try:
        raise LookupError  # noqa: TRY301 - it is told in what it is raised
    except LookupError as probe:
        return probe.__context__


class Failure:
    """The error that a call has just raised, for all who are to raise it again.

    To be made by who called, in its ``except``. ``handled`` is what was
    ``being_handled`` when the call was made: it is one's own, and is taken out.
    """

    def __init__(self, error: BaseException, handled: BaseException | None) -> None:
        self.error = error
        # The first frame is that of who called.
        self.traceback: TracebackType | None = (
            error.__traceback__ and error.__traceback__.tb_next
        )
        if handled is not None:
            _take_out(handled, error)
        self.context = error.__context__

    def throw(self) -> NoReturn:
        """Raise the error, with the traceback and the context that the call gave it."""
        try:
            raise self.error.with_traceback(self.traceback)
        finally:
            _set_context(self.error, self.context)
            del self  # else the error and this frame would keep each other alive


def _take_out(handled: BaseException, error: BaseException) -> None:
    ahead, met = [error], set[int]()
    while ahead:
        link = ahead.pop()
        if link.__context__ is handled:
            _set_context(link, None)
        met.add(id(link))
        behind = (link.__context__, link.__cause__)
        ahead += [each for each in behind if each is not None and id(each) not in met]


def _set_context(error: BaseException, context: BaseException | None) -> None:
    # Also of an error that refuses to be changed (a frozen dataclass), as ``raise``.
    object.__setattr__(error, "__context__", context)


def _kind(result: object) -> str:
    name = type(result).__name__
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
