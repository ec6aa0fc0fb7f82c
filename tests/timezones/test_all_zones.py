"""Every zone of the tz database: what we say of it, its own file, and zoneinfo."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zone_files import all_zones, different_zones, zone_bytes, zone_file

from sdnotes.timezones import (
    Change,
    Civil,
    Instant,
    Zoned,
    changes,
    changes_in,
    day_length_s,
    local_day,
    readings,
    resolve,
    start_of_day,
    zone_named,
)

LOW, HIGH = Instant(Civil(1900, 1, 1).us), Instant(Civil(2100, 1, 1).us)
zones = st.sampled_from(different_zones())
instants = st.builds(Instant, st.integers(LOW.unix_us, HIGH.unix_us))
years = st.integers(1900, 2099)


def around_changes() -> st.SearchStrategy[tuple[str, Civil]]:
    """Return civil times within three hours of a change of a zone, and that zone."""

    @st.composite
    def drawn(draw: st.DrawFn) -> tuple[str, Civil]:
        name = draw(zones)
        found = zone_file(name).offset_changes(1900, 2099)
        minutes = draw(st.integers(-180, 180))
        if not found:
            return name, Civil(2025, 1, 1).plus_days(draw(st.integers(-900, 900)))
        at, before, _ = draw(st.sampled_from(found))
        return name, Instant.of_unix_s(at).shifted(before + 60 * minutes)

    return drawn()


def naive_offset(zone: ZoneInfo, unix_s: int) -> int:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=unix_s)
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(seconds=1)


def test_there_are_some_hundred_zones() -> None:
    assert len(all_zones()) > 500
    assert 300 < len(different_zones()) <= len(all_zones())
    assert {zone_named(name).key for name in all_zones()} == set(all_zones())


@pytest.mark.parametrize("part", range(4))
def test_our_reader_and_zoneinfo_agree_a_second_before_and_at_each_change(
    part: int,
) -> None:
    for name in different_zones()[part::4]:
        zone, file = ZoneInfo(name), zone_file(name)
        for at, before, after in file.offset_changes(1900, 2099):
            found = naive_offset(zone, at - 1), naive_offset(zone, at)
            assert found == (before, after), (name, at)
            assert (file.offset_s(at - 1), file.offset_s(at)) == found, (name, at)


@given(zones, st.integers(Instant.parse("0003-01-01T00:00Z").unix_s, 2**37))
def test_our_reader_and_zoneinfo_agree_at_any_second(name: str, unix_s: int) -> None:
    assert zone_file(name).offset_s(unix_s) == naive_offset(ZoneInfo(name), unix_s)


@given(zones, years)
def test_the_changes_found_by_asking_are_those_in_the_file(
    name: str, year: int
) -> None:
    start, end = (Instant(Civil(each, 1, 1).us) for each in (year, year + 1))
    found = [
        (change.at.unix_s, change.before_s, change.after_s)
        for change in changes(name, start + timedelta(seconds=-1), end)
        if change.at < end
    ]
    assert found == zone_file(name).offset_changes(year, year)


@pytest.mark.parametrize(
    "name", ["America/New_York", "Africa/Casablanca", "Pacific/Apia"]
)
def test_all_changes_of_two_centuries_are_found_by_asking(name: str) -> None:
    found = [change.at.unix_s for change in changes(name, LOW, HIGH)]
    assert found == [at for at, _, _ in zone_file(name).offset_changes(1900, 2099)]


def test_two_changes_are_never_within_a_day() -> None:
    """What ``changes`` relies on; the docstring names the smallest distance."""
    distances = [
        second - first
        for name in different_zones()
        for (first, _, _), (second, _, _) in pairwise(
            zone_file(name).offset_changes(1850, 2099)
        )
    ]
    assert min(distances) >= 6 * 86_400


@given(zones, instants)
def test_an_instant_seen_in_a_zone_leads_back_to_the_instant(
    name: str, instant: Instant
) -> None:
    zoned = Zoned(instant, name)
    assert Instant.of(zoned.aware) == instant
    assert instant.shifted(zoned.offset_s) == zoned.civil
    found = readings(zoned.civil, name)
    assert found.kind != "gap"  # a clock has just shown it
    assert instant in {found.earlier, found.later}
    if found.kind == "once":
        assert Zoned.local(zoned.civil, name) == zoned


@given(around_changes())
def test_gaps_and_folds_are_where_the_file_says(given: tuple[str, Civil]) -> None:
    """By brute force: which instants around it does a clock show this time at?"""
    name, civil = given
    file = zone_file(name)
    offsets = {
        file.offset_s(civil.us // 10**6 + hours * 3600) for hours in range(-30, 31)
    }
    shown = sorted(
        civil.us - offset * 10**6
        for offset in offsets
        if file.offset_s(civil.us // 10**6 - offset) == offset
    )
    found = readings(civil, name)
    assert found.kind == {0: "gap", 1: "once", 2: "fold"}[len(shown)]
    if shown:
        assert shown == sorted({found.earlier.unix_us, found.later.unix_us})


@given(around_changes())
def test_a_rule_takes_one_of_the_two_and_a_gap_shifts_by_its_size(
    given: tuple[str, Civil],
) -> None:
    name, civil = given
    found = readings(civil, name)
    earlier, later, compatible = (
        resolve(civil, name, rule) for rule in ("earlier", "later", "compatible")
    )
    assert (earlier, later) == (found.earlier, found.later)
    assert compatible == (later if found.kind == "gap" else earlier)
    if found.kind == "gap":
        size = (later - earlier) // timedelta(seconds=1)
        before, after = (Zoned(each, name).civil for each in (earlier, later))
        assert (after.us - civil.us, civil.us - before.us) == (size * 10**6,) * 2


@given(zones, instants, instants)
def test_instants_keep_their_order_and_their_distance_in_any_zone(
    name: str, one: Instant, other: Instant
) -> None:
    first, second = (Zoned(each, name) for each in (one, other))
    assert (first.instant < second.instant) == (one < other)
    assert first.plus(other - one) == second
    apart = (second.civil.us - first.civil.us) - (other.unix_us - one.unix_us)
    assert apart == (second.offset_s - first.offset_s) * 10**6


@settings(max_examples=40)
@given(around_changes())
def test_a_day_is_as_long_as_clocks_show_its_date(given: tuple[str, Civil]) -> None:
    """By brute force: at how many of the minutes around it do they?"""
    name, civil = given
    zone, file = ZoneInfo(name), zone_file(name)
    midnight_s = Civil(civil.year, civil.month, civil.day).us // 10**6
    window = range(midnight_s - 30 * 3600, midnight_s + 54 * 3600, 60)
    shown = [at for at in window if 0 <= at + file.offset_s(at) - midnight_s < 86_400]
    length = day_length_s(civil.date, zone)
    assert abs(length - 60 * len(shown)) < 180  # edges may lie within a minute
    if length:
        first = start_of_day(civil.date, zone)
        assert Zoned(first, zone).civil.date == civil.date
        assert -60 < first.unix_s - shown[0] <= 0
        assert Zoned(first + timedelta(microseconds=-1), zone).civil.date != civil.date


@given(zones, instants)
def test_every_instant_is_on_the_day_that_begins_last_before_it(
    name: str, instant: Instant
) -> None:
    day = local_day(instant, name)
    assert start_of_day(day, name) <= instant
    length = day_length_s(day, name)
    assert 0 < length <= 2 * 86_400
    if not changes_around(name, instant):
        assert length == 86_400


def changes_around(name: str, instant: Instant) -> list[Change]:
    return changes(name, instant + timedelta(days=-2), instant + timedelta(days=2))


def test_the_map_of_a_year_holds_every_day_and_every_change() -> None:
    found = changes_in("America/New_York", 2025)
    assert [(str(c.at), c.kind, c.size_s) for c in found] == [
        ("2025-03-09T07:00:00Z", "gap", 3600),
        ("2025-11-02T06:00:00Z", "fold", 3600),
    ]
    assert [str(c.civil_before) for c in found] == [
        "2025-03-09T02:00:00",
        "2025-11-02T02:00:00",
    ]
    assert zone_bytes("America/New_York") == zone_bytes("US/Eastern")
