"""A signature says who made a token. Whether to believe it here and now is eleven more.

    check      it fails when                                stops
    format     it is not three parts, spelt in one way      a revoked token respelt
    crit       it demands an extension nobody here knows    rules that are not kept
    typ        it is of another kind                        a mail link's token as login
    alg        its algorithm is not on the list             alg: none
    kid        no trusted key has that name                 a key that it brings along
    signature  no trusted key made it                       a changed claim
    iss        the key belongs to another issuer            one leaked key for all
    aud        it is for somebody else                      another service's token
    exp, nbf   it is too late, or too early                 an old token, found
    iat        it was issued later than now                 tokens made in advance

Then ``claims``: the other claims that must be there. Algorithms and keys come from the
constructor, and from the header no more than a name to choose one of them.

Source: RFC 7519, sections 4.1 and 7.2; RFC 7515, sections 4.1 and 5.2; RFC 8725,
section 3; RFC 9068, section 4.
Left out: fetching keys, encrypted and nested tokens, several audiences of our own.
Chapter: docs/chapters/access/.
To take away: TokenValidator.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sdnotes.access.jws import (
    CriticalHeaderError,
    ExpiredError,
    IssuedInFutureError,
    MalformedTokenError,
    NotYetValidError,
    Parts,
    UnknownKeyError,
    VerifyingKey,
    WrongAlgorithmError,
    WrongAudienceError,
    WrongClaimError,
    WrongIssuerError,
    WrongSignatureError,
    WrongTypeError,
    take_apart,
)
from sdnotes.access.strict import Json, JsonError, parse_object


@dataclass(frozen=True, slots=True)
class ValidToken:
    """A token that passed every check: what it says, and who said it."""

    header: dict[str, Json]
    claims: dict[str, Json]
    issuer: str

    @property
    def subject(self) -> str:
        """Return whom it speaks of, "" when it does not say."""
        subject = self.claims.get("sub", "")
        assert isinstance(subject, str), "a subject that is no text has been refused"
        return subject


class TokenValidator:
    """Says which tokens one service believes.

    ``issuers`` gives each trusted issuer the keys that are his and nobody else's.
    ``audience`` is this service's own name; None refuses every token that names one.
    ``typ`` is the one kind of token that is meant for it, such as "at+jwt"; None stands
    for a token that names no kind, or "JWT". ``leeway_s`` is how far two clocks may
    differ. ``required`` names claims that must be there besides iss, and aud.

    Raises ValueError when it is made, for settings under which no check would hold.
    """

    def __init__(
        self,
        issuers: Mapping[str, Sequence[VerifyingKey]],
        *,
        algorithms: Sequence[str],
        audience: str | None,
        typ: str | None,
        leeway_s: int = 0,
        required: Sequence[str] = ("exp",),
    ) -> None:
        if isinstance(algorithms, str):
            raise TypeError(f"algorithms={algorithms!r} is not a list of names")
        algorithms = tuple(algorithms)
        if not algorithms:
            raise ValueError(f"algorithms={algorithms!r} is empty: nothing is allowed")
        if not issuers:
            raise ValueError(f"issuers={issuers!r} is empty: nobody is trusted")
        if leeway_s < 0:
            raise ValueError(f"leeway_s={leeway_s!r} is negative")
        if isinstance(required, str):
            raise TypeError(f"required={required!r} is not a list of claims")
        self._keys = [(who, key) for who, keys in issuers.items() for key in keys]
        for issuer, key in self._keys:
            if key.alg not in algorithms:
                raise ValueError(
                    f"issuers[{issuer!r}] has a key for {key.alg}, "
                    f"which is not one of {', '.join(algorithms)}"
                )
        missing = set(algorithms) - {key.alg for _, key in self._keys}
        if missing:
            raise ValueError(f"algorithms has no key for {', '.join(sorted(missing))}")
        self.audience = audience
        self.typ = typ and _kind(typ)
        self.leeway_s = leeway_s
        self.required = tuple(required)
        self._algorithms = frozenset(algorithms)

    def validate(self, token: str, now_s: float) -> ValidToken:
        """Return what a token says, if it is to be believed now.

        ``now_s`` is in seconds since 1970, as in tokens. Takes time linear in the
        token. Raises a TokenRejectedError whatever the text, and ValueError for a time
        that is none.
        """
        if not math.isfinite(now_s):
            raise ValueError(f"now_s={now_s!r} is no time")
        parts = self._take_apart(token)
        header = parts.header
        self._check_critical(header)
        self._check_type(header)
        alg = self._check_algorithm(header)
        keys = self._find_keys(header, alg)
        issuer = self._check_signature(parts, keys)
        claims = self._read_claims(parts.payload)
        self._check_issuer(claims, issuer)
        self._check_audience(claims)
        self._check_expiry(claims, now_s)
        self._check_not_before(claims, now_s)
        self._check_issued_at(claims, now_s)
        self._check_claims(claims)
        return ValidToken(header, claims, issuer)

    def _take_apart(self, token: str) -> Parts:
        parts = take_apart(token)
        if "cty" in parts.header:  # RFC 7519, section 5.2: a token, in place of claims
            raise MalformedTokenError(f"it holds {_shown(parts.header['cty'])}")
        return parts

    def _read_claims(self, payload: bytes) -> dict[str, Json]:
        try:
            return parse_object(payload)
        except JsonError as error:
            raise MalformedTokenError(f"{error}") from None

    def _check_critical(self, header: dict[str, Json]) -> None:
        if "crit" in header:  # RFC 7515, section 4.1.11: we know no extension
            raise CriticalHeaderError(f"unknown extensions: {_shown(header['crit'])}")
        if "b64" in header:  # RFC 7797, section 7: not in a token
            raise CriticalHeaderError("b64 changes what is signed")
        if (
            "cty" in header
        ):  # RFC 7519, section 5.2: it holds a token in place of claims
            raise MalformedTokenError(f"its content is {_shown(header['cty'])}")

    def _check_type(self, header: dict[str, Json]) -> None:
        typ = header.get("typ", "JWT")
        kind = _kind(typ) if isinstance(typ, str) else ""
        if kind != (self.typ or "jwt") or (self.typ and "typ" not in header):
            raise WrongTypeError(f"it is {_shown(typ)}, not {self.typ or 'JWT'}")

    def _check_algorithm(self, header: dict[str, Json]) -> str:
        alg = header.get("alg")
        if not isinstance(alg, str) or alg not in self._algorithms:
            raise WrongAlgorithmError(f"{_shown(alg)} is not on the list")
        return alg

    def _find_keys(
        self, header: dict[str, Json], alg: str
    ) -> list[tuple[str, VerifyingKey]]:
        """Return the trusted keys that may have signed, and whose they are."""
        kid = header.get("kid")
        if "kid" in header and not isinstance(kid, str):
            raise UnknownKeyError(f"{_shown(kid)} is no name of a key")
        found = [
            (issuer, key)
            for issuer, key in self._keys
            if key.alg == alg and (kid is None or key.kid in (None, kid))
        ]
        if not found:
            raise UnknownKeyError(f"no trusted key for {alg} is named {_shown(kid)}")
        return found

    def _check_signature(
        self, parts: Parts, keys: list[tuple[str, VerifyingKey]]
    ) -> str:
        for issuer, key in keys:
            if key.verify(parts.signed, parts.signature):
                return issuer
        raise WrongSignatureError("no trusted key made this signature")

    def _check_issuer(self, claims: dict[str, Json], issuer: str) -> None:
        if claims.get("iss") != issuer:
            said = _shown(claims.get("iss"))
            raise WrongIssuerError(f"it says {said}, and the key is of {issuer!r}")

    def _check_audience(self, claims: dict[str, Json]) -> None:
        aud = claims.get("aud", [])
        named = [aud] if isinstance(aud, str) else aud
        if not isinstance(named, list) or not all(isinstance(a, str) for a in named):
            raise WrongAudienceError(f"{_shown(aud)} is no name nor a list of names")
        if self.audience is None and "aud" in claims:
            raise WrongAudienceError(f"it is for {_shown(aud)}, and we have no name")
        if self.audience is not None and self.audience not in named:
            raise WrongAudienceError(f"it is for {_shown(aud)}, not {self.audience!r}")

    def _check_expiry(self, claims: dict[str, Json], now_s: float) -> None:
        if "exp" not in claims and "exp" not in self.required:
            return
        exp = _number(claims.get("exp"))
        if exp is None:
            raise ExpiredError(f"{_shown(claims.get('exp'))} is no time to expire at")
        if now_s >= exp + self.leeway_s:  # RFC 7519, section 4.1.4: on or after
            raise ExpiredError(f"it expired at {exp}, and now it is {now_s}")

    def _check_not_before(self, claims: dict[str, Json], now_s: float) -> None:
        if "nbf" not in claims:
            return
        nbf = _number(claims["nbf"])
        if nbf is None:
            raise NotYetValidError(f"{_shown(claims['nbf'])} is no time to begin at")
        if now_s < nbf - self.leeway_s:
            raise NotYetValidError(f"it begins at {nbf}, and now it is {now_s}")

    def _check_issued_at(self, claims: dict[str, Json], now_s: float) -> None:
        if "iat" not in claims:
            return
        iat = _number(claims["iat"])
        if iat is None:
            raise IssuedInFutureError(f"{_shown(claims['iat'])} is no time of issue")
        if now_s < iat - self.leeway_s:
            raise IssuedInFutureError(f"it is of {iat}, and now it is {now_s}")

    def _check_claims(self, claims: dict[str, Json]) -> None:
        for name in self.required:
            if name not in claims:
                raise WrongClaimError(f"it has no {name}")
        for name in ("sub", "jti"):
            if not isinstance(claims.get(name, ""), str):
                raise WrongClaimError(f"{name} is {_shown(claims[name])}, not a text")


def _kind(typ: str) -> str:
    """Return a media type without what makes no difference (RFC 7515, 4.1.9)."""
    return typ.lower().removeprefix("application/")


def _number(value: Json) -> float | None:
    """Return a NumericDate; None for what is none: True is no time in JSON."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number else None  # type: ignore[return-value]


def _shown(value: Json) -> str:
    """Return what a log may hold of a stranger's value: short, and on one line."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
