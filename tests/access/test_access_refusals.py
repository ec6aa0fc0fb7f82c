"""What access refuses names the one argument that is wrong, with its value."""

import math

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from refused import Case, case_id, check_names, missed

from sdnotes import access
from sdnotes.access.asymmetric import PrivateKey, PublicKey

READS = ("sdnotes/access/*.py",)

KEY = access.HmacKey(bytes(range(32)))
NAN = math.nan
X25519 = (
    x25519.X25519PrivateKey.generate()
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)

RULE = access.Rule("owners", "allow", ["read"])
ROLES: dict[str, list[tuple[str, str]]] = {"a": [], "b": []}
SCHEMA = {"doc": {"viewer": ["this"]}}


def validator(**changes: object) -> access.TokenValidator:
    given = {
        "issuers": {"joe": [KEY]},
        "algorithms": ["HS256"],
        "audience": "api",
        "typ": None,
        **changes,
    }
    return access.TokenValidator(**given)  # type: ignore[arg-type]


def validated(now_s: float) -> object:
    claims = {"iss": "joe", "aud": "api", "exp": 10}
    return validator().validate(access.sign(claims, KEY), now_s)


def careless(without: str) -> object:
    return access.try_attack(access.ATTACKS[0], without)


def assigned(role: str) -> None:
    access.Roles(ROLES).assign("ann", role)


def revoked(role: str) -> None:
    access.Roles(ROLES, members={"ann": ["a"]}).revoke("ann", role)


def deleted(text: str) -> None:
    access.Relations(SCHEMA, ["doc:d#viewer@user:ann"]).delete(text)


def hashed(password: str, salt: bytes) -> str:
    return access.PasswordHasher(2, r=1).hash(password, salt)


def begun(new_id: object) -> None:
    sessions = access.Sessions(new_id, 1, 2)  # type: ignore[arg-type]
    sessions.start(0)
    sessions.start(0)


def logged_in(user: str) -> None:
    access.Sessions(lambda: "id", 1, 2).log_in("", user, 0)


def issued(new_token: object) -> None:
    tokens = access.RefreshTokens(new_token, 1)  # type: ignore[arg-type]
    tokens.issue("ann", 0)
    tokens.issue("ann", 0)


def numbered() -> object:
    numbers = iter(range(9))
    return lambda: str(next(numbers))


