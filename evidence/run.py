"""Run studies, labs or benchmarks and compare what they found with their records.

    python -m evidence.run studies            fails where a stable fact differs
    python -m evidence.run studies --update   rewrites the records
    python -m evidence.run labs cap/etcd-partition   runs this one only

A study is a module with CAPTION, COLUMNS, CELLS (one dict of arguments a row) and
``cell(**arguments)``, which returns the measured columns. A lab or a benchmark has
CAPTION, COLUMNS and ``rows()``, which returns (rows, observed): the stable facts, and
what no comparison reads. What one of them raises fails that one; the others still run.
"""

import argparse
import difflib
import importlib
import json
import platform
import re
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from evidence.labs.server import MissingServerError, end_on_sigterm
from sitebuild import ROOT, records
from sitebuild.problems import relative

KIND_OF = {target: kind for kind, (_, target) in records.KINDS.items()}
KIND_OF["benchmarks"] = KIND_OF["bench"]
OPERATION = re.compile(r'\{\s+("process":[^{}]*?)\s+\}')


def modules(folder: str) -> list[tuple[str, Path, ModuleType]]:
    """Return (record name, file, module) of every study, lab or benchmark."""
    found = []
    for path in sorted((ROOT / "evidence" / folder).glob("[a-z]*/[a-z]*.py")):
        slug, name = path.parent.name, path.stem.replace("_", "-")
        module = importlib.import_module(f"evidence.{folder}.{slug}.{path.stem}")
        found.append((f"{slug}/{name}", path, module))
    return found


def study_row(module: ModuleType, arguments: dict[str, Any]) -> list[str]:
    """Return one row of a study: its arguments, then what was measured."""
    return [str(v) for v in (*arguments.values(), *module.cell(**arguments))]


def _found(folder: str, module: ModuleType) -> tuple[list[list[str]], dict[str, Any]]:
    if folder == "studies":
        return [study_row(module, arguments) for arguments in module.CELLS], {}
    rows, observed = module.rows()
    return [[str(cell) for cell in row] for row in rows], observed


def record_of(folder: str, path: Path, module: ModuleType) -> dict[str, Any]:
    """Run the module and return its record."""
    rows, observed = _found(folder, module)
    record = {
        "kind": KIND_OF[folder],
        "source": relative(path),
        "source_sha256": records.source_sha256(path),
        "caption": module.CAPTION,
        "columns": list(module.COLUMNS),
        "rows": rows,
        "observed": {"python": platform.python_version(), **observed},
    }
    return {**record, "facts_sha256": records.facts_sha256(record)}


def as_text(record: dict[str, Any]) -> str:
    """Return the record as its file holds it, an operation of a history on a line."""
    text = json.dumps(record, indent=1, ensure_ascii=False)
    return OPERATION.sub(lambda m: f"{{{' '.join(m[1].split())}}}", text) + "\n"


def _stable(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "observed"}


def _lines(record: dict[str, Any]) -> list[str]:
    """Return what is compared as lines, a row of the table on each."""
    facts = _stable(record)
    rows = [" | ".join(map(str, row)) for row in facts.pop("rows", [])]
    return [f"{key}: {value}" for key, value in facts.items()] + rows


def difference(known: dict[str, Any], record: dict[str, Any]) -> list[str]:
    """Return the lines that differ, - as recorded and + as found; none when equal."""
    if _stable(known) == _stable(record):
        return []
    there, here = _lines(known), _lines(record)
    diff = difflib.unified_diff(there, here, "recorded", "found", lineterm="", n=1)
    return list(diff) or ["(only in the types of its values)"]


def run_one(folder: str, name: str, path: Path, module: ModuleType) -> dict[str, Any]:
    """Return the record, or an empty one after printing why there is none."""
    try:
        return record_of(folder, path, module)
    except MissingServerError as error:
        print(f"{name}: {error}")
    except Exception as error:  # noqa: BLE001  (it fails this one, not the others)
        traceback.print_exc(file=sys.stdout)
        print(f"{name}: FAILED: {type(error).__name__}: {error}")
    return {}


def settle(name: str, record: dict[str, Any], *, update: bool) -> bool:
    """Write the record or compare with it; return whether it is as recorded now."""
    target = records.path_of(name)
    if update:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(as_text(record), "utf-8")
        print(f"{name}: written")
        return True
    known = json.loads(target.read_text("utf-8")) if target.is_file() else {}
    lines = difference(known, record)
    print(f"{name}: {'DIFFERS from ' + relative(target) if lines else 'as recorded'}")
    for line in lines:
        print(f"  {line}")
    return not lines


def main() -> int:
    """Run one folder; return 1 when one fails, has no record or differs from it."""
    parser = argparse.ArgumentParser(prog="python -m evidence.run")
    parser.add_argument("folder", choices=["studies", "labs", "benchmarks"])
    parser.add_argument("names", nargs="*", help="run these only: <slug>/<record>")
    parser.add_argument("--update", action="store_true", help="rewrite the records")
    arguments = parser.parse_intermixed_args()
    found = modules(arguments.folder)
    known = [name for name, _, _ in found]
    for name in arguments.names:
        if name not in known:
            parser.error(f"{name} is not one of: {', '.join(known)}")
    chosen = [each for each in found if each[0] in (arguments.names or known)]
    failed = different = 0
    for name, path, module in chosen:
        record = run_one(arguments.folder, name, path, module)
        if not record:
            failed += 1
        elif not settle(name, record, update=arguments.update):
            different += 1
    print(f"{len(chosen)} {arguments.folder} run, {different} differ, {failed} failed")
    return 1 if failed or different else 0


if __name__ == "__main__":
    end_on_sigterm()
    sys.exit(main())
