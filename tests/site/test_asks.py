"""What a snippet may not ask of its reader's machine is told at its line."""

import pytest

from sitebuild import DOCS, asks
from sitebuild.fences import Block, scan_text

READS = ("docs/**/*.md", "*.md", "tests/*/*.md", "sdnotes/**/*.py")

PAGE = DOCS / "page.md"
CLOCK, CHANCE, MACHINE = "reads the clock", "without a seed", "from one machine to the"
REFUSED = [
    ("import time\nx = time.time()", CLOCK),
    ("from time import perf_counter\nx = 1", CLOCK),
    ("import time as t\nx = t.monotonic_ns()", CLOCK),
    ("import time\nx = time.gmtime()", CLOCK),
    ("import time\nx = time.strftime('%Y')", CLOCK),
    ("from datetime import date\nx = date.today()", CLOCK),
    ("import datetime\nx = datetime.datetime.now(datetime.UTC)", CLOCK),
    ("import random\nx = random.random()", CHANCE),
    ("import random\nx = random.Random()", CHANCE),
    ("from random import choice\nx = 1", CHANCE),
    ("import uuid\nx = uuid.uuid4()", CHANCE),
    ("import secrets\nx = secrets.token_hex()", CHANCE),
    ("import os\nx = os.urandom(3)", CHANCE),
    ("import socket\nx = socket.gethostname()", MACHINE),
    ("import os\nx = os.environ['HOME']", MACHINE),
    ("import os\nx = os.getpid()", MACHINE),
    ("import platform\nx = platform.python_version()", MACHINE),
    ("import sys\nx = sys.version_info", MACHINE),
    ("x = 1\nx = open('/etc/hostname')", MACHINE),
    ("from pathlib import Path\nx = Path('~/.bashrc')", MACHINE),
    ("x = 1\nx = id('a') % 8", "is an address"),
    ("x = 1\nx = sorted('abc', key=hash)", "changes from run to run"),
    ("x = 1\nx = input()", "asks the reader"),
    ("x = 1\nimport numpy", "is not in a reader's browser"),
    ("x = 1\nfrom cachetools import LRUCache", "is not in a reader's browser"),
    ("x = 1\nimport curses", "is not in a reader's browser"),
    ("x = 1\nfrom sdnotes.caching import LRUCach", "did you mean LRUCache?"),
    ("x = 1\nfrom sdnotes.cache_ import LRUCache", "there is no module sdnotes.cache_"),
    ("import sdnotes.caching as c\nx = c.lru.LRU", "sdnotes.caching.lru has no LRU"),
]
ALLOWED = [
    "import time\ntime.sleep(0)",
    "import time\nprint(time.gmtime(0), time.strftime('%Y', time.gmtime(0)))",
    "import random\nprint(random.Random(1).random())",
    "from random import Random\nrng = Random(x=1)\nprint(rng.choice('ab'))",
    "from datetime import date\nprint(date(2026, 1, 1))",
    "def now(time):\n    return time.time()",
    "def hash(text):\n    return len(text)\nprint(hash('a'))",
    "class A:\n    def __hash__(self):\n        return hash(self.x)",
    "open('own', 'w').close()",
    "import sqlite3, hashlib, simpy, pygal",
    "from sdnotes.caching import LRUCache\nfrom sdnotes.caching.lru import LRUCache",
    "import sdnotes.caching\nprint(sdnotes.caching.__doc__)",
    "from sdnotes import caching\nprint(caching.LRUCache)",
    "print('time.time() and random.random() are words')",
]


def block(code: str, info: str = 'python name="x"') -> Block:
    (only,) = scan_text(f"# T\n\n```{info}\n{code}\n```\n", PAGE)
    return only


def said(code: str, info: str = 'python name="x"') -> list[str]:
    return [str(problem) for problem in asks.problems_of(block(code, info))]


@pytest.mark.parametrize(("code", "why"), REFUSED)
def test_what_no_two_machines_answer_alike_is_refused_at_its_line(
    code: str, why: str
) -> None:
    taken = code.startswith("from") and "x = 1" in code  # the import tells already
    first = "docs/page.md:4: " if taken else "docs/page.md:5: "
    (found,) = said(code)
    assert found.startswith(first)
    assert why in found


@pytest.mark.parametrize("code", ALLOWED)
def test_what_every_machine_answers_alike_is_not(code: str) -> None:
    assert said(code) == []


def test_a_native_snippet_may_import_what_no_browser_has() -> None:
    assert said("import cryptography", 'python name="x" native="cryptography"') == []
    assert said("import resource", 'python name="x" native="process"') == []
    assert len(said("import resource")) == 1


def test_our_snippets_ask_for_nothing() -> None:
    assert [str(problem) for problem in asks.problems()] == []
