"""Run studies, labs or benchmarks and compare what they found with their records.

    python -m evidence.run studies            those whose code has changed since
    python -m evidence.run studies --all      all of them
    python -m evidence.run studies --update   ... and rewrites the records
    python -m evidence.run labs cap/etcd-partition   runs this one only

A study is a module with CAPTION, COLUMNS, CELLS (one dict of arguments a row) and
``cell(**arguments)``, which returns the measured columns; its cells are independent,
and all cores share them. A lab or a benchmark has CAPTION, COLUMNS and ``rows()``,
which returns (rows, observed): the stable facts, and what no comparison reads; labs and
benchmarks run one after another, always all. What one of them raises fails that one;
the others still run. What differs is shown as a table of cells, what failed with its
reason; on a build host both stand in the summary of its job too.
"""

import argparse
import importlib
import json
import os
import platform
import re
import sys
import textwrap
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO, TypeAlias

from evidence.differences import Difference, difference
from evidence.labs.server import MissingServerError, end_on_sigterm
from sitebuild import ROOT, records
from sitebuild.problems import ProblemError, relative
from sitebuild.whole import write_whole

KIND_OF = {target: kind for kind, (_, target) in records.KINDS.items()}
KIND_OF["benchmarks"] = KIND_OF["bench"]
OPERATION = re.compile(r'\{\s+("process":[^{}]*?)\s+\}')
SUMMARY = "GITHUB_STEP_SUMMARY"
"""Names the file that a build host shows beside a job; Markdown."""

Module: TypeAlias = tuple[str, Path, ModuleType]
"""A study, lab or benchmark: its record's name, its file, and itself."""

Found: TypeAlias = dict[str, Any] | str
"""The record of what one of them found, or in words why it found nothing."""


def modules(folder: str) -> list[Module]:
    """Return every study, lab or benchmark."""
    found = []
    for path in sorted((ROOT / "evidence" / folder).glob("[a-z]*/[a-z]*.py")):
        slug, name = path.parent.name, path.stem.replace("_", "-")
        module = importlib.import_module(f"evidence.{folder}.{slug}.{path.stem}")
        found.append((f"{slug}/{name}", path, module))
    return found


def study_row(module: ModuleType, arguments: dict[str, Any]) -> list[str]:
    """Return one row of a study: its arguments, then what was measured."""
    return [str(v) for v in (*arguments.values(), *module.cell(**arguments))]


def _row_of(module_name: str, arguments: dict[str, Any]) -> list[str]:
    """Return the row of a study's cell; called in a process of the pool."""
    return study_row(importlib.import_module(module_name), arguments)


def _progress(shown: TextIO, done: int, total: int, began_s: float) -> None:
    """Say how far it is: in place on a terminal, elsewhere once in a while."""
    in_place = shown.isatty()
    if in_place or done == total or done % max(1, total // 10) == 0:
        spent_s = time.monotonic() - began_s
        end = "\r" if in_place and done < total else "\n"
        print(f"{done} of {total} cells, {spent_s:.0f} s", end=end, file=shown)
        shown.flush()


def study_rows(
    studies: Sequence[Module], shown: TextIO = sys.stderr
) -> dict[str, list[list[str]] | str]:
    """Return the rows of each study, or in words what its first failing cell raised.

    All cells of all studies are spread over the cores; ``shown`` gets the progress.
    """
    began_s = time.monotonic()
    with ProcessPoolExecutor() as pool:
        cells: dict[Future[list[str]], str] = {
            pool.submit(_row_of, module.__name__, arguments): name
            for name, _, module in studies
            for arguments in module.CELLS
        }
        for done, _ in enumerate(as_completed(cells), start=1):
            _progress(shown, done, len(cells), began_s)
    found: dict[str, list[list[str]] | str] = {name: [] for name, _, _ in studies}
    for future, name in cells.items():
        rows = found[name]
        if isinstance(rows, list):
            if error := future.exception():
                found[name] = _failure(error)
                traceback.print_exception(error, file=sys.stdout)
            else:
                rows.append(future.result())
    return found


def record_of(
    folder: str,
    path: Path,
    module: ModuleType,
    rows: Sequence[Sequence[object]],
    observed: dict[str, Any],
) -> dict[str, Any]:
    """Return the record of what a module found."""
    record = {
        "kind": KIND_OF[folder],
        "source": relative(path),
        "source_sha256": records.source_sha256(path),
        "caption": module.CAPTION,
        "columns": list(module.COLUMNS),
        "rows": [[str(cell) for cell in row] for row in rows],
        "observed": {"python": platform.python_version(), **observed},
    }
    return {**record, "facts_sha256": records.facts_sha256(record)}


def as_text(record: dict[str, Any]) -> str:
    """Return the record as its file holds it, an operation of a history on a line."""
    text = json.dumps(record, indent=1, ensure_ascii=False)
    return OPERATION.sub(lambda m: f"{{{' '.join(m[1].split())}}}", text) + "\n"


def _failure(error: BaseException) -> str:
    return f"FAILED: {type(error).__name__}: {error}"


def run_one(folder: str, path: Path, module: ModuleType) -> Found:
    """Return a lab's or benchmark's record, or why there is none."""
    try:
        return record_of(folder, path, module, *module.rows())
    except (MissingServerError, ProblemError) as error:
        return str(error)  # says at which line of which file to begin
    except Exception as error:  # noqa: BLE001  (it fails this one, not the others)
        traceback.print_exc(file=sys.stdout)
        return _failure(error)


def run_studies(studies: Sequence[Module]) -> dict[str, Found]:
    """Return the record of each study, or why there is none."""
    found: dict[str, Found] = {}
    rows = study_rows(studies)
    for name, path, module in studies:
        result = rows[name]
        found[name] = (
            result
            if isinstance(result, str)
            else record_of("studies", path, module, result, {})
        )
    return found


def settle(name: str, record: dict[str, Any], *, update: bool) -> Difference:
    """Compare with the record that there is, and write the new one if asked to."""
    target = records.path_of(name)
    try:
        known = json.loads(target.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}  # none yet, or a damaged one: all of it is new
    found = difference(known, record)
    if update:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, as_text(record))
        print(f"{name}: written, {found.in_words}")
    elif found:
        print(f"{name}: DIFFERS from {relative(target)}: {found.in_words}")
    else:
        print(f"{name}: as recorded")
    for line in found.lines:
        print(f"  {line}")
    return found


