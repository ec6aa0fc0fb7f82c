"""A snippet as a program: what ``python <name>.py`` does before it and after it.

    before   sys.argv, sys.path[0], a ``__main__`` that knows its file
    the code
    after    atexit functions are called, what the program held is let go

What is printed last (by atexit, by __del__) belongs to its output, and nothing of it
may reach the program that runs next, nor its host. The file goes into the browser as it
stands, beside page_runner.py. Left out: threads, which worker.py waits for; the order
in which modules are torn down.
"""

import ast
import atexit
import builtins
import contextlib
import functools
import gc
import importlib
import linecache
import os
import sys
import traceback
import types
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def program(code: str, filename: str) -> Iterator[types.ModuleType]:
    """Make an empty ``__main__`` for the code; at the end, end it as Python would.

    A traceback and ``inspect`` show the code's own lines, under the file name given.
    """
    lines = code.splitlines(keepends=True)
    linecache.cache[filename] = (len(code), None, lines, filename)
    gc.freeze()  # what is there already, so that collecting at the end is quick
    module = types.ModuleType("__main__")
    module.__file__ = filename
    module.__dict__["__builtins__"] = builtins  # exec would put its dictionary there
    argv, folder = sys.argv, os.getcwd()
    sys.modules["__main__"] = module  # dataclasses and pickle look their module up
    sys.argv = [filename]
    sys.path.insert(0, folder)  # what the program writes it may import
    with open(filename, "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(code)  # it may read itself, and a process that it starts imports it
    importlib.invalidate_caches()
    try:
        with _settings_kept(), _exits():
            yield module
        # No frame of ours may hold it any longer: what it held is to go now.
        sys.modules["__main__"] = types.ModuleType("__main__")
        del module
        gc.collect()
    finally:
        sys.argv = argv
        with contextlib.suppress(ValueError):
            sys.path.remove(folder)
        _forget_modules_of(folder)


def execute(code: str | ast.Module, module: types.ModuleType) -> None:
    """Run the code, or what it was read as, in its module; what it raises comes out."""
    filename = str(module.__file__)
    tree = ast.parse(code, filename) if isinstance(code, str) else code
    exec(compile(tree, filename, "exec"), module.__dict__)  # noqa: S102


@contextlib.contextmanager
def _settings_kept() -> Iterator[None]:
    """Put back what a program may set for the whole of its interpreter."""
    environ, limit = dict(os.environ), sys.getrecursionlimit()
    try:
        with warnings.catch_warnings():
            yield
    finally:
        os.environ.clear()
        os.environ.update(environ)
        sys.setrecursionlimit(limit)


@contextlib.contextmanager
def _exits() -> Iterator[None]:
    """Call at the end what the program registers, and none of what its host did."""
    waiting: list[Callable[[], object]] = []
    named: dict[int, Callable[..., object]] = {}

    def register(
        function: Callable[..., object], *args: object, **kwargs: object
    ) -> Callable[..., object]:
        waiting.append(functools.partial(function, *args, **kwargs))
        named[id(waiting[-1])] = function
        return function

    def unregister(function: Callable[..., object]) -> None:
        waiting[:] = [call for call in waiting if named[id(call)] != function]

    finalize: Any = weakref.finalize
    before = atexit.register, atexit.unregister
    held = finalize._registry, finalize._registered_with_atexit
    atexit.register, atexit.unregister = register, unregister  # type: ignore[assignment]
    finalize._registry, finalize._registered_with_atexit = {}, False
    try:
        yield
        while waiting:
            _call_last(waiting.pop())
    finally:
        atexit.register, atexit.unregister = before
        finalize._registry, finalize._registered_with_atexit = held
        finalize._shutdown = False  # it takes one end for the end of all


def _call_last(call: Callable[[], object]) -> None:
    try:
        call()
    except BaseException:  # noqa: BLE001 - as Python does: said, and gone on with
        print(f"Exception ignored in atexit callback: {call!r}", file=sys.stderr)
        traceback.print_exc()


def _forget_modules_of(folder: str) -> None:
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and os.path.dirname(file) == folder:
            del sys.modules[name]


def traceback_text(
    error: BaseException, filename: str, ours: set[str], without_processes: str
) -> str:
    """Return the traceback as a terminal prints it, from the snippet's own line on.

    Frames of the runner's files are left out. Where a missing module of multiprocessing
    is the cause, a line is added that says what to do.
    """
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != filename:
        frames = frames.tb_next
    shown = traceback.TracebackException(type(error), error, frames)
    chain = list(_chained(shown))
    for link in chain:
        link.stack[:] = [f for f in link.stack if f.filename not in ours]
    if any("_multiprocessing" in str(link) for link in chain):
        shown.__notes__ = [without_processes]
    return "".join(shown.format())


def _chained(
    shown: traceback.TracebackException,
) -> Iterator[traceback.TracebackException]:
    """Yield an error as it will be shown, and those that it came from."""
    link: traceback.TracebackException | None = shown
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
