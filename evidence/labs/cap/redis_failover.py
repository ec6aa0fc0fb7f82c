"""What becomes of acknowledged writes when a Redis replica takes over?

    primary   SET a -> OK   | cut |   SET b -> OK         (told: done)
    replica            a    |     |            promoted: a, and no b

Redis acknowledges before its replica has the write. WAIT tells afterwards how many
replicas have it, and takes nothing back; min-replicas-to-write refuses writes, but only
once the silence has been noticed.

Source: Redis 7.0's documentation, "Replication" and "WAIT"; claims CAP-17 and CAP-22.
Left out: who decides to promote (Sentinel, Cluster); disks.
Chapter: docs/chapters/cap/.
"""

import itertools
import time
from functools import partial
from pathlib import Path
from typing import Any

import redis

from evidence.labs.notebook import COLUMNS, Notebook, Row, ask
from evidence.labs.recorder import Recorder, together
from evidence.labs.redis_pair import (
    REFUSALS,
    Node,
    Pair,
    linked,
    node,
    pair,
    text,
    version,
)
from evidence.labs.server import LOOPBACK, ServerError, lab_folder, wait_until
from sdnotes.sim import History

CAPTION = (
    "A Redis primary and a replica on one machine; the cable between them can be cut, "
    "and the lab promotes the replica (REPLICAOF NO ONE). Nothing is kept on disk. "
    "Linearizable: one register could have given all these answers."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]

WRITES = 100
ROUNDS = 5
# A replica reports to its primary every second; beyond 2 s it counts as gone.
GUARDED = ("--min-replicas-to-write", "1", "--min-replicas-max-lag", "2")
REFUSED_WITHIN_S = 30


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    book = Notebook(
        observed={"versions": {"redis": version(), "redis-py": redis.__version__}}
    )
    with lab_folder() as folder:
        with pair(folder) as two:
            failover(book, two)
        with pair(folder, *GUARDED) as two:
            guarded(book, two)
        book.history("one server; five clients", "one-server", alone(folder))
        with pair(folder) as two:
            situation = "link cut, replica promoted, five clients move over"
            book.history(situation, "failover", moving_over(two))
    return book.rows, book.observed


def failover(book: Notebook, two: Pair) -> None:
    """Write while the link is up and while it is cut, then promote the replica."""
    with two.primary.client() as primary, two.replica.client() as replica:
        done = write_all(primary, "early")
        reached = primary.execute_command("WAIT", 1, 10_000)
        asked = f"{WRITES} writes at the primary, then WAIT 1"
        book.fact("linked", asked, f"{done} acknowledged, WAIT says {reached}")
        two.cable.cut()
        situation = "link cut"
        done = write_all(primary, "late")
        book.fact(situation, f"{WRITES} more at the primary", f"{done} acknowledged")
        wrote = primary.set("watched", "new")
        began = time.monotonic()
        reached = primary.execute_command("WAIT", 1, 500)
        book.fact(
            situation,
            "one more, then WAIT 1 for half a second",
            f"{acknowledged(wrote)}, WAIT says {reached}",
            waited_s=round(time.monotonic() - began, 2),
        )
        book.fact(situation, "read it at the primary", str(text(primary, "watched")))
        book.fact(situation, "read it at the replica", str(text(replica, "watched")))
        replica.replicaof("NO", "ONE")
        situation = "replica promoted"
        book.fact(situation, "the first writes there", count(replica, "early"))
        book.fact(situation, "those made since the cut", count(replica, "late"))
        split_brain(book, primary, replica)
        primary.replicaof(LOOPBACK, str(two.replica.port))
        wait_until(lambda: linked(primary), "the old primary follows")
        situation = "old primary rejoins as a replica"
        book.fact(situation, "the first writes there", count(primary, "early"))
        book.fact(situation, "those made since the cut", count(primary, "late"))
        book.fact(situation, "read owner there", str(text(primary, "owner")))


