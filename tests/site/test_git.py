"""Git is asked about the folder that it is given, whoever calls us."""

from pathlib import Path

import pytest

from sitebuild import ROOT
from sitebuild.files import files
from sitebuild.git import git

READS = ("tests/**/*.py", "sitebuild/**/*.py")


def repository(folder: Path) -> Path:
    folder.mkdir()
    (folder / folder.name).touch()
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    return folder


def test_a_hook_s_repository_is_not_the_one_that_is_worked_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What git hands to a hook of a linked worktree: whole paths."""
    contributors = repository(tmp_path / "contributors")
    monkeypatch.setenv("GIT_DIR", str(contributors / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(contributors / ".git" / "index"))
    tests_own = repository(tmp_path / "tests_own")
    assert git(tests_own, "ls-files") == "tests_own\n"
    assert git(contributors, "ls-files") == "contributors\n"


def test_nothing_else_calls_git() -> None:
    own = {ROOT / "sitebuild" / "git.py", Path(__file__)}
    for folder in ("sitebuild", "tests"):
        for path in files(ROOT / folder, "**/*.py"):
            assert path in own or '"git"' not in path.read_text("utf-8"), path
