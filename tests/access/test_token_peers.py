"""PyJWT and joserfc: their tokens are taken here, ours there; what differs, and why."""

import jwt
import pytest
from corpus import CORPUS, Case, joserfcs, ours, pyjwts
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc import jwk
from joserfc import jwt as joserfc_jwt

from sdnotes.access import HmacKey, TokenValidator, sign
from sdnotes.access.asymmetric import ALGORITHMS, PrivateKey

CLAIMS = {"iss": "joe", "aud": "api", "sub": "ann", "exp": 10**10}

_TYPED = "RFC 8725, 3.11: a kind that was not asked for; the peers look at no typ"
_NUMBER = "RFC 7519, 4.1: a NumericDate is a JSON number, fractions and all"
_EXACT = "RFC 7493, 2.2: parsers disagree on numbers beyond 2**53"
_GRAMMAR = "RFC 8259: it is no JSON, or parsers differ on it"

DIFFERENCES = {
    "padded": "RFC 7515, 2: base64url without padding; joserfc refuses it too",
    "header {'typ': 'at+jwt'}": _TYPED,
    "header {'typ': ''}": _TYPED,
    "header {'typ': None}": "RFC 7515, 4.1.9: typ is a text; joserfc refuses it too",
    "header {'typ': 7}": "RFC 7515, 4.1.9: typ is a text; joserfc refuses it too",
    "header {'crit': []}": "RFC 7515, 4.1.11: never empty; PyJWT refuses it too",
    "header {'crit': None}": "RFC 7515, 4.1.11: a list; joserfc raises TypeError",
    "header {'cty': 'JWT'}": "RFC 7519, 5.2: a nested token has other claims",
    "header {'zip': 'DEF'}": "RFC 7515, 4: what is unknown is ignored; PyJWT too",
    "header {'unknown': 1}": "RFC 7515, 4: what is unknown is ignored; PyJWT too",
    "exp=1000.5": f"{_NUMBER}; PyJWT cuts them off",
    "nbf=1000.5": f"{_NUMBER}; PyJWT cuts them off",
    "iat=1000.5": f"{_NUMBER}; PyJWT cuts them off",
    "exp='2000'": f"{_NUMBER}; PyJWT reads a text",
    "nbf=True": f"{_NUMBER}; PyJWT reads True as 1",
    "iat=True": f"{_NUMBER}; PyJWT reads True as 1",
    "exp=9007199254740992": _EXACT,
    "exp=1000000000000000000000000000000": _EXACT,
    "a number of 20 digits": _EXACT,
    "two members of one name": "RFC 7519, 4: refused, or the last one; we refuse",
    "two algs": "RFC 7515, 4: refused, or the last one; we refuse",
    "NaN": _GRAMMAR,
    "Infinity": _GRAMMAR,
    "1e999": "RFC 7493, 2.2: no number that a float can hold",
    "lone surrogate": "RFC 8259, 8.2: half a character; what comes next may fail on it",
    "depth 40": "RFC 8259, 9: a parser may set a limit of depth; ours is 16",
    "UTF-16": "RFC 7519, 7.2: UTF-8",
    "UTF-8 with BOM": "RFC 8259, 8.1: no byte order mark",
}
"""Where we and a peer decide differently, and the rule that we follow."""


def differing() -> set[str]:
    return {
        case.name
        for case in CORPUS
        if {pyjwts(case.token), joserfcs(case.token)}
        != {"taken" if ours(case.token) else "refused"}
    }


def test_the_peers_decide_as_we_do_but_for_what_is_listed() -> None:
    assert len(CORPUS) > 190
    assert differing() == set(DIFFERENCES)


LAX = ("header {'zip': 'DEF'}", "header {'unknown': 1}", "exp=1000.5")


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name[:40])
def test_what_we_take_at_least_one_peer_takes(case: Case) -> None:
    """The stricter ones may be wrong; being laxer than both would be a hole."""
    if ours(case.token):
        assert "taken" in (pyjwts(case.token), joserfcs(case.token))
        both = pyjwts(case.token) == joserfcs(case.token) == "taken"
        assert both is (case.name not in LAX)


def test_the_corpus_has_both_kinds() -> None:
    taken = sum(ours(case.token) for case in CORPUS)
    assert 15 <= taken <= len(CORPUS) // 2


def pairs() -> list[tuple[str, PrivateKey | HmacKey]]:
    return [
        ("HS256", HmacKey(bytes(range(32)))),
        *((alg, PrivateKey.generate(alg)) for alg in ALGORITHMS),
    ]


def pems(key: PrivateKey) -> tuple[bytes, bytes]:
    private = key.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    return private, public


def imported(alg: str, data: bytes) -> jwk.Key:
    kinds = {
        "HS256": jwk.OctKey,
        "RS256": jwk.RSAKey,
        "ES256": jwk.ECKey,
        "EdDSA": jwk.OKPKey,
    }
    return kinds[alg].import_key(data)


@pytest.mark.parametrize(("alg", "key"), pairs(), ids=lambda value: str(value)[:5])
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_each_takes_the_tokens_of_the_others(
    alg: str, key: PrivateKey | HmacKey
) -> None:
    if isinstance(key, HmacKey):
        private = public = key.secret
        verifying = key
    else:
        private, public = pems(key)
        verifying = key.public
    api = TokenValidator(
        {"joe": [verifying]}, algorithms=[alg], audience="api", typ=None
    )
    of_pyjwt = jwt.encode(CLAIMS, private, algorithm=alg)
    of_joserfc = joserfc_jwt.encode(
        {"alg": alg}, dict(CLAIMS), imported(alg, private), algorithms=[alg]
    )
    for token in (sign(CLAIMS, key), of_pyjwt, of_joserfc):
        assert api.validate(token, 0).claims == CLAIMS
        assert (
            jwt.decode(token, public, algorithms=[alg], audience="api", issuer="joe")
            == CLAIMS
        )
        opened = joserfc_jwt.decode(token, imported(alg, public), algorithms=[alg])
        assert opened.claims == CLAIMS
