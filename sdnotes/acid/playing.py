"""Play an interleaving, step by step, on the store or on any other database.

    step  T1            T2
       1  get x: 10
       2                get x: 10
       3  put x 11
       4                put x 12: waits for T1
       5  commit
       4                put x 12: refused, x was changed by T1 since T2 began

A step that must wait is made again after every other step, and what its transaction was
to do next waits with it. Of a transaction that was refused, the rest is left out.

Source: toydb and Hermitage play such scripts too, the latter by hand.
Left out: chance. Builds on: sdnotes.acid.store, script. Chapter: docs/chapters/acid/.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from sdnotes.acid.errors import TransactionAbortedError, WouldBlockError
from sdnotes.acid.operations import Operation, Value
from sdnotes.acid.script import Command, Script, Verb, parse
from sdnotes.acid.store import Store
from sdnotes.acid.transaction import Transaction
from sdnotes.sim import History, Outcome
from sdnotes.sim import Operation as Bar
from sdnotes.tables import text_table

Shown: TypeAlias = "Value | dict[str, Value] | None"
"""What a step showed: a get its value, a scan keys and values, all else nothing."""


class Database(Protocol):
    """Whatever can take a script's steps, one at a time."""

    def open(self, initially: dict[str, Value]) -> None:
        """Hold these keys and values, and nothing else."""

    def step(self, command: Command) -> Shown:
        """Do a step, or raise WouldBlockError or TransactionAbortedError.

        One that had to wait is asked for again, until it is done or refused.
        """

    def committed(self) -> dict[str, Value]:
        """Return what is committed."""


@dataclass(slots=True)
class StoreDatabase:
    """The store, all of whose transactions run at one level."""

    isolation: str
    store: Store = field(default_factory=Store)
    transactions: dict[str, Transaction] = field(default_factory=dict)

    def open(self, initially: dict[str, Value]) -> None:
        """Hold these keys and values, and nothing else."""
        self.store = Store(isolation=self.isolation, initially=initially)
        self.transactions = {}

    def step(self, command: Command) -> Shown:
        """Do a step of the script."""
        if command.who not in self.transactions:
            self.transactions[command.who] = self.store.begin(command.who)
        return _do(self.transactions[command.who], command)

    def committed(self) -> dict[str, Value]:
        """Return what is committed."""
        return self.store.committed()


def _do(transaction: Transaction, command: Command) -> Shown:
    key, value, where = command.key, command.value, command.where
    asked: dict[Verb, Callable[[], object]] = {
        Verb.BEGIN: lambda: None,
        Verb.PUT: lambda: transaction.put(key, value),
        Verb.DELETE: lambda: transaction.delete(key),
        Verb.DELETE_WHERE: lambda: transaction.delete_where(where),
        Verb.ADD: lambda: transaction.add(int(value), where),
        Verb.COMMIT: transaction.commit,
        Verb.ABORT: transaction.abort,
    }
    match command.verb:
        case Verb.GET:
            return transaction.get(key)
        case Verb.GET_FOR_UPDATE:
            return transaction.get(key, for_update=True)
        case Verb.SCAN:
            return transaction.scan(where)
    asked[command.verb]()
    return None


