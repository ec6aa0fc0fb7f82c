"""A child process of a test: with signals as a shell gives them, and never left behind.

    with child([sys.executable, "-c", code]) as process:
        ...                      <- however this ends, the child is over after it

What starts us in the background ignores SIGINT, and children inherit that: a child that
is to be interrupted would never end. So a small Python goes first, puts the signals
right and becomes the command, with the same process id. (``preexec_fn`` would do it in
the fork, where a lock that another of our threads held stays held for ever.) Left out:
the child's own children.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

ENDS_WITHIN_S = 60.0


BECOME = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@contextmanager
def child(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Start a process; kill it at the end of the block if it still runs.

    Raises TimeoutExpired for one that even a kill does not end.
    """
    process = subprocess.Popen(  # noqa: S603 - a test's own command
        [sys.executable, "-I", "-S", "-c", BECOME, *command], **options
    )
    try:
        yield process
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        process.wait(ENDS_WITHIN_S)
