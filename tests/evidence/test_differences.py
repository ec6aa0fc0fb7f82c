"""What changed in a record: cell by cell, for a terminal and for a job's summary."""

from pathlib import Path
from typing import Any

import pytest

from evidence import run as evidence_run
from evidence.differences import difference


def record(*rows: tuple[str, ...], columns: tuple[str, ...] = ("a", "b", "c")) -> dict:  # type: ignore[type-arg]
    return {
        "kind": "study",
        "caption": "C",
        "columns": list(columns),
        "rows": [list(row) for row in rows],
        "observed": {"python": "3"},
        "facts_sha256": "x",
    }


def test_equal_records_do_not_differ_whatever_was_observed() -> None:
    one = record(("1", "2", "3"))
    other = {**record(("1", "2", "3")), "observed": {"date": "today"}}
    assert not difference(one, other)
    assert difference(one, other).lines == []


def test_each_cell_that_differs_is_named_by_row_and_column() -> None:
    before = record(("x", "1", "2"), ("y", "3", "4"))
    after = record(("x", "1", "2"), ("y", "3", "5"))
    found = difference(before, after)
    assert found.cells == (("y", "c", "4", "5"),)
    assert found.in_words == "1 cell"
    assert found.lines == [
        "row  column  recorded  found",
        "y    c              4      5",
    ]


def test_rows_are_known_by_as_many_cells_as_tell_them_apart() -> None:
    before = record(("x", "1", "2"), ("x", "2", "2"))
    after = record(("x", "1", "2"), ("x", "2", "9"))
    assert difference(before, after).cells == (("x, 2", "c", "2", "9"),)
    twins = record(("x", "1", "2"), ("x", "1", "2"))
    other = record(("x", "1", "2"), ("x", "1", "3"))
    assert difference(twins, other).cells[0][2:] == ("2", "3")


def test_rows_that_came_or_went_and_columns_that_changed_are_named() -> None:
    before = record(("x", "1", "2"), ("y", "3", "4"))
    after = record(("x", "1", "2"), ("z", "5", "6"))
    assert difference(before, after).cells == (
        ("y", "(row)", "3, 4", "-"),
        ("z", "(row)", "-", "5, 6"),
    )
    renamed = record(("x", "1", "2"), ("y", "3", "4"), columns=("a", "b", "d"))
    assert difference(before, renamed).cells == (
        ("(columns)", "-", "a, b, c", "a, b, d"),
    )
    turned = record(("y", "3", "4"), ("x", "1", "2"))
    assert difference(before, turned)


def test_a_record_that_is_not_there_differs_in_all_rows() -> None:
    assert len(difference({}, record(("x", "1", "2"), ("y", "3", "4"))).cells) == 3


def test_what_is_no_cell_is_named_too() -> None:
    before = {**record(("x", "1", "2")), "source_sha256": "old"}
    after = {**record(("x", "1", "2")), "source_sha256": "new"}
    found = difference(before, after)
    assert found.in_words == "no cell, but its source_sha256"
    assert found.lines == ["source_sha256: old -> new"]


def test_a_job_s_summary_gets_the_table_as_markdown() -> None:
    found = difference(record(("x|y", "1", "2")), record(("x|y", "1", "3")))
    assert found.markdown("cap/one").splitlines() == [
        "### cap/one: 1 cell",
        "",
        "",
        "| row | column | recorded | found |",
        "| --- | --- | --- | --- |",
        "| x\\|y | c | 2 | 3 |",
        "",
    ]


def test_the_summary_of_a_job_is_written_where_the_host_asks_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "summary.md"
    monkeypatch.setenv(evidence_run.SUMMARY, str(place))
    found: Any = difference(record(("x", "1", "2")), record(("x", "1", "3")))
    evidence_run._summarise("cap/one", found)
    evidence_run._summarise("cap/two", difference({}, record()))
    text = place.read_text("utf-8")
    assert "| x | c | 2 | 3 |" in text
    evidence_run._summarise("cap/three", difference(record(), record()))
    assert place.read_text("utf-8") == text
