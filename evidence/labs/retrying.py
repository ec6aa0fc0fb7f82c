"""Clients that add one to a number again and again, and begin again when refused.

    read n, write n + 1, commit     refused (40001, 1213, 1020): begin again
    4 clients, 25 times each        100, if every refusal was answered so

Source: PostgreSQL 15's documentation, section 13.5 (serialization failures).
Left out: backing off between attempts; the clients are few.
"""

import threading
from collections.abc import Callable

from evidence.labs.notebook import Notebook
from evidence.labs.recorder import together
from evidence.labs.sql_stories import Dialect
from sdnotes.acid import SerializationFailureError

CLIENTS, TIMES, ATTEMPTS = 4, 25, 1000


def count_up(book: Notebook, level: str, dialect: Dialect, *, again: bool) -> None:
    """Write down what comes of it, with or without beginning again."""
    found, refused = _counted(dialect, again=again)
    asked = f"{CLIENTS * TIMES} times read, then write, all at once"
    counted = "all counted" if found == CLIENTS * TIMES else "some lost"
    book.fact(
        level,
        asked + (", again when refused" if again else ""),
        counted + (", some refused" if refused else ", none refused"),
        counted=found,
        refused=refused,
    )


def _counted(dialect: Dialect, *, again: bool) -> tuple[int, int]:
    """Return what the number is at the end, and how many attempts were refused."""
    refusals: list[int] = []
    lock = threading.Lock()

    def client() -> None:
        session = dialect.connect()
        mine = 0
        try:
            for _ in range(TIMES):
                for _ in range(ATTEMPTS if again else 1):
                    if _adds_one(session.rows, dialect.begin()):
                        break
                    mine += 1
        finally:
            session.close()
            with lock:
                refusals.append(mine)

    watch = dialect.connect()
    watch.rows("drop table if exists counter")
    watch.rows("create table counter (n int)")
    watch.rows("insert into counter values (0)")
    together(*[client] * CLIENTS)
    [(found,)] = watch.rows("select n from counter")
    watch.close()
    return int(found), sum(refusals)


def _adds_one(
    run: Callable[[str], list[tuple[int, ...]]], begin: tuple[str, ...]
) -> bool:
    """Make one attempt; return whether it was committed."""
    try:
        for statement in begin:
            run(statement)
        [(found,)] = run("select n from counter")
        run(f"update counter set n = {found + 1}")  # noqa: S608  (a lab's own)
        run("commit")
    except SerializationFailureError:
        return False
    return True
