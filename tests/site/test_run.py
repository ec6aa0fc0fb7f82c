"""Snippets run, edited, stopped and put back in a real browser."""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from snippet import WAIT_MS, Snippet, code_in

from sitebuild import DOCS, browser, excerpts, fences
from sitebuild.machine import stretch, yardstick
from sitebuild.testing import hosting

pytestmark = pytest.mark.slow

CAP = "chapters/cap/"
SAME = r"Ran in \d+ ms\. Same as published\."
FIRST_RUN_BYTES = 8_000_000
EDITOR_BYTES = 130_000
FOREVER = "print('this')\nprint('before')\nwhile True:\n    pass"
PRINT_MUCH = "for number in range(200_000):\n    print(number{})"
GAPS = """() => {
  let last = performance.now();
  window.widest = 0;
  const look = now => {
    window.widest = Math.max(window.widest, now - last);
    last = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
BLOCKS = [b for b in fences.scan(DOCS) if b.kind == "python"]
(STORY,) = (block for block in BLOCKS if block.name == "the-story")


def asked(host: hosting.Host) -> list[str]:
    """Return what was asked for of the runtime, without its folder."""
    folder = f"/{browser.assemble().address}/"
    paths = [sent.path.partition("?")[0] for sent in host.sent]
    return [path.removeprefix(folder) for path in paths if path.startswith(folder)]


def test_the_runtime_is_fetched_at_the_first_run_and_from_nowhere_else(
    tab: Callable[..., Any],
    host: Callable[[Path], hosting.Host],
    published: Any,
) -> None:
    own = host(published.folder)
    page = tab(f"{own.url}{CAP}")
    assert asked(own) == ["main.js"]
    before = len(own.sent)
    story = Snippet(page, "the-story")
    assert re.fullmatch(SAME, story.run())
    assert sum(sent.size_bytes for sent in own.sent[before:]) <= FIRST_RUN_BYTES
    assert "pyodide/pyodide.asm.wasm" in asked(own)
    assert not any("pygal" in path for path in asked(own))
    before = len(own.sent)
    story.press("Edit")
    story.editor.wait_for()
    (editor,) = own.sent[before:]
    assert "/editor.js" in editor.path
    assert editor.size_bytes <= EDITOR_BYTES
    assert page.wrongs == []


def test_a_snippet_run_twice_prints_what_was_published(story: Snippet) -> None:
    for _ in range(2):
        assert re.fullmatch(SAME, story.run())
        assert story.printed == f"{STORY.recorded}\n"
        assert story.root.locator(".result").count() == 2
        assert not story.root.locator(".result:not(.sd-live)").is_visible()
    assert story.differing == []


def test_share_packs_the_very_text_that_run_runs(story: Snippet) -> None:
    """That each block's is its page's source is seen in test_pages.py."""
    story.press("Edit")
    story.press("Share")
    expect(story.status).to_contain_text("Link copied")
    link = story.page.evaluate("navigator.clipboard.readText()")
    assert code_in(link) == ("the-story", STORY.code.rstrip("\n"))


def test_edited_code_is_run_by_keyboard_and_the_lines_that_differ_are_marked(
    story: Snippet,
) -> None:
    story.press("Edit")
    expect(story.editor).to_be_focused()
    assert story.code == STORY.code.rstrip("\n")
    keys = story.page.keyboard
    keys.press("Control+Home")
    keys.type("print('first')\n")
    keys.press("Control+End")
    keys.type("\nprint('last')")
    assert story.code == f"print('first')\n{STORY.code}\nprint('last')"
    keys.press("Control+Enter")
    lines = len((STORY.recorded or "").splitlines())
    assert story.ended().endswith(
        f"2 of {lines + 2} lines differ from what was published."
    )
    assert story.differing == ["first", "last"]
    assert story.printed == f"first\n{STORY.recorded}\nlast\n"


def test_fewer_lines_than_published_are_counted(story: Snippet) -> None:
    story.run_code(STORY.code.replace("    print(", "    str("))
    assert story.said.endswith("lines less than published.")


def test_reset_brings_the_very_nodes_back(story: Snippet) -> None:
    every = "e => window.old = [e.outerHTML, ...e.querySelectorAll('*')]"
    story.root.evaluate(every)
    story.run_code("print('other')")
    story.press("Reset")
    same = """e => [e.outerHTML, ...e.querySelectorAll('*')].every(
      (node, place) => node === window.old[place])"""
    assert story.root.evaluate(same)


def test_an_endless_loop_can_be_stopped_and_what_it_printed_stays(
    story: Snippet,
) -> None:
    story.write(FOREVER)
    story.press("Run")
    expect(story.live).to_have_text("this\nbefore", timeout=WAIT_MS)
    story.page.evaluate("document.title")  # the page itself answers
    story.press("Stop")
    assert story.ended() == "Stopped."
    assert story.printed == "this\nbefore\n"
    assert story.run_code("print(1 + 1)") == "2\n"


def test_a_loop_in_one_tab_disturbs_no_other_and_ends_at_its_limit(
    story: Snippet,
) -> None:
    with closing(story.page.context.new_page()) as page:
        page.clock.install()
        page.goto(story.page.url.partition("#")[0])
        loop = Snippet(page, "the-story")
        loop.write(FOREVER)
        loop.press("Run")
        expect(loop.live).to_have_text("this\nbefore", timeout=WAIT_MS)
        story.page.bring_to_front()
        assert re.fullmatch(SAME, story.run())
        assert loop.said == "Running…"
        page.clock.run_for(20_000)
        assert loop.ended().startswith("Stopped after 20 s:")
        assert loop.printed == "this\nbefore\n"


@pytest.mark.parametrize("how", ["", ", flush=True"], ids=["batched", "flushed"])
def test_many_prints_leave_the_page_alive_and_what_is_not_shown_is_counted(
    story: Snippet, how: str
) -> None:
    story.write(PRINT_MUCH.format(how))
    story.page.evaluate(GAPS)
    said = story.run()
    # Unbatched, the page would stand still for many seconds.
    widest_ms = story.page.evaluate("window.widest")
    assert widest_ms < 2000 * stretch(yardstick().wall_s)
    whole = sum(len(f"{number}\n") for number in range(200_000))
    shown = len(story.printed.rstrip("\n"))
    assert shown <= 65_536
    assert f"{whole - 65_536:,} more characters are not shown." in said


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        (
            "def share(n):\n    return 1 / n\n\nshare(0)",
            "Traceback (most recent call last):\n"
            '  File "the-story.py", line 4, in <module>\n'
            "    share(0)\n"
            "    ~~~~~^^^\n"
            '  File "the-story.py", line 2, in share\n'
            "    return 1 / n\n"
            "           ~~^~~\n"
            "ZeroDivisionError: division by zero\n",
        ),
        (
            "print('never')\nprint 'old'",
            '  File "the-story.py", line 2\n'
            "    print 'old'\n"
            "    ^^^^^^^^^^^\n"
            "SyntaxError: Missing parentheses in call to 'print'. "
            "Did you mean print(...)?\n",
        ),
        ("import sys\nsys.exit('too few atoms')", "too few atoms\n"),
        (
            "import asyncio\nasync def main():\n    1 / 0\ntry:\n"
            "    asyncio.run(main())\nexcept ZeroDivisionError:\n    print('caught')\n"
            "import sys\nsys.exit('the end')",
            "caught\nthe end\n",
        ),
        (
            "import sys\nsys.stdout.write(5)",
            "Traceback (most recent call last):\n"
            '  File "the-story.py", line 2, in <module>\n'
            "    sys.stdout.write(5)\n"
            "    ~~~~~~~~~~~~~~~~^^^\n"
            "TypeError: write() argument must be str, not int\n",
        ),
    ],
    ids=[
        "an error",
        "bad syntax",
        "words at an exit",
        "one that is caught",
        "in a print",
    ],
)
def test_an_error_reads_as_in_a_terminal(
    story: Snippet, code: str, printed: str
) -> None:
    assert story.run_code(code) == printed
    assert story.said.startswith("Ended with an error in ")


POOL = "from concurrent.futures import {0}\nwith {0}() as p:\n    p.submit(len, '')"


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("input('how many? ')", "write the value into the code instead"),
        ("import threading\nthreading.Thread(target=print).start()", "use asyncio"),
        (POOL.format("ThreadPoolExecutor"), "use asyncio"),
        (POOL.format("ProcessPoolExecutor"), "run this on your own machine"),
        ("import subprocess\nsubprocess.run(['ls'])", "run this on your own machine"),
        ("import os\nos.system('ls')", "run this on your own machine"),
        ("import os\nos.execv('/bin/ls', ['ls'])", "run this on your own machine"),
        (
            "from multiprocessing import Process\nProcess(target=print).start()",
            "run this on your own machine",
        ),
        ("from multiprocessing import Pool\nPool(2)", "run this on your own machine"),
    ],
)
def test_what_a_page_lacks_ends_with_a_sentence_that_says_what_to_do(
    story: Snippet, code: str, advice: str
) -> None:
    printed = story.run_code(code)
    assert advice in printed.splitlines()[-1]
    assert 'File "the-story.py"' in printed
    assert "page_runner" not in printed


def test_asyncio_runs(story: Snippet) -> None:
    code = "import asyncio\nasync def two():\n    await asyncio.sleep(0)\n    return 2"
    assert story.run_code(f"{code}\nprint(asyncio.run(two()))") == "2\n"


def test_edited_code_cannot_spoil_a_later_run_of_what_was_published(
    story: Snippet,
) -> None:
    spoil = "import builtins, json\nbuiltins.sorted = lambda *_, **__: []\n"
    spoil += "import sdnotes.cap\nsdnotes.cap.run_atms = None\nbuiltins.round = abs\n"
    assert story.run_code(f"{spoil}builtins.format = builtins.print = None") == ""
    story.press("Reset")
    assert re.fullmatch(SAME, story.run())


def test_the_shown_source_of_an_object_is_changed_for_a_run_and_put_back(
    tab: Callable[..., Any], published: Any
) -> None:
    page = tab(f"{published.host.url}chapters/caching/policies/")
    hand = Snippet(page, "clock-and-sieve")
    (block,) = (block for block in BLOCKS if block.name == "clock-and-sieve")
    assert block.source is not None
    assert re.fullmatch(SAME, hand.run())
    shown = excerpts.excerpt(block.source).code
    hand.press("Edit")
    expect(hand.editor).to_be_focused()
    assert hand.code == shown
    hand.write(shown.replace("if not used:", "if True:"))  # nobody is spared any more
    hand.run()
    assert "SieveCache keeps d e f g" in hand.printed
    hand.write(shown.replace("def _sieve", "def _sift"))
    hand.run()
    assert "these lines must define _sieve, which the run asks for" in hand.printed
    hand.press("Reset")
    assert re.fullmatch(SAME, hand.run())
