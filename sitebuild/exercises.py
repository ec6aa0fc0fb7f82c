"""An exercise on a page: what a reader starts from, what judges it, and its proofs.

    ```python exercise="lru"    the lines that a reader starts from; `...` is the gap
    ??? hint "Hint 1"           a box, and a second one: first where to look, then how
    ```python check="lru"       def check(yours): ... raise Wrong("what the code did")
    ```python solution="lru"    passes; a second one of another style is welcome
    ```python wrong="lru"       an error that people make, at least two of them
    ```output                   the very message that it gets: make outputs writes it

All parts stand under one heading of a chapter's practice page. Each is judged by the
check in the build and the tests (judging.py), as readers' answers are in the page.
Left out: whether a check is fair. Its wrong answers are the test of that.
"""

import ast
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from sitebuild.page_grader import gaps

if TYPE_CHECKING:  # which knows exercises
    from sitebuild.fences import Block

KINDS = ("exercise", "check", "solution", "wrong")
PARTS = KINDS[1:]
JUDGED = ("exercise", "solution", "wrong")
MOST_LINES = {"check": 40, "solution": 40, "wrong": 40}
FEWEST_WRONG = 2

_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
_HINT = re.compile(r'^\?\?\? hint "Hint (\d)"$', re.MULTILINE)


def judged(blocks: Sequence["Block"], text: str) -> Iterator["Block"]:
    """Yield a page's blocks, the parts of exercises with the check that judges them.

    Raises ProblemError for an exercise that lacks a part, or has one out of its place.
    """
    named: dict[str, list[Block]] = {}
    for block in blocks:
        if block.kind in KINDS:
            named.setdefault(block.name, []).append(block)
    checks = {name: _check(parts, text) for name, parts in named.items()}
    for block in blocks:
        if block.kind in JUDGED:
            yield replace(block, check=checks[block.name])
        else:
            yield block


def _check(parts: list["Block"], text: str) -> str:
    """Return the check of an exercise that has all its parts."""
    first, of = parts[0], {kind: [p for p in parts if p.kind == kind] for kind in KINDS}
    if first.kind != "exercise":
        raise first.problem(
            f"{first.kind}={first.name!r} stands before its exercise: begin with "
            f'```python exercise="{first.name}"'
        )
    if not first.path.match("chapters/*/practice.md"):
        raise first.problem(
            "an exercise stands on its chapter's page docs/chapters/<slug>/practice.md"
        )
    if len(of["check"]) > 1:
        raise of["check"][1].problem(f"a second check of the name {first.name!r}")
    for kind, fewest in (("check", 1), ("solution", 1), ("wrong", FEWEST_WRONG)):
        if len(of[kind]) < fewest:
            raise first.problem(
                f"exercise {first.name!r} has {len(of[kind])} fences "
                f'```python {kind}="{first.name}"; it needs {fewest}'
            )
    for part in parts:
        _require_sound(part)
    _require_one_place(parts, text)
    _require_hints(first, text[first.end : of["solution"][0].start])
    if not gaps(first.code):
        raise first.problem(
            f"exercise {first.name!r} has no gap: write `...` where the answer goes"
        )
    (check,) = of["check"]
    tree = ast.parse(check.code).body
    if not any(isinstance(d, ast.FunctionDef) and d.name == "check" for d in tree):
        raise check.problem("a check defines `def check(yours):`")
    return check.code


def _require_sound(part: "Block") -> None:
    if part.native is not None:
        raise part.problem("an exercise runs in readers' browsers: take native off")
    if part.kind in ("check", "solution") and part.recorded is not None:
        raise part.problem(f"a {part.kind} prints nothing: take its output fence away")


def _require_one_place(parts: list["Block"], text: str) -> None:
    for before, after in pairwise(parts):
        if _HEADING.search(text, before.end, after.start):
            raise after.problem(
                f"this part of exercise {after.name!r} stands under another heading "
                f"than the one at line {before.line}"
            )


def _require_hints(first: "Block", between: str) -> None:
    if _HINT.findall(between) != ["1", "2"]:
        raise first.problem(
            f"exercise {first.name!r} needs two hints between its fence and its "
            'solution: ??? hint "Hint 1" and ??? hint "Hint 2", each with its words '
            "below it, indented by 4"
        )


def forgetful(code: str) -> str:
    """Return the answer of somebody who returns None wherever there is a gap."""
    lines = code.encode().split(b"\n")
    for line, at in reversed(gaps(code)):
        text = lines[line - 1]
        lines[line - 1] = text[:at] + b"None" + text[at + len("...") :]
    return b"\n".join(lines).decode()


def fingerprint(block: "Block") -> str:
    """Return what changes with an exercise's lines or its check, and with no other."""
    text = f"{block.code}\0{block.check}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
