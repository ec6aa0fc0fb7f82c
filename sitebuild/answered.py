"""Judge an answer from a shell, by the very check that a page runs.

    $ python -m sitebuild exercise heads-of answer.py
    wrong: Of 1 tosses yours shows 1 heads, and the coin shows 0. Look at the last toss.

What the answer prints comes before the verdict.
"""

import contextlib
from pathlib import Path

from sitebuild import DOCS, fences, judging
from sitebuild.engine import Worker
from sitebuild.problems import Problem, ProblemError, relative

LIMIT_S = 20
"""As long as a page lets it run."""


def judge(name: str, path: Path, limit_s: float = LIMIT_S) -> bool:
    """Print the verdict on the answer in a file; return whether it passed.

    Raises ProblemError where there is no such exercise, or no such file.
    """
    known = {b.name: b for b in fences.scan(DOCS) if b.kind == "exercise"}
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        message = f"there is no exercise {name!r}; known are: {names}"
        raise ProblemError(Problem("docs/chapters", 1, message))
    try:
        code = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot read the answer: {error}"
        raise ProblemError(Problem(relative(path), 1, message)) from None
    with contextlib.closing(Worker(limit_s)) as worker:
        answer = worker.judge(name, code, known[name].check)
    print(answer.get("output", ""), end="")
    verdict, message, line = judging.verdict_of(answer)
    print(judging.said(verdict, message, line))
    return verdict == "passed"
