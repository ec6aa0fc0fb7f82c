"""What does a column for a time keep of what was written, and what does it forget?

    "2025-07-01 12:00+05:30", written in a session of UTC, read in one of New York

    column                   keeps                   shows
    postgresql timestamptz   2025-07-01T06:30:00Z    2025-07-01 02:30:00-04
    postgresql timestamp     2025-07-01T12:00:00     2025-07-01 12:00:00
    mariadb TIMESTAMP        nothing: error 1292, it takes no offset
    sqlite TEXT              the text, letter by letter

A column is two functions, and both may look at the session's zone: ``store`` makes of a
text what is kept, ``show`` makes a text of that again.

Source: PostgreSQL 15, sections 8.5.1.3 and B.2; MariaDB 10.11, TIMESTAMP and DATETIME;
SQLite, Datatypes. Each is held against the server (``timezones/postgres-columns``,
``timezones/mariadb-columns``).
Left out: abbreviations of zones, infinity, years before 1 and after 9999, a seventh
digit of a second (refused here); a MariaDB that is not in strict mode, which stores
another time and warns.
Chapter: docs/chapters/timezones/.
"""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from sdnotes.timezones.resolving import readings, resolve
from sdnotes.timezones.times import Civil, Instant
from sdnotes.timezones.zone_names import UnknownZoneError, as_zone, zone_named
from sdnotes.timezones.zoned import Zoned

Stored: TypeAlias = Instant | Civil | str
Fact: TypeAlias = Literal["civil time", "instant", "offset", "zone", "everything"]

_LITERAL = re.compile(
    r"(?P<civil>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}[.0-9]*)?)"
    r" ?(?P<where>Z|[+-][0-9]{2}(?::[0-9]{2})?|[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*)?"
)
_OFFSET = re.compile(r"([+-])([0-9]{2})(?::([0-9]{2}))?")
_LAST_TIMESTAMP_S = 2**31 - 1


class ColumnError(ValueError):
    """A column refuses what was to be written; nothing is stored."""


@dataclass(frozen=True, slots=True)
class Column:
    """A type of column: what it keeps, and how it reads a time in the session's zone.

    ``takes_offset`` is False where a text with an offset is an error.
    """

    name: str
    keeps: Literal["instant", "civil time", "text"]
    takes_offset: bool = True
    in_gap: Literal["later", "refuse"] = "later"
    in_fold: Literal["earlier", "later"] = "later"
    last_unix_s: int | None = None

    def store(self, literal: str, session_zone: str | ZoneInfo) -> Stored:
        """Return what is kept of a text, written in a session with a zone.

        Raises ColumnError for what the column refuses.
        """
        if self.keeps == "text":
            return literal
        civil, where = _read(literal)
        if where and not self.takes_offset:
            raise ColumnError(f"literal={literal!r}: {self.name} takes no offset")
        if self.keeps == "civil time":
            return civil  # PostgreSQL drops an offset here, without a word
        offset_s = _offset_s(where)
        if offset_s is not None:
            return Instant(civil.us - offset_s * 10**6)
        instant = self._resolved(civil, zone_named(where) if where else session_zone)
        if self.last_unix_s is not None and not 0 < instant.unix_s <= self.last_unix_s:
            raise ColumnError(f"literal={literal!r}: {self.name} has not {instant}")
        return instant

    def show(self, stored: Stored, session_zone: str | ZoneInfo) -> str:
        """Return the text that a session with a zone sees of what is kept.

        Raises TypeError for what this column does not keep.
        """
        if isinstance(stored, str):
            return stored
        if isinstance(stored, Civil):
            return str(stored).replace("T", " ")
        if not isinstance(stored, Instant):
            raise TypeError(f"stored={stored!r} is kept by no column")
        zoned = Zoned(stored, session_zone)
        shown = str(zoned.civil).replace("T", " ")
        return shown + _short(zoned.offset_s) if self.takes_offset else shown

    def _resolved(self, civil: Civil, zone: str | ZoneInfo) -> Instant:
        found = readings(civil, zone)
        if found.kind == "gap" and self.in_gap == "refuse":
            raise ColumnError(f"literal={civil} does not exist in {found.zone.key}")
        return resolve(civil, zone, "later" if found.kind == "gap" else self.in_fold)


