"""Build under other circumstances, and compare every byte.

    here        this folder     hash seed 1     UTC                   today
    elsewhere   another one     hash seed 2     Pacific/Kiritimati    some 13 years on

What differs names the circumstance that leaked into a page: an address, a set's order,
a date, a path.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

from sitebuild import ROOT
from sitebuild.copies import copy_of_tree, environment_of
from sitebuild.problems import Problem, ProblemError

_ANOTHER_DATE = """
import datetime, time_machine
time_machine.travel(datetime.datetime(2040, 2, 29, 23, 59, tzinfo=datetime.UTC)).start()
"""


def _build(root: Path, site: Path, options: tuple[str, ...], **around: str) -> None:
    command = [sys.executable, "-m", "sitebuild", "build", "--site-dir", str(site)]
    done = subprocess.run(
        [*command, *options],
        cwd=root,
        env={**environment_of(root), **around},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProblemError(Problem("docs", 1, f"a build failed:\n{done.stderr}"))


def build_here(root: Path, site: Path, *options: str) -> None:
    """Build a tree under the first circumstances. Raises ProblemError if it fails."""
    _build(root, site, options, PYTHONHASHSEED="1", TZ="UTC")


def build_elsewhere(root: Path, site: Path, *options: str) -> None:
    """Build a tree under the second circumstances. Raises ProblemError if it fails."""
    with _another_date() as dated:
        _build(
            root,
            site,
            options,
            PYTHONHASHSEED="2",
            TZ="Pacific/Kiritimati",
            PYTHONPATH=f"{root}:{dated}",
        )


@contextmanager
def _another_date() -> Iterator[str]:
    """Yield a folder that, on a Python's path, sets its clock to another date."""
    with tempfile.TemporaryDirectory(prefix="sdnotes-") as folder:
        Path(folder, "sitecustomize.py").write_text(_ANOTHER_DATE, "utf-8")
        yield folder


def _first_difference(name: str, one: bytes, other: bytes) -> Problem:
    lines = zip_longest(one.split(b"\n"), other.split(b"\n"), fillvalue=b"")
    block = "no snippet"
    for number, (left, right) in enumerate(lines, start=1):
        for found in re.findall(rb'data-sd-name="([^"]+)"', left):
            block = found.decode(errors="replace")
        if left != right:
            at = next(
                (
                    i
                    for i, (a, b) in enumerate(zip(left, right, strict=False))
                    if a != b
                ),
                min(len(left), len(right)),
            )
            parts = (side[max(0, at - 30) : at + 40] for side in (left, right))
            shown = [part.decode(errors="replace") for part in parts]
            message = (
                f"two builds differ, in or after {block}: {shown[0]!r} against "
                f"{shown[1]!r}; no address, date, path or set order may be printed"
            )
            return Problem(name, number, message)
    raise AssertionError(f"{name} does not differ")


def compare(one: Path, other: Path) -> list[Problem]:
    """Return a problem for each file that differs between two built sites."""
    files = {
        path.relative_to(site).as_posix()
        for site in (one, other)
        for path in site.rglob("*")
        if path.is_file()
    }
    problems = []
    for name in sorted(files):
        sides = (one / name, other / name)
        if not all(side.is_file() for side in sides):
            problems.append(Problem(name, 1, "only one of two builds made this file"))
            continue
        left, right = (side.read_bytes() for side in sides)
        if left != right:
            problems.append(_first_difference(name, left, right))
    return problems


def reproduce() -> None:
    """Build twice and compare; raises ProblemError where the bytes differ."""
    with tempfile.TemporaryDirectory(prefix="sdnotes-") as folder:
        base = Path(folder)
        elsewhere = copy_of_tree(base / "another folder")
        with ThreadPoolExecutor() as both:
            builds = [
                both.submit(build_here, ROOT, base / "one", "--plain"),
                both.submit(build_elsewhere, elsewhere, base / "two", "--plain"),
            ]
            for build in builds:
                build.result()
        if problems := compare(base / "one", base / "two"):
            raise ProblemError(*problems)
