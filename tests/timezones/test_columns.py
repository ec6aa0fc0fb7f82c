"""What columns keep: by what the servers were seen to do, and by SQLite itself."""

import json
import re
import sqlite3
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zone_files import different_zones

from sdnotes.timezones import COLUMNS, Civil, Instant, Zoned, kept_by
from sitebuild import RECORDS

READS = ("evidence/records/timezones/*.json",)

NEW_YORK = "America/New_York"
NOON = "2025-07-01 12:00"
PLACES = {"timestamptz": "postgresql", "timestamp": "postgresql"}
PLACES |= {"TIMESTAMP": "mariadb", "DATETIME": "mariadb"}


def facts(lab: str) -> list[tuple[str, str, str]]:
    text = (RECORDS / "timezones" / f"{lab}.json").read_text("utf-8")
    return [tuple(row) for row in json.loads(text)["rows"]]


def shown_in_new_york() -> list[tuple[str, str, str]]:
    """Return (column, text, what the server showed), with the session in New York."""
    found = []
    for lab in ("postgres-columns", "mariadb-columns"):
        for where, asked, came_back in facts(lab):
            match = re.fullmatch(r"'([^']+)' as (\w+)", asked)
            is_leap = ":60Z" in asked  # see below
            if match and where == "session in New York" and not is_leap:
                column = f"{PLACES[match[2]]} {match[2]}"
                found.append((column, match[1], came_back))
    return found


def test_the_servers_were_asked_enough() -> None:
    assert len(shown_in_new_york()) == 30


@pytest.mark.parametrize(("column", "text", "shown"), shown_in_new_york())
def test_the_model_shows_what_the_server_showed(
    column: str, text: str, shown: str
) -> None:
    kept = kept_by(column, text, NEW_YORK, NEW_YORK)
    assert kept.shown == ("refused" if shown.startswith("error") else shown)


def test_a_leap_second_that_postgresql_moves_is_refused_by_the_model() -> None:
    """It becomes the next minute there, and no Civil says 23:59:60."""
    text = "2016-12-31 23:59:60Z"
    came_back = [row[2] for row in facts("postgres-columns") if text in row[1]]
    assert came_back == ["2016-12-31 19:00:00-05", "2017-01-01 00:00:00"]
    assert kept_by("postgresql timestamptz", text, NEW_YORK, NEW_YORK).stored is None


def test_of_a_fold_mariadb_takes_the_first_and_postgresql_the_second() -> None:
    text = "2025-11-02 01:30"
    (seen,) = (
        came_back
        for _, asked, came_back in facts("mariadb-columns")
        if asked == f"'{text}', the instant"
    )
    first = COLUMNS["mariadb TIMESTAMP"].store(text, NEW_YORK)
    assert first == Instant.of(datetime.fromisoformat(seen))
    second = COLUMNS["postgresql timestamptz"].store(text, NEW_YORK)
    assert isinstance(second, Instant)
    assert second.unix_s - 3600 == Instant.of(datetime.fromisoformat(seen)).unix_s


@pytest.mark.parametrize("lab", ["postgres-columns", "mariadb-columns"])
def test_the_model_was_held_against_each_server_on_hundreds_of_texts(lab: str) -> None:
    compared = [row for row in facts(lab) if row[1].startswith("the model")]
    assert len(compared) == 2
    for where, _, came_back in compared:
        (asked,) = re.findall(r"\d+", where)
        assert int(asked) > 500
        assert came_back == f"{asked} alike"


def test_readers_of_one_row_see_what_the_servers_showed_them() -> None:
    read = r"(.+), read in (.+)"
    for where, kind, shown in facts("postgres-columns"):
        match = re.fullmatch(read, where)
        if match:
            column, text = f"postgresql {kind}", "2025-07-01 12:00+05:30"
            zone = match[2].replace("UTC", "Etc/UTC")
            assert kept_by(column, text, "Etc/UTC", zone).shown == shown
    for where, kind, shown in facts("mariadb-columns"):
        match = re.fullmatch(r"12:00 written at \+05:30, read at (.+)", where)
        if match:
            zones = {"+05:30": "Asia/Kolkata", "-04:00": NEW_YORK}
            zone = zones.get(match[1], match[1])
            assert kept_by(f"mariadb {kind}", NOON, "Asia/Kolkata", zone).shown == shown


