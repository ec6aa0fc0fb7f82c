"""Basic: a name and a password, in base64, which hides them from nobody.

    Aladdin, open sesame  ->  Aladdin:open sesame  ->  QWxhZGRpbjpvcGVuIHNlc2FtZQ==

The first colon ends the name, so a name has none and a password may. Bytes are UTF-8
where the challenge says charset="UTF-8", and else whatever both sides agreed on.

Source: RFC 7617, section 2, and its examples.
Left out: PRECIS, the preparation of names and passwords (RFC 7617 section 2.1).
Builds on: sdnotes.http_auth.challenges.
Chapter: docs/chapters/http_auth/.
"""

import base64
import binascii

from sdnotes.http_auth.challenges import Challenge, Credentials
from sdnotes.http_auth.scanning import HeaderError

_CONTROLS = frozenset(map(chr, (*range(0x20), 0x7F)))


def basic_challenge(realm: str, *, utf8: bool = True) -> Challenge:
    """Return what asks for a name and a password.

    Raises ValueError for a realm that no field can carry.

    Examples:
        >>> print(basic_challenge("the shop"))
        Basic realm="the shop", charset="UTF-8"
    """
    params = {"realm": realm} | ({"charset": "UTF-8"} if utf8 else {})
    return Challenge.of("Basic", params)


def basic_credentials(user: str, password: str) -> Credentials:
    """Return the credentials of a user, in UTF-8.

    Raises ValueError for a colon in the name, and for a control character in either.

    Examples:
        >>> basic_credentials("Aladdin", "open sesame").token68
        'QWxhZGRpbjpvcGVuIHNlc2FtZQ=='
    """
    if ":" in user or not _CONTROLS.isdisjoint(user):
        raise ValueError(f"user={user!r} has a colon or a control character")
    if not _CONTROLS.isdisjoint(password):
        raise ValueError("password=... has a control character")
    token68 = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return Credentials("Basic", token68=token68)


def read_basic(credentials: Credentials) -> tuple[str, str]:
    """Return the name and the password of Basic credentials.

    Raises HeaderError for another scheme, for what is no base64 of UTF-8 (padding
    included), for a missing colon, and for a control character.

    Examples:
        >>> read_basic(basic_credentials("test", "123\u00a3"))
        ('test', '123\u00a3')
    """
    token68 = credentials.token68 or ""
    if credentials.kind != "basic":
        raise HeaderError("Basic credentials are wanted", credentials.scheme, 0)
    try:
        pair = base64.b64decode(token68, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise HeaderError("no base64 of UTF-8", "Basic ...", 6) from None
    user, colon, password = pair.partition(":")
    if not colon:
        raise HeaderError("no colon after the name", "Basic ...", 6)
    if not _CONTROLS.isdisjoint(pair):
        raise HeaderError("a control character", "Basic ...", 6)
    return user, password
