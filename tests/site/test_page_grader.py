"""The verdicts on answers, on the Python that runs the tests."""

import pytest

from sitebuild import page_grader
from sitebuild.page_grader import MESSAGE_LIMIT_CHARS, Graded
from sitebuild.page_runner import Session

pytestmark = pytest.mark.usefixtures("modules_are_put_back")

CHECK = """from math import gcd

def check(yours):
    for a, b in [(4, 6), (9, 12), (7, 7)]:
        if (got := yours.common(a, b)) != gcd(a, b):
            raise Wrong(f"common({a}, {b}) gave {got!r}")
"""
STUB = "def common(a, b):\n    ..."
RIGHT = "def common(a, b):\n    while b:\n        a, b = b, a % b\n    return a"
WRONG = "def common(a, b):\n    return a if a < b else b"


def judged(code: str, check: str = CHECK) -> tuple[Graded, str]:
    """Return the verdict on an answer, and what was printed meanwhile."""
    sent: list[str] = []
    session = Session(lambda _, text: sent.append(text))
    return session.grade(code, "answer.py", check), "".join(sent)


def verdict(code: str, check: str = CHECK) -> Graded:
    return judged(code, check)[0]


def test_a_right_answer_passes_and_what_it_prints_is_shown() -> None:
    assert judged(f"{RIGHT}\nprint('mine')") == (Graded("passed", "", None), "mine\n")


def test_a_wrong_answer_gets_the_words_of_the_check_and_no_traceback() -> None:
    assert judged(WRONG) == (Graded("wrong", "common(4, 6) gave 4", None), "")


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (STUB, 2),
        ("def common(a, b):\n    small = ...\n    return small", 2),
        ("def common(a, b):\n    small = ...\n    return max(small)", 2),
        ("def common(a, b):\n    return ...", 2),
        ("def common(a, b):\n    if ...:\n        return a", 2),
        ("def common(a, b):\n    return min(a, ...)", 2),
        ("common = ...", 1),
        ("class Common: ...\ncommon = Common().divisor", 1),
    ],
)
def test_an_answer_with_a_gap_that_was_met_is_unfinished(code: str, line: int) -> None:
    said = f"the gap `...` in line {line} is still there"
    assert judged(code) == (Graded("unfinished", said, line), "")


@pytest.mark.parametrize(
    "more",
    [
        "class NoneError(ValueError): ...",
        "def never():\n    ...",
        "def default(value=...):\n    return value is ...\ndefault()",
        "pair: tuple[int, ...] = (1, 2)",
        "from collections.abc import Callable\nAny = Callable[..., int]",
    ],
)
def test_an_ellipsis_that_is_no_gap_leaves_the_verdict_as_it_is(more: str) -> None:
    assert verdict(f"{more}\n{RIGHT}").verdict == "passed"
    assert verdict(f"{more}\n{WRONG}").verdict == "wrong"


def test_a_gap_that_is_met_and_not_needed_does_not_count() -> None:
    assert verdict(RIGHT.replace("    while", "    ...\n    while")).verdict == "passed"


@pytest.mark.parametrize(
    ("code", "said", "line"),
    [
        ("print(1 / 0)", "ZeroDivisionError: division by zero", 1),
        ("def common(a, b):\n    return b / 0", "ZeroDivisionError: ", 2),
        ("def common(a, b)\n    return a", "SyntaxError: expected ':'", 1),
        ("import sys\nsys.exit(0)", "SystemExit: 0", 2),
        ("def common(a, b):\n    return common(b, a)", "RecursionError: ", 2),
        (
            "class Odd:\n    def __eq__(self, other):\n        raise KeyError(other)\n"
            "    def __ne__(self, other):\n        return not self == other\n"
            "def common(a, b):\n    return Odd()",
            "KeyError: 2",
            3,
        ),
    ],
    ids=["at once", "called", "syntax", "exit", "too deep", "compared"],
)
def test_an_answer_s_own_error_has_failed_at_its_line(
    code: str, said: str, line: int
) -> None:
    graded, printed = judged(code)
    assert graded.verdict == "failed"
    assert graded.message.startswith(said)
    assert graded.line == line
    if not code.startswith("import sys"):
        assert f'File "answer.py", line {line}' in printed
        assert "page_grader" not in printed


def test_an_error_of_the_check_that_the_answer_lets_through_is_the_answer_s() -> None:
    check = "def origin():\n    raise OSError('down')\n\n"
    check += "def check(yours):\n    yours.fetch(origin)"
    graded, printed = judged("def fetch(call):\n    return call()", check)
    assert graded == Graded("failed", "OSError: down", 2)
    assert '  File "answer-check.py", line 2, in origin\n' in printed


@pytest.mark.parametrize(
    ("code", "call", "said", "line"),
    [
        ("def f(a): return a", "yours.f()", "f() missing 1 required", 1),
        (
            "\nclass A:\n    def go(self): pass\n",
            "yours.A().go(1)",
            "A.go() takes 1",
            3,
        ),
        ("class A: pass", "yours.A(1)", "A() takes no arguments", 1),
        (
            "def f(call):\n    call(lambda: 1)",
            "yours.f(keep)",
            "f.<locals>.<lambda>()",
            2,
        ),
    ],
)
def test_what_takes_other_arguments_than_the_check_gives_is_the_answer_s_fault(
    code: str, call: str, said: str, line: int
) -> None:
    check = "def check(yours):\n    kept = []\n    keep = kept.append\n"
    check += f"    {call}\n    for each in kept: each(1)"
    graded, printed = judged(code, check)
    assert graded.verdict == "failed"
    assert graded.message.startswith(f"TypeError: {said}")
    assert graded.line == line
    assert said in printed


