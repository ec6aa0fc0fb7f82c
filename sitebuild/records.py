"""Print what a study, a lab or a benchmark found, with where it came from.

A record is a JSON file, ``evidence/records/<slug>/<record>.json``:

    {"kind": "study", "source": "evidence/studies/cap/overdraft.py",
     "source_sha256": "...", "caption": "...", "versions": {...},
     "columns": [...], "rows": [[...], ...], "facts_sha256": "...",
     "observed": {...}}            <- dates and timings, which no comparison reads

``source_sha256`` covers the source and everything of ours that it imports, so that a
record older than the code behind it is found by reading alone. A lab's covers what lies
in evidence/ only: its facts are what servers answered, and a change of sdnotes must not
ask for servers. What sdnotes adds to them, the verdicts on histories, a test makes
again. The files are written by evidence/run.py.
"""

import ast
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sitebuild import RECORDS, ROOT
from sitebuild.fences import Block
from sitebuild.problems import Problem, relative

KINDS = {
    "study": ("Study", "studies"),
    "lab": ("Lab receipt", "labs"),
    "benchmark": ("Benchmark", "bench"),
}
LABS = ROOT / "evidence" / "labs"


@dataclass(frozen=True, slots=True)
class Record:
    """A record as a page prints it."""

    name: str
    kind: str
    source: str
    source_sha256: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    versions: dict[str, str]
    measured_on: str = ""

    @property
    def provenance(self) -> str:
        """Return one sentence: what made this table, and how to make it again."""
        title, target = KINDS[self.kind]
        ran = ", ".join(f"{what} {number}" for what, number in self.versions.items())
        if ran:
            title = f"{title} ({ran})"
        if self.measured_on:
            title = f"{title}, measured on {self.measured_on},"
        return (
            f"{title} {self.source}, source hash {self.source_sha256[:8]}; "
            f"`make {target}` runs it again and compares."
        )


def path_of(name: str) -> Path:
    """Return the file of a record named ``<slug>/<record>``."""
    return RECORDS / f"{name}.json"


def load(name: str) -> Record:
    """Return the record; raises FileNotFoundError or KeyError where it is not whole.

    A benchmark's rows say what is promised; what was measured, by what the row's first
    cell says, stands beside it, and the date and the machine in its provenance.
    """
    facts: dict[str, Any] = json.loads(path_of(name).read_text("utf-8"))
    measured_on = ""
    if facts["kind"] == "benchmark":
        seen = facts["observed"]
        measured_on = f"{seen['date']} ({seen['machine']})"
        facts["columns"] = [*facts["columns"], "measured"]
        facts["rows"] = [[*row, seen["measured"][row[0]]] for row in facts["rows"]]
    return Record(
        name=name,
        kind=facts["kind"],
        source=facts["source"],
        source_sha256=facts["source_sha256"],
        caption=facts["caption"],
        columns=tuple(facts["columns"]),
        rows=tuple(tuple(str(cell) for cell in row) for row in facts["rows"]),
        versions=facts["observed"].get("versions", {}),
        measured_on=measured_on,
    )


def facts_sha256(facts: dict[str, Any]) -> str:
    """Return the hash of what a record states, so that an edit by hand shows."""
    stated = [facts[key] for key in ("kind", "source", "caption", "columns", "rows")]
    return hashlib.sha256(json.dumps(stated).encode()).hexdigest()


def _damage(path: Path) -> str | None:
    """Return what is wrong with a record's file itself, if anything is."""
    try:
        facts = json.loads(path.read_text("utf-8"))
        if facts["facts_sha256"] != facts_sha256(facts):
            return "edited by hand: its facts do not have the hash that it states"
        if facts["kind"] not in KINDS:
            return f"kind {facts['kind']!r} is not one of {', '.join(KINDS)}"
        widths = {len(row) for row in facts["rows"]}
    except (ValueError, TypeError, KeyError) as error:
        return f"not a record: {type(error).__name__}: {error}"
    if widths != {len(facts["columns"])}:
        return "not a record: each row needs a cell for each column"
    return None


def load_for(block: Block) -> Record:
    """Return the record that a page asks for; a ProblemError says where it did."""
    try:
        return load(block.name)
    except FileNotFoundError as error:
        raise block.problem(
            f"there is no record {relative(path_of(block.name))}; "
            "`make studies UPDATE=1` writes the records of studies"
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise block.problem(
            f"the record {block.name} cannot be read: {error}"
        ) from error


def inputs(source: Path) -> list[Path]:
    """Return the source and every module of ours that it imports, directly or not."""
    packages = {"evidence"} if LABS in source.parents else {"evidence", "sdnotes"}
    found: set[Path] = set()
    waiting = [source]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        waiting += _imported(path, packages)
    return sorted(found)


def _imported(path: Path, packages: set[str]) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        for name in names:
            if name.split(".")[0] not in packages:
                continue
            parts = name.split(".")
            for depth in range(1, len(parts) + 1):
                base = ROOT.joinpath(*parts[:depth])
                for file in (base.with_suffix(".py"), base / "__init__.py"):
                    if file.is_file():
                        yield file


def source_sha256(source: Path) -> str:
    """Return the hash of a record's source and of all that it imports from here."""
    digest = hashlib.sha256()
    for path in inputs(source):
        digest.update(relative(path).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stale() -> list[Problem]:
    """Return a problem for each record whose source has changed, or is gone."""
    problems = []
    for path in sorted(RECORDS.rglob("*.json")):
        if damage := _damage(path):
            message = f"{damage}; make it anew"
            problems.append(Problem(relative(path), 1, message))
            continue
        record = load(path.relative_to(RECORDS).with_suffix("").as_posix())
        source = ROOT / record.source
        target = KINDS[record.kind][1]
        if not source.is_file():
            message = f"its source {record.source} is gone: delete the record too"
        elif source_sha256(source) != record.source_sha256:
            message = (
                f"stale: {record.source}, or a module that it imports, has changed "
                f"since; run `make {target} UPDATE=1` and read the difference"
            )
        else:
            continue
        problems.append(Problem(relative(path), 1, message))
    return problems
