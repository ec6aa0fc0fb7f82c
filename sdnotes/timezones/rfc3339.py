"""RFC 3339: a civil time and its offset, so an instant; the zone is not in it.

    2025-11-02T01:30:00-04:00   shown by a clock 4 hours behind UTC, somewhere
    2025-11-02T05:30:00+00:00   the same instant, and a clock that is on UTC
    2025-11-02T05:30:00Z        the same; where the clock is, is not known
    2025-11-02T05:30:00-00:00   the same as Z
    2016-12-31T23:59:60Z        a leap second: a time, and no ``Instant``

Source: RFC 3339, sections 4.3, 5.6 and 5.7; RFC 9557, section 2, for what Z means now.
Left out: week dates and other forms of ISO 8601. Digits after the sixth of a fraction
are read and dropped.
Builds on: sdnotes.timezones.leap.
Chapter: docs/chapters/timezones/.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from sdnotes.timezones.leap import may_be_leap_second
from sdnotes.timezones.scanning import Scanner
from sdnotes.timezones.times import Civil, Instant, check_whole

LeapSecond: TypeAlias = Literal["reject", "following"]
"""What to make of :60: an error, or the second after it, as Unix time does."""

_DIGITS = "0123456789"
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What a text says: an instant, and what else stood there.

    ``offset_s`` is None where the local offset is not known: Z, or -00:00.
    """

    instant: Instant
    offset_s: int | None
    zone: ZoneInfo | None = None
    tags: tuple[tuple[str, str], ...] = ()


def parse_rfc3339(text: str, *, leap_second: LeapSecond = "reject") -> Timestamp:
    """Return what an RFC 3339 timestamp says.

    Small t and z are read, and a blank for the T (RFC 3339 section 5.6). Raises
    TimestampError, with the position, for another text.

    Examples:
        >>> stamp = parse_rfc3339("2025-11-02T01:30:00-04:00")
        >>> print(stamp.instant, stamp.offset_s)
        2025-11-02T05:30:00Z -14400
        >>> parse_rfc3339("2025-02-30T00:00:00Z")
        Traceback (most recent call last):
        ...
        sdnotes.timezones.scanning.TimestampError: text='2025-02-30T00:00:00Z' at 8: \
day 30 is not in 2025-02
    """
    scanner = Scanner(text)
    stamp = read_timestamp(scanner, leap_second)
    scanner.end()
    return stamp


def write_rfc3339(instant: Instant, offset_s: int | None = 0) -> str:
    """Return the timestamp of an instant, at an offset; None is written as Z.

    Raises ValueError for an offset that is no whole minute, or a day or more: RFC 3339
    cannot say it.

    Examples:
        >>> write_rfc3339(Instant.parse("2025-11-02T05:30:00Z"), -4 * 3600)
        '2025-11-02T01:30:00-04:00'
    """
    if offset_s is None:
        return str(instant)
    check_whole("offset_s", offset_s, 1 - _SECONDS_A_DAY, _SECONDS_A_DAY - 1)
    if offset_s % 60:
        raise ValueError(f"offset_s={offset_s!r} is no whole number of minutes")
    hours, minutes = divmod(abs(offset_s) // 60, 60)
    sign = "-" if offset_s < 0 else "+"
    return f"{instant.shifted(offset_s)}{sign}{hours:02}:{minutes:02}"


def read_timestamp(scanner: Scanner, leap_second: LeapSecond) -> Timestamp:
    """Read a timestamp from a longer text.

    Raises TimestampError, and ValueError for an unknown ``leap_second``.
    """
    if leap_second not in get_args(LeapSecond):
        raise ValueError(f"leap_second={leap_second!r} is not reject or following")
    year = scanner.digits(4, "year", 1, 9999)
    scanner.take("-", "the - before the month")
    month = scanner.digits(2, "month", 1, 12)
    scanner.take("-", "the - before the day")
    day_at = scanner.at
    day = scanner.digits(2, "day", 1, 31)
    try:
        Civil(year, month, day)
    except ValueError:
        said = f"day {day} is not in {year:04}-{month:02}"
        raise scanner.error(said, day_at) from None
    scanner.take("Tt ", "the T before the time")
    hour = scanner.digits(2, "hour", 0, 23)
    scanner.take(":", "the : before the minutes")
    minute = scanner.digits(2, "minute", 0, 59)
    scanner.take(":", "the : before the seconds")
    second_at = scanner.at
    second = scanner.digits(2, "second", 0, 60)
    civil = Civil(year, month, day, hour, minute, min(second, 59), _fraction(scanner))
    offset_at = scanner.at
    offset_s = read_offset(scanner)
    is_leap = second == 60
    try:
        instant = Instant(civil.us - (offset_s or 0) * 10**6 + is_leap * 10**6)
    except ValueError:
        said = "in UTC it is not within the years 1 to 9999"
        raise scanner.error(said, offset_at) from None
    if is_leap:
        _check_leap(instant, scanner, second_at, leap_second)
    return Timestamp(instant, offset_s)


def read_offset(scanner: Scanner) -> int | None:
    """Read Z or an offset of hours and minutes; None stands for an unknown one."""
    sign = scanner.take("Zz+-", "the offset, or Z,")
    if sign in "Zz":
        return None
    hours = scanner.digits(2, "offset's hour", 0, 23)
    scanner.take(":", "the : in the offset")
    offset_s = hours * 3600 + scanner.digits(2, "offset's minute", 0, 59) * 60
    if sign == "-":
        return -offset_s or None  # RFC 3339 section 4.3: -00:00 is an unknown offset
    return offset_s


def _fraction(scanner: Scanner) -> int:
    """Read a fraction of a second, if there is one; return whole microseconds."""
    if scanner.ahead != ".":
        return 0
    scanner.at += 1
    return int(scanner.run(_DIGITS, "a digit of the fraction")[:6].ljust(6, "0"))


def _check_leap(
    following: Instant, scanner: Scanner, at: int, leap_second: LeapSecond
) -> None:
    """Refuse a :60 that no UTC day ends with, and any if that is asked for."""
    shown = following.shifted(-1)  # the second before the next day, were it one
    is_midnight = following.unix_s % _SECONDS_A_DAY == 0
    if not (is_midnight and may_be_leap_second(shown.date)):
        raise scanner.error("second 60, but there was no leap second", at)
    if leap_second == "reject":
        raise scanner.error("a leap second, which is no Instant", at)
