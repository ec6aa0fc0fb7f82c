"""A Redis primary and its replica, with a cable between them that can be cut.

    clients ---> primary <----- proxy <----- replica <--- clients

The replica connects to the primary through the proxy. Nothing is kept on disk: what a
crash leaves is another question.

Source: Redis 7.0's documentation, "Replication"; redis.conf.
Left out: Sentinel and Cluster, which decide when to promote; here the lab does.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from evidence.labs.proxy import Proxy
from evidence.labs.server import LOOPBACK, Server, find, free_ports

REFUSALS = redis.RedisError


@dataclass(frozen=True, slots=True)
class Node:
    """One Redis server, as its clients see it."""

    port: int
    server: Server

    def client(self) -> redis.Redis:
        """Return a client of its own connection; answers are text."""
        return redis.Redis(
            LOOPBACK,
            self.port,
            decode_responses=True,
            socket_timeout=10,
            # A client that asks again by itself may write twice, and hides a refusal.
            retry=Retry(NoBackoff(), 0),
        )


@contextlib.contextmanager
def node(folder: Path, name: str, *options: str) -> Iterator[Node]:
    """Start one server; yield it once it answers."""
    [port] = free_ports(1)
    command = [
        *(find("redis-server", "redis-server"), "--port", str(port)),
        *("--bind", LOOPBACK, "--dir", str(folder)),
        *("--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"),
        *options,
    ]
    with Server(name, command, folder) as server:
        made = Node(port, server)
        with contextlib.closing(made.client()) as client:
            server.wait_until(lambda: answers(client))
        yield made


@dataclass(frozen=True, slots=True)
class Pair:
    """A primary, its replica, and the cable."""

    primary: Node
    replica: Node
    cable: Proxy


@contextlib.contextmanager
def pair(folder: Path, *options: str) -> Iterator[Pair]:
    """Start both, the options being the primary's; yield them once they are linked."""
    with contextlib.ExitStack() as stack:
        primary = stack.enter_context(node(folder, "primary", *options))
        cable = stack.enter_context(Proxy(primary.port))
        following = ("--replicaof", f"{LOOPBACK} {cable.port}")
        replica = stack.enter_context(node(folder, "replica", *following))
        with contextlib.closing(replica.client()) as client:
            replica.server.wait_until(lambda: linked(client), "linked to the primary")
        yield Pair(primary, replica, cable)


def answers(client: redis.Redis) -> bool:
    """Return whether the server answers."""
    with contextlib.suppress(REFUSALS):
        return bool(client.ping())
    return False


def linked(client: redis.Redis) -> bool:
    """Return whether this replica has its primary's data and follows it."""
    return bool(client.info("replication").get("master_link_status") == "up")


def text(client: redis.Redis, key: str) -> str | None:
    """Return the value of a key, None where there is none."""
    found = client.get(key)
    assert found is None or isinstance(found, str)
    return found


def version() -> str:
    """Return the version of the Redis that is installed."""
    command = [find("redis-server", "redis-server"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return said.stdout.split("v=")[1].split()[0]
