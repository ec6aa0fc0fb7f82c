"""``make site``: what an author changes is what the browser shows next."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sitebuild.copies import environment_of

pytestmark = pytest.mark.slow

LIMIT_S = 90.0


class Served:
    """``python -m sitebuild serve`` in a copy; it is killed when the limit is over."""

    def __init__(self, tree: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sitebuild", "serve", "--address", self.address],
            cwd=tree,
            env=environment_of(tree),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.timer = threading.Timer(LIMIT_S, self.stop)
        self.timer.start()

    def until(self, words: str) -> str:
        """Read what the server says until it says these words."""
        said = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said += line
            if words in line:
                return said
        raise AssertionError(f"the server ended without saying {words!r}: {said}")

    def page(self) -> str:
        url = f"http://{self.address}/chapters/cap/"
        with urllib.request.urlopen(url) as answer:
            return str(answer.read().decode())

    def stop(self) -> None:
        self.timer.cancel()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)


@pytest.fixture
def served(tree: Path) -> Iterator[Served]:
    server = Served(tree)
    yield server
    server.stop()
    server.process.wait()
    assert server.process.stdout is not None
    server.process.stdout.close()


def test_text_package_and_mistakes_are_shown_as_they_change(
    served: Served, tree: Path
) -> None:
    served.until("Serving on")
    assert "An account holds 100." in served.page()

    page = tree / "docs" / "chapters" / "cap.md"
    text = page.read_text("utf-8")
    page.write_text(text.replace("holds 100.", "holds 100 coins."), "utf-8")
    served.until("Reloading browsers")
    assert "An account holds 100 coins." in served.page()

    module = tree / "sdnotes" / "cap" / "two_atms.py"
    code = module.read_text("utf-8")
    assert 'f"shows {atm.balance}"' in code
    module.write_text(code.replace('f"shows {', 'f"displays {'), "utf-8")
    said = served.until("Reloading browsers")
    assert "displays 50" in served.page()
    assert re.search(r"cap\.md:\d+: the output of 'the-story' is not what is rec", said)

    page.write_text(text.replace("COMMON = 50", "COMMON = 1 // 0"), "utf-8")
    served.until("Reloading browsers")
    assert re.search(r'sd-problem">docs/chapters/cap\.md:\d+: .*ZeroDiv', served.page())
