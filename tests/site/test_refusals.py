"""A message that leaves open which argument is wrong is told at its line."""

import pytest

from sitebuild import ROOT, refusals

READS = ("sdnotes/**/*.py",)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            'if a < 0 or b < 0:\n        raise ValueError(f"a={a!r} is negative")',
            "its check is of two things: check one argument, then the other",
        ),
        (
            'if not (a > 0 and b > 0):\n        raise ValueError(f"a={a!r} is odd")',
            "its check is of two things: check one argument, then the other",
        ),
        (
            'if a < b:\n        raise ValueError(f"a={a!r} is below b={b!r}")',
            "it names a and b: check one argument, then the other",
        ),
        (
            'if a < b:\n        raise ValueError(f"need more than {b}, not {a}")',
            "begin with the name of the argument that is wrong: `name={name!r} ...`",
        ),
        (
            "if a < b:\n        raise ValueError(why)",
            "write the message where it is raised, so that it can be checked",
        ),
    ],
)
def test_a_message_that_leaves_open_what_is_wrong_is_told(code: str, said: str) -> None:
    text = f"def f(a: int, b: int) -> None:\n    {code}\n"
    (found,) = refusals.problems_of(ROOT / "sdnotes" / "x.py", text)
    assert str(found) == f"sdnotes/x.py:3: a ValueError: {said}"


@pytest.mark.parametrize(
    "code",
    [
        'if a < 0:\n        raise ValueError(f"a={a!r} is negative")',
        'if a < 0 or a > b:\n        raise ValueError(f"a={a!r} is not 0 to {b!r}")',
        'if not 0 < a < b:\n        raise ValueError(f"a[{b}]={a!r}: {a} >= {b}")',
        'for n, v in (("a", a),):\n        raise ValueError(f"{n}={v!r} is odd")',
        'raise ValueError(f"line {a} is empty")',
    ],
)
def test_a_message_on_one_argument_is_not(code: str) -> None:
    text = f"def f(a: int, b: int) -> None:\n    {code}\n"
    assert refusals.problems_of(ROOT / "sdnotes" / "x.py", text) == []


def test_ours_leave_nothing_open() -> None:
    assert [str(problem) for problem in refusals.problems()] == []
