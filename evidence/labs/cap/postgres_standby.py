"""What do a PostgreSQL primary and its standby answer while they cannot talk?

    standby        COMMIT at the primary        read at the standby
    ---------------------------------------------------------------
    asynchronous   acknowledged                 out of date
    synchronous    waits, until it is cancelled out of date

Neither shuts anything down, and neither is safe by itself: what an asynchronous
primary acknowledged is lost with it, and a cancelled wait leaves the row committed.

Source: PostgreSQL 15's documentation, section 27.2.8 (synchronous replication); claims
CAP-11, 15 and 24.
Left out: several standbys and quorums of them (ANY 1 (...)), remote_apply, fencing.
Chapter: docs/chapters/cap/.
"""

from functools import partial
from typing import Any

import psycopg

from evidence.labs.notebook import COLUMNS, Answer, Notebook, Row, ask
from evidence.labs.postgres_pair import Node, Pair, pair, version
from evidence.labs.recorder import Recorder, together
from evidence.labs.server import lab_folder, wait_until
from sdnotes.sim import History

CAPTION = (
    "A PostgreSQL primary and a streaming standby on one machine; the cable between "
    "them can be cut, and the lab promotes the standby. Each number is a row of one "
    "table. Linearizable: one register could have given all these answers."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]

NUMBERS = "select n from notes order by n"
WAITING = (
    "select pid from pg_stat_activity "
    "where wait_event = 'SyncRep' and backend_type = 'client backend'"
)
ROUNDS = 5


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    versions = {"postgresql": version(), "psycopg": psycopg.__version__}
    book = Notebook(observed={"versions": versions})
    with lab_folder() as folder, pair(folder) as two:
        linked(book, two)
        synchronous(book, two)
        asynchronous(book, two)
        book.history(
            "link cut, asynchronous; three clients write, two read at the standby",
            "standby-reads",
            reads_at_the_standby(two),
        )
        failover(book, two)
    return book.rows, book.observed


def linked(book: Notebook, two: Pair) -> None:
    """Write and read while nothing is wrong."""
    two.primary.do(
        "create table register (value text)",
        "insert into register values (null)",
        "create table notes (n int primary key)",
    )
    book.fact("linked", "commit 1 at the primary", insert(two.primary, 1).said)
    two.catch_up()
    book.fact("linked", "read at the standby, after a while", shown(two.standby))
    refused = insert(two.standby, 0)
    book.fact(
        "linked",
        "commit 0 at the standby",
        refusal(refused),
        said=refused.said,
    )


def synchronous(book: Notebook, two: Pair) -> None:
    """Let the primary wait for its standby, which does not answer."""
    primary = two.primary
    primary.do(
        "alter system set synchronous_standby_names = '*'", "select pg_reload_conf()"
    )
    state = "select 1 from pg_stat_replication where sync_state = 'sync'"
    wait_until(lambda: primary.rows(state) != [], "the standby is synchronous")
    primary.do("checkpoint")  # by then every process knows the new setting
    book.fact("linked, synchronous", "commit 2 at the primary", insert(primary, 2).said)
    two.catch_up()
    two.cable.cut()
    situation = "link cut, synchronous"
    seen: list[str] = []
    answers: list[Answer[str]] = []

    def cancel() -> None:
        wait_until(lambda: primary.rows(WAITING) != [], "a commit waits")
        seen.append(shown(primary))
        [(pid,)] = primary.rows(WAITING)
        primary.rows(f"select pg_cancel_backend({pid})")

    together(lambda: answers.append(insert(primary, 3)), cancel)
    book.fact(situation, "commit 3 at the primary", "waits (SyncRep)")
    book.fact(situation, "read at the primary, meanwhile", seen[0])
    book.fact(situation, "the same commit, once its wait is cancelled", answers[0].said)
    book.fact(situation, "read at the primary", shown(primary))
    book.fact(situation, "read at the standby", shown(two.standby))
    primary.do(
        "alter system reset synchronous_standby_names", "select pg_reload_conf()"
    )
    names = "select 1 where current_setting('synchronous_standby_names') = ''"
    wait_until(lambda: primary.rows(names) != [], "the standby is asynchronous")


def asynchronous(book: Notebook, two: Pair) -> None:
    """Let the primary go on alone, as it does by default."""
    situation = "link cut, asynchronous"
    book.fact(situation, "commit 4 at the primary", insert(two.primary, 4).said)
    book.fact(situation, "read at the primary", shown(two.primary))
    book.fact(situation, "read at the standby", shown(two.standby))


def failover(book: Notebook, two: Pair) -> None:
    """Kill the primary, promote the standby, and start the old primary again."""
    two.primary.kill()
    two.standby.rows("select pg_promote(true, 60)")
    situation = "primary killed, standby promoted"
    book.fact(situation, "read at the new primary", shown(two.standby))
    book.fact(situation, "commit 5 there", insert(two.standby, 5).said)
    two.primary.start()
    situation = "old primary started again"
    book.fact(situation, "commit 6 there", insert(two.primary, 6).said)
    both = f"{shown(two.primary)} and {shown(two.standby)}"
    book.fact(situation, "read at the old and at the new", both)


def insert(node: Node, number: int) -> Answer[str]:
    """Commit one row; the answer's value is the cell for it."""
    warnings: list[str] = []

    def commit() -> str:
        with node.connect() as connection:
            connection.add_notice_handler(
                lambda notice: warnings.append(notice.message_detail or "")
            )
            connection.execute("insert into notes values (%s)", [number])
        return "; ".join(["acknowledged", *map(_shortened, warnings)])

    return ask(commit, psycopg.Error)


def _shortened(warning: str) -> str:
    known = "committed locally, but might not have been replicated"
    return f"warning: {known}" if known in warning else f"warning: {warning}"


def refusal(answer: Answer[str]) -> str:
    """Return the cell for a commit that should be refused."""
    if isinstance(answer.error, psycopg.Error):
        return f"refused ({answer.error.sqlstate})"
    return answer.said


def shown(node: Node) -> str:
    """Return the cell for a read."""
    return ", ".join(str(number) for (number,) in node.rows(NUMBERS))


def reads_at_the_standby(two: Pair) -> History:
    """Return what clients hear of one value, three at the primary, two not."""
    recorder = Recorder()
    writing = [partial(work, c, two.primary, recorder) for c in ("c1", "c2", "c3")]
    looking = [partial(look, c, two.standby, recorder) for c in ("c4", "c5")]
    together(*writing, *looking)
    together(*looking)  # once more, when the first writes are long acknowledged
    return recorder.history()


def work(name: str, node: Node, recorder: Recorder) -> None:
    """Write values that nobody else writes, and read, in turn."""
    with node.connect() as connection:
        for n in range(1, ROUNDS + 1):
            value = f"{name}-{n}"
            with recorder.operation(name, "write", value, "value") as call:
                connection.execute("update register set value = %s", [value])
                call.ok()
            read(name, connection, recorder)


def look(name: str, node: Node, recorder: Recorder) -> None:
    """Only read."""
    with node.connect() as connection:
        for _ in range(ROUNDS):
            read(name, connection, recorder)


def read(
    name: str,
    connection: psycopg.Connection[tuple[object, ...]],
    recorder: Recorder,
) -> None:
    """Read the value once."""
    with recorder.operation(name, "read", key="value") as call:
        found = connection.execute("select value from register").fetchone()
        assert found is not None
        [value] = found
        assert value is None or isinstance(value, str)
        call.ok(value)
