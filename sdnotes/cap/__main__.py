r"""Judge the history of your own system from the command line.

    python -m sdnotes.cap history.jsonl                     is it linearizable?
    python -m sdnotes.cap history.jsonl --model queue
    python -m sdnotes.cap history.edn --format jepsen --initial null
    python -m sdnotes.cap history.jsonl --model mine.py:Texts
    python -m sdnotes.cap - --initial null --figure why.svg < history.jsonl

A line of the file is one operation:

    {"process": "c1", "action": "write", "argument": 1, "invoked_us": 0,
     "completed_us": 40, "outcome": "ok", "result": null, "key": "x"}

    process        who called; one call at a time, and a new name after a lost answer
    action         read, write or cas; add; withdraw; enqueue or dequeue
    argument       what was asked for; [old, new] for a cas; may be left out
    invoked_us     when it was called: a whole number, in any unit (--unit names it)
    completed_us   when it was answered; left out or null: never
    outcome        ok, failed (nothing was done) or unknown; left out: ok if it was
                   answered, unknown if not
    result         what it answered; a cas that found another value is ok with false
    key            which object, where there are several; each is judged by itself

A log without clocks can give line numbers as its times, with --unit line. With
--format jepsen the lines are Jepsen's own, a call and an answer each.

A model of your own is a subclass of sdnotes.cap.Model: --model file.py:Class.

Exit status: 0 for a history that is linearizable, 1 for one that is not, 2 for one that
is malformed or cannot be read, 3 for one that is too tangled to be decided.

Left out: the formats of other tools. Chapter: docs/chapters/cap/.
"""

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sdnotes.cap.jepsen import history_of
from sdnotes.cap.linearizability import LIMIT, UndecidedError
from sdnotes.cap.models import Account, Counter, Model, Queue, Register
from sdnotes.cap.report import report
from sdnotes.cap.verdict import Verdict, by_key, judge
from sdnotes.commands import parser_of, say, text_of
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
    parser = parser_of("python -m sdnotes.cap", __doc__)
    parser.add_argument(
        "--model",
        default="register",
        help=f"{', '.join(MODELS)}, or your own as file.py:Class (default: register)",
    )
    parser.add_argument(
        "--initial",
        help="the object's first state, as JSON (default: 0; of a queue: [])",
        type=_json,
    )
    parser.add_argument(
        "--limit",
        type=_states,
        default=LIMIT,
        help="how many states are visited before it gives up (default: %(default)s); "
        "each takes 30 to 200 microseconds and some 500 bytes",
    )
    _add_how_to_read(parser)
    parser.add_argument(
        "--figure", type=Path, help="an SVG file to write: the first key that fails"
    )
    return parser.parse_args(arguments)


def _add_how_to_read(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("lines", "jepsen"),
        default="lines",
        help="lines: JSON as below; jepsen: EDN as Jepsen writes it (default: lines)",
    )
    parser.add_argument(
        "--keyed",
        action="store_true",
        help="Jepsen's values are pairs, [key value]",
    )
    parser.add_argument(
        "--unit",
        help="of the times, as they are shown: us, ms, ns or line "
        "(default: us; of Jepsen's: line)",
        choices=("us", "ms", "ns", "line"),
    )


def _states(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number above 0")
    return int(text)


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
        model = _model(asked.model)(*(asked.initial or ()))
        history = _not_empty(_history(asked))
        verdict = judge(history, model, asked.limit)
        if asked.figure is not None:
            asked.figure.write_text(_figure(history, verdict), "utf-8")
    except UndecidedError as error:
        say(f"{asked.file}: {error}; --limit gives it more", sys.stderr)
        return 3
    # A MalformedHistoryError is a ValueError; a time of 400 digits has no pixel.
    except (OSError, ValueError, OverflowError) as error:
        say(f"{asked.file}: {error}", sys.stderr)
        return 2
    unit = asked.unit or ("line" if asked.format == "jepsen" else "us")
    say(report(history, verdict, model, asked.model, unit), sys.stdout)
    return 0 if verdict else 1


def _history(asked: argparse.Namespace) -> History:
    text = text_of(asked.file)
    if asked.format == "jepsen":
        return history_of(text, keyed=asked.keyed)
    return History.from_json_lines(text.split("\n"))


def _model(name: str) -> Callable[..., Model[Any]]:
    """Return the kind of object that is named; raises ValueError if there is none."""
    if name in MODELS:
        return MODELS[name]
    file, _, kind = name.rpartition(":")
    if not file:
        known = ", ".join(MODELS)
        raise ValueError(f"--model {name}: not {known}, and not file.py:Class")
    found = importlib.util.spec_from_file_location("own_model", file)
    if found is None or found.loader is None:
        raise ValueError(f"--model {name}: {file} is not a Python file")
    module = importlib.util.module_from_spec(found)
    sys.modules["own_model"] = module  # where dataclasses look for their types
    found.loader.exec_module(module)
    own = getattr(module, kind, None)
    if not (isinstance(own, type) and issubclass(own, Model)):
        raise ValueError(  # noqa: TRY004 - whatever is wrong with the file
            f"--model {name}: {kind} is not a subclass of sdnotes.cap.Model"
        )
    return own


def _not_empty(history: History) -> History:
    if not history.operations:
        raise ValueError("no operations: there is nothing to judge")
    return history


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
