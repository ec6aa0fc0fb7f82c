"""The relations behind docs/claims.md: one test for each claim of the notes."""

import io
import sqlite3
from collections import Counter

import pytest

import sdnotes.acid
from sdnotes.acid import (
    SerializationFailureError,
    Store,
    Transaction,
    TransactionOverError,
    play,
)
from sdnotes.acid.cuts import found_after
from sdnotes.acid.device import Device
from sdnotes.acid.log import Log
from sdnotes.acid.programs import doctors, withdrawals


def _after_cuts(data: bytes, start: int) -> list[dict[str, object]]:
    cuts = range(start, len(data) + 1)
    return [dict(Store(Log(io.BytesIO(data[:cut]))).committed()) for cut in cuts]


def _move(transaction: Transaction, source: str, target: str, amount: int) -> None:
    for account, change in ((source, -amount), (target, amount)):
        balance = transaction.get(account)
        assert isinstance(balance, int)
        transaction.put(account, balance + change)


def test_without_begin_a_cut_leaves_the_first_of_two_statements_with_it_none() -> None:
    """ACID-01: one statement, one transaction, unless it is told otherwise."""
    halves = {"A": 70, "B": 50}
    for is_one_transaction in (True, False):
        file = io.BytesIO()
        log = Log(file)
        store = Store(log, initially={"A": 100, "B": 50})
        start = log.end
        transaction = store.begin()
        transaction.put("A", 70)
        if not is_one_transaction:
            transaction.commit()
            transaction = store.begin()
        transaction.put("B", 80)
        transaction.commit()
        found = _after_cuts(file.getvalue(), start)
        assert (halves in found) == (not is_one_transaction)
        assert found[0] == {"A": 100, "B": 50}
        assert found[-1] == {"A": 70, "B": 80}


def test_the_four_promises_are_the_four_letters() -> None:
    """ACID-02: the package says whose word it is."""
    assert "Haerder and Reuter 1983" in (sdnotes.acid.__doc__ or "")
    promises = ("atomicity", "consistency", "isolation", "durability")
    assert "".join(word[0] for word in promises) == "acid"


@pytest.mark.parametrize("ends", ["commit", "abort"])
def test_wherever_the_log_is_cut_all_of_a_transaction_counts_or_none(ends: str) -> None:
    """ACID-03."""
    file = io.BytesIO()
    log = Log(file)
    store = Store(log, initially={"A": 100, "B": 50, "C": 0})
    start = log.end
    transaction = store.begin()
    _move(transaction, "A", "B", 30)
    _move(transaction, "B", "C", 5)
    getattr(transaction, ends)()
    log.flush()
    before, after = {"A": 100, "B": 50, "C": 0}, {"A": 70, "B": 75, "C": 5}
    found = _after_cuts(file.getvalue(), start)
    assert found[-1] == (after if ends == "commit" else before)
    assert all(each in (before, after) for each in found)


def test_a_database_keeps_the_rules_that_were_declared_and_no_others() -> None:
    """ACID-04: SQLite; the lab has PostgreSQL's SQLSTATE 23514."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    for rule in ("", "CHECK (balance >= 0)"):
        database.execute(f"CREATE TABLE account (balance INT {rule})")
        database.execute("INSERT INTO account VALUES (100)")
        if rule:
            with pytest.raises(sqlite3.IntegrityError):
                database.execute("UPDATE account SET balance = balance - 500")
        else:
            database.execute("UPDATE account SET balance = balance - 500")
        (balance,) = database.execute("SELECT balance FROM account").fetchone()
        assert balance == (100 if rule else -400)
        database.execute("DROP TABLE account")
    database.close()


def test_at_read_committed_two_reads_differ_and_an_update_is_lost() -> None:
    """ACID-05: 70 then 5; and 80 where an order would have given 70."""
    script = "x = 70\nT1 get x\nT2 put x 5\nT2 commit\nT1 get x\nT1 commit"
    assert play(script, "read committed").shown("T1") == [70, 5]
    assert play(script, "snapshot").shown("T1") == [70, 70]
    lost = """
    x = 100
    T1 get x
    T2 get x
    T1 put x 90
    T1 commit
    T2 put x 80
    T2 commit
    """
    for level in ("read committed", "repeatable read"):
        assert play(lost, level).final == {"x": 80}
    for level in ("snapshot", "serializable"):
        assert play(lost, level).final == {"x": 90}
        assert "T2" in play(lost, level).refused
    atomic = "x = 100\nT1 begin\nT2 begin\nT1 add -10 where key = x\nT1 commit\n"
    atomic += "T2 add -20 where key = x\nT2 commit"
    assert play(atomic, "read committed").final == {"x": 70}


def test_two_doctors_leave_at_snapshot_and_one_stays_at_serializable() -> None:
    """ACID-06: the same program, and only the level differs."""
    on_call = {
        level: sum(int(value) for value in doctors(level).final.values())
        for level in ("read committed", "snapshot", "serializable", "two-phase locking")
    }
    assert on_call == {
        "read committed": 0,
        "snapshot": 0,
        "serializable": 1,
        "two-phase locking": 1,
    }
    # What is refused is refused for good until the program tries again.
    assert len(doctors("serializable").refused) == 1
    assert withdrawals("serializable").refused
    store = Store(isolation="snapshot", initially={"x": 1})
    first, second = store.begin(), store.begin()
    first.put("x", 2)
    first.commit()
    with pytest.raises(SerializationFailureError):
        second.put("x", 3)
    again = store.begin()
    again.put("x", 3)
    again.commit()
    assert store.committed() == {"x": 3}


def test_what_a_commit_has_waited_for_decides_what_a_crash_takes() -> None:
    """ACID-07: an honest sync keeps all, a later one loses the end, a lie anything."""
    assert set(found_after("fsync first")) == {"both"}
    assert set(found_after("fsync later")) == {"neither"}
    lies = Counter(found_after("the disk lies"))
    assert lies["both"] == 1
    assert lies.total() > 100
    # A sync that failed is over: the log says so, and does not try again.
    device = Device(fails_sync=(2,))
    store = Store(Log(device, sync=device.sync), initially={"x": 1})
    transaction = store.begin()
    transaction.put("x", 2)
    with pytest.raises(OSError, match="nobody knows"):
        transaction.commit()
    recovered = Store(Log(device.after_crash()))
    assert recovered.committed() == {"x": 1}


def test_a_committed_transaction_is_undone_by_another_one_and_not_by_rollback() -> None:
    """ACID-08."""
    store = Store(initially={"A": 100, "B": 0})
    transfer = store.begin()
    _move(transfer, "A", "B", 50)
    transfer.commit()
    with pytest.raises(TransactionOverError):
        transfer.abort()
    assert store.committed() == {"A": 50, "B": 50}
    compensation = store.begin()
    _move(compensation, "B", "A", 50)
    compensation.commit()
    assert store.committed() == {"A": 100, "B": 0}
