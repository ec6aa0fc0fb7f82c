"""The anomaly matrix is Hermitage's, cell by cell; and without isolation all happen."""

import json
import sqlite3
from pathlib import Path

import pytest
from acid.interleavings import serial
from acid.peers import Bare

from evidence.labs.acid.isolation import told, tried
from evidence.labs.sqlite_stories import MODES, Sqlite
from sdnotes.acid import (
    ANOMALIES,
    LEVELS,
    StoreDatabase,
    Verdict,
    matrix,
    play,
    verdict_on,
)
from sdnotes.acid.script import parse
from sitebuild import RECORDS

READS = ("evidence/records/acid/isolation.json",)

NO, YES, RO = Verdict.PREVENTED, Verdict.ALLOWED, Verdict.READS_ONLY

PUBLISHED = {
    # Our level: the one that Hermitage tried, and its row. Read 2026-11-27 at
    # github.com/ept/hermitage, README.md, commit 000346f.
    "read uncommitted": ("MySQL", [NO, *[YES] * 9]),
    "read committed": ("PostgreSQL and MySQL", [*[NO] * 5, *[YES] * 5]),
    "repeatable read": ("MySQL", [*[NO] * 5, RO, YES, RO, YES, YES]),
    "snapshot": ("PostgreSQL repeatable read", [*[NO] * 8, YES, YES]),
    "serializable": ("PostgreSQL", [NO] * 10),
    "two-phase locking": ("MySQL serializable", [NO] * 10),
}


def test_the_anomalies_are_those_that_were_published_in_their_order() -> None:
    assert list(ANOMALIES) == (
        ["G0", "G1a", "G1b", "G1c", "OTV", "PMP", "P4", "G-single", "G2-item", "G2"]
    )


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_prevents_what_was_published_and_nothing_else(level: str) -> None:
    [row] = matrix((level,))
    assert row == (level, *PUBLISHED[level][1])


@pytest.mark.parametrize("name", ANOMALIES)
def test_each_story_shows_its_anomaly_where_nothing_is_isolated(name: str) -> None:
    """Else "prevented" would only say that a story is not able to tell."""
    for case in ANOMALIES[name].cases:
        if not case.is_by_writing:
            assert case.happened(play(case.script, Bare())), case.title


@pytest.mark.parametrize("name", ANOMALIES)
def test_no_story_shows_its_anomaly_where_transactions_take_turns(name: str) -> None:
    for case in ANOMALIES[name].cases:
        names = parse(case.script).names
        for order in (names, names[::-1]):
            run = play(serial(case.script, order), Bare())
            assert not case.happened(run), (case.title, order)


SQLITE = {
    "WAL": [NO] * 10,
    "rollback journal": [NO] * 10,
    "shared cache, read_uncommitted": [NO, YES, YES, NO, YES, YES, YES, YES, YES, YES],
}


@pytest.mark.parametrize("mode", MODES)
def test_sqlite_plays_the_same_stories(mode: str, tmp_path: Path) -> None:
    """It has one writer at a time, and so no write skew: sqlite.org/isolation.html."""
    with Sqlite(mode, tmp_path) as peer:
        row = [verdict_on(anomaly, peer) for anomaly in ANOMALIES.values()]
    assert row == SQLITE[mode], sqlite3.sqlite_version


def test_the_recorded_rows_of_our_store_are_what_it_does_now() -> None:
    record = json.loads((RECORDS / "acid" / "isolation.json").read_text("utf-8"))
    ours = [tried("our store", level, StoreDatabase(level)) for level in LEVELS]
    recorded = [row for row in record["rows"] if row[0] == "our store"]
    assert recorded == [list(told(each, ours)) for each in ours]


def test_postgresql_waits_and_refuses_as_often_as_our_store_does() -> None:
    """Not only what happens is alike, but also how the rest is prevented."""
    record = json.loads((RECORDS / "acid" / "isolation.json").read_text("utf-8"))
    counted = {(system, level): costs for system, level, _, _, *costs in record["rows"]}
    for ours, theirs in (
        ("read committed", "read committed"),
        ("snapshot", "repeatable read"),
        ("serializable", "serializable"),
    ):
        assert counted["our store", ours] == counted["PostgreSQL", theirs]
