"""The child process that runs snippets: one request a line in, one answer a line out.

A request is {"code": ..., "filename": ..., "native": ...}, or, of an answer to an
exercise, {"code": ..., "filename": ..., "check": ...} (grading.py); an answer
{"output": ..., "cpu_s": ..., "wall_s": ..., "yardstick_cpu_s": ..., "used": [...]} or
{"error": ..., "line": ...}; before the first, {} says that the child is ready. Each
block runs in a fork of its own, in an empty folder, so that nothing is left of it for
the next one. The parent (engine.py) kills the whole process group when a block does not
end, which no thread or signal handler could be trusted to do.
"""

import contextlib
import gc
import importlib
import io
import json
import os
import sys
import tempfile
import threading
import time
import traceback
import warnings
import zoneinfo
from collections.abc import Iterator
from typing import Any, TextIO

from sitebuild.grading import grade
from sitebuild.machine import yardstick
from sitebuild.nativework import refuse_native_work, used_natively
from sitebuild.page_imports import imported
from sitebuild.page_program import execute, program
from sitebuild.page_runner import OUTPUT_LIMIT_CHARS
from sitebuild.page_streams import standard_streams

# Imported before the first block, so that no block is charged for them.
_TOO_MUCH = f"printed more than {OUTPUT_LIMIT_CHARS} characters"
_WARM = ("sdnotes", "sdnotes.sim", "sdnotes.figures", "sdnotes.figures.chart")


class _Kept:
    """What a block prints, by stream; it refuses to grow without end."""

    runs = 1

    def __init__(self) -> None:
        self.parts: dict[str, list[str]] = {"out": [], "err": []}
        self.chars = 0

    @property
    def is_full(self) -> bool:
        return self.chars > OUTPUT_LIMIT_CHARS

    def is_under_way(self, _: int) -> bool:
        return True

    def take(self, kind: str, text: str) -> None:
        if self.is_full:
            return  # it was told once, and can print no more
        self.chars += len(text)
        if self.is_full:
            raise RuntimeError(_TOO_MUCH)
        self.parts[kind].append(text)

    def send(self) -> None:
        """Nothing waits."""

    def stray(self, _: str) -> None:
        """Nothing was left behind by an earlier run: there was none."""

    def text(self, kind: str) -> str:
        return "".join(self.parts[kind])


class _Descriptor:
    """A file in the place of descriptor 1 or 2, for what comes past ``sys.stdout``.

    A process that the block starts writes there, and whatever is written in C.
    """

    def __init__(self, number: int) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - as long as this process
        os.dup2(self._file.fileno(), number)

    def text(self) -> str:
        self._file.seek(0)
        return self._file.read(OUTPUT_LIMIT_CHARS * 4).decode("utf-8", "replace")


def _failure(error: BaseException, filename: str) -> dict[str, Any]:
    if isinstance(error, SystemExit):
        message = f"SystemExit({error.code!r}): a snippet must run to its end"
    else:
        message = "".join(traceback.format_exception_only(error)).strip()
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == filename
    ]
    if frames and frames[-1].line:
        message += f"    (in: {frames[-1].line})"
    return {"error": message, "line": frames[-1].lineno if frames else 0}


def _text_to(number: int) -> TextIO:
    """Return a stream that writes to a descriptor line by line, as to a terminal."""
    return open(number, "w", encoding="utf-8", newline="\n", buffering=1, closefd=False)


@contextlib.contextmanager
def _streams(kept: _Kept, native: str | None) -> Iterator[None]:
    """Let what is printed be kept; beside processes, where theirs goes, in order."""
    if native != "process":
        with standard_streams(kept):
            yield
        return
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = _text_to(1), _text_to(2)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(ValueError):  # closed by the block
                stream.flush()
        sys.stdin, sys.stdout, sys.stderr = before


