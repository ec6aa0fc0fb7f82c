r"""What the command lines share: a text in, a text out, and help that is the docstring.

    parser = parser_of("python -m sdnotes.cap", __doc__)
    say(verdict_on(text_of(parser.parse_args().file)), sys.stdout)

Left out: what is asked, and the exit status; each ``__main__`` says that itself.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TextIO


def parser_of(program: str, doc: str | None) -> argparse.ArgumentParser:
    """Return a parser of a history's file, whose help is a module's docstring.

    The docstring's first paragraph stands above the arguments, the rest of it below
    them; "Left out:" and what follows is for who reads the code.
    """
    usage, _, rest = (doc or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog=program,
        description=usage,
        epilog=rest.rpartition("\n\nLeft out:")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", help="the history; - for standard input")
    return parser


def text_of(file: str) -> str:
    """Return what is in a file, "-" for standard input, without a byte order mark.

    Raises OSError if it cannot be read, and ValueError if it is no UTF-8.
    """
    if file == "-":
        return sys.stdin.read().removeprefix("\ufeff")  # as utf-8-sig does for files
    return Path(file).read_text("utf-8-sig")


def say(text: str, stream: TextIO) -> None:
    """Print text; what the terminal cannot show is printed as its number."""
    encoding = stream.encoding or "utf-8"
    legible = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        print(legible, file=stream, flush=True)
    except BrokenPipeError:
        # Whoever read has seen enough; at its end Python would write once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
