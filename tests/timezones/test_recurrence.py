"""Recurrences, by dateutil's days, by the RFC's examples, and by reports of others."""

from datetime import datetime
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from sdnotes.timezones import (
    Civil,
    Instant,
    Recurrence,
    RecurrenceError,
    Zoned,
    next_at,
    resolve,
)

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@st.composite
def rules(draw: st.DrawFn) -> str:
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    # Not 7: every seventh day is never a Tuesday, and both look until the year 9999.
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.sampled_from([1, 2, 3, 5, 13]))}"]
    if freq != "YEARLY" and draw(st.booleans()):
        # Not both: of MO,1MO dateutil takes 1MO alone, and the RFC all Mondays.
        each = st.just("")
        numbered = st.sampled_from(["1", "2", "-1", "5", "-5", "+3"])
        numbers = draw(st.sampled_from([each, numbered]))
        count = draw(st.integers(1, 3))
        parts.append(
            "BYDAY="
            + ",".join(
                (draw(numbers) if freq == "MONTHLY" else "")
                + draw(st.sampled_from(DAYS))
                for _ in range(count)
            )
        )
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(DAYS))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 12))}")
    return ";".join(parts)


starts = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1))  # noqa: DTZ001


@settings(max_examples=300)
@given(rules(), starts)
def test_the_days_are_those_of_dateutil(text: str, start: datetime) -> None:
    start = start.replace(microsecond=0)
    expected = list(islice(rrulestr(text, dtstart=start), 12))
    found = Recurrence.parse(text).occurrences(Civil.of(start), "Etc/UTC")
    assert [each.civil.naive for each in islice(found, 12)] == expected


def civils(text: str, start: str, zone: str, in_gap: str = "shift") -> list[str]:
    found = Recurrence.parse(text).occurrences(
        Civil.parse(start),
        zone,
        in_gap,  # type: ignore[arg-type]
    )
    return [f"{each.civil} {each.abbreviation}" for each in islice(found, 4)]


def test_a_time_in_a_gap_is_shifted_that_day_and_no_other() -> None:
    """RFC 5545 section 3.3.5; rrule-temporal #136: later days stayed shifted."""
    assert civils("FREQ=DAILY", "2026-03-28T02:30", "Europe/Berlin") == [
        "2026-03-28T02:30:00 CET",
        "2026-03-29T03:30:00 CEST",
        "2026-03-30T02:30:00 CEST",
        "2026-03-31T02:30:00 CEST",
    ]


def test_or_it_is_left_out_and_not_counted() -> None:
    """RFC 5545 section 3.3.10; libical #318, rrule-temporal #141, dateutil #1425."""
    skipped = civils(
        "FREQ=DAILY;COUNT=3", "2024-03-09T02:30", "America/New_York", "skip"
    )
    assert skipped == [
        "2024-03-09T02:30:00 EST",
        "2024-03-11T02:30:00 EDT",
        "2024-03-12T02:30:00 EDT",
    ]


def test_a_time_that_comes_twice_is_its_first() -> None:
    """RFC 5545 section 3.3.5, its example of 2007-11-04."""
    (found,) = civils("FREQ=DAILY;COUNT=1", "2007-11-04T01:30", "America/New_York")
    assert found == "2007-11-04T01:30:00 EDT"


def test_the_example_of_a_gap_in_rfc_5545() -> None:
    """Section 3.3.5: 02:30 is 3:30 EDT that day; libical #1402 made it 1:30 EST."""
    (found,) = civils("FREQ=DAILY;COUNT=1", "2007-03-11T02:30", "America/New_York")
    assert found == "2007-03-11T03:30:00 EDT"


def test_the_end_is_an_instant_and_belongs_to_it() -> None:
    """RFC 5545 section 3.8.5.3: daily until 24 December 1997, from 2 September."""
    rule = Recurrence.parse("FREQ=DAILY;UNTIL=19971224T000000Z")
    found = list(rule.occurrences(Civil(1997, 9, 2, 9), "America/New_York"))
    assert len(found) == 113  # through 23 December
    assert str(found[-1].civil) == "1997-12-23T09:00:00"
    exactly = Recurrence.parse("FREQ=DAILY;UNTIL=19970903T130000Z")
    assert len(list(exactly.occurrences(Civil(1997, 9, 2, 9), "America/New_York"))) == 2


