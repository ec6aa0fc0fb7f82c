"""What may a snippet ask of its reader's machine? Nothing: its output is printed here.

    time.time()        another number at every run
    hash("a")          another one in every process
    os.cpu_count()     another one on every machine
    import numpy       in no reader's browser

It may be green all the same: by luck, or because it does not print what it asked for.
So it is told by its names (names.py), at its line, before it runs. What no name tells,
such as the order of a set, steady.py finds by running the snippet again.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from sitebuild import defined, exercises, facts, fences, imports, names
from sitebuild.fences import Block
from sitebuild.problems import Problem

_CLOCK = (
    "reads the clock, so it prints something else at every run: write the time down"
)
_CHANCE = "is chance without a seed: take it from random.Random(1)"
_MACHINE = "differs from one machine to the next: write down what you mean"

ASK = {
    "time.time*": _CLOCK,
    "time.monotonic*": _CLOCK,
    "time.perf_counter*": _CLOCK,
    "time.process_time*": _CLOCK,
    "time.thread_time*": _CLOCK,
    "time.localtime": _CLOCK,
    "time.ctime": _CLOCK,
    "timeit.*": _CLOCK,
    "datetime.datetime.now": _CLOCK,
    "datetime.datetime.utcnow": _CLOCK,
    "datetime.datetime.today": _CLOCK,
    "datetime.date.today": _CLOCK,
    "random.*": _CHANCE,
    "secrets.*": _CHANCE,
    "os.urandom": _CHANCE,
    "os.getrandom": _CHANCE,
    "uuid.uuid[1467]": _CHANCE,
    "uuid.getnode": _MACHINE,
    "socket.gethost*": _MACHINE,
    "socket.getfqdn": _MACHINE,
    "platform.*": _MACHINE,
    "getpass.*": _MACHINE,
    "locale.*": _MACHINE,
    "os.cpu_count": _MACHINE,
    "os.environ*": _MACHINE,
    "os.getenv": _MACHINE,
    "os.get*id": _MACHINE,
    "os.getcwd": _MACHINE,
    "os.getlogin": _MACHINE,
    "os.uname": _MACHINE,
    "os.path.expanduser": _MACHINE,
    "pathlib.Path.home": _MACHINE,
    "pathlib.Path.cwd": _MACHINE,
    "sys.executable": _MACHINE,
    "sys.path": _MACHINE,
    "sys.platform": _MACHINE,
    "sys.version*": _MACHINE,
    "id": "is an address, which changes from run to run: compare by `is`",
    "hash": "of a text changes from run to run: take zlib.crc32, or hashlib",
    "input": "asks the reader: write down what is typed",
}
"""What a snippet may not ask for, as patterns of names, and what to do instead."""

_NOW = {"time.gmtime": 1, "time.asctime": 1, "time.strftime": 2}
"""What reads the clock when it is given fewer arguments than that."""

_SENT = {"sdnotes", "simpy", "pygal"}
"""What comes into a reader's browser, beside what Python brings."""

_NOT_SENT = {
    *("curses", "dbm", "ensurepip", "grp", "idlelib", "msvcrt", "nt", "pwd"),
    *("pydoc_data", "readline", "resource", "syslog", "tkinter", "turtle"),
    *("turtledemo", "venv", "winreg", "winsound"),
    # What Python 3.11 still has, and the newest has not:
    *("aifc", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk", "crypt"),
    *("distutils", "imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib"),
    *("ossaudiodev", "pipes", "smtpd", "sndhdr", "spwd", "sunau", "telnetlib", "uu"),
    "xdrlib",
}
"""What Python's own library has, and Pyodide's has not: each was tried there."""

_OPENS = {"open", "io.open", "os.listdir", "os.scandir", "os.open", "pathlib.Path"}
_ROOTS = {name.partition(".")[0] for name in (*ASK, *_NOW, *_OPENS, "sdnotes.*")}
_FOREIGN = (
    "is not in a reader's browser: a snippet imports sdnotes, simpy, pygal and what "
    "Pyodide has of Python's own library"
)


def problems_of(block: Block) -> list[Problem]:
    """Return what a snippet asks for that not every machine answers alike."""
    if block.kind not in ("python", *exercises.KINDS):
        return []
    tree = facts.parsed(block.code)
    if tree is None:
        return []  # its page's check says so, at its line
    uses, imported = names.uses(tree, _ROOTS), names.imports(tree)
    said = [*_foreign(block, imported), *_unknown(imported, uses)]
    asked = ((use, _asked(use)) for use in uses)
    said += [(use.line, f"`{use.name}` {advice}") for use, advice in asked if advice]
    return [
        problem
        for line, message in sorted(set(said))
        for problem in block.problem(message, line).problems
    ]


def _asked(use: names.Use) -> str:
    """Return what to do instead of what is asked for, "" where nothing is."""
    if use.name == "random.Random":
        return _CHANCE if use.call and not _seeded(use.call) else ""
    if use.name == "hash" and use.within == "__hash__":
        return ""  # how a class says what its instances are in a set
    if use.name in _OPENS and use.call and _is_elsewhere(use.call):
        return f"of a file outside the snippet's own folder {_MACHINE}"
    if use.name in _NOW and use.call and len(use.call.args) < _NOW[use.name]:
        return _CLOCK
    for pattern, advice in ASK.items():
        if fnmatchcase(use.name, pattern):
            return advice
    return ""


def _seeded(call: ast.Call) -> bool:
    return bool(call.args or call.keywords)


def _is_elsewhere(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    path = first.value if isinstance(first, ast.Constant) else ""
    return isinstance(path, str) and path.startswith(("/", "~", ".."))


def _foreign(
    block: Block, imported: Sequence[tuple[str, int]]
) -> Iterator[tuple[int, str]]:
    """Yield what is imported, and not in a reader's browser."""
    allowed = (sys.stdlib_module_names - _NOT_SENT) | _SENT
    if block.native:
        allowed |= {*sys.stdlib_module_names, "cryptography"}
    for module, line in imported:
        if module.partition(".")[0] not in allowed:
            yield line, f"`{module}` {_FOREIGN}"


def _unknown(
    imported: Sequence[tuple[str, int]], uses: Sequence[names.Use]
) -> Iterator[tuple[int, str]]:
    """Yield what is asked of sdnotes, and is not there."""
    for module, line in imported:
        if defined.is_ours(module) and imports.file_of(module) is None:
            yield line, f"there is no module {module}"
    for use in uses:
        module, _, name = use.name.rpartition(".")
        if defined.is_ours(module) and (said := defined.missing(module, name)):
            yield use.line, said


def problems() -> list[Problem]:
    """Return what the snippets of all pages ask for that they may not."""
    return [
        problem
        for path in fences.all_pages()
        for block in fences.scan_text(path.read_text("utf-8"), path)
        for problem in problems_of(block)
    ]
