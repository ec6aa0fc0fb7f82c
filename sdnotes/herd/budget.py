"""A budget for retries: however much fails, the extra load stays a small share.

    RetryBudget(percent=10, reserve=2)          a retry costs 100, a request earns 10
    begins with    200
    10 requests    200                          full: it never holds more
    2 retries        0                          allowed
    a third retry    0                          refused: give up, do not add load
    10 requests    100                          one more retry is allowed

So for n requests there are at most ``reserve + n * percent / 100`` retries, in whatever
order they come. A limit for each request (three tries) has no such bound: when
everything fails it triples the load, just when the service can bear it least.

Source: the token buckets of Finagle's RetryBudget (a deposit for each request, a
withdrawal for each retry) and of gRPC's proposal A6; Google SRE book, chapter 21, for
the 10 %. The amounts are whole numbers, so that no rounding lends a retry.
Left out: deposits that expire, a floor for clients that send little.
Chapter: docs/chapters/herd/.
To take away: RetryBudget.
"""

import threading

_COST = 100  # of one retry; a request earns `percent` of it


class RetryBudget:
    """Counts requests and says which retries may go out; safe for many threads.

    One budget belongs to one service that is called: share it among all callers in
    the process, or each of them adds a reserve of its own. Raises ValueError for a
    ``percent`` above 100 for each retry of the ``reserve``, which could not keep it.

    Examples:
        >>> budget = RetryBudget(percent=10, reserve=2)
        >>> [budget.may_retry() for _ in range(3)]
        [True, True, False]
        >>> for _ in range(10):
        ...     budget.note_request()
        >>> budget.may_retry(), budget.may_retry()
        (True, False)
    """

    def __init__(self, *, percent: int = 10, reserve: int = 10) -> None:
        for name, amount in (("percent", percent), ("reserve", reserve)):
            if isinstance(amount, bool) or not isinstance(amount, int) or amount < 0:
                raise ValueError(f"{name}={amount!r} is not a whole number, 0 or more")
        if percent > reserve * _COST:
            raise ValueError(
                f"reserve={reserve!r} cannot keep the {percent} % that a request earns"
            )
        self._percent = percent
        self._most = self._held = reserve * _COST
        self._lock = threading.Lock()

    @property
    def retries_left(self) -> int:
        """Return how many retries would be allowed now."""
        return self._held // _COST

    def note_request(self) -> None:
        """Count a request's first try, which is always allowed."""
        with self._lock:
            self._held = min(self._most, self._held + self._percent)

    def may_retry(self) -> bool:
        """Take the price of one retry; return False, and take nothing, if short."""
        with self._lock:
            if self._held < _COST:
                return False
            self._held -= _COST
            return True
