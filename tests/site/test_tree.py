"""The tree keeps its promises: mirror, fences, sizes, names, pins."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from sitebuild import DOCS, ROOT, checks, facts, fences, records
from sitebuild.copies import environment_of
from sitebuild.files import files
from sitebuild.git import git
from sitebuild.problems import Problem, line_of, relative

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
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEXT_SUFFIXES = {".md", ".py", ".toml", ".yml", ".txt", ".css", ".svg", ".json", ".cff"}


def tracked() -> list[Path]:
    """Return the files of the project, without what was made from them."""
    made = {".venv", "site", ".git", ".cache", ".browser", "node_modules"}
    made |= {"__pycache__", ".hypothesis"}
    found: list[Path] = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [
            name
            for name in below
            if name not in made and not name.endswith(("_cache", ".new"))
        ]
        mine = [
            name
            for name in names
            if not name.startswith((".#", "._")) and Path(folder, name) != facts.KEPT
        ]
        found += [Path(folder, name) for name in mine]
    return found


@pytest.mark.slow  # `make quick` asks for this itself, stale records last
def test_nothing_is_wrong_with_the_tree() -> None:
    assert [str(problem) for problem in checks.source_problems()] == []


@pytest.mark.slow  # a second pytest, which `make quick` can do without
def test_every_snippet_of_every_page_is_collected_as_a_test() -> None:
    beside = [*fences.root_pages(), *fences.scripts()]
    pages = ["docs", *(str(path) for path in beside)]
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
        for path in fences.all_pages()
        for block in fences.scan_text(path.read_text("utf-8"), path)
        if block.kind != "check"  # which runs with each answer
    }
    assert written
    assert collected == written


def test_at_most_one_snippet_in_twenty_is_native() -> None:
    blocks = [b for b in fences.scan(DOCS) if b.kind == "python"]
    native = [block.where for block in blocks if block.native is not None]
    too_many = "at most one snippet in twenty runs in no browser: make one a study"
    assert 20 * len(native) <= len(blocks), f"{native[-1]}: {too_many}; now {native}"


MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 45


def too_long(path: Path, text: str) -> list[str]:
    """Return what is too long of a module, at its line."""
    lines = len(text.splitlines())
    found = []
    if lines > MOST_LINES:
        message = f"{lines} lines, at most {MOST_LINES}: these are two ideas, cut it"
        found.append(str(Problem(relative(path), MOST_LINES + 1, message)))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MOST_LINES_OF_A_FUNCTION:
                message = (
                    f"{node.name} has {lines} lines, at most "
                    f"{MOST_LINES_OF_A_FUNCTION}: give a part of it a name of its own"
                )
                found.append(str(Problem(relative(path), node.lineno, message)))
    return found


def test_modules_and_functions_are_short() -> None:
    modules = (
        path
        for folder in ("sdnotes", "sitebuild", "evidence")
        for path in files(ROOT / folder, "**/*.py")
        if "node_modules" not in path.parts
    )
    assert [
        w for path in modules for w in too_long(path, path.read_text("utf-8"))
    ] == []


def test_what_is_too_long_is_told_at_its_line() -> None:
    path = ROOT / "sdnotes" / "x.py"
    body = "    pass\n" * MOST_LINES_OF_A_FUNCTION
    assert too_long(path, f"x = 1\n\n\nasync def run():\n{body}") == [
        "sdnotes/x.py:4: run has 46 lines, at most 45: give a part of it a name of its "
        "own"
    ]
    assert too_long(path, "x = 1\n" * 301) == [
        "sdnotes/x.py:301: 301 lines, at most 300: these are two ideas, cut it"
    ]
    assert too_long(path, f"def run():\n{body[9:]}") == []


def test_the_package_needs_only_simpy() -> None:
    """What it may import, sitebuild/cores.py checks."""
    assert [d.split("=")[0] for d in PYPROJECT["project"]["dependencies"]] == ["simpy"]


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
        "find" + "-links",
        "index" + "-url http",
    ]
    found = [
        f"{relative(path)}:{number}: {word!r} is of one machine, or index: leave it out"
        for path in tracked()
        if path.suffix in TEXT_SUFFIXES or path.name in ("Makefile", "run")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        for word in machine
        if word in line
    ]
    assert found == []


def test_what_is_pinned_is_what_pyproject_asks_for() -> None:
    pins = (ROOT / "requirements.txt").read_text("utf-8")
    for wanted in PYPROJECT["project"]["optional-dependencies"]["dev"]:
        name, version = wanted.lower().partition(";")[0].split("==")
        pinned = re.search(rf"^{re.escape(name)}=={re.escape(version)}\b", pins, re.M)
        line = line_of(ROOT / "pyproject.toml", wanted)
        assert pinned, f"pyproject.toml:{line}: {wanted} is not pinned: run `make pins`"


class OneKeyOnce(yaml.SafeLoader):
    """YAML as GitHub reads it: a key that stands twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        keys = [self.construct_object(key) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"{node.start_mark}: a key stands twice"
        return super().construct_mapping(node, deep)


def workflow(stem: str) -> dict[Any, Any]:
    """Return a workflow; YAML reads its key ``on`` as true."""
    path = ROOT / ".github" / "workflows" / f"{stem}.yml"
    return dict(yaml.load(path.read_text("utf-8"), OneKeyOnce))  # noqa: S506 - is safe


def commands(job: dict[str, Any]) -> str:
    """Return all that the steps of a job run."""
    return "\n".join(step.get("run", "") for step in job.get("steps", []))


def python_of(job: dict[str, Any]) -> str:
    """Return the Python that a job sets up."""
    (version,) = (
        step["with"]["python-version"]
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/setup-python@")
    )
    return str(version)


FLOWS = {path.stem: workflow(path.stem) for path in WORKFLOWS}
JOBS = [
    pytest.param(flow, name, job, id=f"{flow}-{name}")
    for flow, content in FLOWS.items()
    for name, job in content["jobs"].items()
]
each_job = pytest.mark.parametrize(("flow", "name", "job"), JOBS)
PARTS = {
    "check-units": "not slow",
    "check-site": "slow and not browser",
    "check-browsers": "slow and browser",
}


def recipe(*arguments: str) -> list[str]:
    """Return the commands of a make target, without running them."""
    options = ["--dry-run", "--no-print-directory", "--old-file", ".venv/.installed"]
    # The tests may run below make themselves, which hands its own arguments on.
    outer = ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS")
    done = subprocess.run(
        ["make", *options, *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in outer},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_there_are_the_three_workflows() -> None:
    assert list(FLOWS) == ["check", "site", "weekly"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_workflows_pin_actions_by_commit_and_may_only_read(path: Path) -> None:
    uses = re.findall(r"uses: (\S+.*)", path.read_text("utf-8"))
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    for use in uses:
        assert use == "./.github/workflows/check.yml" or pinned.fullmatch(use), use
    flow = FLOWS[path.stem]
    assert flow["permissions"] == {"contents": "read"}
    assert not {"pull_request_target", "workflow_run"} & set(flow[True])


def test_an_action_has_the_same_pin_wherever_it_is_used() -> None:
    uses = {
        use
        for path in WORKFLOWS
        for use in re.findall(r"uses: (\S+)@(.*)", path.read_text("utf-8"))
    }
    assert len(uses) == len({action for action, _ in uses})


@each_job
def test_a_job_ends_in_time_keeps_no_credentials_and_names_what_exists(
    flow: str, name: str, job: dict[str, Any]
) -> None:
    if "uses" in job:
        assert "timeout-minutes" not in job  # GitHub refuses it there
    else:
        assert 0 < job["timeout-minutes"] <= 120
    assert set(job.get("needs", [])) <= set(FLOWS[flow]["jobs"])
    matrix = job.get("strategy", {}).get("matrix", {})
    assert set(re.findall(r"matrix\.(\w+)", str(job))) == set(matrix)
    ids = {step.get("id") for step in job.get("steps", [])}
    assert set(re.findall(r"steps\.(\w+)", str(job))) <= ids
    for step in job.get("steps", []):
        assert ("uses" in step) != ("run" in step)
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}


@each_job
def test_each_make_target_of_a_workflow_is_in_the_makefile(
    flow: str, name: str, job: dict[str, Any]
) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake (\S+)", commands(job)):
        assert re.search(rf"^{target}: ", makefile, re.MULTILINE), target


def test_nothing_that_a_pull_request_runs_may_write() -> None:
    assert [stem for stem, flow in FLOWS.items() if "pull_request" in flow[True]] == [
        "check"
    ]
    assert set(FLOWS["check"][True]) == {"pull_request", "workflow_call"}
    assert FLOWS["check"][True]["workflow_call"] is None  # no secrets, no inputs
    for job in FLOWS["check"]["jobs"].values():
        assert not {"permissions", "environment", "env"} & set(job)
    assert not re.search(r"secrets|github\.token|GITHUB_TOKEN", str(FLOWS["check"]))


def test_only_a_commit_whose_whole_check_passed_is_published() -> None:
    site = FLOWS["site"]
    assert site[True] == {"push": {"branches": ["main"]}, "workflow_dispatch": None}
    jobs = site["jobs"]
    assert jobs["check"] == {"uses": "./.github/workflows/check.yml"}
    assert set(jobs["publish"]["needs"]) == {"check", "build"}
    # A condition that calls always() or failure() would run after a red check too.
    assert jobs["publish"]["if"] == "github.ref == 'refs/heads/main'"
    assert "if" not in jobs["build"]
    assert "actions/cache" not in str(jobs["build"])
    for stem, flow in FLOWS.items():
        for name, job in flow["jobs"].items():
            if (stem, name) != ("site", "publish"):
                assert "permissions" not in job
                assert "deploy-pages" not in str(job)


def test_no_push_to_main_cancels_what_runs_there() -> None:
    """In a called workflow ``github.workflow`` and ``github.ref`` are the caller's."""
    site, check = FLOWS["site"]["concurrency"], FLOWS["check"]["concurrency"]
    assert site == {"group": "site", "cancel-in-progress": False}
    number = "github.event.pull_request.number || github.run_id"
    assert check == {"group": f"check-${{{{ {number} }}}}", "cancel-in-progress": True}


def test_each_part_of_the_check_runs_on_the_oldest_and_the_newest_python() -> None:
    oldest = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    newest = python_of(FLOWS["site"]["jobs"]["build"])
    jobs = FLOWS["check"]["jobs"]
    assert [commands(job).splitlines()[-1] for job in jobs.values()] == [
        f"make {target} PYTHON=python" for target in PARTS
    ]
    for job in jobs.values():
        assert job["strategy"] == {
            "fail-fast": False,
            "matrix": {"python": [oldest, newest]},
        }
        assert python_of(job) == "${{ matrix.python }}"


def test_only_the_job_that_drives_browsers_installs_one() -> None:
    jobs = FLOWS["check"]["jobs"]
    assert [name for name, job in jobs.items() if "chromium" in str(job)] == [
        "browsers"
    ]


def test_a_cache_is_found_again_only_for_the_same_pins_python_and_machine() -> None:
    found: dict[str, set[str]] = {}
    for job in FLOWS["check"]["jobs"].values():
        for step in job["steps"]:
            if "actions/cache@" in step.get("uses", ""):
                key = step["with"]["key"]
                assert set(step["with"]) == {"path", "key"}  # no restore-keys
                assert f"{job['runs-on']}-${{{{ matrix.python }}}}-" in key
                hashed = re.findall(r"'([^']+)'", key)
                assert {"requirements.txt", "sitebuild/web/package-lock.json"} <= set(
                    hashed
                )
                assert all(list(ROOT.glob(pattern)) for pattern in hashed)
                found.setdefault(key.partition("-")[0], set()).add(str(step))
    assert set(found) == {"downloads", "browser"}
    assert all(len(steps) == 1 for steps in found.values())
    # The runtimes in .browser hold our own code; what is kept is made from pins alone.
    (kept,) = found["browser"]
    assert set(re.findall(r"\.browser[\w/*.-]*", kept)) == {
        ".browser/wheels",
        ".browser/library-*.bin",
    }


def test_the_parts_of_the_check_are_the_check() -> None:
    *static, tests = recipe("check")
    assert len(static) == 5
    assert " -m " not in tests
    assert recipe("check-units") == [*static, f'{tests} -m "not slow"']
    for target in ("check-site", "check-browsers"):
        assert recipe(target) == [f'{tests} -m "{PARTS[target]}"']


@pytest.mark.parametrize("slow", [True, False])
@pytest.mark.parametrize("browser", [True, False])
def test_every_test_is_in_exactly_one_part_of_the_check(
    slow: bool, browser: bool
) -> None:
    marks = {"slow": slow, "browser": browser}
    chosen = [eval(part, {}, marks) for part in PARTS.values()]  # noqa: S307 - ours
    assert sum(chosen) == 1


def test_what_drives_a_browser_is_marked_so_and_slow(
    request: pytest.FixtureRequest,
) -> None:
    """Looks at the tests of this run: in the whole check, at all of them."""
    for item in request.session.items:
        drives = "playwright" in getattr(item, "fixturenames", ())
        assert drives == bool(item.get_closest_marker("browser")), item.nodeid
        assert not drives or item.get_closest_marker("slow"), item.nodeid


def debian_packages() -> set[str]:
    """Return the packages that the labs' calls of ``find`` name."""
    named = set()
    for path in files(ROOT / "evidence" / "labs", "**/*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "find":
                words = {word.arg: word.value for word in node.keywords}
                package = words["package"] if "package" in words else node.args[1]
                if isinstance(package, ast.Name):
                    package = constants[package.id]
                named.add(ast.literal_eval(package))
    return named


def test_the_weekly_run_installs_the_servers_of_all_labs_and_no_others() -> None:
    script = commands(FLOWS["weekly"]["jobs"]["labs"]).replace("\\\n", " ")
    (line,) = re.findall(r"apt-get install (.*)", script)
    packages = [word for word in line.split() if not word.startswith("-")]
    assert len(debian_packages()) >= 4
    assert sorted(debian_packages()) == packages


def test_the_weekly_run_runs_all_that_has_a_record() -> None:
    jobs = FLOWS["weekly"]["jobs"]
    assert {kind for _, kind in records.KINDS.values()} == set(jobs)
    for name, job in jobs.items():
        options = " ALL=1" if name == "studies" else ""
        assert commands(job).splitlines()[-1] == f"make {name}{options} PYTHON=python"
    assert "evidence.run studies --all" in recipe("studies", "ALL=1")[-1]


def test_every_package_of_the_labs_is_there_for_the_python_that_runs_them() -> None:
    """Libcachesim has wheels for Linux on x86_64, and not for the newest Python."""
    python = python_of(FLOWS["weekly"]["jobs"]["labs"])
    runner = {"python_version": python, "sys_platform": "linux"}
    extras = PYPROJECT["project"]["optional-dependencies"]
    for wanted in map(Requirement, [*extras["dev"], *extras["labs"]]):
        marker = wanted.marker
        assert not marker or marker.evaluate(runner | {"platform_machine": "x86_64"})


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
    paths = [ROOT / name for name in git(ROOT, "ls-files").splitlines()]
    assert len(paths) > 100
    made = {"node_modules", ".browser", ".venv"}
    suffixes = {".whl", ".wasm", ".pyc", ".zip", ".bin"}
    assert [
        f"{relative(path)}:1: is made or installed, or above 1 MB: git rm --cached it"
        for path in filter(Path.is_file, paths)
        if made & set(path.parts)
        or path.suffix in suffixes
        or path.stat().st_size > 1_000_000
    ] == []
