"""What does Redis throw out when its memory is full?

    as started            maxmemory 0           it grows until the machine is full
    a limit, noeviction   SET -> error (OOM)    GET and DEL go on
    a limit, allkeys-lru  SET -> OK             other keys go

The default policy evicts nothing, and one of the volatile policies evicts nothing
either while no key has a time to live. LFU counts in one byte: a new key starts at 5,
so that it is not the first to go, and a counter is lowered by one for every minute in
which nobody asked for its key. What has fallen below 5 leaves before a scan's keys do.

Source: Redis 7.0's documentation, "Key eviction"; redis.conf, "MEMORY MANAGEMENT";
claims CACHE-01 and CACHE-03.
Left out: how good the choice of the victim is (redis_hit_ratios.py); replicas, whose
buffers count too.
Chapter: docs/chapters/caching/.
"""

import itertools
from functools import partial
from typing import Any

import redis

from evidence.labs.notebook import COLUMNS, Notebook, Row, ask
from evidence.labs.redis_pair import REFUSALS, node, text, version
from evidence.labs.server import ServerError, lab_folder, wait_until

CAPTION = (
    "One Redis with no configuration file, first as it starts, then with a limit of "
    "4 MB and values of 1,000 bytes. FREQ is the counter of a key under LFU (OBJECT "
    "FREQ); where a row names no lfu-decay-time, it is 0."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]

DEFAULTS = (
    "maxmemory",
    "maxmemory-policy",
    "maxmemory-samples",
    "lfu-decay-time",
    "lfu-log-factor",
)
LIMIT_BYTES = 4_000_000
VALUE = "x" * 1000
MORE = 3000
# Far more than fit: whoever takes them all has no limit.
MOST = 20_000
READS = 1000
USED, SCANNED = 500, 6000
MINUTE_TURNS_WITHIN_S = 75


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
        for name in DEFAULTS:
            said = client.config_get(name)[name]
            book.fact("as started", f"CONFIG GET {name}", str(said))
        client.config_set("maxmemory", LIMIT_BYTES)
        full(book, client)
        evicting(book, client)
        client.flushall()
        counting(book, client)
        ageing(book, client)
        scanned(book, client)
    return book.rows, book.observed


def full(book: Notebook, client: redis.Redis) -> None:
    """Fill the memory under the default policy, and see what is still done."""
    situation = "memory full, noeviction"
    written = 0
    for number in itertools.count():
        answer = ask(partial(client.set, f"key:{number}", VALUE), REFUSALS)
        if answer.error is not None:
            break
        written += 1
        if written > MOST:
            raise ServerError(f"{written} writes taken, no limit in sight")
    book.fact(
        situation,
        "writes, until one is refused",
        f"{'some' if written > 1 else 'none'} acknowledged, then {kind(answer.error)}",
        acknowledged=written,
        said=answer.said,
    )
    book.fact(situation, "read them all", count(client, range(written)))
    again = ask(lambda: client.set("key:0", VALUE), REFUSALS)
    book.fact(situation, "write one of them again", kind(again.error))
    gone = client.delete("key:0")
    book.fact(situation, "delete one of them", "done" if gone else "not done")
    book.fact(situation, "keys evicted so far", evicted(client))
    client.config_set("maxmemory-policy", "volatile-lru")
    late = [ask(partial(client.set, f"late:{n}", VALUE), REFUSALS) for n in range(10)]
    situation = "memory full, volatile-lru, no key with a time to live"
    book.fact(situation, "the last of ten more writes", kind(late[-1].error))


def evicting(book: Notebook, client: redis.Redis) -> None:
    """Let the server evict, and write on."""
    client.config_set("maxmemory-policy", "allkeys-lru")
    situation = "memory full, allkeys-lru"
    done = sum(bool(client.set(f"more:{n}", VALUE)) for n in range(MORE))
    book.fact(situation, f"{MORE} more writes", f"{done} acknowledged")
    gone = int(client.info("stats")["evicted_keys"])
    book.fact(
        situation,
        "keys evicted for them",
        "about one a write" if 0.9 <= gone / MORE <= 1.1 else str(gone),
        evicted=gone,
    )


