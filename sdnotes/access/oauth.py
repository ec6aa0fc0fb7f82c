"""OAuth 2.0 with OIDC: an authorization server, a client and an API, without a network.

    client.begin      a request for the browser to carry: state, challenge
    server.authorize  ann says yes: a code, for this client and this address alone
    client.callback   is it the answer to my question? then the code goes to the server
    server.redeem     code and verifier for: access token, ID token, refresh token
    api.read          the access token, and nothing else, opens ann's mail

The access token is for the API, which alone reads it. The ID token is for the client,
and says who logged in. Each check can be left out (``Checks``), which is for teaching.

Source: RFC 6749, section 4.1; OpenID Connect Core 1.0, sections 2 and 3.1; RFC 9700,
section 2; RFC 9068, section 2; RFC 9449, section 6 for ``cnf``.
Left out: scopes, client secrets, discovery, logout, nonce, errors in redirects.
Builds on: sdnotes.access.validator. Chapter: docs/chapters/access/.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from sdnotes.access.jws import HmacKey, TokenRejectedError, sign
from sdnotes.access.pkce import challenge_of, verifies
from sdnotes.access.refresh_tokens import (
    RefreshTokens,
    ReusedTokenError,
    UnknownTokenError,
)
from sdnotes.access.validator import TokenValidator

SERVER, CLIENT_ID = "https://login.example", "shop"
REDIRECT_URI = "https://shop.example/callback"
LIFE_S = 600

Rotation: TypeAlias = Literal["none", "rotate", "family"]


class RefusedError(ValueError):
    """Somebody in the flow says no; ``by`` is who, ``why`` in a word or two."""

    def __init__(self, by: str, why: str) -> None:
        super().__init__(f"{by}: {why}")
        self.by, self.why = by, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What each side checks; all of it, unless a lesson leaves something out.

    ``rotation`` is "family" (the end of all tokens at a second use), "rotate" or
    "none"; each other check is made or left out.
    """

    pkce: bool = True
    state: bool = True
    issuer: bool = True
    exact_redirect: bool = True
    no_downgrade: bool = True
    rotation: Rotation = "family"
    audience: bool = True
    id_token_login: bool = True
    sender_constrained: bool = True

    def __post_init__(self) -> None:
        if self.rotation not in ("none", "rotate", "family"):
            raise ValueError(f"rotation={self.rotation!r} is no way to rotate")


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What the client asks the server, by way of the browser."""

    client_id: str
    redirect_uri: str
    state: str
    challenge: str


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """What the server answers, by way of the browser."""

    redirect_uri: str
    code: str
    state: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code is exchanged for."""

    access: str
    id_token: str
    refresh: str


@dataclass(frozen=True, slots=True)
class _Grant:
    user: str
    request: AuthorizationRequest


class CarelessRefreshTokens(RefreshTokens):
    """Refresh tokens without the end of the family, or that never change at all."""

    def __init__(self, rotation: Rotation, names: list[str]) -> None:
        super().__init__(lambda: names.pop(0), LIFE_S * 100)
        self.rotation = rotation

    def renew(self, token: str, now_s: float) -> tuple[str, str]:
        """Return the next token and the grant, as the server's rules have it."""
        if self.rotation == "family":
            refreshed = self.use(token, now_s)
            return refreshed.token, refreshed.grant
        number = self._family_of.get(hashlib.sha256(token.encode()).digest())
        if number is None:
            raise UnknownTokenError("no such token lives")
        family = self._families[number]
        spent = hashlib.sha256(token.encode()).digest() in family.spent
        if self.rotation == "none":
            return token, family.grant
        if spent:
            raise ReusedTokenError(f"a spent token of {family.grant} came again")
        refreshed = self.use(token, now_s)
        return refreshed.token, refreshed.grant


