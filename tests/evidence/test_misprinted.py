"""A page that prints a record otherwise than it stands is told, and by whom."""

import re
import sys
from pathlib import Path

import pytest

from evidence import run as evidence_run
from sitebuild import fences, records
from sitebuild.problems import Problem, ProblemError

READS = ("docs/**/*.md", "evidence/**/*", "sdnotes/**/*.py")

FENCE = "```"
NAME = "cap/overdraft"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only page, which prints one record as it stands."""
    record = records.load(NAME)
    table = records.text_table(record.columns, record.rows)
    path = tmp_path / "page.md"
    path.write_text(
        f'# T\n\n{FENCE}record name="{NAME}"\n{FENCE}\n\n'
        f"{FENCE}output\n{table}\n{FENCE}\n",
        "utf-8",
    )
    monkeypatch.setattr(records, "DOCS", tmp_path)
    return path


def change(page: Path) -> None:
    """Let the page print another number."""
    (block,) = fences.scan_text(page.read_text("utf-8"), page)
    before = str(block.recorded)
    after = re.sub(r"\d", "7", before, count=1)
    assert after != before
    page.write_text(page.read_text("utf-8").replace(before, after), "utf-8")


SAID = f"page.md:3: this is not what the record {NAME} holds: run `make outputs`"


def test_a_cell_that_was_changed_by_hand_is_told(page: Path) -> None:
    assert records.misprinted() == []
    change(page)
    assert [str(problem) for problem in records.misprinted()] == [SAID]


def test_a_record_that_is_not_there_or_damaged_is_told_elsewhere(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(page)
    monkeypatch.setattr(records, "RECORDS", page.parent)
    assert records.misprinted() == []
    (page.parent / "cap").mkdir()
    records.path_of(NAME).write_text("<<<<<<< ours", "utf-8")
    assert records.misprinted() == []


def run_benchmarks(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["run", "benchmarks", *options])
    return evidence_run.command()


def test_benchmarks_do_not_begin_where_a_page_would_end_them_late(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    change(page)
    monkeypatch.setattr(evidence_run, "run_one", lambda *_: pytest.fail("began"))
    assert run_benchmarks(monkeypatch) == 1
    assert capsys.readouterr().out == f"{SAID}\n"


def test_whoever_makes_records_anew_is_told_which_pages_print_the_old_ones(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record is a benchmark's here, which takes no time."""

    def run_one(*_: object) -> str:
        change(page)
        return "nothing found"

    monkeypatch.setattr(evidence_run, "run_one", run_one)
    run_benchmarks(monkeypatch, "caching/speed", "--update")
    assert f"{SAID}\n" in capsys.readouterr().out


def test_a_problem_that_says_where_to_begin_needs_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Broken:
        @staticmethod
        def rows() -> None:
            raise ProblemError(Problem("docs/x.md", 3, "mend this"))

    said = evidence_run.run_one("benchmarks", Path("x.py"), Broken)  # type: ignore[arg-type]
    assert said == "docs/x.md:3: mend this"
    assert capsys.readouterr().out == ""
