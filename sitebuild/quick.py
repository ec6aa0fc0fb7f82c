"""Run what a change can have broken, and say in one line what was left out.

    changed since the branch left main, or never committed
        |  a file's users: the import graph (imports.py), and what a test reads
        v
    test files, snippets, doctests, mypy, the front end     <- those affected run,
                                                               unless they passed on
                                                               these very inputs

A test file that reads more than it imports names it, as globs from the root:

    READS = ("docs/**/*.md", "evidence/records/**")

(conftest.py fails a test that reads what its file does not name.) Where there is no
repository to compare with, everything counts as changed.

Left out: what builds a site or drives a browser, which `make check` does. What a child
process reads is seen by nobody: such a test names it in READS.
"""

import ast
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from sitebuild import DOCS, ROOT, changes, checks, fences, imports, records
from sitebuild.browser import node
from sitebuild.facts import facts_of, keep
from sitebuild.problems import ProblemError, relative

TESTS = ROOT / "tests"
GREEN = ROOT / ".quick.json"
"""What passed, with the digest of what it passed on; git ignores it."""

_TYPED = ("sdnotes", "sitebuild", "evidence")
_ENGINE = ("engine", "worker", "sybil_parser")
"""What runs and judges snippets, with all that these use; a worker is a process."""

_NO_TESTS = ("mypy", "the front end")
_MANY = 12
"""From so many units on, starting a second worker pays."""


@dataclass(frozen=True)
class Unit:
    """Something that passes or fails.

    ``own`` are its files, ``uses`` those that it depends on. Of a snippet only its own
    ``text`` counts, and ``where`` is pytest's name for it.
    """

    kind: str
    name: str
    own: tuple[Path, ...]
    uses: frozenset[Path]
    text: str | None = None
    where: str = ""

    @cached_property
    def digest(self) -> str:
        """Return the hash of all that decides whether it passes."""
        total = hashlib.sha256((self.text or "").encode())
        if self.text is None:
            for path in self.own:
                total.update(path.read_bytes())
        for path in sorted(self.uses - set(self.own)):
            total.update(f"{relative(path)} {imports.digest(path)}\n".encode())
        return total.hexdigest()

    def is_touched(self, since: changes.Changes) -> bool:
        """Return whether a change can have broken it."""
        own = any(path in since.texts for path in self.own)
        if own and self.text is not None:
            own = self.text not in _words_before(since, self.own[0])
        return own or not since.meanings.isdisjoint(self.uses)


def _siblings(path: Path, seen: set[Path]) -> set[Path]:
    """Return a test file and the helpers that it imports, beside it or in tests/."""
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for name in imports.modules_named_in(path):
        for folder in (path.parent, TESTS):
            _siblings(folder / f"{name}.py", seen)
    return seen


def inputs_of_test(path: Path) -> frozenset[Path]:
    """Return all that a test file imports and reads, its helpers' included."""
    local = _siblings(path, set())
    if (beside := path.parent / "conftest.py").is_file():
        local |= _siblings(beside, set())
    found = imports.closure(local) | {ROOT / "conftest.py", ROOT / "pyproject.toml"}
    for file in local:
        for pattern in facts_of(file).reads:
            found |= {each for each in ROOT.glob(pattern) if each.is_file()}
    return frozenset(found | _faces(found))


@cache
def _faces_of(folder: Path) -> frozenset[Path]:
    """Return the __init__ modules that importing from a folder runs."""
    if folder == ROOT:
        return frozenset()
    own = folder / "__init__.py"
    return _faces_of(folder.parent) | ({own} if own.is_file() else set())


def _faces(paths: Iterable[Path]) -> set[Path]:
    """Return the __init__ modules that importing these runs."""
    return set().union(*(_faces_of(path.parent) for path in paths))


def is_slow(path: Path) -> bool:
    """Return whether all tests of a file are marked slow."""
    return facts_of(path).is_slow


def _test_files() -> Iterator[Unit]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "miniature" not in path.parts and not is_slow(path):
            yield Unit("test files", relative(path), (path,), inputs_of_test(path))


def _doctests() -> Iterator[Unit]:
    for path in sorted((ROOT / "sdnotes").rglob("*.py")):
        if ">>>" in path.read_text("utf-8"):
            uses = frozenset(imports.closure([path]))
            yield Unit("doctests", relative(path), (path,), uses | _faces(uses))


def _snippets() -> Iterator[Unit]:
    roots = (ROOT / "sitebuild" / f"{name}.py" for name in _ENGINE)
    engine = imports.closure(roots, ("sitebuild",))
    pages = (*fences.pages(DOCS), *fences.root_pages())
    for path in pages:
        for block in fences.scan_text(path.read_text("utf-8"), path):
            found = (
                {records.path_of(block.name)}
                if block.kind == "record"
                else imports.closure(imports.used_by(ast.parse(block.code)))
            )
            uses = frozenset(path for path in found | engine if path.is_file())
            yield Unit(
                kind="snippets",
                name=f"{relative(path)}#{block.name}",
                own=(path,),
                uses=uses | _faces(uses),
                text=_words(block),
                where=f"{relative(path)}::line:{block.line},column:1",
            )


