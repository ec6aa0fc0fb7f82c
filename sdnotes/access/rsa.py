"""RS256 verified with one power and one comparison: no secret, so no library.

    signature ** e mod n  ==  00 01 ff ff ... ff 00 | "SHA-256" | hash of the message

Whoever knows the private exponent can find the number on the left; everybody who knows
the public key (n, e) can check it. The whole right side is built anew and compared:
programs that *read* it instead, and stopped at the hash, were forged.

Source: RFC 8017, sections 8.2.2 and 9.2; RFC 7518, section 3.3.
Left out: signing, which needs a library that hides its timing (asymmetric.py).
Chapter: docs/chapters/access/.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import ClassVar

from sdnotes.access.strict import encode

MIN_BITS = 2048
"""RFC 7518, section 3.3."""

# The DER beginning of "a SHA-256 hash follows" (RFC 8017, section 9.2, note 1).
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True, slots=True)
class RsaPublicKey:
    """A public key for RS256: modulus and exponent.

    Raises ValueError for a modulus of fewer than 2,048 bits or an even one, and for an
    exponent that is even, below 3, or not below the modulus.
    """

    n: int
    e: int = 65537
    kid: str | None = None
    alg: ClassVar[str] = "RS256"

    def __post_init__(self) -> None:
        if self.n.bit_length() < MIN_BITS:
            raise ValueError(
                f"n has {self.n.bit_length()} bits, not {MIN_BITS} or more"
            )
        if self.n % 2 == 0:
            raise ValueError("n is even: it is no product of two large primes")
        if self.e < 3 or self.e % 2 == 0:
            raise ValueError(f"e={self.e!r} is not odd and 3 or more")

    @property
    def jwk(self) -> str:
        """Return the key as JSON, as its issuer publishes it (RFC 7517)."""
        numbers = {name: encode(_octets(getattr(self, name))) for name in ("n", "e")}
        return json.dumps({"kty": "RSA", **numbers})

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether the signature is of this message, by the private key."""
        size = len(_octets(self.n))
        number = int.from_bytes(signature, "big")
        if len(signature) != size or number >= self.n:
            return False
        digest = _SHA256 + hashlib.sha256(message).digest()
        padding = b"\xff" * (size - len(digest) - 3)
        expected = b"\x00\x01" + padding + b"\x00" + digest
        return pow(number, self.e, self.n).to_bytes(size, "big") == expected


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
