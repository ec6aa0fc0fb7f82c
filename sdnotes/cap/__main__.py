"""Judge the history of your own system from the command line.

    python -m sdnotes.cap history.jsonl                     is it linearizable?
    python -m sdnotes.cap history.jsonl --model queue
    python -m sdnotes.cap - --initial null --figure why.svg < history.jsonl

A line of the file is one operation:

    {"process": "c1", "action": "write", "argument": 1, "invoked_us": 0,
     "completed_us": 40, "outcome": "ok", "result": null, "key": "x"}

What a line may leave out: sdnotes.sim.History.from_json_lines. Exit status: 0 for a
history that is linearizable, 1 for one that is not, 2 for one that is malformed.

Left out: the formats of other tools. Chapter: docs/chapters/cap.md.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sdnotes.cap.models import Account, Counter, Model, Queue, Register
from sdnotes.cap.verdict import Verdict, by_key, judge
from sdnotes.figures.timeline import timeline
from sdnotes.sim import History
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
        return (frozen(json.loads(text)),)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not JSON") from error


def main(arguments: list[str] | None = None) -> int:
    """Print the verdict on one file; return the exit status."""
    asked = _arguments(arguments)
    try:
        text = sys.stdin.read() if asked.file == "-" else Path(asked.file).read_text()
        history = History.from_json_lines(text.splitlines())
        initial = asked.initial or ()
        verdict = judge(history, MODELS[asked.model](*initial))
    except (OSError, ValueError) as error:  # MalformedHistoryError is a ValueError
        print(f"{asked.file}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(verdict)  # noqa: T201
    if asked.figure is not None and history.operations:
        asked.figure.write_text(_figure(history, verdict), "utf-8")
    return 0 if verdict else 1


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
