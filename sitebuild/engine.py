"""Run a block and return what it printed: the one engine of the site and the tests.

    block --> worker process (empty folder, empty namespace) --> Result(text, figure)

A block that raises, exits, prints nothing where something was recorded, writes to
stderr or does not end is a ProblemError at the page and line to mend.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial
from typing import Any

from sdnotes.tables import text_table
from sitebuild import exercises, judging, records, surroundings
from sitebuild.fences import Block
from sitebuild.figureparts import FigureParts, figure_parts
from sitebuild.machine import stretch, yardstick
from sitebuild.shown import unshowable

CPU_LIMIT_S = 0.5
TURNED_LIMIT_S = 0.05
"""Of a block with knobs: to move one is to feel it move."""
ELAPSED_LIMIT_S = 2.0
WALL_LIMIT_S = 10.0
START_LIMIT_S = 60.0
# All of them for a quiet machine: a slower one, or a busy one, is given more time.
TRIES = 3
"""How often a block may be over its limits before it is refused."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a block gave: the text to record and, for a figure, its picture.

    ``used`` are the kinds of native work that it did.
    """

    text: str
    figure: FigureParts | None = None
    used: frozenset[str] = frozenset()


class Worker:
    """A child Python that runs blocks one after another, and can be killed."""

    def __init__(self, wall_limit_s: float = WALL_LIMIT_S, hash_seed: str = "") -> None:
        self.wall_limit_s = wall_limit_s
        self._hash_seed = hash_seed
        self._lock = threading.Lock()  # Zensical renders pages on several threads
        self._process: subprocess.Popen[str] | None = None
        self._is_ready = False
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            # Ours to remove: a worker that is killed leaves its blocks' folders behind.
            self._folder = tempfile.TemporaryDirectory(
                prefix="sdnotes-", ignore_cleanup_errors=True
            )
            self._is_ready = False
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sitebuild.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                cwd=self._folder.name,
                env=surroundings.of_snippets(self._hash_seed),
                start_new_session=True,  # a group of its own, to be killed as one
            )
        return self._process

    def ask(self, block: Block) -> dict[str, Any]:
        """Return what came of a block that ran."""
        return self.send(
            code=block.code, filename=f"{block.name}.py", native=block.native
        )

    def judge(self, name: str, code: str, check: str) -> dict[str, Any]:
        """Return the verdict on an answer to an exercise."""
        return self.send(code=code, filename=f"{name}.py", check=check)

    def send(self, **request: str | None) -> dict[str, Any]:
        """Return the worker's answer; kills the worker when the time is up."""
        with self._lock:
            process = self._started()
            if not self._is_ready:
                with _limited(process, START_LIMIT_S):
                    self._is_ready = bool(_said(process))
            with _limited(process, self.wall_limit_s) as late:
                line = _said(process, json.dumps(request))
            if line and not late.is_set():
                return dict(json.loads(line))
            status = self._end(process)
            if late.is_set():
                message = f"did not end within {self.wall_limit_s:g} s and was stopped"
            else:
                message = f"ended the interpreter (status {status})"
            return {"error": message, "line": 0, "late": late.is_set()}

    def _end(self, process: subprocess.Popen[str]) -> int:
        _kill(process)
        status = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._process = None
        if self._folder is not None:
            self._folder.cleanup()
        return status

    def close(self) -> None:
        """End the child process; the next block starts a fresh one."""
        with self._lock:
            if self._process is not None:
                self._end(self._process)


def _kill(process: subprocess.Popen[str]) -> None:
    """End the worker and whatever its blocks have started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _said(process: subprocess.Popen[str], request: str = "") -> str:
    """Return the worker's next line, after a request if there is one; "" at its end."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if request:
            process.stdin.write(f"{request}\n")
            process.stdin.flush()
        return process.stdout.readline()
    except BrokenPipeError:
        return ""


@contextmanager
def _limited(
    process: subprocess.Popen[str], limit_s: float
) -> Iterator[threading.Event]:
    """Kill the worker when this takes too long, for a machine as busy as this one."""
    done, late = threading.Event(), threading.Event()
    began_s = time.monotonic()

    def watch() -> None:
        wait_s = limit_s
        while not done.wait(wait_s):
            allowed_s = limit_s * stretch(yardstick().wall_s)
            wait_s = allowed_s - (time.monotonic() - began_s)
            if wait_s <= 0:
                late.set()
                _kill(process)
                return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield late
    finally:
        done.set()
        watching.join()