def _words(block: fences.Block) -> str:
    return repr((block.kind, block.name, block.native, block.code, block.recorded))


@cache
def _words_before(since: changes.Changes, page: Path) -> frozenset[str]:
    """Return what counted of a page's snippets before it was changed."""
    try:
        blocks = fences.scan_text(since.before(page) or "", page)
    except ProblemError:
        return frozenset()
    return frozenset(map(_words, blocks))


def _types() -> Iterator[Unit]:
    files = [p for top in _TYPED for p in sorted((ROOT / top).rglob("*.py"))]
    own = (*files, ROOT / "pyproject.toml")
    yield Unit("mypy", "mypy", own, frozenset(own))


def _front_end() -> Iterator[Unit]:
    own = [p for p in sorted(node.WEB.rglob("*")) if p.suffix in (".ts", ".json")]
    own = [p for p in own if p.is_file() and "node_modules" not in p.parts]
    own += sorted((ROOT / "sitebuild").glob("page_*.py"))
    yield Unit("the front end", "web", tuple(own), frozenset(own))


def units() -> list[Unit]:
    """Return everything that passes or fails without a built site."""
    makers = (_test_files, _snippets, _doctests, _types, _front_end)
    return [unit for make in makers for unit in make()]


def chosen(
    everything: Iterable[Unit], since: changes.Changes, green: dict[str, str]
) -> list[Unit]:
    """Return the units that a change can have broken and that have not passed since."""
    return [
        unit
        for unit in everything
        if unit.is_touched(since) and green.get(unit.name) != unit.digest
    ]


def left_out(everything: list[Unit], running: list[Unit]) -> str:
    """Return one line on what does not run."""
    parts = []
    for kind in dict.fromkeys(unit.kind for unit in everything):
        whole = sum(unit.kind == kind for unit in everything)
        runs = sum(unit.kind == kind for unit in running)
        if runs < whole:
            counted = f"{whole - runs} of {whole} {kind}"
            parts.append(kind if kind in _NO_TESTS else counted)
    parts.append("what builds a site or drives a browser (make check)")
    hint = "; ALL=1 runs all but the last" if len(parts) > 1 else ""
    return f"left out: {', '.join(parts)}{hint}"


def _tool(*command: str) -> bool:
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([str(program), *command[1:]], cwd=ROOT, check=False)
    return done.returncode == 0


def _pytest(running: list[Unit]) -> bool:
    wanted = (unit for unit in running if unit.kind not in _NO_TESTS)
    names = [unit.where or unit.name for unit in wanted]
    if not names:
        return True
    workers = ["-n", "auto", "--dist", "worksteal"] if len(names) > _MANY else []
    return _tool("pytest", "-q", "-m", "not slow", *workers, *names)


def _steps(running: list[Unit]) -> Iterator[tuple[str, Callable[[], bool]]]:
    kinds = {unit.kind for unit in running}
    yield "ruff", lambda: _tool("ruff", "check", "--quiet")
    yield "ruff format", lambda: _tool("ruff", "format", "--check", "--quiet")
    if "mypy" in kinds:
        yield "mypy", lambda: _tool("mypy")
    if "the front end" in kinds:
        yield "front end", _checked_front_end
    yield "tests", lambda: _pytest(running)


def _checked_front_end() -> bool:
    try:
        node.check_sources()
    except ProblemError as error:
        print(error, file=sys.stderr)
        return False
    return True


def run(*, everything: bool = False) -> bool:
    """Run what is affected, or all of it; return whether it passed."""
    began_s = time.monotonic()
    if problems := checks.source_problems(stale=False):
        print(*problems, sep="\n", file=sys.stderr)
        return False
    known = units()
    green = json.loads(GREEN.read_text("utf-8")) if GREEN.is_file() else {}
    running = known if everything else chosen(known, changes.since_main(), green)
    keep()
    for name, step in _steps(running):
        if not step():
            print(f"quick: {name} failed", file=sys.stderr)
            return False
    passed = {unit.name: unit.digest for unit in running}
    names = {unit.name for unit in known}
    kept = {name: digest for name, digest in green.items() if name in names}
    GREEN.write_text(json.dumps(kept | passed, indent=0), "utf-8")
    spent_s = time.monotonic() - began_s
    print(f"quick: {spent_s:.1f} s; {left_out(known, running)}")
    if stale := records.stale():
        print("quick: all else passed, but", *stale, sep="\n", file=sys.stderr)
        return False
    print("quick: passed")
    return True
