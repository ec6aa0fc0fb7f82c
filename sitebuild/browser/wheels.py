"""The wheels that pages load, and a lock file that lists them with their hashes.

Ours is made from the tree; the others come from PyPI, as requirements.txt pins them,
hashes included. All are pure Python. Which of them a snippet needs is read off the
imports, module by module, so that a page without a chart never fetches Pygal.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sitebuild import ROOT
from sitebuild.checks import SHARED
from sitebuild.files import files
from sitebuild.page_imports import imported
from sitebuild.problems import Problem, ProblemError

OWN = "sdnotes"
# What an import of ours or the standard library's asks for, beyond sdnotes itself.
PROVIDERS = {"pygal": "pygal", "simpy": "simpy", "zoneinfo": "tzdata"}
_STANZA = re.compile(r"^(?P<name>[a-z0-9-]+)==.*?(?<!\\)\n", re.MULTILINE | re.DOTALL)
_MARKERS = {"sys_platform": "emscripten", "python_full_version": "3.14.2"}
_MARKERS |= {"python_version": "3.14", "extra": ""}


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel file, and the names of the packages that it asks for."""

    name: str
    version: str
    path: Path
    depends: tuple[str, ...]

    @property
    def imports(self) -> tuple[str, ...]:
        """Return the top-level names that it installs."""
        with ZipFile(self.path) as archive:
            tops = {name.partition("/")[0] for name in archive.namelist()}
        names = {top.removesuffix(".py") for top in tops if ".dist-info" not in top}
        return tuple(sorted(name for name in names if name.isidentifier()))


def read_wheel(path: Path) -> Wheel:
    """Return what a wheel says of itself. Raises ProblemError if it is compiled."""
    if not path.name.endswith("-none-any.whl"):
        message = f"{path.name} is compiled: a browser's Python cannot load it"
        raise ProblemError(Problem("requirements.txt", 1, message))
    with ZipFile(path) as archive:
        (metadata,) = (
            name
            for name in archive.namelist()
            if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)
        )
        headers = HeaderParser().parsestr(archive.read(metadata).decode())
    wanted = map(Requirement, headers.get_all("Requires-Dist", []))
    depends = {
        canonicalize_name(requirement.name)
        for requirement in wanted
        if requirement.marker is None or requirement.marker.evaluate(_MARKERS)
    }
    name = canonicalize_name(headers["Name"])
    return Wheel(name, headers["Version"], path, tuple(sorted(depends)))


