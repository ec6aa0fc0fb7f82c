"""A key knows its algorithm, so the token has no say in how it is verified.

    verify(token, key)              the header says how: "HS256", "none", ...
    key.verify(message, signature)  the key's type says how, and there is one way

An ``HmacKey`` holds a secret. A public key is another type, and no method hands its
bytes to an HMAC, so "use the public key as the secret", the oldest attack on tokens,
cannot be written down. What remains is a public key pasted into an ``HmacKey`` by
mistake, and the common texts of public keys are refused there.

Source: RFC 7518, sections 3.1 and 3.2; RFC 8725, sections 3.1 and 3.5.
Left out: HS384 and HS512; keys in the memory of a device.
Chapter: docs/chapters/access/.
To take away: HmacKey.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import ClassVar

MIN_SECRET_BYTES = 32
"""As long as the hash, at least (RFC 7518, section 3.2)."""

_PUBLIC = re.compile(rb'\s*(-----BEGIN |ssh-|ecdsa-|\{.*"kty")', re.DOTALL)
# A key in DER: a sequence that begins with a sequence that begins with an identifier.
_PUBLIC_DER = re.compile(rb"0(\x81.|\x82..|[\x00-\x7f])0[\x00-\x7f]\x06", re.DOTALL)


@dataclass(frozen=True, slots=True)
class HmacKey:
    """A secret that issuer and recipient share, for HMAC with SHA-256.

    Raises ValueError for a secret shorter than 32 bytes, or one that is a public key.

    Examples:
        >>> key = HmacKey(bytes(range(32)))
        >>> key.verify(b"hello", key.sign(b"hello"))
        True
        >>> key.verify(b"hullo", key.sign(b"hello"))
        False
    """

    secret: bytes = field(repr=False)
    kid: str | None = None
    alg: ClassVar[str] = "HS256"

    def __post_init__(self) -> None:
        if not isinstance(self.secret, bytes):
            raise TypeError("secret is not bytes: a password is no key")
        if len(self.secret) < MIN_SECRET_BYTES:
            raise ValueError(
                f"secret has {len(self.secret)} bytes, not {MIN_SECRET_BYTES} or more"
            )
        if _PUBLIC.match(self.secret) or _PUBLIC_DER.match(self.secret):
            raise ValueError("secret is a public key, which everybody may know")

    def sign(self, message: bytes) -> bytes:
        """Return the 32 bytes that only a holder of the secret can compute."""
        return hmac.digest(self.secret, message, hashlib.sha256)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether these are those bytes, in a time that tells nothing."""
        return hmac.compare_digest(self.sign(message), signature)
