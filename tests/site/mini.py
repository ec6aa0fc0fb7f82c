"""The miniature site: one short chapter, on which the machinery is tested.

``tests/site/miniature/`` holds its text, its package and its study. All else is the
project's own: what builds, checks and styles a site, the stage and the figures. Its
record and its recorded outputs are made when it is laid down, by the very commands that
a contributor has for it.
"""

import shutil
import subprocess
from pathlib import Path

import warm

from sitebuild import ROOT, copies

CHAPTER = "docs/chapters/coin/index.md"
_WARM = warm.Server()
_MINIATURE = Path(__file__).parent / "miniature"
_OURS = (
    *("conftest.py", "pyproject.toml", "requirements.txt", "Makefile", "LICENSE"),
    *("docs/assets", "evidence/__init__.py", "evidence/run.py"),
    *("evidence/differences.py", "evidence/labs/server.py", "sitebuild"),
    *("sdnotes/__init__.py", "sdnotes/py.typed", "sdnotes/tables.py"),
    *("sdnotes/sim", "sdnotes/figures"),
)


def lay_down(folder: Path) -> Path:
    """Write a whole miniature project into a folder that is not there yet."""
    shutil.copytree(_MINIATURE, folder, ignore=copies.made_anywhere)
    for name in _OURS:
        copies.copy_into(folder, name)
    copies.share_what_is_dear(folder)
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    nav = folder / "mkdocs-nav.yml"
    before, _, rest = config.partition("\nnav:\n")
    _, _, after = rest.partition("\n\n")
    text = f"{before}\n{nav.read_text('utf-8')}\n{after}"
    (folder / "mkdocs.yml").write_text(text, "utf-8")
    nav.unlink()
    for slug in ("sim", "figures"):
        (folder / "tests" / slug).mkdir()
    _reach(folder, "figures", "sim")
    succeed(folder, "evidence.run", "studies", "--update")
    succeed(folder, "pytest", "-q", "--update-outputs", "docs", "README.md")
    return folder


def _reach(folder: Path, *slugs: str) -> None:
    """Write a test that reaches packages whose own tests are left out here."""
    modules = [
        f"sdnotes.{slug}.{path.stem}"
        for slug in slugs
        for path in sorted((folder / "sdnotes" / slug).glob("[a-z]*.py"))
    ]
    tables = ", ".join(f'missed("{slug}", ...)' for slug in slugs)
    text = f'''"""The project itself asserts {tables}."""\n\n'''
    text += "".join(f"import {module}\n" for module in modules)
    text += "\n\ndef test_it_is_there() -> None:\n    assert sdnotes.sim\n"
    (folder / "tests" / "coin" / "test_stage.py").write_text(text, "utf-8")


def run(tree: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module in a tree, whose packages it then imports."""
    return _WARM.run(command, str(tree), {**copies.environment_of(tree), **more})


def succeed(tree: Path, *command: str, **more: str) -> str:
    """Run a Python module in a tree; it must end well. Return what it printed."""
    done = run(tree, *command, **more)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
