"""What a core may not do is told at its line, by names and not by words."""

from pathlib import Path

import pytest

from sitebuild import ROOT, checks, cores

READS = ("sdnotes/**/*.py",)

CORE, COMMAND = (
    ROOT / "sdnotes" / "x" / "core.py",
    ROOT / "sdnotes" / "x" / "__main__.py",
)
REFUSED = [
    "from time import time",
    "from time import perf_counter as clock",
    "import time",
    "import os",
    "from pathlib import Path",
    "import socket",
    "import urllib.request",
    "import yaml",
    "import sitebuild.build",
    "import random\nx = random.random()",
    "from random import choice",
    "import random as dice\nx = dice.shuffle([1])",
    "import random\nrng = random.Random()",
    "import datetime\nx = datetime.datetime.now()",
    "from datetime import datetime\nx = datetime.now()",
    "from datetime import date as day\nx = day.today()",
    "x = open('f')",
    "x = input()",
    "import asyncio\nasync def f(): await asyncio.sleep(1)",
    "from asyncio import sleep",
    "import threading\nx = threading.Timer(1, print)",
]
ALLOWED = [
    "def reopen(sleep): sleep(1)",
    "def f(now): return now()",
    '"""time.time(), open() and random.random() are not called here."""',
    "import random\nrng = random.Random(1)",
    "import random\ndef f(rng: random.Random): return rng.random()",
    "import urllib.parse",
    "from datetime import datetime, UTC\nx = datetime(2026, 1, 1, tzinfo=UTC)",
    "import simpy",
    "class Door:\n    def open(self): return 1\nx = Door().open()",
]


def said(code: str, path: Path = CORE) -> list[str]:
    return [str(problem) for problem in cores.problems_of(path, code)]


@pytest.mark.parametrize("code", REFUSED)
def test_what_asks_the_world_outside_is_refused_at_its_line(code: str) -> None:
    found = said(code)
    assert found
    last = code.count("\n") + 1
    assert all(each.startswith("sdnotes/x/core.py:") for each in found)
    assert any(f"core.py:{last}: a core does no I/O: " in each for each in found)


@pytest.mark.parametrize("code", REFUSED)
def test_what_would_be_refused_is_looked_at(code: str, tmp_path: Path) -> None:
    path = tmp_path / "core.py"
    path.write_text(code, "utf-8")
    assert cores._may_ask(path, code)


@pytest.mark.parametrize("code", ALLOWED)
def test_what_only_looks_like_it_is_not(code: str) -> None:
    assert said(code) == []


def test_a_command_line_may_read_files_and_no_core_may() -> None:
    code = "import sys\nfrom pathlib import Path\nx = open(sys.argv[1])"
    assert said(code, COMMAND) == []
    assert len(said(code)) == 3


def test_what_is_built_on_another_topic_says_so() -> None:
    code = '"""X.\n\nBuilds on: {}.\n"""\n\nfrom sdnotes.caching.lru import LRUCache\n'
    modules = ["sdnotes.caching.lru", "sdnotes.sim", "sdnotes.x.y", "collections.abc"]
    assert cores.unsaid(CORE, modules, code.format("sdnotes.caching.lru")) == []
    (found,) = cores.unsaid(CORE, modules, code.format("sdnotes.sim"))
    assert str(found) == (
        "sdnotes/x/core.py:6: `sdnotes.caching.lru` is of another topic: say so in the "
        "module's docstring, `Builds on: sdnotes.caching.lru.`"
    )


def test_our_cores_keep_to_it() -> None:
    assert [str(problem) for problem in cores.problems()] == []


def test_an_example_below_an_attribute_is_told_since_nothing_runs_it() -> None:
    code = '"""A module.\n\n>>> 1\n1\n"""\n\nLIMIT = 3\n"""Most.\n\n>>> LIMIT\n4\n"""\n'
    (found,) = checks.unrun_examples(CORE, code)
    assert str(found).startswith("sdnotes/x/core.py:8: an example below an attribute")
    assert checks.unrun_examples(CORE, code.replace(">>> LIMIT", "LIMIT")) == []
    assert checks.example_problems() == []
