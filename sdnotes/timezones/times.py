"""Two times that look alike and must not be mixed: an instant, and a civil time.

    what                       is                           example
    Instant                    one moment, everywhere       2025-11-02T05:30:00Z
    Civil                      what a wall clock shows      2025-11-02T01:30:00
    Instant - Instant          a duration                   1:00:00
    Instant < Civil            TypeError: where is the wall?

From one to the other leads only a zone, and for one of the two ways a rule besides
(``sdnotes.timezones.zoned``). Python's ``datetime`` is both, by its ``tzinfo``.

Source: ISO 8601-1:2019's instant and local time; Java's Instant and LocalDateTime.
Left out: years before 1 and after 9999, which ``datetime`` has not; leap seconds, see
``sdnotes.timezones.leap``; other calendars.
Chapter: docs/chapters/timezones/.
To take away: Instant, Civil.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, overload

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (civil: it is compared with such only)
_US = timedelta(microseconds=1)
_FIRST_US = (_EPOCH.min - _EPOCH) // _US
_LAST_US = (_EPOCH.max - _EPOCH) // _US
_DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_TIME = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
_CIVIL = re.compile(rf"{_DATE}[T ]{_TIME}")
_OFFSET = r"Z|(?P<sign>[+-])(?P<hours>[01][0-9]|2[0-3]):(?P<minutes>[0-5][0-9])"
_WITH_OFFSET = re.compile(rf"({_DATE}[T ]{_TIME})(?:{_OFFSET})")


def check_whole(name: str, value: object, first: int, last: int) -> None:
    """Raise TypeError for what is no whole number, ValueError for one out of range.

    True and 1.0 are no whole numbers here: a time made of one is a mistake upstream.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}={value!r} is not a whole number")
    if not first <= value <= last:
        raise ValueError(f"{name}={value!r} is not {first} to {last}")


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """One moment, in whole microseconds since 1970-01-01T00:00:00Z.

    Raises TypeError when that is no whole number, and ValueError when it is not within
    the years 1 to 9999.

    Examples:
        >>> first = Instant.parse("2025-11-02T05:30:00Z")
        >>> print(first + timedelta(hours=1))
        2025-11-02T06:30:00Z
        >>> first == Instant.parse("2025-11-02T01:30:00-04:00")
        True
    """

    unix_us: int

    def __post_init__(self) -> None:
        check_whole("unix_us", self.unix_us, _FIRST_US, _LAST_US)

    @classmethod
    def of(cls, aware: datetime) -> "Instant":
        """Return the instant of a datetime that knows its offset.

        Raises ValueError for a naive one, which is no instant.
        """
        if not isinstance(aware, datetime):
            raise TypeError(f"aware={aware!r} is not a datetime")
        offset = aware.utcoffset()
        if offset is None:
            raise ValueError(f"aware={aware!r} has no zone, so it is no instant")
        return cls((aware.replace(tzinfo=None) - _EPOCH - offset) // _US)

    @classmethod
    def of_unix_s(cls, unix_s: int) -> "Instant":
        """Return the instant of a Unix time in whole seconds."""
        check_whole("unix_s", unix_s, _FIRST_US // 10**6, _LAST_US // 10**6)
        return cls(unix_s * 10**6)

    @classmethod
    def parse(cls, text: str) -> "Instant":
        """Return the instant of a timestamp with an offset, or Z.

        Errors that say where, and all of RFC 3339, are in ``parse_rfc3339``. Raises
        ValueError for other texts.
        """
        match = _WITH_OFFSET.fullmatch(text)
        if match is None:
            raise ValueError(f"text={text!r} is no time with an offset")
        civil, sign = Civil.parse(match[1]), match["sign"]
        if sign is None:
            return cls(civil.us)
        minutes = int(match["hours"]) * 60 + int(match["minutes"])
        offset_us = minutes * 60 * 10**6
        return cls(civil.us + (offset_us if sign == "-" else -offset_us))

    @property
    def unix_s(self) -> int:
        """Return the whole seconds since 1970, rounded down."""
        return self.unix_us // 10**6

    @property
    def utc(self) -> datetime:
        """Return it as a datetime in UTC."""
        return (_EPOCH + self.unix_us * _US).replace(tzinfo=UTC)

    def shifted(self, offset_s: int) -> "Civil":
        """Return what a clock shows that is this many seconds ahead of UTC.

        Raises ValueError when that is before the year 1 or after 9999.
        """
        shown_us = self.unix_us + offset_s * 10**6
        if not _FIRST_US <= shown_us <= _LAST_US:
            raise ValueError(f"offset_s={offset_s!r} leads {self} out of years 1-9999")
        return Civil.of(_EPOCH + shown_us * _US)

    def __add__(self, duration: timedelta) -> "Instant":
        if not isinstance(duration, timedelta):
            return NotImplemented
        return Instant(self.unix_us + duration // _US)

    __radd__ = __add__

    @overload
    def __sub__(self, other: timedelta) -> "Instant": ...
    @overload
    def __sub__(self, other: "Instant") -> timedelta: ...
    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Instant):
            return (self.unix_us - other.unix_us) * _US
        return self + -other if isinstance(other, timedelta) else NotImplemented

    def __str__(self) -> str:
        return f"{self.shifted(0)}Z"


@dataclass(frozen=True, slots=True, order=True)
class Civil:
    """A date and a time of day, as people say them; at which moment, it does not say.

    Raises ValueError for what no calendar has, and TypeError where a number is not
    whole.

    Examples:
        >>> print(Civil(2025, 11, 2, 1, 30).plus_days(1))
        2025-11-03T01:30:00
        >>> Civil.parse("2025-11-02T01:30") < Civil(2025, 11, 2, 1, 31)
        True
    """

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    microsecond: int = 0

    def __post_init__(self) -> None:
        for name, first, last in _FIELDS:
            check_whole(name, getattr(self, name), first, last)
        try:
            date(self.year, self.month, self.day)
        except ValueError:
            month = f"{self.year:04}-{self.month:02}"
            raise ValueError(f"day={self.day!r} is not in {month}") from None

    @classmethod
    def of(cls, naive: datetime) -> "Civil":
        """Return the civil time of a datetime that knows no zone.

        Raises ValueError for an aware one, whose zone would be lost.
        """
        if not isinstance(naive, datetime):
            raise TypeError(f"naive={naive!r} is not a datetime")
        if naive.tzinfo is not None:
            raise ValueError(f"naive={naive!r} has a zone: Instant.of takes it")
        at = (naive.hour, naive.minute, naive.second, naive.microsecond)
        return cls(naive.year, naive.month, naive.day, *at)

    @classmethod
    def parse(cls, text: str) -> "Civil":
        """Return the civil time of ``2025-11-02T01:30[:00[.5]]``, else ValueError.

        An offset, or a Z, is refused: whoever drops it makes another time of it.
        """
        match = _CIVIL.fullmatch(text)
        if match is None:
            raise ValueError(f"text={text!r} is no date and time without an offset")
        *numbers, fraction = match.groups()
        numbers.append((fraction or "0").ljust(6, "0"))
        try:
            return cls(*(int(number or 0) for number in numbers))
        except ValueError as error:
            raise ValueError(f"text={text!r}: {error}") from None

    @property
    def naive(self) -> datetime:
        """Return it as a datetime without a zone."""
        return _EPOCH.replace(
            *(self.year, self.month, self.day, self.hour, self.minute, self.second),
            self.microsecond,
        )

    @property
    def date(self) -> date:
        """Return its day."""
        return date(self.year, self.month, self.day)

    @property
    def us(self) -> int:
        """Return the microseconds since 1970-01-01T00:00:00 on the same clock."""
        return (self.naive - _EPOCH) // _US

    def plus_days(self, days: int) -> "Civil":
        """Return the same time of day, days later (or earlier), else ValueError."""
        check_whole("days", days, -(10**7), 10**7)
        try:
            return Civil.of(self.naive + timedelta(days))
        except OverflowError:
            raise ValueError(
                f"days={days!r} leads {self} out of years 1-9999"
            ) from None

    def __str__(self) -> str:
        return self.naive.isoformat()


_FIELDS = (
    *(("year", 1, 9999), ("month", 1, 12), ("day", 1, 31), ("hour", 0, 23)),
    *(("minute", 0, 59), ("second", 0, 59), ("microsecond", 0, 999_999)),
)
