"""What do refusing, accepting and escrow cost, by length of the cut and by account?"""

from sdnotes.cap.trial import CUSTOMERS, DELAY_MS, TIMEOUT_MS, trial

DAYS = 1000
CAPTION = (
    f"A day is an hour in which {CUSTOMERS} customers ask for 5 to 30 each, at either "
    "machine, for 350 in all on average; the cut is in the middle of the hour. A "
    f"message takes {DELAY_MS} ms, and *refuse* waits {TIMEOUT_MS} ms for a reply. "
    "Turned away: requests refused although the account held enough, of all requests. "
    "Overdrawn: days that end below zero, of all days. "
    f"{DAYS} random days a row, the same days for every policy; in brackets the 95 % "
    "interval."
)
COLUMNS = ("policy", "account", "cut, min", "turned away, %", "days overdrawn, %")
CELLS = [
    {"policy": policy, "opening": opening, "outage_min": outage_min}
    for policy in ("refuse", "accept", "escrow")
    for opening, outages_min in ((300, (0, 10, 50)), (600, (0, 50)))
    for outage_min in outages_min
]


def cell(*, policy: str, opening: int, outage_min: int) -> tuple[str, str]:
    """Return the two costs of one row."""
    costs = trial(policy, opening=opening, outage_min=outage_min, days=DAYS)
    return costs.turned_away.percent(), costs.overdrawn.percent()
