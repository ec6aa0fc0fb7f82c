"""Calls that work, made again with one argument at a time that cannot be.

    call, {"requests": 5, "rate_per_s": 1}, {"requests": [-1], "rate_per_s": [0, nan]}

Each of them must be refused by a message that names that argument and no other.
"""

import ast
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sitebuild import ROOT, refusals
from sitebuild.files import files

Case = tuple[Callable[..., object], dict[str, Any], dict[str, list[Any]]]


def case_id(case: Case) -> str:
    """Return what a case is called: its function, and what is tried."""
    call, _, bad = case
    return f"{getattr(call, '__name__', 'call')}({', '.join(bad)})"


def refused(
    call: Callable[..., object], given: dict[str, Any]
) -> tuple[str, Path, int]:
    """Return the message of a call that must be refused, and where it was raised."""
    try:
        call(**given)
    except ValueError as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return str(error), Path(place.filename), place.lineno or 0
    pytest.fail(f"{call} takes {given}")


def check_names(case: Case) -> None:
    """Fail unless each wrong argument of a case is named, and named alone."""
    call, good, bad = case
    if good.keys() >= bad.keys():
        call(**good)
    for name, values in bad.items():
        for value in values:
            said, _, _ = refused(call, {**good, name: value})
            assert said.startswith(tuple(f"{name}{sign}" for sign in "=[ :")), said
            for other in good.keys() - {name}:
                assert f" {other}=" not in said, said


def missed(package: str, cases: Sequence[Case]) -> list[str]:
    """Return the messages below sdnotes/ that none of the cases has brought about."""
    tried = set()
    for call, good, bad in cases:
        for name, values in bad.items():
            for value in values:
                _, path, line = refused(call, {**good, name: value})
                tried.add((path, line))
    found = []
    for path in files(ROOT / "sdnotes" / package, "*.py"):
        for node, pattern in refusals.messages(ast.parse(path.read_text("utf-8"))):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            of_none = pattern.startswith(tuple(refusals.OF_NO_ARGUMENT))
            if not of_none and not any((path, line) in tried for line in lines):
                found.append(f"{path}:{node.lineno}: {pattern}")
    return [each for each in found if "__main__" not in each]
