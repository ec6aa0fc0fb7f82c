"""What others' users reported of others' libraries, tried on ours.

More of them stand where they belong: libical #318 and #1402, rrule-temporal #136 and
#141, dateutil #1425 in test_recurrence.py.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sdnotes.timezones import (
    Civil,
    Instant,
    PosixRule,
    PosixRuleError,
    Recurrence,
    UnknownZoneError,
    Zoned,
    ZoneFile,
    next_at,
    readings,
    resolve,
    start_of_day,
    zone_named,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_ten_minutes_later_is_not_in_a_gap() -> None:
    """arrow #72: Paris, 01:55 and ten minutes gave 02:05, which no clock showed."""
    before = Zoned.local(Civil(2013, 3, 31, 1, 55), "Europe/Paris")
    later = before.plus(10 * MINUTE)
    assert str(later) == "2013-03-31T03:05:00+02:00[Europe/Paris]"


def test_ten_hours_later_are_ten_hours_later() -> None:
    """arrow #1209: 18:30 and ten hours over a gap gave nine."""
    start = Zoned.local(Civil(2025, 3, 8, 18, 30), "US/Central")
    later = start.plus(10 * HOUR)
    assert str(later) == "2025-03-09T05:30:00-05:00[US/Central]"
    assert later.instant - start.instant == 10 * HOUR


def test_hours_in_steps_over_a_fold_leave_none_out() -> None:
    """arrow #1068: Berlin, 2021-10-31: 02:00+01:00 was missing."""
    start = Zoned.local(Civil(2021, 10, 31), "Europe/Berlin")
    shown = [str(start.plus(step * HOUR))[11:22] for step in range(5)]
    assert shown == [
        *("00:00:00+02", "01:00:00+02", "02:00:00+02", "02:00:00+01", "03:00:00+01"),
    ]


def test_a_day_ends_before_a_gap_at_midnight() -> None:
    """arrow #1124: Santiago, 2022-09-10 was said to end on the 11th at 01:59."""
    end = start_of_day(date(2022, 9, 11), "America/Santiago")
    last = Zoned(end + timedelta(microseconds=-1), "America/Santiago")
    assert str(last.civil) == "2022-09-10T23:59:59.999999"
    assert last.offset_s == -4 * 3600


def test_a_step_within_a_fold_keeps_its_side() -> None:
    """pendulum #415: 01:30:12-07:00 with its seconds set to 0 came out at -08:00.

    Ours has no way to set a field: such a step is a duration, here 12 s back.
    """
    first = Zoned(Instant.parse("2019-11-03T08:30:12Z"), "US/Pacific")
    assert str(first.plus(timedelta(seconds=-12))) == (
        "2019-11-03T01:30:00-07:00[US/Pacific]"
    )
    assert first.plus_days(0) == first


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2013-10-27T00:30:00Z", "2013-10-27T01:30:00+01:00"),
        ("2013-10-27T01:30:00Z", "2013-10-27T01:30:00+00:00"),
    ],
)
def test_london_in_its_fold_goes_to_utc_and_comes_back(text: str, shown: str) -> None:
    """dateutil #321: the way back moved by an hour."""
    zoned = Zoned(Instant.parse(text), "Europe/London")
    assert str(zoned) == f"{shown}[Europe/London]"
    assert Instant.of(zoned.aware) == zoned.instant


def test_a_zone_is_its_rules_and_not_its_first_offset() -> None:
    """pytz, the first trap of its own documentation: tzinfo=timezone(...) gives LMT."""
    zoned = Zoned.local(Civil(2025, 7, 1, 12), "Europe/Amsterdam")
    assert (zoned.offset_s, zoned.abbreviation) == (7200, "CEST")


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Africa/Cairo", (2025, 4, 25)), ("America/Santiago", (2022, 9, 11))],
)
def test_a_job_at_midnight_runs_on_a_day_without_midnight(
    zone: str, day: tuple[int, int, int]
) -> None:
    """spring-framework #36859, croner #132: the whole day was skipped."""
    before = resolve(Civil(*day, 12).plus_days(-1), zone)
    run = next_at(0, 0, before, zone)
    assert str(run.civil) == str(Civil(*day, 1))
    assert next_at(0, 0, run.instant, zone).civil == Civil(*day).plus_days(1)


def test_a_job_at_five_in_the_afternoon_runs_at_five() -> None:
    """cron-utils #61: after a gap at 18:00, after a fold at 16:00."""
    for month, day, hours in ((3, 12, 23), (11, 5, 25)):
        last = Zoned.local(Civil(2016, month, day, 17), "America/New_York")
        run = next_at(17, 0, last.instant, "America/New_York")
        assert (run.civil.day, run.civil.hour) == (day + 1, 17)
        assert run.instant - last.instant == hours * HOUR


