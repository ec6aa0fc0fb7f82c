"""How often one may be wrong: for one account, and for one address.

    ann, from anywhere      5 wrong in 300 s    many addresses, one account
    anybody, from there     20 wrong in 300 s   one address, many accounts

The first alone lets a thief try "123456" on a million accounts, the second alone lets a
million machines try one account. Both together still let somebody lock ann out, by
being wrong in her name: so a limit ends by itself, and another way in must be left.

Source: OWASP Authentication Cheat Sheet, on login throttling; the numbers are ours.
Left out: counting in several servers at once, puzzles for people.
Chapter: docs/chapters/access/.
To take away: LoginLimiter.
"""

from collections import deque
from threading import Lock


class LoginLimiter:
    """Counts attempts in a sliding window, and takes back those that were right.

    An attempt counts from the moment that it is admitted, not from when its password
    turns out to be wrong: a hundred that come at once would all be admitted else. May
    be shared by threads.

    Raises ValueError for a limit or a window of nothing.

    Examples:
        >>> limiter = LoginLimiter(of_account=2, of_address=9, per_s=300)
        >>> [limiter.admits("ann", "10.0.0.7", now_s) for now_s in (0, 1, 2)]
        [True, True, False]
        >>> limiter.admits("ann", "10.0.0.8", now_s=299)
        False
        >>> limiter.admits("ann", "10.0.0.8", now_s=300)
        True
    """

    def __init__(
        self, of_account: int = 5, of_address: int = 20, per_s: float = 300
    ) -> None:
        if of_account < 1:
            raise ValueError(f"of_account={of_account!r} is below 1")
        if of_address < 1:
            raise ValueError(f"of_address={of_address!r} is below 1")
        if not per_s > 0:
            raise ValueError(f"per_s={per_s!r} is not above 0")
        self._most = {"account": of_account, "address": of_address}
        self._per_s = per_s
        self._attempts: dict[tuple[str, str], deque[float]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._attempts)

    def admits(self, account: str, address: str, now_s: float) -> bool:
        """Return whether an attempt may be made now, and count it; ask before hashing.

        Forgets what lies outside of the window. One that is counted at an earlier
        time than the one before it, by a clock that went back, goes when that one does.
        """
        keys = (("account", account), ("address", address))
        with self._lock:
            if any(self._recent(key, now_s) >= self._most[key[0]] for key in keys):
                return False
            for key in keys:
                times = self._attempts.pop(key, deque())
                times.append(now_s)
                self._attempts[key] = times  # the last one of all
            oldest = next(iter(self._attempts))
            if self._recent(oldest, now_s) == 0:
                del self._attempts[oldest]
            return True

    def succeeded(self, account: str, address: str) -> None:
        """Forget an account's attempts, and the last one of the address."""
        with self._lock:
            self._attempts.pop(("account", account), None)
            times = self._attempts.get(("address", address))
            if times:
                times.pop()

    def _recent(self, key: tuple[str, str], now_s: float) -> int:
        times = self._attempts.get(key, deque())
        while times and times[0] <= now_s - self._per_s:
            times.popleft()
        return len(times)
