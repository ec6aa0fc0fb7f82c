"""Zone files that are broken, rules of all kinds, and where our old files come from."""

import io
import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zone_files import all_zones, zone_bytes, zone_file

from sdnotes.timezones import (
    RULE_CHANGES,
    Civil,
    PosixRule,
    PosixRuleError,
    ZoneFileError,
    read_zone_file,
    release_file,
    release_zone,
    releases_of,
)

READS = ("sdnotes/timezones/release_files/*.md", "sdnotes/timezones/release_files/*/*")
PARIS = "Europe/Paris"


def test_what_is_in_the_file_of_paris() -> None:
    file = zone_file(PARIS)
    assert file.footer == "CET-1CEST,M3.5.0,M10.5.0/3"
    assert file.first == (561, "LMT")
    assert file.changes[0] == (-2486592561, 561, "PMT")
    assert file.offset_changes(2025, 2025) == [
        (1743296400, 3600, 7200),
        (1761440400, 7200, 3600),
    ]


def test_the_first_and_the_last_year_can_be_asked_for() -> None:
    file = zone_file("America/New_York")
    assert file.offset_changes(1, 1) == []
    assert len(file.offset_changes(9999, 9999)) == 2
    assert file.offset_s(Civil(9999, 12, 31, 23, 59, 59).us // 10**6) == -18_000
    assert file.offset_s(Civil(1, 1, 1).us // 10**6) == -17_762


def test_a_file_that_is_cut_anywhere_is_an_error_that_says_where() -> None:
    data = zone_bytes(PARIS)
    for size in range(len(data)):
        with pytest.raises(ZoneFileError) as caught:
            read_zone_file(data[:size])
        assert 0 <= caught.value.offset <= size


@given(st.data())
def test_a_file_with_other_bytes_is_read_or_is_an_error(data: st.DataObject) -> None:
    whole = bytearray(zone_bytes(data.draw(st.sampled_from([PARIS, "Asia/Gaza"]))))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    with suppress(ZoneFileError):
        found = read_zone_file(bytes(whole)).offset_changes(1970, 2040)
        assert all(before != after for _, before, after in found)


@given(st.binary(max_size=200))
def test_any_other_bytes_are_an_error(data: bytes) -> None:
    for each in (data, b"TZif2" + data):
        with pytest.raises(ZoneFileError):
            read_zone_file(each)


def broken(at: int, change: bytes) -> bytes:
    data = bytearray(zone_bytes("Asia/Tokyo"))
    data[at : at + len(change)] = change
    return bytes(data)


def second_header() -> int:
    return zone_bytes("Asia/Tokyo").index(b"TZif", 4)


def test_each_kind_of_damage_has_its_own_words() -> None:
    start = second_header()
    counts = struct.unpack(">6L", zone_bytes("Asia/Tokyo")[start + 20 : start + 44])
    times, types, chars = counts[3:]
    times_at = start + 44
    kinds_at = times_at + 8 * times
    offsets_at = kinds_at + times
    cases = {
        "b'GIFf' instead of b'TZif'": broken(0, b"GIFf"),
        "version b'\\x00' has no 64-bit part": broken(4, b"\0"),
        "leap seconds are not read here": zone_bytes("Asia/Tokyo")[: start + 28]
        + struct.pack(">L", 1)
        + zone_bytes("Asia/Tokyo")[start + 32 :]
        + b"\0" * 12,
        "the times are not in order": broken(times_at, b"\x7f" + b"\xff" * 7),
        f"one of the types is not below {types}": broken(kinds_at, bytes([types])),
        "an offset of": broken(offsets_at, struct.pack(">l", 10**6)),
        "a type's name has no end": broken(offsets_at + 5, bytes([chars + 1])),
        "no footer between": zone_bytes("Asia/Tokyo")[:-1] + b"x",
        "the footer is not ASCII": broken(len(zone_bytes("Asia/Tokyo")) - 3, b"\xff"),
        "is no POSIX TZ rule": broken(len(zone_bytes("Asia/Tokyo")) - 3, b"!"),
        "no type of local time": broken(start + 36, b"\0" * 4),
    }
    for said, data in cases.items():
        with pytest.raises(ZoneFileError) as caught:
            read_zone_file(data)
        assert said in str(caught.value), said


def with_footer(text: str) -> ZoneInfo:
    """Return what zoneinfo makes of a file that holds no more than a footer."""
    header = b"TZif2" + b"\0" * 15
    v1 = header + struct.pack(">6L", 0, 0, 0, 0, 1, 4) + struct.pack(">lBB", 0, 0, 0)
    v1 += b"UTC\0"
    return ZoneInfo.from_file(io.BytesIO(v1 + v1 + f"\n{text}\n".encode()))


@pytest.mark.parametrize(
    "text",
    [
        "EST5EDT,M3.2.0,M11.1.0",
        "<-03>3",
        "IST-1GMT0,M10.5.0,M3.5.0/1",  # Dublin: winter time is the exception
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "EET-2EEST,M3.4.4/50,M10.4.4/50",  # Gaza: 50 hours are two days later
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",  # Nuuk: an hour before the day
        "AEST-10AEDT,M10.1.0,M4.1.0/3",
        "ABC-3DEF-4,J60/0,J300/0",
        "XYZ12ABC,M12.5.0/24,M1.1.0/0",
    ],
)
def test_rules_of_all_kinds_are_read_as_zoneinfo_reads_them(text: str) -> None:
    rule, zone = PosixRule.parse(text), with_footer(text)
    for year in (1999, 2000, 2024, 2025):
        start = datetime(year, 1, 1, tzinfo=UTC)
        for hours in range(0, 366 * 24, 3):
            at = start + timedelta(hours=hours, minutes=1)
            offset = at.astimezone(zone).utcoffset()
            unix_s = int(at.timestamp())
            assert timedelta(seconds=rule.offset_s(unix_s)) == offset, at


def test_a_day_without_a_letter_is_counted_from_0_with_february_29() -> None:
    """POSIX: "zero-based". zoneinfo of Python 3.11 is a day early; no zone has it."""
    rule = PosixRule.parse("ABC0DEF-1,59/0,299/0")
    for year, day in ((2023, "03-01"), (2024, "02-29")):
        ((on, _, _), _) = rule.changes_in(year)
        assert datetime.fromtimestamp(on, UTC).strftime("%Y-%m-%d") == f"{year}-{day}"


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,M11.1.0,", "E5"),
        *("EST25", "EST5EDT,M13.1.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0", "EST5:60"),
        *("EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J300"),
        *("EST5EDT,J366,J300", "EST5EDT,366,300", "EST5EDT,M3.2.0/168,M11.1.0"),
        *("<E>5", "EST5EDT,M3.2.0,M11.1.0\n", "EST5,M3.2.0,M11.1.0"),
    ],
)
def test_a_text_that_is_no_rule_is_an_error(text: str) -> None:
    with pytest.raises(PosixRuleError, match="text="):
        PosixRule.parse(text)


