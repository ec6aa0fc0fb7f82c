"""One MariaDB server, for as long as a block lasts.

    with alone(folder) as node:
        node.do("create table t (n int)")

Root may run it, as long as it is told which user to be. A kill is a crash: what it had
handed to the kernel survives, whatever it waited for.

Source: mariadb-install-db(1), mariadbd(8), MariaDB 10.11.
Left out: replication, TLS, accounts other than root without a password.
"""

import contextlib
import getpass
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymysql

from evidence.labs.server import LOOPBACK, Server, ServerError, find, free_ports

INSTALLED_WITHIN_S = 120
PACKAGE = "mariadb-server-core"


@dataclass(slots=True)
class Node:
    """A MariaDB server with its data, which may be started more than once."""

    folder: Path
    port: int
    stack: contextlib.ExitStack
    options: tuple[str, ...] = ()
    servers: list[Server] = field(default_factory=list)

    def _places(self) -> list[str]:
        return [
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--user={getpass.getuser()}",
        ]

    def install(self) -> None:
        """Make its first data."""
        how = ("--auth-root-authentication-method=normal", "--skip-test-db")
        program = find("mariadb-install-db", PACKAGE)
        done = subprocess.run(  # noqa: S603  (a lab's own command)
            [program, *self._places(), *how],
            capture_output=True,
            text=True,
            timeout=INSTALLED_WITHIN_S,
            check=False,
            cwd=self.folder,
        )
        if done.returncode:
            raise ServerError(f"{program} ended with {done.returncode}:\n{done.stderr}")

    def start(self) -> None:
        """Start it on its data; return once it takes connections."""
        command = [
            *(find("mariadbd", PACKAGE), *self._places()),
            *(f"--socket={self.folder / 's'}", f"--pid-file={self.folder / 'pid'}"),
            *(f"--port={self.port}", f"--bind-address={LOOPBACK}"),
            *("--innodb-buffer-pool-size=32M", *self.options),
        ]
        server = self.stack.enter_context(Server("mariadb", command, self.folder))
        self.servers.append(server)
        server.wait_until(self.answers, within_s=60)

    def kill(self) -> None:
        """End it as a crash does."""
        self.servers[-1].kill()

    def answers(self) -> bool:
        """Return whether it takes connections."""
        with contextlib.suppress(pymysql.err.OperationalError):
            self.connect().close()
            return True
        return False

    def connect(self) -> "pymysql.connections.Connection[Any]":
        """Return a connection on which each statement commits by itself."""
        return pymysql.connect(
            host=LOOPBACK,
            port=self.port,
            user="root",
            database="mysql",
            autocommit=True,
            connect_timeout=10,
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds, on a connection of its own."""
        with contextlib.closing(self.connect()) as connection:
            return rows(connection, query)

    def do(self, *statements: str) -> None:
        """Run statements, on a connection of their own."""
        with contextlib.closing(self.connect()) as connection:
            for statement in statements:
                rows(connection, statement)


def rows(
    connection: "pymysql.connections.Connection[Any]", statement: str
) -> list[tuple[Any, ...]]:
    """Return what a statement finds, nothing where it finds nothing by its kind."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@contextlib.contextmanager
def alone(folder: Path, *options: str) -> Iterator[Node]:
    """Start a server on data of its own, with more options; end it with the block."""
    with contextlib.ExitStack() as stack:
        [port] = free_ports(1)
        own = folder / "mariadb"
        own.mkdir(mode=0o700)
        node = Node(own, port, stack, options)
        node.install()
        node.start()
        yield node


def version() -> str:
    """Return the version of the MariaDB that is installed."""
    told = subprocess.run(  # noqa: S603  (a lab's own command)
        [find("mariadbd", PACKAGE), "--version"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return told.stdout.split("Ver ")[1].split()[0]
