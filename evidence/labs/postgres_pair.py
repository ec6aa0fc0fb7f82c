"""A PostgreSQL primary and its streaming standby, with a cable that can be cut.

    clients ---> primary <----- proxy <----- standby <--- clients, who may only read

PostgreSQL refuses to run as root: there it runs as the user postgres, whom Debian's
package makes. Both servers begin as equal copies (pg_basebackup).

Source: PostgreSQL 15's documentation, sections 27.2 (standby servers) and 20.6.
Left out: replication slots, log archives, who decides to promote.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from evidence.labs.proxy import Proxy
from evidence.labs.server import (
    LOOPBACK,
    Server,
    ServerError,
    find,
    free_ports,
    wait_until,
)

USER = "postgres"
TOOL_WITHIN_S = 60


def program(name: str) -> str:
    """Return the path of a PostgreSQL program, of the newest version that is there."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name),
        reverse=True,
    )
    return find(name, "postgresql", folders)


def as_postgres() -> list[str]:
    """Return what to put before a command so that root runs it as postgres."""
    if os.geteuid() != 0:
        return []
    setpriv = find("setpriv", "util-linux")
    return [setpriv, f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]


def run(name: str, *arguments: str) -> str:
    """Run one of PostgreSQL's tools to its end; return what it printed."""
    done = subprocess.run(  # noqa: S603  (a lab's own command)
        [*as_postgres(), program(name), *arguments],
        capture_output=True,
        text=True,
        timeout=TOOL_WITHIN_S,
        check=False,
        cwd="/",
    )
    if done.returncode:
        raise ServerError(f"{name} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


@dataclass(slots=True)
class Node:
    """One PostgreSQL server with its data, which may be started more than once."""

    name: str
    folder: Path
    port: int
    stack: contextlib.ExitStack
    servers: list[Server] = field(default_factory=list)

    @property
    def data(self) -> str:
        """Return the folder of its data."""
        return str(self.folder / "data")

    def start(self) -> None:
        """Start it on its data; return once it takes connections."""
        command = [
            *(program("postgres"), "-D", self.data, "-k", str(self.folder)),
            # Not to wait for the disk (-F) matters to a power cut, not to a crash.
            *("-h", LOOPBACK, "-p", str(self.port), "-F"),
        ]
        server = Server(
            self.name,
            command,
            self.folder,
            prefix=as_postgres(),
            stop_signal=signal.SIGINT,
        )
        self.servers.append(self.stack.enter_context(server))
        server.wait_until(self.answers)

    def kill(self) -> None:
        """End it as a crash does."""
        self.servers[-1].kill()

    def answers(self) -> bool:
        """Return whether it takes connections."""
        with contextlib.suppress(psycopg.OperationalError):
            self.connect().close()
            return True
        return False

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """Return a connection on which each statement commits by itself."""
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=USER,
            dbname=USER,
            autocommit=True,
            connect_timeout=10,
        )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return what a query finds, on a connection of its own."""
        with self.connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def do(self, *statements: str) -> None:
        """Run statements, on a connection of their own."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())


@dataclass(frozen=True, slots=True)
class Pair:
    """A primary, its standby, and the cable."""

    primary: Node
    standby: Node
    cable: Proxy

    def catch_up(self) -> None:
        """Wait until the standby shows all that the primary has written so far."""
        [(place,)] = self.primary.rows("select pg_current_wal_lsn()")
        there = f"select 1 where pg_last_wal_replay_lsn() >= '{place}'"
        wait_until(lambda: self.standby.rows(there) != [], "the standby catches up")


@contextlib.contextmanager
def pair(folder: Path) -> Iterator[Pair]:
    """Start both; yield them once the standby follows."""
    with contextlib.ExitStack() as stack:
        ports = free_ports(2)
        primary, standby = (
            Node(name, own_folder(folder / name), port, stack)
            for name, port in zip(("primary", "standby"), ports, strict=True)
        )
        trust = ("--auth=trust", f"--username={USER}")
        # Without --encoding the catalogue's texts would be bytes to the client.
        plain = ("--no-locale", "--encoding=UTF8", "--no-sync")
        run("initdb", "--pgdata", primary.data, *trust, *plain)
        primary.start()
        cable = stack.enter_context(Proxy(primary.port))
        where = ("--host", LOOPBACK, "--port", str(cable.port), "--username", USER)
        how = ("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast")
        run("pg_basebackup", "--pgdata", standby.data, *where, *how, "--no-sync")
        standby.start()
        standby.servers[-1].wait_until(
            lambda: primary.rows("select 1 from pg_stat_replication") != [],
            "following the primary",
        )
        yield Pair(primary, standby, cable)


def own_folder(folder: Path) -> Path:
    """Make a folder for the user that the servers run as."""
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, USER, USER)
    return folder


def version() -> str:
    """Return the version of the PostgreSQL that is installed."""
    return run("postgres", "--version").split()[2]
