"""A module that no test runs, and an idle test, are told at their line."""

import ast
from pathlib import Path

import pytest

from sitebuild import facts, imports, testchecks
from sitebuild.asserting import asserting

READS = ("tests/**/*.py", "sdnotes/**/*.py")

IDLE = [
    "def test_a():\n    f()",
    "def test_a():\n    x = f()\n    x == 1",
    "async def test_a():\n    await f()",
    "class TestA:\n    def test_a(self):\n        self.f()",
    "def g():\n    return 1\ndef test_a():\n    g()",
]
ASSERTING = [
    "def test_a():\n    assert f()",
    "def test_a():\n    with pytest.raises(ValueError):\n        f()",
    "def test_a():\n    if f():\n        pytest.fail('no')",
    "def test_a():\n    expect(page).to_be(1)",
    "def test_a():\n    engine.check(f())",
    "def g(x):\n    assert x\ndef test_a():\n    g(f())",
    "def g(x):\n    assert x\ndef h(x):\n    g(x)\ndef test_a():\n    h(f())",
    "class Checked:\n    def step(self):\n        assert self\n"
    "def test_a():\n    Checked().step()",
    "def g(x):\n    raise AssertionError(x)\ndef test_a():\n    g(f())",
    "def test_a():\n    @given(x)\n    def run(x):\n        assert x\n    run()",
]


@pytest.mark.parametrize("code", IDLE)
def test_a_test_that_only_calls_is_idle(code: str) -> None:
    ((line, name, _),) = asserting(ast.parse(code)).idle
    assert f"def {name}(" in code.split("\n")[line - 1]


@pytest.mark.parametrize("code", ASSERTING)
def test_a_test_that_asserts_here_or_in_a_helper_is_not(code: str) -> None:
    assert asserting(ast.parse(code)).idle == ()


@pytest.fixture
def tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in the place of tests/."""
    folder = tmp_path / "tests"
    (folder / "x").mkdir(parents=True)
    for module in (testchecks, facts):
        monkeypatch.setattr(module, "_TESTS", folder)
    return folder


def test_a_test_that_calls_a_helper_of_another_file_asserts_if_that_does(
    tests: Path,
) -> None:
    file, helper = tests / "x" / "test_a.py", tests / "helper.py"
    file.write_text("from helper import walk\n\n\ndef test_a():\n    walk()\n", "utf-8")
    helper.write_text("def walk():\n    pass\n", "utf-8")
    (found,) = testchecks.idle()
    assert str(found).startswith("test_a.py:4: test_a asserts nothing: assert what")
    helper.write_text("def walk():\n    assert walk\n", "utf-8")
    assert testchecks.idle() == []


def test_a_module_that_no_test_and_no_example_reaches_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "sdnotes" / "x"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "shown.py").write_text('"""Says.\n\n>>> 1\n1\n"""\n', "utf-8")
    (package / "lone.py").write_text("ONE = 1\n", "utf-8")
    monkeypatch.setattr(testchecks, "ROOT", tmp_path)
    (found,) = testchecks.untested()
    assert str(found).startswith("lone.py:1: no test runs this module: write tests/x/")
    monkeypatch.setattr(imports, "closure", lambda *_: {package / "lone.py"})
    assert testchecks.untested() == []


def test_a_package_whose_refusals_no_table_tries_is_told_at_the_first_of_them(
    tests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tests.parent / "sdnotes" / "x"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    code = 'def f(a):\n    if a < 0:\n        raise ValueError(f"a={a!r} is below 0")\n'
    (package / "module.py").write_text(code, "utf-8")
    monkeypatch.setattr(testchecks, "ROOT", tests.parent)
    (found,) = testchecks.unrefused()
    assert str(found).startswith("module.py:3: no test tries what this package refuses")
    table = tests / "x" / "test_x_refusals.py"
    table.write_text('def test_all():\n    assert missed("x", []) == []\n', "utf-8")
    assert testchecks.unrefused() == []


def test_our_modules_and_tests_are_all_of_use() -> None:
    assert [str(problem) for problem in testchecks.problems()] == []
