"""What happened, in order: the one list from which every reading is made.

       ms  who   what
      0.0  ATM1  shows 100
      0.0  ATM1  -> ATM2: -50          a message leaves ...
     10.0  ATM2  <- ATM1: -50          ... and arrives, or is lost on the way

From a trace come the table above, the space-time diagram (sdnotes.figures), the
history that a checker judges (sdnotes.sim.history) and the assertions of the tests.

Left out: causality. Two events at the same microsecond keep the order in which they
were written.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, TypeAlias

from sdnotes.tables import text_table

Value: TypeAlias = "bool | int | str | tuple[Value, ...] | None"
"""What an operation takes and gives: plain values that JSON can carry."""


@dataclass(frozen=True, slots=True)
class Note:
    """Somebody did or saw something by itself."""

    at_us: int
    who: str
    text: str

    @property
    def what(self) -> str:
        """Return the event in words, without its time and place."""
        return self.text


@dataclass(frozen=True, slots=True)
class Sent:
    """A message left; ``message`` is its number in this run, from 0."""

    at_us: int
    who: str
    to: str
    message: int
    label: str

    @property
    def what(self) -> str:
        """Return the event in words, without its time and place."""
        return f"-> {self.to}: {self.label}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A copy of a message arrived at ``who``; a duplicate arrives twice."""

    at_us: int
    who: str
    sender: str
    message: int
    label: str

    @property
    def what(self) -> str:
        """Return the event in words, without its time and place."""
        return f"<- {self.sender}: {self.label}"


@dataclass(frozen=True, slots=True)
class Lost:
    """A copy of a message from ``who`` will never arrive."""

    at_us: int
    who: str
    to: str
    message: int
    label: str
    reason: str

    @property
    def what(self) -> str:
        """Return the event in words, without its time and place."""
        return f"-x {self.to}: {self.label} ({self.reason})"


@dataclass(frozen=True, slots=True)
class CutMade:
    """Links stopped carrying messages; each pair is (sender, receiver)."""

    at_us: int
    cut: int
    links: tuple[tuple[str, str], ...]
    text: str
    who: ClassVar[str] = "network"

    @property
    def what(self) -> str:
        """Return the event in words, without its time and place."""
        return f"cut: {self.text}"


@dataclass(frozen=True, slots=True)
class Healed:
    """The links of a cut carry messages again."""

    at_us: int
    cut: int
    text: str
    who: ClassVar[str] = "network"

    @property
    def what(self) -> str:
        """Return the event in words, without its time and place."""
        return f"healed: {self.text}"


@dataclass(frozen=True, slots=True)
class Invoked:
    """A client began an operation; ``operation`` is its number in this run."""

    at_us: int
    who: str
    operation: int
    action: str
    key: str
    argument: Value
    said: str = ""

    @property
    def what(self) -> str:
        """Return the event in words, without its time and place."""
        if self.said:
            return self.said
        shown = (str(part) for part in (self.action, self.key) if part)
        argument = "" if self.argument is None else f" {_shown(self.argument)}"
        return f"{' '.join(shown)}{argument} ..."


@dataclass(frozen=True, slots=True)
class Completed:
    """An operation's caller was told its outcome: "ok", "failed" or "unknown"."""

    at_us: int
    who: str
    operation: int
    outcome: str
    result: Value
    said: str = ""

    @property
    def what(self) -> str:
        """Return the event in words, without its time and place."""
        if self.said:
            return self.said
        result = "" if self.result is None else f": {_shown(self.result)}"
        return f"... {self.outcome}{result}"


Event: TypeAlias = (
    Note | Sent | Delivered | Lost | CutMade | Healed | Invoked | Completed
)
_KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (Note, Sent, Delivered, Lost, CutMade, Healed, Invoked, Completed)
}


def _shown(value: Value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def frozen(value: Any) -> Any:
    """Return a value as it was before JSON turned its tuples into lists."""
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the fields of a JSON object; of two of one name json would drop the first.

    Raises KeyError for a name that stands in it twice.
    """
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise KeyError(f"{twice!r} stands in it twice")
    return fields


@dataclass(slots=True)
class Trace:
    """The events of one run, oldest first. Only ever appended to."""

    events: list[Event] = field(default_factory=list)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def append(self, event: Event) -> None:
        """Add the newest event. Raises ValueError when it is older than the last."""
        if not isinstance(event.at_us, int) or event.at_us < 0:
            raise ValueError(f"event={event!r} has no time of 0 us or more")
        if self.events and event.at_us < self.events[-1].at_us:
            raise ValueError(
                f"event={event!r} is older than the last event, at "
                f"{self.events[-1].at_us} us: a trace only grows forwards"
            )
        self.events.append(event)

    @property
    def end_us(self) -> int:
        """Return the time of the last event in microseconds, 0 without events."""
        return self.events[-1].at_us if self.events else 0

    def table(self) -> str:
        """Return the trace as aligned text, one event a line, times in ms."""
        rows = ((f"{e.at_us / 1000:.1f}", e.who, e.what) for e in self.events)
        return text_table(("ms", "who", "what"), rows)

    def to_json_lines(self) -> str:
        """Return one JSON object a line; ``from_json_lines`` reads them back."""
        lines = (
            json.dumps({"event": type(event).__name__, **asdict(event)})
            for event in self.events
        )
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def from_json_lines(cls, lines: Iterable[str]) -> "Trace":
        """Return the trace that was written.

        Raises ValueError, with the number of the line, for a line that is not an
        event of ours or that is older than the one before it.
        """
        trace = cls()
        for number, line in enumerate(lines, start=1):
            try:
                fields = json.loads(line, object_pairs_hook=once)
                kind = _KINDS[fields.pop("event")]
                trace.append(kind(**{k: frozen(v) for k, v in fields.items()}))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise ValueError(f"line {number} is not an event: {error}") from error
        return trace
