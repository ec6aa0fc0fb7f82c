"""The relations behind docs/claims.md: one test for each claim of the notes."""

from base64 import urlsafe_b64decode

import pytest
from vectors import A1, A1_KEY, EXP_S, UNSECURED

from sdnotes.access import (
    ATTACKS,
    KEY_CONFUSION,
    AirportSetting,
    AttributePolicy,
    Condition,
    HmacKey,
    OAuthSetting,
    PasswordHasher,
    Relations,
    Request,
    Roles,
    Rule,
    SignedUrlError,
    TokenAttack,
    TokenRejectedError,
    TokenValidator,
    check_url,
    guessing_chance,
    run_airport,
    run_oauth,
    run_phishing,
    run_revoked_role,
    sign_url,
    try_attack,
)
from sdnotes.access.login import Login

OWN = Rule("own", "allow", ["read"], [Condition("subject.id", "==", "resource.owner")])


@pytest.fixture
def login() -> Login:
    made = Login(PasswordHasher(log_n=4), bytes)
    made.sign_up("ann", "correct horse")
    return made


def reads(user: str, owner: str) -> bool:
    """Say whether a user may read what belongs to an owner."""
    asked = Request({"id": user}, "read", {"owner": owner})
    return bool(AttributePolicy([OWN]).decide(asked))


def test_whoever_holds_what_belongs_to_the_account_is_let_in(login: Login) -> None:
    """AUTH-01."""
    assert login.attempt("ann", "correct horse").ok
    assert not login.attempt("ann", "battery").ok
    assert not login.attempt("bob", "correct horse").ok


def test_one_person_gets_their_own_and_is_refused_another_s() -> None:
    """AUTH-02."""
    assert reads("ann", "ann")
    assert not reads("ann", "bob")


def test_check_in_compares_the_face_with_the_passport() -> None:
    """AUTH-03."""
    assert run_airport(AirportSetting()).refused == ()
    run = run_airport(AirportSetting(thief=True))
    assert "check-in: not your passport" in run.refused


def test_a_found_pass_boards_for_its_flight_and_time_unless_it_is_bound() -> None:
    """AUTH-04, and the same with a token."""
    assert run_airport(AirportSetting(thief=True)).boarded == "thief"
    for setting in (
        AirportSetting(thief=True, passport_at_gate=True),
        AirportSetting(thief=True, flight="XY2"),
        AirportSetting(thief=True, late_ms=100),
    ):
        assert run_airport(setting).boarded == ""
    for bound in (True, False):
        run = run_oauth(OAuthSetting("stolen access token", sender_constrained=bound))
        assert bool(run.stolen) is not bound


@pytest.mark.parametrize("attack", [*ATTACKS, KEY_CONFUSION], ids=lambda a: a.name)
def test_a_right_signature_is_not_enough(attack: TokenAttack) -> None:
    """AUTH-05: what a check stops passes without it."""
    assert not try_attack(attack).accepted
    check = "alg" if attack is KEY_CONFUSION else attack.check
    assert try_attack(attack, check).accepted


def check(token: str, now_s: float) -> str:
    """Return what refuses a token, "" if it is believed; the key is RFC 7515's."""
    api = TokenValidator(
        {"joe": [A1_KEY]}, algorithms=["HS256"], audience=None, typ=None
    )
    try:
        return "" if api.validate(token, now_s) else "never"
    except TokenRejectedError as error:
        return error.check


def test_the_token_of_rfc_7515_is_refused_on_the_second_that_it_names() -> None:
    """AUTH-05: RFC 7515, appendix A.1; and the unsecured one of RFC 7519, 6.1."""
    assert (check(A1, EXP_S - 1), check(A1, EXP_S)) == ("", "exp")
    assert check(UNSECURED, 0) == "alg"


def test_a_lenient_decoder_takes_four_spellings_of_a_signature_and_we_take_one() -> (
    None
):
    """An omission: a list of revoked tokens goes by jti, and not by text."""
    spellings = [A1[:-1] + letter for letter in "klmn"]
    decoded = {urlsafe_b64decode(s.rpartition(".")[2] + "=") for s in spellings}
    assert len(decoded) == 1
    assert [check(s, 0) for s in spellings] == ["", "format", "format", "format"]


