"""A payment is asked for, the server crashes, and it is asked again. What is paid?

    the key           a crash after the payment, before the answer
    none              asked again, paid again
    beside            the key is in another database: not known, so paid again
    in it             key and payment are one transaction: the answer is repeated

Source: Leach 2017, "Designing robust and predictable APIs with idempotency".
Left out: a client that changes its mind. Builds on: sdnotes.acid.crashing,
sdnotes.acid.idempotency, sdnotes.sim. Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass
from enum import StrEnum

from sdnotes.acid.crashing import Machine, Stage, require, staged
from sdnotes.acid.idempotency import Attempt, IdempotencyStore, InFlightError
from sdnotes.sim import Message, Trace

CLIENT = "client"
SERVER = "server"
_KEY = "k1"
_REQUEST = "pay 30"
_NEVER_US = 1_000_000_000


class Keeping(StrEnum):
    """Where the server keeps the keys of requests."""

    NONE = "none"
    BESIDE = "beside"
    IN_IT = "in it"


@dataclass(frozen=True, slots=True)
class PaymentRun:
    """What came of it: how often it was paid, and asked, and what was answered."""

    trace: Trace
    steps: tuple[str, ...]
    payments: int
    asked: int
    answers: tuple[str, ...]


class _Server:
    def __init__(self, stage: Stage, keeping: Keeping, lease_us: int) -> None:
        self.machine = Machine(SERVER, stage, lambda: None)
        self.keeping = keeping
        self.payments = 0  # on its disk, as are all keys
        self.known: set[str] = set()
        self.beside: IdempotencyStore[str] = IdempotencyStore(
            lease_us=lease_us, keep_us=_NEVER_US
        )
        self.machine.on(self.hear)

    def hear(self, message: Message) -> None:
        answer = "paid"
        match self.keeping:
            case Keeping.NONE:
                self.commit("commits the payment")
            case Keeping.IN_IT if _KEY not in self.known:
                self.commit("commits payment and key")
                self.known.add(_KEY)
            case Keeping.BESIDE:
                answer = self.pay_beside()
        self.machine.send(f"answers {answer}", message.sender, answer, answer)

    def commit(self, what: str) -> None:
        self.machine.step(what)
        self.payments += 1
        self.machine.stage.world.note(SERVER, f"payment {self.payments}")

    def pay_beside(self) -> str:
        """Note the key, pay, note the answer: three commits, and two gaps."""
        world = self.machine.stage.world
        self.machine.step("notes the key")
        try:
            got = self.beside.begin(CLIENT, _KEY, _REQUEST, world.now_us)
        except InFlightError:
            return "in flight"
        if isinstance(got, Attempt):
            self.commit("commits the payment")
            self.machine.step("notes the answer")
            self.beside.complete(got, "paid", world.now_us)
        return "paid"


class _Client:
    def __init__(self, stage: Stage, retry_us: int, most: int) -> None:
        self.machine = Machine(CLIENT, stage, lambda: None)
        self.retry_us = retry_us
        self.most = most
        self.asked = 0
        self.answers: list[str] = []
        self.machine.on(self.hear)
        self.machine.after(0, self.ask)

    def ask(self) -> None:
        if "paid" not in self.answers and self.asked < self.most:
            label = f"{_REQUEST}, {_KEY}"
            what = f"asks, time {self.asked + 1}"
            self.machine.send(what, SERVER, _REQUEST, label)
            self.asked += 1
            self.machine.after(self.retry_us, self.ask)

    def hear(self, message: Message) -> None:
        self.answers.append(str(message.payload))


def run_payment(
    *,
    keeping: str = "in it",
    crash: str = "",
    recovers_ms: int | None = 10,
    delay_ms: int = 5,
    retry_ms: int = 30,
    lease_ms: int = 50,
    most: int = 6,
) -> PaymentRun:
    """Ask for one payment, again every ``retry_ms``, until it is said to be paid.

    The server keeps the key nowhere ("none"), in a store "beside" its database, or "in
    it". One machine crashes before the step ``crash``, one of the run's ``steps``, and
    is back after ``recovers_ms`` (None: never). An attempt in the store beside gives
    way to another one after ``lease_ms``. The client asks at ``most`` so often.

    Raises ValueError for a keeping or a step that there is not, a time below 0, a retry
    or a lease of 0, and for less than one question.

    Examples:
        >>> run_payment(keeping="none", crash="server: answers paid").payments
        2
    """
    require(recovers_ms=(recovers_ms, 0), delay_ms=(delay_ms, 0))
    require(retry_ms=(retry_ms, 1), lease_ms=(lease_ms, 1))
    require(most=(most, 1))
    if keeping not in tuple(Keeping):
        raise ValueError(f"keeping={keeping!r} is none of: {', '.join(Keeping)}")
    stage = staged(crash, recovers_ms, delay_ms)
    world = stage.world
    server = _Server(stage, Keeping(keeping), lease_ms * 1000)
    client = _Client(stage, retry_ms * 1000, most)
    world.run()
    return PaymentRun(
        world.trace,
        stage.played(),
        server.payments,
        client.asked,
        tuple(client.answers),
    )
