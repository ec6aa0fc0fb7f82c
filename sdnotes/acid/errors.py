"""What may become of a step besides being done: wait, run all again, or your mistake.

    WouldBlockError             nothing was done; make the same call once they ended
    TransactionAbortedError     all of it is undone; run the whole transaction again
      SerializationFailureError   SQLSTATE 40001; MariaDB's 1020
      DeadlockError               SQLSTATE 40P01; MariaDB's 1213
    TransactionOverError        it was over before this call

Source: PostgreSQL 15's documentation, appendix A (error codes), section 13.5 (retries).
Left out: an outcome that nobody knows: sdnotes.acid.log.LogFailedError.
Chapter: docs/chapters/acid/.
"""


class WouldBlockError(RuntimeError):
    """Nothing was done: make the same call again once one of them has ended."""

    def __init__(self, waits_for: tuple[str, ...]) -> None:
        super().__init__(f"waits for {', '.join(waits_for)}")
        self.waits_for = waits_for


class TransactionAbortedError(RuntimeError):
    """Definite: nothing of it has happened. Run the whole transaction again."""


class SerializationFailureError(TransactionAbortedError):
    """What it did cannot be put into an order with what others did."""


class DeadlockError(TransactionAbortedError):
    """It waited for others which, in the end, waited for it."""

    def __init__(self, cycle: tuple[str, ...]) -> None:
        super().__init__(f"deadlock: {' -> '.join((*cycle, cycle[0]))}")
        self.cycle = cycle


class TransactionOverError(ValueError):
    """A call on a transaction that has ended; begin another one."""
