"""Many add 1 to one counter at the same time: how often must they try?

    two at a time, each reads, writes, commits      tries in all
    refused, and tries again                        1 + 2 = 3: the second one twice
    locks the row when it reads                     2: the second one waits
    one statement                                   2: the same

Source: arithmetic; of n that begin together one gets through a round, so refused ones
try n (n + 1) / 2 times in all.
Left out: waits between the tries. Builds on: sdnotes.acid.store.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Callable, Iterator

from sdnotes.acid.errors import TransactionAbortedError, WouldBlockError
from sdnotes.acid.store import Store
from sdnotes.acid.transaction import Transaction

WAYS = ("refused, and tries again", "locks what it reads", "one statement")
"""How a transaction adds 1: what becomes of it when another one was first."""


def tries_of(way: str, clients: int) -> int:
    """Return how many transactions it takes until each client has added 1.

    The clients take turns, step by step, and begin together. Raises ValueError for a
    way that there is not, and for less than one client.

    Examples:
        >>> [tries_of("refused, and tries again", clients) for clients in (1, 2, 3)]
        [1, 3, 6]
        >>> [tries_of("locks what it reads", clients) for clients in (1, 2, 3)]
        [1, 2, 3]
    """
    if way not in WAYS:
        raise ValueError(f"way={way!r} is none of: {', '.join(WAYS)}")
    if clients < 1:
        raise ValueError(f"clients={clients!r} is less than 1")
    level = "snapshot" if way == WAYS[0] else "read committed"
    store = Store(isolation=level, initially={"x": 0})
    begun: list[Transaction] = []
    under_way = [_client(store, way, begun) for _ in range(clients)]
    while under_way:
        under_way = [client for client in under_way if next(client, None) is not None]
    if store.committed() != {"x": clients}:
        raise AssertionError(f"{way}: {store.committed()} of {clients}")
    return len(begun)


def _client(store: Store, way: str, begun: list[Transaction]) -> Iterator[bool]:
    while True:
        transaction = store.begin()
        begun.append(transaction)
        try:
            for step in _steps(transaction, way):
                yield True
                while not _done(step):
                    yield True
        except TransactionAbortedError:
            continue
        return


def _steps(transaction: Transaction, way: str) -> Iterator[Callable[[], object]]:
    if way == "one statement":
        yield lambda: transaction.add(1, "key = x")
    else:
        locks, found = way == "locks what it reads", []
        yield lambda: found.append(transaction.get("x", for_update=locks))
        yield lambda: transaction.put("x", int(found[0] or 0) + 1)
    yield transaction.commit


def _done(step: Callable[[], object]) -> bool:
    try:
        step()
    except WouldBlockError:
        return False
    return True
