"""What timezones refuses names the one argument that is wrong, with its value."""

import copy
import io
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from refused import Case, case_id, check_names, missed

from sdnotes import timezones as tz
from sdnotes.timezones import Civil, Instant, Recurrence, Zoned

READS = ("sdnotes/timezones/*.py", "sdnotes/timezones/release_files/*/*")

NEW_YORK = "America/New_York"
NEW_YORK_RULE = tz.PosixRule.parse("EST5EDT,M3.2.0,M11.1.0")
NAIVE = datetime(2025, 7, 1)  # noqa: DTZ001  (what is refused)
START, END = Instant.of_unix_s(0), Instant.of_unix_s(10**9)
FIRST, LAST = Civil(1, 1, 1), Civil(9999, 12, 31, 23, 59, 59, 999_999)


def seen(instant: Instant) -> datetime:
    return Zoned(instant, NEW_YORK).aware


def occurrences(in_gap: str) -> object:
    rule = Recurrence("DAILY", count=1)
    return list(rule.occurrences(Civil(2025, 1, 1), "Etc/UTC", in_gap))  # type: ignore[arg-type]


def asked_at(zone: str) -> object:
    return tz.changes(zone, Instant(FIRST.us), Instant(FIRST.us + 1))


def nameless() -> ZoneInfo:
    return ZoneInfo.from_file(io.BytesIO(tz.release_file("Asia/Beirut", "2023a")))