class AuthorizationServer:
    """Asks people who they are, and gives codes and tokens to clients."""

    def __init__(self, checks: Checks) -> None:
        self.checks = checks
        self.key = HmacKey(hashlib.sha256(b"login.example").digest())
        self.codes: dict[str, _Grant] = {}
        self.given = 0
        names = [f"r{number}" for number in range(1, 10)]
        self.refresh = CarelessRefreshTokens(checks.rotation, names)

    def authorize(
        self, user: str, request: AuthorizationRequest
    ) -> AuthorizationResponse:
        """Return a code, once somebody has logged in here and agreed."""
        self._check_redirect(request.redirect_uri)
        self.given += 1
        code = f"c{self.given}"
        self.codes[code] = _Grant(user, request)
        return AuthorizationResponse(
            request.redirect_uri, code, request.state, issuer=SERVER
        )

    def _check_redirect(self, uri: str) -> None:
        if self.checks.exact_redirect:  # RFC 9700, section 2.1: the same text
            if uri != REDIRECT_URI:
                raise RefusedError("server", "unknown redirect_uri")
        elif not uri.startswith(REDIRECT_URI.rpartition("/")[0]):
            raise RefusedError("server", "unknown redirect_uri")

    def redeem(
        self, code: str, redirect_uri: str, verifier: str, holder: str, now_s: int
    ) -> Tokens:
        """Return tokens for a code, which is good for once; ``holder`` is the key's."""
        grant = self.codes.pop(code, None)
        if grant is None or grant.request.redirect_uri != redirect_uri:
            raise RefusedError("server", "invalid_grant")
        challenge = grant.request.challenge
        if challenge and not verifies(challenge, verifier):
            raise RefusedError("server", "invalid_grant")
        if self.checks.no_downgrade and verifier and not challenge:
            raise RefusedError("server", "invalid_grant")
        tokens = self._tokens(grant.user, grant.request.client_id, holder, now_s)
        return Tokens(*tokens, self.refresh.issue(grant.user, now_s))

    def renew(self, refresh: str, holder: str, now_s: int) -> Tokens:
        """Return new tokens for a refresh token."""
        try:
            token, user = self.refresh.renew(refresh, now_s)
        except (UnknownTokenError, ReusedTokenError) as error:
            raise RefusedError("server", "invalid_grant") from error
        return Tokens(*self._tokens(user, CLIENT_ID, holder, now_s), token)

    def _tokens(
        self, user: str, client_id: str, holder: str, now_s: int
    ) -> tuple[str, str]:
        common = {"iss": SERVER, "sub": user, "iat": now_s, "exp": now_s + LIFE_S}
        bound = {"cnf": {"jkt": holder}} if self.checks.sender_constrained else {}
        access = {**common, **bound, "aud": "api", "client_id": client_id}
        return (
            sign(access, self.key, typ="at+jwt"),
            sign({**common, "aud": client_id}, self.key, typ="JWT"),
        )


@dataclass(slots=True)
class _Login:
    """What the client remembers of a login under way, for one browser."""

    state: str
    verifier: str
    issuer: str


@dataclass(slots=True)
class Client:
    """A shop that lets people log in with the server, and reads their mail for them."""

    checks: Checks
    key: HmacKey
    under_way: dict[str, _Login] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    begun: int = 0

    def begin(self, browser: str, issuer: str = SERVER) -> AuthorizationRequest:
        """Return the request for a browser to carry, and remember what it is for."""
        self.begun += 1
        state = f"s{self.begun}"
        verifier = f"verifier-{self.begun}-" + "x" * 40 if self.checks.pkce else ""
        self.under_way[browser] = _Login(state, verifier, issuer)
        challenge = challenge_of(verifier) if verifier else ""
        return AuthorizationRequest(CLIENT_ID, REDIRECT_URI, state, challenge)

    def callback(
        self, browser: str, response: AuthorizationResponse
    ) -> tuple[str, str]:
        """Return to which server the code goes, and the verifier to send with it."""
        login = self.under_way.pop(browser, None)
        if self.checks.state and (login is None or login.state != response.state):
            raise RefusedError("client", "not my state")
        if login is None:
            return SERVER, ""
        if self.checks.issuer and login.issuer != response.issuer:  # RFC 9207
            raise RefusedError("client", "another issuer")
        return login.issuer, login.verifier

    def sign_in(self, browser: str, id_token: str, now_s: int) -> str:
        """Return as whom a browser is logged in from now on, by an ID token."""
        ids = TokenValidator(
            {SERVER: [self.key]}, algorithms=["HS256"], audience=CLIENT_ID, typ=None
        )
        try:
            self.users[browser] = ids.validate(id_token, now_s).subject
        except TokenRejectedError as error:
            raise RefusedError("client", f"ID token: {error.check}") from error
        return self.users[browser]


@dataclass(slots=True)
class Api:
    """Ann's mail: opened by an access token of the server that is meant for it."""

    checks: Checks
    key: HmacKey

    def read(self, token: str, holder: str, now_s: int) -> str:
        """Return whose mail a token opens; ``holder`` is whose key proves the request.

        Raises RefusedError with the check that failed.
        """
        try:
            claims = self._claims(token, now_s)
        except TokenRejectedError as error:
            raise RefusedError("api", f"token: {error.check}") from error
        if claims.get("cnf", {"jkt": holder}) != {"jkt": holder}:
            raise RefusedError("api", "not your key")
        return str(claims["sub"])

    def _claims(self, token: str, now_s: int) -> dict[str, object]:
        for audience, typ in [("api", "at+jwt"), (CLIENT_ID, None)]:
            rules = TokenValidator(
                {SERVER: [self.key]}, algorithms=["HS256"], audience=audience, typ=typ
            )
            try:
                return dict(rules.validate(token, now_s).claims)
            except TokenRejectedError:
                if self.checks.audience or typ is None:
                    raise
        raise AssertionError("the second of two is the last")


def host_of(uri: str) -> str:
    """Return the host to which a browser takes what is sent to an address."""
    return urlsplit(uri).hostname or ""
