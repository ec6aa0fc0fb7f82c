"""Cores do no I/O: time, chance, disk and network are arguments. Said at file:line.

    def retry(call, *, now, sleep): ...       sleep(1) calls an argument: fine
    from time import sleep                    refused, whatever it is called then
    random.random()                           refused: nobody can seed it
    rng = random.Random(seed)                 fine

The names of a module are followed in its syntax (names.py), so that a comment, a
docstring or a method called ``reopen`` is none of its business. What a topic takes from
another one its module's docstring says too: ``Builds on: sdnotes.caching.leases``.
"""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from sitebuild import ROOT, names
from sitebuild.facts import facts_of, parsed
from sitebuild.files import files
from sitebuild.problems import Problem, relative

PURE = {
    *("__future__", "abc", "array", "asyncio", "base64", "binascii", "bisect"),
    *("collections", "contextlib", "contextvars", "copy", "dataclasses", "datetime"),
    *("decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq"),
    *("hmac", "importlib.resources"),  # which reads what the package itself carries
    *("inspect", "io", "ipaddress", "itertools", "json", "keyword", "math", "operator"),
    *("random", "re", "statistics", "string", "struct", "textwrap", "threading"),
    *("traceback", "types", "typing", "unicodedata", "urllib.parse", "weakref"),
    *("zlib", "zoneinfo", "xml.etree", "xml.etree.ElementTree"),
}
"""What the standard library has that asks nobody outside."""

PACKAGES = {"sdnotes", "simpy", "pygal", "pygal.style", "cryptography"}
STAGE = ("sim", "figures", "tables", "commands")
"""What every topic stands on, and need not say so."""

COMMAND = {"argparse", "importlib", "os", "pathlib", "sys"}
"""What a command line needs besides: only in a ``__main__.py``, and what they share."""

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
_MENTIONED = re.compile(rf"\b({'|'.join(sorted(_ROOTS))})\b")
_FOREIGN = (
    "is not among the modules that ask nobody outside (sitebuild/cores.py lists them); "
    "take what it gives as an argument"
)


def problems_of(path: Path, text: str) -> list[Problem]:
    """Return what a module of the package asks of the world outside."""
    tree = parsed(text)
    if tree is None:
        return []  # ruff says so, at its line
    is_command = _is_command(path)
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


def _is_command(path: Path) -> bool:
    return path.name == "__main__.py" or path == ROOT / "sdnotes" / "commands.py"


def _is_allowed(module: str, *, is_command: bool) -> bool:
    named = {module, module.partition(".")[0]}
    return bool(named & (PURE | PACKAGES | (COMMAND if is_command else set())))


def _asked(use: names.Use) -> str:
    """Return what to do instead of what is asked for, "" where nothing is."""
    if use.name.startswith("random.") and use.name != "random.Random":
        return "chance comes as an argument, a random.Random"
    return ASK.get(use.name, "")


def _may_ask(path: Path, text: str) -> bool:
    """Return whether a closer look is worth it: most modules name nothing of it."""
    is_command = _is_command(path)
    modules = (module for module, _ in facts_of(path).imports)
    return bool(_MENTIONED.search(text)) or not all(
        _is_allowed(module, is_command=is_command) for module in modules
    )


def unsaid(path: Path, modules: Iterable[str], text: str) -> list[Problem]:
    """Return the modules of other topics that a module uses and does not say so."""
    own = path.relative_to(ROOT).parts[1]
    found = []
    for module in sorted(set(modules)):
        package, _, within = module.partition(".")
        if package != "sdnotes" or within.partition(".")[0] in ("", own, *STAGE):
            continue
        tree = parsed(text)
        docstring = (ast.get_docstring(tree) if tree else None) or ""
        if module not in docstring.partition("Builds on:")[2]:
            message = (
                f"`{module}` is of another topic: say so in the module's docstring, "
                f"`Builds on: {module}.`"
            )
            line = text.count("\n", 0, max(0, text.find(f" {module} "))) + 1
            found.append(Problem(relative(path), line, message))
    return found


def problems() -> list[Problem]:
    """Return what the package asks of the world outside, or of another topic."""
    paths = files(ROOT / "sdnotes", "**/*.py")
    texts = {path: path.read_text("utf-8") for path in paths}
    looked_at = (path for path in paths if _may_ask(path, texts[path]))
    found = [p for path in looked_at for p in problems_of(path, texts[path])]
    for path, text in texts.items():
        found += unsaid(path, (module for module, _ in facts_of(path).imports), text)
    return found
