"""The zones of the pinned tz database, and the files that they come from."""

import functools
import zoneinfo
from importlib.resources import files

from sdnotes.timezones import ZoneFile, read_zone_file


def zone_bytes(name: str) -> bytes:
    """Return the zone file of a name, from the wheel ``tzdata``."""
    folder, _, last = f"tzdata/zoneinfo/{name}".rpartition("/")
    return files(folder.replace("/", ".")).joinpath(last).read_bytes()


@functools.cache
def zone_file(name: str) -> ZoneFile:
    """Return what our reader makes of it."""
    return read_zone_file(zone_bytes(name))


@functools.cache
def all_zones() -> tuple[str, ...]:
    """Return every name that zoneinfo knows and that is one, sorted."""
    return tuple(sorted(zoneinfo.available_timezones() - {"Factory", "localtime"}))


@functools.cache
def different_zones() -> tuple[str, ...]:
    """Return one name for each different file: others are links to it."""
    return tuple({zone_bytes(name): name for name in reversed(all_zones())}.values())
