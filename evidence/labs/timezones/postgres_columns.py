"""What does PostgreSQL keep of a time that it is given, and what does it show later?

    written in a session of UTC      timestamptz read in New York    timestamp
    2025-07-01 12:00+05:30           2025-07-01 02:30:00-04          2025-07-01 12:00:00

``timestamptz`` holds an instant and no zone; ``timestamp`` drops an offset without a
word. A time in a gap or a fold gets the offset before the gap, and that after the fold.

Source: PostgreSQL 15, sections 8.5.1.3, 9.9.4 and B.2; claims TZ-03 to TZ-05.
Left out: intervals, abbreviations, other drivers than psycopg.
Chapter: docs/chapters/timezones/.
"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from evidence.labs.near_changes import SESSIONS, texts_near_changes
from evidence.labs.notebook import COLUMNS, Notebook, Row, ask
from evidence.labs.postgres_alone import alone
from evidence.labs.postgres_pair import version
from evidence.labs.server import lab_folder
from sdnotes.timezones import kept_by

CAPTION = (
    "One PostgreSQL server. A session is a connection with its TimeZone set; what is "
    "shown is the server's own text."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]

Connection = psycopg.Connection[tuple[object, ...]]
TYPES = ("timestamptz", "timestamp")
NEW_YORK = ZoneInfo("America/New_York")


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    versions = {"postgresql": version(), "psycopg": psycopg.__version__}
    book = Notebook(observed={"versions": versions})
    with lab_folder() as folder, alone(folder) as node, node.connect() as session:
        texts(book, session)
        one_row_many_readers(book, session)
        sizes(book, session)
        conversions(book, session)
        names(book, session)
        driver(book, session)
        as_modelled(book, session)
    return book.rows, book.observed


def one(session: Connection, query: str) -> str:
    """Return the single value of a query, or the number of its error."""
    answer = ask(lambda: session.execute(query.encode()).fetchone(), psycopg.Error)
    if isinstance(answer.error, psycopg.Error):
        return f"error {answer.error.sqlstate}"
    return str((answer.value or ("nothing",))[0])


def set_zone(session: Connection, zone: str) -> None:
    """Make a zone that of the session."""
    session.execute("select set_config('TimeZone', %s, false)", (zone,))


def texts(book: Notebook, session: Connection) -> None:
    """Cast texts of many kinds to both types."""
    set_zone(session, "America/New_York")
    for text in (
        "2025-07-01 12:00",
        "2025-07-01 12:00+05:30",
        "2025-07-01 12:00 Europe/Paris",
        "2025-11-02 01:30",
        "2025-03-09 02:30",
        "2016-12-31 23:59:60Z",
        "2025-02-30 12:00",
    ):
        for kind in TYPES:
            shown = one(session, f"select '{text}'::{kind}::text")
            book.fact("session in New York", f"'{text}' as {kind}", shown)


def one_row_many_readers(book: Notebook, session: Connection) -> None:
    """Read one row in sessions of other zones."""
    set_zone(session, "UTC")
    session.execute("create table meeting (tz timestamptz, plain timestamp)")
    text = "2025-07-01 12:00+05:30"
    session.execute("insert into meeting values (%s, %s)", (text, text))
    for zone in ("UTC", "America/New_York", "Asia/Kolkata"):
        set_zone(session, zone)
        for name, kind in (("tz", "timestamptz"), ("plain", "timestamp")):
            shown = one(session, f"select {name}::text from meeting")  # noqa: S608
            book.fact(f"'{text}' written, read in {zone}", kind, shown)


def sizes(book: Notebook, session: Connection) -> None:
    """Ask for bytes, and whether two texts of one instant are equal."""
    for kind in (*TYPES, "timetz"):
        query = f"select pg_column_size('2025-07-01 12:00+05:30'::{kind})"
        book.fact("size", kind, f"{one(session, query)} bytes")
    same = "'2025-07-01 12:00+05:30'::timestamptz = '2025-07-01 02:30-04'::timestamptz"
    book.fact("equal", "12:00+05:30 and 02:30-04 as timestamptz", one_of(session, same))
    kept = "'12:00+05:30'::timetz"
    book.fact("kept", "12:00+05:30 as timetz", one_of(session, kept))


def one_of(session: Connection, expression: str) -> str:
    """Return an expression as the server's own text."""
    return one(session, f"select ({expression})::text")


