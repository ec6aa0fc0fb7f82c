"""RFC 8725, section by section; the draft that is to replace it adds section 3.14."""

# ruff: noqa: N801 -- the sections are numbered as the RFC numbers them

import json

import pytest
from corpus import by_hand
from cryptography.hazmat.primitives.asymmetric import ec
from vectors import A2_KEY

from sdnotes.access import (
    ATTACKS,
    KEY_CONFUSION,
    HmacKey,
    TokenRejectedError,
    TokenValidator,
    sign,
    try_attack,
)
from sdnotes.access.asymmetric import PrivateKey
from sdnotes.access.jws import MIN_SECRET_BYTES

ONE, TWO = HmacKey(bytes(range(32)), "one"), HmacKey(bytes(range(1, 33)), "two")
CLAIMS = {"iss": "joe", "aud": "api", "sub": "ann", "exp": 2_000}


def api(
    *keys: HmacKey | PrivateKey,
    algorithms: tuple[str, ...] = ("HS256",),
    **changes: object,
) -> TokenValidator:
    verifying = [k.public if isinstance(k, PrivateKey) else k for k in keys or (ONE,)]
    settings = {"audience": "api", "typ": "at+jwt", **changes}
    return TokenValidator({"joe": verifying}, algorithms=algorithms, **settings)  # type: ignore[arg-type]


def check(validator: TokenValidator, token: str, now_s: float = 1_000) -> str:
    try:
        validator.validate(token, now_s)
    except TokenRejectedError as error:
        return error.check
    return ""


def token(
    key: HmacKey | PrivateKey = ONE, typ: str | None = "at+jwt", **claims: object
) -> str:
    return sign({**CLAIMS, **claims}, key, typ=typ)


class TestSection3_1PerformAlgorithmVerification:
    def test_the_algorithms_have_no_default_and_cannot_be_empty(self) -> None:
        with pytest.raises(TypeError, match="algorithms"):
            TokenValidator({"joe": [ONE]}, audience="api", typ=None)  # type: ignore[call-arg]
        with pytest.raises(ValueError, match="nothing is allowed"):
            api(algorithms=())

    def test_a_key_of_another_algorithm_cannot_be_configured(self) -> None:
        with pytest.raises(ValueError, match="has a key for HS256"):
            api(ONE, algorithms=("ES256",))

    def test_a_list_that_can_be_read_once_is_enough(self) -> None:
        names = (name for name in ["HS256"])
        assert check(api(algorithms=names), token()) == ""  # type: ignore[arg-type]

    def test_an_allowed_algorithm_needs_a_key(self) -> None:
        with pytest.raises(ValueError, match="no key for ES256"):
            api(ONE, algorithms=("HS256", "ES256"))

    def test_each_key_is_used_with_its_own_algorithm_only(self) -> None:
        both = TokenValidator(
            {"joe": [ONE, A2_KEY]},
            algorithms=["HS256", "RS256"],
            audience="api",
            typ="at+jwt",
        )
        assert check(both, token()) == ""
        text = A2_KEY.jwk.encode()
        assert try_attack(KEY_CONFUSION).check == "kid"
        assert try_attack(KEY_CONFUSION, "alg").accepted
        with pytest.raises(ValueError, match="secret is a public key"):
            HmacKey(text)

    @pytest.mark.parametrize("alg", ["hs256", "HS256 ", "HS384", None, ["HS256"]])
    def test_alg_is_matched_to_the_letter(self, alg: object) -> None:
        forged = by_hand({"alg": alg, "typ": "at+jwt"}, CLAIMS)
        assert check(api(), forged) == "alg"


class TestSection3_2UseAppropriateAlgorithms:
    @pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
    def test_none_is_refused_whatever_its_spelling(self, alg: str) -> None:
        header, claims, _ = by_hand({"alg": alg, "typ": "at+jwt"}, CLAIMS).split(".")
        assert check(api(), f"{header}.{claims}.") == "alg"

    def test_none_cannot_be_allowed(self) -> None:
        with pytest.raises(ValueError, match="no key for none"):
            api(algorithms=("HS256", "none"))


class TestSection3_3ValidateAllCryptographicOperations:
    def test_a_nested_token_is_refused_before_its_inside_is_looked_at(self) -> None:
        nested = by_hand({"alg": "HS256", "typ": "at+jwt", "cty": "JWT"}, b'"a.b.c"')
        assert check(api(), nested) == "format"

    def test_an_encrypted_token_is_told_from_a_signed_one(self) -> None:
        assert check(api(), "eyJhbGciOiJkaXIifQ..a.b.c") == "format"


