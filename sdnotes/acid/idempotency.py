"""The answer did not come. Was the payment made? Ask again, under the same key.

    begin("ann", "k1", "pay 30", now_us=0)     Attempt 1: do it
    begin("ann", "k1", "pay 30", now_us=5)     InFlightError: attempt 1 is under way
    complete(attempt, "paid", now_us=9)
    begin("ann", "k1", "pay 30", now_us=20)    Done "paid": not done again
    begin("ann", "k1", "pay 99", now_us=20)    KeyReusedError: another request
    begin("bob", "k1", "pay 30", now_us=20)    Attempt 1: bob's k1 is another key

An attempt that is never completed, since its machine crashed, gives way to another one
when its lease is over. Whether it had paid nobody knows. So what is done and its key
belong into *one* transaction: then there is no such moment, and ``complete`` is part of
that transaction. This class is the bookkeeping; it keeps no promise beside a database
that a crash parts from it.

Source: Leach 2017, "Designing robust and predictable APIs with idempotency", Stripe;
draft-ietf-httpapi-idempotency-key-header, which answers 422 for a key that was used for
another request, and 409 for one that is in flight.
Left out: disks; waiting for the attempt that is under way.
Chapter: docs/chapters/acid/.
To take away: IdempotencyStore.
"""

import hashlib
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class KeyReusedError(ValueError):
    """The key was used for another request: definite, nothing was done.

    The caller must act: a new request needs a new key.
    """


class InFlightError(RuntimeError):
    """An attempt is under way: nothing was done now, but it may be done any moment.

    The caller may ask again; ``until_us`` is when another attempt may begin at last.
    """

    def __init__(self, message: str, until_us: int) -> None:
        super().__init__(message)
        self.until_us = until_us


class LeaseOverError(RuntimeError):
    """Another attempt has begun or the key is forgotten: indefinite.

    What this attempt did may be done once more; somebody must look.
    """


class StoreFullError(RuntimeError):
    """No key can be forgotten yet: definite, nothing was done. Ask again later."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Leave to do what was asked for, until ``until_us``; ``number`` counts from 1.

    From 2 on an attempt before it may have done some of it. 1 says that none is
    remembered.
    """

    scope: str
    key: str
    number: int
    until_us: int
    token: int
    """What no other attempt of the store has, not even after the key was forgotten."""


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """It was done before, with this answer."""

    answer: T


@dataclass(slots=True)
class _Entry(Generic[T]):
    request: bytes
    attempts: int
    token: int
    until_us: int
    done: Done[T] | None = None


