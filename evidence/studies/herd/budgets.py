"""Does a retry budget bring the service back, if it is split over many clients?"""

from evidence.served import shares_after
from sdnotes.herd.storm import StormSetting, run_storm

PERCENT, PAUSE_S, SEEDS = 10, 5, 10
CAPTION = (
    "A service that bears 50 a second is asked 35 times a second, and stands still for "
    f"{PAUSE_S} s from second 10; requests wait 1 s and are tried three times. Each "
    f"client has a retry budget of its own, of {PERCENT} % and with a reserve. Served: "
    "which percentage of the requests of these seconds got an answer in time. Means of "
    f"{SEEDS} seeds; in brackets the 95 % interval."
)
COLUMNS = (
    "clients",
    "reserve",
    "served, 5 to 15 s after it, %",
    "30 to 40 s after, %",
    "85 to 100 s after, %",
)
CELLS = [
    {"clients": clients, "reserve": reserve}
    for reserve in (10, 1)
    for clients in (
        (1, 30, 100, 300, 1000) if reserve == 10 else (1, 30, 100, 300, 1000, 4000)
    )
]


def cell(*, clients: int, reserve: int) -> tuple[str, ...]:
    """Return the share served in three spans after the standstill."""
    end_s = 10 + PAUSE_S
    runs = [
        run_storm(
            StormSetting(
                trigger_s=(10, end_s),
                budget_percent=PERCENT,
                reserve=reserve,
                clients=clients,
                seconds=end_s + 105,
                seed=seed,
            )
        )
        for seed in range(SEEDS)
    ]
    return shares_after(end_s, ((5, 15), (30, 40), (85, 100)), runs)