class TestSection3_4ValidateCryptographicInputs:
    def test_a_point_that_is_not_on_the_curve_is_no_key(self) -> None:
        numbers = ec.EllipticCurvePublicNumbers(1, 1, ec.SECP256R1())
        with pytest.raises(ValueError, match="curve"):
            numbers.public_key()

    def test_zeros_are_no_signature(self) -> None:
        """CVE-2022-21449: r = s = 0 was right for any message in Java 15 to 18."""
        key = PrivateKey.generate("ES256")
        assert not key.public.verify(b"message", bytes(64))


class TestSection3_5EnsureKeysHaveSufficientEntropy:
    def test_a_secret_is_as_long_as_the_hash(self) -> None:
        with pytest.raises(ValueError, match="secret has 31 bytes, not 32 or more"):
            HmacKey(bytes(MIN_SECRET_BYTES - 1))
        assert HmacKey(bytes(MIN_SECRET_BYTES))

    def test_a_password_is_no_key(self) -> None:
        with pytest.raises(TypeError, match="a password is no key"):
            HmacKey("correct horse battery staple, and more")  # type: ignore[arg-type]

    def test_a_secret_is_not_shown(self) -> None:
        assert "\\x00" not in repr(HmacKey(bytes(32)))


class TestSection3_6AvoidCompression:
    def test_zip_means_nothing_here(self) -> None:
        header = {"alg": "HS256", "typ": "at+jwt", "zip": "DEF"}
        assert check(api(), by_hand(header, b"\x4b\x04\x00")) != ""


class TestSection3_7UseUtf8:
    @pytest.mark.parametrize("code", ["utf-16", "utf-32", "utf-8-sig"])
    def test_other_encodings_are_refused(self, code: str) -> None:
        header = {"alg": "HS256", "typ": "at+jwt"}
        key = HmacKey(bytes(range(40)))
        ours = api(key)
        assert check(ours, by_hand(header, json.dumps(CLAIMS).encode())) == ""
        assert check(ours, by_hand(header, json.dumps(CLAIMS).encode(code))) == "format"


class TestSection3_8ValidateIssuerAndSubject:
    TWO_ISSUERS = TokenValidator(
        {"joe": [ONE], "jim": [TWO]},
        algorithms=["HS256"],
        audience="api",
        typ="at+jwt",
    )

    def test_the_key_must_belong_to_the_issuer(self) -> None:
        assert check(self.TWO_ISSUERS, token(ONE)) == ""
        assert check(self.TWO_ISSUERS, token(TWO)) == "iss"
        assert check(self.TWO_ISSUERS, token(TWO, iss="jim")) == ""

    @pytest.mark.parametrize("iss", ["jo", "joey", "JOE", "", None, 7, ["joe"]])
    def test_an_issuer_is_matched_whole(self, iss: object) -> None:
        assert check(api(), token(iss=iss)) == "iss"

    def test_a_token_without_issuer_is_nobodys(self) -> None:
        claims = {k: v for k, v in CLAIMS.items() if k != "iss"}
        assert check(api(), sign(claims, ONE, typ="at+jwt")) == "iss"

    @pytest.mark.parametrize("sub", [7, None, ["ann"], {"id": 1}])
    def test_a_subject_is_a_text(self, sub: object) -> None:
        assert check(api(), token(sub=sub)) == "claims"

    def test_a_subject_can_be_demanded(self) -> None:
        claims = {k: v for k, v in CLAIMS.items() if k != "sub"}
        nameless = sign(claims, ONE, typ="at+jwt")
        assert check(api(), nameless) == ""
        assert api().validate(nameless, 0).subject == ""
        assert check(api(required=("exp", "sub")), nameless) == "claims"


class TestSection3_9UseAndValidateAudience:
    @pytest.mark.parametrize("aud", ["api", ["api"], ["mail", "api"]])
    def test_one_of_its_audiences_must_be_us(self, aud: object) -> None:
        assert check(api(), token(aud=aud)) == ""

    @pytest.mark.parametrize("aud", ["mail", "ap", "apis", [], ["mail"], None, 7])
    def test_others_are_refused(self, aud: object) -> None:
        assert check(api(), token(aud=aud)) == "aud"

    def test_a_list_with_something_else_in_it_is_refused(self) -> None:
        assert check(api(), token(aud=["api", 7])) == "aud"

    def test_no_audience_is_for_nobody(self) -> None:
        claims = {k: v for k, v in CLAIMS.items() if k != "aud"}
        assert check(api(), sign(claims, ONE, typ="at+jwt")) == "aud"
        assert check(api(audience=None), sign(claims, ONE, typ="at+jwt")) == ""

    def test_who_has_no_name_takes_no_token_that_names_somebody(self) -> None:
        """RFC 7519 section 4.1.3."""
        assert check(api(audience=None), token()) == "aud"


