"""A token is three texts with dots between them, and a key that knows its algorithm.

    {"alg":"HS256","typ":"JWT"}  ->  eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9
    {"sub":"ann","exp":900}      ->  eyJzdWIiOiJhbm4iLCJleHAiOjkwMH0
    HMAC of both, with the dot   ->  43 letters

Everybody can read the first two; the third says that a holder of the key made them. How
it is verified, the key says and not the header: an ``HmacKey`` holds a secret, a public
key is another type, and no method hands its bytes to an HMAC. So "use the public key as
the secret", the oldest attack on tokens, cannot be written down.

Whoever refuses a token raises a TokenRejectedError that names the check:

    except TokenRejectedError as error:
        log(error.check)            exp, aud, signature: one of CHECKS
        answer(401)                 the same for each: an attacker learns nothing

Source: RFC 7515, sections 3.1, 5.1 and 7.1; RFC 7519, section 7.1; RFC 7518, section
3.2; RFC 8725, sections 3.1 and 3.5.
Left out: the JSON serializations, encrypted tokens (JWE), HS384 and HS512.
Chapter: docs/chapters/access/.
To take away: HmacKey.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from sdnotes.access.strict import (
    Base64urlError,
    Json,
    JsonError,
    decode,
    encode,
    parse_object,
)

MAX_TOKEN_CHARS = 16_384
"""Longer than any header field that common servers take; more is an attack."""

MIN_SECRET_BYTES = 32
"""As long as the hash, at least (RFC 7518, section 3.2)."""

_PUBLIC = re.compile(rb'\s*(-----BEGIN |ssh-|ecdsa-|\{.*"kty")', re.DOTALL)
# A key in DER: a sequence that begins with a sequence that begins with an identifier.
_PUBLIC_DER = re.compile(rb"0(\x81.|\x82..|[\x00-\x7f])0[\x00-\x7f]\x06", re.DOTALL)

CHECKS = (
    "format",
    "crit",
    "typ",
    "alg",
    "kid",
    "signature",
    "iss",
    "aud",
    "exp",
    "nbf",
    "iat",
    "claims",
)
"""The checks in the order in which they are made, but for ``claims``, made last."""


class TokenRejectedError(ValueError):
    """A token that must not be used; ``check`` names the check that it failed.

    The same one again is no use, except that a token for later may be right later.
    """

    check: ClassVar[str] = ""


class MalformedTokenError(TokenRejectedError):
    """Not three parts of base64url whose first two are JSON objects."""

    check = "format"


class CriticalHeaderError(TokenRejectedError):
    """The header demands an extension that this validator does not know."""

    check = "crit"


class WrongTypeError(TokenRejectedError):
    """A token of another kind: an ID token, say, where an access token is due."""

    check = "typ"


class WrongAlgorithmError(TokenRejectedError):
    """An algorithm that is not on the list: none, for one."""

    check = "alg"


class UnknownKeyError(TokenRejectedError):
    """No key of that algorithm has the name that the header gives."""

    check = "kid"


class WrongSignatureError(TokenRejectedError):
    """No trusted key made this signature of these bytes."""

    check = "signature"


class WrongIssuerError(TokenRejectedError):
    """The issuer is not the one to whom the key belongs."""

    check = "iss"


class WrongAudienceError(TokenRejectedError):
    """The token is meant for somebody else."""

    check = "aud"


class ExpiredError(TokenRejectedError):
    """The token's time is over."""

    check = "exp"


class NotYetValidError(TokenRejectedError):
    """The token's time has not begun."""

    check = "nbf"


class IssuedInFutureError(TokenRejectedError):
    """The token says that it will be issued later than now."""

    check = "iat"


class WrongClaimError(TokenRejectedError):
    """A claim that is needed is missing, or is of the wrong kind."""

    check = "claims"


class VerifyingKey(Protocol):
    """A key that can tell whether a signature is right."""

    @property
    def alg(self) -> str:
        """Return the one algorithm that this key is for, as the header names it."""

    @property
    def kid(self) -> str | None:
        """Return the key's name, which a header may give; None if it has none."""

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether the signature is of this message, by this key."""


class SigningKey(Protocol):
    """A key that can make signatures."""

    @property
    def alg(self) -> str:
        """Return the one algorithm that this key is for, as the header names it."""

    @property
    def kid(self) -> str | None:
        """Return the key's name, which the header will give; None if it has none."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""


@dataclass(frozen=True, slots=True)
class HmacKey:
    """A secret that issuer and recipient share, for HMAC with SHA-256.

    Raises ValueError for a secret shorter than 32 bytes, or one that is a public key.

    Examples:
        >>> key = HmacKey(bytes(range(32)))
        >>> key.verify(b"hello", key.sign(b"hello"))
        True
        >>> key.verify(b"hullo", key.sign(b"hello"))
        False
    """

    secret: bytes = field(repr=False)
    kid: str | None = None
    alg: ClassVar[str] = "HS256"

    def __post_init__(self) -> None:
        if not isinstance(self.secret, bytes):
            raise TypeError("secret is not bytes: a password is no key")
        if len(self.secret) < MIN_SECRET_BYTES:
            raise ValueError(
                f"secret has {len(self.secret)} bytes, not {MIN_SECRET_BYTES} or more"
            )
        if _PUBLIC.match(self.secret) or _PUBLIC_DER.match(self.secret):
            raise ValueError("secret is a public key, which everybody may know")

    def sign(self, message: bytes) -> bytes:
        """Return the 32 bytes that only a holder of the secret can compute."""
        return hmac.digest(self.secret, message, hashlib.sha256)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether these are those bytes, in a time that tells nothing."""
        return hmac.compare_digest(self.sign(message), signature)


@dataclass(frozen=True, slots=True)
class Parts:
    """A token taken apart: nothing of it is verified yet."""

    header: dict[str, Json]
    payload: bytes
    signature: bytes
    signed: bytes


def sign(
    claims: Mapping[str, object], key: SigningKey, *, typ: str | None = "JWT"
) -> str:
    """Return the token with these claims, signed by the key.

    ``typ`` says which kind of token it is; None leaves it out. Raises ValueError for
    NaN and TypeError for other claims that JSON cannot carry.

    Examples:
        >>> sign({"sub": "ann"}, HmacKey(bytes(32)))[:36]
        'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'
    """
    header = {"alg": key.alg, "typ": typ, "kid": key.kid}
    given = {name: value for name, value in header.items() if value is not None}
    signed = f"{encode(_json(given))}.{encode(_json(claims))}"
    return f"{signed}.{encode(key.sign(signed.encode('ascii')))}"


def take_apart(token: str) -> Parts:
    """Return a token's header, and the bytes of its other parts.

    Raises MalformedTokenError for all that is not a compact JWS: other than three
    parts, another spelling of base64url, a header that is not one JSON object.
    """
    if not isinstance(token, str):
        raise MalformedTokenError(f"a token is a text, not {type(token).__name__}")
    if len(token) > MAX_TOKEN_CHARS:
        raise MalformedTokenError(
            f"{len(token)} characters are more than {MAX_TOKEN_CHARS}"
        )
    parts = token.split(".")
    if len(parts) != 3:
        raise MalformedTokenError(f"{len(parts)} parts between dots, not 3")
    try:
        header, payload, signature = map(decode, parts)
        opened = parse_object(header)
    except (Base64urlError, JsonError) as error:
        raise MalformedTokenError(f"{error}") from None
    signed = token[: token.rindex(".")].encode("ascii")
    return Parts(opened, payload, signature, signed)


def _json(value: Mapping[str, object]) -> bytes:
    text = json.dumps(dict(value), separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")