class What(StrEnum):
    """What came of a step."""

    DONE = "done"
    WAITS = "waits"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened: a step done, refused, or found to wait.

    ``number`` is its place in the script, counted from 1; a step that waits happens
    again when it is done or refused.
    """

    number: int
    who: str
    text: str
    what: What
    shown: Shown = None
    why: str = ""
    waits_for: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.what is What.WAITS:
            return f"{self.text}: waits for {', '.join(self.waits_for) or 'others'}"
        if self.what is What.REFUSED:
            return f"{self.text}: refused, {self.why}"
        return self.text + (f": {said}" if (said := self.said) else "")

    @property
    def said(self) -> str:
        """Return what it showed, in words; nothing where it is not to show anything."""
        if isinstance(self.shown, dict):
            rows = ", ".join(f"{key} = {value}" for key, value in self.shown.items())
            return rows or "nothing"
        if self.text.startswith("get"):
            return "nothing" if self.shown is None else str(self.shown)
        return ""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a script, in the order in which it happened."""

    names: tuple[str, ...]
    steps: tuple[Step, ...]
    final: dict[str, Value]
    """What was committed at the end."""
    history: tuple[Operation, ...] = ()
    """What a checker reads; only the store writes it down."""

    def shown(self, who: str) -> list[Shown]:
        """Return what somebody's gets and scans showed, in order."""
        return [step.shown for step in self._of(who, What.DONE) if step.said]

    def _of(self, who: str, what: What) -> Iterable[Step]:
        return (s for s in self.steps if s.who == who and s.what is what)

    @property
    def waits(self) -> tuple[Step, ...]:
        """Return each step that had to wait, in order."""
        return tuple(step for step in self.steps if step.what is What.WAITS)

    @property
    def refused(self) -> dict[str, str]:
        """Return who was refused, and why."""
        refused = (step for step in self.steps if step.what is What.REFUSED)
        return {step.who: step.why for step in refused}

    @property
    def committed(self) -> tuple[str, ...]:
        """Return who has committed, in order."""
        done = (s for s in self.steps if s.what is What.DONE and s.text == "commit")
        return tuple(step.who for step in done)

    def table(self) -> str:
        """Return what happened as a table: a row a step, a column a transaction."""
        rows = (
            (
                step.number,
                *(str(step) if step.who == name else "" for name in self.names),
            )
            for step in self.steps
        )
        return text_table(("step", *self.names), rows)

    @property
    def timeline(self) -> History:
        """Return it for sdnotes.figures.timeline: who waits has a long bar."""
        bars: list[Bar] = []
        begun: dict[str, int] = {}
        for moment, step in enumerate(self.steps):
            begin_us = begun.setdefault(step.who, 2000 * moment)
            if step.what is not What.WAITS:
                del begun[step.who]
                bars.append(_bar(step, begin_us, 2000 * moment + 1000))
        waiting = {step.who: step for step in self.steps if step.who in begun}
        bars += [_bar(step, begun[who], None) for who, step in waiting.items()]
        return History(tuple(bars))


def _bar(step: Step, begin_us: int, end_us: int | None) -> Bar:
    outcome = {
        What.DONE: Outcome.OK,
        What.REFUSED: Outcome.FAILED,
        What.WAITS: Outcome.UNKNOWN,
    }[step.what]
    result = step.said or None
    argument = None if result else ""  # which says: there is nothing to show
    return Bar(step.who, step.text, argument, begin_us, end_us, outcome, result)


@dataclass(slots=True)
class _Player:
    database: Database
    script: Script
    steps: list[Step] = field(default_factory=list)
    queues: dict[str, list[tuple[int, Command]]] = field(default_factory=dict)
    """Of each who waits, in order of their waits: that step, then what comes next."""
    gone: set[str] = field(default_factory=set)

    def play(self) -> None:
        for number, command in enumerate(self.script.commands, start=1):
            if command.who in self.queues:
                self.queues[command.who].append((number, command))
            elif command.who not in self.gone:
                self._try(number, command)
            while self._let_one_go_on():
                pass

    def _let_one_go_on(self) -> bool:
        """Try again what waits; return whether anybody went on."""
        for who in list(self.queues):
            queue = self.queues[who]
            if self._try(*queue[0]):
                del self.queues[who]
                for place, (number, command) in enumerate(queue[1:], start=1):
                    if who not in self.gone and not self._try(number, command):
                        self.queues[who] = queue[place:]
                        break
                return True
        return False

    def _try(self, number: int, command: Command) -> bool:
        """Make a step; return whether it is settled, done or refused."""
        who = command.who
        try:
            shown = self.database.step(command)
        except WouldBlockError as wait:
            if who not in self.queues:
                self.queues[who] = [(number, command)]
                self._note(number, command, What.WAITS, waits_for=wait.waits_for)
            return False
        except TransactionAbortedError as refusal:
            self.gone.add(who)
            self._note(number, command, What.REFUSED, why=str(refusal))
            return True
        self._note(number, command, What.DONE, shown=shown)
        return True

    def _note(
        self,
        number: int,
        command: Command,
        what: What,
        *,
        shown: Shown = None,
        why: str = "",
        waits_for: tuple[str, ...] = (),
    ) -> None:
        if command.verb is not Verb.BEGIN:
            step = Step(number, command.who, command.text, what, shown, why, waits_for)
            self.steps.append(step)


def play(script: str, on: str | Database = "read committed") -> Played:
    """Play a script on a new store at a level, or on another database.

    Raises MalformedScriptError, and ValueError for a level that there is not.
    """
    parsed = parse(script)
    database = StoreDatabase(on) if isinstance(on, str) else on
    database.open(parsed.initially)
    player = _Player(database, parsed)
    player.play()
    history = database.store.history if isinstance(database, StoreDatabase) else ()
    return Played(parsed.names, tuple(player.steps), database.committed(), history)