CASES: list[Case] = [
    (Instant, {"unix_us": 0}, {"unix_us": [FIRST.us - 1, LAST.us + 1, 10**30]}),
    (Instant.of_unix_s, {"unix_s": 0}, {"unix_s": [-(10**12), 10**12]}),
    (Instant.of, {"aware": NAIVE.replace(tzinfo=UTC)}, {"aware": [NAIVE]}),
    (
        Instant.parse,
        {"text": "2025-07-01T12:00:00+05:30"},
        {
            "text": [
                *("", "2025-07-01T12:00", "2025-07-01", "2025-07-01T12:00+0530"),
                *("2025-13-01T12:00Z", "2025-02-29T12:00Z", "2025-07-01T24:00Z"),
                *("2025-07-01T12:00+24:00", "2025-07-01T12:00-00:60"),
                *("2025-07-01T12:00\n+05:30", "2025-07-01T12:00+\u0660\u0665:30"),
            ]
        },
    ),
    (START.shifted, {"offset_s": 0}, {"offset_s": [-(10**12), 10**12]}),
    (Civil.of, {"naive": NAIVE}, {"naive": [NAIVE.replace(tzinfo=UTC)]}),
    (
        Civil.parse,
        {"text": "2025-07-01 12:00:00.5"},
        {"text": ["", "2025-07-01T12:00Z", "2025-02-29T12:00", "2025-07-01T12:00:60"]},
    ),
    (Civil(2025, 1, 1).plus_days, {"days": 1}, {"days": [10**8, 9_000_000]}),
    (
        Civil,
        {
            "year": 2024,
            "month": 2,
            "day": 29,
            "hour": 0,
            "minute": 0,
            "second": 0,
            "microsecond": 0,
        },
        {
            "year": [0, 10_000],
            "month": [0, 13],
            "day": [0, 30, 32],
            "hour": [-1, 24],
            "minute": [60],
            "second": [60],
            "microsecond": [10**6],
        },
    ),
    (
        tz.resolve,
        {"civil": Civil(2025, 7, 1), "zone": NEW_YORK, "rule": "earlier"},
        {"rule": ["first", None], "civil": [LAST]},
    ),
    (seen, {"instant": START}, {"instant": [Instant(FIRST.us)]}),
    (
        tz.changes,
        {"zone": NEW_YORK, "start": START, "end": END},
        {"end": [Instant.of_unix_s(-1)]},
    ),
    (asked_at, {"zone": "Etc/UTC"}, {"zone": [NEW_YORK]}),
    (
        tz.changes_in,
        {"zone": NEW_YORK, "year": 2025},
        {"year": [1, 9999], "zone": [nameless()]},
    ),
    (tz.offsets_by_day, {"zone": NEW_YORK, "year": 2025}, {"year": [1, 9999]}),
    (
        tz.day_length_s,
        {"day": date(2025, 1, 1), "zone": NEW_YORK},
        {"day": [date.min, date.max]},
    ),
    (
        Recurrence,
        {"freq": "MONTHLY", "interval": 1, "by_day": ((1, 0),), "count": 2},
        {
            "freq": ["HOURLY", ""],
            "interval": [0, -1, 10**9],
            "by_day": [((6, 0),), ((0, 7),)],
            "count": [0],
            "week_start": [7],
        },
    ),
    (Recurrence, {"freq": "DAILY"}, {"by_day": [((1, 0),)]}),
    (Recurrence, {"freq": "YEARLY"}, {"by_day": [((0, 0),)]}),
    (Recurrence, {"freq": "DAILY", "until": START}, {"count": [3]}),
    (occurrences, {"in_gap": "skip"}, {"in_gap": ["earlier", ""]}),
    (
        tz.release_file,
        {"zone": "Asia/Beirut", "release": "2023b"},
        {"zone": ["Europe/Paris", "../Asia/Beirut"], "release": ["2024a", "../2023a"]},
    ),
    (
        tz.next_at,
        {"hour": 7, "minute": 0, "after": START, "zone": "Etc/UTC"},
        {
            "after": [Instant(FIRST.us), Instant(LAST.us)],
            "hour": [24],
            "minute": [60],
        },
    ),
    (NEW_YORK_RULE.changes_in, {"year": 1}, {"year": [0, 10_000]}),
    (NEW_YORK_RULE.offset_s, {"unix_s": 0}, {"unix_s": [-(10**12), 10**12]}),
    (tz.tai_minus_utc_s, {"instant": END}, {"instant": [START]}),
    (
        tz.parse_rfc3339,
        {"text": "2025-07-01T12:00:00Z", "leap_second": "following"},
        {"leap_second": ["next"]},
    ),
    (
        tz.parse_rfc9557,
        {"text": "2025-07-01T12:00:00Z", "conflict": "zone"},
        {"conflict": ["use", True]},
    ),
    (
        tz.write_rfc3339,
        {"instant": START, "offset_s": 3600},
        {"offset_s": [30, 86_400, -86_400]},
    ),
    (tz.SteppedClock(0).run, {"us": 5}, {"us": [-1]}),
    (tz.SteppedClock(0).step, {"us": -5}, {"us": [10**19]}),
    (
        tz.kept_by,
        {
            "column": "sqlite TEXT",
            "literal": "x",
            "written_in": "Etc/UTC",
            "read_in": "Etc/UTC",
        },
        {"column": ["timestamptz", ""]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_one_argument_that_is_wrong_is_named_and_no_other(case: Case) -> None:
    check_names(case)


def test_every_refusal_of_the_package_is_tried_above() -> None:
    assert missed("timezones", CASES) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "is empty: a zone has a name"),
        ("Mars/Base", "is not in the tz database"),
        ("europe/paris", "did you mean 'Europe/Paris'?"),
        ("America/New York", "did you mean 'America/New_York'?"),
        ("Europe/Pariss", "did you mean 'Europe/Paris'?"),
        ("+02:00", "is an offset, not a zone"),
        ("UTC+2", "is an offset, not a zone"),
        ("../etc/passwd", "is not in the tz database"),
        ("/etc/passwd", "is not in the tz database"),
        ("/usr/share/zoneinfo/Europe/Paris", "is not in the tz database"),
        ("Europe/../Europe/Paris", "is not in the tz database"),
        ("Europe", "is not in the tz database"),
        ("posixrules", "is not in the tz database"),
        ("localtime", "is not in the tz database"),
        ("Factory", "is not in the tz database"),
        ("zone.tab", "is not in the tz database"),
        (" Europe/Paris", "did you mean 'Europe/Paris'?"),
        ("Europe/Paris\n", "did you mean 'Europe/Paris'?"),
        ("Europe/Paris\0", "did you mean 'Europe/Paris'?"),
        ("\0", "is not in the tz database"),
        ("\udcff", "is not in the tz database"),
        ("x" * 10_000, "(10002 long) is not in the tz database"),
        ("EST5EDT,M3.2.0,M11.1.0", "is not in the tz database"),
        ("CEST", "is not in the tz database"),
    ],
)
def test_a_name_that_is_none_has_an_error_that_says_why(name: str, said: str) -> None:
    for call in (tz.zone_named, lambda name: Zoned(START, name)):
        with pytest.raises(tz.UnknownZoneError) as caught:
            call(name)
        assert said in str(caught.value)
        assert str(caught.value).startswith("name=")
        assert len(str(caught.value)) < 200


