"""A lock that expires, and the number that keeps a late holder from doing harm.

A lock must expire, or a crashed holder keeps it for ever. But then a holder that is
only slow may lose it without knowing, and write all the same:

    time      the lock                 the store
     0 ms     to A until 50, token 33
    60 ms     to B until 110, token 34
    70 ms                              B writes with 34     stored, highest is 34
    90 ms                              A writes with 33     refused: 33 is below 34

What **fencing** needs: each grant's token is larger than all before, over a restart of
the service and a restore from a backup too; every request to the store carries one; and
*the store itself* refuses a token below the highest it has seen. It must look and store
in one step, and keep that number with the value. No check at the holder can replace
this, since it may be paused between its check and its write.

What fencing does not give: the store knows nothing of leases. While no larger token has
reached it, it takes a write whose lease is over. Nothing newer is then overwritten; but
if B had looked by then, B builds on an old value. So B must *read* with its token too.
And it does not make a job run once: when A has done its work, or crashed half-way, the
next holder does it again, with a larger token. For that the store must remember what
was done, in one step with doing it.

Source: Kleppmann 2016, "How to do distributed locking"; Burrows 2006, "The Chubby lock
service for loosely-coupled distributed systems", OSDI, section 2.4, where tokens are
called sequencers. The same number is an epoch or a term where leaders are elected.
Left out: a service of several machines, waiting in line, shared locks.
Chapter: docs/chapters/cap/.
To take away: LockService, FencedStore.
"""

from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class StaleTokenError(PermissionError):
    """A larger token was here before: definite, the request did nothing.

    The caller must act: it has lost the lock, and no retry with this token will help.
    """


@dataclass(frozen=True, slots=True)
class Lease:
    """A lock granted until a time, not including it, by the clock of the service."""

    holder: str
    token: int
    until_us: int

    def covers(self, now_us: int) -> bool:
        """Return whether the lease is not over by a clock that shows this time.

        On the holder's own clock this is only a guess about the service's.
        """
        return now_us < self.until_us


class LockService:
    """Grants one lock to one holder at a time, for ``ttl_us`` microseconds.

    Time is an argument, and never goes back. ``first_token`` is for a service that
    starts again: larger than all that it granted before. Such a service has forgotten
    the leases of its former life: it must grant nothing for one ``ttl_us``.

    One thread at a time: two that look at once may both be granted the lock. A lock
    around each call must cover the look at the clock too, so that no time is past.

    Examples:
        >>> lock = LockService(ttl_us=50, first_token=33)
        >>> lock.acquire("A", now_us=0)
        Lease(holder='A', token=33, until_us=50)
        >>> lock.acquire("B", now_us=49), lock.acquire("B", now_us=50).token
        (None, 34)
    """

    def __init__(self, *, ttl_us: int, first_token: int = 1) -> None:
        if ttl_us <= 0:
            raise ValueError(f"ttl_us={ttl_us!r} is not above 0")
        if first_token < 1:
            raise ValueError(f"first_token={first_token!r} is below 1")
        self._ttl_us = ttl_us
        self._next_token = first_token
        self._lease: Lease | None = None
        self._now_us = 0

    def acquire(self, who: str, now_us: int) -> Lease | None:
        """Return a lease with a new token, or None while anybody holds the lock.

        The holder itself gets None too: it may have started again and forgotten.
        """
        if not who:
            raise ValueError(f"who={who!r}: a holder needs a name")
        if self.current(now_us) is not None:
            return None
        self._lease = Lease(who, self._next_token, now_us + self._ttl_us)
        self._next_token += 1
        return self._lease

    def renew(self, token: int, now_us: int) -> Lease | None:
        """Return the same lease with a later end, or None if it is over.

        A lease from before a restart is over too. Raises ValueError for a token that
        was not granted yet.
        """
        lease = self._granted(token, now_us)
        if lease is None:
            return None
        self._lease = Lease(lease.holder, token, now_us + self._ttl_us)
        return self._lease

    def release(self, token: int, now_us: int) -> bool:
        """End a lease early; return False, and do nothing, if it was over.

        As for ``renew``, a token from before a restart is over, one to come an error.
        """
        if self._granted(token, now_us) is None:
            return False
        self._lease = None
        return True

    def current(self, now_us: int) -> Lease | None:
        """Return the lease that holds now, if any.

        Raises ValueError for a time before that of an earlier call.
        """
        if now_us < self._now_us:
            raise ValueError(
                f"now_us={now_us!r} is past: {self._now_us} was told before"
            )
        self._now_us = now_us
        lease = self._lease
        return lease if lease is not None and lease.covers(now_us) else None

    def _granted(self, token: int, now_us: int) -> Lease | None:
        if not 1 <= token < self._next_token:
            raise ValueError(f"token={token!r} was never granted by this service")
        lease = self.current(now_us)
        return lease if lease is not None and lease.token == token else None


class FencedStore(Generic[T]):
    """A value that refuses whoever comes with a token below the highest seen.

    ``check_tokens=False`` is the store that takes every request: it trusts the lock.
    ``highest`` is for a store that starts again: keep it on disk with the value, in one
    step, or the store takes an old holder's write after a restart.

    Safe between threads. In a database the look and the store are one statement:
    UPDATE ... SET value, token WHERE token <= the new one.

    Examples:
        >>> store = FencedStore("old")
        >>> store.write(34, "from B")
        >>> try:
        ...     store.write(33, "from A")
        ... except StaleTokenError as error:
        ...     print(error)
        token 33 is below 34, the highest seen
    """

    def __init__(
        self, value: T, *, check_tokens: bool = True, highest: int = 0
    ) -> None:
        if highest < 0:
            raise ValueError(f"highest={highest!r} is negative")
        self._value = value
        self._check_tokens = check_tokens
        self._highest = highest
        self._one_at_a_time = Lock()

    @property
    def value(self) -> T:
        """Return the value to an onlooker who will not write."""
        return self._value

    @property
    def highest(self) -> int:
        """Return the highest token seen, 0 before the first."""
        return self._highest

    def read(self, token: int) -> T:
        """Return the value to a holder, and shut out all holders before it.

        Raises StaleTokenError when the token is below the highest seen.
        """
        with self._one_at_a_time:
            self._admit(token)
            return self._value

    def write(self, token: int, value: T) -> None:
        """Store a value. Raises StaleTokenError when the token is below the highest.

        A holder may write often: an equal token is as good as a larger one.
        """
        with self._one_at_a_time:
            self._admit(token)
            self._value = value

    def _admit(self, token: int) -> None:
        if token < 1:
            raise ValueError(f"token={token!r} is below 1")
        if self._check_tokens and token < self._highest:
            raise StaleTokenError(
                f"token {token} is below {self._highest}, the highest seen"
            )
        self._highest = max(self._highest, token)
