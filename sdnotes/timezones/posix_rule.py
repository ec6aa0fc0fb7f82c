"""What a zone file says of all years to come, in one line: the POSIX TZ string.

    EST5EDT,M3.2.0,M11.1.0
    |  | |    |      `----- back on the first (1) Sunday (0) of November, at 02:00
    |  | |    `------------ forward on the second Sunday of March, at 02:00
    |  | `----------------- summer time: called EDT, one hour more
    `--`------------------- standard time: called EST, 5 hours *behind* UTC

The sign is turned round: 5 means UTC-5, in ``Etc/GMT+5`` too. Where there is no summer
time the line ends after the first number: ``<-03>3``.

Source: POSIX.1-2017, section 8.3 (TZ); RFC 9636, section 3.3.1: hours to 167, and
negative ones.
Left out: texts outside of zone files, which may leave out the rule.
Chapter: docs/chapters/timezones/.
To take away: PosixRule.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_DAY_S = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_S = (1 - _EPOCH) * _DAY_S
_LAST_S = (date.max.toordinal() + 1 - _EPOCH) * _DAY_S - 1
_NAME = r"<[A-Za-z0-9+-]{3,}>|[A-Za-z]{3,}"
_CLOCK = r"[+-]?[0-9]{1,3}(?::[0-9]{2}(?::[0-9]{2})?)?"
_DAY = r"M[0-9]+\.[0-9]+\.[0-9]+|J[0-9]+|[0-9]+"
_FORM = re.compile(
    rf"(?P<std>{_NAME})(?P<std_at>{_CLOCK})"
    rf"(?:(?P<dst>{_NAME})(?P<dst_at>{_CLOCK})?"
    rf",(?P<on>{_DAY})(?:/(?P<on_at>{_CLOCK}))?"
    rf",(?P<off>{_DAY})(?:/(?P<off_at>{_CLOCK}))?)?"
)


class PosixRuleError(ValueError):
    """The text is no POSIX TZ rule; whoever made the zone file must mend it."""


@dataclass(frozen=True, slots=True)
class PosixRule:
    """Offsets, and the two changes of every year; times are whole Unix seconds.

    Examples:
        >>> rule = PosixRule.parse("EST5EDT,M3.2.0,M11.1.0")
        >>> rule.changes_in(2025)
        [(1741503600, -18000, -14400), (1762063200, -14400, -18000)]
        >>> PosixRule.parse("<-03>3").changes_in(2025)
        []
    """

    standard_s: int
    summer_s: int
    on: tuple[str, int] | None
    off: tuple[str, int] | None

    @classmethod
    def parse(cls, text: str) -> "PosixRule":
        """Return the rule in the last line of a zone file; else PosixRuleError."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise PosixRuleError(f"text={text!r} is no POSIX TZ rule")
        standard_s = -_seconds(match["std_at"], text, 24)
        if match["dst"] is None:
            return cls(standard_s, standard_s, None, None)
        at = match["dst_at"]
        summer_s = standard_s + 3600 if at is None else -_seconds(at, text, 24)
        on, off = (
            (_day(match[day], text), _seconds(match[clock] or "2", text, 167))
            for day, clock in (("on", "on_at"), ("off", "off_at"))
        )
        return cls(standard_s, summer_s, on, off)

    def changes_in(self, year: int) -> list[tuple[int, int, int]]:
        """Return (Unix second, offset before, offset after) of a year's changes.

        None where summer time holds all the year: a year's end of it is the next one's
        begin (RFC 9636, section 3.3.1). Raises ValueError for years not 1 to 9999.
        """
        if not 1 <= year <= 9999:
            raise ValueError(f"year={year!r} is not 1 to 9999")
        return [] if self._never_changes() else self._changes_in(year)

    def _never_changes(self) -> bool:
        """Return whether each change is taken back at the same second."""
        seconds = [
            at for year in (2023, 2024, 2025) for at, _, _ in self._changes_in(year)
        ]
        # The first and the last may have their partners in a year that is not asked.
        return len(set(seconds)) <= len(seconds) // 2 + 1

    def _changes_in(self, year: int) -> list[tuple[int, int, int]]:
        if self.on is None or self.off is None:
            return []
        forward = _midnight_s(self.on[0], year) + self.on[1] - self.standard_s
        back = _midnight_s(self.off[0], year) + self.off[1] - self.summer_s
        return sorted(
            [
                (forward, self.standard_s, self.summer_s),
                (back, self.summer_s, self.standard_s),
            ]
        )

    def offset_s(self, unix_s: int) -> int:
        """Return by how much a clock is ahead of UTC at this second.

        Raises ValueError for seconds that are not in the years 1 to 9999.
        """
        if not _FIRST_S <= unix_s <= _LAST_S:
            raise ValueError(f"unix_s={unix_s!r} is not in the years 1 to 9999")
        year = date.fromordinal(_EPOCH + unix_s // _DAY_S).year
        found = self.standard_s
        # A change late in December may lie in January as UTC counts.
        for each in range(max(1, year - 1), min(9999, year + 1) + 1):
            for at, _, after in self._changes_in(each):
                if at <= unix_s:
                    found = after
        return found


def _seconds(clock: str, text: str, most_hours: int) -> int:
    hours, *rest = clock.lstrip("+-").split(":")
    minutes, seconds = (int(part) for part in (*rest, "0", "0")[:2])
    if int(hours) > most_hours or minutes > 59 or seconds > 59:
        raise PosixRuleError(f"text={text!r} has no time of day in {clock!r}")
    total = int(hours) * 3600 + minutes * 60 + seconds
    return -total if clock.startswith("-") else total


def _day(day: str, text: str) -> str:
    """Return a day's text, whose numbers are in range."""
    numbers = [int(number) for number in re.findall(r"[0-9]+", day)]
    if day.startswith("M"):
        month, week, weekday = numbers
        fits = 1 <= month <= 12 and 1 <= week <= 5 and weekday <= 6
    else:
        fits = day.startswith("J") <= numbers[0] <= 365
    if not fits:
        raise PosixRuleError(f"text={text!r} has no day in {day!r}")
    return day


def _midnight_s(day: str, year: int) -> int:
    """Return a day's midnight, as Unix seconds of a clock on UTC."""
    return (_ordinal(day, year) - _EPOCH) * _DAY_S


def _ordinal(day: str, year: int) -> int:
    """Return a day's number; day 365 of 9999 is one more than ``date`` knows."""
    if not day.startswith("M"):  # J counts from 1 and skips February 29
        is_julian = day.startswith("J")
        number = int(day.lstrip("J")) - is_julian
        leap = date(year, 12, 31).timetuple().tm_yday == 366
        skipped = is_julian and leap and number >= 59
        return date(year, 1, 1).toordinal() + number + skipped
    month, week, weekday = (int(number) for number in day[1:].split("."))
    first = date(year, month, 1)
    # POSIX counts from Sunday, 0; Python from Monday, 0.
    found = first + timedelta((weekday - 1 - first.weekday()) % 7 + 7 * (week - 1))
    return found.toordinal() - (0 if found.month == month else 7)
