"""Lint the snippets as the package is linted: ruff's rules, told at the page's line.

    docs/chapters/herd/index.md:12: F401 `math` imported but unused

ruff formats what stands in Markdown and does not lint it. So all snippets are written
into one folder that is thrown away, one ruff looks at them, and what it says of line 3
of a snippet is said of the page. Left out are rules that a snippet breaks on purpose:

    D, T201        it has no docstring, and it prints
    I              one blank line or one more import line decides whether it fits
    PERF           what is plain comes before what is quick
    ARG005, B023   lambdas stand in for clocks and callbacks, as in the tests

Of an exercise its check, which knows the name Wrong, and its solutions are linted: what
it begins with is not whole, and a wrong answer is wrong on purpose.

One is added: PLC2701, a private name that is imported from another module.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sitebuild import ROOT, fences
from sitebuild.fences import Block
from sitebuild.problems import Problem, ProblemError, relative

_LINTED = ("python", "check", "solution")
_OPTIONS = (
    *("--no-cache", "--output-format", "json", "--exit-zero", "--preview"),
    *("--config", str(ROOT / "pyproject.toml")),
    # Else --preview would bring all rules that are still on trial.
    *("--config", "lint.explicit-preview-rules = true"),
    *("--config", "builtins = ['Wrong']"),
    *("--extend-select", "PLC2701,SLF001", "--ignore", "D,T201,I,PERF,ARG005,B023"),
)


def remarks(blocks: Sequence[Block]) -> list[Problem]:
    """Return what ruff says of snippets, each at its line of its page."""
    snippets = [block for block in blocks if block.kind in _LINTED]
    with tempfile.TemporaryDirectory() as folder:
        for number, block in enumerate(snippets):
            path = Path(folder, f"snippet_{number}.py")
            path.write_text(f"{block.code}\n", "utf-8")
        ruff = Path(sys.executable).with_name("ruff")
        done = subprocess.run(
            [str(ruff), "check", *_OPTIONS, folder],
            capture_output=True,
            text=True,
            check=True,
        )
    problems = []
    for said in json.loads(done.stdout):
        block = snippets[int(Path(said["filename"]).stem.removeprefix("snippet_"))]
        line = block.line + said["location"]["row"]
        message = f"{said['code']} {said['message']}"
        problems.append(Problem(relative(block.path), line, message))
    return sorted(problems)


def problems() -> list[Problem]:
    """Return what ruff says of all snippets; what is no snippet, others say."""
    blocks: list[Block] = []
    for path in fences.all_pages():
        try:
            blocks += fences.scan_text(path.read_text("utf-8"), path)
        except ProblemError:
            continue
    return remarks(blocks)
