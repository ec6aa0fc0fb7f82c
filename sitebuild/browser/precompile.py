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


def _kept(source: Path, cache: Path, kind: str) -> Path:
    """Return where the cache keeps what is made of an archive by these very scripts."""
    made_from = source.read_bytes() + (node.WEB / "compile.mjs").read_bytes()
    name = f"{kind}-{hashlib.sha256(made_from).hexdigest()[:16]}.bin"
    return cache / name


def _keep(content: bytes, kept: Path) -> None:
    aside = kept.with_suffix(f".{os.getpid()}.new")
    aside.write_bytes(content)
    aside.rename(kept)


def library(target: Path, cache: Path) -> None:
    """Write the standard library as byte code, an archive compressed as a whole.

    A tenth smaller than one whose files are compressed each, and nothing is left to
    inflate when a module is imported. Kept in the cache, since it takes 10 s.
    """
    source = node.WEB / "node_modules" / "pyodide" / "python_stdlib.zip"
    kept = _kept(source, cache, "library")
    if not kept.is_file():
        _compiled([(source, target, False)])
        _keep(gzip.compress(target.read_bytes(), 9, mtime=0), kept)
    shutil.copyfile(kept, target)


def wheels(paths: Sequence[Path], folder: Path, cache: Path) -> list[Path]:
    """Write the wheels with byte code beside the sources; return the new files.

    Kept in the cache too: of our own, cut by topic, mostly one has changed.
    """
    targets = {path: folder / path.name for path in paths}
    kept = {path: _kept(path, cache, "wheel") for path in paths}
    new = [path for path in paths if not kept[path].is_file()]
    if new:
        _compiled([(path, targets[path], True) for path in new])
    for path in new:
        _keep(targets[path].read_bytes(), kept[path])
    for path in paths:
        kept[path].touch()  # what is not asked for any more goes first
        shutil.copyfile(kept[path], targets[path])
    return list(targets.values())
