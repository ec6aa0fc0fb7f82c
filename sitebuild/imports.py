"""Which files of ours does a file really use, and did any of them really change?

    from sdnotes.caching import LFUCache     uses sdnotes/caching/lfu.py, and what that
                                             uses; not __init__.py, which passes it on,
                                             nor the other thirty modules named there

Records are stale, and tests are run again, by these two answers. A comment, a docstring
or a line that is broken elsewhere changes no result, so it changes no digest.

Left out: imports by a computed name (importlib), and names that a module sets in
another one.
"""

import ast
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from sitebuild import ROOT
from sitebuild.facts import FACE, Import, facts_of, imports_in

PACKAGES = frozenset({"sdnotes", "evidence", "sitebuild"})


@lru_cache(maxsize=4096)
def file_of(module: str) -> Path | None:
    """Return the file of a module of ours, a package's face for a package."""
    base = ROOT.joinpath(*module.split("."))
    for file in (base.with_suffix(".py"), base / FACE):
        if file.is_file():
            return file
    return None


def modules_named_in(path: Path) -> frozenset[str]:
    """Return the modules that a file imports, or imports something of."""
    return frozenset(module for module, _ in facts_of(path).imports)


def home_of(module: str, name: str | None) -> Path | None:
    """Return the file that defines what is imported, wherever it is passed on."""
    file = file_of(module)
    if file is None or name is None or file.name != FACE:
        return file
    handed = facts_of(file).passed_on or {}
    if name in handed:
        return home_of(*handed[name])
    return file_of(f"{module}.{name}") or file


def _homes(imported: Iterable[Import], packages: Iterable[str]) -> set[Path]:
    wanted = frozenset(packages)
    found = (
        home_of(module, name)
        for module, name in imported
        if module.partition(".")[0] in wanted
    )
    return {path for path in found if path is not None}


def used_by(tree: ast.AST, packages: Iterable[str] = PACKAGES) -> set[Path]:
    """Return the files that define what this code imports of these packages."""
    return _homes(imports_in(tree), packages)


def closure(paths: Iterable[Path], packages: Iterable[str] = PACKAGES) -> set[Path]:
    """Return these files and all of these packages that they use, directly or not."""
    found: set[Path] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _homes(facts_of(path).imports, packages)
    return found


def digest(path: Path) -> str:
    """Return the hash of a file; of a module, that of its code alone."""
    return facts_of(path).digest
