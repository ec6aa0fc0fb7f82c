"""A Python that has imported what every build imports, and forks for each command.

A build of the miniature takes a second, and to import MkDocs and its plugins another
one and a half. The server below imports them once; of the project itself it imports
nothing, since each tree has its own, changed by its test.

    test --{command, cwd, env}--> server --fork--> python -m command, in that tree
         <--{code, out, err}------
"""

import atexit
import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

DEAR = (
    *("_pytest.config", "pytest", "sybil", "filelock", "uuid"),
    *("mkdocs.commands.build", "mkdocs.contrib.search", "mkdocs.livereload"),
    *("material.plugins.search.plugin", "material.extensions.emoji", "yaml", "jinja2"),
    *("mkdocstrings", "mkdocstrings_handlers.python", "griffe", "markdown_exec"),
    *(
        "pymdownx.superfences",
        "pymdownx.emoji",
        "pymdownx.twemoji_db",
        "pymdownx.tilde",
    ),
    *("pygments.lexers", "pygments.lexers.python", "pygments.formatters", "selectolax"),
    *("zensical.extensions.emoji", "zensical.config", "pygal", "simpy"),
)
_OURS = ("sitebuild", "sdnotes", "evidence", "tests", "conftest")
# A hash seed is set when Python starts.
_FROM_THE_START = ("PYTHONHASHSEED", "PYTHONWARNINGS", "PYTHONOPTIMIZE")


class Server:
    """Runs ``python -m`` in any tree, from a process that stands ready."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(
        self, command: tuple[str, ...], cwd: str, env: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        if any(env.get(name) != os.environ.get(name) for name in _FROM_THE_START):
            raise ValueError(f"{_FROM_THE_START}: what Python reads at its start")
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            atexit.register(self.close)
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        print(json.dumps([command, cwd, env]), file=asked, flush=True)
        code, out, err = json.loads(answers.readline())
        return subprocess.CompletedProcess(command, code, out, err)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def _written_to(descriptor: int) -> Iterator[Any]:
    """Let what is written to a descriptor, by whatever child, go to a file."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        before = os.dup(descriptor)
        os.dup2(file.fileno(), descriptor)
        try:
            yield file
        finally:
            os.dup2(before, descriptor)
            os.close(before)


def _become(command: list[str], cwd: str, env: dict[str, str]) -> int:
    """Run a module as ``python -m`` does. Return the code that it ends with."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.dont_write_bytecode = bool(env.get("PYTHONDONTWRITEBYTECODE"))
    sys.path[:0] = [cwd, *env.get("PYTHONPATH", "").split(os.pathsep)]
    sys.argv = command
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - as Python itself at the end of a program
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _forked(command: list[str], cwd: str, env: dict[str, str]) -> tuple[int, str, str]:
    with _written_to(1) as out, _written_to(2) as err:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = _become(command, cwd, env)
                atexit._run_exitfuncs()
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        texts = [(file.seek(0), file.read())[1] for file in (out, err)]
    return os.waitstatus_to_exitcode(status), texts[0], texts[1]


def _serve() -> None:
    for name in DEAR:
        importlib.import_module(name)
    assert not sys.modules.keys() & set(_OURS), "each tree has its own"
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        print(json.dumps(_forked(*json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
    _serve()
