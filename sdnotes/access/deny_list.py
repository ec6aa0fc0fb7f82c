"""A list of tokens that are void although their time is not over.

    revoke("t1", exp_s=900)     at 10 s: the list holds t1
    is_revoked("t1", 20)        yes
    at 900 s                    the token has expired by itself, and is forgotten

It is asked at every request, by every service that believes such tokens: what the token
saved, a look at a table, is back, but the table is short.

Source: RFC 7519, section 4.1.7, for ``jti``; RFC 7009 for asking to revoke.
Left out: how the list comes to other servers.
Chapter: docs/chapters/access/.
To take away: DenyList.
"""

from threading import Lock


class DenyList:
    """Tokens that are void although they have not expired, by their ``jti``.

    Not by their text: to a lenient decoder, one token has several texts. What has
    expired is forgotten, so the list is no longer than the tokens that live. May be
    shared by threads.

    Examples:
        >>> void = DenyList()
        >>> void.revoke("t1", exp_s=900, now_s=10)
        >>> void.is_revoked("t1", now_s=20), void.is_revoked("t2", now_s=20)
        (True, False)
    """

    def __init__(self) -> None:
        self._until_s: dict[str, float] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._until_s)

    def revoke(self, jti: str, exp_s: float, now_s: float) -> None:
        """Void a token until it expires; takes time linear in the list.

        Raises ValueError for a token without a name.
        """
        if not jti:
            raise ValueError(f"jti={jti!r} is empty")
        with self._lock:
            self._until_s = {t: s for t, s in self._until_s.items() if s > now_s}
            if exp_s > now_s:
                self._until_s[jti] = max(exp_s, self._until_s.get(jti, exp_s))

    def is_revoked(self, jti: str, now_s: float) -> bool:
        """Return whether a token is void now."""
        return self._until_s.get(jti, now_s) > now_s
