"""A login that does not say which names exist: not in words, and not by its time.

    asked for          careful says             hashes   careless says       hashes
    ann, right         hello ann                1        hello ann           1
    ann, wrong         name or password wrong   1        password wrong      1
    no such name       name or password wrong   1        no such name        0

The careless one answers a name that it does not know at once, and one that it knows
after a tenth of a second of scrypt: the words could be the same, and the clock would
still tell. The careful one computes a hash of nothing, at the same cost.

Source: OWASP Authentication Cheat Sheet, on user enumeration.
Left out: the same question by other doors: signing up, forgotten passwords.
Builds on: sdnotes.access.passwords. Chapter: docs/chapters/access/.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sdnotes.access.passwords import SALT_BYTES, PasswordHasher, Verified

WRONG = "name or password wrong"


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """What a login says, and how many hashes it computed to say it."""

    ok: bool
    says: str
    hashes: int


class Login:
    """People's names and passwords; each attempt costs one hash, whoever it is for.

    ``new_salt`` makes random bytes, such as ``secrets.token_bytes`` does.
    """

    def __init__(
        self, hasher: PasswordHasher, new_salt: Callable[[int], bytes]
    ) -> None:
        self.hasher = hasher
        self._new_salt = new_salt
        self._stored: dict[str, str] = {}
        self._nobodys = hasher.hash("", new_salt(SALT_BYTES))

    def stored(self, name: str) -> str:
        """Return what is kept of somebody's password."""
        return self._stored[name]

    def sign_up(self, name: str, password: str) -> None:
        """Keep a new password for a name."""
        self._stored[name] = self.hasher.hash(password, self._new_salt(SALT_BYTES))

    def attempt(self, name: str, password: str) -> LoginAnswer:
        """Return what is said to who gives a name and a password.

        A right password whose hash is weaker than new ones are is hashed anew.
        """
        verified = self.hasher.verify(password, self._stored.get(name, self._nobodys))
        if name not in self._stored or not verified.ok:
            return LoginAnswer(False, WRONG, hashes=1)
        return self._welcome(name, password, verified)

    def _welcome(self, name: str, password: str, verified: Verified) -> LoginAnswer:
        if verified.rehash:
            self.sign_up(name, password)
        return LoginAnswer(True, f"hello {name}", hashes=1 + verified.rehash)


class CarelessLogin(Login):
    """A login that tells, in two ways, whether it knows a name. For teaching."""

    def attempt(self, name: str, password: str) -> LoginAnswer:
        """Return what is said, as soon as it is known."""
        if name not in self._stored:
            return LoginAnswer(False, "no such name", hashes=0)
        verified = self.hasher.verify(password, self._stored[name])
        if not verified.ok:
            return LoginAnswer(False, "password wrong", hashes=1)
        return self._welcome(name, password, verified)


def enumeration_table(hasher: PasswordHasher) -> list[tuple[str, str, int, str, int]]:
    """Return, for three attempts, what the careful and the careless login do."""
    logins = [kind(hasher, bytes) for kind in (Login, CarelessLogin)]
    rows = []
    for login in logins:
        login.sign_up("ann", "correct horse")
    for said, name, password in (
        ("ann, right", "ann", "correct horse"),
        ("ann, wrong", "ann", "battery"),
        ("no such name", "bob", "battery"),
    ):
        careful, careless = (login.attempt(name, password) for login in logins)
        counts = (careful.says, careful.hashes, careless.says, careless.hashes)
        rows.append((said, *counts))
    return rows
