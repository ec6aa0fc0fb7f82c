"""What does MariaDB keep of a time that it is given, and what does it show later?

    written in a session of +05:30   TIMESTAMP read at -04:00   DATETIME
    2025-07-01 12:00                 2025-07-01 02:30:00        2025-07-01 12:00:00

``TIMESTAMP`` holds an instant, and nothing of where it was written; ``DATETIME`` holds
what was written. In strict mode a time in a gap is refused, and without it moved to the
gap's end. PyMySQL writes the digits of a datetime's clock and drops its zone.

Source: MariaDB 10.11, TIMESTAMP, DATETIME, Time Zones; claim TZ-04.
Left out: MySQL, which takes offsets since 8.0.19; MariaDB from 11.5 on, whose TIMESTAMP
ends in 2106.
Chapter: docs/chapters/timezones/.
"""

from datetime import UTC, datetime
from importlib.metadata import version as version_of
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pymysql

from evidence.labs import mariadb_alone
from evidence.labs.mariadb_alone import alone, version
from evidence.labs.near_changes import SESSIONS, texts_near_changes
from evidence.labs.notebook import COLUMNS, Notebook, Row, ask
from evidence.labs.server import lab_folder
from sdnotes.timezones import kept_by, read_zone_file

CAPTION = (
    "One MariaDB server, in strict mode unless said otherwise. A session is a "
    "connection with its time_zone set; what is shown is the server's own text."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]

Connection = Any
SHOWN = "cast(ts as char), cast(dt as char)"
"""Both columns of the table, as the server writes them."""


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    driver_version = version_of("pymysql")
    book = Notebook(
        observed={"versions": {"mariadb": version(), "pymysql": driver_version}}
    )
    with lab_folder() as folder, alone(folder) as node:
        session = node.connect()
        names(book, session)
        for number, zone in enumerate(SESSIONS, 1):
            load_zone(session, number, zone)
        do(session, "create table t (ts timestamp null, dt datetime)")
        texts(book, session)
        one_row_many_readers(book, session)
        not_strict(book, session)
        driver(book, session)
        as_modelled(book, session)
        session.close()
    return book.rows, book.observed


def do(session: Connection, statement: str) -> list[tuple[Any, ...]]:
    """Return what a statement finds."""
    return mariadb_alone.rows(session, statement)


def told(session: Connection, statement: str, column: str = "") -> str:
    """Return an error's number; else a column of the one row, or ``done``."""
    answer = ask(lambda: do(session, statement), pymysql.MySQLError)
    if answer.error is not None:
        return f"error {answer.error.args[0]}"
    if not column:
        return "done"
    [(value,)] = do(session, f"select {column} from t")  # noqa: S608
    return str(value)


def written(session: Connection, column: str, text: str) -> str:
    """Return what a column shows of a text, in this very session."""
    do(session, "delete from t")
    statement = f"insert into t ({column}) values ('{text}')"  # noqa: S608
    return told(session, statement, f"cast({column} as char)")


def set_zone(session: Connection, zone: str) -> str:
    """Make a zone that of the session; return ``done``, or the error's number."""
    return told(session, f"set time_zone = '{zone}'")


def load_zone(session: Connection, number: int, zone: str) -> None:
    """Fill the server's tables of zones, as mariadb-tzinfo-to-sql does."""
    folder, _, last = f"tzdata/zoneinfo/{zone}".rpartition("/")
    data = files(folder.replace("/", ".")).joinpath(last).read_bytes()
    changes = read_zone_file(data).offset_changes(1970, 2037)
    # The smallest first: what holds before the first change.
    found = {offset for _, before, after in changes for offset in (before, after)}
    offsets = sorted(found) or [read_zone_file(data).offset_s(0)]
    do(session, f"insert into time_zone values ({number}, 'N')")  # noqa: S608
    do(session, f"insert into time_zone_name values ('{zone}', {number})")  # noqa: S608
    for kind, offset in enumerate(offsets):
        values = f"({number}, {kind}, {offset}, 0, '')"
        do(session, f"insert into time_zone_transition_type values {values}")  # noqa: S608
    for at, _, after in changes:
        values = f"({number}, {at}, {offsets.index(after)})"
        do(session, f"insert into time_zone_transition values {values}")  # noqa: S608


def names(book: Notebook, session: Connection) -> None:
    """Set zones while the server knows none by name, and one that it never knows."""
    for zone in ("+05:30", "Europe/Paris"):
        book.fact("tables of zones empty", f"time_zone {zone}", set_zone(session, zone))


