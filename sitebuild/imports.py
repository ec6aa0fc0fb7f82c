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
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from sitebuild import ROOT

PACKAGES = frozenset({"sdnotes", "evidence", "sitebuild"})
_FACE = "__init__.py"
_ASIDE = {"ctx", "kind", "type_comment", "type_ignores"}
"""What a tree says of itself twice, or what only some Pythons say."""


@lru_cache(maxsize=1024)
def _parsed(path: Path, modified_ns: int) -> ast.Module:
    del modified_ns  # part of the key: an edited file is read again
    return ast.parse(path.read_text("utf-8"))


def tree_of(path: Path) -> ast.Module:
    """Return a module's syntax tree, read once as long as the file is the same."""
    return _parsed(path, path.stat().st_mtime_ns)


def file_of(module: str) -> Path | None:
    """Return the file of a module of ours, a package's face for a package."""
    base = ROOT.joinpath(*module.split("."))
    for file in (base.with_suffix(".py"), base / _FACE):
        if file.is_file():
            return file
    return None


@lru_cache(maxsize=1024)
def _names(path: Path, modified_ns: int) -> frozenset[str]:
    return frozenset(module for module, _ in _imports(_parsed(path, modified_ns)))


def modules_named_in(path: Path) -> frozenset[str]:
    """Return the modules that a file imports, or imports something of."""
    return _names(path, path.stat().st_mtime_ns)


def _imports(tree: ast.AST) -> Iterator[tuple[str, str | None]]:
    """Yield (module, name taken from it, or none where it is taken whole)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = (None if a.name == "*" else a.name for a in node.names)
            yield from ((node.module, name) for name in names)


def _home(module: str, name: str | None) -> Path | None:
    """Return the file that defines what is imported, wherever it is passed on."""
    file = file_of(module)
    if file is None or name is None or file.name != _FACE:
        return file
    for node in tree_of(file).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _home(node.module, alias.name)
    return file_of(f"{module}.{name}") or file


def used_by(tree: ast.AST, packages: Iterable[str] = PACKAGES) -> set[Path]:
    """Return the files that define what this code imports of these packages."""
    wanted = frozenset(packages)
    found = (
        _home(module, name)
        for module, name in _imports(tree)
        if module.partition(".")[0] in wanted
    )
    return {path for path in found if path is not None}


@lru_cache(maxsize=4096)
def _used_by_file(
    path: Path, modified_ns: int, packages: frozenset[str]
) -> frozenset[Path]:
    return frozenset(used_by(_parsed(path, modified_ns), packages))


def closure(paths: Iterable[Path], packages: Iterable[str] = PACKAGES) -> set[Path]:
    """Return these files and all of these packages that they use, directly or not."""
    wanted = frozenset(packages)
    found: set[Path] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _used_by_file(path, path.stat().st_mtime_ns, wanted)
    return found


def _shape(node: object, into: list[str]) -> None:
    """Write down what a piece of code means: no place, comment or docstring.

    What is absent is left out, so that a Python which knows more writes the same.
    """
    if isinstance(node, list):
        into.append("[")
        for part in node:
            if not _is_docstring(part):
                _shape(part, into)
        into.append("]")
    elif isinstance(node, ast.AST):
        into.append(type(node).__name__)
        for name in node._fields:
            value = getattr(node, name, None)
            if value is not None and value != [] and name not in _ASIDE:
                into.append(name)
                _shape(value, into)
        into.append(";")
    else:
        into.append(f"{type(node).__name__} {node!r}")


def _is_docstring(node: object) -> bool:
    """Return whether this is a text that is no value of anything."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def meaning(text: str) -> str:
    """Return a module's code in a form that only a change of meaning changes.

    Raises SyntaxError for what is no Python.
    """
    words: list[str] = []
    _shape(ast.parse(text), words)
    return "\n".join(words)


@lru_cache(maxsize=1024)
def _digest(path: Path, modified_ns: int) -> str:
    del modified_ns
    content = path.read_bytes()
    if path.suffix == ".py":
        content = meaning(content.decode("utf-8")).encode()
    return hashlib.sha256(content).hexdigest()


def digest(path: Path) -> str:
    """Return the hash of a file; of a module, that of its code alone."""
    return _digest(path, path.stat().st_mtime_ns)
