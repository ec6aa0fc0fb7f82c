"""A trip is booked at three companies, one after the other. What do others see between?

    agency   flight     hotel    car    what others see
    books    booked                     a flight without a hotel
             booked     full            the same
    undoes   cancelled                  nothing: all of it has been made up for

Each booking is committed at once. No lock keeps others from seeing half of a trip, and
from deciding by it. The agency writes down what it will do before it asks, and what it
was told after that. So after a crash it knows what *may* have been booked, and asks
again or cancels. A company must take the same request twice as one.

Source: Garcia-Molina and Salem 1987, "Sagas", sections 2 to 5.
Left out: steps that can be done at once; a cancellation that fails for good.
Builds on: sdnotes.acid.crashing, sdnotes.sim. Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass

from sdnotes.acid.crashing import Machine, Stage, require, staged
from sdnotes.sim import Message, Trace

AGENCY = "agency"
COMPANIES = ("flight", "hotel", "car")


@dataclass(frozen=True, slots=True)
class SagaRun:
    """What came of it: "booked", "cancelled" or "nothing" at each company.

    ``seen`` is what was booked as the run went on, one entry a change; ``state`` what
    stands in the agency's log at the end: "done", "made up for" or "under way".
    """

    trace: Trace
    steps: tuple[str, ...]
    outcomes: dict[str, str]
    seen: tuple[tuple[str, ...], ...]
    state: str

    @property
    def is_half_done(self) -> bool:
        """Return whether at the end some of it is booked, and not all."""
        booked = list(self.outcomes.values()).count("booked")
        return 0 < booked < len(self.outcomes)


class _Company:
    """Books and cancels, each once, however often it is asked."""

    def __init__(self, name: str, stage: Stage, story: "_Story", is_full: bool) -> None:
        self.machine = Machine(name, stage, lambda: None)
        self.story = story
        self.is_full = is_full
        self.outcome = "nothing"  # on its disk
        self.machine.on(self.hear)

    def hear(self, message: Message) -> None:
        if message.payload == "book" and self.outcome == "nothing":
            self.change("full" if self.is_full else "booked")
        elif message.payload == "cancel" and self.outcome != "cancelled":
            self.change("cancelled")
        answer = f"{message.payload}: {self.outcome}"
        self.machine.send(f"answers {answer}", AGENCY, answer, self.outcome)

    def change(self, outcome: str) -> None:
        self.machine.step(f"writes {outcome}")
        self.outcome = outcome
        self.machine.stage.world.note(self.machine.name, outcome)
        self.story.look()


class _Agency:
    """Carries the saga out: what it will do stands in its log before it does it."""

    def __init__(self, stage: Stage, companies: tuple[str, ...], retry_us: int) -> None:
        self.machine = Machine(AGENCY, stage, self.go_on)
        self.companies = companies
        self.retry_us = retry_us
        self.log: list[str] = []  # on its disk
        self.machine.on(self.hear)
        self.machine.after(0, self.go_on)

    @property
    def state(self) -> str:
        if "failed" not in self.log:
            return "done" if self.booked == len(self.companies) else "under way"
        return "under way" if self.to_cancel else "made up for"

    @property
    def booked(self) -> int:
        return sum(line.endswith(" booked") for line in self.log)

    @property
    def to_cancel(self) -> list[str]:
        """Return what may be booked and is not known to be cancelled, newest first."""
        asked = [c for c in self.companies if f"will book {c}" in self.log]
        return [c for c in reversed(asked) if f"{c} cancelled" not in self.log]

    def go_on(self) -> None:
        """Do what the log says is next; after a crash, perhaps once more."""
        if self.state != "under way":
            return
        if "failed" in self.log:
            self.ask("cancel", self.to_cancel[0])
            return
        company = self.companies[self.booked]
        if f"will book {company}" not in self.log:
            line = f"will book {company}"
            self.machine.write(f"writes {line}", self.log, line)
        self.ask("book", company)

    def ask(self, what: str, company: str) -> None:
        self.machine.send(f"asks {company} to {what}", company, what, what)
        before = len(self.log)

        def again() -> None:
            if len(self.log) == before:
                self.go_on()

        self.machine.after(self.retry_us, again)

    def hear(self, message: Message) -> None:
        asked, _, outcome = str(message.payload).partition(": ")
        company = message.sender
        is_undoing = "failed" in self.log
        line = f"{company} {outcome}"
        if line in self.log or (asked == "book" and is_undoing):
            return  # an answer that is late, or comes twice
        if outcome == "full":
            self.machine.write("writes failed", self.log, "failed")
        else:
            self.machine.write(f"writes {line}", self.log, line)
        self.go_on()


class _Story:
    def __init__(self, stage: Stage, full: str) -> None:
        self.seen: list[tuple[str, ...]] = []
        self.companies = [_Company(c, stage, self, c == full) for c in COMPANIES]

    def look(self) -> None:
        """Write down what anybody can see now."""
        booked = (c.machine.name for c in self.companies if c.outcome == "booked")
        now = tuple(booked)
        if now != (self.seen[-1] if self.seen else ()):
            self.seen.append(now)


def run_saga(
    *,
    full: str = "car",
    crash: str = "",
    recovers_ms: int | None = None,
    delay_ms: int = 5,
    retry_ms: int = 50,
) -> SagaRun:
    """Book a flight, a hotel and a car, of which ``full`` has none, "" for no one.

    One machine crashes before the step ``crash``, one of the run's ``steps``, and is
    back after ``recovers_ms`` (None: never). The agency asks again after ``retry_ms``
    without an answer. Raises ValueError for a company or a step that there is not, and
    for a time below 0, or a retry at once.

    Examples:
        >>> run_saga().outcomes
        {'flight': 'cancelled', 'hotel': 'cancelled', 'car': 'cancelled'}
    """
    if full not in ("", *COMPANIES):
        raise ValueError(f"full={full!r} is none of: {', '.join(COMPANIES)}")
    require(recovers_ms=(recovers_ms, 0), delay_ms=(delay_ms, 0))
    require(retry_ms=(retry_ms, 1))
    stage = staged(crash, recovers_ms, delay_ms)
    world = stage.world
    story = _Story(stage, full)
    agency = _Agency(stage, COMPANIES, retry_ms * 1000)
    world.run(until_us=(20 * (delay_ms + retry_ms) + (recovers_ms or 0)) * 1000)
    return SagaRun(
        world.trace,
        stage.played(),
        {c.machine.name: c.outcome for c in story.companies},
        tuple(story.seen),
        agency.state,
    )
