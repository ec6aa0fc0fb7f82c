"""Print what a study, a lab or a benchmark found, with where it came from.

A record is a JSON file, ``evidence/records/<slug>/<record>.json``:

    {"kind": "study", "source": "evidence/studies/cap/overdraft.py",
     "source_sha256": "...", "caption": "...", "versions": {...},
     "columns": [...], "rows": [[...], ...], "facts_sha256": "...",
     "observed": {...}}            <- dates and timings, which no comparison reads

``source_sha256`` covers the source and everything of ours that it uses (imports.py says
what that is), so that a record older than the code behind it is found by reading alone.
A lab's covers what lies in evidence/ only: its facts are what servers answered, and a
change of sdnotes must not ask for servers. What sdnotes adds to them, the verdicts on
histories, a test makes again. The files are written by evidence/run.py.
"""

import hashlib
import json
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sdnotes.tables import text_table
from sitebuild import DOCS, RECORDS, ROOT, fences, imports
from sitebuild.fences import Block
from sitebuild.files import files
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
        raise block.problem(_missing(block.name)) from error
    except (ValueError, TypeError, KeyError) as error:
        raise block.problem(
            f"the record {block.name} cannot be read: {error}"
        ) from error


def _missing(name: str) -> str:
    """Return what to do where a page prints a record that is not there."""
    slug, _, stem = name.partition("/")
    file = f"{slug}/{stem.replace('-', '_')}.py"
    for _, target in KINDS.values():
        folder = "benchmarks" if target == "bench" else target
        if (ROOT / "evidence" / folder / file).is_file():
            remedy = f"run `make {target} UPDATE=1`, which writes it"
            break
    else:
        known = [
            p.relative_to(RECORDS).with_suffix("") for p in files(RECORDS, "**/*.json")
        ]
        near = get_close_matches(name, [path.as_posix() for path in known], 1, 0.8)
        remedy = (
            f"did you mean {near[0]}?"
            if near
            else f"its study would be evidence/studies/{file}, and is not there"
        )
    return f"there is no record {relative(path_of(name))}: {remedy}"


def unknown() -> list[Problem]:
    """Return a problem for each record that a page prints and that is not there."""
    return [
        problem
        for path in fences.pages(DOCS)
        for block in fences.scan_text(path.read_text("utf-8"), path)
        if block.kind == "record" and not path_of(block.name).is_file()
        for problem in block.problem(_missing(block.name)).problems
    ]


def misprinted() -> list[Problem]:
    """Return a problem for each page that prints a record as it was, or by hand."""
    return [
        problem
        for path in fences.pages(DOCS)
        for block in fences.scan_text(path.read_text("utf-8"), path)
        if block.kind == "record" and _is_misprinted(block)
        for problem in block.problem(
            f"this is not what the record {block.name} holds: run `make outputs`"
        ).problems
    ]


def _is_misprinted(block: Block) -> bool:
    try:
        record = load(block.name)
    except (OSError, ValueError, TypeError, KeyError):
        return False  # there is none, or none that is whole: told as such
    return block.recorded != text_table(record.columns, record.rows)


def inputs(source: Path) -> list[Path]:
    """Return the source and every module of ours that it uses, directly or not."""
    packages = {"evidence"} if LABS in source.parents else {"evidence", "sdnotes"}
    return sorted(imports.closure([source], packages))


def source_sha256(source: Path) -> str:
    """Return the hash of a record's source and of all that it uses from here."""
    total = hashlib.sha256()
    for path in inputs(source):
        total.update(f"{relative(path)} {imports.digest(path)}\n".encode())
    return total.hexdigest()


def _wrong_with(path: Path) -> str | None:
    """Return what is wrong with a record, and what to do; none if it is fresh."""
    if damage := _damage(path):
        return f"{damage}; make it anew"
    record = load(path.relative_to(RECORDS).with_suffix("").as_posix())
    source = ROOT / record.source
    if not source.is_file():
        return f"its source {record.source} is gone: delete the record too"
    if source_sha256(source) != record.source_sha256:
        target = KINDS[record.kind][1]
        return (
            f"stale: {record.source}, or a module that it uses, has changed since; "
            f"run `make {target} UPDATE=1` and read the difference"
        )
    return None


def is_fresh(name: str) -> bool:
    """Return whether there is a record, whole and not older than its code."""
    path = path_of(name)
    return path.is_file() and _wrong_with(path) is None


def stale() -> list[Problem]:
    """Return a problem for each record whose source has changed, or is gone."""
    found = ((path, _wrong_with(path)) for path in files(RECORDS, "**/*.json"))
    return [Problem(relative(path), 1, wrong) for path, wrong in found if wrong]
