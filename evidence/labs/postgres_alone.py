"""One PostgreSQL server, for as long as a block lasts.

    with alone(folder) as node:
        node.rows("select 1")

Source: as evidence/labs/postgres_pair.py, whose parts it uses.
Left out: what is set beside the port; ask with ``alter system``.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from evidence.labs.postgres_pair import USER, Node, own_folder, run
from evidence.labs.server import free_ports


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[Node]:
    """Start a server on data of its own; end it with the block."""
    with contextlib.ExitStack() as stack:
        [port] = free_ports(1)
        node = Node("postgres", own_folder(folder / "postgres"), port, stack)
        trust = ("--auth=trust", f"--username={USER}")
        # Without --encoding the catalogue's texts would be bytes to the client.
        plain = ("--no-locale", "--encoding=UTF8", "--no-sync")
        run("initdb", "--pgdata", node.data, *trust, *plain)
        node.start()
        yield node
