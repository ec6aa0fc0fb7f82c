"""What do three etcd members answer while their leader is cut off, and afterwards?

    leader | n2 n3       write    read (default)   read (serializable)
    ------------------------------------------------------------------
    leader's side        no       no               yes, and out of date
    n2 and n3            yes, once they have elected one of them

etcd's default read is confirmed by a majority; a "serializable" one is the asked
member's own copy. A refusal is no promise that nothing happened: of the two refused
writes here one never takes effect, and the other does later.

Source: etcd 3.4's documentation, "API guarantees" and "Failure modes"; claims CAP-08,
12, 14, 15 and 19.
Left out: lost disks, members added and removed, leases. Chapter: docs/chapters/cap/.
"""

import time
from collections.abc import Callable
from typing import Any

from evidence.labs.etcd_clients import CUT, history
from evidence.labs.etcd_cluster import (
    Cluster,
    Member,
    UnansweredError,
    cluster,
    version,
)
from evidence.labs.notebook import COLUMNS, Answer, Notebook, Row, T, ask
from evidence.labs.recorder import together
from evidence.labs.server import ServerError, lab_folder, wait_until

CAPTION = (
    "Three etcd members on one machine, with etcd's own time limits; the cables "
    "between them can be cut. A default read is confirmed by a majority, a "
    "serializable one is the asked member's own copy. No answer: an error or silence, "
    "so that the client cannot tell whether its write was done. Linearizable: one "
    "register could have given all these answers."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]

# Shorter than the 1 s of silence after which etcd elects a new leader.
AT_ONCE_S = 0.5
ATTEMPTS = 100
HISTORIES = {
    "default-reads": {},
    "own-copy-reads": {"own_copy": True},
    "compare-and-swap": {"swaps": True},
}


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    book = Notebook(observed={"versions": {"etcd": version()}})
    with lab_folder() as folder, cluster(folder) as three:
        all_reachable(book, three)
        leader_cut_off(book, three)
        two_paused(book, three)
        for name, settings in HISTORIES.items():
            book.history(CUT, name, history(three, key=name, **settings))
        leader_killed(book, three)
    return book.rows, book.observed


def all_reachable(book: Notebook, three: Cluster) -> None:
    """Write and read while nothing is wrong."""
    leader, others = three.sides()
    wrote = asked(lambda: leader.put("x", "v1"))
    read = asked(lambda: others[0].get("x"))
    own = asked(lambda: leader.get("x", serializable=True))
    situation = "all reachable"
    write_down(book, situation, "write v1", wrote, acknowledged(wrote))
    write_down(book, situation, "read at another member", read, told(read))
    write_down(book, situation, "serializable read at the leader", own, told(own))


def leader_cut_off(book: Notebook, three: Cluster) -> None:
    """Ask both sides of a cut, then mend it."""
    old, others = three.sides()
    three.isolate(old)
    wait_for_a_write(book, "leader cut off", "v2", others)
    three.wait_for_leader(others)
    wrote, read = at_the_same_time(lambda: old.put("x", "v3"), lambda: old.get("x"))
    own = asked(lambda: old.get("x", serializable=True))
    there = asked(lambda: others[0].get("x"))
    stale = f"{told(own)}, while the others hold {told(there)}"
    situation = "leader cut off"
    write_down(
        book, situation, "write v3 at the old leader", wrote, acknowledged(wrote)
    )
    write_down(book, situation, "read at the old leader", read, told(read))
    write_down(book, situation, "serializable read at the old leader", own, stale)
    three.heal()
    took_s = wait_until(
        lambda: asked(lambda: old.get("x", serializable=True)).value != own.value,
        "the old leader catches up",
    )
    own = asked(lambda: old.get("x", serializable=True))
    question = "serializable read at the old leader, until it changes"
    book.fact("healed", question, told(own), changed_after_s=round(took_s, 2))


def two_paused(book: Notebook, three: Cluster) -> None:
    """Leave the leader without a majority, then let one of the others go on.

    The refused write stands in the leader's log, and in no other. Of the two that are
    awake only the leader can be elected again: nobody votes for a shorter log than its
    own (Raft, section 5.4.1). So the write takes effect, after it was refused.
    """
    leader, others = three.sides()
    for member in others:
        member.server.pause()
    wrote, read = at_the_same_time(
        lambda: leader.put("x", "v4"), lambda: leader.get("x")
    )
    own = asked(lambda: leader.get("x", serializable=True))
    others[0].server.resume()
    three.wait_for_leader([leader, others[0]])
    later = asked(lambda: leader.get("x"))
    others[1].server.resume()
    three.wait_for_leader()
    situation = "two of three paused"
    write_down(book, situation, "write v4 at the leader", wrote, acknowledged(wrote))
    write_down(book, situation, "read at the leader", read, told(read))
    write_down(book, situation, "serializable read at the leader", own, told(own))
    write_down(book, "one of them goes on", "read at the leader", later, told(later))


def leader_killed(book: Notebook, three: Cluster) -> None:
    """Write without a pause while the leader dies."""
    leader, others = three.sides()
    leader.server.kill()
    wait_for_a_write(book, "leader killed", "v5", others)


def wait_for_a_write(
    book: Notebook, situation: str, value: str, members: list[Member]
) -> None:
    """Write at one of these, again and again until it is acknowledged."""
    began = time.monotonic()
    tries: list[Answer[None]] = []
    while not tries or tries[-1].error:
        if len(tries) == ATTEMPTS:
            raise ServerError(f"{ATTEMPTS} writes unanswered, {situation}")
        tries.append(asked(lambda: members[0].put("x", value, timeout_s=AT_ONCE_S)))
    question = f"write {value} at one of the others"
    write_down(
        book, situation, f"{question}, at once", tries[0], acknowledged(tries[0])
    )
    book.fact(
        situation,
        f"{question}, again and again",
        acknowledged(tries[-1]),
        tries=len(tries),
        acknowledged_after_s=round(time.monotonic() - began, 2),
    )


def asked(call: Callable[[], T]) -> Answer[T]:
    """Return the answer, or the error that stands for no answer."""
    return ask(call, UnansweredError)


def at_the_same_time(
    write: Callable[[], None], read: Callable[[], str | None]
) -> tuple[Answer[None], Answer[str | None]]:
    """Return the answers to a write and to a read that begin together."""
    wrote: list[Answer[None]] = []
    found: list[Answer[str | None]] = []
    together(
        lambda: wrote.append(asked(write)),
        lambda: found.append(asked(read)),
    )
    return wrote[0], found[0]


def write_down(
    book: Notebook, situation: str, question: str, answer: Answer[Any], cell: str
) -> None:
    """Write a fact, and etcd's own words and the seconds beside it."""
    book.fact(situation, question, cell, said=answer.said, seconds=answer.seconds)


def acknowledged(answer: Answer[None]) -> str:
    """Return the cell for a write."""
    return "no answer" if answer.error else "acknowledged"


def told(answer: Answer[str | None]) -> str:
    """Return the cell for a read."""
    return "no answer" if answer.error else str(answer.value)
