"""The notes' story as a run: two ATMs, one account, a cable that is cut.

    run = run_atms(
        policy="accept",
        withdrawals=[(0, "ATM1", 50), (60, "ATM1", 10), (70, "ATM2", 20)],
        cut_ms=(40, 120),
    )
    run.balances -> {"ATM1": 20, "ATM2": 20}    run.paid -> 80

What an ATM decides is in sdnotes.cap.atm; here its effects meet a clock and a network.

Left out: what customers do when they are refused. Builds on: sdnotes.sim.
Chapter: docs/chapters/cap/.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from sdnotes.cap.atm import (
    Ask,
    Atm,
    Effect,
    Pay,
    Policy,
    Refuse,
    Reply,
    Send,
    Update,
    Wait,
)
from sdnotes.sim import Cut, History, Message, Network, Trace, World

NAMES = ("ATM1", "ATM2")
CUTS = ("both", "ATM1->ATM2", "ATM2->ATM1")


@dataclass(frozen=True, slots=True)
class AtmsRun:
    """What came of a run; amounts in the account's currency.

    ``refused`` counts requests, ``turned_away`` those of them for which the account
    did hold enough.
    """

    trace: Trace
    opening: int
    paid: int
    refused: int
    turned_away: int
    balances: dict[str, int]

    @property
    def true_balance(self) -> int:
        """Return what the account must hold: the opening less the cash that left."""
        return self.opening - self.paid

    @property
    def history(self) -> History:
        """Return the withdrawals as operations, for a checker."""
        return History.from_trace(self.trace)


class _Bank:
    """Carries the effects of both ATMs out, on a simulated network."""

    def __init__(
        self,
        world: World,
        network: Network,
        atms: dict[str, Atm],
        opening: int,
        timeout_ms: int,
    ) -> None:
        self.opening = opening
        self.world = world
        self.network = network
        self.atms = atms
        self.timeout_us = timeout_ms * 1000
        self.paid = 0
        self.refused = 0
        self.turned_away = 0
        self.serving: dict[str, int] = {}  # machine -> amount asked for
        self.queues: dict[str, deque[int]] = {name: deque() for name in atms}
        for name in atms:
            network.attach(name, self._arrived)

    def withdraw(self, who: str, amount: int) -> None:
        if who in self.serving:
            self.queues[who].append(amount)  # one customer at a time
            return
        request = self.world.invoke(who, "withdraw", amount, said=f"asked for {amount}")
        self.serving[who] = amount
        self._carry_out(who, self.atms[who].withdraw(request, amount))

    def reconnect(self) -> None:
        for who, atm in self.atms.items():
            self._carry_out(who, atm.reconnect())

    def _arrived(self, message: Message) -> None:
        atm = self.atms[message.to]
        before = atm.balance
        assert isinstance(message.payload, Ask | Reply | Update)
        effects = atm.receive(message.sender, message.payload)
        if atm.balance != before and not any(isinstance(e, Pay) for e in effects):
            self.world.note(message.to, f"shows {atm.balance}")
        self._carry_out(message.to, effects)

    def _carry_out(self, who: str, effects: list[Effect]) -> None:
        other = NAMES[1 - NAMES.index(who)]
        for effect in effects:
            match effect:
                case Pay(request, amount, balance):
                    self.paid += amount
                    del self.serving[who]
                    self._next(who)
                    said = f"pays {amount}, shows {balance}"
                    self.world.complete(request, "ok", balance, said=said)
                case Refuse(request, why):
                    self._refused(self.serving.pop(who))
                    self._next(who)
                    self.world.complete(request, "failed", said=f"refuses: {why}")
                case Send(body, label):
                    self.network.send(who, other, body, label)
                case Wait(request):
                    self.world.after(
                        self.timeout_us, partial(self._timed_out, who, request)
                    )

    def _next(self, who: str) -> None:
        if self.queues[who]:
            self.world.after(0, partial(self.withdraw, who, self.queues[who].popleft()))

    def _refused(self, amount: int) -> None:
        self.refused += 1
        if amount <= self.opening - self.paid:
            self.turned_away += 1

    def _timed_out(self, who: str, request: int) -> None:
        self._carry_out(who, self.atms[who].give_up(request))


def run_atms(
    *,
    policy: str,
    withdrawals: Iterable[tuple[int, str, int]],
    cut_ms: tuple[int, int | None] | None = None,
    cut: str = "both",
    opening: int = 100,
    delay_ms: int = 10,
    timeout_ms: int = 30,
    duplicate: float = 0.0,
    seed: int = 0,
) -> AtmsRun:
    """Play withdrawals, each (time in ms, machine, amount), and return the run.

    ``cut_ms`` is when the cable is cut and when it is mended (None: never); ``cut``
    says in which direction. Under "escrow" each ATM holds half of the opening balance,
    rounded down: of an odd one, 1 is in nobody's share.
    Raises ValueError for an unknown policy, machine or direction, or a bad amount or
    time.
    """
    _check(policy, cut, delay_ms, timeout_ms)
    world = World(seed)
    network = Network(world, delay_ms * 1000, duplicate=duplicate)
    share = opening // 2 if Policy(policy) is Policy.ESCROW else 0
    atms = {
        name: Atm(name, opening=opening, policy=Policy(policy), share=share)
        for name in NAMES
    }
    bank = _Bank(world, network, atms, opening, timeout_ms)
    for place, (at_ms, who, amount) in enumerate(withdrawals):
        if who not in atms:
            raise ValueError(
                f"withdrawals[{place}]: {who!r} is not one of {', '.join(NAMES)}"
            )
        if amount <= 0:
            raise ValueError(f"withdrawals[{place}]: {amount!r} is not above 0")
        world.at(at_ms * 1000, partial(bank.withdraw, who, amount))
    if cut_ms is not None:
        _plan_cut(world, network, bank, cut_ms, cut)
    world.run()
    balances = {name: atm.balance for name, atm in atms.items()}
    return AtmsRun(
        world.trace, opening, bank.paid, bank.refused, bank.turned_away, balances
    )


def _check(policy: str, cut: str, delay_ms: int, timeout_ms: int) -> None:
    if cut not in CUTS:
        raise ValueError(f"cut={cut!r} is not one of {', '.join(CUTS)}")
    if policy not in list(Policy):
        raise ValueError(f"policy={policy!r} is not one of {', '.join(Policy)}")
    for name, time_ms in (("delay_ms", delay_ms), ("timeout_ms", timeout_ms)):
        if time_ms < 0:
            raise ValueError(f"{name}={time_ms!r} is negative")


def _plan_cut(
    world: World,
    network: Network,
    bank: _Bank,
    cut_ms: tuple[int, int | None],
    cut: str,
) -> None:
    begin_ms, end_ms = cut_ms
    if begin_ms < 0 or (end_ms is not None and end_ms <= begin_ms):
        raise ValueError(f"cut_ms={cut_ms!r}: need 0 <= begin < end")
    made: list[Cut] = []

    def begin() -> None:
        if cut == "both":
            made.append(network.partition([NAMES[0]], [NAMES[1]]))
        else:
            made.append(network.cut(*cut.split("->")))

    def end() -> None:
        made[0].heal()
        bank.reconnect()

    world.at(begin_ms * 1000, begin)
    if end_ms is not None:
        world.at(end_ms * 1000, end)
