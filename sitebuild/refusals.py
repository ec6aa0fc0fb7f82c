"""Does the message of a refused argument name that argument, and no other?

    f"rate_per_s={rate_per_s!r} is not above 0"             what to mend is plain
    f"need a rate above 0, not {rate_per_s!r}"              which argument is that?
    f"requests={requests!r}, rate_per_s={rate_per_s!r}"     which of the two?
    if requests < 0 or not rate_per_s > 0: raise ...        two checks, one message

So a ValueError begins with the name of an argument (or of a field, or of a part of it:
``phases[2]=...``), names no second one as ``name=``, and comes from a check of one
thing. What a check against another argument allows is written out: "is not 0 to 3, the
followers". Left out: errors of our own classes, and whether the name is the right one,
which tests/site/test_refusals.py tries.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sitebuild import ROOT
from sitebuild.facts import parsed
from sitebuild.files import files
from sitebuild.problems import Problem, relative

OF_NO_ARGUMENT = {
    "line ": "a line of a file, as whoever mends that file counts",
    "row ": "one of the rows, shown whole",
    "cell ": "one of the cells, shown whole",
    "the cut ": "it is the second call that is wrong, and not what it was given",
    "the history is linearizable": "there is no argument: a property was asked for",
}
"""Beginnings of messages about something else, and why."""

_BEGINS = re.compile(r"(\w+)(?=[=\[ :.])")
_NAMES = re.compile(r"(?<![<>=!\w])(\w+)=(?!=)")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _parameters(function: _Function) -> set[str]:
    given = function.args
    return {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)} | {
        a.arg for a in (given.vararg, given.kwarg) if a is not None
    }


def _fields(owner: ast.ClassDef) -> set[str]:
    """Return the fields of a class, and what its methods take."""
    names = {
        node.target.id
        for node in owner.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    methods = (node for node in owner.body if isinstance(node, _Function))
    return names.union(*map(_parameters, methods))


def _locals(function: _Function) -> set[str]:
    return {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _pattern(message: ast.expr) -> str | None:
    """Return a message with ``{}`` for what is filled in; none if it stands elsewhere.

    ``{name}=`` is the usual way to name one of several that are checked in a loop.
    """
    parts = message.values if isinstance(message, ast.JoinedStr) else [message]
    texts = [
        str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts
    ]
    known = isinstance(message, ast.JoinedStr | ast.Constant)
    return "".join(texts) if known else None


def _spoken_of(test: ast.expr, known: set[str]) -> set[str]:
    """Return which arguments and variables a condition looks at."""
    found = set()
    for node in ast.walk(test):
        if isinstance(node, ast.Name):
            found.add(node.id)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
            found.add(node.attr)
    return found & known


def _alternatives(test: ast.expr) -> list[ast.expr]:
    """Return the conditions of which one alone makes the test true."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        both = test.operand
        if isinstance(both, ast.BoolOp) and isinstance(both.op, ast.And):
            return both.values
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return test.values
    return []


def _wrong(pattern: str | None, test: ast.expr | None, known: set[str]) -> str:
    """Return what is wrong with one message and the check before it, if anything."""
    if pattern is None:
        return "write the message where it is raised, so that it can be checked"
    if any(pattern.startswith(beginning) for beginning in OF_NO_ARGUMENT):
        return ""
    begins = _BEGINS.match(pattern)
    if not re.match(r"\{\}\w*=", pattern) and not (begins and begins[1] in known):
        return "begin with the name of the argument that is wrong: `name={name!r} ...`"
    named = _NAMES.findall(pattern.replace("{}=", "x="))
    if len(named) > 1:
        return f"it names {' and '.join(named)}: check one argument, then the other"
    parts = [] if test is None else _alternatives(test)
    looked_at = [_spoken_of(each, known) for each in parts]
    if looked_at and not set.intersection(*looked_at):
        return "its check is of two things: check one argument, then the other"
    return ""


def _raises(
    node: ast.AST, known: set[str], test: ast.expr | None = None
) -> Iterator[tuple[ast.Raise, set[str], ast.expr | None]]:
    """Yield each raise with the names that are known there and the check before it."""
    if isinstance(node, ast.ClassDef):
        known = known | _fields(node)
    elif isinstance(node, _Function):
        known = known | _parameters(node) | _locals(node)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise):
            yield child, known, test
        else:
            inside = child.test if isinstance(child, ast.If) else None
            yield from _raises(child, known, inside)


def messages(tree: ast.Module) -> Iterator[tuple[ast.Raise, str]]:
    """Yield each ValueError that is raised, and its message as a pattern."""
    for node, pattern, _ in _checked(tree):
        yield node, pattern or ""


def _checked(tree: ast.Module) -> Iterator[tuple[ast.Raise, str | None, str]]:
    """Yield each ValueError, its message as a pattern, and what is wrong with it."""
    for node, known, test in _raises(tree, set()):
        error = node.exc
        if isinstance(error, ast.Call) and ast.unparse(error.func) == "ValueError":
            pattern = _pattern(error.args[0]) if error.args else ""
            yield node, pattern, _wrong(pattern, test, known)


def problems_of(path: Path, text: str) -> list[Problem]:
    """Return the messages of a module that do not name the one argument."""
    if "ValueError(" not in text:
        return []
    tree = parsed(text)
    return [
        Problem(relative(path), node.lineno, f"a ValueError: {wrong}")
        for node, _, wrong in (_checked(tree) if tree else ())
        if wrong
    ]


def problems() -> list[Problem]:
    """Return the messages of the package that do not name the one argument.

    A command's own errors are told to a shell, which has no arguments of ours.
    """
    modules = files(ROOT / "sdnotes", "**/*.py")
    return [
        problem
        for path in modules
        if path.name != "__main__.py"
        for problem in problems_of(path, path.read_text("utf-8"))
    ]
