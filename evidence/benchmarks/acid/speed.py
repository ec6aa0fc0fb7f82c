"""What does a commit cost, alone and in a group, and what does it cost to open a log?

Transactions that write two keys, on a real file in a temporary folder, with os.fsync.
Groups: so many commit without a flush, then one flush is for all. Opening: the log of
so many transactions is read and replayed. Each is run three times, in turn, and the
best counts: commits in time, since they wait for the disk; opening in processor time.
"""

import os
import platform
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sdnotes.acid import Log, Store

RUNS = 3
GROUPS = (1, 10, 100)
COMMITS = 300
SIZES = (2_000, 8_000)
CAPTION = (
    f"{COMMITS} transactions of two writes on a file, with fsync; then logs of "
    f"{SIZES[0]:,} and {SIZES[1]:,} transactions, opened again. Best of {RUNS} runs."
)
COLUMNS = ("what", "promised", "kept")


def on_file(path: Path, use: Callable[[Store], None]) -> Store:
    """Open a store on a file with a real sync, and use it."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        store = Store(Log(file, lambda: os.fsync(file.fileno())))
        use(store)
        return store


def commit(store: Store, transactions: int, group: int) -> None:
    """Commit so many transactions, a group at each flush."""
    for number in range(1, transactions + 1):
        transaction = store.begin()
        transaction.put("x", number)
        transaction.put("y", -number)
        transaction.commit(flush=False)
        if number % group == 0:
            store.log.flush()
    store.log.flush()


def committing_s(folder: Path, group: int, run: int) -> float:
    """Return how long the commits take, in seconds."""
    took: list[float] = []

    def use(store: Store) -> None:
        began = time.perf_counter()
        commit(store, COMMITS, group)
        took.append(time.perf_counter() - began)

    on_file(folder / f"commits-{group}-{run}", use)
    return took[0]


def opening_s(path: Path, transactions: int) -> float:
    """Return how long it takes to open a log, in seconds of the processor."""
    began = time.process_time()
    store = on_file(path, lambda _: None)
    took_s = time.process_time() - began
    assert store.recovered_commits == transactions
    return took_s


def rows() -> tuple[list[tuple[str, str, str]], dict[str, Any]]:
    """Return what is promised and whether it was kept; beside it, what was measured."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        commits = {
            group: min(committing_s(folder, group, run) for run in range(RUNS))
            for group in GROUPS
        }
        opening = {}
        for size in SIZES:
            path = folder / f"log-{size}"
            on_file(path, lambda store, size=size: commit(store, size, 500))  # type: ignore[misc]
            opening[size] = min(opening_s(path, size) for _ in range(RUNS))
    small, large = SIZES
    growth = opening[large] / opening[small]
    per_record_us = 1e6 * opening[large] / (3 * large)
    found = [
        ("commits in groups of 10 are quicker than alone", commits[10] < commits[1]),
        ("commits in groups of 100 are quicker still", commits[100] < commits[10]),
        (
            f"a log {large // small} times as long opens in {large // small} times, "
            "give or take a third, the time",
            0.67 * large / small < growth < 1.33 * large / small,
        ),
        ("a record is read and replayed in 50 us", per_record_us < 50),
    ]
    observed = {
        "date": datetime.now(UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "transactions_per_s": {
            str(group): round(COMMITS / took_s) for group, took_s in commits.items()
        },
        "opening_s": {str(size): round(s, 3) for size, s in opening.items()},
        "per_record_us": round(per_record_us, 1),
    }
    return [(what, "yes", "yes" if kept else "no") for what, kept in found], observed
