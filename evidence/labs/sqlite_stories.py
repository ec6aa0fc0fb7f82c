"""SQLite plays our scripts: a connection for each transaction, in one thread.

    WAL                               a snapshot for each reader, one writer at a time
    rollback journal                  many readers or one writer
    shared cache, read_uncommitted    readers lock nothing, one writer at a time

SQLite does not wait by itself: it says that it is busy, and whoever asks may ask again.
Where that would never help (the snapshot is old, or two would wait for each other), the
caller has to roll back.

Source: sqlite.org: isolation.html, wal.html, lockingv3.html, sharedcache.html.
Left out: BEGIN IMMEDIATE, which asks for the right to write at the beginning.
"""

import sqlite3
from pathlib import Path

from evidence.labs.sql_of_scripts import TABLE, shown, statement
from sdnotes.acid import SerializationFailureError, WouldBlockError
from sdnotes.acid.operations import Value
from sdnotes.acid.playing import Shown
from sdnotes.acid.script import Command, Verb

MODES = ("WAL", "rollback journal", "shared cache, read_uncommitted")


class Sqlite:
    """SQLite in one of its modes; use it in a ``with``: it closes its connections."""

    def __init__(self, mode: str, folder: Path) -> None:
        self.mode = mode
        self.path = folder / f"{mode.partition(' ')[0]}.sqlite"
        self.connections: dict[str, sqlite3.Connection] = {}
        self.has_read: set[str] = set()
        self.known: frozenset[str] = frozenset()

    def __enter__(self) -> "Sqlite":
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self.connections.values():
            connection.close()
        self.connections = {}

    def _connect(self) -> sqlite3.Connection:
        shared = "shared cache" in self.mode
        where = "file:peer?mode=memory&cache=shared" if shared else self.path.as_uri()
        # isolation_level=None: this module begins nothing by itself.
        connection = sqlite3.connect(where, uri=True, timeout=0, isolation_level=None)
        if shared:
            connection.execute("pragma read_uncommitted = true")
        elif self.mode == "WAL":
            connection.execute("pragma journal_mode = wal")
        return connection

    def open(self, initially: dict[str, Value]) -> None:
        """Hold these keys and values, and nothing else."""
        self.__exit__()
        self.has_read = set()
        first = self.connections[""] = self._connect()
        first.execute("drop table if exists test")
        first.execute(TABLE)
        first.executemany("insert into test values (?, ?)", initially.items())
        self.known = frozenset(initially)

    def committed(self) -> dict[str, Value]:
        """Return what is committed."""
        rows = self.connections[""].execute("select * from test order by id")
        return dict(rows.fetchall())

    def step(self, command: Command) -> Shown:
        """Do a step, on its transaction's own connection."""
        who = command.who
        if who not in self.connections:
            self.connections[who] = self._connect()
            self.connections[who].execute("begin")
        try:
            return self._do(self.connections[who], command)
        except sqlite3.OperationalError as error:
            name = error.sqlite_errorname
            if not name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise
            if name == "SQLITE_BUSY_SNAPSHOT" or self._would_wait_for_itself(command):
                self.connections[who].execute("rollback")
                raise SerializationFailureError(f"{error} ({name})") from error
            raise WouldBlockError(()) from error

    def _would_wait_for_itself(self, command: Command) -> bool:
        """Return whether the one that we wait for waits for our read lock to go."""
        return (
            self.mode == "rollback journal"
            and command.who in self.has_read
            and command.verb not in (Verb.GET, Verb.SCAN, Verb.COMMIT)
        )

    def _do(self, connection: sqlite3.Connection, command: Command) -> Shown:
        if command.verb is Verb.BEGIN:
            return None
        rows = connection.execute(statement(command, self.known)).fetchall()
        if command.verb in (Verb.GET, Verb.SCAN):
            self.has_read.add(command.who)
        return shown(command, dict(rows))
