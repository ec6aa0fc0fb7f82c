"""Run studies, labs or benchmarks and compare what they found with their records.

    python -m evidence.run studies            fails where a stable fact differs
    python -m evidence.run studies --update   rewrites the records

A study is a module with CAPTION, COLUMNS, CELLS (one dict of arguments a row) and
``cell(**arguments)``, which returns the measured columns. A lab or a benchmark has
CAPTION, COLUMNS and ``rows()``, which returns (rows, observed): the stable facts, and
what no comparison reads.
"""

import argparse
import importlib
import json
import platform
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from sitebuild import ROOT, records
from sitebuild.problems import relative

KIND_OF = {target: kind for kind, (_, target) in records.KINDS.items()}
KIND_OF["benchmarks"] = KIND_OF["bench"]


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


def _stable(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "observed"}


def main() -> int:
    """Run one folder; return 1 when a record is missing or differs."""
    parser = argparse.ArgumentParser(prog="python -m evidence.run")
    parser.add_argument("folder", choices=["studies", "labs", "benchmarks"])
    parser.add_argument("--update", action="store_true", help="rewrite the records")
    arguments = parser.parse_args()
    different = 0
    found = modules(arguments.folder)
    for name, path, module in found:
        record = record_of(arguments.folder, path, module)
        target = records.path_of(name)
        if arguments.update:
            target.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(record, indent=1, ensure_ascii=False)
            target.write_text(f"{text}\n", "utf-8")
            print(f"{name}: written")
            continue
        known = json.loads(target.read_text("utf-8")) if target.is_file() else {}
        same = _stable(known) == _stable(record)
        different += not same
        print(
            f"{name}: {'as recorded' if same else 'DIFFERS from ' + relative(target)}"
        )
    print(f"{len(found)} {arguments.folder} run, {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
