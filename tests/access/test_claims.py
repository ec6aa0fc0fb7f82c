"""The relations behind docs/claims.md: one test for each claim of the notes."""

import base64

import pytest
from vectors import A1, A1_KEY, A1_SIGNATURE, EXP_S, UNSECURED

from sdnotes.access import (
    KEY_CONFUSION,
    METHODS,
    AirportSetting,
    AttributePolicy,
    Condition,
    Cookie,
    HmacKey,
    Login,
    OAuthSetting,
    PageRequest,
    PasswordHasher,
    Relations,
    Request,
    Roles,
    Rule,
    TokenRejectedError,
    TokenValidator,
    check_url,
    guessing_chance,
    run_airport,
    run_oauth,
    run_phishing,
    run_revoked_role,
    sign,
    sign_url,
    try_attack,
)

KEY = HmacKey(bytes(range(32)))
JOES = TokenValidator({"joe": [A1_KEY]}, algorithms=["HS256"], audience=None, typ=None)
OWN = Condition("subject.id", "==", "resource.owner")
ORDERS = AttributePolicy([Rule("owners", "allow", ["read"], [OWN])])


def check(token: str, now_s: float) -> str:
    with pytest.raises(TokenRejectedError) as caught:
        JOES.validate(token, now_s)
    return caught.value.check


def may_read(subject: str, owner: str) -> bool:
    return ORDERS.decide(Request({"id": subject}, "read", {"owner": owner})).allowed


def test_a_login_knows_who_holds_the_password_and_nobody_else() -> None:
    """AUTH-01, and AUTH-07 in other words."""
    login = Login(PasswordHasher(2, r=1), bytes)
    login.sign_up("ann", "right")
    attempts = [("ann", "right"), ("ann", "wrong"), ("bob", "right")]
    assert [login.attempt(*each).ok for each in attempts] == [True, False, False]


def test_the_same_person_may_read_one_order_and_not_the_other() -> None:
    """AUTH-02, AUTH-08 and AUTH-18: a decision on subject, action and object."""
    assert may_read("ann", "ann")
    assert not may_read("ann", "bob")


def test_check_in_compares_the_face_with_the_passport() -> None:
    """AUTH-03: that is authentication; the thief has ann's passport, and fails."""
    run = run_airport(AirportSetting(thief=True))
    assert "check-in: not your passport" in run.refused


def test_whoever_holds_the_pass_boards_unless_it_is_bound_to_its_owner() -> None:
    """AUTH-04: a bearer token; and so is an access token without a key."""
    assert run_airport(AirportSetting(thief=True)).boarded == "thief"
    assert run_airport(AirportSetting(thief=True, passport_at_gate=True)).boarded == ""
    assert run_airport(AirportSetting(flight="CD2")).boarded == ""
    assert run_airport(AirportSetting(late_ms=90)).boarded == ""
    bearer = OAuthSetting(attack="stolen access token", sender_constrained=False)
    assert run_oauth(bearer).stolen
    assert not run_oauth(OAuthSetting(attack="stolen access token")).stolen


def test_a_right_signature_is_not_enough() -> None:
    """AUTH-05: RFC 7515 A.1 around its expiry, none, a public key as a secret."""
    assert A1.endswith(A1_SIGNATURE)
    assert JOES.validate(A1, EXP_S - 1).issuer == "joe"
    assert check(A1, EXP_S) == "exp"
    assert check(UNSECURED, 0) == "alg"
    assert try_attack(KEY_CONFUSION, "alg").accepted
    assert not try_attack(KEY_CONFUSION).accepted
    api = TokenValidator({"joe": [KEY]}, algorithms=["HS256"], audience="api", typ=None)
    with pytest.raises(TokenRejectedError) as caught:
        api.validate(sign({"iss": "joe", "exp": 9}, KEY), 0)
    assert caught.value.check == "aud"


