"""Exercises: what is refused, how their parts are judged, and what a shell is told."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sitebuild import (
    DOCS,
    answered,
    asks,
    engine,
    exercisehtml,
    exercises,
    fences,
    snippetlint,
    steady,
)
from sitebuild.fences import Block, scan_text
from sitebuild.problems import ProblemError
from sitebuild.sybil_parser import with_outputs

PAGE = DOCS / "chapters" / "coin" / "practice.md"
AT = "docs/chapters/coin/practice.md"

FENCE = "```"
STUB = "def twice(n):\n    ..."
CHECK = """def check(yours):
    for n in range(3):
        if (got := yours.twice(n)) != 2 * n:
            raise Wrong(f"twice({n}) gave {got}: look at its sum")"""
HINTS = '??? hint "Hint 1"\n\n    Add.\n\n??? hint "Hint 2"\n\n    Add twice.\n'
PARTS = {
    "exercise": STUB,
    "check": CHECK,
    "solution": "def twice(n):\n    return n + n",
    "wrong": "def twice(n):\n    return n * n",
    "wrong-2": "def twice(n):\n    return 4",
}


def fence(info: str, code: str) -> str:
    return f"{FENCE}{info}\n{code}\n{FENCE}\n"


def page(*leave: str, hints: str = HINTS, **other: str) -> str:
    """Return a practice page, without some parts and with others."""
    text = "# Coin: practice\n\n## Twice\n\nDouble a number.\n\n"
    for part, code in (PARTS | other).items():
        kind = part.partition("-")[0]
        if part not in leave:
            text += fence(f'python {kind}="twice"', code) + "\n"
        if part == "exercise":
            text += f"{hints}\n"
    return text


def refused(text: str, path: Path = PAGE) -> str:
    with pytest.raises(ProblemError) as caught:
        scan_text(text, path)
    return str(caught.value)


def part(kind: str, **other: str) -> Block:
    """Return the first part of this kind, of an exercise with other parts."""
    found = scan_text(page(**other), PAGE)
    return next(block for block in found if block.kind == kind)


def test_each_part_is_a_block_that_knows_its_check() -> None:
    found = scan_text(page(), PAGE)
    assert [(b.kind, b.name) for b in found] == [
        (name.partition("-")[0], "twice") for name in PARTS
    ]
    assert {b.check for b in found if b.kind != "check"} == {CHECK}
    assert [b.code for b in found] == list(PARTS.values())


OTHER = fence('python exercise="twice"', STUB.replace("n", "m"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (page("check"), ":7: exercise 'twice' has 0 fences ```python check=\"twice\""),
        (page("solution"), ":7: exercise 'twice' has 0 fences ```python solution="),
        (
            page("wrong"),
            ":7: exercise 'twice' has 1 fences ```python wrong=\"twice\"; ",
        ),
        (page("exercise"), ":15: check='twice' stands before its exercise: begin with"),
        (page(exercise="def twice(n):\n    pass"), ":7: exercise 'twice' has no gap"),
        (page(exercise="x: tuple[int, ...] = ()"), ":7: exercise 'twice' has no gap"),
        (page(check="def judge(yours):\n    pass"), ":20: a check defines `def check("),
        (page(check="check = 5"), ":20: a check defines `def check(yours):`"),
        (page(check="def check(yours)"), ":21: SyntaxError: expected ':'"),
        (page(exercise="a" * 89), ":8: 89 columns; at most 88 fit a page"),
        (page(exercise="...\n" * 21), ":7: snippet 'twice' has 21 lines; at most 20"),
        (page(check="x = 1\n" * 41), ":20: snippet 'twice' has 41 lines; at most 40"),
        (page() + OTHER, ": the name 'twice' is taken by the block at line 7"),
        (
            page()
            + fence('python check="twice"', "def check(yours):\n    print(yours)"),
            ": a second check of the name 'twice'",
        ),
        (
            page() + "## Another\n\n" + fence('python solution="twice"', "twice = abs"),
            ": this part of exercise 'twice' stands under another heading than the one",
        ),
        (
            page().replace('solution="twice"', 'solution="twice" native="threads"'),
            ":27: an exercise runs in readers' browsers: take native off",
        ),
        (
            page().replace("n + n\n```\n", "n + n\n```\n\n```output\n4\n```\n"),
            ":27: a solution prints nothing: take its output fence away",
        ),
        (page(hints=""), ":7: exercise 'twice' needs two hints between its fence and"),
        (page(hints=HINTS[: HINTS.index("??? hint", 5)]), ":7: exercise 'twice' needs"),
        (page(hints="") + HINTS, ":7: exercise 'twice' needs two hints"),
        (
            page().replace('check="twice"', 'check="twice" name="twice"'),
            ":20: a snippet needs one of name=",
        ),
        (
            page().replace('="twice"', '="Twice"', 1),
            ":7: name 'Twice' must be lower-case",
        ),
    ],
)
def test_what_is_not_whole_is_refused_at_its_line(text: str, said: str) -> None:
    message = refused(text)
    assert message.startswith(AT)
    assert said in message


def test_exercises_stand_on_practice_pages_alone() -> None:
    said = refused(page(), DOCS / "chapters" / "coin" / "index.md")
    assert "an exercise stands on its chapter's page docs/chapters/<slug>/" in said


def laid_down(folder: Path, **pages: str) -> Path:
    """Write practice pages, each of a chapter; return the folder of all."""
    for slug, text in pages.items():
        at = folder / "chapters" / slug / "practice.md"
        at.parent.mkdir(parents=True)
        at.write_text(text, "utf-8")
    return folder


def test_two_exercises_of_one_name_are_refused_wherever_they_stand(
    tmp_path: Path,
) -> None:
    other = page(exercise=f"# Another one.\n{STUB}")
    with pytest.raises(ProblemError, match="an exercise of this name stands at"):
        fences.scan(laid_down(tmp_path, coin=page(), dice=other))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("exercise", ""),
        ("solution", ""),
        ("wrong", "twice(1) gave 1: look at its sum"),
    ],
)
def test_a_part_is_judged_as_it_is_meant_and_gives_what_is_recorded(
    kind: str, text: str
) -> None:
    result = steady.run(part(kind))
    assert result.text == text
    steady.check(replace(part(kind), recorded=text or None), result)


def test_what_the_untouched_lines_print_is_recorded() -> None:
    stub = part("exercise", exercise=f"{STUB}\n\n\nprint(twice(2))")
    assert steady.run(stub).text == "None"


@pytest.mark.parametrize(
    ("kind", "other", "said"),
    [
        (
            "exercise",
            {"check": "def check(yours):\n    yours.twice(1)"},
            f"{AT}:7: the untouched code of 'twice' is judged 'passed' and not "
            "'unfinished': no answer passes that leaves the gap as it is",
        ),
        (
            "solution",
            {"solution": "def twice(n):\n    return n"},
            f"{AT}:27: this solution of 'twice' is judged 'wrong' and not 'passed' "
            "(twice(1) gave 1: look at its sum): mend it, or the check",
        ),
        (
            "solution",
            {"solution": "def twice(n):\n\n    return n / 0"},
            f"{AT}:30: this solution of 'twice' is judged 'failed' and not 'passed' "
            "(ZeroDivisionError: division by zero)",
        ),
        (
            "wrong",
            {"wrong": "def twice(n):\n    return sum([n, n])"},
            f"{AT}:32: this wrong answer to 'twice' is judged 'passed' and not "
            "'wrong': a check names what is wrong of each of these",
        ),
        (
            "wrong",
            {"check": "def check(yours):\n    len(yours.twice(1))"},
            "wrong answer to 'twice' is judged 'broken' and not 'wrong' (TypeError: ",
        ),
        (
            "wrong",
            {"check": "def check(yours):\n    yours.twice(1)\n    raise Wrong"},
            "a check of 'twice' says nothing: Wrong(...)",
        ),
        (
            "wrong",
            {"check": "def check(yours):\n    raise Wrong('a\\tb')"},
            "the message on this answer has a tab",
        ),
    ],
)
def test_a_part_that_is_judged_otherwise_is_told_at_its_line(
    kind: str, other: dict[str, str], said: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        steady.run(part(kind, **other))
    assert said in str(caught.value)


def test_a_check_has_words_for_an_answer_that_gives_none() -> None:
    stub = part(
        "exercise",
        check=CHECK.replace("got := yours.twice(n)", "got := 0 + yours.twice(n)"),
    )
    with pytest.raises(ProblemError) as caught:
        steady.run(stub)
    said = "the check of 'twice' is broken by an answer that gives None (TypeError: "
    assert str(caught.value).startswith(f"{AT}:7: {said}")


def test_a_gap_is_filled_with_none_where_it_stands() -> None:
    stub = "def é(x: tuple[int, ...]):\n    y, é = ..., ...  # ...\n    return y"
    filled = "def é(x: tuple[int, ...]):\n    y, é = None, None  # ...\n    return y"
    assert exercises.forgetful(stub) == filled


def test_an_answer_that_never_ends_is_stopped() -> None:
    loop = part("wrong", wrong="def twice(n):\n    while True:\n        pass")
    with engine.wall_limit(0.5), pytest.raises(ProblemError) as caught:
        engine.run(loop)
    assert "is judged 'stopped' and not 'wrong' (did not end within 0.5 s" in str(
        caught.value
    )


def test_a_message_that_is_not_recorded_is_told_and_can_be_written() -> None:
    text = page()
    wrongs = [block for block in scan_text(text, PAGE) if block.kind == "wrong"]
    with pytest.raises(ProblemError, match="no ```output fence follows it"):
        steady.check(wrongs[0], steady.run(wrongs[0]))
    after = with_outputs(text, [(block, steady.run(block).text) for block in wrongs])
    again = [block for block in scan_text(after, PAGE) if block.kind == "wrong"]
    assert [block.recorded for block in again] == [
        "twice(1) gave 1: look at its sum",
        "twice(0) gave 4: look at its sum",
    ]


def test_a_message_that_is_another_at_each_run_is_not_recorded() -> None:
    check = "def check(yours):\n    raise Wrong(f'not {yours.twice}')"
    wrong = replace(part("wrong", check=check), recorded="old")
    with pytest.raises(
        ProblemError, match="prints something else when it is run again"
    ):
        steady.check(wrong, steady.run(wrong))


def test_parts_may_ask_nothing_of_their_reader_s_machine_and_are_linted() -> None:
    clock = "import time\n\n\ndef check(yours):\n    print(yours, time.time())"
    (problem,) = asks.problems_of(part("check", check=clock))
    assert str(problem).startswith(f"{AT}:25: `time.time` reads the clock")
    unused = "import math\n\n\ndef twice(n):\n    return n + n"
    text = page(exercise=f"import math\n\n\n{STUB}", solution=unused, wrong=unused)
    (remark,) = snippetlint.remarks(scan_text(text, PAGE))
    assert "F401" in str(remark)
    assert remark.line == 31


def test_the_version_of_an_exercise_changes_with_its_lines_and_its_check_alone() -> (
    None
):
    versions = {
        exercises.fingerprint(part("exercise", **other))
        for other in ({}, {"exercise": f"# now\n{STUB}"}, {"check": f"# now\n{CHECK}"})
    }
    assert len(versions) == 3
    other = part("exercise", solution="def twice(n):\n    return 2 * n")
    assert exercises.fingerprint(other) in versions


def test_solutions_and_wrong_answers_are_folded_once_with_what_they_are_told(
    tmp_path: Path,
) -> None:
    text = page(**{"solution-2": "def twice(n):\n    return 2 * n"})
    laid_down(
        tmp_path, coin=text.replace("n * n\n```", "n * n\n```\n\n```output\n<1>\n```")
    )
    path = tmp_path / "chapters" / "coin" / "practice.md"
    shown = [
        exercisehtml.answers(block, lambda part: f"[{part.code}]", "<place>")
        for block in fences.scan_text(path.read_text("utf-8"), path)
        if block.kind in ("solution", "wrong")
    ]
    folds = {
        title: fold for fold in shown for title in re.findall("<summary>(.*)</", fold)
    }
    wrongs = "Two wrong answers, and what they are told"
    assert set(folds) == {"Two solutions", wrongs}
    assert "return 2 * n]" in folds["Two solutions"]
    assert "&lt;1&gt;" in folds[wrongs]
    assert "".join(shown).count("<place>") == 1
    assert sum(not fold for fold in shown) == 2


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of one exercise, and a file for an answer to it."""
    monkeypatch.setattr(answered, "DOCS", laid_down(tmp_path / "docs", coin=page()))
    return tmp_path / "answer.py"


