"""An instant and the zone in which somebody looks at it: the only way between the two.

    Zoned(instant, zone)              one answer, always: instants are never ambiguous
    Zoned.local(civil, zone, rule)    none, one or two: the rule says which
    zoned.plus(timedelta(days=1))     24 hours later, whatever clocks do
    zoned.plus_days(1)                the same time of day on the next day

There is no ``<``: people sort by instant, or by what their clocks show, and those are
two orders. Take ``key=lambda z: z.instant``, or ``z.civil``.

Source: Java's ZonedDateTime; RFC 9557 for the text.
Left out: months and years as durations (days are enough to show the difference).
Chapter: docs/chapters/timezones/.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sdnotes.timezones.resolving import Rule, resolve
from sdnotes.timezones.times import Civil, Instant
from sdnotes.timezones.zone_names import as_zone


@dataclass(frozen=True, slots=True, init=False)
class Zoned:
    """One instant in one zone; equal if both are.

    Examples:
        >>> noon = Zoned(Instant.parse("2025-03-08T17:00:00Z"), "America/New_York")
        >>> print(noon.plus(timedelta(days=1)))
        2025-03-09T13:00:00-04:00[America/New_York]
        >>> print(noon.plus_days(1))
        2025-03-09T12:00:00-04:00[America/New_York]
    """

    instant: Instant
    zone: ZoneInfo

    def __init__(self, instant: Instant, zone: str | ZoneInfo) -> None:
        if not isinstance(instant, Instant):
            raise TypeError(f"instant={instant!r} is not an Instant")
        object.__setattr__(self, "instant", instant)
        object.__setattr__(self, "zone", as_zone(zone))

    @classmethod
    def local(cls, civil: Civil, zone: str | ZoneInfo, rule: Rule = "raise") -> "Zoned":
        """Return the instant at which a clock there shows this, by a rule.

        Raises GapError and FoldError if the rule is "raise" and there is not just one.
        """
        if not isinstance(civil, Civil):
            raise TypeError(f"civil={civil!r} is not a Civil")
        tz = as_zone(zone)
        return cls(resolve(civil, tz, rule), tz)

    @property
    def aware(self) -> datetime:
        """Return it as a datetime with its zone, and the right ``fold``.

        Raises ValueError where its clock is outside of the years 1 to 9999.
        """
        try:
            return self.instant.utc.astimezone(self.zone)
        except OverflowError:
            where = f"in {self.zone.key} is not within years 1-9999"
            raise ValueError(f"instant={self.instant} {where}") from None

    @property
    def civil(self) -> Civil:
        """Return what a clock there shows."""
        return Civil.of(self.aware.replace(tzinfo=None))

    @property
    def offset_s(self) -> int:
        """Return by how many seconds a clock there is ahead of UTC."""
        offset = self.aware.utcoffset()
        assert offset is not None  # a ZoneInfo always knows it
        return offset // timedelta(seconds=1)

    @property
    def abbreviation(self) -> str:
        """Return what people there call the offset, EST or -03. No name of a zone."""
        return self.aware.tzname() or ""

    def plus(self, duration: timedelta) -> "Zoned":
        """Return the instant that is so much later, as elapsed time goes."""
        return Zoned(self.instant + duration, self.zone)

    def plus_days(self, days: int, rule: Rule = "raise") -> "Zoned":
        """Return the same time of day, days later, as a calendar counts.

        Raises GapError and FoldError if the rule is "raise" and that day's clock shows
        the time never or twice.
        """
        if days == 0:
            return self  # even in a fold: nothing is to be resolved
        return Zoned.local(self.civil.plus_days(days), self.zone, rule)

    def __str__(self) -> str:
        minutes, seconds = divmod(self.offset_s, 60)
        if seconds:  # before 1972 or so; RFC 3339 has no seconds of an offset
            return f"{self.instant}[{self.zone.key}]"
        sign = "-" if minutes < 0 else "+"
        hours, minutes = divmod(abs(minutes), 60)
        return f"{self.civil}{sign}{hours:02}:{minutes:02}[{self.zone.key}]"
