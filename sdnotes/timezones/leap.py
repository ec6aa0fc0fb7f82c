"""Is 23:59:60 a time? To UTC it is; to Unix time, and to a smeared clock, it is not.

    2016-12-31      UTC shows    Unix time    TAI - UTC   smeared clock - UTC
    noon            12:00:00     1483185600      36 s       0 s
    leap second     23:59:60     1483228800      36 s      -0.5 s
    a second later  00:00:00     1483228800      37 s      +0.5 s
    noon            12:00:00     1483272000      37 s       0 s

Unix time counts days of 86,400 seconds, so the leap second and the second after it have
one and the same number. A smeared clock has no such second: for a day each of its
seconds is a little longer.

Source: IERS Bulletin C and leap-seconds.list; POSIX.1-2017, section 4.16; Google Public
NTP, "Leap Smear" (24 hours, linear, from noon to noon UTC).
Left out: UTC before 1972, which had other steps; leap seconds after that of 2016.
Chapter: docs/chapters/timezones/.
"""

from bisect import bisect_right
from datetime import date, timedelta

from sdnotes.timezones.times import Civil, Instant

# Each a June 30 (1) or a December 31 (2) that ended with 23:59:60Z.
_HALVES = (
    "1972-1 1972-2 1973-2 1974-2 1975-2 1976-2 1977-2 1978-2 1979-2 1981-1 1982-1 "
    "1983-1 1985-1 1987-2 1989-2 1990-2 1992-1 1993-1 1994-1 1995-2 1997-1 1998-2 "
    "2005-2 2008-2 2012-1 2015-1 2016-2"
)
LEAP_SECONDS = tuple(
    date(int(half[:4]), 6, 30) if half.endswith("1") else date(int(half[:4]), 12, 31)
    for half in _HALVES.split()
)
"""The days, in UTC, that ended with a leap second, oldest first."""

_AFTER = tuple(
    Instant(Civil(day.year, day.month, day.day).us + 86_400 * 10**6)
    for day in LEAP_SECONDS
)
_AT_FIRST_S = 10  # TAI - UTC on 1972-01-01
_HALF_DAY = timedelta(hours=12)


def tai_minus_utc_s(instant: Instant) -> int:
    """Return how many seconds UTC is behind atomic time at an instant.

    Raises ValueError before 1972-07-01, when the first leap second was over.

    Examples:
        >>> tai_minus_utc_s(Instant.parse("2016-12-31T23:59:59Z"))
        36
        >>> tai_minus_utc_s(Instant.parse("2017-01-01T00:00:00Z"))
        37
    """
    passed = bisect_right(_AFTER, instant)
    if passed == 0:
        raise ValueError(f"instant={instant} is before {_AFTER[0]}")
    return _AT_FIRST_S + passed


def elapsed_s(first: Instant, second: Instant) -> int:
    """Return the seconds that really passed, leap seconds too, rounded down.

    Raises ValueError before 1972-07-01.

    Examples:
        >>> newyear = Instant.parse("2017-01-01T00:00:00Z")
        >>> elapsed_s(newyear + timedelta(seconds=-1), newyear)
        2
    """
    leap_s = tai_minus_utc_s(second) - tai_minus_utc_s(first)
    return (second.unix_us - first.unix_us) // 10**6 + leap_s


def may_be_leap_second(day: date) -> bool:
    """Return whether a day in UTC ended with a leap second, or might yet be given one.

    Past the last one in the list every June 30 and December 31 might.
    """
    at_half = (day.month, day.day) in {(6, 30), (12, 31)}
    return day in LEAP_SECONDS or (day > LEAP_SECONDS[-1] and at_half)


def smear_us(instant: Instant) -> int:
    """Return what a clock that smears from noon to noon shows, minus UTC, in us.

    It falls back by up to half a second before the leap second. Then UTC inserts a
    second, which the clock does not: it is half a second ahead, and loses that too.

    Examples:
        >>> newyear = Instant.parse("2017-01-01T00:00:00Z")
        >>> [smear_us(newyear + timedelta(hours=h)) for h in (-12, -6, 0, 6, 12)]
        [0, -249997, 499995, 249998, 0]
    """
    for after in _AFTER:
        from_us = after.unix_us - _HALF_DAY // timedelta(microseconds=1)
        until_us = after.unix_us + _HALF_DAY // timedelta(microseconds=1)
        if from_us <= instant.unix_us <= until_us:
            # The day from noon to noon has a second more than 86,400.
            before = instant < after
            passed_us = instant.unix_us - from_us + (0 if before else 10**6)
            lost_us = passed_us // 86_401
            return -lost_us if before else 10**6 - lost_us
    return 0
