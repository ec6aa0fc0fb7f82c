"""A snippet prints what ``python <name>.py`` prints: at the build and in a page.

The judge is Python itself: each program is written to a file and run by it.
"""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from sitebuild import ROOT, engine
from sitebuild.fences import scan_text
from sitebuild.page_runner import Session
from sitebuild.problems import ProblemError

ANYWHERE = {
    "its own text": "with open(__file__) as file:\n    print(file.read())",
    "the module of what is built in": "print(__builtins__.__name__)",
    "an exit function": "import atexit\natexit.register(print, 'bye')\nprint('x')",
    "exit functions, the last first": """\
import atexit
for n in range(3):
    atexit.register(print, n)
print('x')""",
    "an exit function that was taken back": """\
import atexit
def bye(): print('bye')
atexit.register(bye)
atexit.register(print, 'kept')
atexit.unregister(bye)""",
    "an object that is held to the end": """\
class A:
    def __del__(self):
        print('closed', __name__)
a = A()
print('end')""",
    "a generator that is not at its end": """\
def rows():
    try:
        yield 1
    finally:
        print('closed')
it = rows()
print(next(it))""",
    "a finalizer": """\
import weakref
class A: pass
a = A()
weakref.finalize(a, print, 'gone')
print('end')""",
    "a finalizer of what goes early": """\
import weakref
class A: pass
a = A()
weakref.finalize(a, print, 'gone')
del a
print('end')""",
    "its own line in a traceback": """\
import traceback
try:
    {}['x']
except KeyError:
    print(traceback.format_exc())""",
    "its name": "import os, sys\nprint(os.path.basename(sys.argv[0]), len(sys.argv))",
    "its file": "import os\nprint(os.path.basename(__file__), __name__)",
    "a usage": "import argparse\nargparse.ArgumentParser().print_usage()",
    "the source of a class": """\
import inspect
class A:
    x = 1
print(inspect.getsource(A))""",
    "bytes": "import sys\nsys.stdout.buffer.write(b'raw\\n')\nprint('text')",
    "an encoding": "import sys\nprint(sys.stdout.encoding)",
    "a stream that it closes": """\
import sys
with sys.stdout as out:
    print('x', file=out)""",
    "a warning that it records": """\
import warnings
with warnings.catch_warnings(record=True) as seen:
    warnings.warn('old')
print(len(seen))""",
    "a warning that is no error": """\
import warnings
try:
    with warnings.catch_warnings(record=True):
        warnings.warn('old')
    print('went on')
except UserWarning:
    print('caught')""",
    "a module that it writes": """\
with open('made.py', 'w') as file:
    file.write('x = 7')
import made
print(made.x)""",
}
NATIVE = {
    "a thread that ends late": """\
import threading, time
def work():
    time.sleep(0.05)
    print('worker done')
threading.Thread(target=work).start()
print('main done')""",
    "an executor that nobody waits for": """\
import time
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor()
pool.submit(lambda: (time.sleep(0.05), print('worker done')))
print('main done')""",
    "a timer": """\
import threading
threading.Timer(0.05, print, ['rang']).start()
print(1)""",
    "a daemon, which is not waited for": """\
import threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
print('main done')""",
    "a child process": """\
import multiprocessing
def work(): print('child', flush=True)
if __name__ == '__main__':
    process = multiprocessing.get_context('fork').Process(target=work)
    process.start()
    process.join()
    print('parent', flush=True)""",
    "child processes that start anew": """\
import multiprocessing
def square(n): return n * n
if __name__ == '__main__':
    for way in 'spawn', 'forkserver':
        with multiprocessing.get_context(way).Pool(2) as pool:
            print(pool.map(square, [1, 2, 3]))""",
    "a program that it starts": """\
import subprocess, sys
subprocess.run([sys.executable, '-c', 'print(1)'], check=True)
print(2)""",
}


def by_python(code: str, folder: Path) -> str:
    (folder / "snippet.py").write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "-u", "snippet.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert done.stderr == ""
    return engine.as_recorded(done.stdout)


def at_the_build(code: str, native: str = "") -> str:
    text = f'```python name="snippet"{native}\n{code}\n```\n'
    (block,) = scan_text(text, ROOT / "docs" / "page.md")
    return engine.run(block).text


def in_a_page(code: str) -> str:
    said: list[tuple[str, str]] = []
    session = Session(lambda kind, part: said.append((kind, part)))
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # Python's, in place of pytest's
        assert session.run(code, "snippet.py", published=True), said
    assert {kind for kind, _ in said} <= {"out"}
    return engine.as_recorded("".join(part for _, part in said))


@pytest.mark.parametrize("code", ANYWHERE.values(), ids=list(ANYWHERE))
def test_a_snippet_prints_what_python_prints(code: str, tmp_path: Path) -> None:
    wanted = by_python(code, tmp_path).replace(f"{tmp_path}/", "")
    assert at_the_build(code) == wanted
    assert in_a_page(code) == wanted


@pytest.mark.parametrize("code", NATIVE.values(), ids=list(NATIVE))
def test_what_it_starts_is_waited_for_and_prints_into_its_output(
    code: str, tmp_path: Path
) -> None:
    wanted = by_python(code, tmp_path)
    assert at_the_build(code, ' native="process"') == wanted
    if "process" not in code:
        assert at_the_build(code, ' native="threads"') == wanted


@pytest.mark.parametrize(
    ("code", "native", "said"),
    [
        (
            "import threading\nthreading.Thread(target=lambda: 1 / 0).start()",
            "threads",
            "ZeroDivisionError",
        ),
        ("import os\nos.write(2, b'from C')", "", "wrote to stderr: from C"),
        (
            "import os, sys\nos.system(f'{sys.executable} -c \"import no\"')",
            "process",
            "ModuleNotFoundError: No module named 'no'",
        ),
        (
            "import atexit\natexit.register(lambda: 1 / 0)",
            "",
            "Exception ignored in atexit callback",
        ),
        ("import warnings\nwarnings.warn('old')", "", "UserWarning: old"),
        ("import os\nos.system('echo x')", "process", ""),
    ],
)
def test_what_goes_wrong_beside_or_after_the_code_is_not_lost(
    code: str, native: str, said: str
) -> None:
    with_native = f' native="{native}"' if native else ""
    if not said:
        assert at_the_build(code, with_native) == "x"
        return
    with pytest.raises(ProblemError) as caught:
        at_the_build(code, with_native)
    assert said in str(caught.value)


def test_what_a_run_left_behind_ends_with_it_and_prints_nothing_into_the_next() -> None:
    said: list[str] = []
    session = Session(lambda _, part: said.append(part))
    held = ANYWHERE["an object that is held to the end"]
    session.run(held, "one.py", published=True)
    assert "".join(said) == "end\nclosed __main__\n"
    said.clear()
    session.run("print(2)", "two.py", published=True)
    assert "".join(said) == "2\n"