def test_every_footer_of_the_database_is_read() -> None:
    rules = {zone_file(name).footer for name in all_zones()}
    assert len(rules) > 50
    for footer in rules:
        assert PosixRule.parse(footer)


def test_every_old_file_is_there_and_no_other() -> None:
    folder = files("sdnotes.timezones").joinpath("release_files")
    there = {
        f"{release.name}/{file.name}"
        for release in folder.iterdir()
        if release.is_dir()
        for file in release.iterdir()
    }
    named = {
        f"{release}/{each.zone.replace('/', '.')}.tzif"
        for each in RULE_CHANGES
        for release in (each.before, each.after)
    }
    assert there == named
    rows = [
        "/".join(row.split(" | ")[:2]).removeprefix("| ")
        for row in folder.joinpath("README.md").read_text("utf-8").splitlines()
        if row.startswith("| 20")
    ]
    assert sorted(rows) == sorted(named)


def test_our_reader_and_zoneinfo_read_old_files_alike() -> None:
    for change in RULE_CHANGES:
        for release in (change.before, change.after):
            zone = release_zone(change.zone, release)
            file = read_zone_file(release_file(change.zone, release))
            assert zone.key == change.zone
            for at, before, after in file.offset_changes(1970, 2035):
                for second, offset in ((at - 1, before), (at, after)):
                    found = datetime.fromtimestamp(second, UTC).astimezone(zone)
                    assert found.utcoffset() == timedelta(seconds=offset)


def test_releases_are_named_in_their_order() -> None:
    assert releases_of("Asia/Beirut") == ("2023a", "2023b", "2023c")
    assert releases_of(PARIS) == ()
    assert release_zone("Asia/Beirut", "2023a") is release_zone("Asia/Beirut", "2023a")
    same = release_file("Asia/Beirut", "2023a"), release_file("Asia/Beirut", "2023c")
    assert same[0] == same[1]  # 2023c took 2023b back
