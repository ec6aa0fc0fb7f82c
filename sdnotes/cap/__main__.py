"""Judge the history of your own system from the command line.

    python -m sdnotes.cap history.jsonl                     is it linearizable?
    python -m sdnotes.cap history.jsonl --model queue
    python -m sdnotes.cap - --initial null --figure why.svg < history.jsonl

A line of the file is one operation:

    {"process": "c1", "action": "write", "argument": 1, "invoked_us": 0,
     "completed_us": 40, "outcome": "ok", "result": null, "key": "x"}

What a line may leave out: sdnotes.sim.History.from_json_lines. An operation that was
answered "no, and nothing was done" is "failed"; a compare-and-set that found another
value is "ok" with the result false. After an unknown outcome a client that was never
answered goes on under a new name.

Exit status: 0 for a history that is linearizable, 1 for one that is not, 2 for one that
is malformed or cannot be read, 3 for one that is too tangled to be decided.

Left out: the formats of other tools. Chapter: docs/chapters/cap/.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from sdnotes.cap.linearizability import UndecidedError
from sdnotes.cap.models import Account, Counter, Model, Queue, Register
from sdnotes.cap.verdict import Verdict, by_key, judge
from sdnotes.figures.timeline import timeline
from sdnotes.sim import History
from sdnotes.sim.history import is_plain
from sdnotes.sim.trace import frozen

MODELS: dict[str, Callable[..., Model[Any]]] = {
    "register": Register,
    "counter": Counter,
    "account": Account,
    "queue": Queue,
}


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sdnotes.cap", description="Is a history linearizable?"
    )
    parser.add_argument("file", help="one operation a line, as JSON; - for stdin")
    parser.add_argument("--model", choices=MODELS, default="register")
    parser.add_argument(
        "--initial", help="the object's first state, as JSON (register: 0)", type=_json
    )
    parser.add_argument(
        "--figure", type=Path, help="an SVG file to write: the first key that fails"
    )
    return parser.parse_args(arguments)


def _json(text: str) -> tuple[object]:
    """Return the value in a tuple: null is a value, and not the same as none given."""
    try:
        value = frozen(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not JSON") from error
    if not is_plain(value):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a plain value")
    return (value,)


def main(arguments: list[str] | None = None) -> int:
    """Print the verdict on one file; return the exit status."""
    asked = _arguments(arguments)
    try:
        history = History.from_json_lines(_text(asked.file).split("\n"))
        initial = asked.initial or ()
        verdict = judge(_not_empty(history), MODELS[asked.model](*initial))
        if asked.figure is not None:
            asked.figure.write_text(_figure(history, verdict), "utf-8")
    except UndecidedError as error:
        _say(f"{asked.file}: {error}", sys.stderr)
        return 3
    # A MalformedHistoryError is a ValueError; a time of 400 digits has no pixel.
    except (OSError, ValueError, OverflowError) as error:
        _say(f"{asked.file}: {error}", sys.stderr)
        return 2
    _say(str(verdict), sys.stdout)
    return 0 if verdict else 1


def _text(file: str) -> str:
    if file == "-":
        return sys.stdin.read().removeprefix("\ufeff")  # as utf-8-sig does for files
    return Path(file).read_text("utf-8-sig")


def _not_empty(history: History) -> History:
    if not history.operations:
        raise ValueError("no operations: there is nothing to judge")
    return history


def _say(text: str, stream: TextIO) -> None:
    """Print text; what the terminal cannot show is printed as its number."""
    encoding = stream.encoding or "utf-8"
    legible = text.encode(encoding, "backslashreplace").decode(encoding)
    print(legible, file=stream)


def _figure(history: History, verdict: Verdict) -> str:
    for key, refutation in verdict.refutations.items():
        why = timeline(
            refutation.prefix,
            order=refutation.order,
            wrong=refutation.answers,
            title=f"Not linearizable{f': key {key!r}' if key else ''}",
            description=str(refutation),
        )
        return str(why)
    key = next(iter(verdict.orders))
    shown = timeline(
        by_key(history)[key],
        order=verdict.orders[key],
        title=f"Linearizable{f': key {key!r}' if key else ''}",
        description="The numbers are an order that explains every answer.",
    )
    return str(shown)


if __name__ == "__main__":
    sys.exit(main())
