"""Names in the package: its list of packages, and one shape for all simulators."""

import ast
import re

import sdnotes
from sitebuild import ROOT, checks
from sitebuild.files import files

READS = ("sdnotes/**/*.py",)

OWN = {"oauth": "OAuth"}
"""Words that have capitals of their own."""

TOP = [
    node
    for path in files(ROOT / "sdnotes", "**/*.py")
    for node in ast.parse(path.read_text("utf-8")).body
]
FUNCTIONS = [n for n in TOP if isinstance(n, ast.FunctionDef) and n.name[0] != "_"]
CLASSES = {n.name for n in TOP if isinstance(n, ast.ClassDef) and n.name[0] != "_"}
SIMULATORS = {f.name: f for f in FUNCTIONS if f.name.startswith("run_")}


def named_after(function: str, kind: str) -> str:
    """Return StormRun for run_storm and "Run"."""
    words = function.removeprefix("run_").split("_")
    return "".join(OWN.get(word, word.capitalize()) for word in words) + kind


def returned(function: ast.FunctionDef) -> str:
    return ast.unparse(function.returns) if function.returns else ""


def test_the_package_lists_every_package_below_it() -> None:
    listed = re.findall(r"^    sdnotes\.(\w+) +\S", sdnotes.__doc__ or "", re.MULTILINE)
    assert sorted(listed) == checks.packages()


def test_a_simulator_is_called_run_and_returns_a_run() -> None:
    assert len(SIMULATORS) >= 10
    for name, function in SIMULATORS.items():
        assert returned(function).endswith("Run"), f"{name} returns no ...Run"
    given = {named_after(n, "Run"): returned(f) for n, f in SIMULATORS.items()}
    for name in CLASSES:
        if name.endswith("Run"):
            assert given.get(name) == name, f"{name}: no run_x of its name returns it"


def test_the_knobs_of_a_simulator_are_its_setting_by_name_and_by_class() -> None:
    taken = set()
    for function in FUNCTIONS:
        for each in (*function.args.args, *function.args.kwonlyargs):
            kind = ast.unparse(each.annotation) if each.annotation else ""
            assert kind.endswith("Setting") == (each.arg == "setting"), function.name
            if each.arg == "setting" and function.name in SIMULATORS:
                assert kind == named_after(function.name, "Setting")
                taken.add(kind)
    assert {name for name in CLASSES if name.endswith("Setting")} == taken
