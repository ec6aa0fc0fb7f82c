"""What each check is for: leave one out, and see what passes. For teaching only.

    TokenValidator                         refuses the attack, and says by which check
    CarelessValidator(without="aud", ...)  lets the one attack pass that aud stops

``TokenValidator`` itself has no switch: what cannot be turned off is not turned off by
mistake. This one is what was really written, in one program or another, and each way of
leaving a check out has its published breach.

Source: RFC 8725, sections 2 and 3; McLean 2015, "Critical vulnerabilities in JSON Web
Token libraries", on none and on a public key used as a secret.
Chapter: docs/chapters/access/.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

from sdnotes.access.jws import CHECKS, HmacKey, MalformedTokenError, Parts, VerifyingKey
from sdnotes.access.rsa import RsaPublicKey
from sdnotes.access.strict import Json
from sdnotes.access.validator import TokenValidator


class CarelessValidator(TokenValidator):
    """A TokenValidator that leaves out one check, "" for none. Never to be used."""

    def __init__(
        self,
        without: str,
        issuers: Mapping[str, Sequence[VerifyingKey]],
        *,
        algorithms: Sequence[str],
        audience: str | None,
        typ: str | None,
        required: Sequence[str] = ("exp",),
    ) -> None:
        if without not in ("", *CHECKS):
            raise ValueError(f"without={without!r} is not one of {', '.join(CHECKS)}")
        super().__init__(
            issuers,
            algorithms=algorithms,
            audience=audience,
            typ=typ,
            required=required,
        )
        self.without = without

    def _take_apart(self, token: str) -> Parts:
        if self.without != "format":
            return super()._take_apart(token)
        signed, _, signature = token.rpartition(".")
        header, _, payload = signed.partition(".")
        opened = self._read_claims(_decoded(header))
        return Parts(opened, _decoded(payload), _decoded(signature), signed.encode())

    def _read_claims(self, payload: bytes) -> dict[str, Json]:
        if self.without != "format":
            return super()._read_claims(payload)
        try:
            claims: dict[str, Json] = json.loads(payload)
        except ValueError as error:
            raise MalformedTokenError(f"{error}") from None
        return claims

    def _check_critical(self, header: dict[str, Json]) -> None:
        if self.without != "crit":
            super()._check_critical(header)

    def _check_type(self, header: dict[str, Json]) -> None:
        if self.without != "typ":
            super()._check_type(header)

    def _check_algorithm(self, header: dict[str, Json]) -> str:
        if self.without != "alg":
            return super()._check_algorithm(header)
        return str(header.get("alg"))  # the token says how it is to be verified

    def _find_keys(
        self, header: dict[str, Json], alg: str
    ) -> list[tuple[str, VerifyingKey]]:
        if self.without == "alg":
            return self._keys  # each is tried, whatever it was made for
        if self.without == "kid" and isinstance(header.get("jwk"), dict):
            jwk = header["jwk"]
            assert isinstance(jwk, dict), "it has just been seen to be one"
            brought = HmacKey(_decoded(str(jwk.get("k"))))
            return [(issuer, brought) for issuer, _ in self._keys]
        return super()._find_keys(header, alg)

    def _check_signature(
        self, parts: Parts, keys: list[tuple[str, VerifyingKey]]
    ) -> str:
        issuer = keys[0][0]
        alg = parts.header.get("alg")
        if self.without == "signature" or (self.without == "alg" and alg == "none"):
            return issuer
        if self.without == "alg" and alg == "HS256":
            for owner, key in keys:
                secret = key.jwk if isinstance(key, RsaPublicKey) else ""
                code = hmac.digest(secret.encode(), parts.signed, hashlib.sha256)
                if secret and hmac.compare_digest(code, parts.signature):
                    return owner
        return super()._check_signature(parts, keys)

    def _check_issuer(self, claims: dict[str, Json], issuer: str) -> None:
        if self.without != "iss":
            super()._check_issuer(claims, issuer)

    def _check_audience(self, claims: dict[str, Json]) -> None:
        if self.without != "aud":
            super()._check_audience(claims)

    def _check_expiry(self, claims: dict[str, Json], now_s: float) -> None:
        if self.without != "exp":
            super()._check_expiry(claims, now_s)

    def _check_not_before(self, claims: dict[str, Json], now_s: float) -> None:
        if self.without != "nbf":
            super()._check_not_before(claims, now_s)

    def _check_issued_at(self, claims: dict[str, Json], now_s: float) -> None:
        if self.without != "iat":
            super()._check_issued_at(claims, now_s)

    def _check_claims(self, claims: dict[str, Json]) -> None:
        if self.without != "claims":
            super()._check_claims(claims)


def _decoded(text: str) -> bytes:
    """Return bytes as lenient decoders do: spare bits and odd letters are ignored."""
    return base64.urlsafe_b64decode(text.encode() + b"===")
