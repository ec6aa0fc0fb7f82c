"""PKCE: only the client that began a login can finish it with the code.

    client    keeps v, a random text         sends c = base64url(SHA-256(v))
    server    keeps c with the code          sends the code through the browser
    client    sends the code and v           the server computes c again, and compares

Whoever sees the code alone cannot use it; whoever sees c cannot find v.

Source: RFC 7636, sections 4.1 to 4.6 and appendix B; RFC 9700, section 2.1.1.
Left out: the method "plain", which shows v itself.
Chapter: docs/chapters/access/.
To take away: challenge_of, verifies.
"""

import hashlib
import hmac
import re

from sdnotes.access.strict import encode

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def challenge_of(verifier: str) -> str:
    """Return the challenge (S256) of a verifier.

    Raises ValueError for a verifier that is not 43 to 128 letters, digits and -._~ .

    Examples:
        >>> challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    if not _VERIFIER.fullmatch(verifier):
        raise ValueError("verifier is not 43 to 128 letters, digits and -._~")
    return encode(hashlib.sha256(verifier.encode("ascii")).digest())


def verifies(challenge: str, verifier: str) -> bool:
    """Return whether a verifier, whatever text it is, belongs to the challenge."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = challenge_of(verifier).encode()
    return hmac.compare_digest(made, challenge.encode("utf-8", "replace"))
