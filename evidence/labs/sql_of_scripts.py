"""A step of an interleaving as the SQL that Hermitage would type.

    T1 get x                 select value from test where id = 'x'
    T1 put x 11              update test set value = 11 where id = 'x'
    T1 put z 30              insert into test (id, value) values ('z', 30)
    T1 add 10 where all      update test set value = value + 10

A put to a key that was there at the beginning is an update, any other one an insert.

Left out: texts as values; a key that is deleted and put again.
"""

import re
from collections.abc import Collection

from sdnotes.acid.operations import Value
from sdnotes.acid.playing import Shown
from sdnotes.acid.script import Command, Verb

TABLE = "create table test (id varchar(10) primary key, value int)"


def condition(where: str) -> str:
    """Return a script's condition as an SQL one, with its ``where``."""
    if where == "all":
        return ""
    if keys := re.fullmatch(r"key in (.+)", where):
        quoted = ", ".join(f"'{key}'" for key in re.split(", ?", keys[1]))
        return f" where id in ({quoted})"
    if ends := re.fullmatch(r"key from (\S+) to (\S+)", where):
        return f" where id between '{ends[1]}' and '{ends[2]}'"
    if key := re.fullmatch(r"key = (\S+)", where):
        return f" where id = '{key[1]}'"
    return f" where {where}"


SQL = {
    Verb.BEGIN: "begin",
    Verb.GET: "select id, value from test where id = :key",
    Verb.GET_FOR_UPDATE: "select id, value from test where id = :key for update",
    Verb.SCAN: "select id, value from test:where order by id",
    Verb.PUT: "update test set value = :value where id = :key",
    Verb.DELETE: "delete from test where id = :key",
    Verb.DELETE_WHERE: "delete from test:where",
    Verb.ADD: "update test set value = value + :value:where",
    Verb.COMMIT: "commit",
    Verb.ABORT: "rollback",
}
INSERT = "insert into test (id, value) values (:key, :value)"


def statement(command: Command, known: Collection[str]) -> str:
    """Return the SQL of a step; ``known`` are the keys there at the beginning."""
    is_new = command.verb is Verb.PUT and command.key not in known
    words = {
        "key": f"'{command.key}'",
        "value": str(command.value),
        "where": condition(command.where or "all"),
    }
    template = INSERT if is_new else SQL[command.verb]
    return re.sub(r":(key|value|where)", lambda m: words[m[1]], template)


def shown(command: Command, found: dict[str, Value]) -> Shown:
    """Return what a step showed, as the store's player shows it."""
    return found if command.verb is Verb.SCAN else found.get(command.key)
