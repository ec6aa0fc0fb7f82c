"""The harness of the labs, without the servers; and the verdicts in their records."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evidence import run as evidence_run
from evidence.labs import notebook
from evidence.labs.child import child
from evidence.labs.etcd_cluster import owner
from evidence.labs.proxy import Proxy
from evidence.labs.recorder import Recorder, together
from evidence.labs.server import (
    LOOPBACK,
    MissingServerError,
    Server,
    ServerError,
    alive,
    descendants,
    find,
    free_ports,
    wait_until,
)
from sdnotes.sim import Outcome
from sitebuild import RECORDS, ROOT, records

READS = ("evidence/**/*.py", "evidence/records/**/*.json")

WITHIN_S = 120  # a bound for what ends at once when all is well
linux = pytest.mark.skipif(sys.platform != "linux", reason="labs run on Linux")
LABS = sorted(
    path
    for path in RECORDS.rglob("*.json")
    if json.loads(path.read_text("utf-8"))["kind"] == "lab"
)


class Echo:
    """A server that sends back what it gets, and keeps it all."""

    def __init__(self) -> None:
        self.got = b""
        self.ended = threading.Event()
        self.connections: list[socket.socket] = []
        self.listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                threading.Thread(
                    target=self.echo, args=(connection,), daemon=True
                ).start()

    def echo(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(4096):
                self.got += data
                connection.sendall(data)
        self.ended.set()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def cable(echo: Echo) -> Iterator[Proxy]:
    with Proxy(echo.port) as proxy:
        yield proxy


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection((LOOPBACK, proxy.port), timeout=WITHIN_S)


def answer(client: socket.socket, said: bytes) -> bytes:
    """What comes back; nothing when the connection has been closed instead."""
    with contextlib.suppress(ConnectionError):
        client.sendall(said)
        return client.recv(4096)
    return b""


def test_a_cable_carries_bytes_both_ways(cable: Proxy) -> None:
    with connect(cable) as client:
        assert answer(client, b"hello") == b"hello"


def test_a_cable_carries_more_than_its_buffers_hold(cable: Proxy) -> None:
    sent = os.urandom(4_000_000)
    with connect(cable) as client:
        writer = threading.Thread(target=client.sendall, args=(sent,))
        writer.start()
        got = b""
        while len(got) < len(sent):
            got += client.recv(65_536)
        writer.join(WITHIN_S)
    assert got == sent


def test_what_is_sent_to_the_server_during_a_cut_never_arrives(
    cable: Proxy, echo: Echo
) -> None:
    with connect(cable) as client, connect(cable) as other:
        answer(client, b"before ")
        cable.cut()
        client.sendall(b"lost")
        cable.heal()
        assert answer(client, b"") == b"", "it lost bytes, so it is closed"
        assert answer(other, b"after") == b"after"
    assert echo.got == b"before after"


def test_what_is_sent_to_the_client_during_a_cut_never_arrives(
    cable: Proxy, echo: Echo
) -> None:
    with connect(cable) as client:
        answer(client, b"before")
        cable.cut()
        echo.connections[0].sendall(b"lost")
        cable.heal()
        assert answer(client, b"") == b""


def test_a_cut_is_silence_and_no_end(cable: Proxy, echo: Echo) -> None:
    with connect(cable) as client:
        answer(client, b"before")
        cable.cut()
        echo.connections[0].shutdown(socket.SHUT_RDWR)
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        cable.heal()
        client.settimeout(WITHIN_S)
        assert answer(client, b"") == b""


def test_a_side_that_vanishes_during_a_cut_is_not_missed_by_the_other(
    cable: Proxy, echo: Echo
) -> None:
    with connect(cable) as client:
        answer(client, b"before")
        cable.cut()
        at_once = struct.pack("ii", 1, 0)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    assert not echo.ended.wait(0.05)
    cable.heal()
    assert echo.ended.wait(WITHIN_S)


def test_a_connection_that_was_silent_during_the_cut_goes_on(cable: Proxy) -> None:
    with connect(cable) as client:
        answer(client, b"before")
        cable.cut()
        cable.heal()
        assert answer(client, b"after") == b"after"


def test_who_connects_during_a_cut_reaches_nobody(cable: Proxy, echo: Echo) -> None:
    cable.cut()
    with connect(cable) as client:
        client.sendall(b"lost")
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        cable.heal()
        client.settimeout(WITHIN_S)
        assert answer(client, b"") == b""
    assert not echo.connections
    with connect(cable) as client:
        assert answer(client, b"after") == b"after"


def test_a_cable_can_be_cut_for_one_of_its_sources(echo: Echo) -> None:
    names: dict[int, str] = {}
    known = threading.Event()

    def source_of(port: int) -> str:
        known.wait(WITHIN_S)
        return names[port]

    with (
        Proxy(echo.port, source_of) as proxy,
        connect(proxy) as first,
        connect(proxy) as second,
    ):
        names[first.getsockname()[1]] = "n1"
        names[second.getsockname()[1]] = "n2"
        known.set()
        assert answer(first, b"1") == b"1"
        proxy.cut("n1")
        first.sendall(b"lost")
        assert answer(second, b"2") == b"2"
        proxy.heal()
        assert answer(first, b"") == b""
        assert answer(second, b"3") == b"3"
    assert echo.got == b"123"


CLIENT = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    print(client.getsockname()[1], flush=True)
    sys.stdin.read()
"""


