"""The chapter keeps what it promises of itself."""

from sdnotes.cap import run_atms
from sitebuild import DOCS

READS = ("docs/chapters/cap/index.md",)

CHAPTER = (DOCS / "chapters" / "cap" / "index.md").read_text("utf-8")
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


def test_each_system_of_the_notes_has_a_row() -> None:
    assert [name for name in SYSTEMS if f"\n| **{name}" not in CHAPTER] == []


def test_two_at_once_need_more_time_than_one_and_a_slow_cable_is_a_cut_one() -> None:
    """What the text says beside the healthy days."""
    at_once = [(0, "ATM1", 30), (1, "ATM2", 30)]

    def refused(**settings: int) -> int:
        return run_atms(policy="refuse", withdrawals=at_once, **settings).refused

    assert refused() == 1
    assert refused(timeout_ms=100) == 0
    assert refused(delay_ms=20) == 2
