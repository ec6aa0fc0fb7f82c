"""The relations behind docs/claims.md: one test for each claim of the notes."""

from datetime import timedelta

import pytest

from sdnotes.timezones import (
    RULE_CHANGES,
    Civil,
    FoldError,
    GapError,
    Instant,
    RuleChange,
    Zoned,
    changes_in,
    first_difference,
    kept_by,
    release_zone,
    resolve,
    run_meeting,
)

READS = ("sdnotes/timezones/release_files/*/*.tzif",)

NEW_YORK = "America/New_York"


def test_instants_in_utc_sort_and_subtract_across_a_change_of_the_clocks() -> None:
    """TZ-01: from noon to noon over the night of a change are 23 hours."""
    noons = [Zoned.local(Civil(2025, 3, day, 12), NEW_YORK) for day in (8, 9)]
    assert noons[1].instant - noons[0].instant == timedelta(hours=23)
    start = Instant.parse("2025-11-02T05:00:00Z")
    hours = [start + timedelta(minutes=20 * n) for n in range(9)]
    assert sorted(hours) == hours
    by_clock = [str(Zoned(instant, NEW_YORK).civil) for instant in hours]
    assert sorted(by_clock) != by_clock


@pytest.mark.parametrize("each", RULE_CHANGES, ids=lambda each: each.after)
def test_a_meeting_kept_as_an_instant_moves_with_a_rule_and_with_its_zone_it_stays(
    each: RuleChange,
) -> None:
    """TZ-02: for each change of rules that the package holds."""
    old, new = (release_zone(each.zone, name) for name in (each.before, each.after))
    released = Civil(*each.released.timetuple()[:3])
    since = resolve(released, old, "compatible")
    differs = first_difference(old, new, since, since + timedelta(days=800))
    assert differs is not None
    day = Zoned(differs, new).civil.date + timedelta(days=1)
    run = run_meeting(Civil(day.year, day.month, day.day, 9), old, new)
    moved = {row.kept: row.moved_s for row in run.rows}
    assert moved["instant"] == moved["offset"] != 0
    assert moved["zone"] == moved["both"] == 0


def test_the_way_back_from_a_clock_has_two_answers_or_none() -> None:
    """TZ-03: an offset or an abbreviation would not have told, either."""
    with pytest.raises(FoldError):
        resolve(Civil(2025, 11, 2, 1, 30), NEW_YORK)
    with pytest.raises(GapError):
        resolve(Civil(2025, 3, 9, 2, 30), NEW_YORK)
    january, july = (Instant.parse(f"2025-0{n}-15T12:00:00Z") for n in (1, 7))
    assert Zoned(january, NEW_YORK).offset_s != Zoned(july, NEW_YORK).offset_s
    central = Zoned(january, "America/Chicago")
    chinese = Zoned(january, "Asia/Shanghai")
    assert central.abbreviation == chinese.abbreviation
    assert central.offset_s != chinese.offset_s
    assert Zoned(january, "Etc/GMT+5").offset_s == -5 * 3600
    assert not changes_in("Asia/Kathmandu", 2025)


def test_some_columns_follow_the_session_and_none_of_these_keeps_the_zone() -> None:
    """TZ-04: MySQL's and MariaDB's TIMESTAMP and DATETIME in two sessions."""
    text, there, here = "2025-07-01 12:00:00", "Asia/Kolkata", "America/New_York"
    timestamp = kept_by("mariadb TIMESTAMP", text, there, here)
    civil = kept_by("mariadb DATETIME", text, there, here)
    assert timestamp.shown.startswith("2025-07-01 02:30")
    assert civil.shown.startswith("2025-07-01 12:00")
    assert isinstance(timestamp.stored, Instant)
    assert isinstance(civil.stored, Civil)


def test_a_timestamptz_is_an_instant_and_a_timestamp_ignores_an_offset() -> None:
    """TZ-05: PostgreSQL's documentation, section 8.5.1.3."""
    text = "2025-07-01 12:00:00+05:30"
    for reader, hour in (("UTC", "06:30"), (NEW_YORK, "02:30")):
        shown = kept_by("postgresql timestamptz", text, "UTC", reader).shown
        assert shown.startswith(f"2025-07-01 {hour}")
        shown = kept_by("postgresql timestamp", text, "UTC", reader).shown
        assert shown.startswith("2025-07-01 12:00")
    same = kept_by("postgresql timestamptz", "2025-07-01 06:30:00+00", "UTC", "UTC")
    assert kept_by("postgresql timestamptz", text, "UTC", "UTC").stored == same.stored
