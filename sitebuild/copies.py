"""A second tree, to plant mistakes in or to build from another folder."""

import os
import shutil
from pathlib import Path

from sitebuild import ROOT

_MADE_ANYWHERE = shutil.ignore_patterns(
    "__pycache__", ".*_cache", ".hypothesis", "node_modules"
)
_MADE_AT_THE_TOP = shutil.ignore_patterns(
    ".git", ".venv", ".browser", ".cache", "dist", "site*"
)
# What takes long to make and changes with its own sources only: copies share it.
_SHARED = (".browser", "sitebuild/web/node_modules")


def _ignored(folder: str, names: list[str]) -> set[str]:
    ignored = _MADE_ANYWHERE(folder, names)
    if Path(folder) == ROOT:
        ignored |= _MADE_AT_THE_TOP(folder, names) - {"sitebuild"}
    return ignored


def copy_of_tree(folder: Path) -> Path:
    """Copy the project, without what was made from it, and return the copy's root."""
    copied = Path(shutil.copytree(ROOT, folder, ignore=_ignored))
    for name in _SHARED:
        if (ROOT / name).is_dir():
            (copied / name).symlink_to(ROOT / name, target_is_directory=True)
    return copied


def environment_of(root: Path) -> dict[str, str]:
    """Return an environment in which Python imports the packages of that tree."""
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
