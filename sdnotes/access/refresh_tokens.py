r"""Refresh tokens that change at each use, so that a stolen one betrays itself.

    r1 --used--> r2 --used--> r3          one family: all from one login
         \-- used again by a thief: r1 is spent, so somebody has a copy.
             Which of the two is the thief, nobody can tell: the family ends.

Both then lose access, and the rightful one logs in again. Without rotation the thief
keeps access for as long as the token lives; with rotation but without the end of the
family, a thief who uses the token *first* keeps it, and the owner is thrown out.

Source: RFC 9700, section 4.14.2; RFC 6749, section 6.
Left out: binding to the client's key (RFC 9449), a grace period for lost answers.
Chapter: docs/chapters/access/.
To take away: RefreshTokens.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock


class UnknownTokenError(ValueError):
    """A refresh token that was never given out, or whose family has ended."""


class ReusedTokenError(ValueError):
    """A spent refresh token came again: its family has ended, and this is why."""


@dataclass(slots=True)
class _Family:
    """Tokens of one login, kept as hashes: a stolen table is of no use."""

    grant: str
    until_s: float
    live: bytes
    spent: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A new refresh token, and the grant for which an access token may be made."""

    token: str
    grant: str


class RefreshTokens:
    """Gives out refresh tokens, takes each once, and ends a family at a second use.

    ``new_token`` makes a random text, such as ``secrets.token_urlsafe``; ``life_s`` is
    how long a login can be renewed at most.

    Examples:
        >>> names = iter(["r1", "r2", "r3"])
        >>> tokens = RefreshTokens(lambda: next(names), life_s=1000)
        >>> first = tokens.issue("ann", now_s=0)
        >>> tokens.use(first, now_s=1)
        Refreshed(token='r2', grant='ann')
        >>> for token in (first, "r2"):
        ...     try:
        ...         tokens.use(token, now_s=2)
        ...     except (ReusedTokenError, UnknownTokenError) as error:
        ...         print(error)
        a spent token of ann came again
        no such token lives
    """

    def __init__(self, new_token: Callable[[], str], life_s: float) -> None:
        if not life_s > 0:
            raise ValueError(f"life_s={life_s!r} is not above 0")
        self._new_token = new_token
        self._life_s = life_s
        self._families: dict[int, _Family] = {}
        self._family_of: dict[bytes, int] = {}
        self._next = 0
        self._lock = Lock()

    def issue(self, grant: str, now_s: float) -> str:
        """Return the first token of a new login; what has expired is forgotten."""
        with self._lock:
            return self._issue(grant, now_s)

    def _issue(self, grant: str, now_s: float) -> str:
        for number, family in list(self._families.items()):
            if family.until_s <= now_s:
                self._end(number)
        token, key = self._fresh()
        self._families[self._next] = _Family(grant, now_s + self._life_s, key)
        self._family_of[key] = self._next
        self._next += 1
        return token

    def use(self, token: str, now_s: float) -> Refreshed:
        """Spend a token and return the next one.

        Raises UnknownTokenError for one that does not live, and ReusedTokenError for
        one that is spent; then no token of that login lives any more. Of two threads
        that bring one token, one gets the next, and the other ends the login.
        """
        with self._lock:
            return self._use(token, now_s)

    def _use(self, token: str, now_s: float) -> Refreshed:
        number = self._family_of.get(_key(token))
        if number is None:
            raise UnknownTokenError("no such token lives")
        family = self._families[number]
        if family.until_s <= now_s:
            self._end(number)
            raise UnknownTokenError("no such token lives")
        if family.live != _key(token):
            self._end(number)
            raise ReusedTokenError(f"a spent token of {family.grant} came again")
        new, key = self._fresh()
        family.spent.add(family.live)
        family.live = key
        self._family_of[key] = number
        return Refreshed(new, family.grant)

    def revoke(self, grant: str) -> None:
        """End all logins of a grant: a new password, or a lost device."""
        with self._lock:
            for number, family in list(self._families.items()):
                if family.grant == grant:
                    self._end(number)

    def check(self) -> None:
        """Raise AssertionError if two families share a token, or one has none."""
        keys = [k for f in self._families.values() for k in (f.live, *f.spent)]
        assert len(keys) == len(set(keys)), "a token belongs to two families"
        assert set(keys) == set(self._family_of), "a token belongs to no family"

    def _fresh(self) -> tuple[str, bytes]:
        token = self._new_token()
        if _key(token) in self._family_of:
            raise ValueError("new_token has made the same text twice")
        return token, _key(token)

    def _end(self, number: int) -> None:
        family = self._families.pop(number)
        for key in (family.live, *family.spent):
            del self._family_of[key]


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
