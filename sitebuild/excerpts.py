"""The source of an object of the package, as a page shows it: by its name.

    ```python name="merged" source="sdnotes.cap.merge.Sum.merged"

shows the lines of that function as they stand in its module, without its docstring, so
that no page types them again. ``sdnotes.<module>.<name>`` is where it is defined, not
where its package passes it on. Nothing is imported: the text is read.
"""

import ast
import itertools
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sitebuild import DOCS, ROOT, fences
from sitebuild.problems import Problem

_Object = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_OBJECTS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An object's lines, and its anchor on the reference page of its package.

    What is private has none: the anchor is that of the class or module around it.
    """

    path: Path
    line: int
    code: str
    slug: str
    anchor: str


class UnknownError(Exception):
    """There is no such object to show; says why."""


def _module_of(name: str) -> tuple[Path, list[str]]:
    """Return the module's file, and the names below it, of an object's whole name."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 1, -1):
        if (path := ROOT.joinpath(*parts[:end]).with_suffix(".py")).is_file():
            return path, parts[end:]
    raise UnknownError(
        f"source={name!r}: name a function, class or method as "
        "sdnotes.<slug>.<module>.<name>"
    )


def _found(tree: ast.Module, names: list[str], name: str) -> _Object:
    body: list[ast.stmt] = tree.body
    found: _Object | None = None
    for each in names:
        found = next(
            (n for n in body if isinstance(n, _OBJECTS) and n.name == each), None
        )
        if found is None:
            raise UnknownError(f"source={name!r}: its module defines no {each}")
        body = found.body
    assert found is not None
    return found


def _without_docstrings(lines: list[str], top: _Object) -> list[str]:
    """Return the object's lines without what documents it and what it holds."""
    dropped: set[int] = set()
    for node in ast.walk(top):
        if isinstance(node, _OBJECTS) and ast.get_docstring(node) is not None:
            text = node.body[0]
            end = text.end_lineno or text.lineno
            blank_after = end < len(lines) and not lines[end].strip()
            dropped |= set(range(text.lineno, end + 1 + blank_after))
    first = min([top.lineno, *(d.lineno for d in top.decorator_list)])
    last = top.end_lineno or top.lineno
    return [lines[n - 1] for n in range(first, last + 1) if n not in dropped]


@lru_cache(maxsize=64)
def _read(name: str, path: Path, names: tuple[str, ...], text: str) -> Excerpt:
    top = _found(ast.parse(text), list(names), name)
    code = textwrap.dedent("\n".join(_without_docstrings(text.splitlines(), top)))
    try:
        compile(code, str(path), "exec")
    except SyntaxError as error:
        raise UnknownError(f"source={name!r}: nothing but its docstring") from error
    module = path.relative_to(ROOT).with_suffix("").parts
    shown = itertools.takewhile(lambda each: not each.startswith("_"), names)
    return Excerpt(path, top.lineno, code, module[1], ".".join((*module, *shown)))


def excerpt(name: str) -> Excerpt:
    """Return the source of an object. Raises UnknownError."""
    path, names = _module_of(name)
    return _read(name, path, tuple(names), path.read_text("utf-8"))


def problems() -> list[Problem]:
    """Return the snippets that are to show the source of what is not there."""
    found: list[Problem] = []
    for path in fences.pages(DOCS):
        for block in fences.scan_text(path.read_text("utf-8"), path):
            if block.source is not None:
                try:
                    excerpt(block.source)
                except UnknownError as error:
                    found += block.problem(str(error)).problems
    return found
