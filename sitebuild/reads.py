"""Does a test file read only what it imports and what its READS names?

An audit hook hears of every file that this process opens. What an import opens does not
count: whichever test comes first opens it, for all.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from sitebuild import ROOT, units
from sitebuild.problems import relative

_INSIDE = f"{ROOT}/"
_MADE_AT_THE_TOP = {".venv", ".browser", ".git", ".hypothesis", ".cache", "site"}


@lru_cache(maxsize=256)
def _known(test_file: Path) -> frozenset[Path]:
    return units.inputs_of_test(test_file)


def _is_import(name: str) -> bool:
    """Return whether a module is opened by an import, or by Hypothesis.

    Which looks once, at its first test, for constants in all modules that it finds.
    """
    frame = sys._getframe(2) if name.endswith((".py", ".pyc")) else None
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib") or "/hypothesis/" in file:
            return True
        frame = frame.f_back
    return False


class Reads:
    """What each test file has opened in this process, below the project's root."""

    def __init__(self) -> None:
        self._reader: Path | None = None
        self._opened: dict[Path, set[str]] = {}

    @contextmanager
    def by(self, test_file: Path | None) -> Iterator[None]:
        """Put what is opened meanwhile down to a test file, or to nobody."""
        before, self._reader = self._reader, test_file
        try:
            yield
        finally:
            self._reader = before

    def heard(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take note of an opened file: an audit hook, so quick and without errors."""
        if event != "open" or self._reader is None:
            return
        name = arguments[0]
        if isinstance(name, str) and name.startswith(_INSIDE) and not _is_import(name):
            self._opened.setdefault(self._reader, set()).add(name)

    def unnamed(self, test_file: Path) -> str:
        """Return what to do about files that this test file does not name, if any."""
        names = self._opened.pop(test_file, set())
        paths = (Path(name) for name in names)
        found = (
            p for p in paths if p.relative_to(ROOT).parts[0] not in _MADE_AT_THE_TOP
        )
        strange = sorted(
            relative(p) for p in found if p.is_file() and p not in _known(test_file)
        )
        if not strange:
            return ""
        return (
            f"{relative(test_file)}:1: it reads {', '.join(strange)}; name that in its "
            "READS (globs from the root), so that `make quick` knows"
        )