def test_a_role_in_a_token_is_as_old_as_the_token() -> None:
    """AUTH-06: a role revoked at 10 s; and a role says nothing of one object."""
    rows = run_revoked_role(ttl_s=900, revoke_at_s=10, ask_at_s=(20, 900))
    assert [(r.by_token, r.by_introspection) for r in rows] == [
        (True, False),
        (False, False),
    ]
    roles = Roles({"customer": [("read", "order")]}, members={"bob": ["customer"]})
    assert roles.decide("bob", "read", "order")
    assert not may_read("bob", "ann")


def test_a_question_is_guessed_and_a_passkey_is_not_phished() -> None:
    """AUTH-09: ten guesses at a skewed answer, ten at a code of six digits."""
    assert guessing_chance(10, 1_000, 1) > 1_000 * guessing_chance(10, 10**6, 0)
    assert [run_phishing(m).attacker_in for m in METHODS] == [True, True, False]  # type: ignore[arg-type]


def test_what_no_policy_allows_is_denied() -> None:
    """AUTH-10: roles, attributes, relations; default deny in each."""
    assert not Roles({"a": []}).decide("ann", "read", "order")
    assert not AttributePolicy([]).decide(Request({"id": "ann"}, "read", {}))
    docs = Relations({"doc": {"viewer": ["this"]}}, ["doc:d#viewer@user:ann"])
    assert docs.check("doc:d#viewer@user:ann")
    assert not docs.check("doc:d#viewer@user:bob")


def test_a_signed_address_lets_in_who_has_it_without_a_login() -> None:
    """AUTH-11."""
    assert check_url(sign_url("/photos/7", 900, KEY), 899, KEY) == "/photos/7"


def test_a_right_revoked_between_two_requests_is_gone_at_the_second() -> None:
    """AUTH-12."""
    roles = Roles({"editor": [("write", "post")]}, members={"ann": ["editor"]})
    first = roles.decide("ann", "write", "post").allowed
    roles.revoke("ann", "editor")
    assert (first, roles.decide("ann", "write", "post").allowed) == (True, False)


def test_an_id_token_is_for_the_client_and_refused_by_the_api() -> None:
    """AUTH-13."""
    assert run_oauth(OAuthSetting(attack="ID token to API")).stolen == ()
    careless = OAuthSetting(attack="ID token to API", audience=False)
    assert run_oauth(careless).stolen == ("mail of ann",)


def test_an_access_token_is_no_proof_of_a_login() -> None:
    """AUTH-14: a token that was issued to another app."""
    careless = OAuthSetting(attack="token as login", id_token_login=False)
    assert run_oauth(careless).users == {"attacker": "ann"}
    assert run_oauth(OAuthSetting(attack="token as login")).users == {}


def test_there_are_logins_without_openid_connect() -> None:
    """AUTH-15: a password, a passkey; a session goes on by a cookie."""
    test_a_login_knows_who_holds_the_password_and_nobody_else()
    assert not run_phishing("passkey").attacker_in
    session = Cookie("__Host-session", "c81e", "shop.example")
    assert session.goes_with(PageRequest("https://shop.example/"))


def test_a_stolen_code_is_of_no_use_without_its_verifier() -> None:
    """AUTH-16: OAuth 2.0 delegates; PKCE binds the code to who began."""
    assert run_oauth(OAuthSetting(attack="stolen code")).refused == (
        "server: invalid_grant",
    )
    assert run_oauth(OAuthSetting(attack="stolen code", pkce=False)).stolen


def test_who_has_logged_in_may_still_not_do_everything() -> None:
    """AUTH-17 and AUTH-18: first the one question, then the other."""
    login = Login(PasswordHasher(2, r=1), bytes)
    login.sign_up("bob", "right")
    assert login.attempt("bob", "right").ok
    assert not may_read("bob", "ann")


def test_python_takes_four_spellings_of_one_signature_and_we_take_one() -> None:
    """The seventh omission: base64url is not canonical to a lenient decoder."""
    spellings = [A1[:-1] + letter for letter in "klmn"]
    decoded = {base64.urlsafe_b64decode(s.rpartition(".")[2] + "=") for s in spellings}
    assert len(decoded) == 1
    assert JOES.validate(spellings[0], 0)
    assert [check(s, 0) for s in spellings[1:]] == ["format"] * 3