_ALL = (
    # PostgreSQL takes the offset before a gap, and the one after a fold.
    Column("postgresql timestamptz", "instant"),
    Column("postgresql timestamp", "civil time"),
    Column(
        "mariadb TIMESTAMP",
        "instant",
        takes_offset=False,
        in_gap="refuse",
        in_fold="earlier",
        last_unix_s=_LAST_TIMESTAMP_S,
    ),
    Column("mariadb DATETIME", "civil time", takes_offset=False),
    Column("sqlite TEXT", "text"),
)
COLUMNS = {column.name: column for column in _ALL}
"""The types of columns, by their names."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a text: what is stored (None: refused), shown, and forgotten."""

    stored: Stored | None
    shown: str
    forgot: tuple[Fact, ...]


def kept_by(
    column: str,
    literal: str,
    written_in: str | ZoneInfo,
    read_in: str | ZoneInfo,
) -> Kept:
    """Return what a column makes of a text between two sessions, each with its zone.

    Raises ValueError for an unknown column.

    Examples:
        >>> text, india = "2025-07-01 12:00", "Asia/Kolkata"
        >>> kept_by("postgresql timestamptz", text, india, "America/New_York").shown
        '2025-07-01 02:30:00-04'
        >>> kept_by("postgresql timestamptz", text, india, "America/New_York").forgot
        ('civil time', 'zone')
    """
    if column not in COLUMNS:
        raise ValueError(f"column={column!r} is none of {', '.join(COLUMNS)}")
    kind = COLUMNS[column]
    zones = as_zone(written_in), as_zone(read_in)
    try:
        stored = kind.store(literal, zones[0])
    except ColumnError:
        return Kept(None, "refused", ("everything",))
    return Kept(stored, kind.show(stored, zones[1]), _forgotten(kind, literal))


def _forgotten(column: Column, literal: str) -> tuple[Fact, ...]:
    """Return what nobody can find again: of the time, and of where it was."""
    match = _LITERAL.fullmatch(literal)
    stated = match["where"] if match else None
    if column.keeps == "text":
        # The text says what it says; the writer's session is not in it.
        return () if stated else ("instant", "zone")
    place: Fact = "offset" if _offset_s(stated) is not None else "zone"
    return ("civil time" if column.keeps == "instant" else "instant", place)


def _read(literal: str) -> tuple[Civil, str | None]:
    match = _LITERAL.fullmatch(literal)
    if match is None:
        raise ColumnError(f"literal={literal!r} is no date and time")
    where = match["where"]
    if where and _offset_s(where) is None:
        try:
            zone_named(where)
        except UnknownZoneError as error:
            raise ColumnError(f"literal={literal!r}: {error}") from None
    try:
        return Civil.parse(match["civil"]), where
    except ValueError as error:
        raise ColumnError(f"literal={literal!r}: {error}") from None


def _offset_s(where: str | None) -> int | None:
    """Return the offset of Z, +05 or +05:30; None for a zone, and for nothing."""
    if where == "Z":
        return 0
    match = _OFFSET.fullmatch(where or "")
    if match is None:
        return None
    seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60
    return -seconds if match[1] == "-" else seconds


def _short(offset_s: int) -> str:
    """Return an offset as PostgreSQL writes it: +05:30, and -04 without minutes."""
    sign = "-" if offset_s < 0 else "+"
    hours, rest = divmod(abs(offset_s), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [f"{hours:02}"]
    if minutes or seconds:
        parts.append(f"{minutes:02}")
    if seconds:
        parts.append(f"{seconds:02}")
    return sign + ":".join(parts)
