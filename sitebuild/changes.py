"""Which files differ from those that were last known to be good?

What stands in the repository's main branch passed its tests; what a branch has added
since, and what was not committed yet, has still to show that it does.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sitebuild import ROOT, facts
from sitebuild.git import git

_UPSTREAMS = ("upstream/main", "origin/main")


@dataclass(frozen=True)
class Changes:
    """The files that changed, and how they read before."""

    texts: frozenset[Path]
    before: Callable[[Path], str | None] = field(default=lambda _: None)
    """Returns a file's text as it was; none where there was none."""

    @cached_property
    def meanings(self) -> frozenset[Path]:
        """Return the files among them whose change can change a result."""
        return frozenset(path for path in self.texts if self._means_other(path))

    def _means_other(self, path: Path) -> bool:
        before = self.before(path) if path.suffix == ".py" else None
        if before is None or not path.is_file():
            return True
        try:
            return facts.meaning(before) != facts.meaning(path.read_text("utf-8"))
        except SyntaxError:
            return True


def _git(*arguments: str) -> str | None:
    """Return what git says; none where it fails or there is none."""
    try:
        return git(ROOT, *arguments)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None


def _base() -> str | None:
    """Return the commit that was last known to be good."""
    if _git("rev-parse", "--show-toplevel") != f"{ROOT}\n":
        return None  # no repository, or a folder that another one ignores
    for upstream in _UPSTREAMS:
        if found := _git("merge-base", "HEAD", upstream):
            return found.strip()
    found = _git("rev-parse", "--verify", "HEAD")
    return found.strip() if found else None


def since_main() -> Changes:
    """Return what differs from main, or from the last commit where no main is known.

    Everything, where there is no repository.
    """
    base = _base()
    if base is None:
        everything = (p for p in ROOT.rglob("*") if p.is_file())
        return Changes(frozenset(everything))
    changed = _git("diff", "--name-only", "--no-renames", "-z", base) or ""
    new = _git("ls-files", "--others", "--exclude-standard", "-z") or ""
    names = filter(None, (changed + new).split("\0"))

    def before(path: Path) -> str | None:
        return _git("show", f"{base}:{path.relative_to(ROOT).as_posix()}")

    return Changes(frozenset(ROOT / name for name in names), before)
