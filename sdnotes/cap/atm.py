"""An ATM with its own copy of the account, and a policy for when it is alone.

Nothing here sends or waits: a method returns the effects that the caller must carry
out. A withdrawal of 50 under each policy, seen from ATM1:

    refuse   withdraw -> [Send ask]      ... ask arrives, grant comes back ...
             receive(grant) -> [Pay, Send]     no grant in time -> [Refuse, Send]
    accept   withdraw -> [Pay, Send]     the other learns of it whenever it can
    escrow   withdraw -> [Pay, Send]     or [Refuse], when its own share is too small

Under *refuse* one withdrawal at a time is under way; when both ATMs ask at once, the
first by name goes on and the other asks again when that one is done.

Source: the notes' story; Gilbert and Lynch 2002 for what it must give up.
Left out: authentication, deposits, power cuts; asking again when the link has healed,
so that even a cut shorter than the timeout ends in a "no"; links that reorder messages,
where a stale one could lift a promise that still stands; a "never mind" that is lost
without a cut, which leaves money set aside until the sender's next message.
Builds on: sdnotes.cap.counter, sdnotes.cap.escrow. Chapter: docs/chapters/cap/.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sdnotes.cap.counter import PNCounter
from sdnotes.cap.escrow import Escrow


class Policy(StrEnum):
    """What an ATM does with a request while it may be cut off from the other."""

    REFUSE = "refuse"
    ACCEPT = "accept"
    ESCROW = "escrow"


@dataclass(frozen=True, slots=True)
class State:
    """What every message carries: the sender's counter and its open request, if any."""

    counter: PNCounter
    asking: int | None


@dataclass(frozen=True, slots=True)
class Ask:
    """May I pay this? Only under the policy *refuse*."""

    request: int
    amount: int
    state: State


@dataclass(frozen=True, slots=True)
class Reply:
    """The other ATM's yes or no to an Ask."""

    request: int
    granted: bool
    state: State


@dataclass(frozen=True, slots=True)
class Update:
    """What I know of the account; nothing is asked."""

    state: State


Body: TypeAlias = Ask | Reply | Update


@dataclass(frozen=True, slots=True)
class Pay:
    """Give the money to the customer and show the balance."""

    request: int
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """Give no money and say why."""

    request: int
    why: str


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to the other ATM; it may not arrive."""

    body: Body
    label: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Call ``give_up`` with this request if it is still open after the timeout."""

    request: int


Effect: TypeAlias = Pay | Refuse | Send | Wait


class Atm:
    """One replica of an account, of the two that there are.

    Examples:
        >>> atm = Atm("ATM1", opening=100, policy=Policy.ACCEPT)
        >>> atm.withdraw(request=0, amount=50)[0]
        Pay(request=0, amount=50, balance=50)
    """

    def __init__(
        self, name: str, *, opening: int, policy: Policy, share: int = 0
    ) -> None:
        if opening < 0:
            raise ValueError(f"opening={opening!r} is negative")
        if not 0 <= share <= opening:
            raise ValueError(f"share={share!r} is not between 0 and {opening}")
        self.name = name
        self.policy = Policy(policy)
        self.counter = PNCounter({"opening": opening})
        self._escrow = Escrow({name: share})
        self._asking: tuple[int, int] | None = None  # request, amount
        self._waiting: tuple[int, int] | None = None  # to be asked for when it can be
        self._granted: dict[int, int] = {}  # the other's request -> amount set aside

    @property
    def balance(self) -> int:
        """Return what this ATM would show: less what it set aside for the other."""
        return self.counter.value - sum(self._granted.values())

    def withdraw(self, request: int, amount: int) -> list[Effect]:
        """Begin a withdrawal; ``request`` is a number that no other request has.

        Raises ValueError for an amount that is not above 0.
        """
        if amount <= 0:
            raise ValueError(f"amount={amount!r} is not above 0")
        if self.policy is Policy.REFUSE:
            if self._asking is not None or self._waiting is not None:
                return [Refuse(request, "busy")]
            if self._granted:
                self._waiting = (request, amount)
                return [Wait(request)]
            return [*self._ask(request, amount), Wait(request)]
        if amount > self.balance:
            return [Refuse(request, "not enough money")]
        if self.policy is Policy.ESCROW and not self._escrow.spend(self.name, amount):
            return [Refuse(request, "more than its share")]
        return self._pay(request, amount)

    def receive(self, sender: str, body: Body) -> list[Effect]:
        """Take in a message of the other ATM."""
        self.counter = self.counter.merge(body.state.counter)
        # What the other no longer asks for, it has paid (and counted) or given up.
        if body.state.asking not in self._granted:
            self._granted.clear()
        if isinstance(body, Ask):
            return [self._answer(sender, body)]
        if isinstance(body, Reply):
            return self._told(body)
        if self._waiting is not None and not self._granted:
            (request, amount), self._waiting = self._waiting, None
            return self._ask(request, amount)
        return []

    def give_up(self, request: int) -> list[Effect]:
        """Refuse a request that is still open: the time to wait for a reply is over."""
        if request not in {r for r, _ in filter(None, (self._asking, self._waiting))}:
            return []
        self._asking = self._waiting = None
        # The other may have set money aside for a request that nobody makes any more.
        return [Refuse(request, "no yes in time"), self._never_mind()]

    def reconnect(self) -> list[Effect]:
        """Tell the other ATM all that this one knows, after the link has healed."""
        return [Send(Update(self._state()), f"paid {self._paid()}")]

    def _ask(self, request: int, amount: int) -> list[Effect]:
        if amount > self.balance:
            return [Refuse(request, "not enough money")]
        self._asking = (request, amount)
        ask = Ask(request, amount, self._state())
        return [Send(ask, f"may I pay {amount}?")]

    def _told(self, reply: Reply) -> list[Effect]:
        if self._asking is None or self._asking[0] != reply.request:
            # Given up, or told before: free what a late yes has set aside.
            return [self._never_mind()] if reply.granted else []
        (request, amount), self._asking = self._asking, None
        if reply.granted:
            return self._pay(request, amount)
        if reply.state.asking is None:
            return [Refuse(request, "not enough money")]
        self._waiting = (request, amount)
        return []

    def _never_mind(self) -> Send:
        return Send(Update(self._state()), "never mind")

    def _answer(self, sender: str, ask: Ask) -> Send:
        first = self._asking is None or sender < self.name
        granted = first and ask.amount <= self.balance
        if granted:
            self._granted[ask.request] = ask.amount
        reply = Reply(ask.request, granted, self._state())
        return Send(reply, "yes" if granted else "no")

    def _pay(self, request: int, amount: int) -> list[Effect]:
        self.counter = self.counter.take(self.name, amount)
        pay = Pay(request, amount, self.balance)
        return [pay, Send(Update(self._state()), f"-{amount}")]

    def _paid(self) -> int:
        return self.counter.taken.get(self.name, 0)

    def _state(self) -> State:
        return State(self.counter, self._asking[0] if self._asking else None)
