"""Read EDN, the notation of Clojure's data, as far as histories use it.

    {:type :ok, :f :cas, :value [1 2]}      {":type": ":ok", ":f": ":cas",
                                             ":value": (1, 2)}

Keywords and symbols become texts, vectors and lists tuples, a map a dict. Tags and
commas say nothing here and are passed over, and so is what stands behind a semicolon.
A set becomes a dict of its own kind, which no operation may hold.

Source: the EDN notation, github.com/edn-format/edn.
Left out: what a tag means; ``#_``, which takes the next value away; namespaced maps,
``#:a{:b 1}``.
Chapter: docs/chapters/cap/.
"""

import json
import re
from collections.abc import Iterator
from typing import TypeAlias

Edn: TypeAlias = "bool | int | float | str | tuple[Edn, ...] | dict[str, Edn] | None"

_TOKEN = re.compile(
    r"""(?P<skip>[\s,]+|;[^\n]*|\#[A-Za-z][\w.\-/]*\s*)
    |(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<mark>\#?\{|[()\[\]}])
    |(?P<word>[^\s,;"()\[\]{}#]+)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS: dict[str, bool | None] = {"nil": None, "true": True, "false": False}
_ENDS = {"(": ")", "[": "]", "{": "}", "#{": "}"}
_DEEPEST = 50

_Token: TypeAlias = tuple[str, str]


class EdnError(ValueError):
    """The text is not the part of EDN that is read here; its author must mend it."""


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise EdnError(f"{text[at : at + 20]!r} is not read here")
        at = found.end()
        kind = found.lastgroup or ""
        if kind != "skip":
            yield kind, found[0]


def values(text: str) -> Iterator[Edn]:
    """Yield the values that stand in a text one after another.

    Raises EdnError where it is not the part of EDN that is read here.
    """
    tokens = _tokens(text)
    for token in tokens:
        yield _value(token, tokens, 0)


def _value(token: _Token, tokens: Iterator[_Token], depth: int) -> Edn:
    kind, said = token
    if kind == "text":
        try:
            return str(json.loads(said, strict=False))
        except json.JSONDecodeError:
            raise EdnError(f"{said!r} holds an escape that is not read here") from None
    if kind == "word":
        return _word(said)
    if said not in _ENDS:
        raise EdnError(f"{said!r} ends what has not begun")
    if depth == _DEEPEST:
        raise EdnError(f"more than {_DEEPEST} brackets inside of each other")
    inside: list[Edn] = []
    for within in tokens:
        if within == ("mark", _ENDS[said]):
            break
        inside.append(_value(within, tokens, depth + 1))
    else:
        raise EdnError(f"{said!r} has no end")
    if said == "#{":
        return {"#": tuple(inside)}
    return _map(inside) if said == "{" else tuple(inside)


def _word(said: str) -> Edn:
    if said in _WORDS:
        return _WORDS[said]
    if re.fullmatch(r"[+-]?\d+N?", said):
        return int(said.rstrip("N"))
    if re.match(r"[+-]?\d", said):
        try:
            return float(said.rstrip("M"))
        except ValueError:
            return said  # a fraction, 1/3
    return said


def _map(inside: list[Edn]) -> dict[str, Edn]:
    names, held = inside[::2], inside[1::2]
    if len(names) != len(held):
        raise EdnError("a map with a name and no value")
    if len(set(map(str, names))) < len(names):
        raise EdnError("a map with a name that stands in it twice")
    return {str(name): value for name, value in zip(names, held, strict=True)}
