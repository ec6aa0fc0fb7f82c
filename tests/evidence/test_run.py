"""Running what makes records: what differs, fails or is not there is named."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evidence import run as evidence_run
from evidence.labs.server import ServerError, find
from sitebuild import ROOT, records

READS = ("evidence/**/*.py", "sdnotes/**/*.py")

STUDIES = evidence_run.modules("studies")


def fake(rows: Any) -> SimpleNamespace:
    return SimpleNamespace(CAPTION="A caption.", COLUMNS=("a", "b"), rows=rows)


@pytest.fixture
def run_labs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run these stand-ins for labs, with records of their own; return the exit code."""
    monkeypatch.setattr(records, "RECORDS", tmp_path)

    def run(labs: dict[str, Any], *arguments: str) -> int:
        path = ROOT / "evidence" / "run.py"
        found = [(name, path, fake(rows)) for name, rows in labs.items()]
        monkeypatch.setattr(evidence_run, "modules", lambda _: found)
        monkeypatch.setattr("sys.argv", ["run", "labs", *arguments])
        return evidence_run.main()

    return run


def broken() -> None:
    raise ZeroDivisionError("lab went wrong")


def without_server() -> None:
    find("hal", "hal9000")


def fine() -> tuple[list[tuple[str, str]], dict[str, Any]]:
    return [("1", "2"), ("3", "4")], {}


def test_a_lab_without_its_server_fails_by_name_and_the_others_run(
    run_labs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_labs({"cap/one": fine}, "--update") == 0
    labs = {"cap/hal": without_server, "cap/bad": broken, "cap/one": fine}
    assert run_labs(labs) == 1
    said = capsys.readouterr().out
    assert "cap/hal: hal is not installed: apt-get install hal9000\n" in said
    assert "cap/bad: FAILED: ZeroDivisionError: lab went wrong\n" in said
    assert "in broken" in said
    assert "cap/one: as recorded" in said
    assert "3 labs run, 0 differ, 2 failed" in said
    assert run_labs({"cap/hal": without_server}) == 1
    assert run_labs({"cap/bad": broken}, "--update") == 1


def test_what_found_nothing_stands_in_the_summary_of_the_job_with_its_reason(
    run_labs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "summary.md"
    monkeypatch.setenv(evidence_run.SUMMARY, str(place))

    def log() -> None:
        raise ServerError("it died; its log:\n\n# ready | ```\nbye")

    assert run_labs({"cap/one": fine}, "--update") == 0
    place.unlink()  # the first record: all of it was new
    labs = {"cap/hal": without_server, "cap/log": log, "cap/one": fine}
    assert run_labs(labs) == 1
    assert place.read_text("utf-8").splitlines() == [
        "### cap/hal: no result",
        "",
        "    hal is not installed: apt-get install hal9000",
        "",
        "### cap/log: no result",
        "",
        "    FAILED: ServerError: it died; its log:",
        "    ",
        "    # ready | ```",
        "    bye",
        "",
    ]


def test_what_was_changed_while_it_ran_is_not_recorded(
    run_labs: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def edited() -> tuple[list[tuple[str, str]], dict[str, Any]]:
        monkeypatch.setattr(records, "source_sha256", lambda _: "of what nobody ran")
        return fine()

    assert run_labs({"cap/one": edited}, "--update") == 1
    said = capsys.readouterr().out
    assert "cap/one: its code was changed while it ran: run it again\n" in said
    assert not records.path_of("cap/one").exists()


def test_one_lab_can_be_run_by_its_name(
    run_labs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    labs = {"cap/bad": broken, "cap/one": fine}
    assert run_labs(labs, "cap/one", "--update") == 0
    assert "1 labs run" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        run_labs(labs, "cap/three")
    said = capsys.readouterr().err
    assert "cap/three is not one of: cap/bad, cap/one" in said


def test_what_differs_from_the_record_is_shown_cell_by_cell(
    run_labs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_labs({"cap/one": fine}, "--update") == 0
    assert run_labs({"cap/one": lambda: ([("1", "2"), ("3", "5")], {})}) == 1
    said = capsys.readouterr().out
    assert "cap/one: DIFFERS from " in said
    assert ": 1 cell\n" in said
    assert "  row  column  recorded  found\n    3  b              4      5\n" in said


def test_running_again_compares_and_fails_where_a_fact_differs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (name, path, module) = STUDIES[0]
    monkeypatch.setattr(module, "CELLS", module.CELLS[:1])
    monkeypatch.setattr(evidence_run, "modules", lambda _: [(name, path, module)])
    monkeypatch.setattr(records, "RECORDS", tmp_path)
    monkeypatch.setattr("sys.argv", ["run", "studies"])
    assert evidence_run.main() == 1  # there is no record yet
    monkeypatch.setattr("sys.argv", ["run", "studies", "--update"])
    assert evidence_run.main() == 0
    monkeypatch.setattr("sys.argv", ["run", "studies"])
    assert evidence_run.main() == 0  # fresh: nothing ran
    assert "1 of 1 studies are fresh" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["run", "studies", "--all"])
    assert evidence_run.main() == 0
    assert f"{name}: as recorded" in capsys.readouterr().out
    target = tmp_path / f"{name}.json"
    facts = json.loads(target.read_text("utf-8"))
    facts["observed"] = {"python": "another"}
    target.write_text(json.dumps(facts), "utf-8")
    assert evidence_run.main() == 0  # what was observed is not compared
    facts["rows"][0][-1] = "0.1"
    facts["facts_sha256"] = records.facts_sha256(facts)
    target.write_text(json.dumps(facts), "utf-8")
    assert evidence_run.main() == 1
    assert "DIFFERS" in capsys.readouterr().out


def test_a_study_s_cell_that_fails_is_named_and_the_other_studies_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only arguments reach a cell's process: from 3.14 on it is no fork of this one."""
    good, bad = STUDIES[0], STUDIES[1]
    monkeypatch.setattr(good[2], "CELLS", good[2].CELLS[:1])
    monkeypatch.setattr(bad[2], "CELLS", [{"no_such": "argument"}])
    monkeypatch.setattr(evidence_run, "modules", lambda _: [good, bad])
    monkeypatch.setattr(records, "RECORDS", tmp_path)
    monkeypatch.setattr("sys.argv", ["run", "studies", "--all", "--update"])
    monkeypatch.setenv(evidence_run.SUMMARY, str(tmp_path / "summary.md"))
    assert evidence_run.main() == 1
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert f"### {bad[0]}: no result\n\n    FAILED: TypeError: cell() got" in summary
    said = capsys.readouterr().out
    assert f"{good[0]}: written, " in said
    assert f"{bad[0]}: FAILED: TypeError: cell() got" in said
    assert "2 studies run, 0 differ, 1 failed" in said
    assert not records.path_of(bad[0]).exists()


@pytest.mark.parametrize(("terminal", "shown"), [(True, 4), (False, 4)])
def test_a_long_run_says_how_far_it_is(terminal: bool, shown: int) -> None:
    class Shown(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    out = Shown()
    for done in range(1, 5):
        evidence_run._progress(out, done, 4, 0.0)
    text = out.getvalue()
    assert text.count(" of 4 cells, ") == shown
    assert text.count("\r") == (3 if terminal else 0)
    assert text.endswith("\n")
    many = io.StringIO()
    for done in range(1, 1001):
        evidence_run._progress(many, done, 1000, 0.0)
    assert many.getvalue().count("\n") == 10