_worker = Worker()
_seeded: dict[str, Worker] = {}
"""Workers in which a seed decides the hashes of texts, made when they are asked for."""


def restart() -> None:
    """Forget the imported package, so that the next block sees its edited source."""
    for worker in (_worker, *_seeded.values()):
        worker.close()


atexit.register(restart)


@contextmanager
def wall_limit(seconds: float) -> Iterator[None]:
    """Shorten the time that a block may take, for the tests of this very limit."""
    before = _worker.wall_limit_s
    _worker.wall_limit_s = seconds
    try:
        yield
    finally:
        _worker.wall_limit_s = before


def _over(block: Block, answer: dict[str, Any]) -> str:
    """Return what to say of a block that took too long, "" of one that did not."""
    cpu_s, wall_s = answer.get("cpu_s", 0), answer.get("wall_s", 0)
    limit_s = TURNED_LIMIT_S if block.knobs else CPU_LIMIT_S
    if cpu_s > limit_s * stretch(answer.get("yardstick_cpu_s", 0)):
        advice = "take its knobs off" if block.knobs else "a study"
        return (
            f"took {cpu_s:.2g} s of processor time; at most {limit_s} s are "
            f"allowed: make it smaller, or {advice}"
        )
    if wall_s > ELAPSED_LIMIT_S * stretch(answer.get("yardstick_wall_s", 0)):
        return (
            f"took {wall_s:.1f} s; at most {ELAPSED_LIMIT_S} s are allowed, whatever "
            "it waits for"
        )
    return ""


def _in_time(block: Block, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what is answered within the limits; raises ProblemError beyond them."""
    answer = ask()
    for _ in range(TRIES - 1):
        if not _over(block, answer):
            break
        # Once more: that run may have paid for an import or a busy moment.
        answer = ask()
    if said := _over(block, answer):
        raise block.problem(f"snippet {block.name!r} {said}")
    return answer


def run(block: Block, hash_seed: str = "") -> Result:
    """Return what the block gives today; raises ProblemError where it fails.

    With a seed it runs as on another machine: the hashes of texts, and so the order of
    sets, are those of the seed, it is another hour, and the terminal is narrow.
    """
    if block.kind == "record":
        record = records.load_for(block)
        return Result(text_table(record.columns, record.rows))
    worker = _worker
    if hash_seed:
        worker = _seeded.setdefault(hash_seed, Worker(hash_seed=hash_seed))
    if block.check:
        asked = partial(worker.judge, block.name, block.code, block.check)
        said = judging.text_of(block, _in_time(block, asked))
        if block.kind != "exercise":
            return Result(said)
        forgot = exercises.forgetful(block.code)
        judging.require_words(block, worker.judge(block.name, forgot, block.check))
    answer = _in_time(block, partial(worker.ask, block))
    if "error" in answer:
        raise block.problem(f"snippet {block.name!r} {answer['error']}", answer["line"])
    printed = answer["output"]
    if block.figure:
        parts = figure_parts(block, printed)
        return Result(text_table(parts.columns, parts.rows), parts)
    if why := unshowable(printed):
        raise block.problem(f"snippet {block.name!r} prints {why}")
    return Result(as_recorded(printed), used=frozenset(answer.get("used", ())))


def as_recorded(printed: str) -> str:
    """Return what a block printed as a page records it: no blanks at lines' ends."""
    return "\n".join(line.rstrip() for line in printed.rstrip().split("\n"))


def check(block: Block, result: Result) -> None:
    """Raise ProblemError where what was recorded is not what the block gave."""
    if block.recorded is None and result.text:
        raise block.problem(
            f"snippet {block.name!r} prints, but no ```output fence follows it: "
            f"run `make outputs`. It printed:\n{result.text}"
        )
    if block.recorded is not None and block.recorded != result.text:
        sides = (block.recorded.split("\n"), result.text.split("\n"))
        lines = list(unified_diff(*sides, "recorded", "now", n=1, lineterm=""))
        difference = "\n".join(line for line in lines if line[:2] != "@@")
        raise block.problem(
            f"the output of {block.name!r} is not what is recorded. If the new one "
            f"is right, run `make outputs`.\n{difference}"
        )
