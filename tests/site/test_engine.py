"""The engine: what a block may do, what it may not, and what its author is told."""

from pathlib import Path

import pytest
from sybil import Document

from sitebuild import DOCS, engine, fenced
from sitebuild.fences import Block, scan_text
from sitebuild.problems import ProblemError
from sitebuild.sybil_parser import SnippetParser, with_outputs

PAGE = DOCS / "page.md"
SVG_HEAD = '<svg xmlns="http://www.w3.org/2000/svg">'


def block(code: str, info: str = 'python name="x"', output: str | None = None) -> Block:
    text = f"# T\n\n```{info}\n{code}\n```\n"
    if output is not None:
        text += f"\n```output\n{output}\n```\n"
    (only,) = scan_text(text, PAGE)
    return only


def problem(code: str, info: str = 'python name="x"') -> str:
    with pytest.raises(ProblemError) as caught:
        engine.run(block(code, info))
    return str(caught.value)


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("print(1, 2, sep='-')", "1-2"),
        ("import sys\nsys.stdout.write('raw\\n')", "raw"),
        ("import pprint\npprint.pprint({'b': 1, 'a': 2})", "{'a': 2, 'b': 1}"),
        ("print(__name__)", "__main__"),
        ("print(sorted(k for k in globals() if not k.startswith('__')))", "[]"),
        ("print('trailing   ')\nprint()", "trailing"),
        (
            "from dataclasses import dataclass\n"
            "@dataclass\nclass A:\n    x: int\nprint(A(1))",
            "A(x=1)",
        ),
        ("import os\nprint(os.listdir())", "['x.py']"),
    ],
)
def test_what_a_block_prints_is_what_is_shown(code: str, printed: str) -> None:
    assert engine.run(block(code)).text == printed


def test_nothing_is_left_of_a_block_for_the_next_one() -> None:
    engine.run(block("left = 1\nimport builtins"))
    assert "NameError: name 'left' is not defined" in problem("print(left)")


@pytest.mark.parametrize(
    ("first", "second", "printed"),
    [
        (
            "import decimal\ndecimal.getcontext().prec = 3",
            "import decimal\nprint(decimal.getcontext().prec)",
            "28",
        ),
        (
            "import sdnotes.cap\nsdnotes.cap.majority = None",
            "from sdnotes.cap import majority\nprint(majority(3))",
            "2",
        ),
        (
            "open('left', 'w').close()",
            "import os\nprint(os.listdir())",
            "['x.py']",
        ),
    ],
)
def test_what_a_block_changes_is_as_before_for_the_next(
    first: str, second: str, printed: str
) -> None:
    engine.run(block(first))
    assert engine.run(block(second)).text == printed


def test_a_path_of_the_builder_s_machine_is_not_published() -> None:
    code = "import sys, traceback\ntraceback.print_stack(file=sys.stdout)"
    assert "docs/page.md:3: snippet 'x' prints a path of this machine" in problem(code)


def test_an_error_names_page_line_exception_and_source() -> None:
    message = problem("x = 1\n\nx / 0")
    assert message.startswith("docs/page.md:6: snippet 'x' ZeroDivisionError")
    assert message.endswith("(in: x / 0)")


def test_an_error_deep_in_the_package_is_shown_at_the_line_of_the_block() -> None:
    message = problem("from sdnotes.sim import World\n\nWorld().timeout(-1)")
    assert message.startswith("docs/page.md:6:")
    assert "delay_us=-1 is negative" in message


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys\nsys.exit(0)", "SystemExit(0): a snippet must run to its end"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import os\nos._exit(3)", "ended the interpreter (status 3)"),
        ("import sys\nprint('x', file=sys.stderr)", "wrote to stderr: x"),
        ("import os\nos.write(1, b'x')", "file descriptor 1"),
        ("import warnings\nwarnings.warn('old')", "UserWarning: old"),
        ("print('x' * 70_000)", "printed more than 65536 characters"),
        ("print('a\\tb')", "prints a tab"),
        ("print('\\nb')", "prints a blank line first"),
        ("print('`' * 8)", "prints a row of backticks"),
        ("print('a\\x1b[0m')", "prints a control character"),
        ("print('a\\x85b')", "prints a control character"),
        ("print('\\u2003\\nb')", "prints a blank line first"),
        ("print('a\\u2028b')", "prints a line separator"),
        ("print('a\\u202eb')", "prints a mark that turns the direction"),
        ("print('\\ufeffa')", "prints a character that means nothing"),
        ("print('\\udce9t\\udce9.txt')", "UnicodeEncodeError: 'utf-8' codec"),
        ("import threading\nthreading.Thread().start()", 'needs native="threads"'),
        ("import os\nos.popen('true')", 'needs native="process"'),
    ],
)
def test_what_a_block_may_not_do_is_refused(code: str, said: str) -> None:
    assert said in problem(code)
    assert engine.run(block("print('goes on')")).text == "goes on"


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "while True:\n    try:\n        1 / 0\n    except BaseException: pass",
        "import threading\nthreading.Event().wait()",
        "import os, time\nif os.fork() == 0:\n    time.sleep(60)\nos.wait()",
        "x = 7 ** 7 ** 9",
    ],
)
def test_a_block_that_does_not_end_is_stopped(code: str) -> None:
    with engine.wall_limit(0.5):
        assert "did not end within 0.5 s and was stopped" in problem(code)
    assert engine.run(block("print('goes on')")).text == "goes on"


