"""The child process that runs snippets: one request a line in, one answer a line out.

A request is {"code": ..., "filename": ...}; an answer {"output": ..., "cpu_s": ...} or
{"error": ..., "line": ...}. The parent (engine.py) kills this process when a block
does not end, which no thread or signal handler could be trusted to do.
"""

import ast
import contextlib
import importlib
import io
import json
import linecache
import os
import sys
import tempfile
import time
import traceback
import types
import warnings
import zoneinfo
from typing import Any

OUTPUT_LIMIT_CHARS = 64 * 1024
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


def run(code: str, filename: str) -> dict[str, Any]:
    """Run a block in an empty namespace and return what it printed, or its error."""
    stdout, stderr = _Tail(), _Tail()
    module = types.ModuleType("__main__")
    lines = code.splitlines(keepends=True)
    linecache.cache[filename] = (len(code), None, lines, filename)
    previous = sys.modules["__main__"]
    sys.modules["__main__"] = module  # dataclasses and pickle look their module up
    started_s = time.process_time()
    try:
        with (
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ImportWarning)  # Pygal's import hook
            tree = ast.parse(code, filename)
            exec(compile(tree, filename, "exec"), module.__dict__)  # noqa: S102
    except BaseException as error:  # noqa: BLE001 - whatever it raised is the answer
        return _failure(error, filename)
    finally:
        sys.modules["__main__"] = previous
        linecache.cache.pop(filename, None)
    cpu_s = time.process_time() - started_s
    if stderr.getvalue():
        return {"error": f"wrote to stderr: {stderr.getvalue().strip()}", "line": 0}
    return {"output": stdout.getvalue(), "cpu_s": cpu_s}


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Nothing that a block does to file descriptors 0 to 2 may reach the protocol,
    # and nothing that it writes there may be lost in silence.
    with tempfile.TemporaryFile() as stray, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(stray.fileno(), 1)
        for name in _WARM:
            with contextlib.suppress(ModuleNotFoundError):
                importlib.import_module(name)
        zoneinfo.reset_tzpath(to=())  # the pinned tzdata, not the machine's
        for line in requests:
            answer = run(**json.loads(line))
            if stray.seek(0, os.SEEK_END):
                answer = {"error": "wrote to file descriptor 1: use print", "line": 0}
                stray.seek(0)
                stray.truncate()
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
