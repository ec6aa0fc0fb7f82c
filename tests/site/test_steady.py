"""A snippet that prints something else at another run is told so, by every command."""

from pathlib import Path

import pytest

from sitebuild import DOCS, engine, fences, steady
from sitebuild.fences import Block, scan_text
from sitebuild.problems import ProblemError
from sitebuild.sybil_parser import SnippetParser

PAGE = DOCS / "page.md"
FENCE = "```"
SET = "print({'a', 'b', 'c', 'd', 'e'})"
# No name tells that this is the clock: it is asked for by another one.
CLOCK = "import importlib\nprint(getattr(importlib.import_module('time'), 'time_ns')())"
LOCAL_TIME = "from datetime import datetime as d\nprint(d.fromtimestamp(0))"
HELP = "import argparse\nprint(argparse.HelpFormatter('x')._width)"
PICTURE = "for name in 'ab':\n    print('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')"


def block(code: str, info: str = 'python name="x"', output: str = "") -> Block:
    text = f"# T\n\n{FENCE}{info}\n{code}\n{FENCE}\n"
    if output:
        text += f"\n{FENCE}output\n{output}\n{FENCE}\n"
    (only,) = scan_text(text, PAGE)
    return only


def refused(one: Block) -> str:
    with pytest.raises(ProblemError) as caught:
        steady.check(one, steady.run(one))
    return str(caught.value)


AGAIN = "docs/page.md:3: snippet 'x' prints something else when it is run again"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (SET, "it depends on the order of a set, on hash() of a text"),
        ("print(object())", "is an address: print what the object holds"),
        (CLOCK, "it reads the clock, or takes chance without a seed"),
        (LOCAL_TIME, "on the machine's time zone (give tz=...)"),
        (HELP, "the width of its terminal"),
    ],
)
def test_an_output_that_another_run_would_not_give_is_no_matter_of_recording_it(
    code: str, why: str
) -> None:
    message = refused(block(code, output="1"))
    assert message.startswith(AGAIN)
    assert why in message
    assert "make outputs" not in message


def test_an_output_that_every_run_gives_is_to_be_recorded() -> None:
    assert "run `make outputs`" in refused(block("print(2)", output="1"))


def test_a_snippet_that_prints_nothing_is_refused() -> None:
    assert "docs/page.md:3: snippet 'x' prints nothing" in refused(block("x = 1"))


def test_two_pictures_of_one_block_are_counted() -> None:
    message = refused(block(PICTURE, 'python figure="x"'))
    assert "docs/page.md:3: this block prints 2 pictures: give each a block" in message


@pytest.mark.parametrize(
    ("native", "code", "is_needed"),
    [
        ("threads", "import threading\nthreading.Thread().start()\nprint(1)", True),
        ("threads", "print(1)", False),
        ("process", "import os\nprint(os.popen('echo 1').read())", True),
        ("process", "import threading\nthreading.Thread().start()\nprint(1)", False),
        (
            "scrypt",
            "import hashlib\nprint(len(hashlib.scrypt(b'', salt=b'', n=2, r=1, p=1)))",
            True,
        ),
        ("scrypt", "import hashlib\nprint(hashlib.sha256().name)", False),
        ("cryptography", "print(1)", False),
    ],
)
def test_a_snippet_is_native_only_where_it_does_what_a_browser_cannot(
    native: str, code: str, is_needed: bool
) -> None:
    one = block(code, f'python name="x" native="{native}"')
    if is_needed:
        assert steady.run(one).text
    else:
        assert f"does not need native='{native}': take it off" in refused(one)


@pytest.mark.parametrize(
    "code", [SET, "import time\nx = time.time()\nprint(1)", "x = 1"]
)
def test_outputs_are_not_rewritten_by_what_another_run_would_not_give(
    tmp_path: Path, code: str
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f'{FENCE}python name="x"\n{code}\n{FENCE}\n', "utf-8")
    parser = SnippetParser(update=True)
    (only,) = fences.scan_text(page.read_text("utf-8"), page)

    class Example:
        parsed = only

    assert "page.md:" in str(parser._evaluate(Example()))  # type: ignore[arg-type]
    assert parser.write() == ([], [])


def test_what_is_recorded_already_is_not_run_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would cost every run of the tests what only a change of a page must."""
    one = block("print(1)", output="1")
    result = steady.run(one)
    monkeypatch.setattr(engine, "run", lambda *_: pytest.fail("run again"))
    steady.check(one, result)
