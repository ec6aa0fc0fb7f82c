"""What points draw a year of a zone, a change of its clocks, and a daily alarm?

    offset_corners("America/New_York", 2025)   a year: only where the line bends
    day  1   67   68   305  306  365
    h   -5   -5   -4   -4   -5   -5

Each function gives what ``figures.chart.line_chart`` takes: names, and points (x, y)
under each. A clock is drawn in hours, half past one is 1.5.

Left out: months on the axis, since a chart of numbers has none.
Chapter: docs/chapters/timezones/.
"""

from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sdnotes.timezones.changes import Change, offsets_by_day
from sdnotes.timezones.recurrence import next_at
from sdnotes.timezones.times import Civil, Instant
from sdnotes.timezones.zoned import Zoned

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

Points = list[tuple[float, float]]


def offset_corners(zone: str | ZoneInfo, year: int) -> Points:
    """Return a year's offsets as (day of the year, hours from UTC), where they bend.

    Examples:
        >>> offset_corners("Asia/Tokyo", 2025)
        [(1, 9.0), (365, 9.0)]
    """
    days = offsets_by_day(zone, year)
    bends = [pair for pair in pairwise(days) if pair[0][1] != pair[1][1]]
    return [days[0], *(day for pair in bends for day in pair), days[-1]]


def halfway(change: Change) -> Civil:
    """Return the civil time in the middle of a gap or of a fold, in whole seconds."""
    first = min(change.civil_before, change.civil_after)
    return Civil.of(first.naive + timedelta(seconds=change.size_s // 2))


def clock_around(
    change: Change, zone: str | ZoneInfo, asked: Civil, chosen: Instant
) -> dict[str, Points]:
    """Return the clock two hours around a change, a time asked for, an instant chosen.

    The instant is an upright line, from 0 to what the clock shows then.
    x is in hours since the change; y is what the clock shows, in hours since the
    midnight before it.
    """
    midnight = asked.naive.replace(hour=0, minute=0, second=0)

    def hours(civil: Civil) -> float:
        return (civil.naive - midnight) / _HOUR

    def shown(instant: Instant) -> tuple[float, float]:
        return ((instant - change.at) / _HOUR, hours(Zoned(instant, zone).civil))

    return {
        "clock before": [shown(change.at - 2 * _HOUR), (0, hours(change.civil_before))],
        "clock after": [(0, hours(change.civil_after)), shown(change.at + 2 * _HOUR)],
        "asked for": [(-2, hours(asked)), (2, hours(asked))],
        "chosen": [(shown(chosen)[0], 0), shown(chosen)],
    }


def alarm_hours(first: Instant, zone: str | ZoneInfo, days: int) -> dict[str, Points]:
    """Return at which hour of the clock an alarm rings each day, kept in two ways.

    One alarm rings next when the clock shows the same again; the other one after 24
    hours. x counts the days from 1.

    Examples:
        >>> first = Zoned.local(Civil(2025, 3, 29, 7), "Europe/London").instant
        >>> alarm_hours(first, "Europe/London", 3)["after 24 hours"]
        [(1, 7.0), (2, 8.0), (3, 8.0)]
    """
    at = Zoned(first, zone).civil
    lines: dict[str, Points] = {"at the same time": [], "after 24 hours": []}
    same = later = first
    for day in range(1, days + 1):
        for points, ring in zip(lines.values(), (same, later), strict=True):
            shown = Zoned(ring, zone).civil
            points.append((day, shown.hour + shown.minute / 60))
        same, later = next_at(at.hour, at.minute, same, zone).instant, later + _DAY
    return lines
