"""What does PostgreSQL keep of a transaction's promises, by default and as set?

    read, then write     read committed loses an update, and says nothing
    serializable         refuses one of two (40001); whoever begins again loses nothing
    atomicity            create table is undone too; a sequence's numbers are not

Source: PostgreSQL 15's documentation, chapter 13 (concurrency control), section 5.4
(constraints); claims ACID-03 to ACID-06 and ACID-08.
Left out: advisory locks, savepoints, read-only deferrable transactions.
Chapter: docs/chapters/acid/.
"""

from functools import partial
from typing import Any

import psycopg

from evidence.labs.notebook import COLUMNS, Notebook, Row
from evidence.labs.postgres_alone import alone
from evidence.labs.postgres_pair import Node, version
from evidence.labs.races import overdraw, play_races
from evidence.labs.retrying import CLIENTS, TIMES, count_up
from evidence.labs.server import lab_folder
from evidence.labs.sql_stories import Postgres, ServerDatabase
from sdnotes.acid import Played, play

CAPTION = (
    "One PostgreSQL server. *Read, then write*: from an account of 100, one "
    "transaction takes 10 and another one takes 20, so that 70 should be left. *On "
    "call*: two doctors, each of whom may leave as long as the other one stays. Codes "
    f"are SQLSTATEs. In *100 times*, {CLIENTS} clients at once add one {TIMES} times "
    "each."
)
UPDATE = "update account set value = 50"
LEVELS = ("read committed", "repeatable read", "serializable")
__all__ = ["CAPTION", "COLUMNS", "rows"]


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    versions = {"postgresql": version(), "psycopg": psycopg.__version__}
    book = Notebook(observed={"versions": versions})
    with lab_folder() as folder, alone(folder) as node:
        node.do("alter system set deadlock_timeout = '50ms'", "select pg_reload_conf()")
        races(book, node)
        for level, again in (("read committed", False), ("serializable", True)):
            count_up(book, level, Postgres(node, level), again=again)
        atomicity(book, node)
        overdraw(book, node, partial(refusal, node))
    return book.rows, book.observed


def played(node: Node, level: str, script: str) -> Played:
    """Play a script at a level."""
    with ServerDatabase(Postgres(node, level)) as database:
        return play(script, database)


def races(book: Notebook, node: Node) -> None:
    """Let two transactions get in each other's way."""
    [(default,)] = node.rows("show default_transaction_isolation")
    book.fact("by default", "the level", str(default))
    play_races(book, partial(played, node), LEVELS, "read committed")


def atomicity(book: Notebook, node: Node) -> None:
    """Undo, and look at what is left."""
    with node.connect() as session:
        for statement in (
            *("create table account (id serial, value int)", "begin"),
            *("create table made (n int)", "insert into account (value) values (1)"),
            "rollback",
        ):
            session.execute(statement)
    made = node.rows("select 1 from pg_tables where tablename = 'made'")
    book.fact("rolled back", "a create table", "still there" if made else "undone")
    [(number,)] = node.rows("insert into account (value) values (100) returning id")
    book.fact("rolled back", "the sequence's number 1", f"the next row gets {number}")
    with node.connect() as session:
        session.execute("begin")
        session.execute(UPDATE)
        codes = [code_of(session, "select 1 / 0"), code_of(session, "select 1")]
        status = session.execute("commit").statusmessage
    book.fact("a statement fails", "its code, and the next one's", ", ".join(codes))
    [(value,)] = node.rows("select value from account")
    came = f"answered {status}; the value is {value}"
    book.fact("a statement fails", "commit, after an update to 50", came)
    with node.connect() as session:
        for statement in ("begin", UPDATE, "commit", "rollback"):
            session.execute(statement)
    [(value,)] = node.rows("select value from account")
    book.fact("committed", "rollback, after an update to 50", f"the value is {value}")


def code_of(session: psycopg.Connection[tuple[object, ...]], statement: str) -> str:
    """Return the code with which a statement is refused, or "done"."""
    try:
        session.execute(statement.encode())
    except psycopg.Error as error:
        return error.sqlstate or "no code"
    return "done"


def refusal(node: Node, statement: str) -> str:
    """Return the code with which a session of its own is refused a statement."""
    with node.connect() as session:
        return code_of(session, statement)