@linux
def test_the_kernel_tells_which_process_a_connection_comes_from(echo: Echo) -> None:
    """The other end of the connection is this process's own."""
    with child(
        [sys.executable, "-c", CLIENT, LOOPBACK, str(echo.port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        assert client.stdout is not None
        port = int(client.stdout.readline())
        assert owner(port, {"me": os.getpid(), "client": client.pid}) == "client"
        assert owner(port, {"me": os.getpid()}) == ""
        client.communicate("")
    assert owner(port, {"me": os.getpid(), "client": client.pid}) == ""


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(8)
    assert len(set(ports)) == 8
    for port in ports:
        with socket.socket() as taken:
            taken.bind((LOOPBACK, port))


def test_a_missing_server_is_named_with_its_package() -> None:
    with pytest.raises(MissingServerError, match=r"^hal is not installed: .* hal9000$"):
        find("hal", "hal9000")


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@linux
def test_a_server_that_dies_at_once_is_reported_with_the_end_of_its_log(
    tmp_path: Path,
) -> None:
    code = "print('no memory left'); raise SystemExit(3)"
    with (
        Server("hal", python(code), tmp_path) as server,
        pytest.raises(ServerError) as caught,
    ):
        server.wait_until(lambda: False, "ready to serve", WITHIN_S)
    said = str(caught.value)
    assert "hal ended with 3 before: ready to serve" in said
    assert "no memory left" in said


@linux
def test_a_server_that_is_too_slow_is_reported_with_the_end_of_its_log(
    tmp_path: Path,
) -> None:
    code = "import time; print('thinking', flush=True); time.sleep(60)"
    with Server("hal", python(code), tmp_path) as server:
        wait_until(lambda: "thinking" in server.tail(), "its first line", WITHIN_S)
        with pytest.raises(ServerError, match=r"hal: not within 0\.1 s: ready; .*\n"):
            server.wait_until(lambda: False, within_s=0.1)
        assert server.process.poll() is None
    assert server.process.poll() == -signal.SIGTERM


STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                 start_new_session=True)
print("deaf", flush=True)
time.sleep(60)
"""


@linux
@pytest.mark.parametrize("paused", [False, True])
def test_a_server_that_does_not_listen_is_killed_with_its_children(
    tmp_path: Path,
    paused: bool,
) -> None:
    with Server("hal", python(STUBBORN), tmp_path) as server:
        wait_until(lambda: "deaf" in server.tail(), "its first line", WITHIN_S)
        family = descendants(server.pid)
        assert len(family) == 1
        if paused:
            server.pause()
        server.stop(within_s=0.1)
    assert server.process.poll() == -signal.SIGKILL
    assert not any(map(alive, family))


POLITE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit("bye"))
print("up", flush=True)
time.sleep(60)
"""


@linux
def test_a_paused_server_ends_in_its_own_way(tmp_path: Path) -> None:
    with Server("hal", python(POLITE), tmp_path) as server:
        wait_until(lambda: "up" in server.tail(), "its first line", WITHIN_S)
        server.pause()
    assert "bye" in server.tail()


LAB = """
import sys, time
from pathlib import Path
from evidence.labs.server import Server, end_on_sigterm
end_on_sigterm()
with Server("hal", [sys.executable, "-c", sys.argv[2]], Path(sys.argv[1])) as server:
    server.wait_until(lambda: "up" in server.tail())
    print(server.pid, flush=True)
    time.sleep(60)
"""


@linux
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_lab_that_is_told_to_end_leaves_no_server_behind(
    tmp_path: Path, told: signal.Signals
) -> None:
    with child(
        [sys.executable, "-c", LAB, str(tmp_path), POLITE],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as lab:
        assert lab.stdout is not None
        pid = int(lab.stdout.readline())
        assert alive(pid)
        lab.send_signal(told)
        lab.wait(WITHIN_S)
    wait_until(lambda: not alive(pid), "the server is gone", WITHIN_S)
    politely = "bye" in (tmp_path / "hal.log").read_text("utf-8")
    assert politely == (told is not signal.SIGKILL)


class Clock:
    """Moves on by as many nanoseconds as it is told."""

    def __init__(self) -> None:
        self.ns = 5_000

    def __call__(self) -> int:
        return self.ns


def test_an_outcome_is_what_the_client_was_told_and_else_unknown() -> None:
    clock = Clock()
    recorder = Recorder(clock)
    clock.ns += 1_999
    with recorder.operation("c1", "write", 5, "x") as call:
        clock.ns += 3_000
        call.ok()
    with recorder.operation("c1", "read", key="x") as call:
        call.failed()
    clock.ns += 1_000
    with recorder.operation("c1", "write", 6, "x"):
        pass  # no answer came
    clock.ns += 1_000
    with pytest.raises(RuntimeError), recorder.operation("c1", "read", key="x"):
        raise RuntimeError
    clock.ns += 1_000
    with recorder.operation("c1", "read", key="x") as call:
        call.ok(6)
    first, second, third, fourth, fifth = recorder.history().operations
    assert (first.invoked_us, first.completed_us) == (1, 4)
    assert first.outcome is Outcome.OK
    assert (second.outcome, second.completed_us) == (Outcome.FAILED, 4)
    assert (third.outcome, third.completed_us) == (Outcome.UNKNOWN, None)
    assert fourth.outcome is Outcome.UNKNOWN
    assert (fifth.result, fifth.key) == (6, "x")
    assert [o.process for o in (first, second, third, fourth, fifth)] == [
        *("c1", "c1", "c1", "c1.2", "c1.3")
    ]


def test_clients_run_together_and_the_error_of_one_is_raised() -> None:
    meeting = threading.Barrier(2, timeout=WITHIN_S)
    together(lambda: meeting.wait() and None, lambda: meeting.wait() and None)

    def fail() -> None:
        raise ServerError("no")

    with pytest.raises(ServerError, match="no"):
        together(lambda: None, fail)


def test_a_notebook_keeps_facts_and_observations_apart() -> None:
    book = notebook.Notebook()
    book.fact("link cut", "write", "acknowledged", seconds=0.1)
    recorder = Recorder()
    with recorder.operation("c1", "write", "a") as call:
        call.ok()
    with recorder.operation("c1", "read") as call:
        call.ok(None)
    book.history("link cut", "stale", recorder.history())
    assert book.rows == [
        ("link cut", "write", "acknowledged"),
        ("link cut", "history stale", "not linearizable"),
    ]
    assert book.observed["answers"] == [
        {"situation": "link cut", "asked": "write", "seconds": 0.1}
    ]
    kept = book.observed["histories"]["stale"]
    assert notebook.from_json(kept) == recorder.history()


def fake(rows: Any) -> SimpleNamespace:
    return SimpleNamespace(CAPTION="A caption.", COLUMNS=("a", "b"), rows=rows)


@pytest.fixture
def run_labs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run these stand-ins for labs, with records of their own; return the exit code."""
    monkeypatch.setattr(records, "RECORDS", tmp_path)

    def run(labs: dict[str, Any], *arguments: str) -> int:
        path = ROOT / "evidence" / "run.py"
        found = [(name, path, fake(rows)) for name, rows in labs.items()]
        monkeypatch.setattr(evidence_run, "modules", lambda _: found)
        monkeypatch.setattr("sys.argv", ["run", "labs", *arguments])
        return evidence_run.main()

    return run


def broken() -> None:
    raise ZeroDivisionError("lab went wrong")


def without_server() -> None:
    find("hal", "hal9000")


def fine() -> tuple[list[tuple[str, str]], dict[str, Any]]:
    return [("1", "2"), ("3", "4")], {}


def test_a_lab_without_its_server_fails_by_name_and_the_others_run(
    run_labs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_labs({"cap/one": fine}, "--update") == 0
    labs = {"cap/hal": without_server, "cap/bad": broken, "cap/one": fine}
    assert run_labs(labs) == 1
    said = capsys.readouterr().out
    assert "cap/hal: hal is not installed: apt-get install hal9000\n" in said
    assert "cap/bad: FAILED: ZeroDivisionError: lab went wrong\n" in said
    assert "in broken" in said
    assert "cap/one: as recorded" in said
    assert "3 labs run, 0 differ, 2 failed" in said
    assert run_labs({"cap/hal": without_server}) == 1
    assert run_labs({"cap/bad": broken}, "--update") == 1


def test_what_found_nothing_stands_in_the_summary_of_the_job_with_its_reason(
    run_labs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "summary.md"
    monkeypatch.setenv(evidence_run.SUMMARY, str(place))

    def log() -> None:
        raise ServerError("it died; its log:\n\n# ready | ```\nbye")

    assert run_labs({"cap/one": fine}, "--update") == 0
    place.unlink()  # the first record: all of it was new
    labs = {"cap/hal": without_server, "cap/log": log, "cap/one": fine}
    assert run_labs(labs) == 1
    assert place.read_text("utf-8").splitlines() == [
        "### cap/hal: no result",
        "",
        "    hal is not installed: apt-get install hal9000",
        "",
        "### cap/log: no result",
        "",
        "    FAILED: ServerError: it died; its log:",
        "    ",
        "    # ready | ```",
        "    bye",
        "",
    ]


def test_one_lab_can_be_run_by_its_name(
    run_labs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    labs = {"cap/bad": broken, "cap/one": fine}
    assert run_labs(labs, "cap/one", "--update") == 0
    assert "1 labs run" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        run_labs(labs, "cap/three")
    said = capsys.readouterr().err
    assert "cap/three is not one of: cap/bad, cap/one" in said


def test_what_differs_from_the_record_is_shown_cell_by_cell(
    run_labs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_labs({"cap/one": fine}, "--update") == 0
    assert run_labs({"cap/one": lambda: ([("1", "2"), ("3", "5")], {})}) == 1
    said = capsys.readouterr().out
    assert "cap/one: DIFFERS from " in said
    assert ": 1 cell\n" in said
    assert "  row  column  recorded  found\n    3  b              4      5\n" in said


def test_the_hash_of_a_lab_covers_its_harness_and_asks_for_no_server_otherwise() -> (
    None
):
    lab = ROOT / "evidence" / "labs" / "cap" / "redis_failover.py"
    covered = {path.relative_to(ROOT).as_posix() for path in records.inputs(lab)}
    assert covered == {
        "evidence/labs/cap/redis_failover.py",
        "evidence/labs/notebook.py",
        "evidence/labs/proxy.py",
        "evidence/labs/recorder.py",
        "evidence/labs/redis_pair.py",
        "evidence/labs/server.py",
    }


def test_there_are_records_of_labs() -> None:
    assert len(LABS) >= 3


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
def test_a_recorded_history_has_the_verdict_that_its_row_states(path: Path) -> None:
    record = json.loads(path.read_text("utf-8"))
    histories = record["observed"].get("histories", {})
    stated = {
        row[1].removeprefix("history "): row[-1]
        for row in record["rows"]
        if row[1].startswith("history ")
    }
    assert stated.keys() == histories.keys()
    for name, operations in histories.items():
        history = notebook.from_json(operations)
        assert len(history.operations) >= 50
        assert notebook.verdict(history) == stated[name]


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
def test_the_record_of_a_lab_names_versions_and_is_written_as_it_is_read(
    path: Path,
) -> None:
    text = path.read_text("utf-8")
    record = json.loads(text)
    assert record["observed"]["versions"]
    assert evidence_run.as_text(record) == text