def test_a_check_that_calls_its_own_function_wrongly_is_broken() -> None:
    check = "def other(): return 1\n\ndef check(yours):\n    other(2)"
    assert judged(RIGHT, check)[0].verdict == "broken"


def test_no_traceback_shows_the_grader_s_own_files() -> None:
    check = "def check(yours):\n    try:\n        yours.other\n"
    check += "    except AttributeError:\n        yours.f()"
    graded, printed = judged("def f():\n    return 1 / 0", check)
    assert graded.verdict == "failed"
    assert "NotThereError" in printed
    assert "page_grader" not in printed


@pytest.mark.parametrize(
    ("code", "check", "said"),
    [
        (RIGHT, "def check(yours):\n    len(5)", "TypeError: object of type 'int' "),
        (RIGHT, "def check(yours)", "SyntaxError: expected ':'"),
        (RIGHT, "import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("common = None", CHECK, "TypeError: 'NoneType' object is not callable (in: "),
    ],
)
def test_a_check_that_fails_by_itself_is_broken(
    code: str, check: str, said: str
) -> None:
    graded, printed = judged(code, check)
    assert graded.verdict == "broken"
    assert graded.message.startswith(said)
    assert graded.line is None
    assert printed == ""


def test_an_answer_that_lacks_a_name_is_told_which() -> None:
    said = "the check asks for `common`, and your code has no such name"
    assert judged("def shared(a, b): return a") == (Graded("wrong", said, None), "")


def test_a_check_may_ask_whether_the_answer_has_a_name() -> None:
    check = (
        "def check(yours):\n    if not hasattr(yours, 'x'):\n        raise Wrong('no')"
    )
    assert verdict("x = 1", check).verdict == "passed"
    assert verdict("y = 1", check) == Graded("wrong", "no", None)


def test_a_message_of_any_length_is_cut() -> None:
    graded = verdict("def common(a, b):\n    return 'x' * 10_000")
    assert graded.verdict == "wrong"
    assert len(graded.message) == MESSAGE_LIMIT_CHARS + 1


@pytest.mark.parametrize(
    "spoil",
    [
        "import builtins\nbuiltins.min = builtins.range = builtins.ValueError = None",
        "import builtins\nbuiltins.Wrong = ValueError\nWrong = KeyError",
        "import math\nmath.gcd = max",
        "import builtins\nbuiltins.len = builtins.isinstance = None",
        "import builtins\nbuiltins.__import__ = None",
    ],
)
def test_an_answer_that_replaces_what_is_python_s_misleads_no_check(spoil: str) -> None:
    check = CHECK.replace("def check", "import json\n\ndef check", 1)
    check += "    for n in range(1, 9):\n        assert min(n, 9) == n\n"
    check += "    import decimal\n"
    assert verdict(f"{RIGHT}\n{spoil}", check).verdict == "passed"
    assert verdict(f"{WRONG}\n{spoil}", check).verdict == "wrong"


def test_an_answer_that_spoils_python_and_fails_is_told_its_error() -> None:
    graded = verdict("import builtins\nbuiltins.len = builtins.str = None\n1 / 0")
    assert graded == Graded("failed", "ZeroDivisionError: division by zero", 3)


def test_nothing_of_an_answer_reaches_the_next_one() -> None:
    session = Session(lambda *_: None)
    spoil = (
        "import builtins, random, sdnotes.cap\n"
        "left = 1\nbuiltins.sorted = builtins.left = random.Random = None\n"
        "sdnotes.cap.majority = None\ndef common(a, b):\n    return min(a, b)"
    )
    assert session.grade(spoil, "answer.py", CHECK).verdict == "wrong"
    look = "import random\nfrom sdnotes.cap import majority\n"
    look += "assert sorted([2, 1]) == [1, 2] and majority(3) == 2\n"
    look += "assert 0 <= random.Random(1).random() < 1\n"
    assert session.grade(look + RIGHT, "answer.py", CHECK) == Graded("passed", "", None)
    graded = session.grade(f"left\n{RIGHT}", "answer.py", CHECK)
    assert graded.message == "NameError: name 'left' is not defined"


def test_a_check_keeps_nothing_from_one_answer_to_the_next() -> None:
    check = (
        "seen = []\ndef check(yours):\n    seen.append(1)\n    assert len(seen) == 1"
    )
    session = Session(lambda *_: None)
    for _ in range(2):
        assert session.grade(RIGHT, "answer.py", check).verdict == "passed"


def test_a_run_after_an_answer_is_as_ever() -> None:
    sent: list[str] = []
    session = Session(lambda _, text: sent.append(text))
    session.grade(f"{WRONG}\nprint('of the answer')", "answer.py", CHECK)
    assert session.run("print(sorted('ba'), __name__)", "a.py", published=True)
    assert "".join(sent) == "of the answer\n['a', 'b'] __main__\n"


def test_the_gaps_of_a_stub_are_known_by_their_places() -> None:
    assert page_grader.gaps(f"x: tuple[int, ...] = ()\n{STUB}\n") == [(3, 4)]
