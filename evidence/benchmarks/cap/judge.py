"""How long does the judge of histories take, and how much memory?

Clients who are always busy: each calls again 1 to 5 us after its answer, and a call
takes 10 to 100 us. Values are distinct, or drawn from a few. Each history is judged as
it is offered, and then by the search alone, which is what all other objects get. Times
are processor time.
"""

import heapq
import multiprocessing
import os
import platform
import random
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sdnotes.cap import Counter, Model, Queue, Register, judge
from sdnotes.cap.linearizability import LIMIT, UndecidedError
from sdnotes.cap.search import Search
from sdnotes.sim import History, Operation, Outcome, Value

UNKNOWN = 0.05
CALLS = {"register": (2000, 20, UNKNOWN), "queue": (1000, 12, UNKNOWN)}
COUNTERS = ((1000, 4, UNKNOWN), (1000, 12, UNKNOWN))
GREEDY = (3000, 40, 0.0)
"""How many calls, of how many clients, and which share of them without an answer."""

FEW = 7
MOST_MB = 300
CAPTION = (
    f"Clients who are always busy; {UNKNOWN:.0%} of the calls have no answer, and no "
    "two values of the registers and queues are alike. In the last row all calls are "
    f"answered, there are {FEW} values, and memory is measured. A search has up to "
    f"{LIMIT:,} states. Measured: processor time of the judge, then of the search "
    "alone."
)
COLUMNS = ("history", "judge", "search alone", "promised")


def busy(kind: str, count: int, clients: int, unknown: float, seed: int) -> History:
    """Return a history that has an order: calls take effect between call and answer."""
    rng = random.Random(seed)
    free = [(0, n) for n in range(clients)]
    times, names = [], clients
    for _ in range(count):
        at_us, who = heapq.heappop(free)
        begin_us = at_us + rng.randint(1, 5)
        end_us = begin_us + rng.randint(10, 100)
        lost = rng.random() < unknown
        times.append((rng.randint(begin_us, end_us), who, begin_us, end_us, lost))
        if lost:  # after a lost answer a client goes on under a new name
            who, names = names, names + 1
        heapq.heappush(free, (end_us, who))
    state: list[Value] = [] if kind == "queue" else [0]
    operations = []
    for new, (_, who, begin_us, end_us, lost) in enumerate(sorted(times), start=1):
        gives = rng.random() < 0.5 or not state
        happens = not lost or rng.random() < 0.5
        action, result = _act(kind, state, new, gives=gives, happens=happens)
        operations.append(
            Operation(
                f"c{who}",
                action,
                _argument(kind, new) if gives else None,
                begin_us,
                None if lost else end_us,
                Outcome.UNKNOWN if lost else Outcome.OK,
                None if lost else result,
            )
        )
    return History(tuple(operations))


def _argument(kind: str, new: int) -> int:
    return 1 + new % 5 if kind == "counter" else new  # a counter adds 1 to 5


def _act(
    kind: str, state: list[Value], new: int, *, gives: bool, happens: bool
) -> tuple[str, Value]:
    seen = state[0] if state else None
    if gives:
        if happens and kind == "queue":
            state.append(new)
        elif happens:
            assert isinstance(seen, int)
            state[0] = new if kind == "register" else seen + _argument(kind, new)
        return {"register": "write", "counter": "add", "queue": "enqueue"}[kind], None
    if happens and kind == "queue":
        state.pop(0)
    return ("dequeue" if kind == "queue" else "read"), seen


def with_one_wrong(history: History, *, stale: bool) -> History:
    """Return the history with one answer near its end made wrong."""
    operations = list(history.operations)
    told = [
        n
        for n, o in enumerate(operations)
        if o.action in ("read", "dequeue") and o.outcome is Outcome.OK
    ]
    old = operations[told[len(told) // 2]].result
    wrong = operations[told[-10]]
    operations[told[-10]] = replace(wrong, result=old if stale else 10**6)
    return History(tuple(operations))


def with_few_values(history: History) -> History:
    """Return the history with values that are written again and again."""
    return History(
        tuple(
            replace(
                o,
                argument=o.argument % FEW if isinstance(o.argument, int) else None,
                result=o.result % FEW if isinstance(o.result, int) else None,
            )
            for o in history.operations
        )
    )


REGISTER = busy("register", *CALLS["register"], 1)
QUEUE = busy("queue", *CALLS["queue"], 1)


def _named(kind: str, calls: tuple[int, int, float]) -> str:
    return f"{kind}, {calls[0]:,} calls, {calls[1]} clients"


HISTORIES: dict[str, tuple[History, Model[Any], float]] = {
    _named("register", CALLS["register"]): (REGISTER, Register(0), 0.1),
    "... one stale read": (
        with_one_wrong(REGISTER, stale=True),
        Register(0),
        1.0,
    ),
    "... one value nobody wrote": (
        with_one_wrong(REGISTER, stale=False),
        Register(0),
        1.0,
    ),
    _named("queue", CALLS["queue"]): (QUEUE, Queue(), 1.0),
    "... one value out twice": (
        with_one_wrong(QUEUE, stale=True),
        Queue(),
        1.0,
    ),
}


def judged(history: History, model: Model[Any]) -> str:
    """Return the verdict in a word or two."""
    try:
        return "linearizable" if judge(history, model) else "not linearizable"
    except UndecidedError:
        return "undecided"


def searched(history: History, model: Model[Any]) -> str:
    """Return the verdict of the search alone."""
    search = Search(history, model)
    if not search.run(LIMIT):
        return "undecided"
    return "not linearizable" if search.order is None else "linearizable"


def timed_s(work: Callable[[], str]) -> tuple[str, float]:
    """Return what came of some work, and the processor time that it took."""
    began_s = time.process_time()
    said = work()
    return said, round(time.process_time() - began_s, 3)


def _greedy() -> None:
    judged(with_few_values(busy("queue", *GREEDY, 1)), Queue())


def most_mb() -> float:
    """Return the memory of a process that judges a queue until the limit ends it."""
    worker = multiprocessing.get_context("spawn").Process(target=_greedy)
    worker.start()
    worker.join()
    assert worker.exitcode == 0, "the judge did not come back"
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def rows() -> tuple[list[tuple[str, str, str, str]], dict[str, Any]]:
    """Return the verdicts and whether the times were kept, and what was measured."""
    found = []
    measured: dict[str, str] = {}
    for name, (history, model, most_s) in HISTORIES.items():
        said, took_s = timed_s(lambda h=history, m=model: judged(h, m))  # type: ignore[misc]
        alone, alone_s = timed_s(lambda h=history, m=model: searched(h, m))  # type: ignore[misc]
        kept = "kept" if took_s <= most_s else "not kept"
        found.append((name, said, alone, f"{most_s:g} s: {kept}"))
        measured[name] = f"{took_s:.2g} s, {alone_s:.2g} s"
    for calls in COUNTERS:
        counted = busy("counter", *calls, 1)
        said, took_s = timed_s(lambda h=counted: judged(h, Counter(0)))  # type: ignore[misc]
        found.append((_named("counter", calls), said, said, "-"))
        measured[_named("counter", calls)] = f"{took_s:.2g} s"
    size_mb = most_mb()
    kept = "kept" if size_mb <= MOST_MB else "not kept"
    queue = _named("queue", GREEDY)
    found.append((queue, "undecided", "undecided", f"{MOST_MB} MB: {kept}"))
    measured[queue] = f"{size_mb:.0f} MB"
    return found, {
        "measured": measured,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
    }
