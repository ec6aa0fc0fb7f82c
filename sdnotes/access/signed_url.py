"""A signed address: who has it may read one thing until a time, whoever he is.

    /photos/7?expires=900&signature=kX2...      authorization without authentication

Nobody logs in. The server that made the address wrote down, and signed, what it allows;
whoever is sent it can use it and send it on. It is a bearer token, with a path.

Source: the presigned addresses of object stores, as a pattern; RFC 2104 for HMAC.
Left out: methods other than reading, headers, taking one back before its time.
Builds on: sdnotes.access.jws. Chapter: docs/chapters/access/.
To take away: sign_url, check_url.
"""

import re

from sdnotes.access.jws import HmacKey
from sdnotes.access.strict import Base64urlError, decode, encode

_FORM = re.compile(
    r"((/[^?#]*)\?expires=(0|[1-9]\d{0,14}))&signature=([\w-]+)", re.ASCII
)


class SignedUrlError(ValueError):
    """An address that allows nothing: changed, too old, or never signed."""


def sign_url(path: str, expires_s: int, key: HmacKey) -> str:
    """Return an address that allows reading a path before that second.

    Raises ValueError for a path with a query of its own, and a time below 0.

    Examples:
        >>> url = sign_url("/photos/7", 900, HmacKey(bytes(32)))
        >>> url[:34]
        '/photos/7?expires=900&signature=MA'
        >>> check_url(url, now_s=899, key=HmacKey(bytes(32)))
        '/photos/7'
    """
    if not re.fullmatch(r"/[^?#\s]*", path):
        raise ValueError(f"path={path!r} is not a path alone")
    if expires_s < 0:
        raise ValueError(f"expires_s={expires_s!r} is negative")
    signed = f"{path}?expires={expires_s}"
    return f"{signed}&signature={encode(key.sign(signed.encode('utf-8')))}"


def check_url(url: str, now_s: float, key: HmacKey) -> str:
    """Return the path that an address allows reading now; else SignedUrlError."""
    match = _FORM.fullmatch(url)
    if match is None:
        raise SignedUrlError("it is not a signed address")
    signed, path, expires, signature = match.groups()
    try:
        right = key.verify(signed.encode("utf-8"), decode(signature))
    except (Base64urlError, UnicodeEncodeError):
        right = False
    if not right:
        raise SignedUrlError("it was not signed here, or has been changed")
    if now_s >= int(expires):
        raise SignedUrlError(f"it ended at {expires}")
    return path