def test_a_job_does_not_run_twice_in_a_fold() -> None:
    """cron-utils #446: Rome, 02:00+02:00 had run, and 02:00+01:00 was next."""
    first = resolve(Civil(2020, 10, 25, 2), "Europe/Rome", "earlier")
    run = next_at(2, 0, first, "Europe/Rome")
    assert str(run) == "2020-10-26T02:00:00+01:00[Europe/Rome]"


def test_a_weekly_job_is_not_a_week_late_after_a_day_of_23_hours() -> None:
    """cronie #218: steps of 86,400 s jumped over the Sunday of the change."""
    rule = Recurrence.parse("FREQ=WEEKLY;BYDAY=SU")
    run = next(rule.occurrences(Civil(2022, 3, 24, 12), "Europe/Berlin"))
    assert str(run) == "2022-03-27T12:00:00+02:00[Europe/Berlin]"


@pytest.mark.parametrize(
    "text", ["AAA4BBB,J1_0,J300/2", "AAA4BBB,J+1,J300/2", "AAA", "AAA4BBB,J\u0661,J300"]
)
def test_a_posix_rule_is_read_strictly(text: str) -> None:
    """cpython #152847 and #152212: J1_0 was day 10, and a missing offset was 0."""
    with pytest.raises(PosixRuleError):
        PosixRule.parse(text)


def test_two_times_of_one_fold_are_not_equal() -> None:
    """PEP 495: datetimes of one zone compare, and subtract, by what clocks show."""
    first, second = (
        Zoned(resolve(Civil(2025, 11, 2, 1, 30), "America/New_York", rule), "Etc/UTC")
        for rule in ("earlier", "later")
    )
    there = [Zoned(each.instant, "America/New_York") for each in (first, second)]
    assert there[0].aware == there[1].aware  # the trap
    assert there[1].aware - there[0].aware == timedelta(0)
    assert there[0] != there[1]
    assert there[1].instant - there[0].instant == HOUR


@pytest.mark.parametrize("name", ["localtime", "Factory"])
def test_a_file_of_the_machine_is_no_zone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """cpython #137976: available_timezones() lists what lies in the directory."""
    listed = {"Europe/Paris", name}
    monkeypatch.setattr("zoneinfo.available_timezones", lambda: listed)
    monkeypatch.setattr("zoneinfo.TZPATH", (f"/a place with {name}",))
    assert zone_named("Europe/Paris") == ZoneInfo("Europe/Paris")
    with pytest.raises(UnknownZoneError, match="is not in the tz database"):
        zone_named(name)


@pytest.mark.parametrize("text", ["EST5EDT,0/0,J365/25", "XXX3YYY,J1/0,J1/1"])
def test_summer_time_all_the_year_and_never_are_no_changes(text: str) -> None:
    """RFC 9636, section 3.3.1: the end of one year is the begin of the next."""
    rule = PosixRule.parse(text)
    seconds = range(1_700_000_000, 1_800_000_000, 86_400 // 2)
    (offset_s,) = {rule.offset_s(second) for second in seconds}
    assert offset_s == (-4 if text.startswith("EST") else -3) * 3600
    assert [rule.changes_in(year) for year in (1, 2024, 2025, 9999)] == [[]] * 4
    file = ZoneFile((offset_s, "?"), (), text, rule)
    assert file.offset_changes(2020, 2030) == []


def test_the_day_after_the_last_one_of_the_calendar_is_no_overflow() -> None:
    rule = PosixRule.parse("EST5EDT,0/0,365/25")
    assert len(rule.changes_in(9999)) == 2


def test_a_day_that_was_left_out_does_not_bring_its_successor_twice() -> None:
    rings = Recurrence("DAILY").occurrences(Civil(2011, 12, 28, 7), "Pacific/Apia")
    days = [each.civil.date.isoformat() for each in islice(rings, 4)]
    assert days == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]


def test_a_duration_can_stand_on_both_sides_of_the_plus() -> None:
    assert HOUR + Instant(0) == Instant(0) + HOUR == Instant(3_600_000_000)


@pytest.mark.parametrize("ask", [readings, resolve])
def test_a_datetime_in_place_of_a_civil_time_is_an_error_that_says_so(
    ask: Callable[[Any, str], object],
) -> None:
    with pytest.raises(TypeError, match="is not a Civil"):
        ask(datetime(2025, 11, 2, 1, 30, tzinfo=UTC), "America/New_York")


@pytest.mark.parametrize(
    ("day", "zone", "first"),
    [
        (date(2025, 10, 26), "Atlantic/Azores", "2025-10-26T00:00:00Z"),
        (date(2025, 11, 2), "America/Havana", "2025-11-02T04:00:00Z"),
    ],
)
def test_a_day_begins_at_the_first_of_its_two_midnights(
    day: date, zone: str, first: str
) -> None:
    """elasticsearch #27976: PostgreSQL's date_trunc gives the second one."""
    start = start_of_day(day, zone)
    assert start == Instant.parse(first)
    midnight = Civil(day.year, day.month, day.day)
    assert resolve(midnight, zone, "later") == start + HOUR  # PostgreSQL's answer
