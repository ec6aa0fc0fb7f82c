"""The licence texts of what pages are served beside our own code."""

import re
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

from sitebuild.problems import Problem, ProblemError

_LICENCE = re.compile(r"(licen[cs]e|copying|notice)([.-].*)?", re.IGNORECASE)


def package_folder(path: Path) -> Path:
    """Return the folder of the npm package that a file belongs to."""
    parts = path.parts
    place = len(parts) - 1 - parts[::-1].index("node_modules")
    length = 3 if parts[place + 1].startswith("@") else 2
    return Path(*parts[: place + length])


def _of_npm(folder: Path) -> tuple[str, list[str]]:
    name = folder.as_posix().rpartition("node_modules/")[2]
    files = [path for path in sorted(folder.iterdir()) if _LICENCE.fullmatch(path.name)]
    return name, [path.read_text("utf-8") for path in files]


def _of_wheel(path: Path) -> tuple[str, list[str]]:
    with ZipFile(path) as archive:
        texts = [
            archive.read(name).decode("utf-8")
            for name in sorted(archive.namelist())
            if ".dist-info/" in name and _LICENCE.fullmatch(name.rpartition("/")[2])
        ]
    return path.name.partition("-")[0], texts


# Packages that state a licence without its text, with where the text is to be had.
_WITHOUT_TEXT = {
    "pyodide": "Mozilla Public License 2.0, https://mozilla.org/MPL/2.0/ ; it holds "
    "CPython, under the PSF License Agreement, https://docs.python.org/3/license.html",
}


def collected(packages: Iterable[Path], wheels: Iterable[Path]) -> str:
    """Return every licence text, each under its package's name.

    Raises ProblemError for a package without one.
    """
    found = [*map(_of_npm, packages), *map(_of_wheel, wheels)]
    parts = []
    for name, texts in sorted(found):
        if not texts and name not in _WITHOUT_TEXT:
            message = f"{name} is served, but no licence text was found in it"
            raise ProblemError(Problem("docs/licences.md", 1, message))
        body = "\n\n".join(texts) or _WITHOUT_TEXT[name]
        parts.append(f"==== {name}\n\n{body.strip()}\n")
    return "\n".join(parts)
