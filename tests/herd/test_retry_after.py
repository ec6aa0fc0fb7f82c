"""RFC 9110's own examples, and what a hostile or careless server may send."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from draws import picks
from hypothesis import given

from sdnotes.herd import retry_after_s

NOON = datetime(1994, 11, 6, 8, 49, 0, tzinfo=UTC)


def test_the_examples_of_section_10_2_3() -> None:
    """RFC 9110 section 10.2.3: a date, and a number of seconds."""
    now = datetime(1999, 12, 31, 23, 58, 59, tzinfo=UTC)
    assert retry_after_s("Fri, 31 Dec 1999 23:59:59 GMT", now) == 60
    assert retry_after_s("120", now) == 120


@pytest.mark.parametrize(
    "date",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_the_three_forms_of_a_date_of_section_5_6_7(date: str) -> None:
    assert retry_after_s(date, NOON) == 37


def test_a_year_of_two_digits_is_at_most_fifty_ahead() -> None:
    """RFC 9110 section 5.6.7."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert retry_after_s("Sunday, 06-Nov-94 08:49:37 GMT", now) == 0  # 1994
    assert retry_after_s("Saturday, 01-Jan-77 00:00:00 GMT", now) == 0  # 1977
    ahead = retry_after_s("Thursday, 01-Jan-76 00:00:00 GMT", now)  # 2076
    assert ahead == (datetime(2076, 1, 1, tzinfo=UTC) - now).total_seconds()


def test_a_date_that_is_past_means_now() -> None:
    assert retry_after_s("Sun, 06 Nov 1994 08:00:00 GMT", NOON) == 0


def test_the_clock_may_stand_in_any_zone() -> None:
    here = NOON.astimezone(timezone(timedelta(hours=5)))
    assert retry_after_s("Sun, 06 Nov 1994 08:49:37 GMT", here) == 37
    with pytest.raises(ValueError, match="no time zone"):
        retry_after_s("1", NOON.replace(tzinfo=None))


def test_a_leap_second_is_allowed() -> None:
    now = datetime(2016, 12, 31, 23, 59, 0, tzinfo=UTC)
    assert retry_after_s("Sat, 31 Dec 2016 23:59:60 GMT", now) == 60


@pytest.mark.parametrize(
    "field",
    [
        "",
        "soon",
        "-1",
        "+1",
        "1.5",
        "1e3",
        "٣",
        "9" * 19,
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06  1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, 120",
    ],
)
def test_anything_else_counts_as_not_there(field: str) -> None:
    assert retry_after_s(field, NOON) is None


def test_blanks_around_are_no_part_of_it() -> None:
    assert retry_after_s(" 7\t", NOON) == 7


# What a field may be made of, what looks like it, and any other character.
PIECES = [
    *"0123456789+-.,:e \t\0\xb2\xb9\u0663\u06f5\U0001d7d9",
    *["Sun", "Sunday", "Nov", "Feb", "GMT", "94", "1994", "0000", "9999", "31", "60"],
    *["Sun, 06 Nov ", "Sunday, 31-Feb-", "Sun Nov  6 ", " 08:49:37", " 24:61:61 GMT"],
    *map(chr, range(0x80, 0x180)),
]


@given(picks([*PIECES[:32] * 8, *PIECES], max_size=8))
def test_no_text_makes_it_fail_or_ask_for_less_than_nothing(pieces: list[str]) -> None:
    field = "".join(pieces)
    told = retry_after_s(field, NOON)
    assert told is None or told >= 0


@pytest.mark.parametrize(
    "field",
    [
        "Fri, 31 Dec 9999 23:59:60 GMT",  # a second later there are no years left
        "Fri, 31 Dec 1999 23:59:\u0665\u0669 GMT",  # digits, but not of the grammar
    ],
)
def test_a_date_that_is_none_is_as_if_it_were_not_there(field: str) -> None:
    assert retry_after_s(field, datetime(1999, 12, 31, tzinfo=UTC)) is None
