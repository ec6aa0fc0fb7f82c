"""Read transaction histories as Jepsen writes them for Elle, in EDN or JSON.

    {:type :invoke, :process 0, :value [[:append :x 1] [:r :y nil]]}         line 1
    {:type :ok,     :process 0, :value [[:append :x 1] [:r :y [2]]]}         line 2
    {"type": "ok", "process": 1, "value": [["w", "x", 1], ["r", "y", null]]}

    :ok     committed, with what was read       :r       a read
    :fail   aborted                             :append  one more element of a list
    :info   unknown                             :w       a write

A call and its answer are two lines of one process; their numbers are the moments of
begin and end, as the client saw them. An answer without a call has no moments. What
was called and never answered is unknown. Processes that are no numbers inject faults.

Source: jepsen-io/elle, README and tests; jepsen-io/history, README.
Left out: sets, counters, predicates. Builds on: sdnotes.cap.edn.
Chapter: docs/chapters/acid/.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sdnotes.acid.history import (
    Access,
    Append,
    Read,
    Status,
    Transaction,
    TransactionHistory,
    Write,
)
from sdnotes.cap.edn import Edn, values
from sdnotes.sim import MalformedHistoryError, Value
from sdnotes.sim.history import is_plain
from sdnotes.sim.trace import frozen

_STATUSES = {
    "ok": Status.COMMITTED,
    "fail": Status.ABORTED,
    "info": Status.UNKNOWN,
}


class _LineError(ValueError):
    """A line is not one of Jepsen's."""


def history_of_elle(text: str) -> TransactionHistory:
    """Return the history; transactions are named by the number of their last line.

    Raises MalformedHistoryError, with the number of the operation, for what cannot be
    read.

    Examples:
        >>> history = history_of_elle("{:type :ok, :process 0, :value [[:w :x 1]]}")
        >>> history.transactions[0]  # doctest: +ELLIPSIS
        Transaction(name='T1', accesses=(Write(key='x', value=1, meets=()),), ...)
    """
    reader = _Reader()
    number = 0
    try:
        for number, fields in enumerate(_maps(text), start=1):
            reader.read(number, fields)
        return reader.end()
    except (ValueError, RecursionError) as error:
        message = f"operation {number} in the file is not one of Jepsen's: {error}"
        raise MalformedHistoryError(message) from error


def _maps(text: str) -> Iterator[Mapping[str, Edn]]:
    first = next((line for line in text.split("\n") if line.strip()), "")
    if first.lstrip().startswith('{"'):
        for line in text.split("\n"):
            if line.strip():
                yield _map(json.loads(line))
        return
    for value in values(text):
        for inside in value if isinstance(value, tuple) else (value,):
            yield _map(inside)


def _map(value: object) -> Mapping[str, Edn]:
    if not isinstance(value, dict):
        raise _LineError(f"{value!r} is no map")
    return {name.removeprefix(":"): frozen(inside) for name, inside in value.items()}


@dataclass(slots=True)
class _Reader:
    calls: dict[int, tuple[int, Edn]] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)

    def read(self, number: int, fields: Mapping[str, Edn]) -> None:
        process = fields.get("process")
        if process is not None and type(process) is not int:
            return  # a nemesis
        kind = str(fields.get("type")).removeprefix(":")
        if kind == "invoke":
            if process in self.calls:
                raise _LineError(f"process {process} calls while a call of it is open")
            if process is not None:
                self.calls[process] = number, fields.get("value")
        elif kind in _STATUSES:
            begin = (
                self.calls.pop(process, (None, None))[0]
                if process is not None
                else None
            )
            self._add(number, fields.get("value"), _STATUSES[kind], begin)
        else:
            raise _LineError(f"type is {kind!r}, not invoke, ok, fail or info")

    def end(self) -> TransactionHistory:
        for number, value in self.calls.values():
            self._add(number, value, Status.UNKNOWN, number)
        return TransactionHistory(tuple(self.transactions))

    def _add(self, number: int, value: Edn, status: Status, begin: int | None) -> None:
        if not isinstance(value, tuple):
            raise _LineError(f"value {value!r} is not a vector of operations")
        accesses = tuple(map(_access, value))
        answered = begin is not None and status is not Status.UNKNOWN
        end = number if answered else None
        name = f"T{number}"
        self.transactions.append(Transaction(name, accesses, status, begin, end))


def _access(part: Edn) -> Access:
    if not isinstance(part, tuple) or len(part) not in (2, 3):
        raise _LineError(f"{part!r} is not a vector such as [:r :x 1]")
    kind = str(part[0]).removeprefix(":")
    key = str(part[1]).removeprefix(":")
    value = part[2] if len(part) == 3 else None
    if not is_plain(value):
        raise _LineError(f"{value!r} is not made of true, false, nil, numbers, texts")
    plain: Value = value  # type: ignore[assignment]
    if kind == "r":
        return Read(key, plain)
    if kind == "w":
        return Write(key, plain)
    if kind == "append":
        return Append(key, plain)
    raise _LineError(f"{kind!r} is not r, w or append")
