"""Versions in Redis: is a value that comes too late refused, also when memory is full?

    put v1, version 1    1     stored
    delete, version 1    1     a mark: up to version 1 nothing is true
    put v1, version 1    0     the slow reader is refused
    put v2, version 2    1     stored

A delete leaves a mark, so it writes. Redis refuses writes when its memory is full, but
lets a script that has written go on; so the delete begins with DEL, which is always
allowed. What ``allkeys-lru`` evicts may be a mark, and then the late put is stored.

Source: Redis 7.0, script.c, scriptVerifyOOM; its documentation, "EVAL".
Left out: versions above 2 to the 53rd, which Lua's numbers do not tell apart.
Chapter: docs/chapters/caching/.
"""

import itertools
from functools import partial
from typing import Any

import redis

from evidence.labs.notebook import COLUMNS, Notebook, Row, ask
from evidence.labs.redis_pair import REFUSALS, node, text, version
from evidence.labs.server import lab_folder

PUT = """\
local kept = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
if tonumber(ARGV[1]) <= kept then return 0 end  -- too late
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'value', ARGV[2])
return redis.call('EXPIRE', KEYS[1], ARGV[3])
"""
DELETE = """\
local kept = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
if tonumber(ARGV[1]) < kept then return 0 end  -- a newer one is here
redis.call('DEL', KEYS[1])  -- first: it is allowed when memory is full
redis.call('HSET', KEYS[1], 'version', ARGV[1])  -- the mark
return redis.call('EXPIRE', KEYS[1], ARGV[2])
"""
TTL_S = 600
FILLING = "x" * 1000
LIMIT_BYTES = 4_000_000
CAPTION = (
    "One Redis, in turn empty, full under noeviction (4 MB), and evicting. A reader "
    "reads v1, version 1, and is slow; the writer of version 2 deletes."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    book = Notebook(
        observed={"versions": {"redis": version(), "redis-py": redis.__version__}}
    )
    with (
        lab_folder() as folder,
        node(folder, "cache") as place,
        place.client() as client,
    ):
        with_room(book, client)
        full(book, client)
        evicting(book, client)
    return book.rows, book.observed


def put(client: redis.Redis, key: str, number: int) -> str:
    """Put the value of a version, and return what came of it."""
    asked = partial(client.eval, PUT, 1, key, number, f"v{number}", TTL_S)
    return outcome(asked, "stored")


def delete(client: redis.Redis, key: str, number: int) -> str:
    """Delete all up to a version, and return what came of it."""
    asked = partial(client.eval, DELETE, 1, key, number, TTL_S)
    return outcome(asked, "done, a mark is left")


def outcome(asked: Any, done: str) -> str:
    """Return what a script did, in words."""
    answer = ask(asked, REFUSALS)
    if isinstance(answer.error, redis.exceptions.OutOfMemoryError):
        return "refused (OOM)"
    if answer.error is not None:
        return type(answer.error).__name__
    return done if answer.value == 1 else "refused: too late"


def value(client: redis.Redis, key: str) -> str:
    """Return what a reader finds."""
    found = client.hget(key, "value")
    assert found is None or isinstance(found, str)
    return found or "nothing"


def with_room(book: Notebook, client: redis.Redis) -> None:
    """Play the race of the slow reader."""
    situation = "memory to spare"
    book.fact(situation, "the writer deletes up to version 1", delete(client, "k", 1))
    book.fact(situation, "the slow reader puts version 1", put(client, "k", 1))
    book.fact(situation, "another reader puts version 2", put(client, "k", 2))
    book.fact(situation, "the slow reader puts version 1", put(client, "k", 1))
    book.fact(situation, "a late delete up to version 1", delete(client, "k", 1))
    book.fact(situation, "get", value(client, "k"))


def full(book: Notebook, client: redis.Redis) -> None:
    """Play it where memory is full, and nothing may be evicted."""
    situation = "memory full, noeviction"
    client.flushall()
    put(client, "k", 1)
    client.set("plain", "v1" + FILLING)
    client.config_set("maxmemory", LIMIT_BYTES)
    for number in itertools.count():
        filled = ask(partial(client.set, f"full:{number}", FILLING), REFUSALS)
        if filled.error is not None:
            break
    written = outcome(partial(client.set, "plain", "v2" + FILLING), "stored")
    served = (text(client, "plain") or "")[:2]
    book.fact(situation, "SET of v2 where v1 is, without a script", written)
    book.fact(situation, "GET of the same", served)
    book.fact(situation, "the writer deletes up to version 1", delete(client, "k", 1))
    book.fact(situation, "the slow reader puts version 1", put(client, "k", 1))
    book.fact(situation, "get", value(client, "k"))
    book.fact(situation, "another reader puts version 2", put(client, "k", 2))


def evicting(book: Notebook, client: redis.Redis) -> None:
    """Let the mark be evicted."""
    situation = "allkeys-lru, and many writes after the delete"
    client.config_set("maxmemory-policy", "allkeys-lru")
    delete(client, "k", 1)
    for number in range(20_000):
        client.set(f"more:{number}", FILLING)
    left = "still there" if client.exists("k") else "evicted"
    book.fact(situation, "the mark", left)
    book.fact(situation, "the slow reader puts version 1", put(client, "k", 1))
