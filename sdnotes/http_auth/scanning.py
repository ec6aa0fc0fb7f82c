r"""A header field's value, read from left to right, so that an error says where it is.

    Basic realm="a, Newauth realm="b"
                ^ text=... at 12: the quoted-string is not closed

A value is a str whose characters stand for bytes, as WSGI hands them over: none is
above U+00FF, and CR, LF and NUL never occur in one. Each rule below is one pattern that
never goes back, so that reading takes time linear in the value.

Source: RFC 9110, sections 5.5, 5.6.2 (token), 5.6.3 (white space), 5.6.4
(quoted-string) and 11.2 (token68).
Left out: line folding, which RFC 9112 section 5.2 lets no sender make any more.
Chapter: docs/chapters/http_auth/.
"""

import re
from dataclasses import dataclass

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++")
TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]++=*+")
TEXT = re.compile(r"[\t\x20-\x7e\x80-\xff]*+")
"""What a quoted-string may hold, unquoted (RFC 9110 section 5.6.4)."""

_QUOTED = re.compile(r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e\x80-\xff])*+)"')
_PAIR = re.compile(r"\\(.)")
_SPACE = re.compile(r"[ \t]*+")
_COMMAS = re.compile(r"(?:[ \t]*+,)*+[ \t]*+")
_SHOWN = 60  # characters of a value that an error repeats


class HeaderError(ValueError):
    """A header field's value breaks its grammar; whoever sent it must mend it.

    ``position`` counts characters from 0. Nothing was done with the value.
    """

    def __init__(self, what: str, text: str, position: int) -> None:
        self.text, self.position = text, position
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        super().__init__(f"text={shown!r} at {position}: {what}")


@dataclass(slots=True)
class Scanner:
    """A value, and how far it has been read.

    Raises TypeError for what is no str, and HeaderError for a character that cannot
    stand in a field's value.
    """

    text: str
    at: int = 0
    comma_end: int = 0
    """Where the white space after the last comma ended; 0 as before a first item."""

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"text={self.text!r} is not a str")
        if (good := _end_of(TEXT, self.text, 0)) < len(self.text):
            raise self.error("this character stands in no field's value", good)

    @property
    def ahead(self) -> str:
        """Return the next character, or "" at the end."""
        return self.text[self.at : self.at + 1]

    def error(self, what: str, position: int | None = None) -> HeaderError:
        """Return an error here, or at another position."""
        return HeaderError(what, self.text, self.at if position is None else position)

    def space(self) -> str:
        """Take blanks and tabs, if there are any."""
        return self._take(_SPACE)

    def commas(self) -> bool:
        """Take commas and the white space around them; return whether there was one."""
        if found := "," in self._take(_COMMAS):
            self.comma_end = self.at
        return found

    def token(self, what: str) -> str:
        """Take a token; raises HeaderError, with what was wanted, if there is none."""
        if not (found := self._take(TOKEN)):
            raise self.error(f"{what} is missing")
        return found

    def token68(self) -> str:
        """Take a token68 if all up to a comma, or to the end, is one; else nothing."""
        start = self.at
        found = self._take(TOKEN68)
        end = self.at
        self.space()
        if found and self.ahead in ("", ","):
            self.at = end
            return found
        self.at = start
        return ""

    def assignment(self) -> bool:
        """Take ``=`` and the bad white space around it, or nothing; tell which."""
        start = self.at
        self.space()
        if self.ahead != "=":
            self.at = start
            return False
        self.at += 1
        self.space()
        return True

    def value(self) -> str:
        """Take a parameter's value: a token, or a quoted-string, unquoted."""
        if self.ahead != '"':
            return self.token("a token or a quoted-string")
        if (found := _QUOTED.match(self.text, self.at)) is None:
            raise self.error("the quoted-string is not closed")
        self.at = found.end()
        return _PAIR.sub(r"\1", found[1])

    def end(self) -> None:
        """Raise HeaderError unless all has been read."""
        if self.ahead:
            raise self.error("this does not belong to it")

    def _take(self, pattern: re.Pattern[str]) -> str:
        start, self.at = self.at, _end_of(pattern, self.text, self.at)
        return self.text[start : self.at]


def quoted(text: str) -> str:
    r"""Return a text as a quoted-string.

    Raises ValueError for a character that cannot stand in one: CR, LF and NUL, other
    controls, and what is above U+00FF.

    Examples:
        >>> print(quoted('Login to "apps"'))
        "Login to \"apps\""
    """
    if (good := _end_of(TEXT, text, 0)) < len(text):
        raise ValueError(f"text={text!r} has {text[good]!r}, which no field can carry")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_token(text: str) -> bool:
    """Return whether a text is a token (RFC 9110 section 5.6.2).

    Examples:
        >>> is_token("Basic"), is_token("two words"), is_token("")
        (True, False, False)
    """
    return TOKEN.fullmatch(text) is not None


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return start if found is None else found.end()
