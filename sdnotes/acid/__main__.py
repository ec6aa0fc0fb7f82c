r"""Judge which isolation level a history of transactions keeps, from the command line.

    python -m sdnotes.acid history.jsonl                    which levels does it keep?
    python -m sdnotes.acid history.jsonl --level "snapshot isolation"
    python -m sdnotes.acid history.edn --format elle
    echo "r1[x] r2[x] w1[x] w2[x] c1 c2" | python -m sdnotes.acid - --format notation

A line of the file is one transaction; broken here to fit:

    {"transaction": "T1", "begin": 0, "end": 40, "status": "committed",
     "operations": [["read", "x", 50], ["write", "x", 10]]}

    transaction    its name, another one in each line
    operations     what it did, in its order:
                     ["read", key, value]
                     ["write", key, value]; null deletes
                     ["write", key, value, [condition, ...]] says what the value meets
                     ["append", key, element]; a read of such a key has a list
                     ["scan", condition, {key: value, ...}], all that was found
    status         committed, aborted or unknown; left out: committed
    begin, end     whole numbers in any unit: when the client called and was answered
                   or, with --exact, when the database took the snapshot and committed;
                   may be left out

A condition is "all", "key = x", "key from a to m", "value = 20" or "value % 3 = 0", or
any name of your own, which writes then say that they meet. Another line may tell the
order of versions, oldest first: {"orders": {"x": [50, 10]}}

Each value is to be written once to a key, so that a read tells whom it saw. A key that
is only appended to tells the order of its versions as well.

Exit status: 0 for a history that keeps the level, 1 for one that does not, 2 for one
that is malformed or cannot be read, 3 for one that could not be decided.

Left out: figures. Chapter: docs/chapters/acid/.
"""

import argparse
import sys

from sdnotes.acid.elle import history_of_elle
from sdnotes.acid.forbidden import IsolationLevel, Standing
from sdnotes.acid.history import TransactionHistory
from sdnotes.acid.judging import LIMIT, judge_isolation
from sdnotes.acid.lines import history_of_lines
from sdnotes.acid.notation import history_of_notation
from sdnotes.commands import parser_of, say, text_of

_STATUS = {Standing.KEPT: 0, Standing.BROKEN: 1, Standing.UNDECIDED: 3}


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = parser_of("python -m sdnotes.acid", __doc__)
    parser.add_argument(
        "--level",
        type=_level,
        default=IsolationLevel.SERIALIZABLE,
        help=f"{', '.join(IsolationLevel)} (default: %(default)s)",
    )
    parser.add_argument(
        "--format",
        choices=("lines", "notation", "elle"),
        default="lines",
        help="lines: JSON as below; notation: r1[x=1] w1[x=2] c1, as papers write; "
        "elle: as Jepsen writes it (default: lines)",
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="begin and end are the database's own moments of snapshot and commit",
    )
    parser.add_argument(
        "--limit",
        type=_steps,
        default=LIMIT,
        help="how many steps the search for an order of versions may take, where reads "
        "do not tell it (default: %(default)s); a million is about a second",
    )
    return parser.parse_args(arguments)


def _level(text: str) -> IsolationLevel:
    plain = text.lower().replace("-", " ").replace("_", " ")
    for level in IsolationLevel:
        if plain == level or text.upper() == level.portable:
            return level
    raise argparse.ArgumentTypeError(
        f"{text[:40]!r} is none of {', '.join(IsolationLevel)}"
    )


def _steps(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number of steps")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Print the verdict on one file; return the exit status."""
    asked = _arguments(arguments)
    try:
        verdict = judge_isolation(_not_empty(_history(asked)), asked.limit)
    except (OSError, ValueError) as error:
        say(f"{asked.file}: {error}", sys.stderr)
        return 2
    say(f"{asked.level}: {verdict.levels[asked.level]}\n{verdict}", sys.stdout)
    return _STATUS[verdict.levels[asked.level]]


def _history(asked: argparse.Namespace) -> TransactionHistory:
    text = text_of(asked.file)
    if asked.format == "elle":
        return history_of_elle(text)
    if asked.format == "notation":
        return history_of_notation(text)
    return history_of_lines(text.split("\n"), exact_moments=asked.exact)


def _not_empty(history: TransactionHistory) -> TransactionHistory:
    if not history.transactions:
        raise ValueError("no transactions: there is nothing to judge")
    return history


if __name__ == "__main__":
    sys.exit(main())
