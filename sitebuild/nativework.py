"""Work that a browser's Python cannot do: threads, processes, compiled cryptography.

A block that does such work says so on its fence (``native="threads"``); one that says
nothing is refused where it begins, and one that says it and does not is told too.
"""

import contextlib
import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from sitebuild.page_runner import refusing

_STARTS = {"subprocess.Popen", "os.fork", "os.posix_spawn", "os.system"}
"""What Python tells an audit hook where a process is started."""


@contextlib.contextmanager
def used_natively() -> Iterator[set[str]]:
    """Note which kinds of native work are done meanwhile."""
    used: set[str] = set()
    listening = True

    def hear(event: str, _: tuple[Any, ...]) -> None:
        if listening and event in _STARTS:
            used.add("process")

    def noted(kind: str, function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            used.add(kind)
            return function(*args, **kwargs)

        return call

    sys.addaudithook(hear)
    before = threading.Thread.start, hashlib.scrypt
    threading.Thread.start = noted("threads", before[0])  # type: ignore[method-assign]
    hashlib.scrypt = noted("scrypt", before[1])
    try:
        yield used
    finally:
        threading.Thread.start, hashlib.scrypt = before  # type: ignore[method-assign]
        listening = False
        used |= {"cryptography"} & sys.modules.keys()


def _refused(what: str, native: str) -> Any:
    return refusing(
        f'a snippet that starts {what} needs native="{native}" on its fence: a '
        "browser's Python cannot"
    )


def refuse_native_work() -> None:
    """Let a block that starts threads or a process be told how to ask for them."""
    threading.Thread.start = _refused("threads", "threads")  # type: ignore[method-assign]
    subprocess.Popen.__init__ = _refused("a process", "process")  # type: ignore[method-assign]
