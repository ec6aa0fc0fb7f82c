"""Which public names of the package does nothing but its tests use?

    class UniformDelay: ...      in no snippet, no study, no other module of ours, and
                                 not in its own module either: say why it is there, or
                                 let it go

Followed are imports, by name or through the module (``backoff.full_jitter``), to where
a name is defined, and names within their own module, but for what stands in their own
definition. Exact for what modules define at their top. Left out: methods and fields,
which syntax alone ties to no class; packages without tests of their own.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sitebuild import ROOT, fences
from sitebuild.facts import FACE, parsed
from sitebuild.files import files
from sitebuild.imports import home_of
from sitebuild.problems import Problem, ProblemError, relative

KEPT = {
    "sdnotes/cap/crdt.py": {
        "GCounter": "half of a PNCounter, to be taken away alone",
    },
    "sdnotes/cap/leader.py": {
        "default_concern": "CAP-21: a test holds MongoDB's formula against its words",
    },
    "sdnotes/herd/early_expiry.py": {
        "refresh_now": "to be taken away; its one line stands on the chapter's page",
    },
    "sdnotes/herd/retry_after.py": {
        "retry_after_s": "to be taken away; a snippet would only repeat its example",
    },
    "sdnotes/herd/retrying.py": {"retry_async": "as retry, for those who await"},
    "sdnotes/sim/delay.py": {"UniformDelay": "the plainest delay that reorders"},
}
"""What stays although nothing shows it yet, by module, and why."""

_IMPORTS_OURS = re.compile(r"^ *(?:from|import) sdnotes\b", re.MULTILINE)
_Use = tuple[Path, str]
_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the public names that a module defines at its top, and by what."""
    for node in tree.body:
        if isinstance(node, _Named):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [each.id for each in node.targets if isinstance(each, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
        else:
            names = []
        yield from ((name, node) for name in names if not name.startswith("_"))


def _mentions(tree: ast.AST, name: str) -> bool:
    """Return whether code looks a name up, be it in an annotation between quotes."""
    return any(
        (isinstance(node, ast.Name) and node.id == name)
        or (isinstance(node, ast.Constant) and node.value == name)
        for node in ast.walk(tree)
    )


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _taken(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what code takes from modules, as (module, name)."""
    known: dict[str, str] = {}
    attributes = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.Attribute):
            attributes.append(node)
    for attribute in attributes:  # backoff.full_jitter, sdnotes.herd.backoff.constant
        if module := known.get(_dotted(attribute.value)):
            yield module, attribute.attr


def uses(text: str) -> set[_Use]:
    """Return what code uses of the package, by the file that defines it."""
    tree = parsed(text) if _IMPORTS_OURS.search(text) else None
    taken = _taken(tree) if tree is not None else ()
    ours = {each for each in taken if each[0].partition(".")[0] == "sdnotes"}
    found = ((home_of(module, name), name) for module, name in ours)
    return {(file, name) for file, name in found if file is not None}


def used_anywhere() -> set[_Use]:
    """Return what pages, evidence, the site's build and other modules use."""
    found: set[_Use] = set()
    for top in ("sdnotes", "evidence", "sitebuild"):
        for path in files(ROOT / top, "**/*.py"):
            if not (top == "sdnotes" and path.name == FACE):
                found |= uses(path.read_text("utf-8"))
    for page in fences.all_pages():
        try:
            blocks = fences.scan_text(page.read_text("utf-8"), page)
        except ProblemError:
            continue  # fence_problems says so
        for block in blocks:
            found |= uses(block.code)
    return found


def unused_in(path: Path, text: str, used: set[_Use]) -> Iterator[tuple[str, int]]:
    """Yield the names of a module that nothing uses, and their lines."""
    tree = parsed(text)
    for name, node in _defined(tree) if tree is not None else ():
        others = (each for each in tree.body if each is not node) if tree else ()
        if (path, name) not in used and not any(_mentions(e, name) for e in others):
            yield name, node.lineno


def _is_tested(path: Path) -> bool:
    """Return whether a module's package has tests here, as in a copy it may not."""
    tests = ROOT / "tests" / path.relative_to(ROOT / "sdnotes").parent
    return next(tests.glob("test_*.py"), None) is not None


def problems() -> list[Problem]:
    """Return the public names that nothing but tests uses."""
    used = used_anywhere()
    problems = []
    for path in files(ROOT / "sdnotes", "**/*.py"):
        if path.name != FACE and _is_tested(path):
            kept = KEPT.get(relative(path), {})
            problems += [
                Problem(
                    relative(path),
                    line,
                    f"nothing but tests uses `{name}`: show it on a page, move it to "
                    "the tests, or let it go (sitebuild/unused.py: KEPT is what stays)",
                )
                for name, line in unused_in(path, path.read_text("utf-8"), used)
                if name not in kept
            ]
    return problems