def counting(book: Notebook, client: redis.Redis) -> None:
    """Ask for the counters that LFU keeps, without their decay."""
    client.config_set("maxmemory-policy", "allkeys-lfu")
    client.config_set("lfu-decay-time", 0)
    situation = "allkeys-lfu"
    client.set("new", VALUE)
    book.fact(situation, "FREQ of a new key", str(freq(client, "new")))
    client.get("new")
    book.fact(situation, "FREQ after one read", str(freq(client, "new")))
    for _ in range(READS):
        client.get("new")
    counted = freq(client, "new")
    book.fact(
        situation,
        f"FREQ after {READS} more",
        "between 10 and 30" if 10 <= counted <= 30 else str(counted),
        freq=counted,
    )


def ageing(book: Notebook, client: redis.Redis) -> None:
    """Restore a key with a high counter and wait until the minute turns."""
    client.set("old", VALUE)
    dumped = "redis.call('DUMP', KEYS[1])"
    restore = f"redis.call('RESTORE', KEYS[1], 0, {dumped}, 'REPLACE', 'FREQ', 100)"
    client.config_set("lfu-decay-time", 1)
    client.eval(restore, 1, "old")
    seconds = wait_until(
        lambda: freq(client, "old") != 100,
        "a counter falls when the minute turns",
        MINUTE_TURNS_WITHIN_S,
    )
    book.fact(
        "allkeys-lfu, lfu-decay-time 1",
        "FREQ of an unread key that was 100, when the minute has turned",
        str(freq(client, "old")),
        seconds=round(seconds, 1),
    )
    client.config_set("lfu-decay-time", 0)
    book.fact(
        "allkeys-lfu, lfu-decay-time 0",
        "FREQ of the same key",
        str(freq(client, "old")),
    )


def scanned(book: Notebook, client: redis.Redis) -> None:
    """Let a scan pass over keys whose counters stand below a newcomer's, or above."""
    dumped = "redis.call('DUMP', KEYS[1])"
    restore = f"redis.call('RESTORE', KEYS[1], 0, {dumped}, 'REPLACE', 'FREQ', ARGV[1])"
    for counter in (4, 6):
        client.flushall()
        for number in range(USED):
            client.set(f"used:{number}", VALUE)
            client.eval(restore, 1, f"used:{number}", counter)
        for number in range(SCANNED):
            client.set(f"scan:{number}", VALUE)
        left = sum(client.exists(f"used:{number}") for number in range(USED))
        few = "none or nearly none" if left <= USED // 50 else str(left)
        book.fact(
            f"allkeys-lfu, {USED} keys with FREQ {counter}",
            f"how many are left after writes of {SCANNED} other keys",
            "all" if left == USED else few,
            left=left,
        )


def kind(error: Exception | None) -> str:
    """Return the cell for a write: acknowledged, or which error."""
    if error is None:
        return "acknowledged"
    refused = isinstance(error, redis.exceptions.OutOfMemoryError)
    return "refused (OOM)" if refused else type(error).__name__


def count(client: redis.Redis, numbers: range) -> str:
    """Return the cell that says how many of these keys the server has."""
    found = sum(text(client, f"key:{n}") == VALUE for n in numbers)
    return "all there" if found == len(numbers) else f"{found} of {len(numbers)}"


def evicted(client: redis.Redis) -> str:
    """Return how many keys the server has evicted since it began."""
    return str(client.info("stats")["evicted_keys"])


def freq(client: redis.Redis, key: str) -> int:
    """Return the LFU counter of a key; asking does not count."""
    found = client.object("freq", key)
    assert isinstance(found, int)
    return found
