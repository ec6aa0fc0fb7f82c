"""Another thread comes just before a line of a method: does it break the method?"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any


def among_threads(
    module: ModuleType,
    method: str,
    line: str,
    *,
    first: Callable[[], object],
    then: Callable[[], object],
) -> list[object]:
    """Return what both get, if ``then`` starts before this line of ``first``.

    ``first`` goes on when ``then`` has ended, or after a moment: under a lock it waits
    for the first.
    """
    source = Path(str(module.__file__)).read_text("utf-8").splitlines()
    told: list[object] = []
    second = threading.Thread(target=lambda: told.append(then()), daemon=True)

    def trace(frame: FrameType, _event: str, _arg: object) -> Any:
        code = frame.f_code
        if code.co_filename != module.__file__ or code.co_name != method:
            return None

        def each_line(frame: FrameType, event: str, _arg: object) -> Any:
            if event == "line" and line in source[frame.f_lineno - 1]:
                sys.settrace(None)
                second.start()
                second.join(0.2)
                return None
            return each_line

        return each_line

    def run() -> None:
        sys.settrace(trace)
        try:
            told.insert(0, first())
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    second.join(20)
    assert len(told) == 2, "the line was not reached, or a thread hangs"
    return told
