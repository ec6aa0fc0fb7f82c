"""Project Wycheproof's tests of JWS libraries: their keys, what they take and refuse.

The two groups HS256 and ES256 of its file json_web_signature_test.json (v1); what it
makes of its valid token by leaving out or changing a part is made here anew.
"""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from vectors import number

from sdnotes.access import HmacKey, TokenRejectedError, TokenValidator
from sdnotes.access.asymmetric import PublicKey
from sdnotes.access.jws import VerifyingKey, take_apart
from sdnotes.access.strict import decode

HS256 = HmacKey(decode("-ebuDNsVZ2iJtoZ-akfXTSCt4UO2cruLCsbWlBinggE"), "kid-aes-sign")
OF_HS256 = (
    "eyJhbGciOiJIUzI1NiIsImtpZCI6ImtpZC1hZXMtc2lnbiJ9.Zm9v."
    "TD37p4c_0jmreSrBSDmE0F3mYSPtkZ3WrSyI5wb_KTg"
)
ES256 = PublicKey(
    ec.EllipticCurvePublicNumbers(
        number("04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY"),
        number("UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw"),
        ec.SECP256R1(),
    ).public_key(),
    "kid-ec-sign",
)
OF_ES256 = (
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImtpZC1lYy1zaWduIn0.Zm9v."
    "5cA0OHyMP7ezamUd5c9kV-FrGxdx4hbGXOdplQkutrqWrte5P-pAvsE3Ve6xSyU3YDQwUHjVVOtvcrEbbnZ8yA"
)
EC_KEY_AS_HMAC = (
    "eyJhbGciOiJIUzI1NiIsImtpZCI6ImtpZC1lYy1zaWduIn0.Zm9v."
    "TgWtz2FIRukBQ_mA5sgHa0Ybtgn7bl-YBPAi7Z0XdHU"
)
EMBEDDED_JWK = (
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImtpZC1lYy1zaWduIiwiandrIjp7Imt0eSI6IkVDIiwia2lkIjoia"
    "2lkLWVjLXNpZ24iLCJ1c2UiOiJzaWciLCJhbGciOiJFUzI1NiIsIngiOiJNZG5UWkRJaERKYmZBU2RGcW"
    "FtY3BPMkNoOUdOS0sybTBNUWxoNDAyU3BvIiwieSI6Ijdhdko0bHFfV3l4LW5MUERCUTJZcHl0dUh5TWl"
    "vMDdCVXl2bDNqYUMtMVkiLCJjcnYiOiJQLTI1NiJ9fQ.Zm9v.4jmsollQD8ZxvySzXYnIEYA4fwaZi2Zb"
    "C0aI1J4LYmW2Bn31NhKdjms2N6o51Dff5-InWXQF9m45VtTexl6yjg"
)
NONE = "eyJhbGciOiJub25lIiwia2lkIjoia2lkLWFlcy1zaWduIn0.Zm9v."
GROUPS = pytest.mark.parametrize(
    ("key", "token"), [(HS256, OF_HS256), (ES256, OF_ES256)], ids=["hs", "es"]
)


def said(key: VerifyingKey, token: str) -> str:
    """Return the check that refuses a token whose payload is the text "foo"."""
    validator = TokenValidator(
        {"joe": [key]}, algorithms=[key.alg], audience=None, typ=None
    )
    with pytest.raises(TokenRejectedError) as caught:
        validator.validate(token, 0)
    return caught.value.check


@GROUPS
def test_the_valid_one_fails_by_its_payload_alone(
    key: VerifyingKey, token: str
) -> None:
    """As a JWS it is right: acceptsValid; as a token it has no claims."""
    parts = take_apart(token)
    assert parts.payload == b"foo"
    assert key.verify(parts.signed, parts.signature)
    assert said(key, token) == "format"


@GROUPS
def test_the_changed_ones_fail_by_their_form_key_or_signature(
    key: VerifyingKey, token: str
) -> None:
    header, payload, code = token.split(".")
    changed = {
        f"{header}.{payload}.X{code[1:]}": "signature",
        f"{header}.{payload}.": "signature",
        f"{header}.{payload}": "format",
        f"{header}.WG9v.{code}": "signature",
        f"{header}..{code}": "signature",
        f"{header}.{code}": "format",
        f".{payload}.{code}": "format",
        f"{payload}.{code}": "format",
        f".{payload}.": "format",
        payload: "format",
        "": "format",
        f"{token}.": "format",
        f"{token}.foo": "format",
        f'{{"payload":"{payload}","signatures":[]}}': "format",
    }
    assert {text: said(key, text) for text in changed} == changed


def test_a_changed_key_name_and_no_algorithm_are_refused() -> None:
    code = OF_HS256.rpartition(".")[2]
    renamed = f"eyJhbGciOiJIUzI1NiIsImtpZCI6IlhpZC1hZXMtc2lnbiJ9.Zm9v.{code}"
    assert said(HS256, renamed) == "kid"
    assert said(HS256, NONE) == "alg"


def test_the_bytes_of_a_public_key_are_no_secret() -> None:
    assert said(ES256, EC_KEY_AS_HMAC) == "alg"


def test_a_key_in_the_header_is_not_used() -> None:
    assert said(ES256, EMBEDDED_JWK) == "signature"