def _summarise(name: str, found: Difference | str) -> None:
    """Show what differs, or why nothing was found, where a build host runs this."""
    if found and (place := os.environ.get(SUMMARY)):
        with Path(place).open("a", encoding="utf-8") as summary:
            if isinstance(found, str):
                # Indented it is code, whatever marks an error or a log may hold.
                text = textwrap.indent(found, "    ", lambda _: True)
                summary.write(f"### {name}: no result\n\n{text}\n\n")
            else:
                summary.write(found.markdown(name))


def _arguments(found: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evidence.run")
    parser.add_argument("folder", choices=["studies", "labs", "benchmarks"])
    parser.add_argument("names", nargs="*", help="run these only: <slug>/<record>")
    parser.add_argument("--update", action="store_true", help="rewrite the records")
    parser.add_argument("--all", action="store_true", help="studies that are fresh too")
    arguments = parser.parse_intermixed_args(found)
    known = [name for name, _, _ in modules(arguments.folder)]
    for name in arguments.names:
        if name not in known:
            parser.error(f"{name} is not one of: {', '.join(known)}")
    return arguments


def main() -> int:
    """Run one folder; return 1 when one fails, has no record or differs from it."""
    arguments = _arguments()
    folder, named = arguments.folder, arguments.names
    chosen = [each for each in modules(folder) if not named or each[0] in named]
    if folder == "studies" and not (named or arguments.all):
        stale = [each for each in chosen if not records.is_fresh(each[0])]
        left_out = len(chosen) - len(stale)
        print(f"{left_out} of {len(chosen)} studies are fresh: left out without ALL=1")
        chosen = stale
    began = {name: records.source_sha256(path) for name, path, _ in chosen}
    found = (
        run_studies(chosen)
        if folder == "studies"
        else {name: run_one(folder, path, m) for name, path, m in chosen}
    )
    failed = different = 0
    for name, made in found.items():
        ran = isinstance(made, str) or made["source_sha256"] == began[name]
        record = made if ran else "its code was changed while it ran: run it again"
        if isinstance(record, str):
            failed += 1
            print(f"{name}: {record}")
            _summarise(name, record)
            continue
        differs = settle(name, record, update=arguments.update)
        _summarise(name, differs)
        different += bool(differs) and not arguments.update
    print(f"{len(chosen)} {folder} run, {different} differ, {failed} failed")
    return 1 if failed or different else 0


def command() -> int:
    """Run one folder as main does, and name the pages that print an old record."""
    arguments = _arguments()
    if arguments.folder == "benchmarks" and (old := records.misprinted()):
        # site/in-page builds these pages, and would fail when all the others have run.
        print(*old, sep="\n")
        return 1
    code = main()
    for problem in records.misprinted() if arguments.update else ():
        print(problem)
    return code


if __name__ == "__main__":
    end_on_sigterm()
    sys.exit(command())
