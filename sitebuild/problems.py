"""One shape for everything that a contributor is told: ``file:line: what to do``."""

from dataclasses import dataclass
from pathlib import Path

from sitebuild import ROOT


def relative(path: Path) -> str:
    """Return the path as contributors see it: from the project's root, with slashes."""
    try:
        return path.resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return path.name


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake in the tree, with the line where it can be mended."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class ProblemError(Exception):
    """Raised where the first problem ends the work; holds one or more problems."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def line_of(path: Path, needle: str) -> int:
    """Return the first line (from 1) of a text file that holds the needle, else 1."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if needle in line:
            return number
    return 1
