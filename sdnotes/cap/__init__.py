"""CAP: two ATMs hold one account, and the cable between them is cut. Who may pay?

Whoever pays without asking may pay money that is no longer there; whoever must ask
cannot answer while the other is out of reach. With an account of 50, during the cut:

    policy    10 at ATM1   20 at ATM2   then 15 at ATM2
    refuse    no           no           no: both right, nobody served
    accept    paid, 40     paid, 30     paid, 15: both wrong until they merge
    escrow    paid         paid         no: more than is left of ATM2's share of 25

What may be given up is not "C or A" for a product, but how one operation behaves while
its messages are lost.

    run_atms      the story as a run           Policy, Atm   what one machine decides
    PNCounter     a balance that merges        Escrow        shares, spent alone
    RULES         merge rules compared         linearize     is a history possible?
    majority, can_decide, always_meet          quorums

Source: Gilbert and Lynch 2002; Brewer 2012; the story is the notes' own.
Left out: quorum registers, vector clocks, sessions. Chapter: docs/chapters/cap.md.
"""

from sdnotes.cap.atm import Atm, Policy
from sdnotes.cap.causal import CausalInbox, Change, Leaks, Stamped, count_leaks
from sdnotes.cap.counter import PNCounter
from sdnotes.cap.crdt import GCounter, LWWRegister, ORSet
from sdnotes.cap.escrow import Escrow
from sdnotes.cap.fencing import FencedStore, Lease, LockService, StaleTokenError
from sdnotes.cap.linearizability import Account, Model, Register, linearize
from sdnotes.cap.merge import RULES, Branch, money_from_nowhere
from sdnotes.cap.paused_client import PausedRun, run_paused_client
from sdnotes.cap.quorum import always_meet, can_decide, majority
from sdnotes.cap.two_atms import Run, run_atms
from sdnotes.cap.vector_clock import Dot, Order, Siblings, VectorClock

__all__ = [
    "RULES",
    "Account",
    "Atm",
    "Branch",
    "CausalInbox",
    "Change",
    "Dot",
    "Escrow",
    "FencedStore",
    "GCounter",
    "LWWRegister",
    "Leaks",
    "Lease",
    "LockService",
    "Model",
    "ORSet",
    "Order",
    "PNCounter",
    "PausedRun",
    "Policy",
    "Register",
    "Run",
    "Siblings",
    "StaleTokenError",
    "Stamped",
    "VectorClock",
    "always_meet",
    "can_decide",
    "count_leaks",
    "linearize",
    "majority",
    "money_from_nowhere",
    "run_atms",
    "run_paused_client",
]