@contextlib.contextmanager
def _warnings_kept(kept: list[str]) -> Iterator[None]:
    """Keep what would be shown; what the block itself catches is its own affair."""
    with warnings.catch_warnings():

        def show(message: Warning | str, category: type[Warning], *_: object) -> None:
            kept.append(f"{category.__name__}: {message}")

        warnings.showwarning = show  # type: ignore[assignment]
        warnings.simplefilter("ignore", ImportWarning)  # Pygal's import hook
        yield


def run(code: str, filename: str, native: str | None = None) -> dict[str, Any]:
    """Run a block in an empty namespace and return what it printed, or its error."""
    if native is None:
        refuse_native_work()
    kept, warned, failure = _Kept(), list[str](), None
    out, err = _Descriptor(1), _Descriptor(2)
    before = yardstick(5_000)  # a short look: most blocks take little longer
    started_s, began_s = time.process_time(), time.perf_counter()
    with (
        used_natively() as used,
        _warnings_kept(warned),
        _streams(kept, native),
        program(code, filename) as module,
    ):
        try:
            execute(code, module)
        except BaseException as error:  # noqa: BLE001 - whatever it raised is the answer
            failure = _failure(error, filename)
        del module  # else it would outlive its end
        threading._shutdown()  # type: ignore[attr-defined]  # as Python: wait for all
    cpu_s, wall_s = time.process_time() - started_s, time.perf_counter() - began_s
    if kept.is_full:
        failure = {"error": _TOO_MUCH, "line": 0}
    printed, said = kept.text("out"), kept.text("err") + err.text()
    if native == "process":
        printed = out.text()
        if len(printed) > OUTPUT_LIMIT_CHARS:
            failure = {"error": _TOO_MUCH, "line": 0}
    elif out.text():
        failure = {"error": "wrote to file descriptor 1: use print", "line": 0}
    if failure is None and said:
        failure = {"error": f"wrote to stderr: {said.strip()}", "line": 0}
    if failure is None and warned:
        failure = {"error": warned[0], "line": 0}
    if failure is not None:
        return failure
    after = yardstick() if wall_s > 0.1 else before
    return {
        "output": printed,
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "yardstick_cpu_s": max(before.cpu_s, after.cpu_s),
        "yardstick_wall_s": max(before.wall_s, after.wall_s),
        "used": sorted(used),
    }


def _run(request: dict[str, Any]) -> dict[str, Any]:
    return grade(**request) if "check" in request else run(**request)


def _forked(request: dict[str, Any]) -> dict[str, Any]:
    """Run a block in a fork of this process and return its answer."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        answer = _run(request)
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(answer))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if text:
        return dict(json.loads(text))
    code = os.waitstatus_to_exitcode(status)
    return {"error": f"ended the interpreter (status {code})", "line": 0}


def _import_ours(code: str) -> None:
    """Import what a block takes from the package, so that it is not charged for it."""
    known = len(sys.modules)
    for name in sorted(imported(code)):
        if name.partition(".")[0] == "sdnotes":
            with contextlib.suppress(Exception):  # told where the block imports it
                importlib.import_module(name)
    if len(sys.modules) > known:
        gc.collect()
        gc.freeze()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    _import_ours(request["code"])
    home = os.getcwd()
    with tempfile.TemporaryDirectory(dir=home) as folder:
        os.chdir(folder)
        try:
            # Where there is no fork, blocks share this process, and their own care
            # is all that keeps them apart.
            return _forked(request) if hasattr(os, "fork") else _run(request)
        finally:
            os.chdir(home)


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Nothing that a block does to file descriptors 0 and 1 may reach the protocol.
    with open(os.devnull, "r+b") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
        for name in _WARM:
            with contextlib.suppress(ModuleNotFoundError):
                importlib.import_module(name)
        zoneinfo.reset_tzpath(to=())  # the pinned tzdata, not the machine's
        gc.collect()
        gc.freeze()  # a block's end collects what the block left, and no more
        answers.write("{}\n")
        answers.flush()
        for line in requests:
            answers.write(json.dumps(_answer(json.loads(line))) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
