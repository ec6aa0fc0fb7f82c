"""What may a reader take away, and which files go with it? Derived from the imports.

    To take away: SingleFlight.        in the docstring of sdnotes/herd/single_flight.py
    sdnotes/herd/single_flight.py      the module itself
    sdnotes/herd/finished.py           what it imports of ours: side by side in any
                                       folder the two work, without sdnotes

Rules: the files lie in one folder, are at most three, import one another by module
(``from sdnotes.herd.finished import ...``) and nothing but the standard library
besides. A test copies them into an empty folder and runs their examples there.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sitebuild import ROOT, imports
from sitebuild.facts import FACE
from sitebuild.files import files
from sitebuild.problems import Problem, line_of, relative

MOST_FILES = 3
"""More is no longer taken away in a minute; what needs more is a library."""

_MARK = re.compile(r"^To take away: (\w+(?:, \w+)*)\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TakeAway:
    """What a module offers, as ``names``, and its ``files``, its own first."""

    names: str
    files: tuple[Path, ...]


def _pulls(path: Path) -> Iterator[tuple[str, Path | None]]:
    """Yield each module that a file imports, with its file if that is ours."""
    for module in sorted(imports.modules_named_in(path)):
        ours = module.partition(".")[0] in imports.PACKAGES
        yield module, imports.file_of(module) if ours else None


def _needed(path: Path) -> tuple[Path, ...]:
    """Return a module and all of ours that it imports, directly or not."""
    found, waiting = [path], [path]
    while waiting:
        for _, file in _pulls(waiting.pop(0)):
            if file is not None and file not in found:
                found.append(file)
                waiting.append(file)
    return tuple(found)


def offered(folder: Path = ROOT / "sdnotes") -> list[TakeAway]:
    """Return what the modules below a folder offer, in the order of their paths."""
    marked = (
        (path, _MARK.search(path.read_text("utf-8")))
        for path in files(folder, "**/*.py")
    )
    return [TakeAway(match[1], _needed(path)) for path, match in marked if match]


def _wrong_import(module: str, file: Path | None, home: Path) -> str:
    """Return what keeps a file that imports this module from being taken away."""
    if file is None:
        known = module.partition(".")[0] in sys.stdlib_module_names
        return "" if known else "is not of the standard library"
    if file.name == FACE:
        return "is a package: import from the module that defines the name"
    if file.parent != home.parent:
        return f"lies in another folder than {home.name}"
    return ""


def problems_of(taken: TakeAway) -> list[Problem]:
    """Return what keeps something from being taken away, at the line that pulls it."""
    home = taken.files[0]
    text = home.read_text("utf-8")
    mark = line_of(home, "To take away: ")
    problems = [
        Problem(relative(home), mark, f"{name}, to take away, is not defined here")
        for name in taken.names.split(", ")
        if not re.search(rf"^(?:class|(?:async )?def) {name}\b", text, re.MULTILINE)
    ]
    wrong = [
        Problem(
            relative(path),
            line_of(path, f"{module} import") if file else line_of(path, module),
            f"`{module}` {why}: {taken.names}, to take away, would not work alone",
        )
        for path in taken.files
        for module, file in _pulls(path)
        if (why := _wrong_import(module, file, home))
    ]
    if len(taken.files) > MOST_FILES and not wrong:
        pulled = ", ".join(path.name for path in taken.files[1:])
        message = f"{taken.names}, to take away, needs {pulled} too: at most"
        wrong = [
            Problem(relative(home), mark, f"{message} {MOST_FILES} files go along")
        ]
    return problems + wrong


def problems() -> list[Problem]:
    """Return what keeps anything that is marked from being taken away."""
    found = (problem for taken in offered() for problem in problems_of(taken))
    return list(dict.fromkeys(found))
