"""``make site``: what an author changes is what the browser shows next."""

import errno
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from mini import CHAPTER

from evidence.labs.child import child
from sitebuild import build, checks
from sitebuild.copies import environment_of
from sitebuild.problems import ProblemError

pytestmark = pytest.mark.slow

LIMIT_S = 900.0  # a bound for what takes seconds: it only ends a server that hangs


class Served:
    """``python -m sitebuild serve`` in a miniature."""

    def __init__(self, output: Iterator[str], address: str) -> None:
        self.output = output
        self.address = address

    def until(self, words: str) -> str:
        """Read what the server says until it says these words."""
        said = ""
        for line in self.output:
            said += line
            if words in line:
                return said
        raise AssertionError(f"the server ended without saying {words!r}: {said}")

    def page(self) -> str:
        url = f"http://{self.address}/chapters/coin/"
        with urllib.request.urlopen(url, timeout=LIMIT_S) as answer:
            return str(answer.read().decode())


@pytest.fixture
def served(tree: Path) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "sitebuild", "serve", "--address", address]
    with child(
        command,
        cwd=tree,
        env=environment_of(tree),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:

        def stop() -> None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(LIMIT_S, stop)
        timer.start()
        assert process.stdout is not None
        yield Served(process.stdout, address)
        timer.cancel()
        stop()


def test_text_package_and_mistakes_are_shown_as_they_change(
    served: Served, tree: Path
) -> None:
    served.until("Serving on")
    assert "Six tosses, and three" in served.page()
    assert 'class="sd-bar"' in served.page()

    page = tree / CHAPTER
    text = page.read_text("utf-8")
    page.write_text(text.replace("Six tosses,", "Half a dozen tosses,"), "utf-8")
    served.until("Reloading browsers")
    assert "Half a dozen tosses, and three" in served.page()

    module = tree / "sdnotes" / "coin" / "toss.py"
    code = module.read_text("utf-8")
    assert "tosses // SIDES" in code
    module.write_text(code.replace("tosses // SIDES", "tosses - SIDES"), "utf-8")
    said = served.until("Reloading browsers")
    assert "4 heads, 2 tails" in served.page()
    assert re.search(rf"{CHAPTER}:\d+: the output of 'six-tosses' is not what", said)

    page.write_text(text.replace("heads(TOSSES)} h", "heads(1 // 0)} h"), "utf-8")
    served.until("Reloading browsers")
    assert re.search(rf'sd-problem">{CHAPTER}:\d+: .*ZeroDiv', served.page())


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_told_before_anything_is_built(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "source_problems", lambda: pytest.fail("began"))
    with pytest.raises(ProblemError, match=r"^Makefile:\d+: cannot serve on '127\.0\."):
        build.serve(address)


def test_a_taken_address_is_told_before_anything_is_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "source_problems", lambda: pytest.fail("began"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ProblemError) as caught:
            build.serve(address)
    said = f"cannot serve on '{address}': {os.strerror(errno.EADDRINUSE)}. End what"
    assert said in str(caught.value)
    assert str(caught.value).endswith("make site ADDRESS=127.0.0.1:8001")
