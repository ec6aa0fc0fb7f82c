"""An interleaving as a text that reads as a story: who does what, line by line.

    x = 10, y = 20              what is there at the beginning
    T1 begin                    T1 scan value % 3 = 0
    T1 get x                    T1 add -5 where key = x
    T1 get x for update         T1 delete x
    T1 put x 11                 T1 delete where value = 20
    T1 commit                   T1 abort

A transaction begins at its ``begin``, or else at its first step. Empty lines are left
out, and so is what stands behind a ``#``.

Source: the notation is ours; Bernstein, Hadzilacos, Goodman 1987, has another one.
Left out: steps that depend on what was read. Chapter: docs/chapters/acid/.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sdnotes.acid.operations import Value
from sdnotes.acid.predicate import Predicate, as_value

_KEY = r"[^\s,]+"


class MalformedScriptError(ValueError):
    """A line of a script says nothing that can be done; its author must mend it."""


class Verb(StrEnum):
    """What one line of a script asks for, as a pattern of what follows the name."""

    BEGIN = r"begin"
    GET = rf"get (?P<key>{_KEY})"
    GET_FOR_UPDATE = rf"get (?P<key>{_KEY}) for update"
    PUT = rf"put (?P<key>{_KEY}) (?P<value>\S+)"
    DELETE = rf"delete (?P<key>{_KEY})"
    DELETE_WHERE = r"delete where (?P<where>.+)"
    ADD = r"add (?P<amount>-?\d+) where (?P<where>.+)"
    SCAN = r"scan (?P<where>.+)"
    COMMIT = r"commit"
    ABORT = r"abort"


ENDS = (Verb.COMMIT, Verb.ABORT)


@dataclass(frozen=True, slots=True)
class Command:
    """One line: who is to do what. ``key``, ``value``, ``where``: as the verb needs."""

    line: int
    who: str
    text: str
    verb: Verb
    key: str = ""
    value: Value = 0
    where: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """What is there at the beginning, and then what is done, in order."""

    initially: dict[str, Value]
    commands: tuple[Command, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return who takes part, in order of appearance."""
        return tuple(dict.fromkeys(command.who for command in self.commands))


def parse(text: str) -> Script:
    """Return what a script says.

    Raises MalformedScriptError, with the number of the line, counted from 1.
    """
    initially: dict[str, Value] = {}
    commands: list[Command] = []
    ended: set[str] = set()
    for number, line in _lines(text):
        if not commands and re.match(rf"{_KEY} = ", line):
            initially |= _initially(number, line)
            continue
        command = _command(number, line)
        seen = {each.who for each in commands}
        if command.who in ended or (command.verb is Verb.BEGIN and command.who in seen):
            raise MalformedScriptError(
                f"line {number}: {command.who} has already "
                f"{'ended' if command.who in ended else 'begun'}: {line!r}"
            )
        if command.verb in ENDS:
            ended.add(command.who)
        commands.append(command)
    return Script(initially, tuple(commands))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if said := " ".join(line.partition("#")[0].split()):
            yield number, said


def _initially(number: int, line: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for part in line.split(", "):
        match = re.fullmatch(rf"({_KEY}) = (\S+)", part)
        if match is None or match[1] in found:
            raise MalformedScriptError(f"line {number}: {part!r} is not like x = 10")
        found[match[1]] = as_value(match[2])
    return found


def _command(number: int, line: str) -> Command:
    who, _, said = line.partition(" ")
    for verb in Verb:
        if match := re.fullmatch(verb, said):
            words = match.groupdict()
            where = words.get("where", "")
            value = words.get("value", words.get("amount", "0"))
            try:
                Predicate(where or "all")
            except ValueError as error:
                raise MalformedScriptError(f"line {number}: {error}") from error
            if not who.isidentifier():
                raise MalformedScriptError(f"line {number}: {who!r} is not a name")
            key = words.get("key", "")
            return Command(number, who, said, verb, key, as_value(value), where)
    raise MalformedScriptError(
        f"line {number}: {line!r} is none of: T1 begin, get, put, delete, add, scan, "
        "commit, abort"
    )
