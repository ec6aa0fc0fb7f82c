"""Three etcd members, of which some can be cut off from the others.

    n2 --.                      all that goes to n1's peer port passes n1's proxy,
          >-- proxy -- n1       all that n1 sends to the others passes theirs:
    n3 --'                      isolate(n1) cuts the first, and the others for n1

All members must be told the same peer addresses, so one proxy stands before each
member, and asks the kernel which member a connection comes from. Clients speak to the
members directly: each of them stays within reach of its own.

Source: etcd 3.4's documentation, "Clustering guide" and "gRPC gateway"; proc(5).
Left out: TLS, leases, watches, changing the members.
"""

import base64
import contextlib
import http.client
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.labs.proxy import Proxy
from evidence.labs.server import LOOPBACK, Server, find, free_ports, wait_until

NAMES = ("n1", "n2", "n3")
# etcd answers a write that it cannot commit after 5 s and two election timeouts of 1 s.
PATIENCE_S = 15.0


class UnansweredError(ConnectionError):
    """A member refused, or did not answer in time; a write may have happened."""


@dataclass(frozen=True, slots=True)
class Member:
    """One etcd process, as its clients see it."""

    name: str
    port: int
    server: Server
    proxy: Proxy

    def post(
        self, path: str, body: dict[str, Any], timeout_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """Return the answer; raises UnansweredError, with why there is none."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=timeout_s)
        with contextlib.closing(connection):
            try:
                connection.request("POST", path, json.dumps(body))
                response = connection.getresponse()
                answer: dict[str, Any] = json.loads(response.read())
            except (OSError, ValueError, http.client.HTTPException) as error:
                raise UnansweredError(f"{type(error).__name__}: {error}") from error
        if response.status != http.client.OK:
            raise UnansweredError(f"{response.status}: {answer.get('error')}")
        return answer

    def put(self, key: str, value: str, timeout_s: float = PATIENCE_S) -> None:
        """Write; returns once a majority has it."""
        self.post("/v3/kv/put", {"key": _b64(key), "value": _b64(value)}, timeout_s)

    def get(
        self, key: str, *, serializable: bool = False, timeout_s: float = PATIENCE_S
    ) -> str | None:
        """Return the value: confirmed by a majority, or this member's own copy."""
        body = {"key": _b64(key), "serializable": serializable}
        found = self.post("/v3/kv/range", body, timeout_s).get("kvs", [])
        return base64.b64decode(found[0]["value"]).decode() if found else None

    def swap(self, key: str, old: str, new: str, timeout_s: float = PATIENCE_S) -> bool:
        """Write the new value if the old one is there; return whether it was."""
        compare = {
            "key": _b64(key),
            "target": "VALUE",
            "result": "EQUAL",
            "value": _b64(old),
        }
        put = {"requestPut": {"key": _b64(key), "value": _b64(new)}}
        body = {"compare": [compare], "success": [put]}
        return bool(self.post("/v3/kv/txn", body, timeout_s).get("succeeded", False))

    def status(self) -> tuple[str, str]:
        """Return the member's own id, and the id of whom it takes for the leader."""
        answer = self.post("/v3/maintenance/status", {}, timeout_s=2)
        return answer["header"]["member_id"], answer.get("leader", "0")


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@dataclass(slots=True)
class Cluster:
    """The members, and what a lab does to the cables between them."""

    members: list[Member]

    def leader(self, among: list[Member]) -> Member | None:
        """Return the leader that all of these agree on, if it is one of them."""
        own, seen = [], set()
        for member in among:
            try:
                member_id, leader_id = member.status()
            except UnansweredError:
                return None
            own.append(member_id)
            seen.add(leader_id)
        agreed = seen.pop() if len(seen) == 1 else None
        return among[own.index(agreed)] if agreed in own else None

    def wait_for_leader(self, among: list[Member] | None = None) -> Member:
        """Return the leader as soon as all of these agree on one of them."""
        asked = self.members if among is None else among
        wait_until(lambda: self.leader(asked) is not None, "a leader", within_s=60)
        leader = self.leader(asked)
        return leader or self.wait_for_leader(asked)

    def sides(self) -> tuple[Member, list[Member]]:
        """Return the leader of all, and the others."""
        leader = self.wait_for_leader()
        return leader, [member for member in self.members if member is not leader]

    def isolate(self, member: Member) -> None:
        """Cut one member off from the others, in both directions."""
        for each in self.members:
            if each is member:
                each.proxy.cut()
            else:
                each.proxy.cut(member.name)

    def heal(self) -> None:
        """Mend all cables."""
        for member in self.members:
            member.proxy.heal()


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Start three members with etcd's own timing; yield once they have a leader."""
    etcd = find("etcd", "etcd-server")
    servers: dict[str, Server] = {}

    def source_of(port: int) -> str:
        return owner(port, {name: server.pid for name, server in servers.items()})

    with contextlib.ExitStack() as stack:
        ports = free_ports(2 * len(NAMES))
        clients = dict(zip(NAMES, ports, strict=False))
        peers = dict(zip(NAMES, ports[len(NAMES) :], strict=True))
        proxies = {
            name: stack.enter_context(Proxy(peers[name], source_of)) for name in NAMES
        }
        address = {name: f"http://{LOOPBACK}:{proxies[name].port}" for name in NAMES}
        for name in NAMES:
            client = f"http://{LOOPBACK}:{clients[name]}"
            command = [
                *(etcd, "--name", name, "--data-dir", str(folder / name)),
                *("--listen-client-urls", client, "--advertise-client-urls", client),
                *("--listen-peer-urls", f"http://{LOOPBACK}:{peers[name]}"),
                *("--initial-advertise-peer-urls", address[name]),
                *(
                    "--initial-cluster",
                    ",".join(f"{n}={a}" for n, a in address.items()),
                ),
                *("--initial-cluster-state", "new", "--log-level", "warn"),
            ]
            servers[name] = stack.enter_context(Server(name, command, folder))
        made = Cluster(
            [Member(n, clients[n], servers[n], proxies[n]) for n in NAMES],
        )
        servers["n1"].wait_until(
            lambda: made.leader(made.members) is not None, "a leader of three"
        )
        yield made


def version() -> str:
    """Return the version of the etcd that is installed."""
    command = [find("etcd", "etcd-server"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return said.stdout.splitlines()[0].removeprefix("etcd Version: ")


def owner(port: int, pids: dict[str, int]) -> str:
    """Return which of these processes connects from a loopback port, else ""."""
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        columns = line.split()
        if int(columns[1].partition(":")[2], 16) == port:
            wanted = f"socket:[{columns[9]}]"
            for name, pid in pids.items():
                if wanted in _open_files(pid):
                    return name
    return ""


def _open_files(pid: int) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(entry))
    return found
