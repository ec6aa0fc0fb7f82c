"""How much is run, compared and judged? Counted in this tree, for docs/kept-true.md.

    text of the page          what the build makes of it (counts_in_page.py)
    {{ claims }} claims       67 claims
    {{ lab receipts }}        a table: each lab, its servers, their versions
    `tests/site/test_x.py`    the same, as a link where the repository has an address

Each number is counted from the files that it speaks of when the page is built, and
stands nowhere else, so that none can be out of date and no two changes meet over one.

Left out: how often each of these things ran, and what it found. That is a run's to say.
"""

import ast
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from sitebuild import (
    DOCS,
    RECORDS,
    ROOT,
    claims,
    fences,
    glossary,
    mkdocs_yml,
    positions,
    records,
    takeaway,
)
from sitebuild.fences import Block
from sitebuild.files import files
from sitebuild.problems import Problem, relative

PAGE = DOCS / "kept-true.md"
ASKED = re.compile(r"\{\{ (?P<name>[^{}]+) \}\}")
NAMED = re.compile(r"`(?P<path>(?:tests|sitebuild|evidence|sdnotes)/[\w./-]*\w/?)`")
"""A file or a folder of this tree, as a page names it."""


def _snippets() -> list[Block]:
    return [block for block in fences.scan(DOCS) if block.kind == "python"]


def _recorded() -> int:
    """Return how many outputs are recorded, and so compared at each run."""
    return sum(
        block.recorded is not None
        for page in fences.all_pages()
        for block in fences.scan_text(page.read_text("utf-8"), page)
    )


def _golden() -> int:
    return sum(
        len(fences.scan_text(page.read_text("utf-8"), page))
        for page in fences.scripts()
    )


def _records(kind: str) -> list[records.Record]:
    names = (
        path.relative_to(RECORDS).with_suffix("").as_posix()
        for path in files(RECORDS, "**/*.json")
    )
    return [record for name in names if (record := records.load(name)).kind == kind]


def _tests_of_claims() -> int:
    named = (claim.test for claim in claims.read())
    return len({test for text in named for test in re.findall(r"`(\S+::\w+)`", text)})


@lru_cache(maxsize=512)
def _tests_in(path: Path, modified_ns: int) -> int:
    del modified_ns  # part of the key: an edited file is counted again
    tree = ast.parse(path.read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return sum(
        isinstance(node, functions) and node.name.startswith("test_")
        for node in ast.walk(tree)
    )


def _tests() -> int:
    found = files(ROOT / "tests", "**/test_*.py")
    return sum(_tests_in(path, path.stat().st_mtime_ns) for path in found)


def _receipts() -> str:
    """Return a table of the labs: what each ran against, and in which version."""
    rows = [
        f"| {record.name} | {_listed(record.versions)} | {len(record.rows)} |"
        for record in _records("lab")
    ]
    head = ["| lab | ran against | findings |", "|---|---|--:|"]
    return "\n".join([*head, *rows])


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{what} {number}" for what, number in versions.items())


def _of_kind(kind: str) -> int:
    return sum(block.kind == kind for block in fences.scan(DOCS))


COUNTS: dict[str, Callable[[], int | str]] = {
    "snippets": lambda: len(_snippets()),
    "figures": lambda: sum(block.figure for block in _snippets()),
    "snippets for a browser": lambda: sum(not b.native for b in _snippets()),
    "outputs": _recorded,
    "steps of golden scripts": _golden,
    "knobs": lambda: sum(len(block.knobs) for block in _snippets()),
    "settings of knobs": lambda: sum(
        len(positions.settings(block.knobs)) for block in _snippets() if block.knobs
    ),
    "exercises": lambda: _of_kind("exercise"),
    "solutions": lambda: _of_kind("solution"),
    "wrong answers": lambda: _of_kind("wrong"),
    "claims": lambda: len(claims.read()),
    "claims that were corrected": lambda: sum(
        claim.verdict != "true" for claim in claims.read()
    ),
    "tests of claims": _tests_of_claims,
    "classes to take away": lambda: len(takeaway.offered()),
    "studies": lambda: len(_records("study")),
    "rows of studies": lambda: sum(len(r.rows) for r in _records("study")),
    "labs": lambda: len(_records("lab")),
    "lab receipts": _receipts,
    "benchmarks": lambda: len(_records("benchmark")),
    "pages": lambda: len(mkdocs_yml.pages()),
    "terms": lambda: len(glossary.read()),
    "tests": _tests,
}
"""What a page may ask for, by the words that stand for it there."""


def problems_in(path: Path) -> list[Problem]:
    """Return what a page asks for that nobody counts, and files that are not there."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        for asked in ASKED.finditer(line):
            if asked["name"] not in COUNTS:
                known = ", ".join(COUNTS)
                message = f"nobody counts {asked['name']!r}; counted are {known}"
                found.append(Problem(relative(path), number, message))
        for named in NAMED.finditer(line):
            if not (ROOT / named["path"]).exists():
                message = f"there is no {named['path']}: name the test that is meant"
                found.append(Problem(relative(path), number, message))
    return found


def problems() -> list[Problem]:
    """Return what is wrong with the page of counts, where there is one."""
    return problems_in(PAGE) if PAGE.is_file() else []