def split_brain(book: Notebook, primary: redis.Redis, replica: redis.Redis) -> None:
    """Let both sides take writes for one key."""
    left = primary.set("owner", "left")
    right = replica.set("owner", "right")
    book.fact(
        "replica promoted",
        "write owner: left at the old primary, right at the new",
        f"{acknowledged(left)}, {acknowledged(right)}",
    )
    both = f"{text(primary, 'owner')}, {text(replica, 'owner')}"
    book.fact("replica promoted", "read owner at both", both)


def guarded(book: Notebook, two: Pair) -> None:
    """Let the primary refuse writes that no replica would get."""
    with two.primary.client() as primary, two.replica.client() as replica:
        wait_until(
            lambda: ask(lambda: primary.set("last", 0), REFUSALS).error is None,
            "the guarded primary accepts a write",
        )
        wait_until(lambda: text(replica, "last") == "0", "the replica has it")
        two.cable.cut()
        began = time.monotonic()
        written, refusal = write_until_refused(primary)
        situation = "link cut, min-replicas-to-write 1"
        book.fact(
            situation,
            "writes at the primary, until one is refused",
            f"{'some' if written else 'none'} acknowledged, then {refusal.split()[0]}",
            acknowledged=written,
            refused_after_s=round(time.monotonic() - began, 2),
            said=refusal,
        )
        kept = text(primary, "last") == str(written)
        last = "the last acknowledged one" if kept else "another one"
        book.fact(situation, "read at the primary", last)
        replica.replicaof("NO", "ONE")
        there = "none of them" if text(replica, "last") == "0" else "some of them"
        book.fact("replica promoted", "the acknowledged writes there", there)


def write_until_refused(client: redis.Redis) -> tuple[int, str]:
    """Return how many writes were acknowledged, and the refusal of the next."""
    began = time.monotonic()
    for n in itertools.count(1):
        answer = ask(partial(client.set, "last", n), REFUSALS)
        if answer.error is not None:
            return n - 1, answer.said
        if time.monotonic() - began > REFUSED_WITHIN_S:
            break
        time.sleep(0.05)
    raise ServerError(f"not one write refused in {REFUSED_WITHIN_S} s")


def write_all(client: redis.Redis, name: str) -> int:
    """Return how many of the writes were acknowledged."""
    return sum(bool(client.set(f"{name}:{n}", n)) for n in range(WRITES))


def count(client: redis.Redis, name: str) -> str:
    """Return the cell that says how many of the writes this server has."""
    found = sum(text(client, f"{name}:{n}") == str(n) for n in range(WRITES))
    return f"{found} of {WRITES}"


def acknowledged(answer: object) -> str:
    """Return the cell for a write."""
    return "acknowledged" if answer else "no answer"


def work(name: str, place: Node, recorder: Recorder, *, first: int) -> None:
    """Read and write in turn at one server, values that nobody else writes."""
    with place.client() as client:
        for n in range(first, first + ROUNDS):
            with recorder.operation(name, "read", key="x") as call:
                call.ok(text(client, "x"))
            value = f"{name}-{n}"
            with recorder.operation(name, "write", value, "x") as call:
                client.set("x", value)
                call.ok()


def all_work(place: Node, recorder: Recorder, *, first: int) -> None:
    """Let five clients work at one server at the same time."""
    names = ("c1", "c2", "c3", "c4", "c5")
    together(*(partial(work, c, place, recorder, first=first) for c in names))


def alone(folder: Path) -> History:
    """Return what five clients hear from one server."""
    recorder = Recorder()
    with node(folder, "alone") as place:
        for first in (1, 1 + ROUNDS, 1 + 2 * ROUNDS):
            all_work(place, recorder, first=first)
    return recorder.history()


def moving_over(two: Pair) -> History:
    """Return what five clients hear that move to the promoted replica."""
    recorder = Recorder()
    all_work(two.primary, recorder, first=1)
    with two.primary.client() as primary, two.replica.client() as replica:
        wait_until(
            lambda: text(replica, "x") == text(primary, "x"), "the replica has it"
        )
        two.cable.cut()
        all_work(two.primary, recorder, first=1 + ROUNDS)
        replica.replicaof("NO", "ONE")
    all_work(two.replica, recorder, first=1 + 2 * ROUNDS)
    return recorder.history()
