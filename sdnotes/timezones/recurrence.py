"""Every day at half past two, by the clock on the wall: at which instants is that?

    FREQ=DAILY, from 2025-03-08T02:30 in New York
    03-08  02:30 EST   07:30Z
    03-09  03:30 EDT   07:30Z   02:30 is skipped: shifted (or left out: in_gap="skip")
    03-10  02:30 EDT   06:30Z   an hour earlier than the day before

A recurrence counts in civil time. Only when it has a date is the instant looked up, so
a gap on one day moves no other day. A time that comes twice is its first. Where a whole
day is skipped (Samoa, 2011), its time falls onto that of the next day: once, not twice.

RFC 5545 says both that a time in a gap is left out and not counted (3.3.10, with an
example) and that it is read as if written out, with the offset before the gap (end of
3.3.10, and 3.3.5). Calendars of Google and Microsoft are reported to shift (issues
biweekly #38, ical.net #681); so does this, unless it is told to skip.

Source: RFC 5545, sections 3.3.5 and 3.3.10.
Left out: the other BY... parts, and BYDAY in years; RDATE and EXDATE; dates without a
time. The first time is one of the recurrence only if the rule yields it.
Chapter: docs/chapters/timezones/.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice
from typing import Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from sdnotes.timezones.resolving import readings
from sdnotes.timezones.times import Civil, Instant, check_whole
from sdnotes.timezones.zone_names import as_zone
from sdnotes.timezones.zoned import Zoned

Frequency: TypeAlias = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
InGap: TypeAlias = Literal["shift", "skip"]

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: tuple[str, ...] = get_args(Frequency)
_PARTS = ("FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST")
_BY_DAY = re.compile(r"(?P<nth>[+-]?[0-9]{1,2})?(?P<day>MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
# The calendar repeats after 400 years; a rule without a date by then never has one.
_LAST_YEAR = 9999


class RecurrenceError(ValueError):
    """The text is no rule that is understood here; ``position`` says where not."""

    def __init__(self, what: str, text: str, position: int) -> None:
        self.text, self.position = text, position
        super().__init__(f"text={text!r} at {position}: {what}")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Civil times that come again; ``by_day`` has (n, weekday): n is 0 for each one.

    Raises ValueError for parts that contradict each other.

    Examples:
        >>> rule = Recurrence.parse("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2")
        >>> for each in rule.occurrences(Civil(2025, 1, 1, 9), "Asia/Tokyo"):
        ...     print(each)
        2025-01-31T09:00:00+09:00[Asia/Tokyo]
        2025-02-28T09:00:00+09:00[Asia/Tokyo]
    """

    freq: Frequency
    interval: int = 1
    by_day: tuple[tuple[int, int], ...] = ()
    count: int | None = None
    until: Instant | None = None
    week_start: int = 0

    def __post_init__(self) -> None:
        if self.freq not in _FREQUENCIES:
            raise ValueError(f"freq={self.freq!r} is not {', '.join(_FREQUENCIES)}")
        check_whole("interval", self.interval, 1, 10**6)
        check_whole("week_start", self.week_start, 0, 6)
        if self.count is not None:
            check_whole("count", self.count, 1, 10**9)
            if self.until is not None:
                raise ValueError(f"count={self.count!r} and an end exclude each other")
        if any(not -5 <= nth <= 5 or not 0 <= day <= 6 for nth, day in self.by_day):
            raise ValueError(f"by_day={self.by_day!r} is not (-5 to 5, 0 to 6)")
        if self.freq != "MONTHLY" and any(nth for nth, _ in self.by_day):
            raise ValueError(f"by_day={self.by_day!r} has numbers, for MONTHLY only")
        if self.freq == "YEARLY" and self.by_day:
            raise ValueError(f"by_day={self.by_day!r} is not for YEARLY here")

    @classmethod
    def parse(cls, text: str) -> "Recurrence":
        """Return the rule of ``FREQ=...``, else RecurrenceError with the position.

        Small letters are as good as large ones (RFC 5545 section 2.1).
        """
        found: dict[str, tuple[str, int]] = {}
        at = 0
        for part in text.upper().split(";"):
            name, equals, value = part.partition("=")
            if name not in _PARTS or not equals:
                raise RecurrenceError(f"{part!r} is no {', '.join(_PARTS)}", text, at)
            if name in found:
                raise RecurrenceError(f"{name} comes twice", text, at)
            found[name] = value, at + len(name) + 1
            at += len(part) + 1
        if "FREQ" not in found:
            raise RecurrenceError("FREQ is missing", text, 0)
        freq = _of(found, "FREQ", "|".join(_FREQUENCIES), text)
        week_start = _of(found, "WKST", "|".join(WEEKDAYS), text)
        try:
            return cls(
                freq,  # type: ignore[arg-type]  # one of them: it has just been matched
                int(_of(found, "INTERVAL", "[0-9]{1,6}", text) or 1),
                _by_day(*found["BYDAY"], text) if "BYDAY" in found else (),
                int(_of(found, "COUNT", "[0-9]{1,9}", text) or 0) or None,
                _until(*found["UNTIL"], text) if "UNTIL" in found else None,
                WEEKDAYS.index(week_start) if week_start else 0,
            )
        except RecurrenceError:
            raise
        except ValueError as error:
            raise RecurrenceError(str(error), text, 0) from None

    def occurrences(
        self, start: Civil, zone: str | ZoneInfo, in_gap: InGap = "shift"
    ) -> Iterator[Zoned]:
        """Yield the occurrences in a zone from a first time on, without an end if so.

        Ends before the year 10000. Raises ValueError for an unknown ``in_gap``.
        """
        if in_gap not in get_args(InGap):
            raise ValueError(f"in_gap={in_gap!r} is not shift or skip")
        return islice(self._counted(start, as_zone(zone), in_gap), self.count)

    def _counted(self, start: Civil, zone: ZoneInfo, in_gap: InGap) -> Iterator[Zoned]:
        last: Instant | None = None
        for day in self._days(start.date):
            civil = Civil.of(start.naive.replace(day.year, day.month, day.day))
            found = readings(civil, zone)
            if found.kind == "gap" and in_gap == "skip":
                continue
            # RFC 5545 section 3.3.5: the first of a fold, the offset before a gap.
            instant = found.later if found.kind == "gap" else found.earlier
            if self.until is not None and instant > self.until:
                return
            if last is None or instant > last:
                yield Zoned(instant, zone)
            last = instant

    def _days(self, start: date) -> Iterator[date]:
        """Yield the days that the rule names, from start on."""
        for period in count(0, self.interval):
            days = self._days_of(start, period)
            if days is None:
                return
            yield from (day for day in days if day >= start)

    def _days_of(self, start: date, period: int) -> list[date] | None:
        """Return the days of the day, week, month or year so many after the first."""
        wanted = {day for _, day in self.by_day}
        try:
            if self.freq == "DAILY":
                day = start + timedelta(period)
                return [day] if not wanted or day.weekday() in wanted else []
            if self.freq == "WEEKLY":
                back = (start.weekday() - self.week_start) % 7
                first = start - timedelta(back) + timedelta(7 * period)
                week = [first + timedelta(each) for each in range(7)]
                wanted = wanted or {start.weekday()}
                return [day for day in week if day.weekday() in wanted]
        except OverflowError:
            return None
        months = period * (1 if self.freq == "MONTHLY" else 12)
        year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
        if year > _LAST_YEAR:
            return None
        if self.by_day:
            return _chosen(_month(year, month0 + 1), self.by_day)
        # RFC 5545 section 3.3.10: a day that a month has not is left out.
        return [day for day in _month(year, month0 + 1) if day.day == start.day]


