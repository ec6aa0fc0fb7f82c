"""What passes or fails without a built site, and what each of it depends on.

    test file, snippet, doctest, a study's sample, a class to take away, mypy, web
        own    its files
        uses   what they import and read, from the import graph and their READS

`make quick` runs those that a change can have broken (quick.py).
"""

import ast
import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sitebuild import ROOT, changes, exercises, fences, imports, records, takeaway
from sitebuild.browser import node
from sitebuild.facts import facts_of
from sitebuild.files import files
from sitebuild.problems import ProblemError, relative

TESTS = ROOT / "tests"
CONFIG = ROOT / "pyproject.toml"
SAMPLES = TESTS / "evidence" / "test_samples.py"
COPIES = TESTS / "site" / "test_copyable.py"
_MINIATURE = TESTS / "site" / "miniature"

_TYPED = ("sdnotes", "sitebuild", "evidence")
_ENGINE = ("engine", "worker", "sybil_parser")
"""What runs and judges snippets, with all that these use; a worker is a process."""


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


@cache
def _config() -> dict[str, Any]:
    """Return what pyproject.toml says to tools."""
    config = tomllib.loads(CONFIG.read_text("utf-8"))
    return dict(config["tool"])


def _siblings(path: Path, seen: set[Path]) -> set[Path]:
    """Return a test file and the helpers that it imports, from where pytest does."""
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for name in imports.modules_named_in(path):
        for folder in _config()["pytest"]["ini_options"]["pythonpath"]:
            _siblings(ROOT / folder / f"{name}.py", seen)
    return seen


def inputs_of_test(path: Path) -> frozenset[Path]:
    """Return all that a test file imports and reads, its helpers' included."""
    local = _siblings(path, set())
    if (beside := path.parent / "conftest.py").is_file():
        local |= _siblings(beside, set())
    found = imports.closure(local) | {ROOT / "conftest.py", CONFIG}
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
    for path in files(TESTS, "**/test_*.py"):
        apart = path in (SAMPLES, COPIES) or _MINIATURE in path.parents
        if not apart and not is_slow(path):
            yield Unit("test files", relative(path), (path,), inputs_of_test(path))


def _samples() -> Iterator[Unit]:
    """Yield the tests of one file one by one: each study depends on little."""
    if not SAMPLES.is_file():
        return
    for source in sorted((ROOT / "evidence" / "studies").glob("[a-z]*/[a-z]*.py")):
        name = f"{source.parent.name}/{source.stem.replace('_', '-')}"
        where = f"{relative(SAMPLES)}::test_a_sample_comes_out_as_recorded[{name}]"
        own = (SAMPLES, source, records.path_of(name))
        uses = frozenset(imports.closure([source]))
        yield Unit("studies", f"{name} (a sample)", own, uses, where=where)


def _copies() -> Iterator[Unit]:
    """Yield the tests of one file one by one: each class to take away stands alone."""
    if not COPIES.is_file():
        return
    for taken in takeaway.offered():
        where = f"{relative(COPIES)}::test_a_copyable_class_works_alone[{taken.names}]"
        own = (COPIES, *taken.files)
        name = f"{taken.names} (a copy)"
        yield Unit("copies", name, own, frozenset(own), where=where)


def _doctests() -> Iterator[Unit]:
    for path in files(ROOT / "sdnotes", "**/*.py"):
        if ">>>" in path.read_text("utf-8"):
            uses = frozenset(imports.closure([path]))
            yield Unit("doctests", relative(path), (path,), uses | _faces(uses))


def _snippets() -> Iterator[Unit]:
    roots = (ROOT / "sitebuild" / f"{name}.py" for name in _ENGINE)
    engine = imports.closure(roots, ("sitebuild",))
    for path in fences.all_pages():
        blocks = fences.scan_text(path.read_text("utf-8"), path)
        for number, block in enumerate(blocks):
            if block.kind == "check":
                continue  # it is used by the answers, which are tests
            part = f" {number}" if block.kind in exercises.PARTS else ""
            found = (
                {records.path_of(block.name)}
                if block.kind == "record"
                else imports.closure(_used_by(block))
            )
            uses = frozenset(path for path in found | engine if path.is_file())
            yield Unit(
                kind="snippets",
                name=f"{relative(path)}#{block.name}{part}",
                own=(path,),
                uses=uses | _faces(uses),
                text=_words(block),
                where=f"{relative(path)}::line:{block.line},column:1",
            )


def _used_by(block: fences.Block) -> set[Path]:
    used = imports.used_by(ast.parse(block.code))
    return {*used, *imports.used_by(ast.parse(block.check))}


def _words(block: fences.Block) -> str:
    said = (block.kind, block.name, block.native, block.code, block.recorded)
    return repr((*said, block.check))


@cache
def _words_before(since: changes.Changes, page: Path) -> frozenset[str]:
    """Return what counted of a page's snippets before it was changed."""
    try:
        blocks = fences.scan_text(since.before(page) or "", page)
    except ProblemError:
        return frozenset()
    return frozenset(map(_words, blocks))


def _types() -> Iterator[Unit]:
    typed = [path for top in _TYPED for path in files(ROOT / top, "**/*.py")]
    own = (*typed, CONFIG)
    yield Unit("mypy", "mypy", own, frozenset(own))


def _front_end() -> Iterator[Unit]:
    below = ("*", "src/**/*", "test/**/*")  # not node_modules
    own = [path for pattern in below for path in files(node.WEB, pattern)]
    own += files(ROOT / "sitebuild", "page_*.py")
    yield Unit("the front end", "web", tuple(own), frozenset(own))


def units() -> list[Unit]:
    """Return everything that passes or fails without a built site."""
    makers = (
        *(_test_files, _snippets, _doctests, _samples, _copies),
        *(_types, _front_end),
    )
    return [unit for make in makers for unit in make()]
