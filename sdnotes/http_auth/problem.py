"""Problem details: an error's body that a program can act on.

    {"type": "https://shop.example/problems/scope", "status": 403,
     "title": "The token lacks a scope", "detail": "...", "scope": "orders:write"}

A program decides by ``type``, a person reads ``title`` and ``detail``, and other
members carry what the program needs. Without a type the status alone says what it is.

Source: RFC 9457, sections 3, 3.1, 3.2, 4.2.1.
Left out: application/problem+xml; resolving a relative type.
Chapter: docs/chapters/http_auth/.
To take away: Problem, parse_problem.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

MEDIA_TYPE = "application/problem+json"
_MEMBERS = ("type", "status", "title", "detail", "instance")


class ProblemError(ValueError):
    """A body is no problem details; take the status of the response alone."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem, with what it says to programs and to people.

    Raises ValueError for a status that is none, and for an extension that is named as
    one of the five members.
    """

    status: int | None = None
    title: str = ""
    detail: str = ""
    type: str = "about:blank"
    instance: str = ""
    extensions: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.status is not None and not 100 <= self.status <= 599:
            raise ValueError(f"status={self.status!r} is not 100 to 599")
        if taken := sorted(self.extensions.keys() & set(_MEMBERS)):
            raise ValueError(f"extensions={taken!r} are members of their own")
        frozen = MappingProxyType(dict(self.extensions))
        object.__setattr__(self, "extensions", frozen)

    def __str__(self) -> str:
        members = {name: getattr(self, name) for name in _MEMBERS}
        kept = {name: value for name, value in members.items() if value}
        if self.type == "about:blank":
            del kept["type"]  # it says nothing: RFC 9457 section 4.2.1
        return json.dumps(kept | dict(self.extensions), allow_nan=False)


def parse_problem(body: str) -> Problem:
    """Return what a body says.

    A member of another JSON type is as if it were not there (RFC 9457 section 3.1).
    Raises ProblemError for what is no JSON object.

    Examples:
        >>> parse_problem('{"title": "No credit", "balance": 30}').extensions["balance"]
        30
        >>> parse_problem('{"status": "403"}').status is None
        True
    """
    try:
        members = json.loads(body, parse_constant=_no_number)
    except ProblemError:
        raise
    except (ValueError, RecursionError) as error:
        raise ProblemError(f"body is no JSON: {type(error).__name__}") from None
    if not isinstance(members, dict):
        raise ProblemError("body is JSON, but no object")
    texts = {
        name: value
        for name in ("title", "detail", "type", "instance")
        if isinstance(value := members.get(name), str)
    }
    status = members.get("status")
    if type(status) is not int or not 100 <= status <= 599:
        status = None
    others = {name: each for name, each in members.items() if name not in _MEMBERS}
    return Problem(status, extensions=others, **texts)


def _no_number(text: str) -> float:
    raise ProblemError(f"body has {text}, which is no JSON")
