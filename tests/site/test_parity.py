"""The snippets in the Python of the page: the same numbers as everywhere else."""

from collections.abc import Mapping

import pytest
from programs import LEFT, LEFT_SAYS, PROGRAMS

from sdnotes.tables import text_table
from sitebuild import DOCS, browser, engine, exercises, fences, judging, positions
from sitebuild.files import files
from sitebuild.testing import parity

pytestmark = pytest.mark.slow

BLOCKS = [
    block
    for block in fences.scan(DOCS)
    if block.kind == "python" and block.native is None
]


TURNED = [
    (block, setting)
    for block in BLOCKS
    for setting in positions.one_at_a_time(block.knobs)
]
JUDGED = [block for block in fences.scan(DOCS) if block.kind in exercises.JUDGED]


def part_name(block: fences.Block) -> str:
    """Return what no other part of an exercise is called."""
    return f"{block.kind}-{block.line}/{whole_name(block)}"


def whole_name(block: fences.Block, setting: Mapping[str, str] | None = None) -> str:
    """Return what no other snippet is called: two pages may use one name."""
    page = block.path.relative_to(DOCS).with_suffix("").as_posix()
    turned = "".join(f"{name}={value}/" for name, value in (setting or {}).items())
    return f"{page}/{turned}{block.name}"


EVERY_MODULE = """
import importlib, pkgutil, sdnotes
for module in pkgutil.walk_packages(sdnotes.__path__, "sdnotes."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        if error.name != "cryptography":  # an extra of the package, and compiled
            raise
        print("without:", error.name, end=" ")
    print(module.name)
"""
ASYNC = """
import asyncio

async def twice(number):
    await asyncio.sleep(0)
    return 2 * number

print(asyncio.run(twice(21)))
"""
ASYNC_LEFT = f"""import asyncio
{PROGRAMS[LEFT]}
with asyncio.Runner() as runner:
    print("runner", runner.run(asyncio.sleep(0.001, True)))
"""
SLEPT = """
import asyncio

async def say(word, after_s):
    await asyncio.sleep(after_s)
    print(word)

async def main():
    await asyncio.gather(say("late", 0.02), say("soon", 0.01))

asyncio.run(main())
"""
FOR_EVER = """
import asyncio

async def main():
    try:
        await asyncio.Event().wait()
    finally:
        print("cleaned up")

asyncio.run(main())
"""
TOO_DEEP = """
import json

try:
    json.loads("[" * 100_000)
except RecursionError:
    print("told by Python")
"""
LEAVES_MUCH = """
import asyncio, js
from pyodide.ffi import create_once_callable

async def late():
    await asyncio.sleep(0.05)
    print("late task")

asyncio.get_event_loop().create_task(late())
asyncio.get_event_loop().call_later(0.05, print, "late callback")
js.setTimeout(create_once_callable(lambda: print("late timer")), 50)
js.setTimeout(create_once_callable(lambda: 1 / 0), 50)
"""
LEAVES_A_TIMER = """
import js, time
from pyodide.ffi import create_once_callable
js.setTimeout(create_once_callable(lambda: print("between the runs")), 0)
until_s = time.monotonic() + 0.05
while time.monotonic() < until_s:
    pass
"""
WAITS_MEANWHILE = """
import asyncio, js
from pyodide.ffi import create_once_callable

async def main():
    js.setTimeout(create_once_callable(lambda: print("own timer")), 20)
    asyncio.get_event_loop().call_later(0.04, print, "own callback")
    await asyncio.sleep(0.2)
    print("own task")

asyncio.run(main())
"""
BYTES = """
import os, sys
print(sys.stdout.encoding, sys.stdout.isatty())
sys.stdout.buffer.write(b"\\xe2\\x88")
sys.stdout.buffer.write(b"\\x91")
print(" text", flush=True)
os.write(1, b"past the stream\\n")
os.write(2, b"an error\\n")
"""


@pytest.fixture(scope="module")
def ran() -> dict[str, parity.Ran]:
    """What every snippet printed in Pyodide, and a few of this file's own."""
    own = {
        "every-module": f"import pygal\n{EVERY_MODULE}",
        "async": ASYNC,
        "async-left": ASYNC_LEFT,
        "too-deep": TOO_DEEP,
        "after-it": "print('here')",
        "wrong": "print('before')\n1 / 0",
        "leaves-a-timer": LEAVES_A_TIMER,
        "comes-after": "print('mine')",
        "leaves-much": LEAVES_MUCH,
        "waits-meanwhile": WAITS_MEANWHILE,
        "bytes": BYTES,
        "asks": "input('how many? ')",
        "threads": "import threading\nthreading.Thread(target=print).start()",
        "process": "import subprocess\nsubprocess.run(['ls'])",
        "zones": "from zoneinfo import ZoneInfo\nprint(ZoneInfo('Asia/Kolkata'))",
    }
    codes = {whole_name(block): block.code for block in BLOCKS}
    assert len(codes) == len(BLOCKS)
    for block, setting in TURNED:
        codes[whole_name(block, setting)] = positions.at(block, setting).code
    answers = {part_name(block): block.code for block in JUDGED}
    checks = {part_name(block): block.check for block in JUDGED}
    return parity.run(browser.assemble(), codes | answers | own, checks)


@pytest.mark.parametrize("block", BLOCKS, ids=whole_name)
def test_a_snippet_prints_in_a_page_what_is_recorded(
    block: fences.Block, ran: dict[str, parity.Ran]
) -> None:
    result = ran[whole_name(block)]
    assert result["err"] == ""
    assert result["ok"]
    if block.figure:
        parts = engine.figure_parts(block, result["out"])
        assert text_table(parts.columns, parts.rows) == block.recorded
        drawn = engine.run(block).figure
        assert drawn is not None
        assert parts.svg == drawn.svg  # so a page may compare pictures too
    else:
        assert engine.as_recorded(result["out"]) == (block.recorded or "")


