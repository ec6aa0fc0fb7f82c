"""What a file says of itself: what it means, imports and reads; read once, then kept.

    facts_of(path)  ->  digest      of its code: no comment, docstring, layout
                        imports     (module, name taken from it)
                        passed_on   what a package's face hands on, and from where
                        reads       the globs of its READS
                        is_slow     all its tests are marked slow
                        asserting   which of its functions and tests assert something

`make quick` asks this of every file of ours, again and again: so the answers are kept
in ``.facts.json`` (git ignores it), each as long as its file has the same size and time
of change. Answers of another version of this module, or of Python, are forgotten.
"""

import ast
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sitebuild import ROOT
from sitebuild.asserting import Asserting, asserting
from sitebuild.whole import write_whole

KEPT = ROOT / ".facts.json"
FACE = "__init__.py"
_TESTS = ROOT / "tests"
_ASIDE = {"ctx", "kind", "type_comment", "type_ignores"}
"""What a tree says of itself twice, or what only some Pythons say."""

Import = tuple[str, str | None]
"""A module, and the name taken from it; none where it is taken whole."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one file; of one that is no Python, or broken, the digest."""

    digest: str
    imports: tuple[Import, ...] = ()
    passed_on: dict[str, Import] | None = None
    reads: tuple[str, ...] = ()
    is_slow: bool = False
    asserting: Asserting = field(default_factory=Asserting)


@lru_cache(maxsize=1024)
def parsed(text: str) -> ast.Module | None:
    """Return the tree of a text of Python, parsed once for all; not to be changed.

    None for what is no Python, which ruff says, at its line.
    """
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def imports_in(tree: ast.AST) -> Iterator[Import]:
    """Yield what code imports, and what it takes from where."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = (None if a.name == "*" else a.name for a in node.names)
            yield from ((node.module, name) for name in names)


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


def meaning(code: str | ast.AST) -> str:
    """Return a module's code in a form that only a change of meaning changes.

    Raises SyntaxError for what is no Python.
    """
    words: list[str] = []
    _shape(ast.parse(code) if isinstance(code, str) else code, words)
    return "\n".join(words)


def _constant(tree: ast.Module, name: str) -> ast.expr | None:
    """Return what a module sets a name to, at its top."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name
            for target in statement.targets
        ):
            return statement.value
    return None


def _globs(value: ast.expr | None) -> tuple[str, ...]:
    """Return the texts of a tuple; a constant of another kind only has that name."""
    parts = value.elts if isinstance(value, ast.Tuple) else []
    texts = (part.value for part in parts if isinstance(part, ast.Constant))
    return tuple(text for text in texts if isinstance(text, str))


def _read(path: Path) -> Facts:
    content = path.read_bytes()
    if path.suffix != ".py":
        return Facts(hashlib.sha256(content).hexdigest())
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):  # ruff and pytest say so, at its line
        return Facts(hashlib.sha256(content).hexdigest())
    mark = _constant(tree, "pytestmark")
    handed: dict[str, Import] = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return Facts(
        digest=hashlib.sha256(meaning(tree).encode()).hexdigest(),
        imports=tuple(dict.fromkeys(imports_in(tree))),
        passed_on=handed if path.name == FACE else None,
        reads=_globs(_constant(tree, "READS")),
        is_slow=mark is not None and "slow" in ast.unparse(mark),
        asserting=asserting(tree) if _TESTS in path.parents else Asserting(),
    )


def _tuples(kept: Any) -> Any:
    """Return what JSON kept with its lists as the tuples that they were."""
    if isinstance(kept, list):
        return tuple(map(_tuples, kept))
    if isinstance(kept, dict):
        return {name: _tuples(part) for name, part in kept.items()}
    return kept


class _Known:
    """The facts of each file, and the time and size that it had."""

    def __init__(self) -> None:
        self.of: dict[str, tuple[int, int, Facts]] = {}
        self.is_new = False

    @staticmethod
    def version() -> str:
        own = (Path(__file__).with_name(name) for name in ("facts.py", "asserting.py"))
        total = hashlib.sha256(b"".join(path.read_bytes() for path in own))
        return f"{sys.version_info[:2]} {total.hexdigest()}"

    def load(self) -> None:
        try:
            kept: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
            if kept["version"] != self.version():
                return
            for name, (time_ns, size_bytes, facts) in kept["files"].items():
                told = _tuples(facts)
                told["asserting"] = Asserting(**told["asserting"])
                self.of[name] = time_ns, size_bytes, Facts(**told)
        except (OSError, ValueError, KeyError, TypeError):
            self.of.clear()  # none there, or cut off: all is read again

    def save(self) -> None:
        files = {
            name: (time_ns, size_bytes, asdict(facts))
            for name, (time_ns, size_bytes, facts) in self.of.items()
            if (ROOT / name).is_file() and not Path(name).is_absolute()
        }
        kept = {"version": self.version(), "files": files}
        write_whole(KEPT, json.dumps(kept))
        self.is_new = False


@cache
def _known() -> _Known:
    known = _Known()
    known.load()
    return known


def facts_of(path: Path) -> Facts:
    """Return what a file says of itself."""
    known, state, name = _known(), path.stat(), str(path).removeprefix(f"{ROOT}/")
    time_ns, size_bytes = state.st_mtime_ns, state.st_size
    if known.of.get(name, ())[:2] != (time_ns, size_bytes):
        known.of[name] = time_ns, size_bytes, _read(path)
        known.is_new = True
    return known.of[name][2]


def keep() -> None:
    """Write down what is known, for the next run."""
    if _known().is_new:
        _known().save()
