"""Compile Python beforehand, for the Python that pages run: it starts twice as fast.

Byte code fits one version of Python only, so Pyodide itself compiles, under Node. The
standard library keeps byte code alone; wheels keep their sources beside it, for the
lines of a traceback.
"""

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from sitebuild.browser import node


def _compiled(jobs: Sequence[tuple[Path, Path, bool]]) -> None:
    """Rewrite archives: (from, to, whether the sources stay)."""
    request = [
        {"source": str(source), "target": str(target), "keepSources": keep}
        for source, target, keep in jobs
    ]
    node.node("compile.mjs", stdin=json.dumps(request))


def library(target: Path, cache: Path) -> None:
    """Write the standard library as byte code, an archive compressed as a whole.

    A tenth smaller than one whose files are compressed each, and nothing is left to
    inflate when a module is imported. Kept in the cache, since it takes 10 s.
    """
    source = node.WEB / "node_modules" / "pyodide" / "python_stdlib.zip"
    made_from = source.read_bytes() + (node.WEB / "compile.mjs").read_bytes()
    kept = cache / f"library-{hashlib.sha256(made_from).hexdigest()[:16]}.bin"
    if not kept.is_file():
        _compiled([(source, target, False)])
        aside = kept.with_suffix(f".{os.getpid()}.new")
        aside.write_bytes(gzip.compress(target.read_bytes(), 9, mtime=0))
        aside.rename(kept)
    shutil.copyfile(kept, target)


def wheels(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Write the wheels with byte code beside the sources; return the new files."""
    targets = [folder / path.name for path in paths]
    _compiled([(s, t, True) for s, t in zip(paths, targets, strict=True)])
    return targets
