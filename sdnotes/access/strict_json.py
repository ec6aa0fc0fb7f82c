r"""JSON that every parser reads alike, or not at all.

    {"admin": false, "admin": true}    two members of one name: parsers differ
    {"exp": NaN}                       no JSON, although Python's parser takes it
    {"exp": 1e999}                     infinity, once it is a float
    {"id": 9007199254740993}           a float of 53 bits makes ...992 of it
    {"sub": "\ud800"}                  half a character: no UTF-8 can carry it
    [[[[[[[[ ... ]]]]]]]]              deep enough to exhaust a parser's stack

What one program checks and the next one uses must be the same, so each of them is
refused.

Source: RFC 8259, sections 4, 6, 8.1 and 8.2; RFC 7493, sections 2.1 to 2.3; RFC 7515,
section 4, and RFC 7519, section 4, on two members of one name.
Left out: writing, for which ``json.dumps`` will do.
Chapter: docs/chapters/access/.
To take away: parse_object.
"""

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


class JsonError(ValueError):
    """Bytes that are not a JSON object, or one that parsers read differently."""


def parse_object(data: bytes) -> dict[str, Json]:
    """Return the JSON object that the bytes hold, in time linear in their number.

    Raises JsonError, and nothing else, for all other bytes.

    Examples:
        >>> parse_object(b'{"sub": "ann", "exp": 900}')
        {'sub': 'ann', 'exp': 900}
        >>> parse_object(b'{"sub": "ann", "sub": "root"}')
        Traceback (most recent call last):
        ...
        sdnotes.access.strict_json.JsonError: two members are named 'sub'
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
