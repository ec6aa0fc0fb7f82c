"""Judge an answer in this process, as a page does, and tell what it cost.

The worker (worker.py) calls it in a fork, so that a page's limits (no threads, no
processes, no questions) may be set up here for good.
"""

import time
from typing import Any

from sitebuild.machine import yardstick
from sitebuild.page_runner import start


def grade(code: str, filename: str, check: str) -> dict[str, Any]:
    """Return the verdict on an answer, what was printed, and what it cost."""
    printed: list[str] = []
    session = start(lambda _, text: printed.append(text), None, lambda _: None)
    before = yardstick(5_000)
    started_s, began_s = time.process_time(), time.perf_counter()
    verdict, message, line = session.grade(code, filename, check)
    cpu_s, wall_s = time.process_time() - started_s, time.perf_counter() - began_s
    after = yardstick() if wall_s > 0.1 else before
    return {
        "verdict": verdict,
        "message": message,
        "line": line,
        "output": "".join(printed),
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "yardstick_cpu_s": max(before.cpu_s, after.cpu_s),
        "yardstick_wall_s": max(before.wall_s, after.wall_s),
    }
