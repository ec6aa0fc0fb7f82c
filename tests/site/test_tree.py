"""The tree keeps its promises: mirror, fences, sizes, names, pins."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from sitebuild import DOCS, ROOT, checks, fences
from sitebuild.copies import environment_of

READS = (
    "*",
    "docs/**/*",
    "sdnotes/**/*",
    "sitebuild/*.py",
    "sitebuild/*/*",
    "sitebuild/web/src/*",
    "tests/**/*",
    "evidence/**/*",
    ".github/**/*",
    ".ci/*",
)

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
COPYABLE = PYPROJECT["tool"]["sdnotes"]["copyable"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEXT_SUFFIXES = {".md", ".py", ".toml", ".yml", ".txt", ".css", ".svg", ".json", ".cff"}


def tracked() -> list[Path]:
    """Return the files of the project, without what was made from them."""
    made = {".venv", "site", ".git", ".cache", ".browser", "node_modules"}
    made.add("__pycache__")
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not any(p in made or p.endswith(("_cache", ".new")) for p in path.parts)
        and not path.is_relative_to(ROOT / ".hypothesis")
    ]


def test_nothing_is_wrong_with_the_tree() -> None:
    assert [str(problem) for problem in checks.source_problems()] == []


@pytest.mark.slow  # a second pytest, which `make quick` can do without
def test_every_snippet_of_every_page_is_collected_as_a_test() -> None:
    pages = ["docs", *(path.name for path in fences.root_pages())]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *pages],
        cwd=ROOT,
        env=environment_of(ROOT),
        capture_output=True,
        text=True,
        check=True,
    )
    collected = {
        (match[1], int(match[2]))
        for match in re.finditer(r"^(\S+\.md)::line:(\d+)", done.stdout, re.MULTILINE)
    }
    written = {
        (block.path.relative_to(ROOT).as_posix(), block.line)
        for path in (*fences.pages(DOCS), *fences.root_pages())
        for block in fences.scan_text(path.read_text("utf-8"), path)
    }
    assert written
    assert collected == written


def test_at_most_one_snippet_in_twenty_is_native() -> None:
    blocks = [b for b in fences.scan(DOCS) if b.kind == "python"]
    assert 20 * sum(b.native is not None for b in blocks) <= len(blocks)


def test_modules_and_functions_are_short() -> None:
    import ast  # noqa: PLC0415 - only here

    for folder in ("sdnotes", "sitebuild", "evidence"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            assert len(text.splitlines()) <= 300, path
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    end = node.end_lineno or node.lineno
                    assert end - node.lineno < 45, f"{path}:{node.lineno} {node.name}"


def test_the_package_needs_only_simpy_and_imports_nothing_of_the_site() -> None:
    assert [d.split("=")[0] for d in PYPROJECT["project"]["dependencies"]] == ["simpy"]
    for path in (ROOT / "sdnotes").rglob("*.py"):
        text = path.read_text("utf-8")
        assert not re.search(r"^\s*(import|from) (sitebuild|evidence)", text, re.M), (
            path
        )
        for forbidden in (
            "time.time",
            "sleep(",
            "datetime.now",
            "open(",
            "import socket",
        ):
            assert forbidden not in text, f"{path}: a core does no I/O: {forbidden}"


def test_each_chapter_is_linked_from_the_map_of_the_home_page() -> None:
    home = (DOCS / "index.md").read_text("utf-8")
    for path in (DOCS / "chapters").glob("*.md"):
        assert f"](chapters/{path.name})**" in home


@pytest.mark.parametrize("name", COPYABLE)
def test_a_copyable_class_works_alone_in_an_empty_folder(
    name: str, tmp_path: Path
) -> None:
    for file in COPYABLE[name]:
        # Modules of one package that need each other stand side by side then.
        code = re.sub(
            r"^from sdnotes\.\w+\.(\w+) import",
            r"from \1 import",
            (ROOT / file).read_text("utf-8"),
            flags=re.MULTILINE,
        )
        (tmp_path / Path(file).name).write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "doctest", "-v", *map(str, tmp_path.glob("*.py"))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"[1-9]\d* (tests )?passed", done.stdout)
    assert "sdnotes" not in re.sub(
        r"docs/\S+|sdnotes\.\S+ ?\(", "", "\n".join(imports(tmp_path))
    )


def imports(folder: Path) -> list[str]:
    """Return the import lines of the modules of a folder."""
    return [
        line
        for path in folder.glob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if re.match(r"\s*(import|from) ", line)
    ]


def test_dependencies_are_pinned_with_hashes_and_no_file_names_an_index() -> None:
    pins = (ROOT / "requirements.txt").read_text("utf-8")
    blocks = re.split(r"\n(?=[a-z])", pins.strip())
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)
    # Written apart, so that this very file does not hold them.
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org"]
    machine = [
        *hosts,
        "/" + "work/",
        "/" + "root/",
        "find-links",
        "index" + "-url http",
    ]
    for path in tracked():
        if path.suffix in TEXT_SUFFIXES or path.name in ("Makefile", "run"):
            text = path.read_text("utf-8")
            found = [word for word in machine if word in text]
            assert not found or path.name == "test_tree.py", f"{path}: {found}"


def test_what_is_pinned_is_what_pyproject_asks_for() -> None:
    pins = (ROOT / "requirements.txt").read_text("utf-8")
    for wanted in PYPROJECT["project"]["optional-dependencies"]["dev"]:
        name, version = wanted.lower().partition(";")[0].split("==")
        assert re.search(rf"^{re.escape(name)}=={re.escape(version)}\b", pins, re.M)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_workflows_pin_actions_by_commit_and_may_only_read(path: Path) -> None:
    text = path.read_text("utf-8")
    workflow = yaml.safe_load(text)
    for use in re.findall(r"uses: (\S+.*)", text):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use), use
    assert workflow["permissions"] == {"contents": "read"}
    triggers = workflow[True]  # YAML reads the key `on` as true
    assert "pull_request_target" not in triggers
    for name, job in workflow["jobs"].items():
        assert job.get("timeout-minutes"), name
        if "pull_request" in triggers:
            assert "permissions" not in job
            assert "secrets" not in str(job)


def test_there_are_the_three_workflows() -> None:
    assert [path.stem for path in WORKFLOWS] == ["check", "site", "weekly"]


def test_make_help_prints_every_target() -> None:
    done = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert f"make {target} " in done.stdout


@pytest.mark.slow  # `make quick` also runs in copies, which are no repositories
def test_nothing_that_a_package_manager_installs_is_in_the_repository() -> None:
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in done.stdout.splitlines()]
    assert len(paths) > 100
    for path in filter(Path.is_file, paths):
        assert not {"node_modules", ".browser", ".venv"} & set(path.parts), path
        assert path.suffix not in {".whl", ".wasm", ".pyc", ".zip", ".bin"}, path
        assert path.stat().st_size < 1_000_000, path
