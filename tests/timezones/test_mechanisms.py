"""The mechanisms that stand open on the pages do what the package does."""

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sdnotes.timezones import (
    Civil,
    Instant,
    SteppedClock,
    Zoned,
    changes_in,
    day_length_s,
    group_by_day,
    kept_by,
    next_at,
    readings,
    release_zone,
    resolve,
    run_meeting,
)
from sitebuild.testing.snippets import Snippets

READS = ("docs/chapters/timezones/*.md", "sdnotes/timezones/release_files/*/*.tzif")

mechanism = Snippets("timezones").mechanism

ZONES = (
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
)


def times_near_changes(seed: int, count: int) -> list[tuple[datetime, ZoneInfo]]:
    """Return civil times of the years since 2005, half of them within a change."""
    rng = random.Random(seed)
    found: list[tuple[datetime, ZoneInfo]] = []
    while len(found) < count:
        zone, year = rng.choice(ZONES), rng.randrange(2005, 2026)
        minutes = rng.randrange(366 * 24 * 60)
        civil = Civil(year, 1, 1).naive + timedelta(minutes=minutes)
        if (changes := changes_in(zone, year)) and rng.random() < 0.7:
            around = timedelta(minutes=rng.randrange(-90, 90))
            civil = rng.choice(changes).civil_before.naive + around
        found.append((civil, ZoneInfo(zone)))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_the_instants_found_are_the_readings_of_the_package(seed: int) -> None:
    instants = mechanism("index", "how-many-instants")["instants"]
    kinds = set()
    for civil, zone in times_near_changes(seed, 60):
        found = readings(Civil.of(civil), zone)
        kinds.add(found.kind)
        theirs = [] if found.kind == "gap" else [found.earlier.utc, found.later.utc]
        assert instants(civil, zone) == sorted(set(theirs))
    assert kinds == {"once", "gap", "fold"}


@pytest.mark.parametrize("rule", ["earlier", "later", "compatible", "raise"])
def test_four_rules_are_those_of_the_package(rule: str) -> None:
    ours = mechanism("gaps-and-folds", "four-rules")["resolve"]
    for civil, zone in times_near_changes(7, 100):
        if rule == "raise" and readings(Civil.of(civil), zone).kind != "once":
            with pytest.raises(ValueError, match=r"gap|fold"):
                ours(civil, zone, rule)
        else:
            theirs = resolve(Civil.of(civil), zone, rule)  # type: ignore[arg-type]
            assert ours(civil, zone, rule) == theirs.utc


def test_a_meeting_is_derived_as_the_one_that_is_kept_with_its_zone() -> None:
    meeting_of = mechanism("index", "a-meeting")["Meeting"]
    read = mechanism("meetings", "has-it-moved")["read"]
    old, new = (release_zone("Asia/Beirut", name) for name in ("2023a", "2023b"))
    for day in range(1, 60):
        civil = Civil(2023, 3, 1, 9).plus_days(day)
        run = run_meeting(civil, old, new)
        by_zone, both = run.rows[2], run.rows[3]
        meeting = meeting_of(civil.naive, old.key)
        assert not meeting.derive(old)
        assert meeting.derive(new) == (by_zone.instant != run.saved.instant)
        assert meeting.utc == by_zone.instant.utc
        now, change_h = read(both.stored, lambda _: new)
        assert now.astimezone(UTC) == both.instant.utc
        assert (change_h != 0) == both.noticed


def test_what_is_taken_back_by_the_old_rules_is_what_people_said() -> None:
    rescue = mechanism("meetings", "back-by-old-rules")["rescue"]
    old, new = (release_zone("America/Sao_Paulo", name) for name in ("2019a", "2019b"))
    for day in range(1, 400):
        civil = Civil(2019, 1, 1, 9, 30).plus_days(day)
        by_instant, _, by_zone, _ = run_meeting(civil, old, new).rows
        assert rescue(by_instant.instant.utc, old, new) == by_zone.instant.utc


@pytest.mark.parametrize("session", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_the_columns_of_the_pages_show_what_the_package_s_show(session: str) -> None:
    names = mechanism("index", "two-columns")
    timestamptz = mechanism("columns", "a-timestamptz")["Timestamptz"]
    zone, rng = ZoneInfo(session), random.Random(session)
    for _ in range(50):
        reader = ZoneInfo(rng.choice(ZONES))
        naive = Civil(2020, 1, 1).naive + timedelta(minutes=rng.randrange(10**6))
        text = f"{naive}{rng.choice(['', '+05:30', '-04:00', '+00:00'])}"
        theirs = kept_by("postgresql timestamptz", text, zone, reader)
        if readings(Civil.of(naive), zone).kind == "fold":
            continue  # PostgreSQL takes the later, Python the earlier: the page says so
        assert names["store_timestamptz"](text, zone) == theirs.stored.utc  # type: ignore[union-attr]
        shown = timestamptz(text, zone).show(reader)
        assert shown.startswith(theirs.shown[:22])
        civil = kept_by("postgresql timestamp", text, zone, reader)
        assert names["store_timestamp"](text) == civil.stored.naive  # type: ignore[union-attr]


@pytest.mark.parametrize("zone", ZONES)
def test_the_next_ring_is_that_of_the_package(zone: str) -> None:
    next_ring = mechanism("index", "next-ring")["next_ring"]
    rng = random.Random(zone)
    for _ in range(40):
        at = time(rng.randrange(24), rng.choice([0, 1, 30, 59]))
        after = Instant.parse("2025-01-01T00:00:00Z") + timedelta(
            minutes=rng.randrange(365 * 24 * 60)
        )
        theirs = next_at(at.hour, at.minute, after, zone).instant
        assert next_ring(after.utc, at, ZoneInfo(zone)) == theirs.utc


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_is_as_long_as_the_package_says(zone: str) -> None:
    hours = mechanism("days", "how-long")["hours"]
    for day in range(365):
        date = Civil(2025, 1, 1).plus_days(day).date
        assert hours(date, ZoneInfo(zone)) * 3600 == day_length_s(date, zone)


@pytest.mark.parametrize("zone", ZONES)
def test_counting_by_local_day_counts_the_groups_of_the_package(zone: str) -> None:
    per_day = mechanism("days", "by-local-day")["per_day"]
    rng = random.Random(zone)
    start = Instant.parse("2025-01-01T00:00:00Z")
    instants = [start + timedelta(minutes=rng.randrange(525_600)) for _ in range(500)]
    groups = group_by_day(instants, zone)
    counts = per_day([instant.utc for instant in instants], ZoneInfo(zone))
    assert counts == {str(day): len(group) for day, group in groups.items()}


def test_the_two_clocks_differ_by_the_step_and_by_nothing_else() -> None:
    names = mechanism("days", "two-clocks")
    clock = SteppedClock(wall_us=0)
    clock.run(600_000)
    clock.step(-1_000_000)
    ours = names["clock"]
    assert (ours.wall_us, ours.monotonic_us) == (clock.wall_us, clock.monotonic_us)
    assert names["began_wall"] == names["began_monotonic"] == 0


def test_a_fold_is_where_the_pages_and_postgresql_part() -> None:
    store = mechanism("index", "two-columns")["store_timestamptz"]
    text, zone = "2025-11-02 01:30:00", "America/New_York"
    ours = store(text, ZoneInfo(zone))
    theirs = kept_by("postgresql timestamptz", text, zone, "UTC").stored
    assert theirs.utc - ours == timedelta(hours=1)  # type: ignore[union-attr]
    assert Zoned(theirs, zone).civil == Civil(2025, 11, 2, 1, 30)  # type: ignore[arg-type]
