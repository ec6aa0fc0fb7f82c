"""What does MariaDB keep of a transaction's promises, by default and as set?

    read, then write     repeatable read, the default, loses an update silently
    serializable         reads lock too: one of two is a deadlock's victim (1213)
    atomicity            create table commits what was before it; so does no failure

Source: MariaDB's documentation: SQL statements that cause an implicit commit, set
transaction, innodb_snapshot_isolation; claims ACID-03, ACID-05, ACID-06.
Left out: Galera, MySQL.
Chapter: docs/chapters/acid/.
"""

import contextlib
from functools import partial
from typing import Any

import pymysql

from evidence.labs.mariadb_alone import Node, alone, version
from evidence.labs.mariadb_alone import rows as ask
from evidence.labs.notebook import COLUMNS, Notebook, Row
from evidence.labs.races import overdraw, play_races
from evidence.labs.retrying import CLIENTS, TIMES, count_up
from evidence.labs.server import lab_folder
from evidence.labs.sql_stories import Maria, ServerDatabase
from sdnotes.acid import Played, play

CAPTION = (
    "One MariaDB server with InnoDB. *Read, then write*: from an account of 100, one "
    "transaction takes 10 and another one takes 20, so that 70 should be left. *On "
    "call*: two doctors, each of whom may leave as long as the other one stays. Codes "
    "are MariaDB's: 1213 is a deadlock, 1020 a record that has changed, 1062 a key "
    f"that is there, 4025 a constraint. In *100 times*, {CLIENTS} clients at once add "
    f"one {TIMES} times each."
)
SNAPSHOT = "repeatable read, innodb_snapshot_isolation"
UPDATE = "update account set value = 50"
LEVELS = ("read committed", "repeatable read", SNAPSHOT, "serializable")
__all__ = ["CAPTION", "COLUMNS", "rows"]


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    driver = ".".join(map(str, pymysql.VERSION[:3]))
    versions = {"mariadb": version(), "pymysql": driver}
    book = Notebook(observed={"versions": versions})
    # What a commit waits for matters to a power cut, and to nothing here.
    quick = "--innodb-flush-log-at-trx-commit=0"
    with lab_folder() as folder, alone(folder, quick) as node:
        races(book, node)
        for level, again in (("repeatable read", False), ("serializable", True)):
            count_up(book, level, at(node, level), again=again)
        atomicity(book, node)
        overdraw(book, node, partial(refusal, node))
    return book.rows, book.observed


def at(node: Node, level: str) -> Maria:
    """Return the server at a level."""
    return Maria(node, level.partition(",")[0], level == SNAPSHOT)


def played(node: Node, level: str, script: str) -> Played:
    """Play a script at a level."""
    with ServerDatabase(at(node, level)) as database:
        return play(script, database)


def races(book: Notebook, node: Node) -> None:
    """Let two transactions get in each other's way."""
    [(level, checks)] = node.rows("select @@tx_isolation, @@innodb_snapshot_isolation")
    book.fact("by default", "the level", str(level).lower().replace("-", " "))
    book.fact("by default", "innodb_snapshot_isolation", "on" if checks else "off")
    play_races(book, partial(played, node), LEVELS, "repeatable read")


def atomicity(book: Notebook, node: Node) -> None:
    """Undo, and look at what is left."""
    node.do(
        "create table account (id int primary key auto_increment, value int)",
        "insert into account (value) values (100)",
        "create table plain (n int) engine = myisam",
    )
    with contextlib.closing(node.connect()) as session:
        for statement in ("begin", UPDATE, "create table made (n int)", "rollback"):
            ask(session, statement)
    [(value,)] = node.rows("select value from account")
    asked = "an update to 50, before a create table"
    book.fact("rolled back", asked, f"the value is {value}")
    with contextlib.closing(node.connect()) as session:
        for statement in ("begin", "insert into plain values (1)", "rollback"):
            ask(session, statement)
    kept = node.rows("select n from plain")
    book.fact(
        "rolled back", "a row in a MyISAM table", "still there" if kept else "undone"
    )
    with contextlib.closing(node.connect()) as session:
        ask(session, "begin")
        ask(session, "insert into account (id, value) values (2, 1)")
        code = code_of(session, "insert into account (id, value) values (1, 1)")
        ask(session, "commit")
    book.fact("a statement fails", "its code", code)
    kept = node.rows("select id from account where id = 2")
    came = "there" if kept else "undone"
    book.fact("a statement fails", "an insert before it, after the commit", came)


def code_of(session: "pymysql.connections.Connection[Any]", statement: str) -> str:
    """Return the code with which a statement is refused, or "done"."""
    try:
        ask(session, statement)
    except pymysql.err.MySQLError as error:
        return str(error.args[0])
    return "done"


def refusal(node: Node, statement: str) -> str:
    """Return the code with which a session of its own is refused a statement."""
    with contextlib.closing(node.connect()) as session:
        return code_of(session, statement)
