"""Run what a change can have broken, and say in one line what was left out.

    changed since the branch left main, or never committed
        |  a file's users: the import graph (imports.py), and what a test reads
        v
    test files, snippets, doctests, mypy, the front end     <- those affected run,
                                                               unless they passed on
                                                               these very inputs

A test file that reads more than it imports names it, as globs from the root:

    READS = ("docs/**/*.md", "evidence/records/**")

(conftest.py fails a test that reads what its file does not name.) Where there is no
repository to compare with, everything counts as changed.

Left out: what builds a site or drives a browser, which `make check` does. What a child
process reads is seen by nobody: such a test names it in READS.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sitebuild import ROOT, changes, checks, pagelimits, records, unwritten
from sitebuild.browser import node
from sitebuild.facts import keep
from sitebuild.problems import ProblemError
from sitebuild.units import Unit, units
from sitebuild.whole import write_whole

GREEN = ROOT / ".quick.json"
"""What passed, with the digest of what it passed on; git ignores it."""

TESTS = "tests"
_NO_TESTS = ("mypy", "the front end")
_MANY = 12
"""From so many units on, starting a second worker pays."""


def chosen(
    everything: Iterable[Unit], since: changes.Changes, green: dict[str, str]
) -> list[Unit]:
    """Return the units that a change can have broken and that have not passed since."""
    return [
        unit
        for unit in everything
        if unit.is_touched(since) and green.get(unit.name) != unit.digest
    ]


def left_out(everything: list[Unit], running: list[Unit]) -> str:
    """Return one line on what does not run."""
    parts = []
    for kind in dict.fromkeys(unit.kind for unit in everything):
        whole = sum(unit.kind == kind for unit in everything)
        runs = sum(unit.kind == kind for unit in running)
        if runs < whole:
            counted = f"{whole - runs} of {whole} {kind}"
            parts.append(kind if kind in _NO_TESTS else counted)
    parts.append("what builds a site or drives a browser (make check)")
    hint = "; ALL=1 runs all but the last" if len(parts) > 1 else ""
    return f"left out: {', '.join(parts)}{hint}"


def _tool(*command: str) -> bool:
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([str(program), *command[1:]], cwd=ROOT, check=False)
    return done.returncode == 0


def _pytest(running: list[Unit]) -> bool:
    wanted = (unit for unit in running if unit.kind not in _NO_TESTS)
    names = [unit.where or unit.name for unit in wanted]
    if not names:
        return True
    # By file: the examples of one docstring go on from each other.
    workers = ["-n", "auto", "--dist", "loadfile"] if len(names) > _MANY else []
    return _tool("pytest", "-q", "-m", "not slow", *workers, *names)


def _steps(running: list[Unit]) -> Iterator[tuple[str, Callable[[], bool]]]:
    kinds = {unit.kind for unit in running}
    yield "ruff", lambda: _tool("ruff", "check", "--quiet")
    yield (
        "ruff format (make format mends it)",
        lambda: _tool("ruff", "format", "--check", "--quiet"),
    )
    yield "codespell (a name goes into pyproject.toml)", lambda: _tool("codespell")
    if "mypy" in kinds:
        yield "mypy", lambda: _tool("mypy")
    if "the front end" in kinds:
        yield "front end", _checked_front_end
    yield TESTS, lambda: _pytest(running)


def _checked_front_end() -> bool:
    try:
        node.check_sources()
    except ProblemError as error:
        print(error, file=sys.stderr)
        return False
    return True


def run(*, everything: bool = False) -> bool:
    """Run what is affected, or all of it; return whether it passed."""
    began_s = time.monotonic()
    problems = checks.source_problems(unfinished=False)
    print(*problems, sep="\n", end="\n" * bool(problems), file=sys.stderr)
    known = units()
    green = json.loads(GREEN.read_text("utf-8")) if GREEN.is_file() else {}
    running = known if everything else chosen(known, changes.since_main(), green)
    keep()
    asked = {unit.name: unit.digest for unit in running}  # of what runs, not of later
    failed = ["check"] if problems else []
    # All of them, so that one go tells all there is to mend; but of a page that cannot
    # be read, the tests would only say so again.
    for name, step in _steps(running):
        if not (problems and name == TESTS) and not step():
            failed.append(name)
    if failed:
        print(f"quick: failed: {', '.join(failed)}", file=sys.stderr)
        return False
    names = {unit.name for unit in known}
    kept = {name: digest for name, digest in green.items() if name in names}
    write_whole(GREEN, json.dumps(kept | asked, indent=0))
    spent_s = time.monotonic() - began_s
    print(f"quick: {spent_s:.1f} s; {left_out(known, running)}")
    if left := [*unwritten.problems(), *pagelimits.unfinished()]:
        print("quick: to be written before it is whole:", *left, sep="\n")
    if stale := records.stale():
        print("quick: all else passed, but", *stale, sep="\n", file=sys.stderr)
        return False
    print("quick: passed")
    return True
