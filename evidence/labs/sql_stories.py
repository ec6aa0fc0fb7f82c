"""A real server plays our scripts: a connection and a thread for each transaction.

    step         what is done
    new          the statement goes to its connection's thread
    answered     its rows, or the refusal's code
    waiting      the server says for whom: WouldBlockError, and the player goes on
    in a circle  wait until the server has chosen its victim

Whether a statement waits is asked of the server and never guessed from time: as long
as it is neither answered nor said to wait, we wait too.

Source: PostgreSQL 15's documentation, section 9.26 (pg_blocking_pids); MariaDB's
information_schema.INNODB_LOCK_WAITS, which is made anew only if nobody has looked at
it for 0.1 s.
Left out: savepoints, statements that fail without ending their transaction.
"""

import contextlib
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg
import pymysql

from evidence.labs.mariadb_alone import Node as MariaNode
from evidence.labs.mariadb_alone import rows as ask
from evidence.labs.postgres_pair import Node as PostgresNode
from evidence.labs.server import ServerError
from evidence.labs.sql_of_scripts import TABLE, shown, statement
from sdnotes.acid import SerializationFailureError, WouldBlockError
from sdnotes.acid.operations import Value
from sdnotes.acid.playing import Shown
from sdnotes.acid.script import Command, Verb

SETTLED_WITHIN_S = 30.0
REFUSALS = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)


class Session(Protocol):
    """One connection to a server."""

    def number(self) -> int:
        """Return the server's own number for it."""

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement; raise SerializationFailureError with a code if refused."""

    def close(self) -> None:
        """End it."""


class Dialect(Protocol):
    """What one kind of server has of its own."""

    @property
    def look_every_s(self) -> float:
        """Return how long to wait before asking again who waits."""

    @property
    def seen_for_s(self) -> float:
        """Return for how long a wait must be seen before it is believed."""

    def connect(self) -> Session:
        """Return a new session."""

    def begin(self) -> tuple[str, ...]:
        """Return the statements that begin a transaction at the level."""

    def waits(self, session: Session) -> dict[int, set[int]]:
        """Return who waits for whom, by the server's numbers."""


@dataclass(slots=True)
class PostgresSession:
    """A psycopg connection."""

    connection: psycopg.Connection[tuple[Any, ...]]

    def number(self) -> int:
        """Return the process id of its backend."""
        return self.connection.info.backend_pid

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement."""
        try:
            cursor = self.connection.execute(statement.encode())
        except (
            psycopg.errors.SerializationFailure,
            psycopg.errors.DeadlockDetected,
        ) as e:
            self.connection.execute("rollback")
            raise SerializationFailureError(e.sqlstate) from e
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """End it."""
        self.connection.close()


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL server at one level."""

    node: PostgresNode
    level: str
    look_every_s: float = 0.01
    seen_for_s: float = 0.0

    def connect(self) -> PostgresSession:
        """Return a new session."""
        return PostgresSession(self.node.connect())

    def begin(self) -> tuple[str, ...]:
        """Return the statement that begins a transaction."""
        return (f"begin isolation level {self.level}",)

    def waits(self, session: Session) -> dict[int, set[int]]:
        """Return who waits for whom."""
        found = session.rows(
            "select pid, pg_blocking_pids(pid) from pg_stat_activity "
            "where cardinality(pg_blocking_pids(pid)) > 0"
        )
        return {pid: set(others) for pid, others in found}


