"""The records of the labs: the verdicts on their histories, their versions."""

import json
from pathlib import Path

import pytest

from evidence import run as evidence_run
from evidence.labs import notebook
from sitebuild import RECORDS, ROOT, records
from sitebuild.files import files

READS = ("evidence/labs/**/*.py", "evidence/records/**/*.json")

LABS = [
    path
    for path in files(RECORDS, "**/*.json")
    if json.loads(path.read_text("utf-8"))["kind"] == "lab"
]


def test_the_hash_of_a_lab_covers_its_harness_and_asks_for_no_server_otherwise() -> (
    None
):
    lab = ROOT / "evidence" / "labs" / "cap" / "redis_failover.py"
    covered = {path.relative_to(ROOT).as_posix() for path in records.inputs(lab)}
    assert covered == {
        "evidence/labs/cap/redis_failover.py",
        "evidence/labs/notebook.py",
        "evidence/labs/proxy.py",
        "evidence/labs/recorder.py",
        "evidence/labs/redis_pair.py",
        "evidence/labs/server.py",
    }


def test_there_are_records_of_labs() -> None:
    assert len(LABS) >= 3


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
def test_a_recorded_history_has_the_verdict_that_its_row_states(path: Path) -> None:
    record = json.loads(path.read_text("utf-8"))
    histories = record["observed"].get("histories", {})
    stated = {
        row[1].removeprefix("history "): row[-1]
        for row in record["rows"]
        if row[1].startswith("history ")
    }
    assert stated.keys() == histories.keys()
    for name, operations in histories.items():
        history = notebook.from_json(operations)
        assert len(history.operations) >= 50
        assert notebook.verdict(history) == stated[name]


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
def test_the_record_of_a_lab_names_versions_and_is_written_as_it_is_read(
    path: Path,
) -> None:
    text = path.read_text("utf-8")
    record = json.loads(text)
    assert record["observed"]["versions"]
    assert evidence_run.as_text(record) == text
