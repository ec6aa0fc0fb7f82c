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
from sdnotes.cap.counter import PNCounter
from sdnotes.cap.escrow import Escrow
from sdnotes.cap.linearizability import linearize
from sdnotes.cap.merge import RULES, Branch, money_from_nowhere
from sdnotes.cap.models import Account, Counter, Model, Queue, Register
from sdnotes.cap.quorum import always_meet, can_decide, majority
from sdnotes.cap.two_atms import Run, run_atms
from sdnotes.cap.verdict import Refutation, Verdict, judge

__all__ = [
    "RULES",
    "Account",
    "Atm",
    "Branch",
    "Counter",
    "Escrow",
    "Model",
    "PNCounter",
    "Policy",
    "Queue",
    "Refutation",
    "Register",
    "Run",
    "Verdict",
    "always_meet",
    "can_decide",
    "judge",
    "linearize",
    "majority",
    "money_from_nowhere",
    "run_atms",
]
