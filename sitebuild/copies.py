"""A second tree, to plant mistakes in or to build from another folder."""

import os
import shutil
from pathlib import Path

from sitebuild import ROOT

made_anywhere = shutil.ignore_patterns(
    *("__pycache__", ".*_cache", ".hypothesis", "node_modules"),
    *(".#*", "._*"),  # of editors and systems, see files.py
)
"""What a copy leaves out, whichever folder it stands in."""

_MADE_AT_THE_TOP = shutil.ignore_patterns(
    ".git", ".venv", ".browser", ".cache", "dist", "site*"
)
# What takes long to make and changes with its own sources only: copies share it.
_SHARED = (".browser", "sitebuild/web/node_modules")


def _ignored(folder: str, names: list[str]) -> set[str]:
    ignored = made_anywhere(folder, names)
    if Path(folder) == ROOT:
        ignored |= _MADE_AT_THE_TOP(folder, names) - {"sitebuild"}
    return ignored


def copy_of_tree(folder: Path) -> Path:
    """Copy the project, without what was made from it, and return the copy's root."""
    copied = Path(shutil.copytree(ROOT, folder, ignore=_ignored))
    share_what_is_dear(copied)
    return copied


def copy_into(folder: Path, name: str) -> None:
    """Copy one file or folder of the project to the same place in another one."""
    source, target = ROOT / name, folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=made_anywhere, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)


def share_what_is_dear(folder: Path) -> None:
    """Link into a copy what takes long to make and is the same for it."""
    for name in _SHARED:
        if (ROOT / name).is_dir():
            (folder / name).symlink_to(ROOT / name, target_is_directory=True)


def environment_of(root: Path) -> dict[str, str]:
    """Return an environment in which Python imports the packages of that tree."""
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
