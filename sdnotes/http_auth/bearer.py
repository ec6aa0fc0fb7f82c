"""Bearer: whoever bears the token gets in; the challenge says what is wrong with it.

    error                               status   the client may
    none: no token was sent                401   get a token
    invalid_request                        400   mend its request
    invalid_token                          401   get another token, once
    insufficient_user_authentication       401   let the user log in again, stronger
    insufficient_scope                     403   get a token with the scope named

DPoP binds a token to a key; its challenge has the same errors, and two of its own.

Source: RFC 6750, sections 2.1, 3 and 3.1; RFC 9470, section 3, for the fourth row;
RFC 9449, sections 7.1 and 9, for DPoP.
Left out: tokens in bodies and in addresses; proofs of DPoP.
Builds on: sdnotes.http_auth.challenges.
Chapter: docs/chapters/http_auth/.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from sdnotes.http_auth.challenges import Challenge, Credentials
from sdnotes.http_auth.scanning import TOKEN68, HeaderError

BearerError: TypeAlias = Literal[
    "invalid_request",
    "invalid_token",
    "insufficient_user_authentication",
    "insufficient_scope",
]

STATUS_OF_ERROR = MappingProxyType(
    {
        "invalid_request": 400,
        "invalid_token": 401,
        "insufficient_user_authentication": 401,
        "insufficient_scope": 403,
    }
)
"""The status that goes with each error (RFC 6750 section 3.1, RFC 9470 section 3)."""

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_DESCRIPTION = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a client understands of a challenge; a field is None where it is silent."""

    kind: Literal["basic", "bearer", "dpop", "digest", "other"]
    realm: str | None = None
    error: str | None = None
    scopes: tuple[str, ...] = ()
    acr_values: tuple[str, ...] = ()


def bearer_challenge(
    realm: str,
    *,
    error: BearerError | None = None,
    description: str = "",
    scopes: Sequence[str] = (),
    acr_values: Sequence[str] = (),
) -> Challenge:
    """Return what asks for a token, and says what was wrong with the one that came.

    Raises ValueError for an unknown error, and for characters that RFC 6750 section 3
    does not allow.

    Examples:
        >>> print(bearer_challenge("shop", error="insufficient_scope", scopes=["buy"]))
        Bearer realm="shop", error="insufficient_scope", scope="buy"
    """
    if error is not None and error not in get_args(BearerError):
        raise ValueError(f"error={error!r} is not one of {get_args(BearerError)}")
    if not _DESCRIPTION.fullmatch(description):
        raise ValueError(f"description={description!r} has a character that is not so")
    for name, words in (("scopes", scopes), ("acr_values", acr_values)):
        if not all(map(_SCOPE.fullmatch, words)):
            raise ValueError(f"{name}={words!r}: one has a character that none may")
    params = {
        "realm": realm,
        "error": error or "",
        "error_description": description,
        "scope": " ".join(scopes),
        "acr_values": " ".join(acr_values),
    }
    kept = {name: value for name, value in params.items() if value or name == "realm"}
    return Challenge.of("Bearer", kept)


def bearer_credentials(token: str) -> Credentials:
    """Return a token as credentials.

    Raises ValueError for what is no token68.

    Examples:
        >>> str(bearer_credentials("mF_9.B5f-4.1JqM"))
        'Bearer mF_9.B5f-4.1JqM'
    """
    if not TOKEN68.fullmatch(token):
        raise ValueError("token=... has a character that no bearer token has")
    return Credentials("Bearer", token68=token)


def read_bearer(credentials: Credentials) -> str:
    """Return the token of Bearer credentials.

    Raises HeaderError for another scheme, and where there is no token.
    """
    if credentials.kind != "bearer":
        raise HeaderError("Bearer credentials are wanted", credentials.scheme, 0)
    if credentials.token68 is None:
        raise HeaderError("a token is missing", "Bearer ...", 7)
    return credentials.token68


def read_challenge(challenge: Challenge) -> Demand:
    """Return what a challenge asks for, as far as it is understood.

    Examples:
        >>> text = {"error": "use_dpop_nonce", "algs": "ES256 PS256"}
        >>> read_challenge(Challenge.of("DPoP", text)).error
        'use_dpop_nonce'
        >>> read_challenge(Challenge("Negotiate")).kind
        'other'
    """
    for kind in ("basic", "bearer", "dpop", "digest"):
        if challenge.kind == kind:
            return Demand(
                kind,
                challenge.get("realm"),
                challenge.get("error"),
                tuple((challenge.get("scope") or "").split()),
                tuple((challenge.get("acr_values") or "").split()),
            )
    return Demand("other", challenge.get("realm"))