def test_a_block_that_was_stopped_leaves_no_folder_behind() -> None:
    first = Path(engine.run(block("import os\nprint(os.getcwd())")).text)
    assert first.parent.exists()
    with engine.wall_limit(0.5):
        problem("while True: pass")
    assert not first.parent.exists()


def test_the_start_of_a_worker_is_not_charged_to_a_block() -> None:
    """Its limit is shorter than Python takes to start; the block itself waits."""
    engine.restart()
    with engine.wall_limit(0.01):
        said = problem("import threading\nthreading.Event().wait()")
    assert "did not end within 0.01 s" in said


CPU = r"of processor time; at most 0\.5 s are"
WALL = r"at most 2\.0 s are allowed, whatever it"


@pytest.mark.parametrize(
    ("cpu_s", "wall_s", "yardstick_cpu_s", "yardstick_wall_s", "refused"),
    [
        (0.49, 0.49, 0.0, 0.0, None),
        (0.6, 0.6, 0.025, 0.025, CPU),
        (0.6, 0.6, 0.05, 0.05, None),
        (1.1, 1.1, 0.05, 0.05, CPU),
        (0.0, 1.9, 0.025, 0.0, None),
        (0.0, 2.1, 0.025, 0.025, WALL),
        (0.0, 2.1, 0.025, 0.05, None),
        (0.0, 4.1, 0.025, 0.05, WALL),
    ],
)
def test_a_block_over_its_limits_is_refused_unless_the_machine_is_slow_or_busy(
    monkeypatch: pytest.MonkeyPatch,
    cpu_s: float,
    wall_s: float,
    yardstick_cpu_s: float,
    yardstick_wall_s: float,
    refused: str | None,
) -> None:
    answer = {
        "output": "1\n",
        "cpu_s": cpu_s,
        "wall_s": wall_s,
        "yardstick_cpu_s": yardstick_cpu_s,
        "yardstick_wall_s": yardstick_wall_s,
    }
    monkeypatch.setattr(engine._worker, "ask", lambda _: answer)
    if refused is None:
        assert engine.run(block("print(1)")).text == "1"
        return
    with pytest.raises(ProblemError, match=refused):
        engine.run(block("print(1)"))


def test_what_a_block_waits_for_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ELAPSED_LIMIT_S", 0.001)
    assert "are allowed, whatever it waits for" in problem("import time\ntime.sleep(1)")


def test_one_run_that_was_within_its_limits_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = {"output": "1\n", "cpu_s": 0.9, "wall_s": 0.9}
    answers = [slow] * (engine.TRIES - 1) + [{**slow, "cpu_s": 0.1}]
    monkeypatch.setattr(engine._worker, "ask", lambda _: answers.pop(0))
    assert engine.run(block("print(1)")).text == "1"
    assert answers == []


def test_a_block_that_works_for_long_brings_a_measure_of_its_machine() -> None:
    code = (
        "from time import process_time\n"
        "end = process_time() + 0.2\nwhile process_time() < end: pass\nprint(1)"
    )
    answer = engine._worker.ask(block(code))
    assert answer["yardstick_cpu_s"] > 0
    assert answer["yardstick_wall_s"] > 0


def test_a_figure_without_words_or_numbers_is_refused() -> None:
    info = 'python figure="x"'
    assert "must print one SVG" in problem("print(1)", info)
    assert "has no title" in problem(f"print('{SVG_HEAD}</svg>')", info)
    titled = f"{SVG_HEAD}<title>t</title>"
    assert "has no description" in problem(f"print('{titled}</svg>')", info)
    told = f"{titled}<desc>d</desc>"
    assert "has no table of numbers" in problem(f"print('{told}</svg>')", info)


def test_a_figure_is_recorded_as_the_numbers_behind_it() -> None:
    code = (
        "from sdnotes.figures import spacetime\nfrom sdnotes.sim import World\n"
        "w = World()\nw.note('a', 'hello')\n"
        "print(spacetime(w.trace, title='T', description='D'))"
    )
    result = engine.run(block(code, 'python figure="x"'))
    assert result.text == "ms  who  what\n 0  a    hello"
    assert result.figure is not None
    assert result.figure.title == "T"


