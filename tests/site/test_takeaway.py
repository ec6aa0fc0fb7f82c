"""What keeps a class from being taken away is told in the file that pulls it in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sitebuild import imports, takeaway

READS = ("sdnotes/**/*.py",)

MARKED = '"""A lamp.\n\nTo take away: Lamp.\n"""\n\n{}\n\n\nclass Lamp: ...\n'


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which sdnotes.lamps is looked for, with modules to import."""
    lamps = tmp_path / "sdnotes" / "lamps"
    lamps.mkdir(parents=True)
    for name in ("__init__", "bulb", "wire", "plug", "fuse"):
        (lamps / f"{name}.py").write_text("", "utf-8")
    (tmp_path / "sdnotes" / "tables.py").write_text("", "utf-8")
    monkeypatch.setattr(imports, "ROOT", tmp_path)
    imports.file_of.cache_clear()
    yield lamps
    imports.file_of.cache_clear()


def said_of(package: Path, code: str) -> list[str]:
    (package / "lamp.py").write_text(MARKED.format(code), "utf-8")
    (taken,) = takeaway.offered(package)
    return [str(problem) for problem in takeaway.problems_of(taken)]


def test_the_files_that_go_along_are_derived_from_the_imports(package: Path) -> None:
    (package / "bulb.py").write_text("import sdnotes.lamps.wire\n", "utf-8")
    assert said_of(package, "import math\nfrom sdnotes.lamps.bulb import glow") == []
    (taken,) = takeaway.offered(package)
    assert taken.names == "Lamp"
    assert [path.name for path in taken.files] == ["lamp.py", "bulb.py", "wire.py"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import simpy", "lamp.py:6: `simpy` is not of the standard library: Lamp,"),
        (
            "from sdnotes.tables import text_table",
            "lamp.py:6: `sdnotes.tables` lies in another folder than lamp.py: Lamp,",
        ),
        (
            "from sdnotes.lamps import Bulb",
            "lamp.py:6: `sdnotes.lamps` is a package: import from the module that",
        ),
    ],
)
def test_an_import_that_cannot_be_taken_along_is_told_at_its_line(
    package: Path, code: str, said: str
) -> None:
    (found,) = said_of(package, code)
    assert found.startswith(said)


def test_what_a_file_that_goes_along_pulls_is_told_in_that_file(package: Path) -> None:
    (package / "bulb.py").write_text("import math\nimport simpy\n", "utf-8")
    (found,) = said_of(package, "from sdnotes.lamps.bulb import glow")
    assert found.startswith("bulb.py:2: `simpy` is not of the standard library: Lamp,")


def test_more_than_three_files_and_a_name_that_is_not_there_are_told(
    package: Path,
) -> None:
    lines = [f"import sdnotes.lamps.{name}" for name in ("bulb", "fuse", "wire")]
    (found,) = said_of(package, "\n".join(lines))
    assert found == (
        "lamp.py:3: Lamp, to take away, needs bulb.py, fuse.py, wire.py too: "
        "at most 3 files go along"
    )
    (package / "lamp.py").write_text(MARKED.replace("class Lamp", "class L"), "utf-8")
    (taken,) = takeaway.offered(package)
    (problem,) = takeaway.problems_of(taken)
    assert str(problem) == "lamp.py:3: Lamp, to take away, is not defined here"


def test_nothing_of_ours_is_kept_from_being_taken_away() -> None:
    assert [str(problem) for problem in takeaway.problems()] == []
    assert len(takeaway.offered()) > 30
