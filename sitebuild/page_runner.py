"""Run one snippet and say what it printed: the Python side of the page's Run button.

    the page --code--> Session.run --emit("out", "text")--> the page
    the page --code, check--> Session.grade --> a verdict (page_grader.py)

The file goes into the browser as it stands, with its neighbours page_*.py, and runs
under Pyodide; the parity tests run it there under Node. sitebuild/worker.py, which runs
the same snippets for the build, shares page_program.py and the refusals: one engine,
wherever a snippet runs.

Left out: limits of time. A browser stops a snippet by ending its worker.
"""

import builtins
import contextlib
import contextvars
import importlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sitebuild.page_grader import Graded, grade, library_kept
from sitebuild.page_loop import PageLoop, as_in_a_program, install
from sitebuild.page_loop import run as run_in_a_loop
from sitebuild.page_program import execute, program, traceback_text
from sitebuild.page_replace import replace
from sitebuild.page_streams import Printed, between_runs, standard_streams

OUTPUT_LIMIT_CHARS = 64 * 1024
BATCH_S = 0.05
"""How long printed text may wait for more: a message for each print hangs a tab."""
AT_ONCE = 500
"""How many messages of a run do not wait: a loop that follows would keep them back."""

NO_PROCESS = "a browser's Python cannot start a process: run this on your own machine"

Emit = Callable[[str, str], object]

_RUN: contextvars.ContextVar[int] = contextvars.ContextVar("_RUN")
"""The run that set off what works now: tasks and callbacks of asyncio carry it along.

``print`` looks for its stream when it is called. Without this, a callback that an
earlier run left behind would print into the run that it happens to wake up in.
"""


class NotInPageError(RuntimeError):
    """What the snippet asked for does not exist in a browser's Python."""

    __module__ = "builtins"  # so that a traceback does not name this file


def refusing(message: str) -> Any:
    """Return a function that takes any arguments and raises NotInPageError."""

    def refuse(*_: object, **__: object) -> None:
        raise NotInPageError(message)

    return refuse


_OF_OURS = (refusing, execute, replace, Printed.write, run_in_a_loop, grade)
_OURS = {code.__code__.co_filename for code in _OF_OURS}


def wait_with(later: Callable[[float], Any] | None) -> None:
    """Let ``time.sleep`` and asyncio wait as well as this browser can.

    ``later`` gives a promise that is kept after so many milliseconds; None where Python
    cannot wait for one.
    """
    install()
    if later is None:
        return
    ffi = importlib.import_module("pyodide.ffi")
    at_once = getattr(time.sleep, "__wrapped__", time.sleep)

    def sleep(seconds: Any) -> None:
        if seconds > 0 and ffi.can_run_sync():
            ffi.run_sync(later(seconds * 1000))
        else:
            at_once(seconds)

    time.sleep = sleep
    PageLoop.sleep = staticmethod(sleep)
    PageLoop.is_woken_from_outside = True


def refuse_what_pages_lack() -> None:
    """Replace what cannot work by functions that say what to do instead."""
    builtins.input = refusing(
        "input() cannot ask in a page: write the value into the code instead"
    )
    threading.Thread.start = refusing(  # type: ignore[method-assign]
        "a browser's Python has no threads: call the function directly, use asyncio, "
        "or run this snippet on your own machine"
    )
    process = refusing(NO_PROCESS)
    subprocess.Popen.__init__ = process  # type: ignore[method-assign]
    for name in (
        "system",
        "fork",
        "forkpty",
        "posix_spawn",
        "popen",
        "execv",
        "execve",
    ):
        setattr(os, name, process)


@contextlib.contextmanager
def empty_folder() -> Iterator[None]:
    """Work in an empty folder, which is gone afterwards."""
    home = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(home)


def start(
    emit: Emit, later: Callable[[float], Any] | None, stray: Callable[[str], object]
) -> "Session":
    """Make this interpreter a page's: what it lacks, how it waits, whom it tells."""
    refuse_what_pages_lack()
    wait_with(later)
    session = Session(emit, stray=stray)
    between_runs(session)
    return session


