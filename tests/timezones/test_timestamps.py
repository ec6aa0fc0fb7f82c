"""RFC 3339 and RFC 9557, by the examples of the RFCs and by what comes back."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zone_files import different_zones

from sdnotes.timezones import (
    Civil,
    Instant,
    TimestampError,
    Zoned,
    parse_rfc3339,
    parse_rfc9557,
    write_rfc3339,
    write_rfc9557,
    zone_named,
)

instants = st.builds(Instant, st.integers(Civil(2, 1, 1).us, Civil(9998, 12, 31).us))
offsets = st.integers(-1439, 1439).map(lambda minutes: 60 * minutes)


@pytest.mark.parametrize(
    ("text", "instant", "offset_s"),
    [
        ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z", None),
        ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z", -8 * 3600),
        ("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870000Z", 1200),
        ("2022-07-08T02:14:07+02:00", "2022-07-08T00:14:07Z", 7200),
        ("2022-07-08t02:14:07z", "2022-07-08T02:14:07Z", None),
        ("2022-07-08 02:14:07-00:00", "2022-07-08T02:14:07Z", None),
        ("2022-07-08T02:14:07+00:00", "2022-07-08T02:14:07Z", 0),
        ("2022-07-08T02:14:07.1234567Z", "2022-07-08T02:14:07.123456Z", None),
    ],
)
def test_the_examples_of_rfc_3339_section_5_8(
    text: str, instant: str, offset_s: int | None
) -> None:
    stamp = parse_rfc3339(text)
    assert (str(stamp.instant), stamp.offset_s) == (instant, offset_s)


@pytest.mark.parametrize("text", ["1990-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00"])
def test_the_leap_seconds_of_rfc_3339_section_5_8(text: str) -> None:
    with pytest.raises(TimestampError, match="at 17: a leap second"):
        parse_rfc3339(text)
    stamp = parse_rfc3339(text, leap_second="following")
    assert str(stamp.instant) == "1991-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "text",
    ["1990-12-30T23:59:60Z", "1991-12-31T23:59:60Z", "1990-12-31T22:59:60Z"],
)
def test_a_leap_second_that_was_none_is_refused_in_either_way(text: str) -> None:
    for choice in ("reject", "following"):
        with pytest.raises(TimestampError, match="there was no leap second"):
            parse_rfc3339(text, leap_second=choice)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("22-07-08T00:14:07Z", 0),
        ("0000-07-08T00:14:07Z", 0),
        ("\uff12\uff10\uff12\uff12-07-08T00:14:07Z", 0),
        ("2022/07/08T00:14:07Z", 4),
        ("2022-13-08T00:14:07Z", 5),
        ("2023-02-29T00:14:07Z", 8),
        ("2022-07-08", 10),
        ("2022-07-08_00:14:07Z", 10),
        ("2022-07-08T24:00:00Z", 11),
        ("2022-07-08T00:60:00Z", 14),
        ("2022-07-08T00:14Z", 16),
        ("2022-07-08T00:14:61Z", 17),
        ("2022-07-08T00:14:07", 19),
        ("2022-07-08T00:14:07,5Z", 19),
        ("2022-07-08T00:14:07.Z", 20),
        ("2022-07-08T00:14:07+24:00", 20),
        ("2022-07-08T00:14:07+0200", 22),
        ("2022-07-08T00:14:07+02:60", 23),
        ("2022-07-08T00:14:07Z ", 20),
        ("0001-01-01T00:00:00+00:01", 19),
        ("9999-12-31T23:59:59-00:01", 19),
    ],
)
def test_an_error_says_where(text: str, position: int) -> None:
    with pytest.raises(TimestampError) as caught:
        parse_rfc3339(text)
    assert caught.value.position == position
    assert caught.value.text == text


def test_an_error_does_not_repeat_a_text_without_an_end() -> None:
    with pytest.raises(TimestampError) as caught:
        parse_rfc3339("x" * 100_000)
    assert len(str(caught.value)) < 200


@given(instants, st.none() | offsets)
def test_what_is_written_is_read_again(instant: Instant, offset_s: int | None) -> None:
    text = write_rfc3339(instant, offset_s)
    stamp = parse_rfc3339(text)
    assert (stamp.instant, stamp.offset_s) == (instant, offset_s)
    assert Instant.parse(text) == Instant.of(datetime.fromisoformat(text)) == instant


def where_wrong(parse: Callable[[], object]) -> int:
    """Return the position of an error, 0 without one; let any other error pass."""
    try:
        parse()
    except TimestampError as error:
        return error.position
    return 0


@given(st.text(max_size=40) | st.text("0129TZ:+-.[]!=az/", max_size=40))
def test_any_other_text_is_a_timestamp_error(text: str) -> None:
    for parse in (parse_rfc3339, parse_rfc9557):
        assert 0 <= where_wrong(lambda parse=parse: parse(text)) <= len(text)


@given(
    st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]"
        r"(Z|[+-][0-2][0-9]:[0-5][0-9])",
        fullmatch=True,
    ),
    st.sampled_from(different_zones()),
    st.sampled_from(["reject", "offset", "zone"]),
)
def test_a_text_that_nearly_is_one_too(text: str, zone: str, conflict: str) -> None:
    for each in (text, f"{text}[{zone}]", f"{text}[!{zone}]"):
        wrong = where_wrong(lambda each=each: parse_rfc9557(each, conflict=conflict))
        assert 0 <= wrong <= len(each)


@pytest.mark.parametrize(
    ("text", "instant", "zone", "tags"),
    [
        ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z", None, ()),
        (
            "1996-12-19T16:39:57-08:00[America/Los_Angeles]",
            "1996-12-20T00:39:57Z",
            "America/Los_Angeles",
            (),
        ),
        (
            "1996-12-19T16:39:57-08:00[America/Los_Angeles][u-ca=hebrew]",
            "1996-12-20T00:39:57Z",
            "America/Los_Angeles",
            (("u-ca", "hebrew"),),
        ),
        (
            "2022-07-08T00:14:07Z[Europe/Paris]",
            "2022-07-08T00:14:07Z",
            "Europe/Paris",
            (),
        ),
        (
            "2022-07-08T00:14:07+00:00[Europe/London]",
            None,
            "Europe/London",
            (),
        ),
        (
            "2022-07-08T00:14:07+01:00[Europe/London]",
            "2022-07-07T23:14:07Z",
            "Europe/London",
            (),
        ),
        (
            "2022-07-08T00:14:07+01:00[knort=blargel]",
            "2022-07-07T23:14:07Z",
            None,
            (("knort", "blargel"),),
        ),
        (
            "2022-07-08T00:14:07Z[u-ca=chinese][u-ca=japanese]",
            "2022-07-08T00:14:07Z",
            None,
            (("u-ca", "chinese"),),
        ),
        (
            "2022-07-08T00:14:07Z[!u-ca=gregory]",
            "2022-07-08T00:14:07Z",
            None,
            (("u-ca", "gregory"),),
        ),
        ("2022-07-08T00:14:07+02:00[+02:00]", "2022-07-07T22:14:07Z", None, ()),
    ],
)
def test_the_examples_of_rfc_9557(
    text: str,
    instant: str | None,
    zone: str | None,
    tags: tuple[tuple[str, str], ...],
) -> None:
    if instant is None:
        with pytest.raises(TimestampError, match="the zone's offset is 3600 s, not 0"):
            parse_rfc9557(text)
        return
    stamp = parse_rfc9557(text)
    assert str(stamp.instant) == instant
    assert (stamp.zone.key if stamp.zone else None) == zone
    assert stamp.tags == tags


@pytest.mark.parametrize(
    ("text", "position"),
    [
        # RFC 9557 section 3.3: critical, so to be treated as an error.
        ("2022-07-08T00:14:07+01:00[!Europe/Paris]", 27),
        ("2022-07-08T00:14:07Z[!u-ca=chinese][u-ca=japanese]", 22),
        ("2022-07-08T00:14:07Z[u-ca=chinese][!u-ca=japanese]", 36),
        ("2022-07-08T00:14:07Z[u-ca=hebrew][!u-ca=gregory]", 35),
        ("2022-07-08T00:14:07Z[!u-ca=gregory][u-ca=hebrew]", 36),
        ("2022-07-08T00:14:07Z[!knort=blargel]", 22),
        # Section 3.2: keys of experiments.
        ("2022-07-08T00:14:07Z[_foo=bar]", 21),
        # Section 4.1: the grammar.
        ("2022-07-08T00:14:07Z[", 21),
        ("2022-07-08T00:14:07Z[]", 21),
        ("2022-07-08T00:14:07Z[Europe/Paris", 33),
        ("2022-07-08T00:14:07Z[Europe/Paris]x", 34),
        ("2022-07-08T00:14:07Z[u-ca=a--b]", 26),
        ("2022-07-08T00:14:07Z[U-CA=hebrew]", 21),
        ("2022-07-08T00:14:07Z[u-ca=hebrew][Europe/Paris]", 34),
        ("2022-07-08T00:14:07Z[Europe/Paris][+02:00]", 35),
        ("2022-07-08T00:14:07Z[../etc/passwd]", 21),
        ("2022-07-08T00:14:07Z[/etc/passwd]", 21),
        ("2022-07-08T00:14:07Z[Mars/Base]", 21),
        ("2022-07-08T00:14:07+01:00[+02:00]", 26),
        ("0001-01-01T00:00:00Z[America/New_York]", 21),
        ("9999-12-31T23:59:59Z[Asia/Tokyo]", 21),
    ],
)
def test_what_rfc_9557_does_not_allow_is_an_error_that_says_where(
    text: str, position: int
) -> None:
    for conflict in ("reject", "offset", "zone")[: 1 if "+02:00]" in text else 3]:
        with pytest.raises(TimestampError) as caught:
            parse_rfc9557(text, conflict=conflict)  # type: ignore[arg-type]
        assert caught.value.position == position


@pytest.mark.parametrize(
    ("conflict", "instant", "offset_s", "zone"),
    [
        ("offset", "2022-07-07T23:14:07Z", 3600, None),
        ("zone", "2022-07-07T22:14:07Z", 7200, "Europe/Paris"),
    ],
)
def test_a_contradiction_can_be_resolved_in_two_ways(
    conflict: str, instant: str, offset_s: int, zone: str | None
) -> None:
    text = "2022-07-08T00:14:07+01:00[Europe/Paris]"
    stamp = parse_rfc9557(text, conflict=conflict)  # type: ignore[arg-type]
    assert (str(stamp.instant), stamp.offset_s) == (instant, offset_s)
    assert (stamp.zone and stamp.zone.key) == zone
    numeric = parse_rfc9557(
        "2022-07-08T00:14:07+01:00[+02:00]",
        conflict=conflict,  # type: ignore[arg-type]
    )
    assert (str(numeric.instant), numeric.offset_s) == (instant, offset_s)


def test_a_time_whose_zone_has_come_to_skip_it_is_shifted() -> None:
    text = "2025-03-09T02:30:00-06:00[America/New_York]"
    stamp = parse_rfc9557(text, conflict="zone")
    assert str(stamp.instant) == "2025-03-09T07:30:00Z"


@pytest.mark.parametrize(
    ("offset", "instant"), [("-04:00", "05:30"), ("-05:00", "06:30")]
)
def test_in_a_fold_the_offset_says_which(offset: str, instant: str) -> None:
    stamp = parse_rfc9557(f"2025-11-02T01:30:00{offset}[America/New_York]")
    assert str(stamp.instant) == f"2025-11-02T{instant}:00Z"


@given(st.sampled_from(different_zones()), instants, st.booleans())
def test_a_zoned_time_is_read_again_as_it_was(
    name: str, instant: Instant, critical: bool
) -> None:
    zoned = Zoned(instant, name)
    stamp = parse_rfc9557(write_rfc9557(zoned, critical=critical))
    assert stamp.instant == instant
    assert stamp.zone is zone_named(name)
    assert stamp.offset_s in {None, zoned.offset_s}
