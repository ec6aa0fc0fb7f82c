"""Meetings under two releases, days of every length, leap seconds, stepped clocks."""

import re
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zone_files import different_zones

from sdnotes.timezones import (
    LEAP_SECONDS,
    RULE_CHANGES,
    Civil,
    Instant,
    MissingDayError,
    RuleChange,
    SteppedClock,
    Zoned,
    day_length_s,
    elapsed_s,
    first_difference,
    group_by_day,
    local_day,
    release_zone,
    run_meeting,
    smear_us,
    start_of_day,
    tai_minus_utc_s,
    zone_named,
)

READS = (
    "docs/chapters/timezones/meetings.md",
    "sdnotes/timezones/release_files/*/*",
)
NEW_YEAR = Instant.parse("2017-01-01T00:00:00Z")
SECOND = timedelta(seconds=1)


def of(change: RuleChange) -> tuple[Instant, Instant]:
    released = Civil(change.released.year, change.released.month, change.released.day)
    return Instant(released.us), Instant(released.plus_days(1500).us)


@pytest.mark.parametrize(
    ("zone", "after", "first"),
    [
        ("America/Sao_Paulo", "2019b", "2019-11-03T03:00:00Z"),
        ("Asia/Amman", "2022e", "2022-10-27T22:00:00Z"),
        ("America/Mexico_City", "2022f", "2023-04-02T08:00:00Z"),
        ("Africa/Cairo", "2023a", "2023-04-27T22:00:00Z"),
        ("Asia/Beirut", "2023b", "2023-03-25T22:00:00Z"),
        ("Asia/Beirut", "2023c", "2023-03-28T00:00:00Z"),
        ("Asia/Almaty", "2024a", "2024-02-29T18:00:00Z"),
        ("America/Asuncion", "2025a", "2025-03-23T03:00:00Z"),
        ("America/Vancouver", "2026b", "2026-11-01T09:00:00Z"),
    ],
)
def test_from_when_on_the_clocks_of_two_releases_differ(
    zone: str, after: str, first: str
) -> None:
    (change,) = (
        each for each in RULE_CHANGES if (each.zone, each.after) == (zone, after)
    )
    pair = (release_zone(zone, change.before), release_zone(zone, after))
    assert str(first_difference(*pair, *of(change))) == first


@pytest.mark.parametrize("change", RULE_CHANGES, ids=lambda each: each.after)
def test_a_meeting_at_nine_moves_first_where_its_offsets_differ_first(
    change: RuleChange,
) -> None:
    """What the table of releases says, asked of Python day by day."""
    old, new = (
        release_zone(change.zone, name) for name in (change.before, change.after)
    )
    for days in range(1500):
        day = change.released + timedelta(days=days)
        nines = [
            datetime(day.year, day.month, day.day, 9, tzinfo=z) for z in (old, new)
        ]
        if nines[0].utcoffset() != nines[1].utcoffset():
            break
    page = Path("docs/chapters/timezones/meetings.md").read_text(encoding="utf-8")
    row = re.search(rf"^{change.zone} +{change.after} +(\d+) ", page, re.MULTILINE)
    assert row is not None
    assert int(row[1]) == days


def test_two_zones_that_agree_never_differ() -> None:
    zone = zone_named("Europe/Paris")
    assert first_difference(zone, zone, NEW_YEAR, NEW_YEAR + timedelta(99)) is None


def test_a_meeting_in_sao_paulo_moves_if_it_is_kept_as_an_instant() -> None:
    old, new = (release_zone("America/Sao_Paulo", each) for each in ("2019a", "2019b"))
    run = run_meeting(Civil(2019, 12, 15, 9), old, new)
    assert str(run.saved) == "2019-12-15T09:00:00-02:00[America/Sao_Paulo]"
    assert [(row.kept, row.moved_s, row.noticed) for row in run.rows] == [
        ("instant", -3600, False),
        ("offset", -3600, False),
        ("zone", 0, False),
        ("both", 0, True),
    ]
    assert run.rows[0].stored == "2019-12-15T11:00:00Z"
    assert str(run.rows[0].shown) == "2019-12-15T08:00:00"
    assert str(run.rows[2].instant) == "2019-12-15T12:00:00Z"


def test_a_zone_that_has_not_changed_moves_no_meeting() -> None:
    run = run_meeting(Civil(2025, 7, 1, 9), "Europe/Paris", "Europe/Paris")
    assert [(row.moved_s, row.noticed) for row in run.rows] == [(0, False)] * 4


@given(
    st.sampled_from(RULE_CHANGES),
    st.integers(0, 900),
    st.integers(0, 23),
)
def test_what_was_agreed_is_shown_if_the_zone_was_kept(
    change: RuleChange, days: int, hour: int
) -> None:
    day = change.released + timedelta(days)
    agreed = Civil(day.year, day.month, day.day, hour)
    old, new = (release_zone(change.zone, r) for r in (change.before, change.after))
    run = run_meeting(agreed, old, new)
    by_instant, by_offset, by_zone, both = run.rows
    assert by_instant.instant == by_offset.instant == run.saved.instant
    assert by_zone.instant == both.instant
    differ = (
        Zoned(by_zone.instant, old).offset_s != Zoned(by_zone.instant, new).offset_s
    )
    assert both.noticed == (both.stored != str(Zoned(both.instant, new)))
    if not differ and by_zone.shown == agreed:
        assert by_instant.moved_s == 0