class IdempotencyStore(Generic[T]):
    """Remembers what was asked for under which key, and what was answered.

    An attempt holds its key for ``lease_us``: longer than the work ever takes. An
    answer is kept for ``keep_us`` after it was given, and so is a key of which a lease
    ended without one: longer than clients go on asking. With ``capacity`` keys that
    cannot be forgotten yet, new ones are refused, so memory is bounded. Safe among
    threads.

    Time is an argument: read one monotonic clock, and never take a client's time. The
    latest time counts for all who come with an earlier one. So a single time that is
    far ahead forgets every key, and what was done may be done again; and until that
    time has come no lease ends and no key is forgotten.

    Examples:
        >>> store: IdempotencyStore[str] = IdempotencyStore(lease_us=50, keep_us=1000)
        >>> attempt = store.begin("ann", "k1", "pay 30", now_us=0)
        >>> store.complete(attempt, "paid", now_us=9)
        >>> store.begin("ann", "k1", "pay 30", now_us=20)
        Done(answer='paid')
    """

    def __init__(
        self, *, lease_us: int, keep_us: int, capacity: int | None = None
    ) -> None:
        if lease_us <= 0:
            raise ValueError(f"lease_us={lease_us!r} is not above 0")
        if keep_us <= 0:
            raise ValueError(f"keep_us={keep_us!r} is not above 0")
        if capacity is not None and capacity < 1:
            raise ValueError(f"capacity={capacity!r} is below 1")
        self.lease_us = lease_us
        self.keep_us = keep_us
        self.capacity = capacity
        self._entries: dict[tuple[str, str], _Entry[T]] = {}
        self._due: list[tuple[int, str, str]] = []  # when to look whether to forget
        self._token = 0
        self._latest_us = 0
        self._one_at_a_time = Lock()

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._entries)

    def begin(
        self, scope: str, key: str, request: str | bytes, now_us: int
    ) -> Attempt | Done[T]:
        """Return leave to do what is asked for, or what was answered before.

        ``scope`` is who asks: no one sees another one's answers. Two requests are the
        same if their bytes are; what may differ, such as the order of fields, is to be
        put in order before.

        Raises KeyReusedError, InFlightError or StoreFullError, and ValueError for an
        empty scope or key.
        """
        for name, text in (("scope", scope), ("key", key)):
            if not isinstance(text, str) or not text:
                raise ValueError(f"{name}={text!r} is not a text, or an empty one")
        digest = _digest(request)
        with self._one_at_a_time:
            now_us = self._now(now_us)
            entry = self._entries.get((scope, key))
            if entry is None:
                if self.capacity is not None and len(self._entries) >= self.capacity:
                    raise StoreFullError(f"{self.capacity} keys are still needed")
                entry = self._entries[scope, key] = _Entry(digest, 0, 0, now_us)
            if entry.request != digest:
                raise KeyReusedError(f"key {key!r} was used for another request")
            if entry.done is not None:
                return entry.done
            if now_us < entry.until_us:
                told = f"attempt {entry.attempts} for key {key!r} is under way"
                raise InFlightError(told, entry.until_us)
            self._token += 1
            entry.attempts += 1
            entry.token = self._token
            self._hold(scope, key, now_us + self.lease_us)
            return Attempt(scope, key, entry.attempts, entry.until_us, entry.token)

    def complete(self, attempt: Attempt, answer: T, now_us: int) -> None:
        """Keep the answer. Raises LeaseOverError if another attempt has begun since.

        An attempt that is late is still good while no other one has begun. To complete
        it twice changes nothing: the first answer stays.
        """
        with self._one_at_a_time:
            now_us = self._now(now_us)
            entry = self._mine(attempt)
            if entry.done is None:
                entry.done = Done(answer)
                self._hold(attempt.scope, attempt.key, now_us)

    def give_up(self, attempt: Attempt, now_us: int) -> None:
        """Let others try at once: for one who knows that it has done nothing.

        Raises LeaseOverError if another attempt has begun since, ValueError if it is
        completed.
        """
        with self._one_at_a_time:
            now_us = self._now(now_us)
            entry = self._mine(attempt)
            if entry.done is not None:
                raise ValueError(f"attempt={attempt!r} is completed")
            self._hold(attempt.scope, attempt.key, now_us)

    def _now(self, now_us: int) -> int:
        """Return the time, which never goes back, and forget what is due by then."""
        self._latest_us = now_us = max(self._latest_us, now_us)
        while self._due and self._due[0][0] <= now_us:
            _, scope, key = heappop(self._due)
            entry = self._entries.get((scope, key))
            if entry is not None and entry.until_us + self.keep_us <= now_us:
                del self._entries[scope, key]
        if len(self._due) > 2 * len(self._entries):  # most were put off since
            self._due = [self._look(*name) for name in self._entries]
            heapify(self._due)
        return now_us

    def _look(self, scope: str, key: str) -> tuple[int, str, str]:
        """Return when to look whether to forget a key, and which."""
        return self._entries[scope, key].until_us + self.keep_us, scope, key

    def _hold(self, scope: str, key: str, until_us: int) -> None:
        """Keep a key until then and, after that, for as long as answers are kept."""
        self._entries[scope, key].until_us = until_us
        heappush(self._due, self._look(scope, key))

    def _mine(self, attempt: Attempt) -> _Entry[T]:
        entry = self._entries.get((attempt.scope, attempt.key))
        if entry is None or entry.token != attempt.token:
            raise LeaseOverError(
                f"attempt {attempt.number} for key {attempt.key!r} is not the last one"
            )
        return entry

    def check(self) -> None:
        """Raise AssertionError if a rule of the store is broken."""
        assert self.capacity is None or len(self._entries) <= self.capacity
        assert len(self._due) <= 2 * len(self._entries) + 1
        assert {self._look(*name) for name in self._entries} <= set(self._due)
        for entry in self._entries.values():
            assert 1 <= entry.attempts <= entry.token <= self._token
            assert entry.until_us <= self._latest_us + self.lease_us
            assert entry.until_us + self.keep_us > self._latest_us


def _digest(request: str | bytes) -> bytes:
    """Return what tells requests apart, in 33 bytes however long they are."""
    if isinstance(request, str):
        return b"s" + hashlib.sha256(request.encode("utf-8", "surrogatepass")).digest()
    return b"b" + hashlib.sha256(request).digest()
