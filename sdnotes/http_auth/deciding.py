"""Which status? The first row of a table that holds; the table also draws itself.

    if                                      then  because
    the credentials cannot be read          400   invalid_request
    none came, and some are needed          401   a challenge
    they have expired, or are wrong         401   a challenge with invalid_token
    ...
    the object is there, and must not       404   as if there were none
      be known of
    all the rest                            200

The order is half of the answer: who asks comes before what there is, or the difference
between 401 and 404 tells anybody which objects exist.

Source: RFC 9110, sections 11.6, 11.7, 15.5; RFC 6750, section 3.1; RFC 9470, section 3;
RFC 6585, section 4; Fetch, CORS-preflight fetch.
Left out: redirects to a page for logging in; 303, 409, 410, 412, 451.
Chapter: docs/chapters/http_auth/.
To take away: Facts, decide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

CredentialsAre: TypeAlias = Literal["none", "malformed", "wrong", "expired", "good"]


PHRASES = MappingProxyType(
    {
        200: "OK",
        204: "No Content",
        400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden",
        404: "Not Found",
        405: "Method Not Allowed",
        407: "Proxy Authentication Required",
        429: "Too Many Requests",
    }
)
"""What each status is called; 401's name is wrong, and stays (RFC 9110 section 15)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one request when its status is chosen.

    Each is a yes or a no, so that the table can be tried on all of them. Raises
    ValueError for credentials that are none of the five.
    """

    credentials: CredentialsAre = "good"
    is_preflight: bool = False
    proxy_wants_credentials: bool = False
    is_over_limit: bool = False
    needs_credentials: bool = True
    is_strong_enough: bool = True
    has_scope: bool = True
    exists: bool = True
    may: bool = True
    is_hidden: bool = False
    is_method_known: bool = True

    def __post_init__(self) -> None:
        known = get_args(CredentialsAre)
        if self.credentials not in known:
            raise ValueError(f"credentials={self.credentials!r} is not one of {known}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: a question, the status if it is answered by yes, and what goes with it."""

    question: str
    holds: Callable[[Facts], bool]
    status: int
    error: str = ""
    needs: tuple[str, ...] = ()


RULES: tuple[Rule, ...] = (
    Rule("Is it a CORS preflight?", lambda f: f.is_preflight, 204),
    Rule(
        "Does a proxy want credentials first?",
        lambda f: f.proxy_wants_credentials,
        407,
        needs=("Proxy-Authenticate",),
    ),
    Rule(
        "Have too many requests come?",
        lambda f: f.is_over_limit,
        429,
        needs=("Retry-After",),
    ),
    Rule(
        "Can the credentials not be read?",
        lambda f: f.credentials == "malformed",
        400,
        "invalid_request",
    ),
    Rule(
        "Are some needed, and none came?",
        lambda f: f.needs_credentials and f.credentials == "none",
        401,
        needs=("WWW-Authenticate",),
    ),
    Rule(
        "Are they wrong, or expired?",
        lambda f: f.credentials in ("wrong", "expired"),
        401,
        "invalid_token",
        needs=("WWW-Authenticate",),
    ),
    Rule(
        "Is a stronger login needed?",
        lambda f: not f.is_strong_enough,
        401,
        "insufficient_user_authentication",
        needs=("WWW-Authenticate",),
    ),
    Rule(
        "Does the token lack a scope?",
        lambda f: not f.has_scope,
        403,
        "insufficient_scope",
        needs=("WWW-Authenticate",),
    ),
    Rule("Is there no such object?", lambda f: not f.exists, 404),
    Rule("May they not even know of it?", lambda f: not f.may and f.is_hidden, 404),
    Rule("May they not do this to it?", lambda f: not f.may, 403),
    Rule(
        "Has it no such method?",
        lambda f: not f.is_method_known,
        405,
        needs=("Allow",),
    ),
)
"""The rows, in their order; a request for which none holds is answered with 200."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The status, and why: the row that held, or None for 200."""

    status: int
    error: str
    rule: Rule | None

    @property
    def because(self) -> str:
        """Return the question that was answered by yes."""
        return "Nothing is against it." if self.rule is None else self.rule.question


def decide(facts: Facts, rules: tuple[Rule, ...] = RULES) -> Decision:
    """Return the status of the first rule that holds, or 200.

    Examples:
        >>> decide(Facts("none")).status, decide(Facts(may=False)).status
        (401, 403)
        >>> decide(Facts(may=False, is_hidden=True)).because
        'May they not even know of it?'
    """
    for rule in rules:
        if rule.holds(facts):
            return Decision(rule.status, rule.error, rule)
    return Decision(200, "", None)