class Session:
    """One interpreter in which snippets run one after another."""

    def __init__(
        self,
        emit: Emit,
        clock_s: Callable[[], float] = time.monotonic,
        stray: Callable[[str], object] = lambda _: None,
    ):
        self._emit = emit
        self._clock_s = clock_s
        self.stray = stray
        """Called with what is printed by what an earlier run left behind."""
        self._builtins = dict(vars(builtins))
        self._waiting: list[tuple[str, str]] = []
        self._due_s = 0.0
        self._at_once = 0
        self._chars = 0
        self.dropped_chars = 0
        self.runs = 0
        """How many runs have begun or ended: a stream belongs to one of them."""
        self.apart = False
        """Whether what works now is a timer of JavaScript that an earlier run set."""

    def is_under_way(self, run: int) -> bool:
        """Return whether a run is on, and what works now belongs to no earlier one."""
        return run > 0 and run == self.runs == _RUN.get(run) and not self.apart

    def take(self, kind: str, text: str) -> None:
        """Keep printed text until its batch is due."""
        room = max(0, OUTPUT_LIMIT_CHARS - self._chars)
        kept = text[:room]
        self._chars += len(kept)
        self.dropped_chars += len(text) - len(kept)
        if kept:
            self._waiting.append((kind, kept))
        if self._waiting and (self._at_once > 0 or self._clock_s() >= self._due_s):
            self._at_once -= 1
            self.send()

    def send(self) -> None:
        """Hand on what waits, as one message for each run of one kind."""
        batch, self._waiting = self._waiting, []
        while batch:
            kind = batch[0][0]
            end = next((i for i, (k, _) in enumerate(batch) if k != kind), len(batch))
            self._emit(kind, "".join(text for _, text in batch[:end]))
            del batch[:end]
        self._due_s = self._clock_s() + BATCH_S

    def run(
        self,
        code: str,
        filename: str,
        *,
        published: bool,
        instead: tuple[str, str] | None = None,
    ) -> bool:
        """Run a snippet; return whether it came to its end without an error.

        ``published`` says that the code is the page's own. Any other may have changed
        the package's objects, so the package is imported anew after it. ``instead`` is
        such an object's name, and its lines for this run.
        """
        own = published and instead is None
        with self._begun(code, filename, published=own) as module:
            try:
                if instead is not None:
                    replace(*instead)
                execute(code, module)
                ended = True
            except BaseException as error:  # noqa: BLE001 - shown to the reader
                ended = self._failed(error, filename)
            del module  # else it would outlive its end
        return ended

    def grade(self, code: str, filename: str, check: str) -> Graded:
        """Judge an answer by an exercise's check; its own error is printed."""
        with library_kept(), self._begun(code, filename, published=False) as module:
            graded = grade(code, module, check, lambda e: self._failed(e, filename))
            del module
        return graded

    @contextlib.contextmanager
    def _begun(
        self, code: str, filename: str, *, published: bool
    ) -> Iterator[types.ModuleType]:
        """Begin a run, and at its end put back what it may have changed."""
        self._chars = self.dropped_chars = 0
        self.runs += 1
        _RUN.set(self.runs)
        self._at_once = AT_ONCE
        # Pyodide calls it for each error that goes through JavaScript, even if caught.
        hook, sys.excepthook = sys.excepthook, lambda *_: None
        try:
            with (
                standard_streams(self),
                empty_folder(),
                as_in_a_program(),
                program(code, filename) as module,
            ):
                yield module
                del module
        finally:
            sys.excepthook = hook
            put_back(self._builtins)
            logging.root.handlers.clear()  # they would write to this run's streams
            logging.root.setLevel(logging.WARNING)
            if not published:
                forget("sdnotes")
            self.runs += 1
            self.send()

    def _failed(self, error: BaseException, filename: str) -> bool:
        """Print what a terminal would print; return whether it counts as an end."""
        if isinstance(error, SystemExit):
            if error.code is not None and not isinstance(error.code, int):
                self.take("err", f"{error.code}\n")
            return error.code in (None, 0)
        self.take("err", traceback_text(error, filename, _OURS, NO_PROCESS))
        return False


def put_back(names: Mapping[str, object]) -> None:
    """Give the builtins the values that they had, whatever a snippet made of them."""
    now = vars(builtins)
    for name in now.keys() - names.keys():
        del now[name]
    now.update(names)


def forget(package: str) -> None:
    """Drop a package's modules, so that the next import makes them anew."""
    for name in list(sys.modules):
        if name == package or name.startswith(f"{package}."):
            del sys.modules[name]