def texts(book: Notebook, session: Connection) -> None:
    """Write texts of many kinds into both columns."""
    where = "tables of zones filled"
    for zone in ("Europe/Paris", "europe/paris", "Mars/Base"):
        book.fact(where, f"time_zone {zone}", set_zone(session, zone))
    set_zone(session, "America/New_York")
    for text in (
        "2025-07-01 12:00",
        "2025-07-01 12:00+05:30",
        "2025-07-01T12:00:00Z",
        "2025-11-02 01:30",
        "2025-03-09 02:30",
        "2016-12-31 23:59:60",
        "2038-01-18 22:14:07",
        "2038-01-18 22:14:08",
        "1969-12-31 12:00",
    ):
        for column, kind in (("ts", "TIMESTAMP"), ("dt", "DATETIME")):
            shown = written(session, column, text)
            book.fact("session in New York", f"'{text}' as {kind}", shown)
    written(session, "ts", "2025-11-02 01:30")
    [(unix,)] = do(session, "select unix_timestamp(ts) from t")
    instant = datetime.fromtimestamp(int(unix), UTC)
    book.fact("session in New York", "'2025-11-02 01:30', the instant", f"{instant}")
    do(session, "update t set ts = from_unixtime(unix_timestamp(ts) + 3600)")
    [(shown,)] = do(session, "select cast(ts as char) from t")
    book.fact("session in New York", "the instant an hour later, shown", shown)


def one_row_many_readers(book: Notebook, session: Connection) -> None:
    """Read one row in sessions of other zones."""
    do(session, "delete from t")
    set_zone(session, "+05:30")
    do(session, "insert into t values ('2025-07-01 12:00', '2025-07-01 12:00')")
    for zone in ("+05:30", "-04:00", "Europe/Paris"):
        set_zone(session, zone)
        [shown] = do(session, f"select {SHOWN} from t")  # noqa: S608
        for kind, text in zip(("TIMESTAMP", "DATETIME"), shown, strict=True):
            book.fact(f"12:00 written at +05:30, read at {zone}", kind, text)


def not_strict(book: Notebook, session: Connection) -> None:
    """Write what strict mode refuses, without it."""
    set_zone(session, "America/New_York")
    do(session, "set sql_mode = ''")
    for text in ("2025-03-09 02:30", "2038-01-18 22:14:08"):
        shown = written(session, "ts", text)
        do(session, "delete from t")
        do(session, f"insert into t (ts) values ('{text}')")  # noqa: S608
        [(_, number, _)] = do(session, "show warnings")
        came_back = f"{shown}, and warning {number}"
        book.fact("not strict, New York", f"'{text}' as TIMESTAMP", came_back)
    do(session, "set sql_mode = default")


def driver(book: Notebook, session: Connection) -> None:
    """Send datetimes of Python, and look at what comes back."""
    set_zone(session, "+00:00")
    for name, value in {
        "naive": datetime(2025, 7, 1, 12),  # noqa: DTZ001  (that is the question)
        "in UTC": datetime(2025, 7, 1, 12, tzinfo=UTC),
        "in Tokyo": datetime(2025, 7, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo")),
    }.items():
        do(session, "delete from t")
        with session.cursor() as cursor:
            cursor.execute("insert into t (ts) values (%s)", (value,))
        [(back,)] = do(session, "select ts from t")
        shown = f"{back.isoformat()}, zone {back.tzinfo}"
        book.fact("PyMySQL, session in UTC", f"12:00, a datetime {name}", shown)


def as_modelled(book: Notebook, session: Connection) -> None:
    """Compare the model with the server, on many texts near changes of clocks."""
    for column, kind in (("ts", "TIMESTAMP"), ("dt", "DATETIME")):
        same = asked = 0
        for writer in SESSIONS:
            for text in texts_near_changes(writer):
                reader = SESSIONS[asked % len(SESSIONS)]
                set_zone(session, writer)
                shown = written(session, column, text)
                if not shown.startswith("error"):
                    set_zone(session, reader)
                    [(shown,)] = do(session, f"select cast({column} as char) from t")  # noqa: S608
                model = kept_by(f"mariadb {kind}", text, writer, reader).shown
                same += model == ("refused" if shown.startswith("error") else shown)
                asked += 1
        book.fact(f"{asked} texts near changes", f"the model, {kind}", f"{same} alike")
