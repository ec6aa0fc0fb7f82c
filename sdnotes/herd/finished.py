"""Has a call really been made, or did it only give back something to be run later?

    fetch()          of ``async def fetch``: a coroutine, and nothing was fetched yet
    rows()           with a ``yield`` in it: a generator, and no row was read yet

Whoever counts tries or shares answers must not take these for answers: errors come when
they are run, somewhere else, and only the first who runs them gets anything.

Left out: functions that hand out work in other ways (futures, threads).
Chapter: docs/chapters/herd.md.
"""

import inspect
from collections.abc import Awaitable
from typing import TypeVar, cast

T = TypeVar("T")


def finished(result: T, *, instead: str) -> T:
    """Return the result of a call, if it is one.

    Raises TypeError for an awaitable, naming what to use ``instead``, and for a
    generator; a coroutine is closed, so that nobody is warned of it.
    """
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError(f"call gave {_kind(result)}, which has yet to run: {instead}")
    if inspect.isgenerator(result) or inspect.isasyncgen(result):
        raise TypeError(
            f"call gave {_kind(result)}, which has yet to run: let it give a list"
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


def _kind(result: object) -> str:
    name = type(result).__name__
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
