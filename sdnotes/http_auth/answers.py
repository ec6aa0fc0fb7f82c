"""An answer with all that its status demands: no 401 without a challenge, ever.

    401   WWW-Authenticate    at least one challenge       RFC 9110 section 15.5.2
    407   Proxy-Authenticate  at least one challenge       RFC 9110 section 15.5.8
    405   Allow               the methods that there are   RFC 9110 section 15.5.6
    429   Retry-After         when to come again           RFC 6585 section 4: may
    all of these              Cache-Control: no-store      nothing private is cached

Source: as in the table; RFC 9110, section 10.2.3; RFC 9111, section 3.5; Fetch, HTTP
responses, for the fields that a script of another origin needs.
Left out: Retry-After as a date; languages; bodies in HTML.
Builds on: sdnotes.http_auth.bearer, deciding, problem.
Chapter: docs/chapters/http_auth/.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sdnotes.http_auth.basic import basic_challenge
from sdnotes.http_auth.bearer import BearerError, bearer_challenge
from sdnotes.http_auth.challenges import parse_challenges
from sdnotes.http_auth.deciding import Decision
from sdnotes.http_auth.problem import MEDIA_TYPE, Problem
from sdnotes.http_auth.scanning import TEXT, is_token

Field = tuple[str, str]

_TITLES = {
    400: "The request cannot be read",
    401: "Credentials are needed",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "There is no such method here",
    407: "The proxy needs credentials",
    429: "Too many requests",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: a method, a path, and fields, whose names are in lower case."""

    method: str
    path: str
    fields: Mapping[str, str]
    address: str = ""

    def field(self, name: str) -> str | None:
        """Return a field's value; names match in upper and lower case."""
        return self.fields.get(name.lower())

    @property
    def is_preflight(self) -> bool:
        """Return whether a browser asks, for a script, if it may ask (Fetch, 4.8)."""
        needed = ("origin", "access-control-request-method")
        return self.method == "OPTIONS" and all(name in self.fields for name in needed)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, fields and a body.

    Raises ValueError for a field whose name is no token, and for a value with CR, LF,
    NUL or another character that no field can carry.
    """

    status: int
    fields: tuple[Field, ...] = ()
    body: str = ""

    def __post_init__(self) -> None:
        for name, value in self.fields:
            if not is_token(name):
                raise ValueError(f"fields: the name {name!r} is no token")
            if TEXT.fullmatch(value) is None:
                raise ValueError(f"fields: {name}: {value!r} cannot be sent")

    def field(self, name: str) -> str | None:
        """Return a field's values, joined by commas, or None if there is none."""
        wanted = name.lower()
        found = [value for each, value in self.fields if each.lower() == wanted]
        return ", ".join(found) if found else None

    def check(self) -> None:
        """Assert that what this status demands is there."""
        demanded = {
            401: "WWW-Authenticate",
            407: "Proxy-Authenticate",
            405: "Allow",
            429: "Retry-After",
        }
        if name := demanded.get(self.status):
            assert self.field(name) is not None, f"{self.status} without {name}"
        if self.status in (401, 407):
            assert parse_challenges(self.field(demanded[self.status]) or "")
        if 400 <= self.status < 500:
            assert self.field("Cache-Control") == "no-store"


@dataclass(frozen=True, slots=True)
class Site:
    """What an answer says of the place that gives it.

    ``with_basic`` offers a name and a password beside a token: a browser then asks for
    them in a window of its own.
    """

    realm: str
    methods: tuple[str, ...] = ("GET", "HEAD", "OPTIONS")
    origins: tuple[str, ...] = ()
    problems: str = "about:blank"
    with_basic: bool = False

    def answer(
        self,
        decision: Decision,
        request: Request,
        *,
        scopes: tuple[str, ...] = (),
        acr_values: tuple[str, ...] = (),
        retry_after_s: int = 1,
    ) -> Answer:
        """Return the answer to a request that is not let through (no 200)."""
        fields = [*self._cors(request, decision.status)]
        if decision.status == 204:
            return Answer(204, tuple(fields))
        needs = () if decision.rule is None else decision.rule.needs
        for name in needs:
            if name == "Retry-After":
                fields.append((name, str(retry_after_s)))
            elif name == "Allow":
                fields.append((name, ", ".join(self.methods)))
            elif name == "Proxy-Authenticate":
                fields.append((name, str(basic_challenge(self.realm))))
            else:
                fields += self._challenges(decision, scopes, acr_values)
        body = str(self._problem(decision, scopes))
        fields += [
            ("Cache-Control", "no-store"),
            ("Content-Type", MEDIA_TYPE),
            ("Content-Length", str(len(body.encode()))),
        ]
        return Answer(
            decision.status, tuple(fields), "" if request.method == "HEAD" else body
        )

    def shown_to(self, request: Request) -> tuple[Field, ...]:
        """Return the fields by which a script of another origin may read an answer."""
        return self._cors(request, 200)

    def _challenges(
        self, decision: Decision, scopes: tuple[str, ...], acr_values: tuple[str, ...]
    ) -> list[Field]:
        error = cast("BearerError | None", decision.error or None)
        is_scope = error == "insufficient_scope"
        is_login = error == "insufficient_user_authentication"
        bearer = bearer_challenge(
            self.realm,
            error=error,
            scopes=scopes if is_scope else (),
            acr_values=acr_values if is_login else (),
        )
        found = [("WWW-Authenticate", str(bearer))]
        if self.with_basic and decision.status == 401:
            found.append(("WWW-Authenticate", str(basic_challenge(self.realm))))
        return found

    def _problem(self, decision: Decision, scopes: tuple[str, ...]) -> Problem:
        extensions: dict[str, object] = {}
        if decision.error == "insufficient_scope":
            extensions["scopes"] = list(scopes)
        kind = "about:blank"
        if decision.error and self.problems != kind:
            kind = f"{self.problems}{decision.error}"
        title = _TITLES[decision.status]
        return Problem(decision.status, title, type=kind, extensions=extensions)

    def _cors(self, request: Request, status: int) -> tuple[Field, ...]:
        origin = request.field("origin")
        if origin is None or origin not in self.origins:
            return (("Vary", "Origin"),) if self.origins else ()
        fields = [("Vary", "Origin"), ("Access-Control-Allow-Origin", origin)]
        if status == 204:
            fields += [
                ("Access-Control-Allow-Methods", ", ".join(self.methods)),
                ("Access-Control-Allow-Headers", "Authorization"),
            ]
        else:
            exposed = "WWW-Authenticate, Retry-After"
            fields.append(("Access-Control-Expose-Headers", exposed))
        return tuple(fields)
