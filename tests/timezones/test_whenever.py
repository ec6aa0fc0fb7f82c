"""``whenever`` as a peer: the same questions, and where it answers otherwise, why."""

import warnings
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import whenever
from hypothesis import assume, given
from hypothesis import strategies as st
from zone_files import different_zones, zone_file

from sdnotes.timezones import (
    Civil,
    Instant,
    Rule,
    TimestampError,
    UnknownZoneError,
    Zoned,
    changes,
    day_length_s,
    parse_rfc3339,
    parse_rfc9557,
    readings,
    resolve,
    start_of_day,
    write_rfc9557,
    zone_named,
)


@pytest.fixture(autouse=True, scope="module")
def the_same_tz_database() -> Iterator[None]:
    """Both read the pinned tzdata, and not the machine's."""
    whenever.reset_tzpath(())
    yield
    whenever.reset_tzpath()


zones = st.sampled_from(different_zones())
instants = st.builds(Instant, st.integers(Civil(1900, 1, 1).us, Civil(2100, 1, 1).us))


@st.composite
def near_changes(draw: st.DrawFn) -> tuple[str, Civil]:
    name = draw(zones)
    found = zone_file(name).offset_changes(1900, 2099)
    assume(found)
    at, before, _ = draw(st.sampled_from(found))
    return name, Instant.of_unix_s(at).shifted(before + draw(st.integers(-9000, 9000)))


def theirs(instant: Instant, zone: str) -> whenever.ZonedDateTime:
    return whenever.Instant.from_timestamp(instant.unix_us, unit="microsecond").to_tz(
        zone
    )


def microseconds(peer: whenever.ZonedDateTime) -> int:
    return int(peer.timestamp(unit="microsecond"))


def plain(civil: Civil) -> whenever.PlainDateTime:
    return whenever.PlainDateTime.parse_iso(str(civil))


@given(zones, instants)
def test_an_instant_in_a_zone(name: str, instant: Instant) -> None:
    ours, peer = Zoned(instant, name), theirs(instant, name)
    assert ours.civil == Civil.of(peer.to_plain().to_stdlib())
    assert ours.offset_s == peer.offset.total("seconds")
    assert ours.abbreviation == peer.tz_abbrev()


@given(near_changes(), st.sampled_from(["earlier", "later", "compatible"]))
def test_a_civil_time_near_a_change_by_each_rule(
    given: tuple[str, Civil], rule: Rule
) -> None:
    name, civil = given
    peer = plain(civil).assume_tz(name, disambiguation=rule)
    assert resolve(civil, name, rule).unix_us == microseconds(peer)


@given(near_changes())
def test_both_refuse_the_same_times_for_the_same_reason(
    given: tuple[str, Civil],
) -> None:
    name, civil = given
    try:
        plain(civil).assume_tz(name, disambiguation="raise")
        kind = "once"
    except whenever.SkippedTime:
        kind = "gap"
    except whenever.RepeatedTime:
        kind = "fold"
    assert readings(civil, name).kind == kind


@given(near_changes())
def test_how_long_a_day_is_and_when_it_begins(given: tuple[str, Civil]) -> None:
    """Theirs is from the first instant of a day to that of the next.

    The two differ where the clock goes back over midnight, so that a day's time is in
    two parts: then part of the next day lies between.
    """
    name, civil = given
    length = day_length_s(civil.date, name)
    assume(length > 0)
    start = start_of_day(civil.date, name)
    peer = theirs(start, name)
    assert microseconds(peer.start_of("day")) == start.unix_us
    around = changes(name, start + timedelta(days=-2), start + timedelta(days=2))
    if all(each.civil_before.date == each.civil_after.date for each in around):
        assert peer.day_length().total("seconds") == length


@given(zones, instants)
def test_the_next_change_of_the_offset(name: str, instant: Instant) -> None:
    found = changes(name, instant, instant + timedelta(days=400))
    peer = theirs(instant, name)
    while (then := peer.next_transition()) is not None:
        if then.offset != peer.offset:  # they stop at changes of a name as well
            break
        peer = then
    if found:
        assert then is not None
        assert then.timestamp() == found[0].at.unix_s


@given(zones, instants, st.integers(-400, 400))
def test_days_as_a_calendar_counts_them(name: str, instant: Instant, days: int) -> None:
    assume(days != 0)
    ours = Zoned(instant, name).plus_days(days, "compatible")
    peer = theirs(instant, name).add(days=days, disambiguation="compatible")
    assert ours.instant.unix_us == microseconds(peer) or differs_in_fold(ours, peer)