def test_output_without_a_fence_a_fence_without_output_and_a_difference_fail() -> None:
    for code, recorded, said in [
        ("print(1)", None, "no ```output fence follows it"),
        ("pass", "1", "is not what is recorded"),
        ("print(2)", "1", "--- recorded\n+++ now\n-1\n+2"),
    ]:
        one = block(code, output=recorded)
        with pytest.raises(ProblemError, match="make outputs") as caught:
            engine.check(one, engine.run(one))
        assert said in str(caught.value)
    fine = block("print(1)", output="1")
    engine.check(fine, engine.run(fine))


FENCE = "```"


@pytest.mark.parametrize(
    ("info", "said"),
    [
        ("py", "a fence of `py` would not run"),
        ("pycon", "a fence of `pycon` would not run"),
        ("python", 'needs one of name="..." and figure="..."'),
        ("python name=x", 'each is written key="value", in double quotes'),
        ("python name='x'", "in double quotes"),
        ('python name="x" exec="yes"', "unknown attribute 'exec'"),
        ('python name="x" quick', "unknown attribute 'quick'"),
        ('python name="x" fold mechanism', "one of fold and mechanism, not both"),
        ('python figure="x" fold', "a figure's source is folded"),
        ('python name="x" source="sdnotes.a.b" fold', "stands open: drop `fold`"),
        ('record name="a/b" fold', "unknown attribute 'fold' of a record fence"),
        ('python name="x" fold=1', "cannot read the attributes"),
        ('python name="x" name', "cannot read the attributes"),
        ('python name="x" figure="y"', "needs one of"),
        ('python name="X y"', "lower-case words joined by hyphens"),
        ('python name="x" native="magic"', "native='magic' is not one of threads"),
        ('record name="x"', 'must read "<slug>/<record>"'),
        ("output", "must follow its python or record fence"),
        ("", "unknown fence ''"),
        ("mermaid", "unknown fence 'mermaid'"),
        ("{.python}", "unknown fence"),
    ],
)
def test_a_fence_out_of_the_vocabulary_is_refused_at_its_line(
    info: str, said: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        scan_text(f"a\n\n{FENCE}{info}\n1\n{FENCE}\n", PAGE)
    assert str(caught.value).startswith("docs/page.md:3: ")
    assert said in str(caught.value)


def test_a_snippet_that_would_not_run_or_fit_is_refused_before_it_runs() -> None:
    for code, said in [
        ("print(", "page.md:4: SyntaxError"),
        ("\n".join(["1"] * 21), "has 21 lines; at most 20"),
        ("x = 1\n" + "#" * 89, "page.md:5: 89 columns"),
    ]:
        with pytest.raises(ProblemError) as caught:
            block(code)
        assert said in str(caught.value)


X = f'{FENCE}python name="x"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{FENCE}text\nshown\n\n{X}1/0\n{FENCE}\n",
            ":4: '```python name=",
        ),
        (f"{X}print(1)\n", ":1: the fence '```python name="),
        (
            f"a\n\n{FENCE}`markdown\n{FENCE}python\n1\n{FENCE}\n",
            ":3: the fence '````markdown' is never closed",
        ),
        (f"> {X}> 1\n> {FENCE}\n", ":1: a fence in a quotation"),
        (
            f"{X}if 1:\n\tprint()\n{FENCE}\n",
            ":3: the code has a tab",
        ),
        (
            f"{X}def f():\n    \n    return\n{FENCE}\n",
            ":3: a line of blanks",
        ),
        (f"{X}\nprint(1)\n{FENCE}\n", ":2: an empty line first"),
        (f"{X}# \u202e\n{FENCE}\n", ":2: the code has a mark"),
        (f'{X}"\x02"\n{FENCE}\n', ":2: the code has a control"),
        (f"{X}1\n{FENCE}`\n", ":1: it is closed by '````'"),
        (
            f"1. a\n\n   {X}   1\n   {FENCE}\n",
            ":3: a fence that is",
        ),
        (
            f"- a\n    {X}    1\n    {FENCE}\n",
            ":2: a fence in a list",
        ),
        (f"- a\n\n\t{X}\t1\n\t{FENCE}\n", ":3: a fence that is"),
        (
            f"<!--\n{X}1\n{FENCE}\n-->\n",
            ":2: a fence in a comment",
        ),
        (
            f"{FENCE}text\na --> b\n{FENCE}\nc --> d\n<!--\n{X}1\n{FENCE}\n-->\n",
            ":6: a fence in a comment",
        ),
        (
            f"`-->` <!-- `a\n{X}1\n{FENCE}\nb` -->\n",
            ":2: a fence in a comment",
        ),
        (f"\ufeff{X}1\n{FENCE}\n", ":1: the page begins with a"),
    ],
)
def test_a_fence_that_would_swallow_another_or_never_run_is_refused(
    text: str, said: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        scan_text(text, PAGE)
    assert f"docs/page.md{said}" in str(caught.value)


def test_signs_of_a_comment_in_code_begin_none() -> None:
    text = (
        f'In code, `<!--` and ``<!-- ` ``.\n\n{FENCE}python name="a"\n'
        f"1\n\nprint('<!-- begins')\n\n2\n{FENCE}\n\n{X}1\n{FENCE}\n\n<!-- a --> b\n"
    )
    assert [each.name for each in scan_text(text, PAGE)] == ["a", "x"]
    without = text.replace("<!-- a -->", "")
    assert fenced.uncommented(text, PAGE) == without
    assert (
        fenced.uncommented(f"a<!-- b\n\n--> c\n{text}", PAGE) == f"a\n\n c\n{without}"
    )


def test_a_native_block_may_start_threads_and_processes() -> None:
    code = (
        "import threading\n"
        "t = threading.Thread(target=lambda: print('t'))\nt.start()\nt.join()"
    )
    assert engine.run(block(code, 'python name="x" native="threads"')).text == "t"


def test_a_column_that_is_set_to_the_right_keeps_its_blanks() -> None:
    aligned = block("for n in (1, 20):\n    print(f'{n:>6}')", output="     1\n    20")
    engine.check(aligned, engine.run(aligned))


def test_two_blocks_of_a_page_may_not_share_a_name() -> None:
    one = f'{FENCE}python name="x"\n1\n{FENCE}\n'
    with pytest.raises(ProblemError, match="'x' is taken by the block at line 1"):
        scan_text(one + "\n" + one, PAGE)


def test_fences_within_longer_fences_and_in_lists_are_understood() -> None:
    text = (
        f'{FENCE}`markdown\n{FENCE}python name="shown"\n1/0\n{FENCE}\n{FENCE}`\n\n'
        f'??? question "Q"\n\n    {FENCE}python name="inner"\n    print(1)\n'
        f"    {FENCE}\n\n    {FENCE}output\n    1\n    {FENCE}\n"
    )
    (inner,) = scan_text(text, PAGE)
    assert (inner.name, inner.code, inner.recorded) == ("inner", "print(1)", "1")
    assert inner.indent == "    "


def test_rewriting_outputs_changes_output_fences_and_nothing_else() -> None:
    text = (
        f'# T\n\n{FENCE}python name="a"\nprint(1)\n{FENCE}\n\nwords\n\n'
        f'- item\n\n    {FENCE}python name="b"\n    print("x\\n\\ny")\n    {FENCE}\n\n'
        f"    {FENCE}output\n    old\n    {FENCE}\n\n"
        f'{FENCE}python name="c"\npass\n{FENCE}\n\n{FENCE}output\ngone\n{FENCE}\nend\n'
    )
    blocks = scan_text(text, PAGE)
    written = with_outputs(text, [(b, engine.run(b).text) for b in blocks])
    again = scan_text(written, PAGE)
    assert [b.recorded for b in again] == ["1", "x\n\ny", None]
    assert [b.code for b in again] == [b.code for b in blocks]
    assert written.endswith("end\n")
    assert with_outputs(written, [(b, engine.run(b).text) for b in again]) == written


def test_rewriting_outputs_keeps_the_line_ends_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = f'# T\n\n{FENCE}python name="a"\nprint(1)\n{FENCE}\nend\n'
    page.write_bytes(text.replace("\n", "\r\n").encode())
    parser = SnippetParser(update=True)
    ran = page.read_text("utf-8")
    (only,) = scan_text(ran, page)
    parser.written[page, ran] = [(only, "1")]
    assert parser.write() == ([page], [])
    assert page.read_bytes().count(b"\r\n") == page.read_bytes().count(b"\n") > 7


def test_a_page_that_is_saved_while_its_snippets_run_is_left_as_it_was_saved(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f'# T\n\n{FENCE}python name="a"\nprint(1)\n{FENCE}\n', "utf-8")
    for edit in ("# A longer title\n", None):
        parser = SnippetParser(update=True)
        for example in Document.parse(str(page), parser).examples():
            example.evaluate()
        if edit is None:
            page.unlink()
        else:
            page.write_text(edit + page.read_text("utf-8"), "utf-8")
            saved = page.read_text("utf-8")
        rewritten, (problem,) = parser.write()
        assert rewritten == []
        assert str(problem).startswith("page.md:1: this page was saved while its snipp")
        assert not page.exists() if edit is None else page.read_text("utf-8") == saved


def test_scanning_is_the_same_for_unusual_paths(tmp_path: Path) -> None:
    page = tmp_path / "a b.md"
    assert (
        scan_text(f'{FENCE}python name="x"\n1\n{FENCE}\n', page)[0].where == "a b.md:1"
    )
