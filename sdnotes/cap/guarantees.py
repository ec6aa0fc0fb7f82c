"""How much can be promised, from "like one machine" down, and what is left in a cut?

    strictly serializable          in a cut somebody must be refused
    linearizable    serializable
    sequential
    - - - - - - - - - - - - - -
    causal                         every copy goes on, for clients that stay with it
    session promises
    - - - - - - - - - - - - - -
    eventual                       every copy goes on, for everybody

Whoever keeps an upper one keeps the lower ones that it names. *Eventual* is of another
kind: it says that something good happens in the end, the others that nothing bad ever
does, so no other keeps it.

*Session promises* stands for all four together. Of these only "read your writes" needs
a client that stays with its copy.

Source: Herlihy and Wing 1990 (linearizable); Lamport 1979, "How to Make a
Multiprocessor Computer That Correctly Executes Multiprocess Programs" (sequential);
Terry et al. 1994 (sessions); what a cut leaves: Bailis et al. 2013, "Highly Available
Transactions", PVLDB 7(3), section 5; Mahajan, Alvisi, Dahlin 2011 (causal).
Left out: the many levels of isolation between these; promises that hold in part.
Builds on: sdnotes.cap.models, sdnotes.sim. Chapter: docs/chapters/cap/.
"""

from dataclasses import dataclass
from enum import StrEnum

from sdnotes.cap.models import Model, State
from sdnotes.sim import History, Operation, Outcome


class InACut(StrEnum):
    """What becomes of a promise while the copies cannot reach each other."""

    REFUSED = "In a cut, somebody must be refused"
    STICKY = "Every copy goes on, for clients that stay with it"
    SERVED = "Every copy goes on, for everybody"


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A promise about what clients see; ``keeps`` names those that follow from it."""

    name: str
    promises: str
    in_a_cut: InACut
    keeps: tuple[str, ...] = ()


LADDER = (
    (
        Guarantee(
            "strictly serializable",
            "whole transactions, one after another, in the order of real time",
            InACut.REFUSED,
            ("linearizable", "serializable"),
        ),
    ),
    (
        Guarantee(
            "linearizable",
            "single operations; what has ended is seen by everybody",
            InACut.REFUSED,
            ("sequential",),
        ),
        Guarantee(
            "serializable",
            "whole transactions in some order; real time may be ignored",
            InACut.REFUSED,
        ),
    ),
    (
        Guarantee(
            "sequential",
            "one order for everybody, which keeps each client's own order; "
            "everybody may lag behind",
            InACut.REFUSED,
            ("causal",),
        ),
    ),
    (
        Guarantee(
            "causal",
            "nobody sees an effect without its cause",
            InACut.STICKY,
            ("session promises",),
        ),
    ),
    (
        Guarantee(
            "session promises", "no client sees its own view go back", InACut.STICKY
        ),
    ),
    (
        Guarantee(
            "eventual",
            "when writing stops and messages arrive, all copies become equal",
            InACut.SERVED,
        ),
    ),
)
"""The guarantees in rows, the strongest row first."""


def is_sequential(history: History, model: Model[State]) -> bool:
    """Return whether one order explains all answers, each client's own order kept.

    Real time between clients is ignored, so that everybody may lag behind. Raises
    ValueError for an unknown outcome, which could stand anywhere, and for several keys:
    this cannot be judged key by key.

    Cost: exponential in the number of clients.

    Examples:
        >>> from sdnotes.cap.models import Register
        >>> from sdnotes.sim import Operation
        >>> write = Operation("A", "write", 1, 0, 10, Outcome.OK)
        >>> late = Operation("B", "read", None, 20, 30, Outcome.OK, result=0)
        >>> is_sequential(History((write, late)), Register(0))
        True
    """
    if len({operation.key for operation in history.operations}) > 1:
        raise ValueError("history has several keys: they cannot be judged one by one")
    clients: dict[str, list[Operation]] = {}
    for operation in sorted(history.operations, key=lambda each: each.invoked_us):
        if operation.outcome is Outcome.UNKNOWN:
            raise ValueError(f"history has {operation}, whose outcome is unknown")
        if operation.outcome is Outcome.OK:
            model.validate(operation)
            clients.setdefault(operation.process, []).append(operation)
    queues = list(clients.values())
    start = (0,) * len(queues), model.initial
    waiting, seen = [start], {start}
    while waiting:
        places, state = waiting.pop()
        if all(place == len(q) for place, q in zip(places, queues, strict=True)):
            return True
        for number, queue in enumerate(queues):
            if places[number] == len(queue):
                continue
            fits, after = model.step(state, queue[places[number]])
            moved = (*places[:number], places[number] + 1, *places[number + 1 :])
            if fits and (moved, after) not in seen:
                seen.add((moved, after))
                waiting.append((moved, after))
    return False
