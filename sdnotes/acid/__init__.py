"""ACID: what survives when two people, or a power cut, get in the way?

Two people look at one account of 10 and each add 1. What the account holds at the end
depends on when each of them reads, and on the level at which they do so:

    T1 get x: 10    T2 get x: 10    T1 put x 11    T2 put x 11    both commit
    read committed   11: one of the two is lost, and nobody is told
    snapshot         11: T2 is refused, and can begin again
    serializable     11: the same; and the same for what no two wrote

A transaction is undone as a whole, or counts as a whole, as soon as its one commit
record is on the disk.

    Log, Device         records on a file     a file that forgets, lies and fails
    Store, Transaction  keys and values, changed by transactions
    LEVELS              six isolation levels, each three decisions
    play, Played        an interleaving as a text, played step by step
    ANOMALIES, matrix   ten stories, at which level each happens
    judge_isolation     a history of transactions: which levels, and which cycle
    run_two_phase, run_saga, run_outbox, run_payment    several machines that crash
    IdempotencyStore    asked twice, done once

Source: Haerder and Reuter 1983; Gray and Reuter 1993; Berenson et al. 1995; Adya 1999.
Left out: pages and indexes, SQL. Chapter: docs/chapters/acid/.
"""

from sdnotes.acid.anomalies import ANOMALIES, Verdict, matrix, verdict_on
from sdnotes.acid.dependencies import dependencies
from sdnotes.acid.device import Device
from sdnotes.acid.errors import (
    DeadlockError,
    SerializationFailureError,
    TransactionAbortedError,
    TransactionOverError,
    WouldBlockError,
)
from sdnotes.acid.forbidden import FORBIDDEN, IsolationLevel, Standing
from sdnotes.acid.from_store import history_of_operations
from sdnotes.acid.history import TransactionHistory
from sdnotes.acid.idempotency import IdempotencyStore
from sdnotes.acid.journal import MalformedRecordError
from sdnotes.acid.judging import judge_isolation
from sdnotes.acid.levels import LEVELS, Level
from sdnotes.acid.lines import history_of_lines
from sdnotes.acid.log import (
    CorruptLogError,
    Log,
    LogFailedError,
    NotALogError,
    Recovery,
)
from sdnotes.acid.notation import history_of_notation
from sdnotes.acid.operations import Action, Operation
from sdnotes.acid.outbox import OutboxRun, run_outbox
from sdnotes.acid.payment import PaymentRun, run_payment
from sdnotes.acid.playing import Database, Played, Step, StoreDatabase, play
from sdnotes.acid.predicate import Predicate
from sdnotes.acid.saga import SagaRun, run_saga
from sdnotes.acid.script import MalformedScriptError
from sdnotes.acid.store import Store
from sdnotes.acid.stories import Anomaly, Case
from sdnotes.acid.transaction import Transaction
from sdnotes.acid.two_phase import TwoPhaseRun, run_two_phase
from sdnotes.acid.verdict import IsolationVerdict

__all__ = [
    "ANOMALIES",
    "FORBIDDEN",
    "LEVELS",
    "Action",
    "Anomaly",
    "Case",
    "CorruptLogError",
    "Database",
    "DeadlockError",
    "Device",
    "IdempotencyStore",
    "IsolationLevel",
    "IsolationVerdict",
    "Level",
    "Log",
    "LogFailedError",
    "MalformedRecordError",
    "MalformedScriptError",
    "NotALogError",
    "Operation",
    "OutboxRun",
    "PaymentRun",
    "Played",
    "Predicate",
    "Recovery",
    "SagaRun",
    "SerializationFailureError",
    "Standing",
    "Step",
    "Store",
    "StoreDatabase",
    "Transaction",
    "TransactionAbortedError",
    "TransactionHistory",
    "TransactionOverError",
    "TwoPhaseRun",
    "Verdict",
    "WouldBlockError",
    "dependencies",
    "history_of_lines",
    "history_of_notation",
    "history_of_operations",
    "judge_isolation",
    "matrix",
    "play",
    "run_outbox",
    "run_payment",
    "run_saga",
    "run_two_phase",
    "verdict_on",
]
