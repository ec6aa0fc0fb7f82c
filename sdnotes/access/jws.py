"""A token is three texts with dots between them: header, claims, signature.

    {"alg":"HS256","typ":"JWT"}  ->  eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9
    {"sub":"ann","exp":900}      ->  eyJzdWIiOiJhbm4iLCJleHAiOjkwMH0
    HMAC of both, with the dot   ->  43 letters

Everybody can read the first two; the third says that a holder of the key made them.

Source: RFC 7515, sections 3.1, 5.1 and 7.1; RFC 7519, section 7.1.
Left out: the JSON serializations, encrypted tokens (JWE).
Chapter: docs/chapters/access/.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sdnotes.access.base64url import Base64urlError, decode, encode
from sdnotes.access.keys import SigningKey
from sdnotes.access.rejections import MalformedTokenError
from sdnotes.access.strict_json import Json, JsonError, parse_object

MAX_TOKEN_CHARS = 16_384
"""Longer than any header field that common servers take; more is an attack."""


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
    claims that JSON cannot carry (NaN among them).

    Examples:
        >>> from sdnotes.access.keys import HmacKey
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
    try:
        text = json.dumps(dict(value), separators=(",", ":"), allow_nan=False)
    except TypeError as error:
        raise ValueError(f"claims cannot be written as JSON: {error}") from None
    return text.encode("utf-8")
