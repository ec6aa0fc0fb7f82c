"""What a server that said no said about when: HTTP's Retry-After, in seconds.

    Retry-After: 120                              120.0
    Retry-After: Fri, 31 Dec 1999 23:59:59 GMT    the seconds until then, at least 0
    anything else                                 None: as if it were not there

Source: RFC 9110, sections 10.2.3 (Retry-After) and 5.6.7 (dates: IMF-fixdate, and the
two old forms that a recipient must accept).
Left out: a limit to what is believed; a caller with a deadline has one.
Chapter: docs/chapters/herd/.
To take away: retry_after_s.
"""

import re
from datetime import UTC, datetime, timedelta

_DAYS = "(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?"
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_MONTH = f"(?P<month>{'|'.join(_MONTHS[i : i + 3] for i in range(0, 36, 3))})"
_TIME = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_FORMS = [
    re.compile(
        rf"{_DAYS}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"
    ),
    re.compile(
        rf"{_DAYS}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"
    ),
    re.compile(rf"{_DAYS} {_MONTH} (?P<day>[ 0-9][0-9]) {_TIME} (?P<year>[0-9]{{4}})"),
]
_LONGEST = 18  # digits of a delay; more is no delay but an attack


def retry_after_s(field: str, now: datetime) -> float | None:
    """Return the seconds to wait that a Retry-After field asks for, or None.

    ``now`` must know its zone. Raises ValueError when it does not.

    Examples:
        >>> now = datetime(1999, 12, 31, 23, 59, 29, tzinfo=UTC)
        >>> retry_after_s("120", now)
        120.0
        >>> retry_after_s("Fri, 31 Dec 1999 23:59:59 GMT", now)
        30.0
        >>> retry_after_s("soon", now) is None
        True
    """
    if now.tzinfo is None:
        raise ValueError(f"now={now!r} has no time zone")
    text = field.strip(" \t")
    if re.fullmatch(r"[0-9]+", text):
        return float(text) if len(text) <= _LONGEST else None
    for form in _FORMS:
        if match := form.fullmatch(text):
            at = _date(match, now)
            return None if at is None else max(0.0, (at - now).total_seconds())
    return None


def _date(match: re.Match[str], now: datetime) -> datetime | None:
    year = int(match["year"])
    if year < 100:
        # RFC 9110 section 5.6.7: more than 50 years ahead means the past century.
        year += now.year - now.year % 100
        if year > now.year + 50:
            year -= 100
    month = _MONTHS.index(match["month"]) // 3 + 1
    hour, minute, second = (int(match[part]) for part in ("hour", "minute", "second"))
    leap = second == 60  # allowed by the grammar; datetime has no such second
    try:
        at = datetime(
            year, month, int(match["day"]), hour, minute, second - leap, tzinfo=UTC
        )
        return at + timedelta(seconds=leap)
    except (ValueError, OverflowError):
        return None
