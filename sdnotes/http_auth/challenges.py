r"""Challenges and credentials: lists in which a comma means two different things.

    Newauth realm="apps", type=1, title="Login, please", Basic realm="simple"
    |      |             |       |            ^          |
    scheme parameter     parameter            no comma   scheme: no = after the token

After a comma, a name followed by ``=`` is one more parameter of the same challenge;
anything else begins the next challenge. ``Basic , realm="x"`` is one challenge, and
``Basic, realm="x"`` is an error: without the blank, Basic has ended at the comma.

Source: RFC 9110, sections 5.6.1 (lists), 11.2 to 11.7; RFC 7235, section 4.1, for the
example.
Left out: which parameters a scheme must have; writing Digest, some of whose parameters
must not be quoted (RFC 7616, section 3.3).
Chapter: docs/chapters/http_auth/.
To take away: parse_challenges, write_challenges.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

from sdnotes.http_auth.scanning import TOKEN68, Scanner, is_token, quoted

Param: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Scheme:
    """A scheme with parameters, or with one token68, or with nothing.

    Names of parameters are kept in lower case. Raises ValueError for what no header
    field can carry: above all CR, LF and NUL, so that nobody can inject a field.
    """

    scheme: str
    params: tuple[Param, ...] = ()
    token68: str | None = None

    def __post_init__(self) -> None:
        if not is_token(self.scheme):
            raise ValueError(f"scheme={self.scheme!r} is no token")
        if self.token68 is not None:
            if TOKEN68.fullmatch(self.token68) is None:
                raise ValueError("token68=... has a character that no token68 has")
            if self.params:
                raise ValueError(f"params={self.params!r} cannot stand with a token68")
        names = tuple(name.lower() for name, _ in self.params)
        lowered = zip(names, (value for _, value in self.params), strict=True)
        object.__setattr__(self, "params", tuple(lowered))
        _check_params(self.params)

    @classmethod
    def of(cls, scheme: str, params: Mapping[str, str]) -> Self:
        """Return one with these parameters, in their order."""
        return cls(scheme, tuple(params.items()))

    @property
    def kind(self) -> str:
        """Return the scheme in lower case: schemes differ in no other way."""
        return self.scheme.lower()

    def get(self, name: str) -> str | None:
        """Return a parameter's value; names match in upper and lower case."""
        return dict(self.params).get(name.lower())

    def __str__(self) -> str:
        if self.token68 is not None:
            return f"{self.scheme} {self.token68}"
        return f"{self.scheme} {write_params(self.params)}".rstrip(" ")


@dataclass(frozen=True, slots=True)
class Challenge(_Scheme):
    """What a server asks for, in WWW-Authenticate or Proxy-Authenticate.

    Examples:
        >>> print(Challenge.of("Basic", {"realm": "the shop"}))
        Basic realm="the shop"
    """


@dataclass(frozen=True, slots=True)
class Credentials(_Scheme):
    """What a client answers, in Authorization or Proxy-Authorization.

    Its repr hides them, so that they get into no log.

    Examples:
        >>> Credentials("Bearer", token68="s3cret")
        Credentials('Bearer', ...)
    """

    def __repr__(self) -> str:
        return f"Credentials({self.scheme!r}, ...)"


def parse_challenges(text: str) -> tuple[Challenge, ...]:
    """Return the challenges of a WWW-Authenticate or Proxy-Authenticate field.

    Several fields of that name are one, joined by commas (RFC 9110 section 5.3). Linear
    time. Raises HeaderError, with the position, for a malformed value.

    Examples:
        >>> [str(each) for each in parse_challenges('Basic realm="a", Negotiate')]
        ['Basic realm="a"', 'Negotiate']
    """
    scanner, found = Scanner(text), list[Challenge]()
    scanner.commas()
    while scanner.ahead:
        found.append(Challenge(*_scheme(scanner)))
        has_comma = scanner.commas() or scanner.comma_end == scanner.at
        if scanner.ahead and not has_comma:
            raise scanner.error("a comma is missing")
    return tuple(found)


def parse_credentials(text: str) -> Credentials:
    """Return the credentials of an Authorization or Proxy-Authorization field.

    Linear time. Raises HeaderError, with the position, for a malformed value; two
    credentials in one field are one.

    Examples:
        >>> parse_credentials("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").kind
        'basic'
    """
    scanner = Scanner(text)
    scanner.space()
    credentials = Credentials(*_scheme(scanner))
    scanner.space()
    scanner.end()
    return credentials


def parse_info(text: str) -> tuple[Param, ...]:
    """Return the parameters of Authentication-Info or Proxy-Authentication-Info.

    Linear time. Raises HeaderError, with the position, for a malformed value.

    Examples:
        >>> parse_info('qop=auth, nextnonce="n"')
        (('qop', 'auth'), ('nextnonce', 'n'))
    """
    scanner = Scanner(text)
    scanner.commas()
    params = tuple(_params(scanner))
    scanner.end()
    return params


def write_challenges(challenges: Iterable[Challenge]) -> str:
    """Return a field's value with these challenges.

    Examples:
        >>> basic, bearer = Challenge("Basic", (("realm", "a"),)), Challenge("Bearer")
        >>> write_challenges([basic, bearer])
        'Basic realm="a", Bearer'
    """
    return ", ".join(map(str, challenges))


def write_params(params: Iterable[Param]) -> str:
    """Return parameters as a list, all values as quoted-strings.

    A realm must be quoted (RFC 9110 section 11.5). Raises ValueError for a name that is
    no token or stands twice, and for a value that no field can carry.

    Examples:
        >>> write_params([("nextnonce", "n")])
        'nextnonce="n"'
    """
    params = tuple(params)
    _check_params(params)
    return ", ".join(f"{name}={quoted(value)}" for name, value in params)


def _check_params(params: tuple[Param, ...]) -> None:
    names = [name.lower() for name, _ in params]
    for name, value in params:
        if not is_token(name):
            raise ValueError(f"params={params!r}: the name {name!r} is no token")
        try:
            quoted(value)
        except ValueError as error:
            raise ValueError(f"params={params!r}: {name}'s {error}") from None
    if len(set(names)) < len(names):  # RFC 9110 section 11.2
        raise ValueError(f"params={params!r} has one name twice")


def _scheme(scanner: Scanner) -> tuple[str, tuple[Param, ...], str | None]:
    """Read a scheme and what belongs to it; the scanner may end after a comma."""
    start = scanner.at
    scheme = scanner.token("a scheme")
    if scanner.assignment():
        raise scanner.error("this parameter belongs to no challenge", start)
    if scanner.ahead != " ":
        return scheme, (), None
    while scanner.ahead == " ":
        scanner.at += 1
    if scanner.ahead in ("", ",", "\t"):
        if not scanner.commas() and scanner.ahead:
            raise scanner.error("a tab stands where only blanks may")
        return scheme, tuple(_params(scanner)), None
    if token68 := scanner.token68():
        return scheme, (), token68
    return scheme, tuple(_params(scanner, is_due=True)), None


def _params(scanner: Scanner, is_due: bool = False) -> Iterator[Param]:
    """Read parameters up to a name without ``=``, which is the next scheme."""
    names: set[str] = set()
    while scanner.ahead:
        start = scanner.at
        name = scanner.token("a parameter's name").lower()
        if not scanner.assignment():
            if is_due:
                raise scanner.error("the = of a parameter is missing")
            scanner.at = start
            return
        if name in names:  # RFC 9110 section 11.2
            raise scanner.error(f"a second {name}", start)
        names.add(name)
        yield name, scanner.value()
        is_due = False
        if not scanner.commas():
            return