def next_at(hour: int, minute: int, after: Instant, zone: str | ZoneInfo) -> Zoned:
    """Return the next ring, after an instant, of an alarm set to a time of day.

    A time that the clock skips is shifted, one that comes twice rings at its first.
    Raises ValueError for what is no time of day, and outside of the years 2 to 9998.

    Examples:
        >>> noon = Instant.parse("2025-03-08T17:00:00Z")
        >>> print(next_at(7, 0, noon, "America/New_York"))
        2025-03-09T07:00:00-04:00[America/New_York]
    """
    tz = as_zone(zone)
    today = Zoned(after, tz).civil.date
    if not 2 <= today.year <= 9998:
        raise ValueError(f"after={after} is not within the years 2 to 9998")
    # From two days before: shifted over midnight, or a day that comes twice.
    first = Civil(today.year, today.month, today.day, hour, minute).plus_days(-2)
    rings = Recurrence("DAILY").occurrences(first, tz)
    return next(ring for ring in rings if ring.instant > after)


def _of(
    found: dict[str, tuple[str, int]], name: str, pattern: str, text: str
) -> str | None:
    """Return a part's value, or None where there is none."""
    if name not in found:
        return None
    value, at = found[name]
    if not re.fullmatch(pattern, value) or value.strip("0") == "":
        raise RecurrenceError(f"{name} cannot be {value!r}", text, at)
    return value


def _by_day(value: str, at: int, text: str) -> tuple[tuple[int, int], ...]:
    days = []
    for each in value.split(","):
        match = _BY_DAY.fullmatch(each)
        nth = int(match["nth"] or 0) if match else 0
        if match is None or abs(nth) > 5 or (match["nth"] and not nth):
            raise RecurrenceError(f"{each!r} is no day of the week", text, at)
        days.append((nth, WEEKDAYS.index(match["day"])))
        at += len(each) + 1
    return tuple(days)


def _until(value: str, at: int, text: str) -> Instant:
    match = _UNTIL.fullmatch(value)
    if match is None:
        # RFC 5545 section 3.3.10: in UTC, where the first time is in a zone.
        raise RecurrenceError(f"UNTIL must be in UTC, not {value!r}", text, at)
    try:
        return Instant(Civil(*map(int, match.groups())).us)
    except ValueError as error:
        raise RecurrenceError(str(error), text, at) from None


def _month(year: int, month: int) -> list[date]:
    days = (date(year, month, 1).toordinal() + each for each in range(31))
    found = (date.fromordinal(min(day, date.max.toordinal())) for day in days)
    return sorted({day for day in found if day.month == month})


def _chosen(month: list[date], by_day: tuple[tuple[int, int], ...]) -> list[date]:
    """Return the days of a month that are, say, its second Monday or a Friday."""
    found = set()
    for nth, weekday in by_day:
        days = [day for day in month if day.weekday() == weekday]
        if nth == 0:
            found.update(days)
        elif abs(nth) <= len(days):
            found.add(days[nth - 1 if nth > 0 else nth])
    return sorted(found)
