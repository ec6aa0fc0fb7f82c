"""A second tree, to plant mistakes in or to build from another folder."""

import os
import shutil
from pathlib import Path

from sitebuild import ROOT

_LEFT = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".cache",
    ".hypothesis",
    "__pycache__",
    "site",
    "site.*",
    ".*_cache",
)


def copy_of_tree(folder: Path) -> Path:
    """Copy the project, without what was made from it, and return the copy's root."""
    return Path(shutil.copytree(ROOT, folder, ignore=_LEFT))


def environment_of(root: Path) -> dict[str, str]:
    """Return an environment in which Python imports the packages of that tree."""
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
