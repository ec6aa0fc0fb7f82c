"""RFC 9557: a timestamp that also names its zone. What if the two contradict?

    2022-07-08T00:14:07+02:00[Europe/Paris]    they agree
    2022-07-08T00:14:07+01:00[Europe/Paris]    they do not: an error, or, if you say so,
        conflict="offset"                      2022-07-07T23:14:07Z, the zone dropped
        conflict="zone"                        2022-07-07T22:14:07Z, the offset dropped
    2022-07-08T00:14:07+01:00[!Europe/Paris]   an error here: ! makes it critical
    2022-07-08T00:14:07Z[Europe/Paris]         no contradiction: Z claims no offset

For a time to come, such a contradiction means that the rules changed after it was
written; "zone" then keeps what was agreed. With ! the RFC forbids to pass over it, and
allows to ask somebody instead of refusing. In a fold the offset says which of the two.

Source: RFC 9557, sections 3.1 to 3.4 and 4.1.
Left out: calendars other than ISO's (u-ca): kept as a tag, refused if critical.
Builds on: sdnotes.timezones.rfc3339.
Chapter: docs/chapters/timezones/.
"""

import string
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from sdnotes.timezones.resolving import resolve
from sdnotes.timezones.rfc3339 import (
    LeapSecond,
    Timestamp,
    read_offset,
    read_timestamp,
)
from sdnotes.timezones.scanning import Scanner, TimestampError
from sdnotes.timezones.times import Instant
from sdnotes.timezones.zone_names import UnknownZoneError, zone_named
from sdnotes.timezones.zoned import Zoned

Conflict: TypeAlias = Literal["reject", "offset", "zone"]
"""Whom to believe if offset and zone contradict: nobody, or one of them."""

_KEY = string.ascii_lowercase + string.digits + "_-"
_VALUE = string.ascii_letters + string.digits + "-"
_ZONE = string.ascii_letters + string.digits + "._-+/"
_UNDERSTOOD = {"u-ca": ("iso8601", "gregory")}


@dataclass(frozen=True, slots=True)
class _Suffix:
    """What stood between brackets, and where."""

    at: int
    critical: bool
    zone: ZoneInfo | int | None
    key: str = ""
    value: str = ""


def parse_rfc9557(
    text: str, *, conflict: Conflict = "reject", leap_second: LeapSecond = "reject"
) -> Timestamp:
    """Return what a timestamp with suffixes says.

    Raises TimestampError, with the position, for another text, for an unknown zone, for
    a contradiction that is critical or to be rejected, and for a critical suffix that
    is not understood.

    Examples:
        >>> text = "2019-12-15T09:00:00-02:00[America/Sao_Paulo]"
        >>> print(parse_rfc9557(text, conflict="zone").instant)
        2019-12-15T12:00:00Z
        >>> print(parse_rfc9557(text, conflict="offset").instant)
        2019-12-15T11:00:00Z
    """
    if conflict not in get_args(Conflict):
        raise ValueError(f"conflict={conflict!r} is not reject, offset or zone")
    scanner = Scanner(text)
    stamp = read_timestamp(scanner, leap_second)
    suffixes: list[_Suffix] = []
    while scanner.ahead:
        suffixes.append(_suffix(scanner, is_first=not suffixes))
    named = [each for each in suffixes if each.zone is not None]
    tags = _tags([each for each in suffixes if each.zone is None], scanner)
    for each in named:
        try:
            stamp = _in_zone(stamp, each, conflict, scanner)
        except TimestampError:
            raise
        except ValueError as error:  # at an end of what datetime can say
            raise scanner.error(str(error), each.at) from None
    return replace(stamp, tags=tags)


def write_rfc9557(zoned: Zoned, *, critical: bool = False) -> str:
    """Return the timestamp with its offset and its zone, the latter critical or not.

    Examples:
        >>> instant = Instant.parse("2025-11-02T05:30:00Z")
        >>> write_rfc9557(Zoned(instant, "America/New_York"), critical=True)
        '2025-11-02T01:30:00-04:00[!America/New_York]'
    """
    return str(zoned).replace("[", "[!") if critical else str(zoned)


