"""Which tests of a file assert something, read off its syntax?

    def test_a(): assert f() == 1            asserts
    def test_b(): walk(cache)                does where walk() does, here or in a helper
    def test_c(): f()                        idle: it passes whatever f() returns

Left out: what only looks like an assertion, such as ``assert True``.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_SAY_SO = {"raises", "warns", "fail", "expect", "check", "wait_until"}
"""Calls that raise where something is not so, wherever they are defined."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Asserting:
    """The functions of a file that assert, and its tests of which none is known to.

    An idle test is its line, its name and the functions that it calls.
    """

    names: tuple[str, ...] = ()
    idle: tuple[tuple[int, str, tuple[str, ...]], ...] = ()


def _called(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            called = part.func
            if isinstance(called, ast.Attribute):
                yield called.attr
            elif isinstance(called, ast.Name):
                yield called.id


def _says_so(node: ast.AST) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Assert):
            return True
        if isinstance(part, ast.Raise) and "AssertionError" in ast.unparse(part):
            return True
    return False


def asserting(tree: ast.AST) -> Asserting:
    """Return what is known of a file's tests without looking at its helpers."""
    functions = [node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)]
    calls = {id(node): set(_called(node)) for node in functions}
    names = _SAY_SO | {node.name for node in functions if _says_so(node)}
    while True:
        more = {n.name for n in functions if calls[id(n)] & names} - names
        if not more:
            break
        names |= more
    idle = (
        (node.lineno, node.name, tuple(sorted(calls[id(node)])))
        for node in functions
        if node.name.startswith("test_")
        and not _says_so(node)
        and not calls[id(node)] & names
    )
    return Asserting(tuple(sorted(names - _SAY_SO)), tuple(idle))
