"""Thirteen tokens that must be refused, and the one check that refuses each.

    attack                 check    with it    without it
    alg: none              alg      alg        accepted
    an old token, found    exp      exp        accepted
    ... eleven more

Each token is right in everything else, so that with its check left out it passes, and
with all checks made it fails by that check.

Source: the RFC and its section that each attack names.
Builds on: sdnotes.access.careless. Chapter: docs/chapters/access/.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sdnotes.access.careless import CarelessValidator
from sdnotes.access.jws import HmacKey, TokenRejectedError, sign
from sdnotes.access.rsa import RsaPublicKey
from sdnotes.access.strict import decode, encode

NOW_S = 1_000
"""When all attacks are tried."""

COMPANY, PUBLIC = "https://company.example", "https://public.example"
"""Two issuers that the API trusts, each for its own people."""

COMPANY_KEY = HmacKey(hashlib.sha256(b"company").digest(), "c1")
PUBLIC_KEY = HmacKey(hashlib.sha256(b"public").digest(), "p1")
COMPANY_RSA = RsaPublicKey(
    int.from_bytes(b"".join(hashlib.sha256(bytes([i])).digest() for i in range(8)))
    | 1
    | 1 << 2047,
    kid="r1",
)
"""Only its text matters: the attack never needs the private half."""

_KINDS = ("HS256", "RS256")
_GOOD = {"iss": COMPANY, "aud": "api", "sub": "mallory", "iat": 900, "exp": 1_800}


@dataclass(frozen=True, slots=True)
class TokenAttack:
    """A token to refuse: ``check`` is what stops it, ``rule`` says where it stands."""

    name: str
    check: str
    rule: str
    token: str


@dataclass(frozen=True, slots=True)
class TokenVerdict:
    """What became of a token: ``check`` is the one that refused it, "" for none."""

    accepted: bool
    check: str


def _forged(header: Mapping[str, object], claims: object, secret: bytes = b"") -> str:
    """Return a token made by hand, with an HMAC if there is a secret."""
    signed = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
    code = hmac.digest(secret, signed.encode(), hashlib.sha256) if secret else b""
    return f"{signed}.{encode(code)}"


def _by_company(typ: str = "at+jwt", **claims: object) -> str:
    return sign({**_GOOD, **claims}, COMPANY_KEY, typ=typ)


def _with_critical_header() -> str:
    header = {"alg": "HS256", "typ": "at+jwt", "crit": ["mtls"], "mtls": "only from 7f"}
    return _forged(header, _GOOD, COMPANY_KEY.secret)


def _with_two_subjects() -> str:
    claims = json.dumps({**_GOOD, "sub": "ann"})[:-1] + ', "sub": "root"}'
    header = json.dumps({"alg": "HS256", "typ": "at+jwt"})
    signed = f"{encode(header.encode())}.{encode(claims.encode())}"
    return f"{signed}.{encode(COMPANY_KEY.sign(signed.encode()))}"


def _with_its_own_key() -> str:
    secret = b"mallory's own, and 32 bytes long"
    jwk = {"kty": "oct", "k": encode(secret)}
    header = {"alg": "HS256", "typ": "at+jwt", "kid": "m1", "jwk": jwk}
    return _forged(header, _GOOD, secret)


def _with_changed_claim() -> str:
    header, _, signature = _by_company().split(".")
    claims = json.dumps({**_GOOD, "sub": "root"})
    return f"{header}.{encode(claims.encode())}.{signature}"


def respelt(token: str) -> str:
    """Return a token whose text differs and whose bytes do not, to a lenient decoder.

    The bits that the last letter has to spare are set to one.
    """
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    size = len(decode(token.rpartition(".")[2]))
    spare = {0: 0, 1: 0b1111, 2: 0b11}[size % 3]
    return token[:-1] + letters[letters.index(token[-1]) | spare]


_NONE = {"alg": "none", "typ": "at+jwt"}
_CONFUSED = {"alg": "HS256", "typ": "at+jwt", "kid": "r1"}

ATTACKS = (
    TokenAttack(
        "a revoked token, respelt", "format", "RFC 4648 3.5", respelt(_by_company())
    ),
    TokenAttack(
        "two members of one name", "format", "RFC 7519 4", _with_two_subjects()
    ),
    TokenAttack(
        "a critical extension", "crit", "RFC 7515 4.1.11", _with_critical_header()
    ),
    TokenAttack(
        "the token of a mail link", "typ", "RFC 8725 3.11", _by_company("mail+jwt")
    ),
    TokenAttack("alg: none", "alg", "RFC 8725 3.2", _forged(_NONE, _GOOD)),
    TokenAttack(
        "a key that it brings along", "kid", "RFC 8725 3.10", _with_its_own_key()
    ),
    TokenAttack("a changed claim", "signature", "RFC 8725 3.3", _with_changed_claim()),
    TokenAttack(
        "another issuer's key",
        "iss",
        "RFC 8725 3.8",
        sign(_GOOD, PUBLIC_KEY, typ="at+jwt"),
    ),
    TokenAttack(
        "another service's token", "aud", "RFC 8725 3.9", _by_company(aud="mail")
    ),
    TokenAttack("an old token, found", "exp", "RFC 7519 4.1.4", _by_company(exp=1_000)),
    TokenAttack("a token for later", "nbf", "RFC 7519 4.1.5", _by_company(nbf=1_001)),
    TokenAttack("made in advance", "iat", "RFC 7519 4.1.6", _by_company(iat=1_001)),
    TokenAttack("a token of nobody", "claims", "RFC 7519 4.1.2", _by_company(sub=7)),
)
"""One attack and more for each check, in the order of CHECKS."""

KEY_CONFUSION = TokenAttack(
    "the public key as a secret",
    "kid",
    "RFC 8725 3.1",
    _forged(_CONFUSED, _GOOD, COMPANY_RSA.jwk.encode()),
)
"""Passes without ``alg``; all checks together stop it at ``kid``: r1 is an RSA key."""


def try_attack(attack: TokenAttack, without: str = "") -> TokenVerdict:
    """Return what an API says to the attack with one check left out, "" for none.

    Raises ValueError when there is no such check.
    """
    api = CarelessValidator(
        without,
        {COMPANY: [COMPANY_KEY, COMPANY_RSA], PUBLIC: [PUBLIC_KEY]},
        algorithms=_KINDS,
        audience="api",
        typ="at+jwt",
        required=("exp", "sub"),
    )
    try:
        api.validate(attack.token, NOW_S)
    except TokenRejectedError as error:
        return TokenVerdict(accepted=False, check=error.check)
    return TokenVerdict(accepted=True, check="")


def attack_table() -> list[tuple[str, str, str, str]]:
    """Return a row for each attack: name, check, answer with it, answer without it."""
    return [
        (attack.name, attack.check, _said(attack, ""), _said(attack, attack.check))
        for attack in ATTACKS
    ]


def _said(attack: TokenAttack, without: str) -> str:
    verdict = try_attack(attack, without)
    return "accepted" if verdict.accepted else verdict.check