def _suffix(scanner: Scanner, *, is_first: bool) -> _Suffix:
    """Read one pair of brackets: a zone, if it is the first, or a tag."""
    scanner.take("[", "the [ of a suffix")
    critical = scanner.ahead == "!"
    scanner.at += critical
    at = scanner.at
    if scanner.ahead and scanner.ahead in "+-":
        if not is_first:
            raise scanner.error("an offset may stand in the first suffix only")
        offset_s = read_offset(scanner) or 0
        scanner.take("]", "the ] of a suffix")
        return _Suffix(at, critical, offset_s)
    word = scanner.run(_ZONE + "=", "a zone or a key")
    scanner.at = at
    if "=" in word:
        key, value = _key_and_value(scanner)
        scanner.take("]", "the ] of a suffix")
        return _Suffix(at, critical, None, key, value)
    name = scanner.run(_ZONE, "a zone")
    scanner.take("]", "the ] of a suffix")
    if not is_first:
        raise scanner.error("a zone may stand in the first suffix only", at)
    try:
        return _Suffix(at, critical, zone_named(name))
    except UnknownZoneError as error:
        raise scanner.error(str(error), at) from None


def _key_and_value(scanner: Scanner) -> tuple[str, str]:
    at = scanner.at
    key = scanner.run(_KEY, "a key in small letters")
    if key[0] not in string.ascii_lowercase:
        # RFC 9557 section 3.2: keys for experiments, which begin with _, too.
        raise scanner.error(f"the key {key!r} must begin with a small letter", at)
    scanner.take("=", "the = of a tag")
    at = scanner.at
    value = scanner.run(_VALUE, "a value of letters, digits and -")
    if not all(value.split("-")):
        raise scanner.error(f"the value {value!r} has an empty part", at)
    return key, value


def _tags(suffixes: list[_Suffix], scanner: Scanner) -> tuple[tuple[str, str], ...]:
    """Return the tags; of a key that comes twice the first counts (section 3.3)."""
    found: dict[str, _Suffix] = {}
    for each in suffixes:
        first = found.setdefault(each.key, each)
        if first.value != each.value and (first.critical or each.critical):
            raise scanner.error(f"the critical {each.key!r} has two values", each.at)
        if each.critical and each.value not in _UNDERSTOOD.get(each.key, ()):
            said = f"{each.key}={each.value} is critical, and not understood here"
            raise scanner.error(said, each.at)
    return tuple((key, each.value) for key, each in found.items())


def _in_zone(
    stamp: Timestamp, suffix: _Suffix, conflict: Conflict, scanner: Scanner
) -> Timestamp:
    """Return the timestamp in the zone of its suffix, if the two can be reconciled."""
    zone = suffix.zone if isinstance(suffix.zone, ZoneInfo) else None
    if zone is not None:
        offset_s = Zoned(stamp.instant, zone).offset_s
    else:
        offset_s = suffix.zone if isinstance(suffix.zone, int) else 0
    if stamp.offset_s is None:  # section 3.4: Z and -00:00 contradict nothing
        return replace(stamp, zone=zone, offset_s=None if zone else offset_s)
    if stamp.offset_s == offset_s:
        return replace(stamp, zone=zone)
    if suffix.critical or conflict == "reject":
        said = f"the zone's offset is {offset_s} s, not {stamp.offset_s} s"
        raise scanner.error(said, suffix.at)
    if conflict == "offset":
        return stamp
    civil = stamp.instant.shifted(stamp.offset_s)
    if zone is not None:
        instant = resolve(civil, zone, "compatible")
        return Timestamp(instant, Zoned(instant, zone).offset_s, zone)
    return Timestamp(Instant(civil.us - offset_s * 10**6), offset_s)
