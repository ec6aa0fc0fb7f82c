"""Passwords are kept so that who steals the table still has to guess each one, slowly.

    $scrypt$ln=17,r=8,p=1$c2FsdHNhbHQ$Rh+NnJNo1I6nRwa...
     how      how hard     salt, its   the result, 32 bytes
                           own each

The numbers stand beside the result, so that they can grow: after a right password the
old entry is made anew with the new numbers (``rehash``). 2**17 steps of 1 KiB are 128
MiB for each guess; that, not the time alone, is what graphics cards lack.

A password is brought to one form of Unicode (NFKC), for keyboards differ in theirs.

Source: RFC 7914; OWASP Password Storage Cheat Sheet for the numbers.
Left out: Argon2id, which is to be preferred and is not in the standard library; a
secret beside the table (pepper); rules for choosing passwords.
Chapter: docs/chapters/access/.
To take away: PasswordHasher.
"""

import base64
import binascii
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

SALT_BYTES = 16
HASH_BYTES = 32
MAX_PASSWORD_CHARS = 1024
"""Long enough for a sentence; normalizing and hashing a book is an attack."""

MAX_LOG_N, MAX_R, MAX_P = 20, 32, 16
"""More than anybody needs, and less than what stops a server."""

_FORM = re.compile(
    r"\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)",
    re.ASCII,
)


class MalformedHashError(ValueError):
    """A stored text that is not what ``hash`` makes: the table is damaged."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether the password is right, and whether to store a new hash of it now."""

    ok: bool
    rehash: bool


@dataclass(frozen=True, slots=True)
class PasswordHasher:
    """Makes and verifies entries of a table of passwords, at 2**log_n steps.

    Raises ValueError for numbers that are none, or that would stop a server.

    Examples:
        >>> quick = PasswordHasher(log_n=4)
        >>> stored = quick.hash("correct horse", salt=bytes(16))
        >>> stored[:40]
        '$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAA'
        >>> quick.verify("correct horse", stored)
        Verified(ok=True, rehash=False)
        >>> PasswordHasher(log_n=5).verify("correct horse", stored)
        Verified(ok=True, rehash=True)
    """

    log_n: int = 17
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        for name, most in (("log_n", MAX_LOG_N), ("r", MAX_R), ("p", MAX_P)):
            value = getattr(self, name)
            if not 1 <= value <= most:
                raise ValueError(f"{name}={value!r} is not 1 to {most}")

    @property
    def memory_bytes(self) -> int:
        """Return how much memory one guess takes (RFC 7914, section 2)."""
        return 128 * self.r * (1 << self.log_n)

    def hash(self, password: str, salt: bytes) -> str:
        """Return the entry to store. The salt is random, and of this entry alone.

        Raises ValueError for a salt of fewer than 16 bytes, and for a password that is
        longer than 1,024 characters, or no Unicode text.
        """
        if len(salt) < SALT_BYTES:
            raise ValueError(f"salt has {len(salt)} bytes, not {SALT_BYTES} or more")
        octets = _octets(password)
        if octets is None:
            raise ValueError("password is too long, or holds half a character")
        made = self._scrypt(octets, salt)
        settings = f"ln={self.log_n},r={self.r},p={self.p}"
        return f"$scrypt${settings}${_text(salt)}${_text(made)}"

    def verify(self, password: str, stored: str) -> Verified:
        """Return whether a password is the stored one; the work is that of a right one.

        Raises MalformedHashError for a stored text that is none.
        """
        kept, salt, expected = _read(stored)
        made = kept._scrypt(_octets(password) or b"", salt)
        ok = hmac.compare_digest(made, expected) and _octets(password) is not None
        weaker = kept.log_n < self.log_n or kept.r < self.r or kept.p < self.p
        return Verified(ok, ok and weaker)

    def _scrypt(self, password: bytes, salt: bytes) -> bytes:
        return hashlib.scrypt(
            password,
            salt=salt,
            n=1 << self.log_n,
            r=self.r,
            p=self.p,
            maxmem=2 * self.memory_bytes + 2**20,
            dklen=HASH_BYTES,
        )


def _octets(password: str) -> bytes | None:
    """Return a password's bytes, the same however it is typed; None for no password."""
    if len(password) > MAX_PASSWORD_CHARS:
        return None
    try:
        return unicodedata.normalize("NFKC", password).encode("utf-8")
    except UnicodeEncodeError:
        return None


def _read(stored: str) -> tuple[PasswordHasher, bytes, bytes]:
    match = _FORM.fullmatch(stored)
    if match is None:
        raise MalformedHashError("the stored text is not of the form $scrypt$ln=...")
    try:
        kept = PasswordHasher(*(int(number) for number in match.groups()[:3]))
        salt, expected = (
            base64.b64decode(text + "=" * (-len(text) % 4))
            for text in match.groups()[3:]
        )
    except (ValueError, binascii.Error) as error:
        raise MalformedHashError(f"the stored text is damaged: {error}") from None
    if len(expected) != HASH_BYTES or len(salt) < SALT_BYTES - 5:
        raise MalformedHashError("the stored text has been cut off")
    return kept, salt, expected


def _text(data: bytes) -> str:
    return base64.b64encode(data).rstrip(b"=").decode("ascii")
