"""A meeting next year: at which hour is it, once the clocks' rules have changed?

    São Paulo, 2019-12-15, 09:00, saved under release 2019a, read under 2019b

    kept as    stored                                              shown later
    instant    2019-12-15T11:00:00Z                                08:00, an hour early
    offset     2019-12-15T09:00:00-02:00                           08:00, an hour early
    zone       2019-12-15T09:00:00[America/Sao_Paulo]              09:00
    both       2019-12-15T09:00:00-02:00[America/Sao_Paulo]        09:00, and it says so

An instant is derived from what was agreed, by rules that were right on that day. What
was agreed is a civil time in a place. Stored besides, the old offset tells which rows
a new release has moved.

Source: W3C, Working with Time and Timezones; RFC 9557, section 3.4.
Left out: attendees in several zones, of which one must be the meeting's.
Builds on: sdnotes.timezones.releases.
Chapter: docs/chapters/timezones/.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from sdnotes.timezones.resolving import Rule
from sdnotes.timezones.times import Civil, Instant
from sdnotes.timezones.zoned import Zoned

Kept: TypeAlias = Literal["instant", "offset", "zone", "both"]


@dataclass(frozen=True, slots=True)
class KeptAs:
    """One way to keep a meeting: what is stored, and what is made of it later."""

    kept: Kept
    stored: str
    instant: Instant
    shown: Civil
    moved_s: int
    noticed: bool


@dataclass(frozen=True, slots=True)
class MeetingRun:
    """A meeting under two sets of rules; ``rows`` has each way to keep it."""

    agreed: Civil
    saved: Zoned
    rows: tuple[KeptAs, ...]


def run_meeting(
    agreed: Civil,
    before: str | ZoneInfo,
    after: str | ZoneInfo,
    rule: Rule = "compatible",
) -> MeetingRun:
    """Return what a calendar shows that saved by one set of rules and now has another.

    Examples:
        >>> from sdnotes.timezones.releases import release_zone
        >>> old, new = (release_zone("Asia/Beirut", r) for r in ("2023a", "2023b"))
        >>> run = run_meeting(Civil(2023, 4, 3, 9), old, new)
        >>> [(row.kept, str(row.shown), row.moved_s) for row in run.rows[::2]]
        [('instant', '2023-04-03T08:00:00', -3600), ('zone', '2023-04-03T09:00:00', 0)]
    """
    saved, by_zone = (Zoned.local(agreed, zone, rule) for zone in (before, after))
    offset = str(saved).partition("[")[0]
    by_instant = Zoned(saved.instant, after)
    ways: list[tuple[Kept, str, Zoned]] = [
        ("instant", str(saved.instant), by_instant),
        ("offset", offset, by_instant),
        ("zone", f"{agreed}[{saved.zone.key}]", by_zone),
        ("both", str(saved), by_zone),
    ]
    rows = tuple(_row(kept, stored, saved, now) for kept, stored, now in ways)
    return MeetingRun(agreed, saved, rows)


def _row(kept: Kept, stored: str, saved: Zoned, now: Zoned) -> KeptAs:
    moved_s = (now.civil.us - saved.civil.us) // 10**6
    # Only where the offset of that day stands beside the zone do the two contradict.
    noticed = kept == "both" and now.offset_s != saved.offset_s
    return KeptAs(kept, stored, now.instant, now.civil, moved_s, noticed)