class TestSection3_10DoNotTrustReceivedClaims:
    @pytest.mark.parametrize("kid", ["two", "../dev/null", "' or 1=1 --", 7, ["one"]])
    def test_kid_only_chooses_among_trusted_keys(self, kid: object) -> None:
        forged = by_hand({"alg": "HS256", "typ": "at+jwt", "kid": kid}, CLAIMS)
        assert check(api(), forged) == "kid"

    def test_kid_chooses_the_key(self) -> None:
        assert check(api(ONE, TWO), token(TWO)) == ""
        unnamed = HmacKey(TWO.secret)
        assert check(api(ONE, unnamed), token(TWO)) == ""
        assert check(api(ONE, TWO), token(unnamed)) == ""
        assert check(api(ONE, TWO), token(HmacKey(TWO.secret, "one"))) == "signature"

    @pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c"])
    def test_keys_that_the_header_offers_are_not_looked_at(self, name: str) -> None:
        header = {"alg": "HS256", "typ": "at+jwt", name: "https://evil.example/"}
        assert check(api(), by_hand(header, CLAIMS)) == "signature"
        assert [try_attack(a).check for a in ATTACKS if "brings" in a.name] == ["kid"]

    def test_a_foreign_text_is_one_short_line_in_the_log(self) -> None:
        forged = by_hand({"alg": "x\r\nlogin ok " * 50}, CLAIMS)
        with pytest.raises(TokenRejectedError) as caught:
            TokenValidator(
                {"joe": [ONE]}, algorithms=["HS256"], audience="api", typ=None
            ).validate(forged, 0)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 100


class TestSection3_11UseExplicitTyping:
    @pytest.mark.parametrize("typ", ["JWT", "id+jwt", "", "at+jwt2"])
    def test_another_kind_is_refused(self, typ: str) -> None:
        assert check(api(), token(typ=typ)) == "typ"

    def test_a_token_of_no_kind_is_refused(self) -> None:
        assert check(api(), token(typ=None)) == "typ"

    @pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
    def test_a_media_type_has_no_case_and_may_be_written_out(self, typ: str) -> None:
        """RFC 9068 section 4 takes both forms."""
        assert check(api(), token(typ=typ)) == ""

    @pytest.mark.parametrize("typ", ["AT+JWT", "application/at+jwt"])
    def test_what_is_asked_for_may_be_written_so_too(self, typ: str) -> None:
        assert check(api(typ=typ), token()) == ""
        assert check(api(typ=typ), token(typ="JWT")) == "typ"


class TestSection3_12UseMutuallyExclusiveRules:
    def test_of_two_services_of_one_issuer_each_refuses_the_others_tokens(self) -> None:
        links = api(typ="mail+jwt")
        assert (check(api(), token()), check(links, token())) == ("", "typ")
        link = token(typ="mail+jwt")
        assert (check(api(), link), check(links, link)) == ("typ", "")

    def test_who_asks_for_no_kind_takes_only_tokens_of_no_kind(self) -> None:
        plain = api(typ=None)
        kinds = [None, "JWT", "jwt", "at+jwt", "mail+jwt"]
        assert [check(plain, token(typ=t)) for t in kinds] == ["", "", "", "typ", "typ"]


class TestTimes:
    """RFC 7519 sections 4.1.4 to 4.1.6; the leeway counts for each."""

    @pytest.mark.parametrize(
        ("claim", "leeway_s", "last_or_first", "inside"),
        [
            *[("exp", 0, 999, True), ("exp", 5, 1_004, True), ("nbf", 0, 1_000, False)],
            *[("nbf", 5, 995, False), ("iat", 0, 1_000, False), ("iat", 5, 995, False)],
        ],
    )
    def test_the_second_is_exact(
        self, claim: str, leeway_s: int, last_or_first: int, inside: bool
    ) -> None:
        claims = {"exp": 10_000, claim: 1_000}
        ours = api(leeway_s=leeway_s)
        beyond = last_or_first + (1 if inside else -1)
        assert check(ours, token(**claims), last_or_first) == ""
        assert check(ours, token(**claims), beyond) == claim

    def test_exp_must_be_there_unless_it_is_not_required(self) -> None:
        claims = {k: v for k, v in CLAIMS.items() if k != "exp"}
        endless = sign(claims, ONE, typ="at+jwt")
        assert check(api(), endless) == "exp"
        assert check(api(required=()), endless) == ""
        assert check(api(required=()), token(exp="never")) == "exp"
        assert check(api(required=()), token(exp=1_000)) == "exp"

    @pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
    @pytest.mark.parametrize("value", [None, True, "1", [], {}])
    def test_what_is_no_number_is_no_time(self, name: str, value: object) -> None:
        assert check(api(), token(**{name: value})) == name


class TestDraftSection3_14CheckTokenFormat:
    """draft-ietf-oauth-rfc8725bis: letters, digits, dash, underscore and dot only."""

    @pytest.mark.parametrize("extra", ["{", '"', "=", " ", "\n", "+", "/", "~"])
    def test_other_characters_are_refused(self, extra: str) -> None:
        assert check(api(), token() + extra) == "format"
        assert check(api(), extra + token()) == "format"
