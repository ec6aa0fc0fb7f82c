"""Read the histories that Jepsen writes: a call is one line, and its answer another.

    {:type :invoke, :f :write, :value 3, :process 0}    line 1
    {:type :invoke, :f :read, :value nil, :process 1}   line 2
    {:type :ok, :f :write, :value 3, :process 0}        line 3
    {:type :info, :f :read, :value nil, :process 1}     line 4

    0: write 3 [1..3] ok          1: read [2..4] unknown

    :type      an answer of it becomes
    :ok        ok: it took effect, and :value is what it answered
    :fail      failed: it had no effect, whatever the reason, and is left out
    :info      unknown: it may have taken effect, may still, or never
    none       unknown: the history ends while it runs

The order of the lines is the order of the calls and answers, so an operation's times
are line numbers: a checker needs no clock. Processes that are no number, such as
:nemesis, inject faults; they are passed over. A history may also be one vector of maps.

A compare-and-set that found another value is :fail in Jepsen, and so is left out: less
is known than this project's *ok, false* says.

Source: Jepsen's history library, README (github.com/jepsen-io/history).
Left out: transactions; their operations are refused by the model.
Chapter: docs/chapters/cap/.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from sdnotes.cap.edn import Edn, values
from sdnotes.sim import History, MalformedHistoryError, Operation, Outcome, Value
from sdnotes.sim.history import is_plain

_OUTCOMES = {":ok": Outcome.OK, ":fail": Outcome.FAILED, ":info": Outcome.UNKNOWN}
_ANSWERS_TELL = (":read", ":dequeue")
"""Their value is an answer; that of the others is what they were told to do."""


class _LineError(ValueError):
    """A line is not one of Jepsen's."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    fields: dict[str, Edn]

    def __getitem__(self, name: str) -> Edn:
        return self.fields.get(name)


@dataclass(slots=True)
class _Reader:
    is_keyed: bool
    open: dict[int, _Line] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def read(self, line: _Line) -> None:
        process = line[":process"]
        if not isinstance(process, int) or isinstance(process, bool):
            return  # a nemesis
        kind = line[":type"]
        if kind == ":invoke":
            if process in self.open:
                raise _LineError(f"process {process} calls while a call of it is open")
            self.open[process] = line
        elif kind in _OUTCOMES:
            if process not in self.open:
                raise _LineError(f"process {process} is answered, and did not call")
            self._finish(process, _OUTCOMES[str(kind)], line)
        else:
            raise _LineError(f":type is {kind}, not :invoke, :ok, :fail or :info")

    def end(self) -> History:
        for process in list(self.open):
            self._finish(process, Outcome.UNKNOWN, None)
        return History(tuple(self.operations))

    def _finish(self, process: int, outcome: Outcome, answer: _Line | None) -> None:
        call = self.open.pop(process)
        if answer is not None and answer[":f"] != call[":f"]:
            raise _LineError(f"process {process} called {call[':f']}")
        action = str(call[":f"])
        key, argument = self._split(call)
        result: Value = None
        if action in _ANSWERS_TELL:
            argument = None
        if answer is not None and outcome is Outcome.OK:
            if action in _ANSWERS_TELL:
                _, result = self._split(answer)
            elif action == ":cas":
                result = True
        never = answer is None or outcome is Outcome.UNKNOWN
        self.operations.append(
            Operation(
                process=str(process),
                action=action.removeprefix(":"),
                argument=argument,
                invoked_us=call.number,
                completed_us=None if never or answer is None else answer.number,
                outcome=outcome,
                result=result,
                key=key,
            )
        )

    def _split(self, line: _Line) -> tuple[str, Value]:
        value = line[":value"]
        key: Edn = ""
        if self.is_keyed:
            if not isinstance(value, tuple) or len(value) != 2:
                raise _LineError(f":value is not a pair [key value] but {value!r}")
            key, value = value
        if not is_plain(value):
            raise _LineError(
                ":value is not made of true, false, nil, whole numbers, texts and "
                f"vectors of them: {value!r}"
            )
        return str(key), cast("Value", value)


def history_of(text: str, *, keyed: bool = False) -> History:
    """Return the history that Jepsen wrote; times are line numbers, from 1.

    ``keyed`` says that each :value is a pair [key value], as jepsen.independent writes
    it. Raises MalformedHistoryError, with the number of the line, for what cannot be
    read.
    """
    reader = _Reader(keyed)
    number = 0
    try:
        for number, operation in enumerate(_maps(text), start=1):
            reader.read(_Line(number, operation))
        number += 1
        return reader.end()
    except ValueError as error:
        message = f"operation {number} in the file is not one of Jepsen's: {error}"
        raise MalformedHistoryError(message) from error


def _maps(text: str) -> Iterator[dict[str, Edn]]:
    for value in values(text):
        for inside in value if isinstance(value, tuple) else (value,):
            if not isinstance(inside, dict):
                raise _LineError(f"{inside!r} is no map")
            yield inside
