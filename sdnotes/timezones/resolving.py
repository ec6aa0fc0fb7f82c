"""At which instant does a clock in a zone show this? Once, twice, or never.

    New York, 2025           shown at (UTC)        earlier   later    compatible
    Nov 2, 01:30  a fold     05:30 and 06:30       05:30     06:30    05:30
    Mar 9, 02:30  a gap      never; the offsets    06:30     07:30    07:30
                             of both sides give    01:30 EST 03:30 EDT
    Mar 9, 03:30  once       07:30                 07:30     07:30    07:30

Two offsets can be meant: that before the change and that after it. Each gives an
instant. Before the clock goes back the offset is larger, so two such instants show the
same time: a fold. Where it goes forward, neither shows it: a gap.

Source: PEP 495 (fold), "Mind the gap"; the names of the rules are those of TC39's
Temporal, ``disambiguation``, whose "reject" is called "raise" here.
Left out: keeping an offset that somebody stated; ``parse_rfc9557`` does.
Chapter: docs/chapters/timezones/.
To take away: readings, resolve.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from sdnotes.timezones.times import Civil, Instant
from sdnotes.timezones.zone_names import as_zone

Rule: TypeAlias = Literal["earlier", "later", "compatible", "raise"]
"""Which of two instants to take: see the table above. "raise" takes neither."""

RULES: tuple[Rule, ...] = get_args(Rule)

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Readings:
    """The two instants that a civil time can mean; the same where it is shown once."""

    civil: Civil
    zone: ZoneInfo
    kind: Literal["once", "gap", "fold"]
    earlier: Instant
    later: Instant


class GapError(ValueError):
    """No clock there shows this time; the caller must choose a rule, or ask."""

    def __init__(self, readings: Readings) -> None:
        self.readings = readings
        super().__init__(f"{_said(readings)} does not exist: the clock skips it")


class FoldError(ValueError):
    """Clocks there show this time twice; the caller must choose a rule, or ask."""

    def __init__(self, readings: Readings) -> None:
        self.readings = readings
        instants = f"at {readings.earlier} and {readings.later}"
        super().__init__(f"{_said(readings)} comes twice: {instants}")


def readings(civil: Civil, zone: str | ZoneInfo) -> Readings:
    """Return the instants that a civil time can mean in a zone.

    Raises TypeError for what is no Civil, such as a ``datetime``, and ValueError where
    an instant would be outside of the years 1 to 9999.

    Examples:
        >>> found = readings(Civil(2025, 11, 2, 1, 30), "America/New_York")
        >>> found.kind, str(found.earlier), str(found.later)
        ('fold', '2025-11-02T05:30:00Z', '2025-11-02T06:30:00Z')
    """
    if not isinstance(civil, Civil):
        raise TypeError(f"civil={civil!r} is not a Civil")
    tz = as_zone(zone)
    before_s, after_s = (_offset_s(civil, tz, fold) for fold in (0, 1))
    earlier, later = sorted(_minus(civil, each) for each in (before_s, after_s))
    if before_s == after_s:
        return Readings(civil, tz, "once", earlier, later)
    # Back means that the offset shrinks: both instants then show this civil time.
    kind: Literal["gap", "fold"] = "fold" if before_s > after_s else "gap"
    return Readings(civil, tz, kind, earlier, later)


def resolve(civil: Civil, zone: str | ZoneInfo, rule: Rule = "raise") -> Instant:
    """Return the instant that a civil time means in a zone, by a rule.

    Raises GapError and FoldError if the rule is "raise" and there is not just one.

    Examples:
        >>> print(resolve(Civil(2025, 3, 9, 2, 30), "America/New_York", "compatible"))
        2025-03-09T07:30:00Z
    """
    if rule not in RULES:
        raise ValueError(f"rule={rule!r} is not {', '.join(RULES)}")
    found = readings(civil, zone)
    if found.kind == "once":
        return found.earlier
    if rule == "raise":
        raise (GapError if found.kind == "gap" else FoldError)(found)
    # Compatible: the first time of a fold, and a gap is as if the clock had not moved.
    first = rule == "earlier" or (rule == "compatible" and found.kind == "fold")
    return found.earlier if first else found.later


def _offset_s(civil: Civil, zone: ZoneInfo, fold: int) -> int:
    """Return the offset before a change (fold 0) or after it (1); else the same."""
    offset = civil.naive.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None  # a ZoneInfo always knows it
    return offset // _SECOND


def _minus(civil: Civil, offset_s: int) -> Instant:
    try:
        return Instant(civil.us - offset_s * 10**6)
    except ValueError:
        raise ValueError(f"civil={civil} in UTC is not within years 1-9999") from None


def _said(readings: Readings) -> str:
    return f"civil={readings.civil} in {readings.zone.key}"
