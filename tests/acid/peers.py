"""A database that isolates nothing: it shows that our stories can fail.

A write is there at once, for everybody to see; an abort puts the old values back.
"""

from sdnotes.acid import Predicate
from sdnotes.acid.operations import Value
from sdnotes.acid.playing import Shown
from sdnotes.acid.script import Command, Verb


class Bare:
    """No isolation at all: the failure that every level prevents in part."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.undo: dict[str, list[tuple[str, Value | None]]] = {}

    def open(self, initially: dict[str, Value]) -> None:
        self.values, self.undo = dict(initially), {}

    def committed(self) -> dict[str, Value]:
        return dict(sorted(self.values.items()))

    def _put(self, who: str, key: str, value: Value | None) -> None:
        self.undo.setdefault(who, []).append((key, self.values.get(key)))
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value

    def _rows(self, where: str) -> dict[str, Value]:
        asked = Predicate(where)
        return {k: v for k, v in sorted(self.values.items()) if asked.matches(k, v)}

    def step(self, command: Command) -> Shown:
        who = command.who
        match command.verb:
            case Verb.GET | Verb.GET_FOR_UPDATE:
                return self.values.get(command.key)
            case Verb.SCAN:
                return self._rows(command.where)
            case Verb.PUT:
                self._put(who, command.key, command.value)
            case Verb.DELETE:
                self._put(who, command.key, None)
            case Verb.DELETE_WHERE:
                for key in self._rows(command.where):
                    self._put(who, key, None)
            case Verb.ADD:
                for key, value in self._rows(command.where).items():
                    self._put(who, key, int(value) + int(command.value))
            case Verb.ABORT:
                for key, before in reversed(self.undo.pop(who, [])):
                    self._put(who, key, before)
        return None
