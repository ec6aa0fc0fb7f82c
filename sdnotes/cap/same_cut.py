"""One cut, four ways to go on: who is answered, and is it still one register?

    copies     A B | C        parted for half of the time
    clients    left | right   each reads and writes when it likes

    all copies   W=3, R=1                 nobody writes during the cut
    majority     W=2, R=2, with care      left goes on, right is refused
    any copy     W=1, R=1                 all go on; the later stamp wins
    stand-ins    W=2, R=2, with spares    all go on; hints are handed over afterwards

Source: the settings are those of Gifford 1979; Lynch and Shvartsman 1997; DeCandia et
al. 2007. The workload is ours.
Left out: more than one key; clients that move to the other side.
Builds on: sdnotes.cap.quorum_register, sdnotes.cap.verdict, sdnotes.cap.sessions.
Chapter: docs/chapters/cap/.
"""

from dataclasses import dataclass

from sdnotes.cap.models import Register
from sdnotes.cap.quorum_register import QuorumRun, Step, run_quorum
from sdnotes.cap.quorum_store import QuorumSetting
from sdnotes.cap.sessions import session_violations
from sdnotes.cap.verdict import judge
from sdnotes.sim import Chance, Outcome
from sdnotes.sim.intervals import Interval, share_interval

POLICIES = {
    "all copies": QuorumSetting(readers=1, writers=3),
    "majority": QuorumSetting(readers=2, writers=2, write_back=True, ask_first=True),
    "any copy": QuorumSetting(readers=1, writers=1),
    "stand-ins": QuorumSetting(readers=2, writers=2, spares=("D", "E", "F")),
}
CLIENTS = ("left", "right")
LENGTH_MS = 2000
CUT_MS = (500, 1500)
TIMEOUT_MS = 60
REQUESTS = 24
"""How many each client makes, at random times of the whole run."""
WRITES = 0.5
"""Which share of the requests are writes."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Shares with 95 % intervals: requests answered during the cut, and of the runs."""

    left_answered: Interval
    right_answered: Interval
    linearizable: Interval
    sessions_kept: Interval


def steps_of(seed: int, requests: int = REQUESTS, writes: float = WRITES) -> list[Step]:
    """Return so many requests of each client at random times, some of them writes."""
    chance = Chance(f"{seed}/steps")
    calls = sorted(
        (chance.uniform_us(0, LENGTH_MS - 1), client, chance.happens(writes))
        for client in CLIENTS
        for _ in range(requests)
    )
    return [
        (at_ms, client, "write", value) if is_write else (at_ms, client, "read")
        for value, (at_ms, client, is_write) in enumerate(calls, start=1)
    ]


def run_same_cut(
    policy: str, seed: int = 0, requests: int = REQUESTS, writes: float = WRITES
) -> QuorumRun:
    """Return the run of one policy. Raises ValueError for one that is not ours."""
    if policy not in POLICIES:
        raise ValueError(f"policy={policy!r} is not one of {', '.join(POLICIES)}")
    quorum = POLICIES[policy]
    sides = "left A B D | right C E F" if quorum.spares else "left A B | right C"
    steps = steps_of(seed, requests, writes)
    return run_quorum(quorum, steps, cuts=[(*CUT_MS, sides)], timeout_ms=TIMEOUT_MS)


def costs(
    policy: str, runs: int, requests: int = REQUESTS, writes: float = WRITES
) -> Costs:
    """Return what the policy cost over so many runs, each with its own requests."""
    asked = dict.fromkeys(CLIENTS, 0)
    answered = dict.fromkeys(CLIENTS, 0)
    linearizable = kept = 0
    for seed in range(runs):
        run = run_same_cut(policy, seed, requests, writes)
        history = run.history  # made anew from the trace at each asking
        for operation in history.operations:
            if CUT_MS[0] * 1000 <= operation.invoked_us < CUT_MS[1] * 1000:
                asked[operation.process] += 1
                answered[operation.process] += operation.outcome is Outcome.OK
        linearizable += bool(judge(history, Register(0)))
        kept += not session_violations(history, run.written)
    left, right = (share_interval(answered[name], asked[name]) for name in CLIENTS)
    return Costs(
        left, right, share_interval(linearizable, runs), share_interval(kept, runs)
    )
