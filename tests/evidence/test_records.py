"""Records: fresh, whole, and printed with where they come from."""

import json
import re
from pathlib import Path

import pytest

from evidence import run as evidence_run
from sitebuild import RECORDS, ROOT, records
from sitebuild.files import files

READS = ("evidence/**/*.py", "evidence/records/**/*.json", "sdnotes/**/*.py")

STUDIES = evidence_run.modules("studies")


@pytest.mark.slow  # `make quick` asks for this itself, stale records last
def test_no_record_is_stale() -> None:
    assert [str(problem) for problem in records.stale()] == []


def test_every_study_has_a_record_and_every_record_a_source() -> None:
    names = {
        p.relative_to(RECORDS).with_suffix("").as_posix()
        for p in files(RECORDS, "**/*.json")
    }
    made = {
        name
        for folder in ("studies", "labs", "benchmarks")
        for name, _, _ in evidence_run.modules(folder)
    }
    assert names == made


@pytest.mark.parametrize("study", STUDIES, ids=lambda s: s[0])
def test_each_row_of_a_study_stands_for_its_cell(study: tuple) -> None:  # type: ignore[type-arg]
    name, _, module = study
    record = records.load(name)
    assert record.caption == module.CAPTION
    assert record.columns == tuple(module.COLUMNS)
    for row, cell in zip(record.rows, module.CELLS, strict=True):
        assert row[: len(cell)] == tuple(map(str, cell.values()))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cap/overdrafts", r"did you mean cap/overdraft\?"),
        (
            "caching/nothing",
            r"its study would be evidence/studies/caching/nothing\.py, and is not "
            r"there",
        ),
        ("cap/overdraft", r"run `make studies UPDATE=1`, which writes it"),
        ("site/suite", r"run `make bench UPDATE=1`, which writes it"),
    ],
)
def test_a_record_that_is_not_there_is_told_with_what_would_make_it(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text(f'```record name="{name}"\n```\n', "utf-8")
    monkeypatch.setattr(records, "DOCS", page.parent)
    if "writes it" in said:
        monkeypatch.setattr(records, "RECORDS", tmp_path)
    (found,) = records.unknown()
    assert re.fullmatch(rf"page\.md:1: there is no record \S+: {said}", str(found))


def test_the_hash_covers_the_source_and_all_of_ours_that_it_imports() -> None:
    source = ROOT / "evidence" / "studies" / "cap" / "overdraft.py"
    covered = {p.relative_to(ROOT).as_posix() for p in records.inputs(source)}
    assert {
        "evidence/studies/cap/overdraft.py",
        "sdnotes/cap/trial.py",
        "sdnotes/cap/atm.py",
        "sdnotes/sim/network.py",
        "sdnotes/tables.py",
    } <= covered
    assert not any(name.startswith("sitebuild") for name in covered)


def test_a_record_says_what_made_it_and_how_to_make_it_again() -> None:
    said = records.load("cap/overdraft").provenance
    assert "evidence/studies/cap/overdraft.py" in said
    assert "make studies" in said
    assert records.load("cap/overdraft").source_sha256[:8] in said


def test_a_receipt_names_the_servers_that_it_was_got_from() -> None:
    record = records.load("cap/redis-failover")
    assert f"Lab receipt (redis {record.versions['redis']}" in record.provenance


def test_a_benchmark_is_shown_with_what_was_measured_when_and_where() -> None:
    record = records.load("caching/speed")
    assert record.columns[-1] == "measured"
    assert all(float(row[-1]) > 0 for row in record.rows)
    assert re.search(r"measured on \d{4}-\d\d-\d\d \(\d+ cores, ", record.provenance)


def test_a_record_holds_no_machine_and_no_date_where_it_is_compared() -> None:
    for path in files(RECORDS, "**/*.json"):
        facts = json.loads(path.read_text("utf-8"))
        assert set(facts) == {
            "kind",
            "source",
            "source_sha256",
            "caption",
            "columns",
            "rows",
            "facts_sha256",
            "observed",
        }
        assert facts["kind"] in records.KINDS
