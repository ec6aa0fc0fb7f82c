"""Does one task wait for another, as things stand now?

    async def call():
        await asyncio.gather(ask())          call's task waits for ask's
        asyncio.create_task(ask())           this one runs in the context of the call,
                                             and nobody waits for it

A context variable tells who started a task, and not who waits for it. asyncio knows: a
task holds the future that it awaits, and what is awaited holds, in its callbacks, whom
it is to wake. Followed are tasks, gather, TaskGroup, wait, wait_for and shield.

Left out: a wait that has not begun yet, or that goes through an Event, a Queue or a
future that somebody else is to set: nothing ties those to a task. What is read here is
asyncio's own and undocumented; where it were missing, the answer would be no.
Source: CPython's Lib/asyncio, 3.11 to 3.14. Chapter: docs/chapters/herd/.
"""

import asyncio
from collections.abc import Iterator
from functools import partial
from types import FunctionType
from typing import Any


def waits_for(waiter: asyncio.Task[Any], other: asyncio.Task[Any]) -> bool:
    """Return whether a task now awaits another, or is that very task.

    Takes time linear in the number of futures between the two.

    Examples:
        >>> async def main():
        ...     inner = asyncio.create_task(asyncio.sleep(0))
        ...     outer = asyncio.create_task(asyncio.wait_for(inner, 1))
        ...     await asyncio.sleep(0)
        ...     return waits_for(outer, inner), waits_for(inner, outer)
        >>> asyncio.run(main())
        (True, False)
    """
    awaited: set[object] = {waiter}
    ahead: list[Any] = [waiter]
    while ahead:  # down from the waiter, as far as futures are tied to each other
        future = ahead.pop()
        below = [getattr(future, "_fut_waiter", None)]
        below += getattr(future, "_children", ())
        new = {each for each in below if each is not None} - awaited
        awaited |= new
        ahead += new
    met: set[object] = set()
    ahead = [other]
    while ahead:  # and up from the other, by whom it is to wake
        future = ahead.pop()
        if future in awaited:
            return True
        if future not in met:
            met.add(future)
            ahead += _woken_by(future)
    return False


def _woken_by(future: Any) -> Iterator[asyncio.Future[Any]]:
    """Yield the futures that the callbacks of a future hold."""
    for callback, _ in getattr(future, "_callbacks", None) or ():
        parts: list[object] = [getattr(callback, "__self__", None)]
        if isinstance(callback, partial):
            parts += callback.args
        if isinstance(callback, FunctionType):
            parts += [cell.cell_contents for cell in callback.__closure__ or ()]
        for part in parts:
            in_group = isinstance(part, asyncio.TaskGroup)
            woken = getattr(part, "_parent_task", None) if in_group else part
            if isinstance(woken, asyncio.Future):
                yield woken
