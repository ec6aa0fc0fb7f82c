"""Why a token is refused: one exception, and a subclass for each check.

    try:
        token = validator.validate(text, now_s)
    except TokenRejectedError as error:
        log(error.check)            exp, aud, signature: one of CHECKS
        answer(401)                 the same for each: an attacker learns nothing

Whoever called must not use the token; asking again with the same one is no use, except
that ``NotYetValidError`` and ``IssuedInFutureError`` pass with time.

Chapter: docs/chapters/access/.
"""

from typing import ClassVar


class TokenRejectedError(ValueError):
    """A token that must not be used; ``check`` names the check that it failed."""

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