@dataclass(slots=True)
class MariaSession:
    """A PyMySQL connection."""

    connection: "pymysql.connections.Connection[Any]"

    def number(self) -> int:
        """Return the id of its thread."""
        return int(self.connection.thread_id())

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement."""
        try:
            return ask(self.connection, statement)
        except pymysql.err.OperationalError as error:
            if error.args[0] not in (1020, 1213):
                raise
            ask(self.connection, "rollback")
            raise SerializationFailureError(str(error.args[0])) from error

    def close(self) -> None:
        """End it."""
        self.connection.close()


@dataclass(frozen=True, slots=True)
class Maria:
    """A MariaDB server at one level."""

    node: MariaNode
    level: str
    refuses: bool = False
    """Whether innodb_snapshot_isolation is on."""
    look_every_s: float = 0.12
    seen_for_s: float = 0.12

    def connect(self) -> MariaSession:
        """Return a new session."""
        return MariaSession(self.node.connect())

    def begin(self) -> tuple[str, ...]:
        """Return the statements that begin a transaction."""
        return (
            f"set session innodb_snapshot_isolation = {int(self.refuses)}",
            f"set session transaction isolation level {self.level}",
            "begin",
        )

    def waits(self, session: Session) -> dict[int, set[int]]:
        """Return who waits for whom."""
        # Transactions that have only read all have the number 0.
        found = session.rows(
            "select a.trx_mysql_thread_id, b.trx_mysql_thread_id "
            "from information_schema.innodb_trx a "
            "left join information_schema.innodb_lock_waits w "
            "on a.trx_id = w.requesting_trx_id "
            "left join information_schema.innodb_trx b on b.trx_id = w.blocking_trx_id "
            "and (b.trx_id <> 0 or b.trx_state = 'RUNNING') "
            "where a.trx_state = 'LOCK WAIT'"
        )
        waits: dict[int, set[int]] = {}
        for waiting, other in found:
            waits.setdefault(int(waiting), set()).update(
                set() if other is None else {int(other)}
            )
        return waits


@dataclass(slots=True)
class Member:
    """A transaction's session, its thread, and the statement under way."""

    session: Session
    thread: ThreadPoolExecutor
    pending: "Future[list[tuple[Any, ...]]] | None" = None


@dataclass(slots=True)
class ServerDatabase(contextlib.AbstractContextManager["ServerDatabase"]):
    """A server that plays scripts; use it in a ``with``: it closes its sessions."""

    dialect: Dialect
    members: dict[str, Member] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    watch: Session | None = None

    def __exit__(self, *_: object) -> None:
        for member in self.members.values():
            member.session.close()
            member.thread.shutdown()
        self.members = {}
        if self.watch is not None:
            self.watch.close()
            self.watch = None

    def open(self, initially: dict[str, Value]) -> None:
        """Hold these keys and values, and nothing else."""
        self.__exit__()
        self.known = frozenset(initially)
        self.watch = self.dialect.connect()
        for each in (TABLE.replace("table", "table if not exists"), "delete from test"):
            self.watch.rows(each)
        for key, value in initially.items():
            self.watch.rows(f"insert into test (id, value) values ('{key}', {value})")  # noqa: S608  (a lab's own)

    def committed(self) -> dict[str, Value]:
        """Return what is committed."""
        assert self.watch is not None
        return dict(self.watch.rows("select id, value from test order by id"))

    def step(self, command: Command) -> Shown:
        """Do a step, or find out for whom it waits."""
        if command.who not in self.members:
            session = self.dialect.connect()
            self.members[command.who] = Member(session, ThreadPoolExecutor(1))
            for each in self.dialect.begin():
                session.rows(each)
        if command.verb is Verb.BEGIN:
            return None
        member = self.members[command.who]
        if member.pending is None:
            sql = statement(command, self.known)
            member.pending = member.thread.submit(member.session.rows, sql)
        self._settle(member)
        rows, member.pending = member.pending, None
        return shown(command, dict(rows.result()))

    def _settle(self, member: Member) -> None:
        """Return once the statement is answered; raise if it is certain to wait."""
        assert member.pending is not None
        began = time.monotonic()
        waits_since: float | None = None
        while not member.pending.done():
            now = time.monotonic()
            if now - began > SETTLED_WITHIN_S:
                raise ServerError("a statement is neither answered nor said to wait")
            others = self._waits_for(member.session.number())
            if others is not None:
                waits_since = now if waits_since is None else waits_since
                if now - waits_since >= self.dialect.seen_for_s:
                    raise WouldBlockError(others)
            else:
                waits_since = None
            with contextlib.suppress(TimeoutError):
                member.pending.exception(self.dialect.look_every_s)

    def _waits_for(self, number: int) -> tuple[str, ...] | None:
        """Return for whom a session waits; None if for nobody, or in a circle."""
        assert self.watch is not None
        waits = self.dialect.waits(self.watch)
        if number not in waits:
            return None
        reached: set[int] = set()
        ends = [number]
        while ends:
            for other in waits.get(ends.pop(), set()):
                if other == number:
                    return None  # the server will choose a victim
                if other not in reached:
                    reached.add(other)
                    ends.append(other)
        names = {m.session.number(): name for name, m in self.members.items()}
        return tuple(sorted(names[each] for each in waits[number] if each in names))
