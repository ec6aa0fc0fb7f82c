"""What do refusing, accepting and escrow cost, as the cable stays cut for longer?"""

from sdnotes.cap.trial import trial

CAPTION = (
    "Cost of each policy by length of the cut: share of requests refused although the "
    "money was there, and share of days that end overdrawn. 1000 random days a row, "
    "the same days for every policy; in brackets the 95 % interval."
)
COLUMNS = ("policy", "cut, min", "turned away, %", "days overdrawn, %")
CELLS = [
    {"policy": policy, "outage_min": outage_min}
    for policy in ("refuse", "accept", "escrow")
    for outage_min in (0, 10, 30, 50)
]
DAYS = 1000


def cell(*, policy: str, outage_min: int) -> tuple[str, str]:
    """Return the two costs of one row."""
    costs = trial(policy, outage_min=outage_min, days=DAYS)
    return costs.turned_away.percent(), costs.overdrawn.percent()
