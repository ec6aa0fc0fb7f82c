"""What did the tz database say before a government changed its mind, and after?

    release   published     America/Mexico_City
    2022e     2022-10-11    clocks go forward again on 2023-04-02
    2022f     2022-10-28    they never do again; the last change is on 2022-10-30

Each pair is two compiled zone files of two releases that follow one another, bytes as
they were published. They are small, so they travel with the package, and pages in a
browser read them too. Where each comes from: ``release_files/README.md``.

Source: NEWS of the tz database, which dates the releases.
Left out: all other zones and releases, and changes of the past only.
Chapter: docs/chapters/timezones/.
"""

import io
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A zone whose future one release changed, and the day of that release."""

    zone: str
    before: str
    after: str
    released: date
    what: str


RULE_CHANGES = (
    RuleChange(
        "America/Sao_Paulo", "2019a", "2019b", date(2019, 7, 1), "no more summer time"
    ),
    RuleChange("Asia/Amman", "2022d", "2022e", date(2022, 10, 11), "+03 all the year"),
    RuleChange(
        "America/Mexico_City", "2022e", "2022f", date(2022, 10, 28), "no summer time"
    ),
    RuleChange(
        "Africa/Cairo", "2022g", "2023a", date(2023, 3, 22), "summer time is back"
    ),
    RuleChange(
        "Asia/Beirut", "2023a", "2023b", date(2023, 3, 23), "forward a month later"
    ),
    RuleChange("Asia/Beirut", "2023b", "2023c", date(2023, 3, 28), "that taken back"),
    RuleChange("Asia/Almaty", "2023d", "2024a", date(2024, 2, 1), "from +06 to +05"),
    RuleChange(
        "America/Asuncion", "2024b", "2025a", date(2025, 1, 15), "summer time for good"
    ),
    RuleChange(
        "America/Vancouver", "2026a", "2026b", date(2026, 4, 22), "-07 all the year"
    ),
)
"""What the package has two releases of, in the order of their days."""


def releases_of(zone: str) -> tuple[str, ...]:
    """Return the releases whose file of a zone is here, oldest first; () for none."""
    found = {
        name
        for each in RULE_CHANGES
        if each.zone == zone
        for name in (each.before, each.after)
    }
    return tuple(sorted(found))


def release_file(zone: str, release: str) -> bytes:
    """Return the zone file of a release, as it was published.

    Raises ValueError for a zone, and for a release of it, that is not here.
    """
    known = releases_of(zone)
    if not known:
        names = ", ".join(sorted({each.zone for each in RULE_CHANGES}))
        raise ValueError(f"zone={zone!r} is none of {names}")
    if release not in known:
        raise ValueError(f"release={release!r} of {zone} is none of {', '.join(known)}")
    folder = files("sdnotes.timezones").joinpath("release_files", release)
    return folder.joinpath(f"{zone.replace('/', '.')}.tzif").read_bytes()


@lru_cache(maxsize=32)
def release_zone(zone: str, release: str) -> ZoneInfo:
    """Return a zone by the rules of a release; the same object for the same names.

    Raises ValueError for what is not here.

    Examples:
        >>> from datetime import datetime
        >>> for release in releases_of("America/Mexico_City"):
        ...     zone = release_zone("America/Mexico_City", release)
        ...     print(release, datetime(2023, 7, 1, 9, tzinfo=zone).isoformat())
        2022e 2023-07-01T09:00:00-05:00
        2022f 2023-07-01T09:00:00-06:00
    """
    return ZoneInfo.from_file(io.BytesIO(release_file(zone, release)), key=zone)