def conversions(book: Notebook, session: Connection) -> None:
    """Convert, add and cut, in a session of New York and in one of UTC."""
    set_zone(session, "America/New_York")
    noon = "'2025-03-08 12:00'::timestamptz"
    for expression in (
        "'2025-11-02 01:30'::timestamp at time zone 'America/New_York'",
        "'2025-03-09 02:30'::timestamp at time zone 'America/New_York'",
        "'2025-07-01 12:00+00'::timestamptz at time zone 'Asia/Kolkata'",
        f"{noon} + interval '1 day'",
        f"{noon} + interval '24 hours'",
        "'2025-03-10'::timestamptz - '2025-03-09'::timestamptz",
        "date_trunc('day', '2025-07-01 23:30-04'::timestamptz)",
        "date_trunc('day', '2025-07-01 23:30-04'::timestamptz, 'UTC')",
    ):
        book.fact("session in New York", expression, one_of(session, expression))
    set_zone(session, "UTC")
    half_past = "'2025-10-26 00:30+00'::timestamptz"
    for expression in (  # midnight comes twice in the Azores on that day
        f"({half_past} at time zone 'Atlantic/Azores')::date",
        "'2025-10-26'::timestamp at time zone 'Atlantic/Azores'",
        f"date_trunc('day', {half_past}, 'Atlantic/Azores')",
        "'2025-10-26 01:30'::timestamp at time zone 'Europe/Dublin'",
    ):
        book.fact("session in UTC", expression, one_of(session, expression))


def names(book: Notebook, session: Connection) -> None:
    """Set the session's zone by names that are none, or look like others."""
    noon = "select '2025-07-01 12:00+00'::timestamptz::text"
    for name in ("europe/paris", "Etc/GMT+5", "UTC+5", "+5", "EST", "Mars/Base"):
        tried = one(session, f"select set_config('TimeZone', '{name}', false)")
        shown = tried if tried.startswith("error") else one(session, noon)
        book.fact(f"TimeZone set to {name}", "12:00+00 as timestamptz", shown)


def driver(book: Notebook, session: Connection) -> None:
    """Send datetimes of Python, and look at what comes back."""
    set_zone(session, "America/New_York")
    fold = datetime(2025, 11, 2, 1, 30, tzinfo=NEW_YORK)
    for name, value in {
        "naive": datetime(2025, 7, 1, 12),  # noqa: DTZ001  (that is the question)
        "in UTC": datetime(2025, 7, 1, 12, tzinfo=UTC),
        "in a fold, fold=0": fold,
        "in a fold, fold=1": fold.replace(fold=1),
        "in a gap": datetime(2025, 3, 9, 2, 30, tzinfo=NEW_YORK),
    }.items():
        asked = session.execute("select pg_typeof(%s)::text, %s", (value, value))
        kind, back = asked.fetchone() or ("", None)
        if not isinstance(back, datetime):
            raise TypeError(f"{back!r} came back")
        zone = "none" if back.tzinfo is None else str(back.tzinfo)
        shown = f"{kind}; {back.isoformat()}, zone {zone}, fold {back.fold}"
        book.fact("psycopg, session in New York", f"a datetime {name}", shown)


def as_modelled(book: Notebook, session: Connection) -> None:
    """Compare the model with the server, on many texts near changes of clocks."""
    for kind in TYPES:
        same = asked = 0
        for writer in SESSIONS:
            for text in texts_near_changes(writer):
                set_zone(session, writer)
                unix = "extract(epoch from %s::text::timestamptz)::bigint"
                at = session.execute(f"select {unix}", (text,)).fetchone()
                reader = SESSIONS[asked % len(SESSIONS)]
                set_zone(session, reader)
                if kind == "timestamptz":
                    query = "select to_timestamp(%s)::timestamptz::text"
                    shown = session.execute(query, at).fetchone()
                else:
                    query = "select %s::text::timestamp::text"
                    shown = session.execute(query, (text,)).fetchone()
                model = kept_by(f"postgresql {kind}", text, writer, reader)
                same += shown == (model.shown,)
                asked += 1
        book.fact(f"{asked} texts near changes", f"the model, {kind}", f"{same} alike")