def test_a_day_that_has_no_midnight_begins_at_one() -> None:
    beirut = date(2023, 3, 26)
    start = Zoned(start_of_day(beirut, "Asia/Beirut"), "Asia/Beirut")
    assert str(start.civil) == "2023-03-26T01:00:00"


def test_a_day_that_has_two_midnights_begins_at_the_first() -> None:
    """Havana goes back from 01:00 to 00:00."""
    day = date(2025, 11, 2)
    start = start_of_day(day, "America/Havana")
    assert str(start) == "2025-11-02T04:00:00Z"
    assert day_length_s(day, "America/Havana") == 90_000


def test_toronto_in_1919_skipped_half_an_hour_of_each_of_two_days() -> None:
    """From 23:30 to 00:30, so midnight was left out."""
    days = date(1919, 3, 30), date(1919, 3, 31)
    assert [day_length_s(day, "America/Toronto") for day in days] == [84_600] * 2
    start = Zoned(start_of_day(days[1], "America/Toronto"), "America/Toronto")
    assert str(start.civil) == "1919-03-31T00:30:00"


def test_samoa_skipped_a_day_and_kwajalein_another() -> None:
    for day, zone in (
        (date(2011, 12, 30), "Pacific/Apia"),
        (date(1993, 8, 21), "Pacific/Kwajalein"),
    ):
        assert day_length_s(day, zone) == 0
        with pytest.raises(
            MissingDayError, match=f"day={day} does not exist in {zone}"
        ):
            start_of_day(day, zone)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2025, 3, 9), 23),
        ("America/New_York", date(2025, 11, 2), 25),
        ("Australia/Lord_Howe", date(2025, 10, 5), 23.5),
        ("Australia/Lord_Howe", date(2025, 4, 6), 24.5),
        ("Antarctica/Troll", date(2025, 3, 30), 22),
        ("Asia/Kathmandu", date(2025, 3, 9), 24),
    ],
)
def test_days_are_of_many_lengths(zone: str, day: date, hours: float) -> None:
    assert day_length_s(day, zone) == hours * 3600


@given(
    st.lists(st.integers(0, 2**31).map(Instant.of_unix_s), max_size=20),
    st.sampled_from(different_zones()),
)
def test_groups_hold_each_instant_once_on_its_day(
    instants: list[Instant], zone: str
) -> None:
    groups = group_by_day(instants, zone)
    assert sorted(chain(*groups.values())) == sorted(instants)
    assert list(groups) == sorted(groups)
    for day, members in groups.items():
        assert members == sorted(members)
        assert {local_day(each, zone) for each in members} == {day}


def test_there_were_27_leap_seconds() -> None:
    """IERS's list: TAI - UTC is 37 s since 2017-01-01."""
    assert len(LEAP_SECONDS) == 27
    assert list(LEAP_SECONDS) == sorted(set(LEAP_SECONDS))
    for day, offset in {  # lines of leap-seconds.list
        "1972-07-01": 11,
        "1980-01-01": 19,
        "1999-01-01": 32,
        "2006-01-01": 33,
        "2009-01-01": 34,
        "2012-07-01": 35,
        "2015-07-01": 36,
        "2017-01-01": 37,
        "2026-01-01": 37,
    }.items():
        at = Instant.parse(f"{day}T00:00:00Z")
        assert tai_minus_utc_s(at) == offset
    assert tai_minus_utc_s(NEW_YEAR + -SECOND) == 36
    assert elapsed_s(NEW_YEAR + -SECOND, NEW_YEAR) == 2
    assert elapsed_s(NEW_YEAR, NEW_YEAR + SECOND) == 1


def test_a_smeared_second_is_longer_by_a_86400th_or_so() -> None:
    """Google's smear: 86,401 seconds are shown as 86,400, all of one length."""
    noon = NEW_YEAR + timedelta(hours=-12)
    shown = []
    for passed in range(0, 86_402, 100):  # seconds that really passed since noon
        leap = passed > 43_200
        utc = noon + (passed - leap) * SECOND
        if passed == 43_200:
            continue  # the leap second itself is no Instant
        shown.append((passed, (utc - noon) / SECOND + smear_us(utc) / 10**6))
    for passed, seconds in shown:
        assert abs(seconds - passed * 86_400 / 86_401) < 2e-6
    assert smear_us(noon) == smear_us(NEW_YEAR + timedelta(hours=12)) == 0
    assert smear_us(noon + -SECOND) == smear_us(Instant.parse("2020-06-30T23:00Z")) == 0


@given(st.integers(0, 43_199), st.sampled_from(LEAP_SECONDS))
def test_a_smeared_clock_never_stands_still_or_goes_back(at: int, day: date) -> None:
    midnight = Instant(Civil(day.year, day.month, day.day).plus_days(1).us)
    for start in (midnight + (at - 43_200) * SECOND, midnight + at * SECOND):
        first, second = start, start + SECOND
        if first < midnight <= second:
            continue  # two seconds pass
        step = 10**6 + smear_us(second) - smear_us(first)
        assert 10**6 - 13 < step < 10**6


def test_only_the_monotonic_clock_measures() -> None:
    clock = SteppedClock(wall_us=10**9)
    before = clock.wall_us, clock.monotonic_us
    clock.run(200_000)
    clock.step(-(10**6))
    assert clock.wall_us - before[0] == -800_000
    assert clock.monotonic_us - before[1] == 200_000
