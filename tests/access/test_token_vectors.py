"""The tokens of RFC 7515, 7519 and 8037 are taken, and changed ones are not."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from vectors import (
    A1,
    A1_KEY,
    A1_SIGNATURE,
    A2,
    A2_EXPONENT,
    A2_KEY,
    A2_PRIMES,
    A3,
    A3_POINT,
    ED25519,
    ED25519_KEY,
    EXP_S,
    UNSECURED,
)

from sdnotes.access import (
    HmacKey,
    SigningKey,
    TokenRejectedError,
    TokenValidator,
    VerifyingKey,
    sign,
)
from sdnotes.access.asymmetric import ALGORITHMS, PrivateKey, PublicKey
from sdnotes.access.jws import take_apart
from sdnotes.access.strict import Base64urlError, decode, encode


def joes(key: VerifyingKey) -> TokenValidator:
    """Return a service that believes Joe, has no name, and asks for no kind."""
    return TokenValidator({"joe": [key]}, algorithms=[key.alg], audience=None, typ=None)


def refusal(validator: TokenValidator, token: str, now_s: float = EXP_S - 1) -> str:
    with pytest.raises(TokenRejectedError) as caught:
        validator.validate(token, now_s)
    assert type(caught.value) is not TokenRejectedError, "the base says nothing"
    return caught.value.check


class TestAppendixA1:
    """RFC 7515 A.1 and RFC 7519 3.1 are the same token."""

    def test_it_is_valid_until_the_second_before_exp(self) -> None:
        token = joes(A1_KEY).validate(A1, EXP_S - 1)
        assert token.issuer == "joe"
        assert token.claims["http://example.com/is_root"] is True

    def test_at_exp_it_is_over(self) -> None:
        """RFC 7519 section 4.1.4: on or after the expiration time."""
        assert refusal(joes(A1_KEY), A1, EXP_S) == "exp"

    def test_its_signature_is_reproduced(self) -> None:
        made = A1_KEY.sign(A1.rpartition(".")[0].encode())
        assert encode(made) == A1_SIGNATURE

    def test_one_spelling_of_its_signature_of_four_is_taken(self) -> None:
        spellings = [A1[:-1] + letter for letter in "klmn"]
        assert len({base64.urlsafe_b64decode(s[-43:] + "=") for s in spellings}) == 1
        assert joes(A1_KEY).validate(spellings[0], 0)
        assert [refusal(joes(A1_KEY), s) for s in spellings[1:]] == ["format"] * 3


class TestOtherAppendices:
    def test_a2_by_power_and_comparison_alone(self) -> None:
        assert joes(A2_KEY).validate(A2, EXP_S - 1).issuer == "joe"

    def test_a_larger_number_or_a_longer_text_is_no_second_signature(self) -> None:
        """RFC 8017, section 8.2.2, step 2: s + n is s, to whoever reduces it."""
        n = A2_KEY.n
        digest = hashlib.sha256(b"m").digest()
        prefix = bytes.fromhex("3031300d060960864801650304020105000420")
        padded = b"\x00\x01" + b"\xff" * 202 + b"\x00" + prefix + digest
        right = pow(int.from_bytes(padded, "big"), A2_EXPONENT, n)
        assert A2_KEY.verify(b"m", right.to_bytes(256, "big"))
        assert right + n < 1 << 2048, "or it would not fit, and prove nothing"
        assert not A2_KEY.verify(b"m", (right + n).to_bytes(256, "big"))
        assert not A2_KEY.verify(b"m", right.to_bytes(257, "big"))

    @pytest.mark.parametrize(
        "padding",
        [
            b"\x00\x01" + b"\xff" * 201 + b"\x00\x00",
            b"\x00\x02" + b"\xff" * 202 + b"\x00",
            b"\x00\x01" + b"\xff" * 8 + b"\x00" + bytes(194),
            bytes(205),
        ],
    )
    def test_another_padding_is_refused_though_the_owner_signed_it(
        self, padding: bytes
    ) -> None:
        """RFC 8017, section 8.2.2: the whole of it is compared."""
        prefix = bytes.fromhex("3031300d060960864801650304020105000420")
        padded = padding + prefix + hashlib.sha256(b"m").digest()
        assert len(padded) == 256
        number = pow(int.from_bytes(padded, "big"), A2_EXPONENT, A2_KEY.n)
        assert not A2_KEY.verify(b"m", number.to_bytes(256, "big"))

    def test_a2_by_the_library(self) -> None:
        p, q = A2_PRIMES
        numbers = rsa.RSAPrivateNumbers(
            p,
            q,
            A2_EXPONENT,
            rsa.rsa_crt_dmp1(A2_EXPONENT, p),
            rsa.rsa_crt_dmq1(A2_EXPONENT, q),
            rsa.rsa_crt_iqmp(p, q),
            rsa.RSAPublicNumbers(65537, p * q),
        )
        key = PrivateKey(numbers.private_key())
        parts = take_apart(A2)
        assert key.sign(parts.signed) == parts.signature
        assert joes(key.public).validate(A2, EXP_S - 1).issuer == "joe"

    def test_a3_is_taken_and_its_negation_of_s_too_but_not_its_der(self) -> None:
        """ECDSA has two signatures of one message by nature; DER is no third one."""
        key = PublicKey(
            ec.EllipticCurvePublicNumbers(*A3_POINT, ec.SECP256R1()).public_key()
        )
        parts = take_apart(A3)
        assert joes(key).validate(A3, EXP_S - 1).issuer == "joe"
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        s = int.from_bytes(parts.signature[32:], "big")
        negated = parts.signature[:32] + (order - s).to_bytes(32, "big")
        assert key.verify(parts.signed, negated)
        der = encode_dss_signature(int.from_bytes(parts.signature[:32], "big"), s)
        assert not key.verify(parts.signed, der)

    def test_rfc_8037_a4(self) -> None:
        key = PublicKey(ed25519.Ed25519PublicKey.from_public_bytes(ED25519_KEY))
        parts = take_apart(ED25519)
        assert key.alg == "EdDSA"
        assert key.verify(parts.signed, parts.signature)
        assert not key.verify(parts.signed + b" ", parts.signature)

    def test_the_unsecured_token_of_rfc_7519_section_6_1_is_refused(self) -> None:
        assert refusal(joes(A1_KEY), UNSECURED) == "alg"


PRIVATE = {alg: PrivateKey.generate(alg) for alg in ALGORITHMS}
PAIRS = [
    (HmacKey(bytes(range(32))), HmacKey(bytes(range(32)))),
    *((key, key.public) for key in PRIVATE.values()),
]


class TestEveryKind:
    @pytest.mark.parametrize(("private", "public"), PAIRS)
    def test_what_is_signed_is_valid_and_one_changed_bit_is_not(
        self, private: SigningKey, public: VerifyingKey
    ) -> None:
        token = sign({"iss": "joe", "exp": EXP_S}, private)
        assert joes(public).validate(token, 0).issuer == "joe"
        parts = take_apart(token)
        for at in range(len(parts.signature)):
            changed = bytearray(parts.signature)
            changed[at] ^= 1 << at % 8
            assert not public.verify(parts.signed, bytes(changed))
        assert not public.verify(parts.signed[:-1] + b"~", parts.signature)
        assert not public.verify(parts.signed, parts.signature + b"\x00")
        assert not public.verify(parts.signed, parts.signature[:-1])
        assert not public.verify(parts.signed, b"")

    @pytest.mark.parametrize("alg", ALGORITHMS)
    def test_a_public_key_comes_from_its_pem(self, alg: str) -> None:
        public = PRIVATE[alg].key.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        again = PublicKey.from_pem(pem, "k")
        assert (again.alg, again.kid) == (alg, "k")
        assert again.verify(b"m", PRIVATE[alg].sign(b"m"))


class TestAsymmetricRefusals:
    def test_short_keys_other_curves_and_other_kinds_are_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^key=RSA has 1024 bits"):
            PrivateKey(rsa.generate_private_key(65537, 1024))  # noqa: S505
        with pytest.raises(ValueError, match=r"^key=EC is on secp384r1"):
            PrivateKey(ec.generate_private_key(ec.SECP384R1()))
        with pytest.raises(ValueError, match=r"^alg='HS256' is not one of"):
            PrivateKey.generate("HS256")

    def test_a_pem_of_another_kind_is_refused(self) -> None:

        pem = (
            x25519.X25519PrivateKey.generate()
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        with pytest.raises(ValueError, match=r"^pem is not a public key for"):
            PublicKey.from_pem(pem)


class TestBase64url:
    def test_short_texts_are_taken_once_or_not_at_all(
        self,
    ) -> None:
        letters = "AQgwBCZz09-_"
        texts = ["", *letters, *(a + b for a in letters for b in letters)]
        texts += [a + b + c for a in letters for b in letters for c in letters]
        for text in texts:
            lenient = base64.urlsafe_b64decode(text + "==") if len(text) != 1 else None
            try:
                assert decode(text) == lenient
                assert encode(decode(text)) == text
            except Base64urlError:
                assert lenient is None or encode(lenient) != text

    @pytest.mark.parametrize("text", ["YQ==", "YQ=", " YQ", "YQ\n", "Y+", "Y/", "Yä"])
    def test_padding_blanks_and_other_alphabets_are_refused(self, text: str) -> None:
        with pytest.raises(Base64urlError):
            decode(text)

    def test_a_length_that_no_bytes_have_is_refused(self) -> None:
        with pytest.raises(Base64urlError, match="5 letters"):
            decode("AAAAA")
