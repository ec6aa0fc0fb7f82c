"""When do the clocks of a zone change? Found by asking, as one finds a word in a book.

    New York, 2025      offset before -> after    the clock then goes
    2025-03-09T07:00Z      -5 h  ->  -4 h         from 02:00 to 03:00, a gap
    2025-11-02T06:00Z      -4 h  ->  -5 h         from 02:00 to 01:00, a fold

The offset is asked for once a day; between two answers that differ, bisection finds the
second of the change. It works for any zone, wherever its rules come from. What it finds
is held against the changes that stand in the zone's own file
(``sdnotes.timezones.tzif``).

Source: PEP 495, "Mind the gap" and "Ambiguous times".
Left out: two changes within a day. The tz database has none: in release 2026f there
are six days between two, at least.
Chapter: docs/chapters/timezones/.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sdnotes.timezones.times import Civil, Instant, check_whole
from sdnotes.timezones.zone_names import as_zone

_US = 10**6
_DAY_US = 86_400 * _US
_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """The instant from which on clocks of a zone are set otherwise."""

    at: Instant
    before_s: int
    after_s: int

    @property
    def kind(self) -> Literal["gap", "fold"]:
        """Return whether the clock skips times, or shows some of them twice."""
        return "gap" if self.after_s > self.before_s else "fold"

    @property
    def size_s(self) -> int:
        """Return how many seconds are skipped, or come twice."""
        return abs(self.after_s - self.before_s)

    @property
    def civil_before(self) -> Civil:
        """Return what the clock would show now, had it not been changed."""
        return self.at.shifted(self.before_s)

    @property
    def civil_after(self) -> Civil:
        """Return what the clock shows now."""
        return self.at.shifted(self.after_s)


def changes(zone: str | ZoneInfo, start: Instant, end: Instant) -> list[Change]:
    """Return the changes from start (excluded) to end (included), in order.

    Asks for the offset once a day. Raises ValueError if the end is before the start.

    Examples:
        >>> week = (Instant.parse(f"2025-11-0{day}T00:00Z") for day in (1, 8))
        >>> [str(change.at) for change in changes("America/New_York", *week)]
        ['2025-11-02T06:00:00Z']
    """
    if end < start:
        raise ValueError(f"end={end} is before start")
    tz = as_zone(zone)
    return list(_between(start, end, lambda us: _offset_s(us, tz)))


def changes_in(zone: str | ZoneInfo, year: int) -> list[Change]:
    """Return the changes of which the clock's own date before lies in a year.

    Raises ValueError for years that are not 2 to 9998.
    """
    first, last = _year(year)
    return [
        change
        for change in changes(zone, _later(first, -2), _later(last, 2))
        if change.civil_before.year == year
    ]


def offsets_by_day(zone: str | ZoneInfo, year: int) -> list[tuple[int, float]]:
    """Return (day of the year, hours ahead of UTC) for the map of a year.

    The offset is that of 12:00 UTC. Raises ValueError for years not 2 to 9998.
    """
    tz = as_zone(zone)
    first, last = _year(year)
    noons = range(first.unix_us + _DAY_US // 2, last.unix_us, _DAY_US)
    return [(day, _offset_s(us, tz) / 3600) for day, us in enumerate(noons, 1)]


def first_difference(
    one: ZoneInfo, other: ZoneInfo, start: Instant, end: Instant
) -> Instant | None:
    """Return the first instant from start on at which two zones' clocks differ.

    None if they do not until the end. Looks once a day, as ``changes`` does.
    """

    def differs(us: int) -> int:
        return int(_offset_s(us, one) != _offset_s(us, other))

    if differs(start.unix_us):
        return start
    return next((change.at for change in _between(start, end, differs)), None)


def _year(year: int) -> tuple[Instant, Instant]:
    check_whole("year", year, 2, 9998)
    first, last = (Civil(each, 1, 1).us for each in (year, year + 1))
    return Instant(first), Instant(last)


def _later(instant: Instant, days: int) -> Instant:
    return Instant(instant.unix_us + days * _DAY_US)


def _offset_s(unix_us: int, zone: ZoneInfo) -> int:
    """Return the offset at an instant, without the cost of making one."""
    try:
        offset = (_EPOCH + timedelta(0, 0, unix_us)).astimezone(zone).utcoffset()
    except OverflowError:
        raise ValueError(
            f"zone={zone.key} has a clock before 1 or after 9999"
        ) from None
    assert offset is not None  # a ZoneInfo always knows it
    return offset // _SECOND


def _between(
    start: Instant, end: Instant, value: Callable[[int], int]
) -> Iterator[Change]:
    low, before = start.unix_us, value(start.unix_us)
    while low < end.unix_us:
        high = min(low + _DAY_US, end.unix_us)
        after = value(high)
        if after != before:
            yield Change(_bisected(low, high, value), before, after)
        low, before = high, after


def _bisected(low_us: int, high_us: int, value: Callable[[int], int]) -> Instant:
    """Return the first whole second in (low, high] with another value than low's."""
    before = value(low_us)
    # Changes are at whole seconds: that of low is as before, that of high no longer.
    first, last = low_us // _US, high_us // _US
    while last - first > 1:
        middle = (first + last) // 2
        if value(middle * _US) == before:
            first = middle
        else:
            last = middle
    return Instant.of_unix_s(last)