@pytest.mark.parametrize(
    ("code", "passed", "said"),
    [
        ("print('mine')\ntwice = lambda n: n + n", True, "mine\npassed\n"),
        (PARTS["wrong"], False, "wrong: twice(1) gave 1: look at its sum\n"),
        (STUB, False, "unfinished: the gap `...` in line 2 is still there\n"),
        (
            "def twice(n):\n    return n / 0",
            False,
            "failed in line 2: ZeroDivisionError: division by zero\n",
        ),
        ("import os\nos._exit(0)", False, "failed: ended the interpreter (status 0)\n"),
        (
            "import threading\nthreading.Thread(target=print).start()",
            False,
            "use asyncio, or run this snippet on your own machine\n",
        ),
    ],
)
def test_a_shell_is_told_the_verdict(
    known: Path,
    capsys: pytest.CaptureFixture[str],
    code: str,
    passed: bool,
    said: str,
) -> None:
    known.write_text(code, "utf-8")
    assert answered.judge("twice", known) is passed
    assert capsys.readouterr().out.endswith(said)


def test_a_shell_is_told_of_an_answer_that_never_ends(
    known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known.write_text("while True:\n    pass", "utf-8")
    assert not answered.judge("twice", known, limit_s=0.5)
    said = "stopped: did not end within 0.5 s and was stopped\n"
    assert capsys.readouterr().out == said


def test_a_shell_is_told_which_exercises_there_are_and_what_cannot_be_read(
    known: Path,
) -> None:
    with pytest.raises(ProblemError, match="no exercise 'thrice'; known are: twice"):
        answered.judge("thrice", known)
    with pytest.raises(ProblemError, match=r"answer\.py:1: cannot read the answer: "):
        answered.judge("twice", known)