def test_what_is_near_is_not_looked_for_where_a_name_is_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Comparing a text of megabytes with 600 names would keep a server busy."""

    def unwanted(*_: object, **__: object) -> list[str]:
        raise AssertionError

    monkeypatch.setattr("difflib.get_close_matches", unwanted)
    with pytest.raises(tz.UnknownZoneError, match="is not in the tz database"):
        tz.zone_named("x" * 41)


def test_without_a_database_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = "sdnotes.timezones.zone_names"
    monkeypatch.setattr(f"{names}._names", lambda _: frozenset())
    with pytest.raises(tz.UnknownZoneError, match="install tzdata"):
        tz.zone_named("Europe/Paris")


@pytest.mark.parametrize(
    "zone", [None, 5, b"Europe/Paris", UTC, timezone(timedelta(0))]
)
def test_what_is_no_zone_at_all_is_a_type_error(zone: Any) -> None:
    with pytest.raises(TypeError, match="is not a text"):
        Zoned(START, zone)


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_where_a_whole_number_is_wanted_nothing_else_is_taken(value: Any) -> None:
    calls = (
        Instant,
        Instant.of_unix_s,
        lambda value: Civil(value, 1, 1),
        lambda value: Civil(2025, 1, 1, microsecond=value),
        Civil(2025, 1, 1).plus_days,
        lambda value: tz.changes_in(NEW_YORK, value),
        lambda value: Recurrence("DAILY", interval=value),
        lambda value: tz.next_at(value, 0, START, NEW_YORK),
        tz.SteppedClock(0).run,
    )
    for call in calls:
        with pytest.raises(TypeError, match="is not a whole number"):
            call(value)


@pytest.mark.parametrize("text", [None, 5, b"2025-07-01T12:00:00Z"])
def test_where_a_text_is_wanted_nothing_else_is_taken(text: Any) -> None:
    for call in (tz.parse_rfc3339, tz.parse_rfc9557, Instant.parse, Civil.parse):
        with pytest.raises(TypeError):
            call(text)


def test_a_naive_datetime_is_no_instant_and_an_aware_one_no_civil_time() -> None:
    with pytest.raises(TypeError, match=r"aware=datetime\.date"):
        Instant.of(date(2025, 1, 1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="naive='2025-01-01'"):
        Civil.of("2025-01-01")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="instant=Civil"):
        Zoned(Civil(2025, 1, 1), NEW_YORK)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="civil=Instant"):
        Zoned.local(START, NEW_YORK)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="stored=5 is kept by no column"):
        tz.COLUMNS["sqlite TEXT"].show(5, NEW_YORK)  # type: ignore[arg-type]


def test_instants_and_civil_times_cannot_be_mixed() -> None:
    civil: Any = Civil(1970, 1, 1)
    instant: Any = START
    zoned: Any = Zoned(START, "Etc/UTC")
    for mixed in (
        lambda: instant < civil,
        lambda: civil < instant,
        lambda: instant - civil,
        lambda: civil - civil,
        lambda: civil + timedelta(hours=1),
        lambda: instant + 1,
        lambda: instant - 1,
        lambda: zoned < Zoned(START, NEW_YORK),
        lambda: instant < instant.utc,
    ):
        with pytest.raises(TypeError):
            mixed()
    assert instant != civil
    assert len({instant, civil, zoned}) == 3


def test_a_value_is_never_changed_and_survives_a_copy() -> None:
    zoned = Zoned(START, NEW_YORK)
    for value in (START, Civil(2025, 1, 1), zoned):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  (our own)
        assert copy.deepcopy(value) == value
        with pytest.raises((AttributeError, TypeError)):
            value.year = 5  # type: ignore[union-attr]
    assert Zoned(START, ZoneInfo(NEW_YORK)) == zoned
    assert hash(Zoned(START, ZoneInfo(NEW_YORK))) == hash(zoned)


def test_gaps_and_folds_are_errors_that_carry_both_instants() -> None:
    with pytest.raises(tz.GapError, match="does not exist: the clock skips it") as gap:
        Zoned.local(Civil(2025, 3, 9, 2, 30), NEW_YORK)
    assert str(gap.value.readings.earlier) == "2025-03-09T06:30:00Z"
    with pytest.raises(
        tz.FoldError, match=r"comes twice: at 2025-11-02T05:30:00Z and "
    ):
        Zoned.local(Civil(2025, 11, 2, 1, 30), NEW_YORK)


def test_the_edges_of_the_calendar_are_errors_of_the_one_kind() -> None:
    for civil, zone in ((FIRST, "Asia/Tokyo"), (LAST, NEW_YORK)):
        with pytest.raises(ValueError, match="is not within years 1-9999"):
            tz.readings(civil, zone)
    for instant, zone in ((FIRST, NEW_YORK), (LAST, "Asia/Tokyo")):
        with pytest.raises(ValueError, match="is not within years 1-9999"):
            str(Zoned(Instant(instant.us), zone))
    with pytest.raises(ValueError, match="unix_us="):
        Instant(LAST.us) + timedelta(seconds=1)
    with pytest.raises(ValueError, match="unix_us="):
        Instant(FIRST.us) - timedelta(days=999_999_999)
