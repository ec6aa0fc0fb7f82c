"""The chapter keeps what it promises of itself."""

import re

import pytest

from sdnotes.cap import run_atms
from sitebuild import DOCS

READS = ("docs/claims.md", "docs/chapters/cap.md")

CHAPTER = (DOCS / "chapters" / "cap.md").read_text("utf-8")
SYSTEMS = [
    "Cassandra",
    "CouchDB",
    "Riak",
    "Voldemort",
    "HBase",
    "MongoDB",
    "Redis",
    "PostgreSQL",
    "MySQL",
]


def rows() -> list[list[str]]:
    table = CHAPTER.partition("| System |")[2].partition("</div>")[0]
    lines = [line for line in table.splitlines() if line.startswith("| **")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_system_of_the_notes_has_a_row_with_a_source(system: str) -> None:
    mine = [row for row in rows() if row[0].startswith(f"**{system}")]
    assert mine
    for row in mine:
        assert len(row) == 5
        assert all(row)
        assert "[^" in row[4]
        receipt = "[lab](#cap-" in row[4]
        assert receipt or "documentation" in row[4] or "wiki" in row[4]


def test_every_note_is_used_and_every_use_has_its_note() -> None:
    used = set(re.findall(r"\[\^([a-z0-9]+)\](?!:)", CHAPTER))
    written = set(re.findall(r"^\[\^([a-z0-9]+)\]:", CHAPTER, re.MULTILINE))
    assert used == written


def test_every_claim_that_was_not_simply_right_is_linked_from_a_box() -> None:
    claims = (DOCS / "claims.md").read_text("utf-8")
    wrong = re.findall(r"### (CAP-\d\d) · (?!true)", claims)
    assert len(wrong) == 18
    boxes = "".join(re.findall(r"!!! claim.*?(?=\n!!!|\n##)", CHAPTER, re.DOTALL))
    assert [c for c in wrong if f"claims.md#{c.lower()})" not in boxes] == []


def test_two_at_once_need_more_time_than_one_and_a_slow_cable_is_a_cut_one() -> None:
    """What the text says beside the healthy days."""
    at_once = [(0, "ATM1", 30), (1, "ATM2", 30)]

    def refused(**settings: int) -> int:
        return run_atms(policy="refuse", withdrawals=at_once, **settings).refused

    assert refused() == 1
    assert refused(timeout_ms=100) == 0
    assert refused(delay_ms=20) == 2
