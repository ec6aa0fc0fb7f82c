"""asyncio in a page: Python's own event loop, which sleeps where it would select.

    asyncio.run(main())  -->  PageLoop  --nothing is due for 0.2 s-->  sleep(0.2)

A page has no sockets to wait for, so that a loop needs no more than to sleep until its
next timer. Then asyncio.run, Runner and run_until_complete are Python's own, from the
first step to the cancelling of what is left at the end, also in a browser that cannot
let Python wait for a promise. Where one can, it sleeps in slices, and JavaScript may
set a future meanwhile; where it cannot, a loop that nothing can wake any more says so.

The file goes into the browser as it stands, beside page_runner.py. Left out: sockets,
processes and signals, which a page does not have; threads, and so ``to_thread``.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

SLICE_S = 0.01
"""How long JavaScript may have to wait until what it sets is noticed."""


class WaitsForEverError(RuntimeError):
    """Everything waits, and there is no timer and nobody outside who could wake it."""

    __module__ = "builtins"  # so that a traceback does not name this file


class PageLoop(asyncio.BaseEventLoop):
    """A loop without sockets."""

    sleep: ClassVar[Callable[[float], object]] = staticmethod(time.sleep)
    is_woken_from_outside: ClassVar[bool] = False
    host: ClassVar[asyncio.AbstractEventLoop | None] = None

    def __init__(self) -> None:
        super().__init__()
        self._selector = self  # whom BaseEventLoop asks what has happened

    def select(self, timeout_s: float | None) -> list[Any]:
        """Sleep until the next timer is due; nothing else ever happens."""
        if timeout_s is None and not self.is_woken_from_outside:
            raise WaitsForEverError(
                "all tasks wait for each other, or for what no page has: nothing is "
                "left that could wake this program"
            )
        if self.is_woken_from_outside:
            timeout_s = SLICE_S if timeout_s is None else min(timeout_s, SLICE_S)
        if timeout_s:
            with running(self.host):  # it has its turn while this one sleeps
                type(self).sleep(timeout_s)
        return []

    def _process_events(self, event_list: list[Any]) -> None:
        """Have nothing to do: there are none."""

    def _write_to_self(self) -> None:
        """Wake nobody: there are no threads that could ask for it."""


class Runner(asyncio.Runner):  # type: ignore[misc]  # final, except for us
    """Python's own, on a loop for pages."""

    def __init__(self, *, debug: bool | None = None, loop_factory: Any = None) -> None:
        super().__init__(debug=debug, loop_factory=loop_factory or PageLoop)


def run(main: Any, *, debug: bool | None = None, loop_factory: Any = None) -> Any:
    """Run a coroutine, as ``asyncio.run`` does."""
    if asyncio._get_running_loop() is not None:
        main.close()
        raise RuntimeError("asyncio.run() cannot be called from a running event loop")
    with Runner(debug=debug, loop_factory=loop_factory) as runner:
        return runner.run(main)


def install() -> None:
    """Let what a program asks asyncio for run on loops of this kind."""
    asyncio.run = run
    asyncio.Runner = Runner  # type: ignore[misc]
    asyncio.new_event_loop = PageLoop


@contextlib.contextmanager
def running(loop: asyncio.AbstractEventLoop | None) -> Iterator[None]:
    """Let this loop, or none, count as the one that runs here."""
    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(loop)
    try:
        yield
    finally:
        asyncio._set_running_loop(outer)


@contextlib.contextmanager
def as_in_a_program() -> Iterator[None]:
    """Hide the page's own loop, which always runs, from the code of a snippet."""
    PageLoop.host = asyncio._get_running_loop()
    with running(None):
        yield