@pytest.mark.parametrize("declared", ["TEXT", "TIMESTAMP", "DATETIME", "anything", ""])
def test_sqlite_has_no_type_for_a_time_whatever_a_column_is_called(
    declared: str,
) -> None:
    texts = [NOON, f"{NOON}+05:30", "2025-07-01T12:00:00Z", "next Tuesday", "99:99"]
    with sqlite3.connect(":memory:") as connection:
        connection.execute(f"create table t (at {declared})")
        connection.executemany("insert into t values (?)", [(text,) for text in texts])
        found = connection.execute("select at, typeof(at) from t").fetchall()
    connection.close()
    assert found == [(text, "text") for text in texts]
    assert [
        kept_by("sqlite TEXT", text, "Etc/UTC", NEW_YORK).shown for text in texts
    ] == texts


def test_sqlite_sorts_and_compares_times_as_texts() -> None:
    """So one form for all, in UTC, or the order is none of time."""
    texts = ("2025-07-01T12:00:00+05:30", "2025-07-01T07:00:00Z")
    instants = [Instant.parse(text) for text in texts]
    with sqlite3.connect(":memory:") as connection:
        rows = connection.execute("select ? < ?", texts).fetchone()
    connection.close()
    assert rows == (0,)
    assert instants[0] < instants[1]


def test_what_is_forgotten_is_named() -> None:
    forgot = {
        (column, text): kept_by(column, text, "Asia/Kolkata", NEW_YORK).forgot
        for column in COLUMNS
        for text in (NOON, f"{NOON}+05:30")
    }
    assert forgot["postgresql timestamptz", NOON] == ("civil time", "zone")
    assert forgot["postgresql timestamptz", f"{NOON}+05:30"] == ("civil time", "offset")
    assert forgot["postgresql timestamp", f"{NOON}+05:30"] == ("instant", "offset")
    assert forgot["mariadb DATETIME", NOON] == ("instant", "zone")
    assert forgot["mariadb TIMESTAMP", f"{NOON}+05:30"] == ("everything",)
    assert forgot["sqlite TEXT", NOON] == ("instant", "zone")
    assert forgot["sqlite TEXT", f"{NOON}+05:30"] == ()


zones = st.sampled_from(different_zones())
instants = st.integers(1, 2**31 - 1).map(Instant.of_unix_s)


@given(instants, zones, zones, zones)
def test_a_column_of_instants_shows_every_reader_the_same_instant(
    instant: Instant, writer: str, one: str, other: str
) -> None:
    text = str(instant).replace("T", " ")
    shown = [kept_by("postgresql timestamptz", text, writer, z) for z in (one, other)]
    assert shown[0].stored == shown[1].stored == instant
    for kept, zone in zip(shown, (one, other), strict=True):
        assert kept.shown.startswith(str(Zoned(instant, zone).civil).replace("T", " "))


@given(instants, zones, zones)
def test_a_column_of_civil_times_shows_every_reader_the_same_digits(
    instant: Instant, writer: str, reader: str
) -> None:
    civil = str(Zoned(instant, writer).civil).replace("T", " ")
    for column in ("postgresql timestamp", "mariadb DATETIME", "sqlite TEXT"):
        assert kept_by(column, civil, writer, reader).shown == civil


@given(st.text(max_size=30) | st.text("0129-: TZ+/ae.", max_size=30))
def test_any_text_is_kept_or_refused(text: str) -> None:
    for column in COLUMNS:
        kept = kept_by(column, text, NEW_YORK, "Asia/Tokyo")
        assert (kept.stored is None) == (kept.shown == "refused")


@given(st.text("0129", min_size=1, max_size=9))
def test_a_zone_in_a_text_must_be_one(name: str) -> None:
    for where in (f"Mars/{name}", "europe/paris"):
        kept = kept_by("postgresql timestamptz", f"{NOON} {where}", NEW_YORK, NEW_YORK)
        assert kept.stored is None
    paris = kept_by(
        "postgresql timestamptz", f"{NOON} Europe/Paris", NEW_YORK, NEW_YORK
    )
    assert paris.stored == Instant.of(datetime(2025, 7, 1, 10, tzinfo=UTC))
    assert (
        Civil(2025, 7, 1, 12)
        == kept_by(
            "postgresql timestamp", f"{NOON} Europe/Paris", NEW_YORK, NEW_YORK
        ).stored
    )