@pytest.mark.parametrize("block", JUDGED, ids=part_name)
def test_an_answer_is_judged_in_a_page_as_in_the_build(
    block: fences.Block, ran: dict[str, parity.Ran]
) -> None:
    result = ran[part_name(block)]
    assert result["verdict"] == judging.MEANT[block.kind]
    assert result["err"] == ""
    if block.kind == "wrong":
        assert engine.as_recorded(result["message"]) == block.recorded


@pytest.mark.parametrize(
    ("block", "setting"), TURNED, ids=[whole_name(*turned) for turned in TURNED]
)
def test_a_turned_knob_gives_in_a_page_what_it_gives_here(
    block: fences.Block, setting: Mapping[str, str], ran: dict[str, parity.Ran]
) -> None:
    result = ran[whole_name(block, setting)]
    assert result["err"] == ""
    assert result["ok"]
    here = engine.run(positions.at(block, setting))
    if here.figure:
        assert engine.figure_parts(block, result["out"]) == here.figure
    else:
        assert engine.as_recorded(result["out"]) == here.text


def test_no_snippet_was_left_out(ran: dict[str, parity.Ran]) -> None:
    python = [block for block in fences.scan(DOCS) if block.kind == "python"]
    native = {whole_name(block) for block in python if block.native}
    assert {whole_name(block) for block in python} - native <= set(ran)
    assert len(native) * 20 <= len(python)


def test_the_whole_package_can_be_imported_in_a_page(
    ran: dict[str, parity.Ran],
) -> None:
    result = ran["every-module"]
    assert result["err"] == ""
    modules = {
        ".".join(path.relative_to(DOCS.parent).with_suffix("").parts)
        for path in files(DOCS.parent / "sdnotes", "**/*.py")
    }
    names = {name.removesuffix(".__init__") for name in modules}
    said = result["out"].splitlines()
    assert {line.rpartition(" ")[2] for line in said} == names - {"sdnotes"}
    assert [line for line in said if line.startswith("without:")] == [
        "without: cryptography sdnotes.access.asymmetric"
    ]


def test_asyncio_runs_in_a_page(ran: dict[str, parity.Ran]) -> None:
    assert ran["async"] == {"ok": True, "out": "42\n", "err": ""}


def test_asyncio_ends_as_python_ends_it(ran: dict[str, parity.Ran]) -> None:
    out = f"{LEFT_SAYS}runner True\n"
    assert ran["async-left"] == {"ok": True, "out": out, "err": ""}


def test_a_browser_that_cannot_wait_for_promises_runs_asyncio_too() -> None:
    """As Safari's. What nothing can wake is told so there."""
    codes = {"async": ASYNC, "left": ASYNC_LEFT, "for-ever": FOR_EVER, "slept": SLEPT}
    found = parity.run(browser.assemble(), codes, can_wait=False)
    assert found["async"]["out"] == "42\n"
    assert found["left"]["out"] == f"{LEFT_SAYS}runner True\n"
    assert found["slept"]["out"] == "soon\nlate\n"
    assert found["for-ever"]["out"] == "cleaned up\n"
    last = found["for-ever"]["err"].splitlines()[-1]
    assert last.startswith("WaitsForEverError: all tasks wait for each other")
    assert "page_" not in found["for-ever"]["err"]


def test_what_goes_too_deep_is_named_and_the_next_snippet_runs(
    ran: dict[str, parity.Ran],
) -> None:
    assert not ran["too-deep"]["ok"]
    assert "too deep for a browser's Python" in ran["too-deep"]["err"]
    assert ran["after-it"] == {"ok": True, "out": "here\n", "err": ""}


def test_what_a_run_left_behind_prints_nothing_into_the_next(
    ran: dict[str, parity.Ran],
) -> None:
    assert ran["leaves-much"] == {"ok": True, "out": "", "err": ""}
    assert ran["comes-after"] == {"ok": True, "out": "mine\n", "err": ""}
    out = "own timer\nown callback\nown task\n"
    assert ran["waits-meanwhile"] == {"ok": True, "out": out, "err": ""}


def test_bytes_and_file_descriptors_are_shown(ran: dict[str, parity.Ran]) -> None:
    assert ran["bytes"] == {
        "ok": True,
        "out": "utf-8 False\n∑ text\npast the stream\n",
        "err": "an error\n",
    }


def test_time_zones_are_fetched_where_they_are_imported(
    ran: dict[str, parity.Ran],
) -> None:
    assert ran["zones"]["out"] == "Asia/Kolkata\n"


def test_a_traceback_begins_at_the_snippet_and_shows_its_line(
    ran: dict[str, parity.Ran],
) -> None:
    assert ran["wrong"] == {
        "ok": False,
        "out": "before\n",
        "err": "Traceback (most recent call last):\n"
        '  File "wrong.py", line 2, in <module>\n'
        "    1 / 0\n"
        "    ~~^~~\n"
        "ZeroDivisionError: division by zero\n",
    }


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("asks", "write the value into the code instead"),
        ("threads", "run this snippet on your own machine"),
        ("process", "run this on your own machine"),
    ],
)
def test_what_a_page_lacks_is_refused_with_a_sentence_that_says_what_to_do(
    ran: dict[str, parity.Ran], name: str, advice: str
) -> None:
    assert not ran[name]["ok"]
    assert advice in ran[name]["err"].splitlines()[-1]