def differs_in_fold(ours: Zoned, peer: whenever.ZonedDateTime) -> bool:
    """They keep the offset, where it is one of the two; we keep to the rule."""
    found = readings(ours.civil, ours.zone)
    return found.kind == "fold" and peer.timestamp() == found.later.unix_s


def test_a_day_back_into_a_fold_keeps_their_offset_and_our_rule() -> None:
    """They prefer the offset of before, even where "compatible" is asked for.

    A rule that is stated is kept here: the same civil time is always the same instant.
    """
    after = Instant.parse("2025-11-03T01:30:00-05:00")
    ours = Zoned(after, "America/New_York").plus_days(-1, "compatible")
    peer = theirs(after, "America/New_York")
    peer = peer.add(days=-1, disambiguation="compatible")
    assert str(ours) == "2025-11-02T01:30:00-04:00[America/New_York]"
    assert peer.format_iso() == "2025-11-02T01:30:00-05:00[America/New_York]"


@given(zones, instants)
def test_each_reads_what_the_other_writes(name: str, instant: Instant) -> None:
    zoned, peer = Zoned(instant, name), theirs(instant, name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        back = whenever.ZonedDateTime.parse_iso(write_rfc9557(zoned))
    assert back == peer
    if zoned.offset_s % 60 == 0:
        assert parse_rfc9557(peer.format_iso()).instant == instant


def test_they_write_offsets_with_seconds_and_we_do_not() -> None:
    """RFC 3339 has no seconds of an offset, so we write Z and leave it to the zone."""
    noon = Instant.parse("1850-01-01T12:00:00Z")
    written = theirs(noon, "America/New_York").format_iso()
    assert written == "1850-01-01T07:03:58-04:56:02[America/New_York]"
    with pytest.raises(TimestampError):
        parse_rfc9557(written)
    ours = write_rfc9557(Zoned(noon, "America/New_York"))
    assert ours == "1850-01-01T12:00:00Z[America/New_York]"


def test_they_read_a_leap_second_as_the_second_before_and_we_ask() -> None:
    text = "2016-12-31T23:59:60Z"
    assert whenever.Instant.parse_iso(text).timestamp() == 1483228799
    with pytest.raises(TimestampError, match="a leap second"):
        parse_rfc3339(text)
    following = parse_rfc3339(text, leap_second="following").instant
    assert following.unix_s == 1483228800  # as POSIX counts


def test_they_take_an_unknown_offset_for_zero_and_we_do_not() -> None:
    """RFC 9557 section 3.4: Z and -00:00 contradict no zone."""
    text = "2022-07-08T00:14:07{}[Europe/Paris]"
    with pytest.raises(whenever.InvalidOffsetError):
        whenever.ZonedDateTime.parse_iso(text.format("-00:00"))
    for offset in ("Z", "-00:00"):
        assert parse_rfc9557(text.format(offset)).zone == zone_named("Europe/Paris")


@pytest.mark.parametrize(
    "text",
    [
        "2022-07-08T00:14:07+02:00[!Europe/Paris]",
        "2022-07-08T00:14:07+02:00[Europe/Paris][u-ca=gregory]",
        "2022-07-08T00:14:07+02:00[Europe/Paris][foo=bar]",
    ],
)
def test_they_have_no_critical_flag_and_no_tags(text: str) -> None:
    with pytest.raises(ValueError, match=r"not found|invalid"):
        whenever.ZonedDateTime.parse_iso(text)
    assert parse_rfc9557(text).zone == zone_named("Europe/Paris")


def test_they_find_a_zone_in_any_case_and_we_say_its_name() -> None:
    instant = Instant.of_unix_s(0)
    assert theirs(instant, "europe/paris").tz_id == "Europe/Paris"
    with pytest.raises(UnknownZoneError, match="did you mean 'Europe/Paris'"):
        Zoned(instant, "europe/paris")


@pytest.mark.parametrize(
    ("theirs_is", "ours_is"), [("keep_instant", "offset"), ("keep_local", "zone")]
)
def test_an_offset_that_contradicts_the_zone(theirs_is: str, ours_is: str) -> None:
    text = "2022-07-08T00:14:07+01:00[Europe/Paris]"
    peer = whenever.ZonedDateTime.parse_iso(
        text,
        offset_mismatch=theirs_is,  # type: ignore[call-overload]
    )
    ours = parse_rfc9557(text, conflict=ours_is)  # type: ignore[arg-type]
    assert ours.instant.unix_us == microseconds(peer)


def test_a_day_that_was_left_out() -> None:
    assert day_length_s(date(2011, 12, 30), "Pacific/Apia") == 0
    before = whenever.ZonedDateTime(2011, 12, 29, tz="Pacific/Apia")
    assert before.add(days=1, disambiguation="compatible").day == 31
