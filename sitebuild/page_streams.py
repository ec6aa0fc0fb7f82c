"""The standard streams of a snippet in a page: text and bytes, on their way to a run.

    print("a") --TextIOWrapper--> b"a" --Printed--> "a" --> Taker.take("out", "a")
    sys.stdout.buffer.write(b"a") ----------^

What the standard library's own class can do (encoding, errors, reconfigure) is not
written again here; only its far end is ours. Left out: file descriptors 1 and 2, which
python.ts looks after.
"""

import codecs
import contextlib
import io
import sys
from collections.abc import Iterator
from typing import Protocol


class Taker(Protocol):
    """What takes the printed text of one run after another."""

    @property
    def runs(self) -> int:
        """Return a number that tells one run from another."""

    def is_under_way(self, run: int) -> bool:
        """Return whether a run is on, and what works now belongs to no earlier one."""

    def take(self, kind: str, text: str) -> None:
        """Take text of the stream "out" or "err"."""

    def send(self) -> None:
        """Hand on at once what has been taken."""

    def stray(self, text: str) -> object:
        """Take what an earlier run left behind to be printed."""


class Printed(io.RawIOBase):
    """The far end of a standard stream: it decodes the bytes that come and hands on."""

    def __init__(self, kind: str, session: Taker) -> None:
        self.name = f"<std{kind}>"
        self._kind = kind
        self._session = session
        self._run = session.runs
        # A character may come in two pieces, and bytes that are no text are shown so.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, data: object) -> int:
        """Take bytes, as a stream of text or the snippet itself writes them."""
        chunk = bytes(memoryview(data))  # type: ignore[arg-type]  # raises
        self._hand_on(self._decoder.decode(chunk))
        return len(chunk)

    def _hand_on(self, text: str) -> None:
        """Let the session take text, unless it comes from what an earlier run left."""
        if self._session.is_under_way(self._run):
            self._session.take(self._kind, text)
        elif text:
            self._session.stray(text)

    def writable(self) -> bool:
        """Return True, as a terminal's stream does."""
        return True

    def flush(self) -> None:
        """Send what waits at once: that is what a snippet flushes for."""
        super().flush()
        if self._session.is_under_way(self._run):
            self._session.send()

    def end(self) -> None:
        """Hand on what began as a character and has not been completed."""
        self._hand_on(self._decoder.decode(b"", final=True))


def text_over(end: Printed, errors: str) -> io.TextIOWrapper:
    """Return a stream of text that keeps nothing back, so that order is kept."""
    return io.TextIOWrapper(
        end,  # without a buffer, as under ``python -u``
        encoding="utf-8",
        errors=errors,
        newline="\n",
        write_through=True,
    )


def between_runs(session: Taker) -> None:
    """Let what is printed while no run is on be told at once, as stray.

    Python's own stream would keep it back, and hand it on in the middle of a later run.
    """
    sys.stdout = sys.__stdout__ = text_over(Printed("out", session), "strict")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = text_over(Printed("err", session), "strict")  # type: ignore[misc]


@contextlib.contextmanager
def standard_streams(session: Taker) -> Iterator[None]:
    """Let what is printed go to the session's run, and nothing be read."""
    names = "stdin", "stdout", "stderr", "__stdout__", "__stderr__"
    before = {name: getattr(sys, name) for name in names}
    ends = Printed("out", session), Printed("err", session)
    out, err = text_over(ends[0], "strict"), text_over(ends[1], "backslashreplace")
    for name, stream in zip(names, (io.StringIO(), out, err, out, err), strict=True):
        setattr(sys, name, stream)
    try:
        yield
    finally:
        for text, end in zip((out, err), ends, strict=True):
            with contextlib.suppress(ValueError):  # closed, or taken apart
                text.flush()
            end.end()
        for name, stream in before.items():
            setattr(sys, name, stream)
