"""Two databases are to commit together. What if the one that decides crashes?

    coordinator   prepare?        writes commit    commit
    A                      yes    in doubt .......        committed
    B                      yes    in doubt ............        committed

    crash of the coordinator   A and B, which said yes    when it is back
    before it has decided      in doubt, rows locked      it finds nothing: rolled back
    after it has decided       in doubt, rows locked      it finds commit: committed

A part that has said yes must be able to do both, and does not know which: the others
may have committed, or not. It asks, and waits. One that has not voted may say no.

Nothing in the coordinator's log means "rolled back": it needs to write nothing before
it decides, and keeps nothing of what it rolled back (presumed abort).

Source: Gray 1978, "Notes on Data Base Operating Systems", section 5.8.3.3; Mohan,
Lindsay and Obermarck 1986 for presumed abort.
Left out: asking each other; read-only parts; a coordinator that is itself a group.
Builds on: sdnotes.acid.crashing, sdnotes.sim. Chapter: docs/chapters/acid/.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sdnotes.acid.crashing import Machine, Stage, require, staged
from sdnotes.sim import Message, Trace

COORDINATOR = "coordinator"
_COMMIT = "commit"
_ROLLBACK = "roll back"
_DONE = {_COMMIT: "committed", _ROLLBACK: "rolled back"}


@dataclass(frozen=True, slots=True)
class TwoPhaseRun:
    """What came of it: for each part "committed", "rolled back", "in doubt", "idle".

    ``locked_ms`` is how long each part held its rows, up to the end of the run.
    ``steps`` are those before which a machine can crash.
    """

    trace: Trace
    steps: tuple[str, ...]
    outcomes: dict[str, str]
    locked_ms: dict[str, float]

    @property
    def is_split(self) -> bool:
        """Return whether one part committed and another one rolled back."""
        return set(_DONE.values()) <= set(self.outcomes.values())


class _Coordinator:
    def __init__(self, stage: Stage, parts: tuple[str, ...], timeout_us: int) -> None:
        self.machine = Machine(COORDINATOR, stage, self.recover)
        self.parts = parts
        self.timeout_us = timeout_us
        self.log: list[str] = []  # on its disk
        self.votes: dict[str, bool] = {}
        self.decision = ""
        self.told: set[str] = set()
        self.machine.on(self.hear)
        self.machine.after(0, self.begin)

    def begin(self) -> None:
        for part in self.parts:
            self.machine.send(f"asks {part}", part, "prepare", "prepare?")
        self.machine.after(self.timeout_us, self.give_up)

    def hear(self, message: Message) -> None:
        part = message.sender
        match message.payload:
            case bool(vote):
                self.votes[part] = vote
                if not self.decision and not vote:
                    self.decide(_ROLLBACK)
                elif not self.decision and len(self.votes) == len(self.parts):
                    self.decide(_COMMIT)
            case "done":
                self.told.add(part)
            case "which?" if self.decision:
                self.tell(part)

    def give_up(self) -> None:
        if not self.decision:
            self.decide(_ROLLBACK)

    def decide(self, decision: str) -> None:
        if decision == _COMMIT:
            self.machine.write("writes commit", self.log, decision)
        self.decision = decision
        for part in self.parts:
            self.tell(part)

    def tell(self, part: str) -> None:
        if part not in self.told:
            what = f"tells {part} to {self.decision}"
            self.machine.send(what, part, self.decision, self.decision)

    def recover(self) -> None:
        """Go on with what stands on the disk; what was in memory is gone."""
        self.votes, self.told = {}, set()
        self.decision = self.log[-1] if self.log else _ROLLBACK
        for part in self.parts:
            self.tell(part)


class _Part:
    def __init__(
        self, name: str, stage: Stage, vote: bool, ask_us: int, patience_us: int | None
    ) -> None:
        self.machine = Machine(name, stage, self.recover)
        self.vote = vote
        self.ask_us = ask_us
        self.patience_us = patience_us
        self.log: list[str] = []  # on its disk
        self.locked_at_us: int | None = None
        self.locked_us = 0
        self.machine.on(self.hear)

    @property
    def outcome(self) -> str:
        return (
            "in doubt" if self.log[-1:] == ["prepared"] else (self.log or ["idle"])[-1]
        )

    def hear(self, message: Message) -> None:
        if message.payload == "prepare":
            self.prepare()
        elif message.payload in _DONE:
            if self.outcome == "in doubt" or not self.log:
                self.end(_DONE[str(message.payload)])
            self.machine.send("is done", COORDINATOR, "done", "done")

    def prepare(self) -> None:
        if self.log:
            return
        if not self.vote:
            self.machine.write("writes rolled back", self.log, "rolled back")
            self.machine.send("says no", COORDINATOR, False, "no")
            return
        self.lock()
        self.machine.write("writes prepared", self.log, "prepared")
        self.machine.send("says yes", COORDINATOR, True, "yes")
        self.wait()

    def lock(self) -> None:
        self.locked_at_us = self.machine.stage.world.now_us

    def wait(self) -> None:
        self.machine.after(self.ask_us, self.ask)
        if self.patience_us is not None:
            self.machine.after(self.patience_us, self.lose_patience)

    def ask(self) -> None:
        if self.outcome == "in doubt":
            self.machine.send("asks which", COORDINATOR, "which?", "which?")
            self.machine.after(self.ask_us, self.ask)

    def lose_patience(self) -> None:
        if self.outcome == "in doubt":
            self.machine.stage.world.note(self.machine.name, "decides alone")
            self.end("rolled back")

    def end(self, outcome: str) -> None:
        self.machine.write(f"writes {outcome}", self.log, outcome)
        self.unlock()

    def unlock(self) -> None:
        if self.locked_at_us is not None:
            self.locked_us += self.machine.stage.world.now_us - self.locked_at_us
            self.locked_at_us = None

    def held_us(self, now_us: int) -> int:
        """Return how long its rows were locked until now."""
        open_us = 0 if self.locked_at_us is None else now_us - self.locked_at_us
        return self.locked_us + open_us

    def recover(self) -> None:
        """Lock again what is in doubt by the log; what was not prepared is gone."""
        if self.outcome == "in doubt":
            self.ask()
            if self.patience_us is not None:
                self.machine.after(self.patience_us, self.lose_patience)
        else:
            self.unlock()


def _checked(votes: Mapping[str, bool] | None) -> dict[str, bool]:
    votes = {"A": True, "B": True} if votes is None else dict(votes)
    if not votes or COORDINATOR in votes:
        raise ValueError(f"votes={votes!r} is not of one part or more, by name")
    return votes


def run_two_phase(
    *,
    crash: str = "",
    recovers_ms: int | None = None,
    votes: Mapping[str, bool] | None = None,
    patience_ms: int | None = None,
    delay_ms: int = 5,
    timeout_ms: int = 40,
    ask_ms: int = 25,
    until_ms: int = 300,
) -> TwoPhaseRun:
    """Play one transaction over several parts, and return the run.

    One machine crashes before the step ``crash``, one of ``run_two_phase().steps``, and
    is back after ``recovers_ms`` (None: never). ``votes`` has the parts by name. A part
    that is in doubt for ``patience_ms`` rolls back by itself (None: it waits). The
    coordinator waits ``timeout_ms`` for votes, and a part in doubt asks it every
    ``ask_ms``.

    Raises ValueError for a step that there is not, and for a time below 0, or of 0
    where things would never end.

    Examples:
        >>> run_two_phase(crash="coordinator: writes commit").outcomes
        {'A': 'in doubt', 'B': 'in doubt'}
    """
    require(recovers_ms=(recovers_ms, 0), patience_ms=(patience_ms, 0))
    require(delay_ms=(delay_ms, 0), timeout_ms=(timeout_ms, 0))
    require(ask_ms=(ask_ms, 1), until_ms=(until_ms, 1))
    votes = _checked(votes)
    stage = staged(crash, recovers_ms, delay_ms)
    world = stage.world
    _Coordinator(stage, tuple(votes), timeout_ms * 1000)
    patience_us = None if patience_ms is None else patience_ms * 1000
    parts = [
        _Part(name, stage, vote, ask_ms * 1000, patience_us)
        for name, vote in votes.items()
    ]
    world.run(until_us=until_ms * 1000)
    return TwoPhaseRun(
        world.trace,
        stage.played(),
        {part.machine.name: part.outcome for part in parts},
        {part.machine.name: part.held_us(until_ms * 1000) / 1000 for part in parts},
    )