def test_a_revoked_role_stays_in_the_token_until_it_ends() -> None:
    """AUTH-06."""
    before, after, ended = run_revoked_role(ttl_s=900, revoke_at_s=10)
    assert before.by_token
    assert before.by_introspection
    assert (after.by_token, after.by_introspection) == (True, False)
    assert not after.by_deny_list
    roles = Roles({"customer": [("read", "order")]}, members={"bob": ["customer"]})
    assert roles.decide("bob", "read", "order")
    assert not reads("bob", "ann"), "a role says nothing of whose order it is"
    assert (ended.by_token, ended.by_introspection) == (False, False)


def test_a_claimed_name_is_not_enough(login: Login) -> None:
    """AUTH-07: as AUTH-01."""
    assert not login.attempt("ann", "").ok


def test_what_a_user_can_and_cannot_reach_is_decided_by_rules() -> None:
    """AUTH-08: as AUTH-02."""
    assert [reads("bob", owner) for owner in ("ann", "bob")] == [False, True]


def test_answers_are_guessed_thousands_of_times_as_often_as_codes() -> None:
    """AUTH-09: and a passkey is not passed on by a fake site, as the others are."""
    code = guessing_chance(10, 10**6, 0)
    for answers in (100, 1_000, 10_000):
        assert guessing_chance(10, answers, 1) > 10_000 * code
    assert run_phishing("password").attacker_in
    assert run_phishing("code").attacker_in
    assert not run_phishing("passkey").attacker_in


def test_what_no_rule_allows_is_denied_by_each_kind_of_policy() -> None:
    """AUTH-10."""
    assert not Roles({"reader": []}, members={"ann": ["reader"]}).decide(
        "ann", "read", "post"
    )
    assert not AttributePolicy([]).decide(Request({}, "read", {}))
    assert not Relations({"doc": {"viewer": ["this"]}}).check("doc:a#viewer@user:ann")


def test_a_signed_address_shows_its_path_to_nobody_in_particular() -> None:
    """AUTH-11."""
    key = HmacKey(bytes(range(32)))
    url = sign_url("/photos/7", 900, key)
    assert check_url(url, 899, key) == "/photos/7"
    for asked, now_s in ((url, 900), (url.replace("7", "8", 1), 0)):
        with pytest.raises(SignedUrlError):
            check_url(asked, now_s, key)


def test_a_right_that_is_taken_between_two_requests_is_missed_at_the_second() -> None:
    """AUTH-12."""
    roles = Roles({"editor": [("write", "post")]}, members={"ann": ["editor"]})
    assert roles.decide("ann", "write", "post")
    roles.revoke("ann", "editor")
    assert not roles.decide("ann", "write", "post")


def test_an_api_refuses_an_id_token_by_its_type_and_audience() -> None:
    """AUTH-13."""
    run = run_oauth(OAuthSetting(attack="ID token to API"))
    assert (run.stolen, run.refused) == ((), ("api: token: typ",))
    assert run_oauth(OAuthSetting(attack="ID token to API", audience=False)).stolen


def test_an_access_token_of_another_client_is_no_login() -> None:
    """AUTH-14."""
    run = run_oauth(OAuthSetting(attack="token as login"))
    assert (run.stolen, run.refused) == ((), ("client: ID token: aud",))
    assert run_oauth(OAuthSetting(attack="token as login", id_token_login=False)).stolen


def test_somebody_is_authenticated_without_openid_connect(login: Login) -> None:
    """AUTH-15: by a password, by a passkey; and a login elsewhere is one more way."""
    assert login.attempt("ann", "correct horse").ok
    assert run_phishing("passkey").refused
    assert run_oauth().users == {"browser": "ann"}


def test_a_stolen_code_is_of_no_use_without_its_secret() -> None:
    """AUTH-16."""
    run = run_oauth(OAuthSetting(attack="stolen code"))
    assert (run.stolen, run.refused) == ((), ("server: invalid_grant",))
    assert run_oauth(OAuthSetting(attack="stolen code", pkce=False)).stolen


def test_nobody_reads_mail_before_they_have_logged_in() -> None:
    """AUTH-17: in the trace of an honest login the mail comes after the tokens."""
    said = [getattr(event, "label", "") for event in run_oauth().trace]
    assert said.index("tokens") < said.index("mail of ann")


def test_after_the_login_the_system_still_decides_what_they_may_reach(
    login: Login,
) -> None:
    """AUTH-18."""
    assert login.attempt("ann", "correct horse").ok
    assert not reads("ann", "bob")
