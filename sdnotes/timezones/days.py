"""How long is a day, when does it begin, and which day is it? It depends on where.

    New York 2025-03-09   23 h       00:00 to 24:00, without 02:00 to 03:00
    New York 2025-11-02   25 h       with 01:00 to 02:00 twice
    Beirut   2023-03-26   begins at 01:00: clocks went forward at midnight
    Samoa    2011-12-30    0 h       the day that was left out

A day's length is how long clocks in the zone show its date, counted between the changes
of the clock. So it holds where the clock goes back over midnight too.

Source: Theory and pragmatics of the tz code and data; PEP 495.
Left out: days that do not begin at 00:00 by custom (a bar's, a shift's).
Builds on: sdnotes.timezones.changes.
Chapter: docs/chapters/timezones/.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sdnotes.timezones.changes import changes
from sdnotes.timezones.times import Civil, Instant
from sdnotes.timezones.zone_names import as_zone
from sdnotes.timezones.zoned import Zoned

_DAY_US = 86_400 * 10**6
_AROUND = timedelta(days=2)  # no offset is larger than 26 hours


class MissingDayError(ValueError):
    """No clock of this zone ever shows this date; nobody can help it."""


def day_length_s(day: date, zone: str | ZoneInfo) -> int:
    """Return for how many seconds clocks of a zone show a date; 0 if never.

    Raises ValueError for the first and the last three days of ``date``.

    Examples:
        >>> [day_length_s(date(2025, 3, d), "America/New_York") for d in (8, 9, 10)]
        [86400, 82800, 86400]
        >>> day_length_s(date(2011, 12, 30), "Pacific/Apia")
        0
    """
    return sum(end - start for start, end in _spans(day, as_zone(zone))) // 10**6


def start_of_day(day: date, zone: str | ZoneInfo) -> Instant:
    """Return the first instant at which clocks of a zone show a date.

    Raises MissingDayError for a date that the zone has skipped, and ValueError for the
    first and the last three days of ``date``.

    Examples:
        >>> print(Zoned(start_of_day(date(2023, 3, 26), "Asia/Beirut"), "Asia/Beirut"))
        2023-03-26T01:00:00+03:00[Asia/Beirut]
    """
    tz = as_zone(zone)
    spans = _spans(day, tz)
    if not spans:
        raise MissingDayError(f"day={day} does not exist in {tz.key}")
    return Instant(spans[0][0])


def local_day(instant: Instant, zone: str | ZoneInfo) -> date:
    """Return the date that clocks of a zone show at an instant."""
    return Zoned(instant, zone).civil.date


def group_by_day(
    instants: Iterable[Instant], zone: str | ZoneInfo
) -> dict[date, list[Instant]]:
    """Return the instants by the date of a zone, days in order, instants in order.

    Examples:
        >>> late = Instant.parse("2025-07-01T23:30:00Z")
        >>> [str(day) for zone in ("Europe/London", "Asia/Tokyo")
        ...  for day in group_by_day([late], zone)]
        ['2025-07-02', '2025-07-02']
    """
    tz = as_zone(zone)
    found: dict[date, list[Instant]] = {}
    for instant in sorted(instants):
        found.setdefault(local_day(instant, tz), []).append(instant)
    return dict(sorted(found.items()))


def _spans(day: date, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return when clocks show a date, from and to, in Unix microseconds."""
    midnight_us = Civil(day.year, day.month, day.day).us
    try:
        low, high = (Instant(midnight_us) + each * _AROUND for each in (-1, 1.5))
    except ValueError:
        raise ValueError(f"day={day} is too near to the years 1 or 9999") from None
    found = changes(zone, low, high)
    offsets = [Zoned(low, zone).offset_s, *(change.after_s for change in found)]
    edges = [low.unix_us, *(change.at.unix_us for change in found), high.unix_us]
    spans = []
    for (start, end), offset_s in zip(pairwise(edges), offsets, strict=True):
        from_us = midnight_us - offset_s * 10**6
        span = max(start, from_us), min(end, from_us + _DAY_US)
        if span[0] < span[1]:
            spans.append(span)
    return spans
