"""The child process that runs snippets: one request a line in, one answer a line out.

A request is {"code": ..., "filename": ..., "native": ...}; an answer
{"output": ..., "cpu_s": ..., "wall_s": ..., "yardstick_cpu_s": ...} or
{"error": ..., "line": ...}; before the first, {} says that the child is ready. Each
block runs in a fork of its own, in an empty folder, so that nothing is left of it for
the next one. The parent (engine.py) kills the whole process group when a block does not
end, which no thread or signal handler could be trusted to do.
"""

import contextlib
import importlib
import io
import json
import os
import subprocess
import tempfile
import threading
import time
import traceback
import warnings
import zoneinfo
from typing import Any, BinaryIO

from sitebuild.machine import yardstick
from sitebuild.page_runner import OUTPUT_LIMIT_CHARS, execute, refusing

# Imported before the first block, so that no block is charged for them.
_WARM = ("sdnotes", "sdnotes.sim", "sdnotes.figures", "sdnotes.figures.chart")


class _Tail(io.StringIO):
    """Captured output that refuses to grow without end."""

    def write(self, text: str) -> int:
        if self.tell() + len(text) > OUTPUT_LIMIT_CHARS:
            raise RuntimeError(f"printed more than {OUTPUT_LIMIT_CHARS} characters")
        return super().write(text)


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


def _refused(what: str, native: str) -> Any:
    return refusing(
        f'a snippet that starts {what} needs native="{native}" on its fence: a '
        "browser's Python cannot"
    )


def run(code: str, filename: str, native: str | None = None) -> dict[str, Any]:
    """Run a block in an empty namespace and return what it printed, or its error."""
    if native is None:
        threading.Thread.start = _refused("threads", "threads")  # type: ignore[method-assign]
        subprocess.Popen.__init__ = _refused("a process", "process")  # type: ignore[method-assign]
    stdout, stderr = _Tail(), _Tail()
    before = yardstick(5_000)  # a short look: most blocks take little longer
    started_s, began_s = time.process_time(), time.perf_counter()
    try:
        with (
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ImportWarning)  # Pygal's import hook
            execute(code, filename)
    except BaseException as error:  # noqa: BLE001 - whatever it raised is the answer
        return _failure(error, filename)
    if stderr.getvalue():
        return {"error": f"wrote to stderr: {stderr.getvalue().strip()}", "line": 0}
    cpu_s, wall_s = time.process_time() - started_s, time.perf_counter() - began_s
    after = yardstick() if wall_s > 0.1 else before
    return {
        "output": stdout.getvalue(),
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "yardstick_cpu_s": max(before.cpu_s, after.cpu_s),
        "yardstick_wall_s": max(before.wall_s, after.wall_s),
    }


def _forked(request: dict[str, Any]) -> dict[str, Any]:
    """Run a block in a fork of this process and return its answer."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        answer = run(**request)
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


def _answer(request: dict[str, Any], stray: BinaryIO) -> dict[str, Any]:
    home = os.getcwd()
    with tempfile.TemporaryDirectory(dir=home) as folder:
        os.chdir(folder)
        try:
            # Where there is no fork, blocks share this process, and their own care
            # is all that keeps them apart.
            answer = _forked(request) if hasattr(os, "fork") else run(**request)
        finally:
            os.chdir(home)
    if stray.seek(0, os.SEEK_END):
        stray.seek(0)
        stray.truncate()
        return {"error": "wrote to file descriptor 1: use print", "line": 0}
    return answer


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Nothing that a block does to file descriptors 0 and 1 may reach the protocol,
    # and nothing that it writes there may be lost in silence.
    with tempfile.TemporaryFile() as stray, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(stray.fileno(), 1)
        for name in _WARM:
            with contextlib.suppress(ModuleNotFoundError):
                importlib.import_module(name)
        zoneinfo.reset_tzpath(to=())  # the pinned tzdata, not the machine's
        answers.write("{}\n")
        answers.flush()
        for line in requests:
            answers.write(json.dumps(_answer(json.loads(line), stray)) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
