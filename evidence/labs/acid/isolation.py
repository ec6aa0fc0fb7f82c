"""Which anomalies happen on real servers, at each of their levels?

    PostgreSQL repeatable read    G2-item, G2               as our snapshot
    MariaDB    repeatable read    P4 and four others        as our repeatable read

The stories are those that our own store plays (sdnotes.acid.stories), word for word.
That both levels are called repeatable read says nothing.

Source: github.com/ept/hermitage, which did this by hand in 2014, with older versions.
Left out: MySQL, which is not packaged for this system; replicas.
Chapter: docs/chapters/acid/.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pymysql

from evidence.labs.mariadb_alone import alone as mariadb_alone
from evidence.labs.mariadb_alone import version as mariadb_version
from evidence.labs.postgres_alone import alone as postgres_alone
from evidence.labs.postgres_pair import version as postgres_version
from evidence.labs.server import lab_folder
from evidence.labs.sql_stories import Maria, Postgres, ServerDatabase
from evidence.labs.sqlite_stories import MODES, Sqlite
from sdnotes.acid import ANOMALIES, LEVELS, Database, StoreDatabase, Verdict, play
from sdnotes.acid.anomalies import judged

CAPTION = (
    "The same 14 stories, of two or three transactions each, on our store and on three "
    "databases. *What happens*: the anomalies that some story showed; *by writing*: "
    "only where the transaction that was misled also wrote. *As ours*: our levels on "
    "which just the same happens. *Waits* and *refused*: in how many of the steps a "
    "transaction had to wait, and how many transactions were refused, over all stories."
)
COLUMNS = ("system", "level", "what happens", "as ours", "waits", "refused")

LEVELS_OF_SQL = (
    "read uncommitted",
    "read committed",
    "repeatable read",
    "serializable",
)
Tried = tuple[str, str, tuple[Verdict, ...], int, int]


def rows() -> tuple[list[tuple[str, ...]], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    versions = {
        "sqlite": sqlite3.sqlite_version,
        "postgresql": postgres_version(),
        "mariadb": mariadb_version(),
        "psycopg": psycopg.__version__,
        "pymysql": ".".join(map(str, pymysql.VERSION[:3])),
    }
    ours = [tried("our store", level, StoreDatabase(level)) for level in LEVELS]
    with lab_folder() as folder:
        others = [*on_sqlite(folder), *on_postgres(folder), *on_mariadb(folder)]
    return [told(each, ours) for each in (*ours, *others)], {"versions": versions}


def tried(system: str, level: str, database: Database) -> Tried:
    """Play all stories on a database."""
    runs = {
        name: [play(case.script, database) for case in anomaly.cases]
        for name, anomaly in ANOMALIES.items()
    }
    verdicts = tuple(judged(ANOMALIES[name], found) for name, found in runs.items())
    every = [run for found in runs.values() for run in found]
    waits = sum(len(run.waits) for run in every)
    return system, level, verdicts, waits, sum(len(run.refused) for run in every)


def told(each: Tried, ours: list[Tried]) -> tuple[str, ...]:
    """Return the row for what was tried."""
    system, level, verdicts, waits, refused = each
    happens = [
        f"{name} by writing" if verdict is Verdict.READS_ONLY else name
        for name, verdict in zip(ANOMALIES, verdicts, strict=True)
        if verdict is not Verdict.PREVENTED
    ]
    same = [other[1] for other in ours if other[2] == verdicts and other is not each]
    cells = (", ".join(happens) or "nothing", ", ".join(same) or "-")
    return system, level, *cells, str(waits), str(refused)


def on_sqlite(folder: Path) -> Iterator[Tried]:
    """Yield what SQLite does, in each of its modes."""
    for mode in MODES:
        with Sqlite(mode, folder) as database:
            yield tried("SQLite", mode, database)


def on_postgres(folder: Path) -> Iterator[Tried]:
    """Yield what PostgreSQL does, at each of its levels."""
    with postgres_alone(folder) as node:
        node.do("alter system set deadlock_timeout = '50ms'", "select pg_reload_conf()")
        for level in LEVELS_OF_SQL:
            with ServerDatabase(Postgres(node, level)) as database:
                yield tried("PostgreSQL", level, database)


def on_mariadb(folder: Path) -> Iterator[Tried]:
    """Yield what MariaDB does, at each of its levels."""
    levels = [(level, False) for level in LEVELS_OF_SQL]
    levels.insert(3, ("repeatable read", True))
    # What a commit waits for matters to a power cut, and to nothing here.
    with mariadb_alone(folder, "--innodb-flush-log-at-trx-commit=0") as node:
        for level, refuses in levels:
            with ServerDatabase(Maria(node, level, refuses)) as database:
                setting = ", innodb_snapshot_isolation" if refuses else ""
                yield tried("MariaDB", level + setting, database)
