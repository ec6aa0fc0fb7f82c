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


class LoginLimiter:
    """Counts failures in a sliding window; ``failed`` says so, ``allows`` asks.

    Raises ValueError for a limit or a window of nothing.

    Examples:
        >>> limiter = LoginLimiter(of_account=2, of_address=9, per_s=300)
        >>> for now_s in (0, 1):
        ...     limiter.failed("ann", "10.0.0.7", now_s)
        >>> limiter.allows("ann", "10.0.0.8", now_s=2)
        False
        >>> limiter.allows("ann", "10.0.0.8", now_s=300)
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
        self._failures: dict[tuple[str, str], deque[float]] = {}

    def __len__(self) -> int:
        return len(self._failures)

    def allows(self, account: str, address: str, now_s: float) -> bool:
        """Return whether an attempt may be made now; ask before hashing anything."""
        return all(
            self._recent(key, now_s) < self._most[key[0]]
            for key in (("account", account), ("address", address))
        )

    def failed(self, account: str, address: str, now_s: float) -> None:
        """Count a wrong password. Forgets what lies outside of the window.

        Raises ValueError for a time before the last one.
        """
        for key in (("account", account), ("address", address)):
            times = self._failures.setdefault(key, deque())
            if times and now_s < times[-1]:
                raise ValueError(f"now_s={now_s!r} is before {times[-1]}, the last one")
            times.append(now_s)
            if len(times) > self._most[key[0]]:
                times.popleft()  # one more is no more than enough
        oldest = next(iter(self._failures))
        if self._recent(oldest, now_s) == 0:
            del self._failures[oldest]

    def succeeded(self, account: str) -> None:
        """Forget an account's failures; those of the address stay."""
        self._failures.pop(("account", account), None)

    def _recent(self, key: tuple[str, str], now_s: float) -> int:
        times = self._failures.get(key, deque())
        while times and times[0] <= now_s - self._per_s:
            times.popleft()
        return len(times)