CASES: list[Case] = [
    (access.HmacKey, {"secret": bytes(32)}, {"secret": [b"", b"-----BEGIN " * 9]}),
    (access.RsaPublicKey, {"n": 1 << 2047 | 1}, {"n": [0, 15, 1 << 2047]}),
    (access.RsaPublicKey, {"n": 1 << 2047 | 1, "e": 3}, {"e": [1, 2, 4, -3]}),
    (
        validator,
        {"algorithms": ["HS256"], "issuers": {"joe": [KEY]}, "leeway_s": 0},
        {"algorithms": [[], ["HS256", "none"]], "issuers": [{}], "leeway_s": [-1]},
    ),
    (
        validator,
        {"algorithms": ["HS256"], "issuers": {"joe": [KEY]}},
        {"issuers": [{"joe": [KEY, access.attacks.COMPANY_RSA]}]},
    ),
    (validated, {"now_s": 1}, {"now_s": [NAN, math.inf]}),
    (access.sign, {"claims": {}, "key": KEY}, {}),
    (careless, {"without": "aud"}, {"without": ["jti", "AUD"]}),
    (PrivateKey.generate, {"alg": "EdDSA"}, {"alg": ["HS256", "none", ""]}),
    (
        PrivateKey,
        {},
        {
            "key": [
                rsa.generate_private_key(65537, 1024),  # noqa: S505
                ec.generate_private_key(ec.SECP384R1()),
            ]
        },
    ),
    (PublicKey.from_pem, {}, {"pem": [X25519]}),
    (
        access.Roles,
        {"grants": ROLES, "inherits": {"a": ["b"]}, "members": {"ann": ["a"]}},
        {"inherits": [{"a": ["c"]}, {"c": ["a"]}], "members": [{"ann": ["c"]}]},
    ),
    (assigned, {"role": "a"}, {"role": ["c"]}),
    (revoked, {"role": "a"}, {"role": ["b", "c"]}),
    (
        access.Condition,
        {"left": "subject.id", "operator": "==", "right": 1},
        {"left": ["id", "user.id", 7], "operator": ["=", ">"]},
    ),
    (
        access.Rule,
        {"name": "x", "effect": "allow", "actions": ["read"]},
        {"effect": ["permit"], "actions": [[], "read"]},
    ),
    (access.AttributePolicy, {"rules": [RULE]}, {"rules": [[RULE, RULE]]}),
    (
        access.Relations,
        {"schema": SCHEMA},
        {"schema": [{"doc": {"viewer": ["owner"]}}, {"doc": {"viewer": ["p.viewer"]}}]},
    ),
    (
        deleted,
        {"text": "doc:d#viewer@user:ann"},
        {"text": ["doc:d#viewer@user:bob", "doc:e#viewer@user:ann"]},
    ),
    (
        access.run_new_enemy,
        {"lag_ms": 10, "bob_asks_ms": 0},
        {"lag_ms": [9, -1], "bob_asks_ms": [-1]},
    ),
    (access.AirportSetting, {"late_ms": 20}, {"late_ms": [19, -1]}),
    (access.run_revoked_role, {"ttl_s": 1}, {"ttl_s": [0, -1]}),
    (
        access.DenyList().revoke,
        {"jti": "t", "exp_s": 1, "now_s": 0},
        {"jti": [""]},
    ),
    (
        access.OAuthSetting,
        {"attack": "none", "rotation": "rotate"},
        {"attack": ["", "phishing"], "rotation": ["often"]},
    ),
    (access.challenge_of, {"verifier": "x" * 43}, {"verifier": ["", "x" * 129]}),
    (
        access.RefreshTokens,
        {"new_token": str, "life_s": 1},
        {"life_s": [0, -1, NAN]},
    ),
    (issued, {"new_token": numbered()}, {"new_token": [lambda: "again"]}),
    (
        access.PasswordHasher,
        {"log_n": 1, "r": 1, "p": 1},
        {"log_n": [0, 21], "r": [0, 33], "p": [0, 17]},
    ),
    (
        hashed,
        {"password": "x", "salt": bytes(16)},
        {"password": ["\ud800"], "salt": [b"", bytes(15)]},
    ),
    (
        access.LoginLimiter,
        {"of_account": 1, "of_address": 1, "per_s": 1},
        {"of_account": [0], "of_address": [0], "per_s": [0, -1, NAN]},
    ),
    (
        access.guessing_chance,
        {"guesses": 0, "answers": 1, "skew": 0},
        {"guesses": [-1], "answers": [0], "skew": [-1, NAN]},
    ),
    (
        access.Sessions,
        {"new_id": str, "idle_s": 1, "absolute_s": 1},
        {"idle_s": [0, -1, NAN], "absolute_s": [0.5, NAN]},
    ),
    (begun, {"new_id": numbered()}, {"new_id": [lambda: "again"]}),
    (logged_in, {"user": "ann"}, {"user": [""]}),
    (
        access.Cookie,
        {"name": "id", "value": "v", "host": "shop.example", "path": "/"},
        {"name": ["", "a b"], "value": ["a;b"], "path": ["x", "/;"]},
    ),
    (
        access.Cookie,
        {"name": "__Host-id", "value": "v", "host": "shop.example", "secure": True},
        {"path": ["/x"], "domain": ["shop.example", "x"], "secure": [False]},
    ),
    (
        access.Cookie,
        {"name": "id", "value": "v", "host": "a.b", "same_site": "None"},
        {"secure": [False], "same_site": ["lax"], "domain": ["c.d"]},
    ),
    (access.run_phishing, {"method": "code"}, {"method": ["sms"]}),
    (
        access.sign_url,
        {"path": "/a", "expires_s": 0, "key": KEY},
        {"path": ["", "/a?b"], "expires_s": [-1]},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_one_argument_that_is_wrong_is_named_and_no_other(case: Case) -> None:
    check_names(case)


def test_every_refusal_of_the_package_is_tried_above() -> None:
    assert missed("access", CASES) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: access.HmacKey("a password of more than thirty-two letters"),  # type: ignore[arg-type]
        lambda: validator(algorithms="HS256"),
        lambda: validator(required="exp"),
        lambda: access.sign({"x": object()}, KEY),
    ],
)
def test_what_is_of_the_wrong_type_is_told(call: object) -> None:
    with pytest.raises(TypeError):
        call()  # type: ignore[operator]


def test_a_claim_that_is_no_json_is_told() -> None:
    with pytest.raises(ValueError, match="JSON"):
        access.sign({"x": NAN}, KEY)
