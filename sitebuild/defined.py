"""What does a module of sdnotes define? Read off its syntax, without importing it.

sdnotes/caching/__init__.py    LRUCache   handed on from sdnotes.caching.lru
sdnotes/caching/lru.py         LRUCache   its own
"""

import ast
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from sitebuild import imports
from sitebuild.facts import parsed

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_ours(module: str) -> bool:
    """Return whether this is sdnotes, or a module of it."""
    return module.partition(".")[0] == "sdnotes"


@lru_cache(maxsize=256)
def defined_in(file: Path) -> dict[str, tuple[str, str] | None]:
    """Return what a module defines, and of what it only hands on, from where."""
    found: dict[str, tuple[str, str] | None] = {}
    tree = parsed(file.read_text("utf-8"))
    for node in tree.body if tree else ():
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                found[alias.asname or alias.name] = (node.module, alias.name)
        elif isinstance(node, _DEFINITIONS):
            found[node.name] = None
        else:
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            found |= {name.id: None for name in stored}
    return found


def missing(module: str, name: str) -> str | None:
    """Return what to say of a name that a module lacks; none where it has it."""
    file = imports.file_of(module)
    if file is None or imports.file_of(f"{module}.{name}") or name.startswith("__"):
        return None
    try:
        known = defined_in(file)
    except (SyntaxError, ValueError):
        return None  # ruff says so, at its line
    if name in known:
        # A face may hand on what its module has no more.
        source = known[name]
        return missing(*source) if source and is_ours(source[0]) else None
    near = get_close_matches(name, known, n=1)
    return f"{module} has no {name}" + (f": did you mean {near[0]}?" if near else "")
