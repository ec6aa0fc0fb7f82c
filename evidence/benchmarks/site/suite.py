"""What does the suite cost, and what does it cost more when the text grows?

In a fresh clone, with package caches of its own that are empty:

    make check                        all of it, set-up included
    make check, chapters doubled      each chapter's page a second time, under other
                                      names: the difference is what their snippets cost
    make quick                        after one changed sentence, snippet, policy, and
                                      one changed line of the stage

Twelve chapters are extrapolated: nine more, each costing a third of that difference.
The yardstick of sitebuild/machine.py says how quiet the machine was: 1.0 is quiet.

Each number is printed as it comes. Left out: Chromium, which `.ci/run` installs before.
"""

import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sitebuild import ROOT, fences
from sitebuild.git import git
from sitebuild.machine import stretch, yardstick

CAPTION = (
    "Seconds from the command to its end, in a fresh clone, on two cores. For make "
    "check also the growth for a page of ten snippets and, extrapolated, what twelve "
    "chapters take, in minutes."
)
COLUMNS = ("what", "promised", "kept")
CHECK, GROWTH, TWELVE = (
    "make check, set-up included",
    "a page of 10",
    "12 chapters, min",
)
AT_MOST = {CHECK: 300, GROWTH: 5, TWELVE: 12}
QUICK = {"a sentence": 5.0, "a snippet": 8.0, "a policy": 25.0, "the stage": None}
CHAPTERS, ALL_CHAPTERS = ("cap", "caching", "herd"), 12
MADE_ONCE = (".browser", "sitebuild/web/node_modules", ".mypy_cache", ".ruff_cache")
# In which file what becomes what; none of them changes what anything does.
PAGE = "docs/chapters/cap/index.md"
EDITS = {
    "a sentence": (
        PAGE,
        "\n## By hand\n",
        "\nAnew.\n\n## By hand\n",
    ),
    "a snippet": (PAGE, "COMMON = 50", "COMMON = 25 + 25"),
    "a policy": (
        "sdnotes/caching/lfu.py",
        "\nclass LFUCache",
        "\nA = 1\n\n\nclass LFUCache",
    ),
    "the stage": ("sdnotes/sim/world.py", "\nclass World", "\nA = 1\n\n\nclass World"),
}


def timed(folder: Path, *command: str, may_fail: str = "") -> float:
    """Return the seconds a command takes; raises RuntimeError if it fails.

    One that may fail must say so in these words.
    """
    began_s = time.perf_counter()
    caches = {
        "UV_CACHE_DIR": str(folder.parent / "uv"),
        "npm_config_cache": str(folder.parent / "npm"),
        "CI": "true",
    }
    unset = ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL")
    env = {k: v for k, v in os.environ.items() if k not in unset}
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=folder,
        env=env | caches,
        capture_output=True,
        text=True,
        check=False,
    )
    spent_s = time.perf_counter() - began_s
    print(f"{spent_s:7.1f} s  {' '.join(command)}", flush=True)
    said = done.stdout + done.stderr
    if done.returncode and not (may_fail and may_fail in said):
        raise RuntimeError(f"{' '.join(command)} failed:\n{said[-4000:]}")
    return spent_s


@contextmanager
def clone() -> Iterator[Path]:
    """Yield a fresh clone of the last commit, with empty caches beside it."""
    with tempfile.TemporaryDirectory(prefix="suite-") as folder:
        target = Path(folder) / "sdnotes"
        git(ROOT, "clone", "--quiet", "--no-hardlinks", ".", str(target))
        yield target


def double(tree: Path) -> int:
    """Add each chapter's page a second time; return how many snippets came with it."""
    added = 0
    nav = []
    (tree / "docs" / "doubled").mkdir()
    for slug in CHAPTERS:
        path = tree / "docs" / "chapters" / slug / "index.md"
        text = path.read_text("utf-8")
        for block in fences.scan_text(text, path):
            if block.kind == "python":
                added += 1
                fence = rf'(```python (?:name|figure)="{block.name})"'
                text = re.sub(fence, r'\1-again"', text)
                text = re.sub(rf"\(#{block.name}\)", f"(#{block.name}-again)", text)
        text = re.sub(r"\]\(\.\./(?!\.\.)", "](../chapters/", text)
        text = text.replace("](../../", "](../")
        (tree / "docs" / "doubled" / f"{slug}.md").write_text(text, "utf-8")
        nav.append(f"      - {slug} again: doubled/{slug}.md\n")
    config = tree / "mkdocs.yml"
    text = config.read_text("utf-8")
    place = text.index("  - Reference:\n")
    config.write_text(text[:place] + "".join(nav) + text[place:], "utf-8")
    return added


def quick(tree: Path, what: str) -> float:
    """Return the seconds that `make quick` takes after an edit, which is undone."""
    name, old, new = EDITS[what]
    path = tree / name
    text = path.read_text("utf-8")
    if old not in text:
        raise RuntimeError(f"{name} no longer holds {old!r}")
    path.write_text(text.replace(old, new, 1), "utf-8")
    try:
        # Records that are stale are told after all else has passed.
        return timed(tree, "make", "quick", may_fail="quick: all else passed")
    finally:
        path.write_text(text, "utf-8")


def rows() -> tuple[list[tuple[str, str, str]], dict[str, Any]]:
    """Return what is promised and whether it was kept, and what was measured."""
    quiet = [yardstick().wall_s]
    with clone() as tree:
        install_s = timed(tree, "make", "install")
        alone_s = timed(tree, "make", "check")
        quiet.append(yardstick().wall_s)
        quicks = {f"make quick after {what}": quick(tree, what) for what in QUICK}
        quiet.append(yardstick().wall_s)
        added = double(tree)
        for made in MADE_ONCE:  # so that both runs make them
            shutil.rmtree(tree / made, ignore_errors=True)
        doubled_s = timed(tree, "make", "check")
        quiet.append(yardstick().wall_s)
    growth_s = doubled_s - alone_s
    more = ALL_CHAPTERS - len(CHAPTERS)
    measured = {
        CHECK: install_s + alone_s,
        GROWTH: growth_s / added * 10,
        TWELVE: (install_s + alone_s + more * growth_s / len(CHAPTERS)) / 60,
        **quicks,
    }
    promised: dict[str, float | None] = dict(AT_MOST)
    promised |= {f"make quick after {what}": most for what, most in QUICK.items()}
    found = [
        (
            what,
            "-" if (most := promised[what]) is None else f"at most {most:g}",
            "-" if most is None else "yes" if value <= most else "no",
        )
        for what, value in measured.items()
    ]
    return found, {
        "measured": {what: round(value, 1) for what, value in measured.items()},
        "install_s": round(install_s, 1),
        "alone_s": round(alone_s, 1),
        "doubled_s": round(doubled_s, 1),
        "added_snippets": added,
        "yardstick": [round(stretch(seconds), 2) for seconds in quiet],
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {"Python": platform.python_version()},
    }