def build_own(folder: Path) -> Wheel:
    """Build the wheel of this tree's sdnotes into a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProblemError(Problem("pyproject.toml", 1, done.stdout + done.stderr))
    (path,) = folder.glob(f"{OWN}-*.whl")
    return read_wheel(path)


def split(whole: Wheel) -> list[Wheel]:
    """Cut our wheel into one for each topic and one for what they share.

    A page fetches the topics that its snippet imports. All of them unpack into the same
    folder, so Python sees one package.
    """
    parts: dict[str, dict[str, bytes]] = {}
    with ZipFile(whole.path) as archive:
        for name in archive.namelist():
            share = _share(name.removesuffix(".py").replace("/", "."))
            parts.setdefault(share, {})[name] = archive.read(name)
    (whole.path.parent / "parts").mkdir()
    return [_part(whole, share, files) for share, files in sorted(parts.items())]


def _part(whole: Wheel, share: str, files: dict[str, bytes]) -> Wheel:
    stem = f"{share.replace('-', '_')}-{whole.version}"
    if share != OWN:
        about = f"Metadata-Version: 2.1\nName: {share}\nVersion: {whole.version}\n"
        about += f"Requires-Dist: {OWN}\n"
        files = {**files, f"{stem}.dist-info/METADATA": about.encode()}
        files[f"{stem}.dist-info/WHEEL"] = b"Wheel-Version: 1.0\nTag: py3-none-any\n"
    path = whole.path.parent / "parts" / f"{stem}-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for name, content in files.items():
            # Without today's date: what is the same need not be compiled again.
            archive.writestr(ZipInfo(name), content)
    return read_wheel(path)


def _share(module: str) -> str:
    """Return the part of our wheel that holds a module: its topic, or the rest."""
    top, topic, *_ = [*module.split("."), ""]
    folder = ROOT / OWN / topic
    is_topic = top == OWN and topic and folder.is_dir() and topic not in SHARED
    return canonicalize_name(f"{OWN}-{topic}") if is_topic else OWN


def fetch(names: Iterable[str], folder: Path) -> list[Wheel]:
    """Fetch packages, and what they ask for, in the pinned versions."""
    pins = (ROOT / "requirements.txt").read_text("utf-8")
    stanzas = {match["name"]: match[0] for match in _STANZA.finditer(pins)}
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Wheel] = {}
    waiting = set(names)
    while waiting:
        for name in waiting - stanzas.keys():
            raise ProblemError(Problem("requirements.txt", 1, f"no pin of {name}"))
        found |= _fetched({name: stanzas[name] for name in sorted(waiting)}, folder)
        wanted = {other for wheel in found.values() for other in wheel.depends}
        waiting = wanted - found.keys()
    return [found[name] for name in sorted(found)]


def _fetched(stanzas: Mapping[str, str], folder: Path) -> dict[str, Wheel]:
    """Return wheels by their names: those that are not here yet in one go."""
    # A folder for each pin: what was fetched once is not asked for again.
    homes = {
        name: folder / f"{name}-{hashlib.sha256(stanza.encode()).hexdigest()[:12]}"
        for name, stanza in stanzas.items()
    }
    missing = [name for name, home in homes.items() if not home.is_dir()]
    if missing:
        with tempfile.TemporaryDirectory(dir=folder) as aside:
            _download([stanzas[name] for name in missing], Path(aside))
            for path in Path(aside).glob("*.whl"):
                home = homes[canonicalize_name(path.name.partition("-")[0])]
                home.mkdir()
                path.rename(home / path.name)
    found = {}
    for name, home in homes.items():
        (path,) = home.glob("*.whl")
        found[name] = read_wheel(path)
    return found


def _download(stanzas: Iterable[str], folder: Path) -> None:
    wanted = folder / "wanted.txt"
    wanted.write_text("".join(stanzas), "utf-8")
    command = ["download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "-r", str(wanted)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *command, "-d", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"cannot fetch what pages load:\n{done.stderr}"
        raise ProblemError(Problem("requirements.txt", 1, message))


def needs() -> dict[str, list[str]]:
    """Return, for each module, the packages that its import asks for.

    An import inside a function counts too. Names of the standard library that need a
    wheel (``zoneinfo``) are listed as well.
    """
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(
            ".__init__"
        ): imported(path.read_text("utf-8"))
        for path in files(ROOT / OWN, "**/*.py")
    }

    def reached(name: str, seen: set[str]) -> set[str]:
        if name in seen:
            return set()
        seen.add(name)
        if name not in modules:
            provider = PROVIDERS.get(name.partition(".")[0])
            return {provider} if provider else set()
        found = modules[name] | {name.rpartition(".")[0]}
        return {_share(name)}.union(*(reached(other, seen) for other in found))

    table = {name: sorted(reached(name, set())) for name in modules}
    return {**{name: [package] for name, package in PROVIDERS.items()}, **table}


def lock(info: Mapping[str, str], wheels: Iterable[Wheel]) -> str:
    """Return the lock file in Pyodide's format, with the hash of each wheel."""
    packages = {
        wheel.name: {
            "name": wheel.name,
            "version": wheel.version,
            "file_name": wheel.path.name,
            "install_dir": "site",
            "sha256": hashlib.sha256(wheel.path.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": list(wheel.imports),
            "depends": list(wheel.depends),
            "unvendored_tests": False,
        }
        for wheel in wheels
    }
    return json.dumps({"info": dict(info), "packages": packages}, sort_keys=True)
