"""What is left of a commit that was answered, after the server is killed?

    PostgreSQL   synchronous_commit = on      all of it
                 synchronous_commit = off     nothing, if nobody has written the log yet
    MariaDB      flush_log_at_trx_commit 1    all of it
                 flush_log_at_trx_commit 2    all of it: the kernel had it

A kill is not a power cut: what the server had handed to the kernel survives. So what
this shows is what the server itself still held back, and no more.

Source: PostgreSQL 15's documentation, sections 20.5 (synchronous_commit) and 30.4
(asynchronous commit); MariaDB's, innodb_flush_log_at_trx_commit; claims ACID-01 and
ACID-07.
Left out: power cuts, disks that lie; innodb_flush_log_at_trx_commit = 0, of which the
server writes what there is once a second.
Chapter: docs/chapters/acid/.
"""

import contextlib
from typing import Any

import psycopg
import pymysql

from evidence.labs.mariadb_alone import Node as MariaNode
from evidence.labs.mariadb_alone import alone as mariadb_alone
from evidence.labs.mariadb_alone import rows as ask
from evidence.labs.mariadb_alone import version as mariadb_version
from evidence.labs.notebook import COLUMNS, Notebook, Row
from evidence.labs.postgres_alone import alone as postgres_alone
from evidence.labs.postgres_pair import Node as PostgresNode
from evidence.labs.postgres_pair import version as postgres_version
from evidence.labs.server import lab_folder

ROUNDS = 5
CAPTION = (
    f"One server at a time, killed (SIGKILL) and started again. *Kept*: of {ROUNDS} "
    "rows, one a kill, each of whose commits was answered right before the kill. "
    "PostgreSQL's own writer of the log was told to wait 10 s (wal_writer_delay), so "
    "that it does not come between a commit and its kill."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    versions = {
        "postgresql": postgres_version(),
        "mariadb": mariadb_version(),
        "psycopg": psycopg.__version__,
        "pymysql": ".".join(map(str, pymysql.VERSION[:3])),
    }
    book = Notebook(observed={"versions": versions})
    with lab_folder() as folder, postgres_alone(folder) as node:
        node.do(
            "alter system set wal_writer_delay = '10s'",
            "alter system set autovacuum = off",
            "create table account (name text, value int)",
            "create table kept (setting text)",
        )
        node.kill()
        node.start()
        halfway(book, node)
        for setting in ("on", "off"):
            kept_by_postgres(book, node, setting)
    with lab_folder() as folder, mariadb_alone(folder) as maria:
        maria.do("create table kept (setting int)")
        for number in (1, 2):
            kept_by_mariadb(book, maria, number)
    return book.rows, book.observed


def halfway(book: Notebook, node: PostgresNode) -> None:
    """Kill the server between the two halves of a transfer."""
    for begins, situation in (
        (False, "PostgreSQL, killed between two updates"),
        (True, "PostgreSQL, killed between two updates after a begin"),
    ):
        node.do(
            "delete from account",
            "insert into account values ('a', 100), ('b', 100)",
        )
        with contextlib.closing(node.connect()) as session:
            if begins:
                session.execute("begin")
            session.execute("update account set value = 70 where name = 'a'")
            node.kill()
        node.start()
        [(left,)] = node.rows("select sum(value) from account")
        book.fact(situation, "how much is there of 200", str(left))


def kept_by_postgres(book: Notebook, node: PostgresNode, setting: str) -> None:
    """Commit and kill, some times over."""
    for _ in range(ROUNDS):
        with contextlib.closing(node.connect()) as session:
            session.execute(f"set synchronous_commit = {setting}".encode())
            session.execute("insert into kept values (%s)", [setting])
            node.kill()
        node.start()
    kept = node.rows(f"select 1 from kept where setting = '{setting}'")  # noqa: S608
    situation = f"PostgreSQL, synchronous_commit = {setting}"
    book.fact(situation, "commit, then a kill", f"{len(kept)} of {ROUNDS} kept")


def kept_by_mariadb(book: Notebook, node: MariaNode, setting: int) -> None:
    """Commit and kill, some times over."""
    for _ in range(ROUNDS):
        node.do(f"set global innodb_flush_log_at_trx_commit = {setting}")
        with contextlib.closing(node.connect()) as session:
            ask(session, f"insert into kept values ({setting})")  # noqa: S608
            node.kill()
        node.start()
    kept = node.rows(f"select 1 from kept where setting = {setting}")  # noqa: S608
    situation = f"MariaDB, innodb_flush_log_at_trx_commit = {setting}"
    book.fact(situation, "commit, then a kill", f"{len(kept)} of {ROUNDS} kept")
