"""The points of the chapter's figures are what the zones' clocks show."""

import pytest

from sdnotes.timezones.changes import changes_in, offsets_by_day
from sdnotes.timezones.points import (
    alarm_hours,
    clock_around,
    halfway,
    offset_corners,
)
from sdnotes.timezones.resolving import Rule, readings, resolve
from sdnotes.timezones.times import Civil
from sdnotes.timezones.zoned import Zoned

ZONES = ("America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "Africa/Casablanca")


@pytest.mark.parametrize("zone", ZONES)
def test_between_two_corners_the_offset_of_each_day_is_that_of_the_line(
    zone: str,
) -> None:
    corners = dict(offset_corners(zone, 2025))
    drawn = None
    for day, hours in offsets_by_day(zone, 2025):
        drawn = corners.get(day, drawn)
        assert hours == drawn
    assert len(corners) == 2 + 2 * len(changes_in(zone, 2025))


@pytest.mark.parametrize("zone", ZONES)
def test_halfway_lies_in_the_gap_or_the_fold_of_its_change(zone: str) -> None:
    for change in changes_in(zone, 2025):
        assert readings(halfway(change), zone).kind == change.kind


@pytest.mark.parametrize("rule", ["earlier", "later", "compatible"])
@pytest.mark.parametrize("zone", ZONES)
def test_the_point_that_is_chosen_lies_on_the_line_of_the_clock(
    zone: str, rule: Rule
) -> None:
    for change in changes_in(zone, 2025):
        asked = halfway(change)
        chosen = resolve(asked, zone, rule)
        lines = clock_around(change, zone, asked, chosen)
        _, (x, y) = lines["chosen"]
        (x0, y0), _ = lines["clock before" if x < 0 else "clock after"]
        assert y - y0 == pytest.approx(x - x0)
        assert (y == lines["asked for"][0][1]) == (change.kind == "fold")


def test_an_alarm_kept_by_hours_goes_astray_where_the_clocks_change_only() -> None:
    for zone, astray in (("Europe/London", 8.5), ("Asia/Tokyo", 7.5)):
        first = Zoned.local(Civil(2025, 3, 20, 7, 30), zone).instant
        lines = alarm_hours(first, zone, 20)
        assert {hour for _, hour in lines["at the same time"]} == {7.5}
        # Ten rings from the 20th to the 29th; the clocks of London change on the 30th.
        expected = [7.5] * 10 + [astray] * 10
        assert [hour for _, hour in lines["after 24 hours"]] == expected


def test_a_corner_is_drawn_at_the_day_before_a_change_and_at_its_day() -> None:
    (change,) = (c for c in changes_in("America/New_York", 2025) if c.kind == "gap")
    day = change.at.utc.timetuple().tm_yday
    assert (day - 1, -5.0) in offset_corners("America/New_York", 2025)
    assert (day, -4.0) in offset_corners("America/New_York", 2025)
