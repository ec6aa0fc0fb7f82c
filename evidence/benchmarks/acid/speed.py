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
MOST_US = 50
LINEAR = SIZES[1] / SIZES[0]
CAPTION = (
    f"{COMMITS} transactions of two writes on a file, with fsync; then logs of "
    f"{SIZES[0]:,} and {SIZES[1]:,} transactions, opened again. How many times as "
    f"quick, or as slow; the best of {RUNS} runs."
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
    record_us = 1e6 * opening[large] / (3 * large)
    measured = {
        "10 commits a flush, against one": commits[1] / commits[10],
        "100 commits a flush, against one": commits[1] / commits[100],
        f"opening {large:,} transactions, against {small:,}": (
            opening[large] / opening[small]
        ),
        "us to read and replay a record": record_us,
    }
    least, most = 0.67 * LINEAR, 1.33 * LINEAR
    promises = {
        f"opening {large:,} transactions, against {small:,}": (
            f"{least:.1f} to {most:.1f}",
            least < opening[large] / opening[small] < most,
        ),
        "us to read and replay a record": (f"below {MOST_US}", record_us < MOST_US),
    }  # what a group gains is the disk's to say, and no promise of ours
    found = []
    for row in measured:
        promised, kept = promises.get(row, ("-", None))
        found.append((row, promised, "-" if kept is None else "yes" if kept else "no"))
    return found, {
        "measured": {row: round(ratio, 2) for row, ratio in measured.items()},
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {"Python": platform.python_version()},
        "transactions_per_s": {
            str(group): round(COMMITS / took_s) for group, took_s in commits.items()
        },
    }
