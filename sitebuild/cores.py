"""Cores do no I/O: time, chance, disk and network are arguments. Said at file:line.

    def retry(call, *, now, sleep): ...       sleep(1) calls an argument: fine
    from time import sleep                    refused, whatever it is called then
    random.random()                           refused: nobody can seed it
    rng = random.Random(seed)                 fine

The names of a module are followed in its syntax (names.py), so that a comment, a
docstring or a method called ``reopen`` is none of its business.
"""

from pathlib import Path

from sitebuild import ROOT, names
from sitebuild.facts import parsed
from sitebuild.files import files
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

_ROOTS = {name.partition(".")[0] for name in (*ASK, "random.Random")}
_FOREIGN = (
    "is not among the modules that ask nobody outside (sitebuild/cores.py lists them); "
    "take what it gives as an argument"
)


def problems_of(path: Path, text: str) -> list[Problem]:
    """Return what a module of the package asks of the world outside."""
    tree = parsed(text)
    if tree is None:
        return []  # ruff says so, at its line
    is_command = path.name == "__main__.py"
    said = [
        (line, f"`{module}` {_FOREIGN}")
        for module, line in names.imports(tree)
        if not _is_allowed(module, is_command=is_command)
    ]
    for use in names.uses(tree, _ROOTS):
        if advice := _asked(use):
            if not (use.name == "open" and is_command):
                said.append((use.line, f"`{use.name}`: {advice}"))
        elif use.name == "random.Random" and use.call and not use.call.args:
            said.append(
                (use.line, "`random.Random()` without a seed: nobody can repeat it")
            )
    return [
        Problem(relative(path), line, f"a core does no I/O: {message}")
        for line, message in sorted(said)
    ]


def _is_allowed(module: str, *, is_command: bool) -> bool:
    named = {module, module.partition(".")[0]}
    return bool(named & (PURE | PACKAGES | (COMMAND if is_command else set())))


def _asked(use: names.Use) -> str:
    """Return what to do instead of what is asked for, "" where nothing is."""
    if use.name.startswith("random.") and use.name != "random.Random":
        return "chance comes as an argument, a random.Random"
    return ASK.get(use.name, "")


def problems() -> list[Problem]:
    """Return what the package asks of the world outside."""
    modules = files(ROOT / "sdnotes", "**/*.py")
    return [p for path in modules for p in problems_of(path, path.read_text("utf-8"))]
