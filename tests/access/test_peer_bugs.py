"""Published bugs of PyJWT, python-jose, authlib and jsonwebtoken, tried here."""

import json

import pytest
from corpus import by_hand
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sdnotes.access import HmacKey, TokenRejectedError, TokenValidator, jws, sign
from sdnotes.access.asymmetric import PrivateKey
from sdnotes.access.rsa import RsaPublicKey
from sdnotes.access.strict import encode

KEY = HmacKey(bytes(range(40)))
CLAIMS = {"iss": "joe", "aud": "api", "exp": 2_000}
HEADER = {"alg": "HS256", "typ": "JWT"}
API = TokenValidator({"joe": [KEY]}, algorithms=["HS256"], audience="api", typ=None)


def check(token: str, validator: TokenValidator = API) -> str:
    with pytest.raises(TokenRejectedError) as caught:
        validator.validate(token, 1_000)
    return caught.value.check


def public_texts() -> list[bytes]:
    rsa_key = rsa.generate_private_key(65537, 2048).public_key()
    edwards = ed25519.Ed25519PrivateKey.generate().public_key()
    spki = PublicFormat.SubjectPublicKeyInfo
    return [
        rsa_key.public_bytes(Encoding.PEM, spki),
        rsa_key.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        rsa_key.public_bytes(Encoding.DER, spki),
        rsa_key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        edwards.public_bytes(Encoding.DER, spki),
        edwards.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        PrivateKey.generate("ES256").key.public_key().public_bytes(Encoding.DER, spki),
        b"\n" + rsa_key.public_bytes(Encoding.PEM, spki),
        RsaPublicKey(rsa_key.public_numbers().n).jwk.encode(),
        json.dumps({"keys": [{"kty": "RSA", "n": "AQAB" * 9}]}).encode(),
    ]


@pytest.mark.parametrize("text", public_texts(), ids=range(10))
def test_a_public_key_is_no_hmac_secret_in_any_of_its_forms(text: bytes) -> None:
    """CVE-2022-29217 and CVE-2026-48526 (PyJWT), CVE-2024-33663 (python-jose, and its
    bypass by DER), CVE-2024-37568 (authlib), CVE-2022-23541 (jsonwebtoken)."""
    with pytest.raises(ValueError, match="secret is a public key"):
        HmacKey(text)


def test_random_secrets_are_not_taken_for_keys() -> None:
    for first in range(256):
        for second in (0x1E, 0x81, 0x82):
            assert HmacKey(bytes([first, second, *range(38)]))


@pytest.mark.parametrize("iss", ["j", "oe", "", "joe joe", "https://joe"])
def test_a_part_of_the_issuer_is_not_the_issuer(iss: str) -> None:
    """CVE-2024-53861 (PyJWT 2.10.0): ``in`` on a text looks for a part of it."""
    assert check(sign({**CLAIMS, "iss": iss}, KEY)) == "iss"


@pytest.mark.parametrize("crit", [["mfa"], ["exp"], [], None, "mfa", [["x"]], [7]])
def test_a_critical_header_is_never_ignored(crit: object) -> None:
    """CVE-2026-32597 (PyJWT), CVE-2025-59420 (authlib), python-jose issue 413."""
    assert check(by_hand({**HEADER, "crit": crit}, CLAIMS)) == "crit"


def test_a_long_part_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """CVE-2025-61920 (authlib): a header of 500 MB was decoded first."""

    def decode(_: str) -> bytes:
        pytest.fail("it is decoded")

    monkeypatch.setattr(jws, "decode", decode)
    assert check("A" * 10**7 + ".e30.") == "format"


def test_a_key_in_the_header_is_never_used() -> None:
    """CVE-2026-27962 (authlib): the jwk of the header."""
    own = HmacKey(bytes(reversed(range(40))))
    header = {**HEADER, "jwk": {"kty": "oct", "k": encode(own.secret)}}
    signed = ".".join(encode(json.dumps(part).encode()) for part in (header, CLAIMS))
    assert check(f"{signed}.{encode(own.sign(signed.encode()))}") == "signature"


def test_without_a_list_of_algorithms_there_is_no_validator() -> None:
    """CVE-2022-23540 (jsonwebtoken) and python-jose issue 419: a default list."""
    with pytest.raises(TypeError, match="algorithms"):
        TokenValidator({"joe": [KEY]}, audience="api", typ=None)  # type: ignore[call-arg]


def test_a_short_rsa_key_is_refused() -> None:
    """CVE-2022-23539 (jsonwebtoken): keys of kinds and sizes that nobody wanted."""
    with pytest.raises(ValueError, match="n has 1024 bits, not 2048 or more"):
        RsaPublicKey(1 << 1023 | 1)


def test_zeros_are_no_signature_of_any_kind() -> None:
    """CVE-2022-21449 (Java): r = s = 0; and a signature of no bytes."""
    for alg, size in (("ES256", 64), ("RS256", 256), ("EdDSA", 64)):
        key = PrivateKey.generate(alg)
        api = TokenValidator(
            {"joe": [key.public]}, algorithms=[alg], audience="api", typ=None
        )
        signed = sign(CLAIMS, key).rpartition(".")[0]
        assert check(f"{signed}.{encode(bytes(size))}", api) == "signature"
        assert check(f"{signed}.", api) == "signature"


def test_rs256_padding_is_compared_whole() -> None:
    """RFC 8017, 9.2: with e = 3, a cube with rubbish after the hash can be made."""
    n = (1 << 2047) + 9
    key = RsaPublicKey(n, 3)
    prefix = b"\x00\x01\xff\x00" + bytes(252)
    low, high = 1, 1 << 1024
    while low < high:  # the smallest number whose cube is not below
        middle = (low + high) // 2
        low, high = (
            (middle + 1, high)
            if middle**3 < int.from_bytes(prefix, "big")
            else (low, middle)
        )
    cube = low
    assert (cube**3).to_bytes(256, "big").startswith(prefix[:3])
    assert not key.verify(b"m", cube.to_bytes(256, "big"))
    assert not key.verify(b"m", (n + 1).to_bytes(256, "big"))
    assert not key.verify(b"m", b"\x00" + bytes(256))


def test_an_encrypted_token_is_never_opened() -> None:
    """CVE-2024-33664 (python-jose): a compressed bomb."""
    header = encode(b'{"alg":"dir","enc":"A128GCM","zip":"DEF"}')
    assert check(f"{header}..AAAA.AAAA.AAAA") == "format"


@pytest.mark.parametrize("exp", ["9999999999", True, None, [], "NaN"])
def test_an_exp_that_is_no_number_does_not_mean_for_ever(exp: object) -> None:
    assert check(sign({**CLAIMS, "exp": exp}, KEY)) == "exp"


def test_a_payload_that_is_no_object_is_refused_and_crashes_nothing() -> None:
    for payload in (b"[]", b"7", b'"x"', b"null", b"", b"\xff"):
        assert check(by_hand(HEADER, payload)) == "format"
        assert check(by_hand(payload, CLAIMS)) == "format"
