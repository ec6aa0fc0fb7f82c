"""Base64url without padding, and only one spelling for each sequence of bytes.

Six bits make a letter, so 32 bytes are 42 letters and 4 bits, and the 43rd letter has 2
bits to spare. A decoder that ignores them takes four texts for the same bytes:

    ...jXk   ...jXl   ...jXm   ...jXn        the last letters of one signature
    010100   010101   010110   010111        only the first has zeros to spare

A token that is known by its text, in a list of those that are revoked, then has three
more texts that are not in the list. This decoder takes the first alone.

Source: RFC 4648, sections 3.5 and 5; RFC 7515, section 2, which leaves out padding.
Left out: base64 with + and /, padding, line breaks.
Chapter: docs/chapters/access/.
To take away: encode, decode.
"""

import base64
import re

_LETTERS = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class Base64urlError(ValueError):
    """A text that ``encode`` makes of no bytes. Its sender must mend it."""


def encode(data: bytes) -> str:
    """Return the one spelling of these bytes, without padding.

    Examples:
        >>> encode(b"access")
        'YWNjZXNz'
        >>> encode(bytes([255]))
        '_w'
    """
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes that a text spells, in time linear in its length.

    Raises Base64urlError for a letter outside the alphabet, a length that no bytes
    have, and a last letter whose spare bits are not zero.

    Examples:
        >>> decode("YWNjZXNz")
        b'access'
        >>> decode("_x")
        Traceback (most recent call last):
        ...
        sdnotes.access.base64url.Base64urlError: the last letter, 'x', has spare bits \
that are not zero
    """
    letters = _LETTERS.match(text)
    assert letters is not None, "no letters at all would match too"
    if letters.end() < len(text):
        at = letters.end()
        raise Base64urlError(f"{text[at]!a} at {at} is not a letter of base64url")
    if len(text) % 4 == 1:
        raise Base64urlError(f"{len(text)} letters are the text of no bytes")
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
    if len(text) % 4 and not encode(data[-(len(data) % 3) :]).endswith(text[-1]):
        raise Base64urlError(
            f"the last letter, {text[-1]!r}, has spare bits that are not zero"
        )
    return data
