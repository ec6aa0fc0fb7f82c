"""What no test looks at: a module, a refusal; and a test that asserts nothing.

A test of a core may use many modules; it is enough that some test, or an example in the
module's own docstrings, reaches each of them by its imports.
"""

from collections.abc import Iterator
from pathlib import Path

from sitebuild import ROOT, imports
from sitebuild.facts import facts_of
from sitebuild.files import files
from sitebuild.problems import Problem, line_of, relative

_TESTS = ROOT / "tests"
_REFUSAL = "raise ValueError("


def _files() -> list[Path]:
    found = files(_TESTS, "**/*.py")
    return [path for path in found if _TESTS / "site" / "miniature" not in path.parents]


def untested() -> list[Problem]:
    """Return the modules of the package that no test and no example reaches."""
    reached = imports.closure(_files(), ["sdnotes"])
    return [
        Problem(
            relative(path),
            1,
            "no test runs this module: write "
            f"tests/{path.parent.name}/test_{path.stem}.py, or an example (>>>) in "
            "its docstrings",
        )
        for path in files(ROOT / "sdnotes", "**/*.py")
        if path not in reached
        and not path.name.startswith("__")
        and ">>>" not in path.read_text("utf-8")
    ]


def _helpers(path: Path) -> Iterator[Path]:
    """Yield the modules beside a test file, or in tests/, that it imports."""
    for module in imports.modules_named_in(path):
        for folder in (path.parent, _TESTS):
            if (helper := folder / f"{module}.py").is_file():
                yield helper


def idle() -> list[Problem]:
    """Return the tests that pass whatever the code does, short of raising."""
    found = []
    for path in _files():
        for line, name, calls in facts_of(path).asserting.idle:
            helpers = (facts_of(helper).asserting.names for helper in _helpers(path))
            if not any(set(calls) & set(names) for names in helpers):
                message = (
                    f"{name} asserts nothing: assert what must hold; where it is that "
                    "nothing is raised, assert what is returned"
                )
                found.append(Problem(relative(path), line, message))
    return found


def unrefused() -> list[Problem]:
    """Return the packages that refuse arguments, and no table of tests tries it."""
    found = []
    tests = [path.read_text("utf-8") for path in files(_TESTS, "*/test_*.py")]
    for face in files(ROOT / "sdnotes", "*/__init__.py"):
        slug = face.parent.name
        tried = any(f'missed("{slug}",' in text for text in tests)
        modules = () if tried else files(face.parent, "*.py")
        places = (
            Problem(
                relative(path),
                line_of(path, _REFUSAL),
                f"no test tries what this package refuses: write tests/{slug}/"
                f"test_{slug}_refusals.py as tests/sim/test_sim_refusals.py is",
            )
            for path in modules
            if _REFUSAL in path.read_text("utf-8")
        )
        found += list(places)[:1]
    return found


def problems() -> list[Problem]:
    """Return what no test looks at."""
    return [*untested(), *idle(), *unrefused()]
