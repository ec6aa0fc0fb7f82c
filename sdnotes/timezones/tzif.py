"""What is in a zone file? A list of changes, and one line for all years after them.

    TZif 2 ...        44 bytes: how many of each follow; a first, 32-bit part to skip
    times             when the offset changed, as Unix seconds of 64 bits
    types             which of the offsets holds from then on
    offsets           +3600 seconds, summer time or not, where its name begins
    names             "LMT", "CET", "CEST"
    footer            CET-1CEST,M3.5.0,M10.5.0/3, a line: the rule without an end

``zoneinfo`` reads the same files and keeps to itself what it read; here one can look
inside. The two are held against each other, second by second around each change.

Source: RFC 9636, sections 3.1 to 3.3.
Left out: leap-second records, which the files of ``tzdata`` have not; version 1 alone.
Builds on: sdnotes.timezones.posix_rule.
Chapter: docs/chapters/timezones/.
To take away: ZoneFile, read_zone_file.
"""

import struct
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from sdnotes.timezones.posix_rule import PosixRule, PosixRuleError

_HEADER = struct.Struct(">4sc15x6L")
_LONGEST_S = 26 * 3600  # RFC 9636 section 3.2: an offset's range, -25 h to +26 h


class ZoneFileError(ValueError):
    """The bytes are no zone file; says at which of them. Take another copy."""

    def __init__(self, what: str, offset: int) -> None:
        self.offset = offset
        super().__init__(f"data at byte {offset}: {what}")


@dataclass(frozen=True, slots=True)
class ZoneFile:
    """The changes of a zone: (Unix second, offset after, name), and what comes then."""

    first: tuple[int, str]
    changes: tuple[tuple[int, int, str], ...]
    footer: str
    rule: PosixRule | None

    def offset_s(self, unix_s: int) -> int:
        """Return by how much a clock is ahead of UTC at this second.

        Raises ValueError after the last change outside of the years 1 to 9999.
        """
        index = bisect_right(self.changes, unix_s, key=lambda change: change[0])
        if index == len(self.changes) and self.rule is not None:
            return self.rule.offset_s(unix_s)
        return self.changes[index - 1][1] if index else self.first[0]

    def offset_changes(
        self, first_year: int, last_year: int
    ) -> list[tuple[int, int, int]]:
        """Return (Unix second, offset before, after) between the years' ends, UTC.

        Without those that change no more than a name.
        """
        found, before = [], self.first[0]
        for at, after, _ in self.changes:
            found.append((at, before, after))
            before = after
        if self.rule is not None:
            last = self.changes[-1][0] if self.changes else None
            years = range(max(1, first_year - 1), min(9999, last_year + 1) + 1)
            ruled = [each for year in years for each in self.rule.changes_in(year)]
            found += [each for each in ruled if last is None or each[0] > last]
        low, high = (_new_year_s(year) for year in (first_year, last_year + 1))
        return [each for each in found if low <= each[0] < high and each[1] != each[2]]


def read_zone_file(data: bytes) -> ZoneFile:
    """Return what a TZif file of version 2 or later says.

    Raises ZoneFileError, with the byte, when the bytes are no such file.
    """
    skipped = _counts(data, 0)
    start = _HEADER.size + _block_size(skipped, 4)
    counts = _counts(data, start)
    _, _, leap, times, types, chars = counts
    at = start + _HEADER.size
    end = at + _block_size(counts, 8)
    if len(data) < end + 2:
        raise ZoneFileError("the file ends too early", len(data))
    if leap:
        raise ZoneFileError("leap seconds are not read here", start + 28)
    moments = struct.unpack_from(f">{times}q", data, at)
    if any(one >= two for one, two in pairwise(moments)):
        raise ZoneFileError("the times are not in order", at)
    kinds_at = at + 8 * times
    names_at = kinds_at + times + 6 * types
    kinds = [
        _kind(data, kinds_at + times + 6 * index, names_at, chars)
        for index in range(types)
    ]
    chosen = data[kinds_at : kinds_at + times]
    if any(index >= types for index in chosen):
        raise ZoneFileError(f"one of the types is not below {types}", kinds_at)
    footer = _footer(data, end)
    rows = zip(moments, chosen, strict=True)
    changes = tuple((moment, *kinds[index]) for moment, index in rows)
    return ZoneFile(kinds[0], changes, footer, _rule(footer, end))


def _counts(data: bytes, at: int) -> tuple[int, ...]:
    """Return the six counts of a header."""
    if len(data) < at + _HEADER.size:
        raise ZoneFileError("no header of 44 bytes", min(at, len(data)))
    magic, version, *counts = _HEADER.unpack_from(data, at)
    if magic != b"TZif":
        raise ZoneFileError(f"{magic!r} instead of b'TZif'", at)
    if version < b"2":
        raise ZoneFileError(f"version {version!r} has no 64-bit part", at + 4)
    if at and not counts[4]:
        raise ZoneFileError("no type of local time", at + 36)
    return tuple(counts)


def _block_size(counts: tuple[int, ...], width: int) -> int:
    """Return the bytes of a data block (RFC 9636 section 3.2)."""
    isut, isstd, leap, times, types, chars = counts
    return times * (width + 1) + types * 6 + chars + leap * (width + 4) + isstd + isut


def _kind(data: bytes, at: int, names_at: int, chars: int) -> tuple[int, str]:
    """Return the offset and the name of one type of local time."""
    offset_s, _, start = struct.unpack_from(">lBB", data, at)
    if not -_LONGEST_S < offset_s < _LONGEST_S:
        raise ZoneFileError(f"an offset of {offset_s} s", at)
    stop = data.find(b"\0", names_at + start, names_at + chars)
    name = data[names_at + start : stop]
    if stop < 0 or not name.isascii():
        raise ZoneFileError("a type's name has no end, or is not ASCII", at + 5)
    return offset_s, name.decode("ascii")


def _footer(data: bytes, at: int) -> str:
    line = data[at:]
    if not (line.startswith(b"\n") and line.endswith(b"\n") and line.count(b"\n") == 2):
        raise ZoneFileError("no footer between two ends of line", at)
    if not line.isascii():
        raise ZoneFileError("the footer is not ASCII", at + 1)
    return line.decode("ascii").strip("\n")


def _rule(footer: str, at: int) -> PosixRule | None:
    try:
        return PosixRule.parse(footer) if footer else None
    except PosixRuleError as error:
        raise ZoneFileError(str(error), at + 1) from None


def _new_year_s(year: int) -> int:
    """Return a year's first second, also of the years 0 and 10000."""
    days = 365 * year + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400
    return (days - 719_528) * 86_400
