"""Put the runtime's folder together and name it after its content.

.browser/<hash>/ main.js cleaner.js editor.js worker.js
                 pyodide/   what npm's pyodide holds, library precompiled
                 wheels/    sdnotes, simpy, ..., pyodide-lock.json and needs.json
                 licences.txt
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from sitebuild import ROOT
from sitebuild.browser import licences, node, precompile, wheels
from sitebuild.files import files
from sitebuild.problems import Problem, ProblemError

CACHE = ROOT / ".browser"
"""Not below .cache, which Zensical empties."""

KEPT = 12
WHEELS_KEPT = 150
PUBLISHED = "assets/browser"
"""Where in a site the folder stands."""

_ENTRIES = ("main", "cleaner", "editor", "worker")
_RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")


@dataclass(frozen=True, slots=True)
class Assembled:
    """The runtime on disk."""

    folder: Path

    @property
    def address(self) -> str:
        """Return where it stands in a site, as ``assets/browser/<hash>``."""
        return f"{PUBLISHED}/{self.folder.name}"

    def put_into(self, site: Path | str) -> None:
        """Copy it into a built site."""
        target = Path(site) / self.address
        if not target.is_dir():
            shutil.copytree(self.folder, target)


def _digest(files: Iterable[tuple[str, Path]]) -> str:
    total = hashlib.sha256()
    for name, path in sorted(files):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name} {content}\n".encode())
    return total.hexdigest()[:16]


def _inputs() -> str:
    """Return a digest of all that the runtime is made from."""
    here = Path(__file__).parent
    paths = [
        *files(ROOT / "sdnotes", "**/*.py"),
        *files(here, "*.py"),
        *files(node.WEB / "src", "*"),
        *files(node.WEB, "*.json"),
        *files(node.WEB, "*.mjs"),
        *files(ROOT / "sitebuild", "page_*.py"),
        ROOT / "requirements.txt",
        ROOT / "pyproject.toml",
    ]
    return _digest((path.relative_to(ROOT).as_posix(), path) for path in paths)


def _bundle(folder: Path) -> set[Path]:
    """Bundle the scripts; return the folders of the npm packages inside them."""
    inputs: set[str] = set()
    for entry in _ENTRIES:
        meta = folder / f"{entry}.meta.json"
        node.bundle(
            f"src/{entry}.ts",
            folder / f"{entry}.js",
            "--minify",
            "--legal-comments=none",
            "--banner:js=/*! licences of what is inside: licences.txt */",
            f"--metafile={meta}",
        )
        inputs |= set(json.loads(meta.read_text("utf-8"))["inputs"])
        meta.unlink()
    return {
        licences.package_folder(node.WEB / name)
        for name in inputs
        if "node_modules/" in name
    }


def _assemble_into(folder: Path, cache: Path) -> None:
    node.install()
    pyodide = node.WEB / "node_modules" / "pyodide"
    packages = _bundle(folder) | {pyodide}
    (folder / "pyodide").mkdir()
    for name in _RUNTIME:
        shutil.copyfile(pyodide / name, folder / "pyodide" / name)
    precompile.library(folder / "pyodide" / "library.bin", cache)
    with tempfile.TemporaryDirectory(prefix="sdnotes-") as scratch:
        own = wheels.split(wheels.build_own(Path(scratch)))
        wanted = set(wheels.PROVIDERS.values())
        found = [*own, *wheels.fetch(wanted, cache / "wheels")]
        (folder / "wheels").mkdir()
        compiled = precompile.wheels([w.path for w in found], folder / "wheels", cache)
    served = [replace(w, path=p) for w, p in zip(found, compiled, strict=True)]
    info = json.loads((pyodide / "pyodide-lock.json").read_text("utf-8"))["info"]
    (folder / "wheels" / "pyodide-lock.json").write_text(wheels.lock(info, served))
    needs = json.dumps(wheels.needs(), sort_keys=True)
    (folder / "wheels" / "needs.json").write_text(needs)
    foreign = [w.path for w in served if not w.name.startswith(wheels.OWN)]
    texts = licences.collected(packages, foreign)
    (folder / "licences.txt").write_text(texts, "utf-8")


def assemble(cache: Path = CACHE) -> Assembled:
    """Return the runtime, put together anew only when what it is made from changed.

    Takes some 20 s the first time; others who ask meanwhile wait for it. Raises
    ProblemError naming what failed.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "lock"):
        known = cache / f"{_inputs()}.made"
        if known.is_file() and (cache / known.read_text()).is_dir():
            known.touch()
            return Assembled(cache / known.read_text())
        try:
            target = _assembled(cache)
        except OSError as error:
            message = f"cannot put the browser's part together: {error}"
            raise ProblemError(Problem("sitebuild/browser", 1, message)) from error
        known.write_text(target.name)
        _forget_old(cache)
    return Assembled(target)


def _forget_old(cache: Path) -> None:
    """Keep the runtimes that were asked for last: each takes 14 MB."""
    newest = sorted(cache.glob("*.made"), key=lambda path: -path.stat().st_mtime_ns)
    kept = {path.read_text() for path in newest[:KEPT]}
    compiled = sorted(cache.glob("wheel-*.bin"), key=lambda p: -p.stat().st_mtime_ns)
    for path in compiled[WHEELS_KEPT:]:
        path.unlink()
    for path in newest[KEPT:]:
        if (name := path.read_text()) not in kept:
            shutil.rmtree(cache / name, ignore_errors=True)
        path.unlink()


def _assembled(cache: Path) -> Path:
    with tempfile.TemporaryDirectory(prefix="new-", dir=cache) as scratch:
        folder = Path(scratch) / "runtime"
        folder.mkdir()
        _assemble_into(folder, cache)
        made = (path for path in folder.rglob("*") if path.is_file())
        target = cache / _digest((p.relative_to(folder).as_posix(), p) for p in made)
        if not target.is_dir():
            folder.rename(target)
    return target
