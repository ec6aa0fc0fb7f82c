"""Machines that crash just before one step, and perhaps come back: for every step.

    steps = ("A: writes prepared", "A: says yes", ...)       of a run without a crash
    run(crash="A: says yes")           A has written, and says nothing; it is down
    run(crash="A: says yes", ...)      and comes back later with what it had written

A step is one that others can see, or that is kept: a message, or a write to a disk. So
to try a crash before each step of a run is to try every crash that there is.

Source: none; the way in which the runs of this chapter are tried.
Left out: two crashes in one run; a write of which only a half is there (the chapter's
log does that). Chapter: docs/chapters/acid/.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sdnotes.sim import Message, Network, World


class _CrashedError(Exception):
    """What a machine was about to do ends here."""


@dataclass(slots=True)
class Stage:
    """A network of machines, of which one crashes before a step, "" for never.

    ``recovers_us`` is how long it is down, None for good.
    """

    world: World
    network: Network
    crash: str = ""
    recovers_us: int | None = None
    steps: list[str] = field(default_factory=list)
    has_crashed: bool = False

    def played(self) -> tuple[str, ...]:
        """Return each step once; raise ValueError if the crash was before none."""
        steps = tuple(dict.fromkeys(self.steps))
        if self.crash and not self.has_crashed:
            raise ValueError(f"crash={self.crash!r} is none of: {'; '.join(steps)}")
        return steps


def staged(crash: str, recovers_ms: int | None, delay_ms: int) -> Stage:
    """Return a stage in a world of its own, where messages take ``delay_ms``."""
    world = World()
    recovers_us = None if recovers_ms is None else recovers_ms * 1000
    return Stage(world, Network(world, delay_ms * 1000), crash, recovers_us)


def require(**amounts: tuple[int | None, int]) -> None:
    """Raise ValueError for the first amount below its least one; None is none."""
    for name, (amount, least) in amounts.items():
        if amount is not None and amount < least:
            raise ValueError(f"{name}={amount!r} is below {least}")


@dataclass(slots=True)
class Machine:
    """A machine whose ``restart`` is called when it comes back after a crash."""

    name: str
    stage: Stage
    restart: Callable[[], object]
    is_up: bool = True

    def step(self, what: str, action: Callable[[], object] | None = None) -> None:
        """Do what others can see, or what is kept, unless this is the crash."""
        label = f"{self.name}: {what}"
        stage = self.stage
        if label == stage.crash and not stage.has_crashed:
            stage.has_crashed = True
            self.is_up = False
            stage.world.note(self.name, "crashes")
            if stage.recovers_us is not None:
                stage.world.after(stage.recovers_us, self._come_back)
            raise _CrashedError
        stage.steps.append(label)
        if action is not None:
            action()

    def write(self, what: str, log: list[str], line: str) -> None:
        """Write a line to a disk, and a note of that to the trace."""
        self.step(what, lambda: log.append(line))
        self.stage.world.note(self.name, what)

    def send(self, what: str, to: str, payload: object, label: str) -> None:
        """Send a message."""
        self.step(what, lambda: self.stage.network.send(self.name, to, payload, label))

    def while_up(self, action: Callable[[], object]) -> Callable[[], None]:
        """Return an action that does nothing while the machine is down."""

        def act() -> None:
            if self.is_up:
                try:
                    action()
                except _CrashedError:
                    return

        return act

    def on(self, handler: Callable[[Message], object]) -> None:
        """Call a handler for each message that arrives while the machine is up."""
        self.stage.network.attach(
            self.name, lambda message: self.while_up(lambda: handler(message))()
        )

    def after(self, delay_us: int, action: Callable[[], object]) -> None:
        """Do something later, unless the machine is down then."""
        self.stage.world.after(delay_us, self.while_up(action))

    def _come_back(self) -> None:
        self.is_up = True
        self.stage.world.note(self.name, "is back")
        self.while_up(self.restart)()
