"""Which requests carry a cookie, and who can read it: what each attribute is for.

    attribute       without it
    Secure          it goes over plain HTTP, to whoever listens
    HttpOnly        a script that got into the page reads it
    SameSite=Lax    another site's form acts in ann's name (CSRF)
    __Host-         a neighbour, evil.example beside shop.example, plants one

CSRF sends ann's cookie without seeing it, and is stopped by SameSite. XSS runs within
the page; HttpOnly keeps it from taking the session home, not from using it there.

Source: RFC 6265, section 5; draft-ietf-httpbis-rfc6265bis for SameSite, and its
section 4.1.3 for prefixes.
Left out: the public suffix list (a site is the last two names of a host), expiry,
partitioned cookies, browsers' exceptions for fresh cookies.
Chapter: docs/chapters/access/.
"""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

SameSite: TypeAlias = Literal["Strict", "Lax", "None"]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*", re.ASCII)
_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request that a browser makes: from a page, or typed in if ``page`` is ""."""

    url: str
    page: str = ""
    method: str = "GET"
    navigation: bool = True


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as a server sets it, for the host that set it unless for a domain.

    Raises ValueError for a name or a value that could end the header, for SameSite=None
    without Secure, and for a prefix whose conditions do not hold.

    Examples:
        >>> Cookie("__Host-session", "c81e", host="shop.example").header
        '__Host-session=c81e; Path=/; Secure; HttpOnly; SameSite=Lax'
    """

    name: str
    value: str
    host: str
    secure: bool = True
    http_only: bool = True
    same_site: SameSite = "Lax"
    path: str = "/"
    domain: str = ""

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.name):
            raise ValueError(f"name={self.name!r} is no token")
        if not _VALUE.fullmatch(self.value):
            raise ValueError(f"value={self.value!r} has what may not stand in a cookie")
        if not re.fullmatch(r"/[!-:<-~]*", self.path):
            raise ValueError(f"path={self.path!r} is no path")
        if self.same_site not in ("Strict", "Lax", "None"):
            raise ValueError(f"same_site={self.same_site!r} is not Strict, Lax or None")
        if self.domain and not _within(self.host, self.domain):
            raise ValueError(f"domain={self.domain!r} does not hold {self.host}")
        self._check_security()

    def _check_security(self) -> None:
        if self.same_site == "None" and not self.secure:
            raise ValueError(f"secure={self.secure!r} is refused with SameSite None")
        if self.name.startswith(("__Secure-", "__Host-")) and not self.secure:
            raise ValueError(f"secure={self.secure!r} is refused with this prefix")
        if self.name.startswith("__Host-") and self.path != "/":
            raise ValueError(f"path={self.path!r} is not / as this prefix demands")
        if self.name.startswith("__Host-") and self.domain:
            raise ValueError(f"domain={self.domain!r} is refused with this prefix")

    @property
    def header(self) -> str:
        """Return the value of the Set-Cookie field."""
        parts = [
            f"{self.name}={self.value}",
            f"Path={self.path}",
            f"Domain={self.domain}" if self.domain else "",
            "Secure" if self.secure else "",
            "HttpOnly" if self.http_only else "",
            f"SameSite={self.same_site}",
        ]
        return "; ".join(part for part in parts if part)

    def goes_with(self, request: PageRequest) -> bool:
        """Return whether a browser sends this cookie along with a request."""
        url = urlsplit(request.url)
        host = url.hostname or ""
        reaches = _within(host, self.domain) if self.domain else host == self.host
        if not reaches or not _under(url.path or "/", self.path):
            return False
        if self.secure and url.scheme != "https":
            return False
        if self.same_site == "None" or not request.page:
            return True
        if _site(request.page) == _site(request.url):
            return True
        safely = request.navigation and request.method in _SAFE
        return self.same_site == "Lax" and safely


def _site(url: str) -> tuple[str, str]:
    """Return scheme and last two names of a host: what counts as one site here."""
    parts = urlsplit(url)
    return parts.scheme, ".".join((parts.hostname or "").split(".")[-2:])


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _under(path: str, above: str) -> bool:
    """Return whether a path lies under another one (RFC 6265, section 5.1.4)."""
    return path == above or path.startswith(above if above[-1] == "/" else f"{above}/")


REQUESTS = (
    ("typed in", PageRequest("https://shop.example/")),
    (
        "a link of its own",
        PageRequest("https://shop.example/", "https://shop.example/"),
    ),
    (
        "a link of another site",
        PageRequest("https://shop.example/", "https://evil.test/"),
    ),
    (
        "a form of another site",
        PageRequest("https://shop.example/pay", "https://evil.test/", "POST"),
    ),
    (
        "an image on another site",
        PageRequest("https://shop.example/", "https://evil.test/", navigation=False),
    ),
)
"""Five ways in which a browser comes to ask a shop for something."""


def cookie_table() -> list[tuple[str, str, str, str]]:
    """Return, for each kind of request, whether the cookie goes with it."""
    kinds: tuple[SameSite, ...] = ("Strict", "Lax", "None")
    rows = []
    for said, request in REQUESTS:
        cookies = (Cookie("id", "7", "shop.example", same_site=kind) for kind in kinds)
        strict, lax, none = (
            "sent" if cookie.goes_with(request) else "-" for cookie in cookies
        )
        rows.append((said, strict, lax, none))
    return rows
