r"""One spelling of bytes, and one reading of JSON: what all programs see alike.

Base64url: six bits make a letter, so 32 bytes end in a letter with two bits to spare,
and a lenient decoder takes four texts for the same bytes:

    ...jXk   ...jXl   ...jXm   ...jXn      the last letters of one signature

JSON, of which each parser makes something else, or fails:

    {"admin": false, "admin": true}        two members of one name
    {"exp": NaN}   {"exp": 1e999}          no JSON; infinity, once it is a float
    {"id": 9007199254740993}               a float of 53 bits makes ...992 of it
    {"sub": "\ud800"}   [[[[ ... ]]]]      half a character; too deep for a stack

What one program checks and the next one uses must be the same, so all are refused.

Source: RFC 4648, sections 3.5 and 5; RFC 8259, sections 4, 6, 8 and 9; RFC 7493,
sections 2.1 to 2.3; RFC 7515, sections 2 and 4; RFC 7519, section 4.
Left out: padding, line breaks, + and /; writing JSON, for which ``json.dumps`` will do.
Chapter: docs/chapters/access/.
To take away: encode, decode, parse_object.
"""

import base64
import json
import math
import re
from typing import NoReturn, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

MAX_DEPTH = 16
"""How deep objects and arrays may stand in each other: tokens are flat."""

MAX_WHOLE = 2**53 - 1
"""The largest whole number that all JSON parsers keep (RFC 7493, section 2.2)."""

# A string, closed or not, is taken at once, so that the scan goes forward only.
_BRACKET_OR_STRING = re.compile(rb'[\[\]{}]|"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)

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
        >>> try:
        ...     decode("_x")
        ... except Base64urlError as error:
        ...     print(error)
        the last letter, 'x', has spare bits that are not zero
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


class JsonError(ValueError):
    """Bytes that are not a JSON object, or one that parsers read differently."""


def parse_object(data: bytes) -> dict[str, Json]:
    """Return the JSON object that the bytes hold, in time linear in their number.

    Raises JsonError, and nothing else, for all other bytes.

    Examples:
        >>> parse_object(b'{"sub": "ann", "exp": 900}')
        {'sub': 'ann', 'exp': 900}
        >>> try:
        ...     parse_object(b'{"sub": "ann", "sub": "root"}')
        ... except JsonError as error:
        ...     print(error)
        two members are named 'sub'
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonError(f"not UTF-8 at byte {error.start}") from None
    _check_depth(data)
    try:
        value: Json = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise JsonError(f"not JSON at {error.pos}: {error.msg}") from None
    if not isinstance(value, dict):
        raise JsonError("JSON, but not an object")
    if "\\u" in text:  # only an escape can bring half a character in
        _check_characters(value)
    return value


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonError(f"two members are named {twice!a:.40}")
    return members


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_WHOLE:
        raise JsonError(f"a whole number of {len(digits)} characters is too large")
    return int(digits)


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise JsonError("a number is too large")
    return number


def _no_number(text: str) -> NoReturn:
    raise JsonError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once,
    parse_int=_whole,
    parse_float=_fraction,
    parse_constant=_no_number,
)


def _check_depth(data: bytes) -> None:
    if data.count(b"{") + data.count(b"[") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKET_OR_STRING.finditer(data):
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(found[0], 0)
        if depth > MAX_DEPTH:
            raise JsonError(f"more than {MAX_DEPTH} objects and arrays in each other")


def _check_characters(value: Json) -> None:
    r"""Refuse half a character, which only an escape such as \ud800 can write."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise JsonError("a string holds half a character") from None
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_characters(name)
            _check_characters(member)
    elif isinstance(value, list):
        for member in value:
            _check_characters(member)
