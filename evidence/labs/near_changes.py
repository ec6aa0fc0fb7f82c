"""Texts of civil times around changes of clocks, to ask a server and the model alike.

    America/New_York, 2009-03-08    01:55  02:00  02:30  02:55  03:00  03:05 ...

The years are long past: servers may have other releases of the tz database than we.

Left out: changes before 2005, of which releases still learn.
"""

from collections.abc import Iterator

from sdnotes.timezones import changes_in

SESSIONS = (
    "America/New_York",
    "Europe/Paris",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Europe/Moscow",
    "Pacific/Apia",
)
YEARS = range(2005, 2018, 3)
MINUTES = (-65, -60, -35, -30, -5, 0, 5, 30, 55, 60, 65)


def texts_near_changes(zone: str) -> Iterator[str]:
    """Yield texts without an offset, of minutes before and after each change."""
    for year in YEARS:
        for change in changes_in(zone, year):
            for minutes in MINUTES:
                moment = change.at.unix_s + 60 * minutes
                civil = change.at.of_unix_s(moment).shifted(change.before_s)
                yield str(civil).replace("T", " ")
