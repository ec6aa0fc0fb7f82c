"""A cache between many people and a server: what may it keep, and show to the next one?

    200, request with Authorization     no, unless public, s-maxage or must-revalidate
    200, request with a cookie          yes, if nothing forbids it: a cookie is no
                                        Authorization, and counts for nothing here
    404                                 yes, by guess
    401, 403                            only if they say for how long
    no-store, private                   no

Source: RFC 9111, sections 3, 3.5, 4.2.2; RFC 9110, section 15.1, for the statuses that
may be cached by guess.
Left out: validation, ages, ranges, must-understand, no-cache, methods but GET; what
Vary says is kept as a part of the key, as RFC 9111 section 4.1 allows.
Builds on: sdnotes.http_auth.answers.
Chapter: docs/chapters/http_auth/.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sdnotes.http_auth.answers import Answer, Request

BY_GUESS = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})
"""The statuses that a cache may keep without being told to (RFC 9110 section 15.1)."""


def may_store(request: Request, answer: Answer) -> bool:
    """Return whether a shared cache may keep an answer.

    Examples:
        >>> alice = Request("GET", "/me", {"cookie": "session=1"})
        >>> may_store(alice, Answer(200)), may_store(alice, Answer(401))
        (True, False)
    """
    says = directives(answer)
    if request.method != "GET" or says & {"no-store", "private"}:
        return False
    is_allowed = says & {"public", "s-maxage", "must-revalidate"}
    if request.field("authorization") is not None and not is_allowed:
        return False  # RFC 9111 section 3.5
    has_time = says & {"max-age", "s-maxage", "public"} or answer.field("Expires")
    return bool(has_time) or answer.status in BY_GUESS


def directives(answer: Answer) -> set[str]:
    """Return the names of what Cache-Control says."""
    parts = (answer.field("Cache-Control") or "").lower().split(",")
    return {part.partition("=")[0].strip() for part in parts} - {""}


@dataclass(slots=True)
class SharedCache:
    """A cache that keeps what it may, for as long as the run takes."""

    origin: Callable[[Request], Answer]
    kept: dict[tuple[str, ...], Answer] = field(default_factory=dict)
    varies: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def answer(self, request: Request) -> tuple[Answer, bool]:
        """Return the answer, and whether it came from the cache."""
        key = self._key(request)
        if request.method == "GET" and key in self.kept:
            return self.kept[key], True
        answer = self.origin(request)
        if may_store(request, answer):
            names = (answer.field("Vary") or "").lower().split(",")
            self.varies[request.path] = tuple(name.strip() for name in names if name)
            self.kept[self._key(request)] = answer
        return answer, False

    def _key(self, request: Request) -> tuple[str, ...]:
        names = self.varies.get(request.path, ())
        return (request.path, *(request.field(name) or "" for name in names))
