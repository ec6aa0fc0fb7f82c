"""At which instant is 9 o'clock? It takes a place, and the rules of the clocks there.

    what is it?          keep                              because
    it has happened      an Instant (UTC)                  what is past does not move
    a meeting to come    a Civil time and a zone's name    rules may change before it
    a daily alarm        a time of day and a zone's name   each day has its own instant
    a birthday           a date                            it is no instant at all

An instant is a moment; a civil time is what a clock on the wall shows. Only a zone, a
history of offsets with rules for the future, leads from one to the other, and from
civil time to the instant there may be no way, or two.

Source: each module names its own. Left out: other calendars, and the names and
abbreviations of zones in human languages.
Chapter: docs/chapters/timezones/.
"""

from sdnotes.timezones.changes import (
    Change,
    changes,
    changes_in,
    first_difference,
    offsets_by_day,
)
from sdnotes.timezones.clocks import SteppedClock
from sdnotes.timezones.columns import COLUMNS, Column, Kept, kept_by
from sdnotes.timezones.days import (
    MissingDayError,
    day_length_s,
    group_by_day,
    local_day,
    start_of_day,
)
from sdnotes.timezones.leap import LEAP_SECONDS, elapsed_s, smear_us, tai_minus_utc_s
from sdnotes.timezones.meeting import KeptAs, MeetingRun, run_meeting
from sdnotes.timezones.posix_rule import PosixRule, PosixRuleError
from sdnotes.timezones.recurrence import Recurrence, RecurrenceError, next_at
from sdnotes.timezones.releases import (
    RULE_CHANGES,
    RuleChange,
    release_file,
    release_zone,
    releases_of,
)
from sdnotes.timezones.resolving import (
    RULES,
    FoldError,
    GapError,
    Readings,
    Rule,
    readings,
    resolve,
)
from sdnotes.timezones.rfc3339 import Timestamp, parse_rfc3339, write_rfc3339
from sdnotes.timezones.rfc9557 import parse_rfc9557, write_rfc9557
from sdnotes.timezones.scanning import TimestampError
from sdnotes.timezones.times import Civil, Instant
from sdnotes.timezones.tzif import ZoneFile, ZoneFileError, read_zone_file
from sdnotes.timezones.zone_names import UnknownZoneError, zone_named
from sdnotes.timezones.zoned import Zoned

__all__ = [
    "COLUMNS",
    "LEAP_SECONDS",
    "RULES",
    "RULE_CHANGES",
    "Change",
    "Civil",
    "Column",
    "FoldError",
    "GapError",
    "Instant",
    "Kept",
    "KeptAs",
    "MeetingRun",
    "MissingDayError",
    "PosixRule",
    "PosixRuleError",
    "Readings",
    "Recurrence",
    "RecurrenceError",
    "Rule",
    "RuleChange",
    "SteppedClock",
    "Timestamp",
    "TimestampError",
    "UnknownZoneError",
    "ZoneFile",
    "ZoneFileError",
    "Zoned",
    "changes",
    "changes_in",
    "day_length_s",
    "elapsed_s",
    "first_difference",
    "group_by_day",
    "kept_by",
    "local_day",
    "next_at",
    "offsets_by_day",
    "parse_rfc3339",
    "parse_rfc9557",
    "read_zone_file",
    "readings",
    "release_file",
    "release_zone",
    "releases_of",
    "resolve",
    "run_meeting",
    "smear_us",
    "start_of_day",
    "tai_minus_utc_s",
    "write_rfc3339",
    "write_rfc9557",
    "zone_named",
]
