"""A shop with two orders and some tokens, which many requests can be tried on.

    /               everybody
    /orders/7       alice's; reading takes the scope orders:read
    /orders/8       bob's
    /orders/9       is not there
    DELETE          takes orders:write, and a login with a second factor

    six states      no token, a wrong one, an expired one, a good one without the scope,
                    a good one, a good one for somebody else's order

Left out: where tokens come from; paying; hashing passwords.
Builds on: sdnotes.http_auth.answers, deciding.
Chapter: docs/chapters/http_auth/.
"""

import re
from dataclasses import dataclass, field

from sdnotes.http_auth.answers import Answer, Request, Site
from sdnotes.http_auth.basic import read_basic
from sdnotes.http_auth.bearer import read_bearer
from sdnotes.http_auth.challenges import Credentials, parse_credentials
from sdnotes.http_auth.deciding import CredentialsAre, Decision, Facts, decide
from sdnotes.http_auth.scanning import HeaderError

SECOND_FACTOR = "urn:shop:two-factors"


@dataclass(frozen=True, slots=True)
class Token:
    """Who bears it, what for, until when, and how they had logged in."""

    user: str
    scopes: tuple[str, ...] = ("orders:read",)
    ends_s: int = 3600
    acr: str = ""


ORDERS = {7: "alice", 8: "bob"}
TOKENS = {
    "alice": Token("alice"),
    "alice-old": Token("alice", ends_s=100),
    "alice-no-scope": Token("alice", ()),
    "alice-writes": Token("alice", ("orders:read", "orders:write")),
    "alice-strong": Token("alice", ("orders:read", "orders:write"), acr=SECOND_FACTOR),
    "bob": Token("bob"),
}
PASSWORDS = {"alice": "open sesame"}
"""In a service: salted hashes, compared in constant time."""

STATES = {
    "no credentials": (None, 7),
    "bad": ("x", 7),
    "expired": ("alice-old", 7),
    "good, not enough": ("alice-no-scope", 7),
    "good": ("alice", 7),
    "good, not theirs": ("alice", 8),
}
"""The six states: a token, and the number of the order that is asked for."""

_ORDER = re.compile(r"/orders/([1-9][0-9]{0,8})")


@dataclass(slots=True)
class Shop:
    """A server's answers; ``now_s`` is its clock, and is set from outside.

    ``hides`` answers 404 for somebody else's order, and not 403. After
    ``max_failures`` wrong tokens an address is told to come again in a minute.
    """

    site: Site = field(default_factory=lambda: Site("shop", ("GET", "HEAD", "DELETE")))
    hides: bool = True
    now_s: int = 1000
    max_failures: int = 5
    failures: dict[str, tuple[int, int]] = field(default_factory=dict)

    def facts(self, request: Request) -> Facts:
        """Return what is known of a request, without changing anything."""
        is_open = request.path == "/"
        credentials, token = self.credentials_of(request)
        owner = self._owner(request.path)
        scope = self.scope_of(request)
        needs_more = request.method == "DELETE"
        return Facts(
            credentials,
            is_preflight=request.is_preflight,
            is_over_limit=self.wait_s(request) > 0,
            needs_credentials=not is_open,
            has_scope=is_open or token is None or scope in token.scopes,
            is_strong_enough=(
                not needs_more or token is None or token.acr == SECOND_FACTOR
            ),
            exists=is_open or owner is not None,
            may=is_open or (token is not None and token.user == owner),
            is_hidden=self.hides,
            is_method_known=request.method in self.site.methods,
        )

    def answer(self, request: Request) -> Answer:
        """Return the answer, and count the failure if the credentials were wrong."""
        facts = self.facts(request)
        decision = decide(facts)
        if decision.error == "invalid_token":
            self._count_failure(request.address)
        if decision.status == 200:
            return self._found(request)
        return self.refusal(decision, request)

    def refusal(self, decision: Decision, request: Request) -> Answer:
        """Return the answer to a request that is not let through."""
        return self.site.answer(
            decision,
            request,
            scopes=(self.scope_of(request),),
            acr_values=(SECOND_FACTOR,),
            retry_after_s=self.wait_s(request),
        )

    def scope_of(self, request: Request) -> str:
        """Return the scope that a request takes."""
        is_reading = request.method in ("GET", "HEAD")
        return "orders:read" if is_reading else "orders:write"

    def credentials_of(self, request: Request) -> tuple[CredentialsAre, Token | None]:
        """Return what the credentials are, and the token if it is one of ours."""
        text = request.field("authorization")
        if text is None:
            return "none", None
        try:
            credentials = parse_credentials(text)
            if credentials.kind not in ("bearer", "basic"):
                return "none", None  # RFC 6750 section 3.1: no error for those either
            token = self._token(credentials)
        except HeaderError:
            return "malformed", None
        if token is None:
            return "wrong", None
        return ("good" if self.now_s < token.ends_s else "expired"), token

    def wait_s(self, request: Request) -> int:
        """Return for how many seconds an address must wait."""
        count, until_s = self.failures.get(request.address, (0, 0))
        return max(0, until_s - self.now_s) if count >= self.max_failures else 0

    def _token(self, credentials: Credentials) -> Token | None:
        if credentials.kind == "bearer":
            return TOKENS.get(read_bearer(credentials))
        user, password = read_basic(credentials)
        is_right = self.site.with_basic and password == PASSWORDS.get(user)
        return TOKENS[user] if is_right else None

    def _count_failure(self, address: str) -> None:
        count, until_s = self.failures.get(address, (0, 0))
        fresh = self.now_s < until_s
        self.failures[address] = (count + 1 if fresh else 1, self.now_s + 60)

    def _owner(self, path: str) -> str | None:
        found = _ORDER.fullmatch(path)
        return None if found is None else ORDERS.get(int(found[1]))

    def _found(self, request: Request) -> Answer:
        is_private = request.path != "/"
        owner = self._owner(request.path)
        body = f"{owner}'s order" if is_private else "welcome"
        fields = (
            ("Cache-Control", "no-store" if is_private else "max-age=60"),
            ("Content-Length", str(len(body))),
            *self.site.shown_to(request),
        )
        return Answer(200, fields, "" if request.method == "HEAD" else body)


def ask(shop: Shop, token: str | None, path: str, method: str = "GET") -> Answer:
    """Return the answer to a request with a token, or with none.

    Examples:
        >>> [ask(Shop(), token, f"/orders/{n}").status for token, n in STATES.values()]
        [401, 401, 401, 403, 200, 404]
    """
    fields = {} if token is None else {"authorization": f"Bearer {token}"}
    return shop.answer(Request(method, path, fields))