@pytest.mark.parametrize(
    ("text", "days"),
    [  # RFC 5545 section 3.8.5.3, from 2 September 1997
        ("FREQ=WEEKLY;COUNT=4", "0902 0909 0916 0923"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "0902 0916 0930 1014"),
        ("FREQ=WEEKLY;COUNT=4;WKST=SU;BYDAY=TU,TH", "0902 0904 0909 0911"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU;BYDAY=TU,TH", "0902 0904 0916 0918"),
        ("FREQ=MONTHLY;COUNT=4;BYDAY=1FR", "0905 1003 1107 1205"),
        ("FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU", "0907 0928 1102 1130"),
        ("FREQ=MONTHLY;COUNT=2;BYDAY=-2MO", "0922 1020"),
    ],
)
def test_the_examples_of_rfc_5545(text: str, days: str) -> None:
    found = civils(text, "1997-09-02T09:00", "America/New_York")
    assert [each[5:10].replace("-", "") for each in found] == days.split()


def test_a_birthday_on_a_leap_day_comes_every_fourth_year() -> None:
    found = civils("FREQ=YEARLY", "2016-02-29T09:00", "Europe/Paris")
    assert [each[:4] for each in found] == ["2016", "2020", "2024", "2028"]


def test_a_recurrence_ends_with_the_calendar() -> None:
    rule = Recurrence.parse("FREQ=YEARLY;INTERVAL=1000")
    for text in ("FREQ=YEARLY;INTERVAL=1000", "FREQ=MONTHLY;INTERVAL=90000"):
        rule = Recurrence.parse(text)
        assert len(list(rule.occurrences(Civil(9000, 1, 1), "Etc/UTC"))) == 1
    for text in ("FREQ=DAILY;INTERVAL=900000", "FREQ=WEEKLY;INTERVAL=900000"):
        rule = Recurrence.parse(text)
        assert len(list(rule.occurrences(Civil(9000, 1, 1), "Etc/UTC"))) == 1
    last = Recurrence.parse("FREQ=MONTHLY;BYDAY=FR")
    days = list(last.occurrences(Civil(9999, 12, 20), "Etc/UTC"))
    assert [each.civil.day for each in days] == [24, 31]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("INTERVAL=2", 0),
        ("FREQ=HOURLY", 5),
        ("FREQ=DAILY;FREQ=DAILY", 11),
        ("FREQ=DAILY;INTERVAL=0", 20),
        ("FREQ=DAILY;INTERVAL=-1", 20),
        ("FREQ=DAILY;INTERVAL=1.5", 20),
        ("FREQ=DAILY;COUNT=0", 17),
        ("FREQ=DAILY;BYHOUR=9", 11),
        ("FREQ=DAILY;BYDAY", 11),
        ("FREQ=MONTHLY;BYDAY=MO,XX", 22),
        ("FREQ=MONTHLY;BYDAY=0MO", 19),
        ("FREQ=MONTHLY;BYDAY=6MO", 19),
        ("FREQ=WEEKLY;WKST=XX", 17),
        ("FREQ=DAILY;UNTIL=20251231", 17),
        ("FREQ=DAILY;UNTIL=20251231T090000", 17),
        ("FREQ=DAILY;UNTIL=20250230T090000Z", 17),
        ("FREQ=DAILY;COUNT=2;UNTIL=20251231T090000Z", 0),
        ("FREQ=WEEKLY;BYDAY=1MO", 0),
        ("FREQ=YEARLY;BYDAY=MO", 0),
        ("RRULE:FREQ=DAILY", 0),
    ],
)
def test_a_rule_that_is_not_understood_is_an_error_that_says_where(
    text: str, position: int
) -> None:
    with pytest.raises(RecurrenceError) as caught:
        Recurrence.parse(text)
    assert caught.value.position == position


@given(st.text("FREQ=DAILYWKMONTHUTZ;,0129-+BS", max_size=40))
def test_any_other_text_is_a_recurrence_error(text: str) -> None:
    try:
        Recurrence.parse(text)
    except RecurrenceError as error:
        position = error.position
    else:
        position = 0
    assert 0 <= position <= len(text)


def test_small_letters_are_as_good() -> None:
    assert Recurrence.parse("freq=weekly;byday=mo") == Recurrence.parse(
        "FREQ=WEEKLY;BYDAY=MO"
    )


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(Civil(2000, 1, 1).us, Civil(2035, 1, 1).us).map(Instant),
    st.sampled_from(["America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_the_next_ring_is_the_first_that_is_later(
    hour: int, minute: int, after: Instant, zone: str
) -> None:
    """By brute force: of all days around it."""
    today = Zoned(after, zone).civil
    days = (
        Civil(today.year, today.month, today.day, hour, minute).plus_days(each)
        for each in range(-4, 5)
    )
    rings = (resolve(day, zone, "compatible") for day in days)
    expected = min(each for each in rings if each > after)
    assert next_at(hour, minute, after, zone).instant == expected


def test_of_every_monday_and_the_first_one_each_monday_is_taken() -> None:
    """RFC 5545 section 3.3.10: BYDAY lists days; dateutil takes the first alone."""
    text = "FREQ=MONTHLY;BYDAY=MO,1MO"
    found = civils(text, "2000-01-01T00:00", "Etc/UTC")
    assert [each[:10] for each in found[:2]] == ["2000-01-03", "2000-01-10"]
    theirs = rrulestr(text, dtstart=Civil(2000, 1, 1).naive)
    assert [str(each)[:10] for each in islice(theirs, 2)] == [
        "2000-01-03",
        "2000-02-07",
    ]
