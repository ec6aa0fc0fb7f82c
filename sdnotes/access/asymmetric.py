"""RS256, ES256 and EdDSA by the library ``cryptography``, an optional extra.

    pip install "sdnotes[tokens]"          the only module here that needs it

The issuer signs with a key that nobody else has, and whoever verifies needs no secret:
a service that is broken into cannot make tokens for the others.

    algorithm   key                  signature
    RS256       RSA, 2,048 bits up   as long as the key
    ES256       NIST P-256           64 bytes, two numbers of 32 (not DER)
    EdDSA       Ed25519              64 bytes

RFC 9864 names the last one Ed25519 and deprecates the name EdDSA, which covers a second
curve too; issuers still send it.

Source: RFC 7518, sections 3.3 and 3.4; RFC 8037, section 3.1; RFC 9864.
Left out: the name Ed25519, PS256, other curves, keys as JSON, certificates.
Chapter: docs/chapters/access/.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sdnotes.access.rsa import MIN_BITS

ALGORITHMS = ("RS256", "ES256", "EdDSA")

_Public: TypeAlias = (
    rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
)
_Private: TypeAlias = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
)
_COORDINATE_BYTES = 32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies; its kind, and not a header, says by which algorithm.

    Raises ValueError for an RSA key of fewer than 2,048 bits, and another curve.
    """

    key: _Public = field(repr=False)
    kid: str | None = None

    def __post_init__(self) -> None:
        _check_size("key", self.key)

    @classmethod
    def from_pem(cls, pem: bytes, kid: str | None = None) -> "PublicKey":
        """Return the key in a PEM file; ValueError for one that is not of ours."""
        key = load_pem_public_key(pem)
        if not isinstance(key, _Public):
            raise ValueError(  # noqa: TRY004 -- the text is wrong, and not its type
                "pem is not a public key for RS256, ES256 or EdDSA"
            )
        return cls(key, kid)

    @property
    def alg(self) -> str:
        """Return the one algorithm that this key is for."""
        return _alg(self.key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether the signature is of this message, by the private key."""
        try:
            match self.key:
                case rsa.RSAPublicKey() as key:
                    key.verify(signature, message, padding.PKCS1v15(), SHA256())
                case ec.EllipticCurvePublicKey() as key:
                    # Two numbers side by side (RFC 7518, section 3.4), not DER.
                    if len(signature) != 2 * _COORDINATE_BYTES:
                        return False
                    key.verify(_der(signature), message, ec.ECDSA(SHA256()))
                case ed25519.Ed25519PublicKey() as key:
                    key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs, and the public one that verifies it."""

    key: _Private = field(repr=False)
    kid: str | None = None

    def __post_init__(self) -> None:
        _check_size("key", self.key.public_key())

    @classmethod
    def generate(cls, alg: str, kid: str | None = None) -> "PrivateKey":
        """Return a new key, by the library's own source of chance."""
        if alg not in ALGORITHMS:
            raise ValueError(f"alg={alg!r} is not one of {', '.join(ALGORITHMS)}")
        if alg == "RS256":
            return cls(rsa.generate_private_key(65537, MIN_BITS), kid)
        if alg == "ES256":
            return cls(ec.generate_private_key(ec.SECP256R1()), kid)
        return cls(ed25519.Ed25519PrivateKey.generate(), kid)

    @property
    def public(self) -> PublicKey:
        """Return the key that everybody may have."""
        return PublicKey(self.key.public_key(), self.kid)

    @property
    def alg(self) -> str:
        """Return the one algorithm that this key is for."""
        return self.public.alg

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        match self.key:
            case rsa.RSAPrivateKey() as key:
                return key.sign(message, padding.PKCS1v15(), SHA256())
            case ec.EllipticCurvePrivateKey() as key:
                numbers = decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
                return b"".join(n.to_bytes(_COORDINATE_BYTES, "big") for n in numbers)
            case key:
                return key.sign(message)


def _alg(key: _Public) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return "RS256"
    return "ES256" if isinstance(key, ec.EllipticCurvePublicKey) else "EdDSA"


def _check_size(name: str, key: _Public) -> None:
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_BITS:
        raise ValueError(f"{name}=RSA has {key.key_size} bits, not {MIN_BITS} or more")
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name != "secp256r1":
        raise ValueError(f"{name}=EC is on {key.curve.name}, not on P-256")


def _der(signature: bytes) -> bytes:
    first, second = (
        int.from_bytes(signature[at : at + _COORDINATE_BYTES], "big")
        for at in (0, _COORDINATE_BYTES)
    )
    return encode_dss_signature(first, second)
