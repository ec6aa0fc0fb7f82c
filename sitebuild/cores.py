"""Cores do no I/O: time, chance, disk and network are arguments. Said at file:line.

    def retry(call, *, now, sleep): ...       sleep(1) calls an argument: fine
    from time import sleep                    refused, whatever it is called then
    random.random()                           refused: nobody can seed it
    rng = random.Random(seed)                 fine

The names of a module are followed in its syntax, so that a comment, a docstring or a
method called ``reopen`` is none of its business. Left out: what somebody means to hide.
"""

import ast
from pathlib import Path

from sitebuild import ROOT
from sitebuild.facts import parsed
from sitebuild.problems import Problem, relative

PURE = {
    *("__future__", "abc", "array", "asyncio", "base64", "binascii", "bisect"),
    *("collections", "contextlib", "contextvars", "copy", "dataclasses", "datetime"),
    *("decimal", "enum", "fractions", "functools", "hashlib", "heapq", "hmac"),
    *("inspect", "io", "ipaddress", "itertools", "json", "keyword", "math", "operator"),
    *("random", "re", "statistics", "string", "struct", "textwrap", "threading"),
    *("traceback", "types", "typing", "unicodedata", "urllib.parse", "weakref"),
    *("zlib", "zoneinfo", "xml.etree", "xml.etree.ElementTree"),
}
"""What the standard library has that asks nobody outside."""

PACKAGES = {"sdnotes", "simpy", "pygal", "pygal.style"}
COMMAND = {"argparse", "sys", "pathlib"}
"""What a command line needs besides: only in a ``__main__.py``."""

ASK = {
    "asyncio.sleep": "the wait comes as an argument, `sleep`",
    "asyncio.open_connection": "what is sent and received comes as an argument",
    "threading.Timer": "time comes as an argument, `now`",
    "datetime.datetime.now": "time comes as an argument, `now`",
    "datetime.datetime.utcnow": "time comes as an argument, `now`",
    "datetime.datetime.today": "time comes as an argument, `now`",
    "datetime.date.today": "time comes as an argument, `now`",
    "io.open": "what is read and written comes as an argument, a file or its lines",
    "open": "what is read and written comes as an argument, a file or its lines",
    "input": "what somebody types comes as an argument",
}
"""What a pure module may not be asked for, and what to do instead."""


class _Names(ast.NodeVisitor):
    """What each name of a module stands for, and which are used wrongly."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.is_command = path.name == "__main__.py"

    def _say(self, node: ast.AST, message: str) -> None:
        line = getattr(node, "lineno", 1)
        self.problems.append(
            Problem(relative(self.path), line, f"a core does no I/O: {message}")
        )

    def _import(self, node: ast.AST, module: str) -> None:
        top = module.partition(".")[0]
        allowed = {module, top} & (PURE | PACKAGES) or (
            self.is_command and top in COMMAND
        )
        if not allowed:
            self._say(
                node,
                f"`{module}` is not among the modules that ask nobody outside "
                "(sitebuild/cores.py lists them); take what it gives as an argument",
            )

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(node, alias.name)
            name = alias.asname or alias.name.partition(".")[0]
            self.known[name] = alias.name if alias.asname else name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        self._import(node, module)
        for alias in node.names:
            whole = f"{module}.{alias.name}"
            self.known[alias.asname or alias.name] = whole
            self._ask(node, whole)

    def _name(self, node: ast.expr) -> str:
        if isinstance(node, ast.Attribute):
            return f"{self._name(node.value)}.{node.attr}"
        if isinstance(node, ast.Name):
            return self.known.get(node.id, node.id)
        return "?"

    def _ask(self, node: ast.AST, name: str) -> None:
        if name in ASK and not (name == "open" and self.is_command):
            self._say(node, f"`{name}`: {ASK[name]}")
        elif name.startswith("random.") and name != "random.Random":
            self._say(node, f"`{name}`: chance comes as an argument, a random.Random")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._ask(node, self._name(node))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = self._name(node.func)
        if isinstance(node.func, ast.Name):
            self._ask(node, name)
        if name == "random.Random" and not node.args:
            self._say(node, "`random.Random()` without a seed: nobody can repeat it")
        self.generic_visit(node)


def problems_of(path: Path, text: str) -> list[Problem]:
    """Return what a module of the package asks of the world outside."""
    tree = parsed(text)
    names = _Names(path)
    if tree is not None:
        names.visit(tree)
    return names.problems


def problems() -> list[Problem]:
    """Return what the package asks of the world outside."""
    modules = sorted((ROOT / "sdnotes").rglob("*.py"))
    return [p for path in modules for p in problems_of(path, path.read_text("utf-8"))]
