"""How much work is it to open a log again, by its length, and after a checkpoint?"""

import io
import random

from sdnotes.acid import Log, Store

ACCOUNTS = 100
WRITES = 3
CAPTION = (
    f"A store of {ACCOUNTS} accounts; each transaction writes {WRITES} of them and is "
    "flushed by itself. *Records* and *bytes*: what is read when the log is opened. "
    "*Live*: how many of the records hold a balance that is still the newest. *After a "
    "checkpoint*: the records of a new log that begins with the balances."
)
COLUMNS = ("transactions", "records", "bytes", "live, %", "after a checkpoint")
CELLS = [{"transactions": transactions} for transactions in (100, 1_000, 10_000)]


def cell(*, transactions: int) -> tuple[str, ...]:
    """Return the work for one length of the log."""
    rng = random.Random(transactions)
    names = [f"a{number}" for number in range(ACCOUNTS)]
    file = io.BytesIO()
    store = Store(Log(file), initially=dict.fromkeys(names, 0))
    for balance in range(transactions):
        transaction = store.begin()
        for name in rng.sample(names, WRITES):
            transaction.put(name, balance)
        transaction.commit()
    opened = Log(io.BytesIO(file.getvalue()))
    assert Store(opened).committed() == store.committed()
    short = io.BytesIO()
    store.checkpoint(Log(short))
    again = Log(io.BytesIO(short.getvalue()))
    assert Store(again).committed() == store.committed()
    records = opened.recovered.records
    return (
        str(records),
        str(opened.recovered.end),
        f"{100 * ACCOUNTS / records:.1f}",
        str(again.recovered.records),
    )
