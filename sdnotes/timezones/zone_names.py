"""Is this text the name of a time zone? If the tz database has it, letter by letter.

    Europe/Paris                a zone: a history of offsets, and rules for what comes
    europe/paris                refused: did you mean Europe/Paris?
    +02:00, UTC+2               refused: an offset is not a zone, it knows no rules
    ../etc/passwd, /etc/passwd  refused like any other name that is not in the list
    localtime, Factory          refused, though there may be files with these names

``zoneinfo`` itself asks the file system, so what it takes depends on the machine: on
some, ``europe/paris`` is found. Here a name is looked up in the list of names first.
``localtime`` is the zone of this machine, and ``Factory`` stands for none at all.

Names of the database that are fixed offsets, such as ``Etc/GMT+5`` and ``EST``, are
taken: they are in it, and some data need them. Offer people names of places.

Source: Theory and pragmatics of the tz code and data, "Timezone identifiers"; PEP 615;
CPython's issue 137976, on ``localtime`` in the list.
Left out: names of Windows, and how to choose a zone from a place.
Chapter: docs/chapters/timezones/.
To take away: zone_named.
"""

import difflib
import functools
import re
import zoneinfo
from zoneinfo import ZoneInfo

_NO_NAMES = {"Factory", "localtime"}  # in the list where the machine has such files
_SHOWN = 40  # characters of a wrong name that its error repeats
_OFFSET = re.compile(r"(?:UTC|GMT|Z)?[+-][0-9]{1,2}(?::?[0-9]{2})?")


class UnknownZoneError(ValueError):
    """No zone has this name; the caller must name one that is in the tz database."""


def zone_named(name: str) -> ZoneInfo:
    """Return the zone of the tz database with this very name.

    The first call reads the list of names, about 10 ms. Raises UnknownZoneError, with
    names that are near, for all others; and where this machine has no tz database.
    Raises TypeError for what is no text.

    Examples:
        >>> zone_named("Europe/Paris")
        zoneinfo.ZoneInfo(key='Europe/Paris')
        >>> try:
        ...     zone_named("europe/paris")
        ... except UnknownZoneError as error:
        ...     print(error)
        name='europe/paris' is not in the tz database; did you mean 'Europe/Paris'?
    """
    if not isinstance(name, str):
        raise TypeError(f"name={_short(name)} is not a text")
    known = _names(zoneinfo.TZPATH)
    if name not in known:
        raise UnknownZoneError(f"name={_short(name)} {_why(name, known)}")
    return ZoneInfo(name)


def as_zone(zone: str | ZoneInfo) -> ZoneInfo:
    """Return a zone that is given by its name, or as it is.

    Raises UnknownZoneError for another name, and TypeError for all else: a fixed offset
    (``datetime.timezone``) knows no rules. Raises ValueError for a zone that was read
    from a file and given no name (``key``): nobody could store it.
    """
    if not isinstance(zone, ZoneInfo):
        return zone_named(zone)
    if zone.key is None:
        raise ValueError(f"zone={zone!r} has no name: read it with a key")
    return zone


@functools.lru_cache(maxsize=4)
def _names(_: tuple[str, ...]) -> frozenset[str]:
    """Return all names; kept for each search path, which may be set anew."""
    return frozenset(zoneinfo.available_timezones() - _NO_NAMES)


def _short(name: object) -> str:
    text = repr(name)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} long)"


def _why(name: str, known: frozenset[str]) -> str:
    if not known:
        return "cannot be looked up: no tz database here (install tzdata)"
    if not name:
        return "is empty: a zone has a name, like 'Europe/Paris'"
    if _OFFSET.fullmatch(name):
        return "is an offset, not a zone: it says nothing about other days"
    said = "is not in the tz database"
    if len(name) > _SHOWN:  # no name is half as long: do not search for what is near
        return said
    folded = {each.casefold(): each for each in sorted(known)}
    near = folded.get(name.casefold().replace(" ", "_"))
    if near is None:
        found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.8)
        near = folded[found[0]] if found else None
    return said if near is None else f"{said}; did you mean {near!r}?"
