"""CAP: two ATMs hold one account, and the cable between them is cut. Who may pay?

Whoever pays without asking may pay money that is no longer there; whoever must ask
cannot answer while the other is out of reach. With an account of 50, during the cut:

    policy    10 at ATM1   20 at ATM2   then 15 at ATM2
    refuse    no           no           no: both right, nobody served
    accept    paid, 40     paid, 30     paid, 15: both wrong until they merge
    escrow    paid         paid         no: more than is left of ATM2's share of 25

What may be given up is not "C or A" for a product, but how one operation behaves while
its messages are lost.

    run_atms      the story as a run           Policy, Atm    what one machine decides
    PNCounter     a balance that merges        Escrow         shares, spent alone
    GCounter, LWWRegister, ORSet               other data that merges by itself
    VectorClock, Siblings                      newer, or at the same time?
    RULES         merge rules compared         judge          is a history possible?
    run_quorum    copies that vote             ReplicaSet     one leader, with terms
    run_commits   waiting without a cut        ask_all        half an answer, or none
    session_violations                         a view that goes back, or sees too early
    CausalInbox                                nothing is seen before its cause
    LockService, FencedStore                   leases, and tokens that fence off
    majority, can_decide, always_meet, ranges_that_answer     quorums

Source: Gilbert and Lynch 2002; Brewer 2012; the story is the notes' own.
Left out: consensus itself (how a majority agrees while leaders fail), transactions.
Chapter: docs/chapters/cap/.
"""

from sdnotes.cap.atm import Atm, Policy
from sdnotes.cap.causal import (
    CausalInbox,
    Change,
    Leaks,
    Stamped,
    could_see,
    count_leaks,
)
from sdnotes.cap.counter import PNCounter
from sdnotes.cap.crdt import GCounter, LWWRegister, ORSet
from sdnotes.cap.escrow import Escrow
from sdnotes.cap.fencing import FencedStore, Lease, LockService, StaleTokenError
from sdnotes.cap.harvest import Answers, ask_all
from sdnotes.cap.leader import NotAvailableError, OutcomeUnknownError, ReplicaSet
from sdnotes.cap.linearizability import linearize
from sdnotes.cap.merge import RULES, Branch, money_from_nowhere
from sdnotes.cap.models import Account, Counter, Model, Queue, Register
from sdnotes.cap.pacelc import CommitsRun, run_commits
from sdnotes.cap.paused_client import PausedClientRun, run_paused_client
from sdnotes.cap.quorum import always_meet, can_decide, majority, ranges_that_answer
from sdnotes.cap.quorum_register import QuorumRun, run_quorum
from sdnotes.cap.quorum_store import QuorumSetting
from sdnotes.cap.sessions import Violation, session_violations
from sdnotes.cap.two_atms import AtmsRun, run_atms
from sdnotes.cap.vector_clock import Dot, Order, Siblings, VectorClock
from sdnotes.cap.verdict import Refutation, Verdict, judge

__all__ = [
    "RULES",
    "Account",
    "Answers",
    "Atm",
    "AtmsRun",
    "Branch",
    "CausalInbox",
    "Change",
    "CommitsRun",
    "Counter",
    "Dot",
    "Escrow",
    "FencedStore",
    "GCounter",
    "LWWRegister",
    "Leaks",
    "Lease",
    "LockService",
    "Model",
    "NotAvailableError",
    "ORSet",
    "Order",
    "OutcomeUnknownError",
    "PNCounter",
    "PausedClientRun",
    "Policy",
    "Queue",
    "QuorumRun",
    "QuorumSetting",
    "Refutation",
    "Register",
    "ReplicaSet",
    "Siblings",
    "StaleTokenError",
    "Stamped",
    "VectorClock",
    "Verdict",
    "Violation",
    "always_meet",
    "ask_all",
    "can_decide",
    "could_see",
    "count_leaks",
    "judge",
    "linearize",
    "majority",
    "money_from_nowhere",
    "ranges_that_answer",
    "run_atms",
    "run_commits",
    "run_paused_client",
    "run_quorum",
    "session_violations",
]
