"""The Python side of the Run button, on the Python that runs the tests."""

import ast
import logging
import sys
import types

import pytest
from draws import rows
from hypothesis import given

from sitebuild import page_imports, page_runner, page_streams
from sitebuild.page_runner import AT_ONCE, BATCH_S, OUTPUT_LIMIT_CHARS, Session

pytestmark = pytest.mark.usefixtures("modules_are_put_back")


class Clock:
    """A clock that stands still unless it is told."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def ran(code: str, *, published: bool = True) -> tuple[bool, list[tuple[str, str]]]:
    """Run a snippet; return whether it ended well, and the messages that it sent."""
    sent: list[tuple[str, str]] = []
    session = Session(lambda kind, text: sent.append((kind, text)), Clock())
    return session.run(code, "two-words.py", published=published), sent


def test_much_output_goes_out_in_batches_and_not_print_by_print() -> None:
    ok, sent = ran("for i in range(1000): print(i)")
    assert ok
    assert len(sent) == AT_ONCE + 1  # the others when their time comes
    assert "".join(text for _, text in sent).split() == [str(i) for i in range(1000)]


def test_a_batch_goes_out_when_its_time_has_come() -> None:
    sent: list[tuple[str, str]] = []
    clock = Clock()
    session = Session(lambda kind, text: sent.append((kind, text)), clock)
    session.take("out", "a")
    session.take("out", "b")
    assert sent == [("out", "a")]
    clock.now_s += BATCH_S
    session.take("out", "c")
    assert sent == [("out", "a"), ("out", "bc")]


@pytest.mark.parametrize(
    "print_and_flush",
    [
        "print('now', flush=True)",
        "print('now')\nsys.stdout.flush()",
        "sys.stdout.buffer.write(b'now\\n')\nsys.stdout.buffer.flush()",
        "sys.stdout.reconfigure(line_buffering=True)\nprint('now')",
    ],
)
def test_what_is_flushed_goes_out_at_once(print_and_flush: str) -> None:
    sent: list[str] = []
    session = Session(lambda _, text: sent.append(text), Clock())
    arrived: list[bool] = []
    sys.look = lambda: arrived.append("now\n" in sent)  # type: ignore[attr-defined]
    wait = f"import sys\nfor _ in range({AT_ONCE}):\n    print()\n"
    assert session.run(
        f"{wait}print('kept')\nsys.look()\nsys.stdout.flush()\n{print_and_flush}\n"
        "sys.look()\nsys.stdout.flush()\nsys.stdout.flush()",
        "a.py",
        published=True,
    )
    del sys.look  # type: ignore[attr-defined]
    assert arrived == [False, True]
    assert sent[-2:] == ["kept\n", "now\n"]


def test_bytes_and_text_keep_their_order() -> None:
    ok, sent = ran(
        "import sys\nprint('a')\nsys.stdout.buffer.write('größer\\n'.encode())\n"
        "print('b')\nsys.stderr.buffer.write(memoryview(b'c\\n'))\nprint('d')"
    )
    assert ok
    assert "".join(text for _, text in sent) == "a\ngrößer\nb\nc\nd\n"
    assert [kind for kind, text in sent if "c" in text] == ["err"]


def test_a_character_in_two_pieces_is_joined_and_bytes_that_are_no_text_are_shown() -> (
    None
):
    ok, sent = ran(
        "import sys\nout = sys.stdout.buffer\nassert out.write(b'\\xe2\\x88') == 2\n"
        "out.flush()\nout.write(b'\\x91')\nout.write(b'\\xff')\nprint('x')\n"
        "out.write(b'\\xe2')"
    )
    assert ok, sent
    assert "".join(text for _, text in sent) == "∑\ufffdx\n\ufffd"


def test_a_stream_says_of_itself_what_one_without_a_terminal_says() -> None:
    code = (
        "import io, sys\n"
        "for s in (sys.stdout, sys.stderr, sys.stdout.buffer):\n"
        "    try:\n        s.fileno()\n"
        "    except io.UnsupportedOperation:\n"
        "        print(s.name, s.isatty(), s.writable(), s.readable())\n"
        "print(sys.stdout.encoding, sys.stderr.encoding)\n"
        "print(sys.stdout.errors, sys.stderr.errors)"
    )
    ok, sent = ran(code)
    assert ok, sent
    assert "".join(text for _, text in sent) == (
        "<stdout> False True False\n<stderr> False True False\n"
        "<stdout> False True False\nutf-8 utf-8\nstrict backslashreplace\n"
    )


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nsys.kept = sys.stdout\n"
        "sys.kept.reconfigure(write_through=False)\nprint('x')",
        "import sys\nprint('x')\nsys.stdout.close()",
        "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.detach())\n"
        "print('x')",
        "import sys\nprint('x', file=sys.__stdout__)",
        "import contextvars\ncontextvars.Context().run(print, 'x')",
    ],
    ids=["kept back", "closed", "taken apart", "by its second name", "own context"],
)
def test_nothing_is_lost_whatever_a_snippet_does_with_its_streams(code: str) -> None:
    ok, sent = ran(code)
    assert ok, sent
    assert "".join(text for _, text in sent) == "x\n"


def test_output_and_errors_keep_their_order() -> None:
    _, sent = ran(
        "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')\n"
        "print('d', file=sys.stderr)"
    )
    kinds = "".join(kind[0] * len(text.split()) for kind, text in sent)
    assert kinds == "oeoe"
    assert "".join(text for _, text in sent).split() == list("abcd")


@given(
    rows(
        ["out", "err"],
        ["", *"ab\n\r\0\x85é\u2028😀", "two words", "line\nline\n", "x" * 3000],
        max_size=20,
    )
)
def test_what_is_sent_is_what_was_printed(printed: list[tuple[str, str]]) -> None:
    sent: list[tuple[str, str]] = []
    session = Session(lambda kind, text: sent.append((kind, text)), Clock())
    for kind, text in printed:
        session.take(kind, text)
    session.send()
    for stream in ("out", "err"):
        was = "".join(text for kind, text in printed if kind == stream)
        assert "".join(text for kind, text in sent if kind == stream) == was
    assert "".join(t for _, t in sent) == "".join(t for _, t in printed)


def test_past_the_limit_output_is_counted_and_not_sent() -> None:
    sent: list[tuple[str, str]] = []
    session = Session(lambda kind, text: sent.append((kind, text)), Clock())
    session.run("print('x' * 100_000)\nprint('y')", "a.py", published=True)
    assert sum(len(text) for _, text in sent) == OUTPUT_LIMIT_CHARS
    assert session.dropped_chars == 100_003 - OUTPUT_LIMIT_CHARS
    session.run("print('again')", "a.py", published=True)
    assert sent[-2:] == [("out", "again"), ("out", "\n")]
    assert session.dropped_chars == 0


def test_a_traceback_has_the_snippets_lines_and_none_of_the_runners() -> None:
    ok, sent = ran("def f():\n    raise KeyError('k')\n\nf()")
    assert not ok
    text = "".join(text for _, text in sent)
    assert text.startswith(
        "Traceback (most recent call last):\n"
        '  File "two-words.py", line 4, in <module>\n'
        "    f()\n"
    )
    assert text.endswith("KeyError: 'k'\n")
    assert "page_runner" not in text


def test_errors_name_neither_the_runner_nor_its_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("builtins.input", page_runner.refusing("input() cannot ask"))
    for code, last in (
        ("input()", "NotInPageError: input() cannot ask"),
        ("import sys\nsys.stdout.write(5)", "TypeError: write() argument must be str"),
        ("try:\n    input()\nexcept RuntimeError:\n    1 / 0", "ZeroDivisionError: "),
    ):
        _, sent = ran(code)
        text = "".join(text for _, text in sent)
        assert text.splitlines()[-1].startswith(last)
        assert "page_runner" not in text


def test_code_that_cannot_be_read_is_shown_with_its_line() -> None:
    ok, sent = ran("print('a')\nif True print()")
    assert not ok
    text = "".join(text for _, text in sent)
    assert 'File "two-words.py", line 2\n    if True print()' in text
    assert "SyntaxError" in text


@pytest.mark.parametrize(
    ("code", "ends_well", "prints"),
    [
        ("import sys; sys.exit()", True, ""),
        ("import sys; sys.exit(0)", True, ""),
        ("import sys; sys.exit(3)", False, ""),
        ("import sys; sys.exit('gone')", False, "gone\n"),
    ],
)
def test_an_exit_is_what_it_is_in_a_terminal(
    code: str, ends_well: bool, prints: str
) -> None:
    ok, sent = ran(code)
    assert ok is ends_well
    assert "".join(text for _, text in sent) == prints


def test_a_run_leaves_streams_and_folder_as_they_were(tmp_path: object) -> None:
    streams = sys.stdout, sys.stderr, sys.stdin
    ok, sent = ran("import os\nprint(os.listdir())\nopen('left', 'w').close()")
    assert ok
    assert sent == [("out", "['two-words.py']"), ("out", "\n")]
    assert (sys.stdout, sys.stderr, sys.stdin) == streams
    listed = ran("import os\nprint(os.listdir())")[1][0]
    assert listed == ("out", "['two-words.py']")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("import os\nos.environ['MODE'] = 'fast'", "print(os.environ.get('MODE'))"),
        ("import sys\nsys.setrecursionlimit(150)", "print(sys.getrecursionlimit())"),
        ("import warnings\nwarnings.simplefilter('error')", "warnings.warn('old')"),
    ],
)
def test_what_one_run_sets_for_all_is_as_before_in_the_next(
    first: str, then: str
) -> None:
    then = f"{first.splitlines()[0]}\n{then}"
    before = ran(then)
    assert ran(first)[0]
    assert ran(then) == before


def test_names_of_one_run_are_not_there_in_the_next() -> None:
    assert ran("x = 1")[0]
    ok, sent = ran("print(x)")
    assert not ok
    assert "NameError" in "".join(text for _, text in sent)


def test_classes_of_a_snippet_are_found_in_its_module() -> None:
    code = (
        "import pickle\nfrom dataclasses import dataclass\n\n@dataclass\n"
        "class P:\n    x: int\n\nprint(pickle.loads(pickle.dumps(P(1))))"
    )
    ok, sent = ran(code)
    assert ok, sent
    assert "".join(text for _, text in sent) == "P(x=1)\n"


def test_imports_are_read_off_the_code() -> None:
    code = "import a.b as c, d\nfrom e.f import g, h\ndef i():\n    from j import k"
    assert page_imports.imported(code) == {
        "a.b", "d", "e.f", "e.f.g", "e.f.h", "j", "j.k"
    }  # fmt: skip
    assert page_imports.imported("from . import x") == set()
    assert page_imports.imported("not code at all") == set()


def test_only_what_the_code_imports_is_needed() -> None:
    needs = {"a": ["one"], "a.b": ["one", "two"], "c": ["three"]}
    assert list(page_imports.needed("from a import b", needs)) == ["one", "two"]
    assert list(page_imports.needed("import c, json", needs)) == ["three"]


@pytest.mark.parametrize(
    "code",
    [
        "import importlib\nimportlib.import_module('own.part')",
        "import runpy\nrunpy.run_module('own.part')",
        "open('mine.py', 'w').write('from own.part import x')\nimport mine",
        "import own.prat",  # Python is to say which one is missing
    ],
)
def test_what_is_imported_by_another_way_is_there_too(code: str) -> None:
    needs = {"own": ["own"], "own.part": ["own", "own-part"]}
    assert "own" in page_imports.needed(code, needs)


def test_the_package_is_imported_anew_after_edited_code() -> None:
    break_it = "import sdnotes.cap\nsdnotes.cap.majority = None"
    use_it = "import sdnotes.cap\nprint(sdnotes.cap.majority(5))"
    assert ran(break_it, published=False)[0]
    assert ran(use_it)[1][0] == ("out", "3")


@pytest.mark.parametrize("module", [page_imports, page_streams, page_runner])
def test_the_files_need_nothing_but_the_standard_library_and_one_another(
    module: types.ModuleType,
) -> None:
    """They go into the browser alone."""
    with open(str(module.__file__), encoding="utf-8") as file:
        tree = ast.parse(file.read())
    names = page_imports.imported(ast.unparse(tree))
    ours = {name for name in names if name.startswith("sitebuild.page_")}
    tops = {name.partition(".")[0] for name in names - ours}
    assert tops <= set(sys.stdlib_module_names)


def test_what_a_run_left_behind_prints_nothing_into_the_next() -> None:
    sent: list[tuple[str, str]] = []
    session = Session(lambda kind, text: sent.append((kind, text)), Clock())
    keep = "import sys\nsys.kept = sys.stdout"
    assert session.run(keep, "a.py", published=True)
    late = "import sys\nprint('late', file=sys.kept)\nprint('now')"
    assert session.run(late, "b.py", published=True)
    assert "".join(text for _, text in sent) == "now\n"


LATE = {
    "a callback": "import asyncio, sys\nloop = sys.kept = asyncio.new_event_loop()\n"
    "loop.call_soon(print, 'late')",
    "a task": "import asyncio, sys\nloop = sys.kept = asyncio.new_event_loop()\n"
    "async def f():\n    await asyncio.sleep(0)\n    print('late', flush=True)\n"
    "sys.task = loop.create_task(f())",
}


@pytest.mark.parametrize("leave", LATE.values(), ids=LATE)
def test_what_asyncio_still_calls_prints_into_no_later_run(leave: str) -> None:
    """``print`` finds its stream when it is called, so the stream cannot tell."""
    sent: list[tuple[str, str]] = []
    stray: list[str] = []
    session = Session(lambda *message: sent.append(message), Clock(), stray.append)
    later = (
        "import asyncio, sys\nasync def mine():\n    print('mine')\n"
        "    await asyncio.sleep(0.01)\n    print('mine')\n"
        "sys.kept.run_until_complete(mine())\nsys.kept.close()\nprint('now')"
    )
    assert session.run(leave, "a.py", published=False)
    assert session.run(later, "b.py", published=True)
    assert "".join(text for _, text in sent) == "mine\nmine\nnow\n"
    assert "".join(stray) == "late\n"  # told, though not to the reader


def test_a_timer_of_javascript_that_an_earlier_run_set_prints_nothing() -> None:
    """python.ts says so of each: JavaScript carries no context."""
    sent: list[tuple[str, str]] = []
    session = Session(lambda *message: sent.append(message), Clock())
    sys.session = session  # type: ignore[attr-defined]
    code = (
        "import sys\nsys.session.apart = True\nprint('late', flush=True)\n"
        "sys.session.apart = False\nprint('now')"
    )
    assert session.run(code, "a.py", published=True)
    del sys.session  # type: ignore[attr-defined]
    assert "".join(text for _, text in sent) == "now\n"


def test_a_run_cannot_spoil_the_builtins_of_the_next() -> None:
    spoil = "import builtins\nbuiltins.print = None\nbuiltins.left = 1"
    assert ran(spoil, published=False)[0]
    ok, sent = ran("print('whole')\nprint(left)")
    assert not ok
    assert sent[0] == ("out", "whole")
    assert "NameError" in "".join(text for _, text in sent)


def test_logging_works_in_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    code = "import logging\nlogging.basicConfig(level=20)\nlogging.info('logged')"
    for _ in range(2):
        ok, sent = ran(code, published=False)
        assert ok
        assert "".join(text for _, text in sent) == "INFO:root:logged\n"
