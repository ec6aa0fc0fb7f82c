"""OAuth: each attack and its check; refresh tokens by a model; RFC 7636 appendix B."""

from dataclasses import fields, replace

import pytest
from among_threads import among_threads
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sdnotes.access import (
    OAUTH_ATTACKS,
    RFC9700_SECTIONS,
    Checks,
    OAuthAttack,
    OAuthSetting,
    Refreshed,
    RefreshTokens,
    RefusedError,
    ReusedTokenError,
    UnknownTokenError,
    challenge_of,
    oauth_table,
    refresh_tokens,
    run_oauth,
    setting_with,
    setting_without,
    verifies,
)
from sdnotes.access.oauth import REDIRECT_URI, SERVER, AuthorizationServer, Client
from sdnotes.figures import spacetime

ATTACKS = pytest.mark.parametrize("attack", OAUTH_ATTACKS, ids=lambda a: a.name)


class TestHonestLogin:
    def test_ann_is_logged_in_and_nobody_gets_anything(self) -> None:
        run = run_oauth()
        assert run.users == {"browser": "ann"}
        assert (run.stolen, run.refused) == ((), ())
        assert run.trace.events[-1].what == "<- api: mail of ann"

    @pytest.mark.parametrize("name", [each.name for each in fields(Checks)])
    def test_it_works_whatever_is_not_checked(self, name: str) -> None:
        off = "none" if name == "rotation" else False
        run = run_oauth(replace(OAuthSetting(), **{name: off}))  # type: ignore[arg-type]
        assert (run.users, run.refused) == ({"browser": "ann"}, ())

    def test_it_can_be_drawn(self) -> None:
        assert spacetime(
            run_oauth().trace, title="A login", description="Who says what."
        )


class TestAttacks:
    @ATTACKS
    def test_with_all_checks_nothing_is_stolen_and_somebody_says_no(
        self, attack: OAuthAttack
    ) -> None:
        run = run_oauth(OAuthSetting(attack=attack.name))
        assert run.stolen == ()
        assert run.refused
        assert "mallory" not in run.users.values()
        assert "attacker" not in run.users

    @ATTACKS
    def test_its_check_alone_stops_it_and_without_it_it_passes(
        self, attack: OAuthAttack
    ) -> None:
        assert run_oauth(setting_with(attack)).stolen == ()
        assert run_oauth(setting_without(attack)).stolen

    @ATTACKS
    def test_leaving_out_any_other_check_does_not_let_it_pass(
        self, attack: OAuthAttack
    ) -> None:
        for each in fields(Checks):
            off = "none" if each.name == "rotation" else False
            setting = replace(OAuthSetting(attack=attack.name), **{each.name: off})  # type: ignore[arg-type]
            passes = each.name == attack.check and not attack.off
            assert bool(run_oauth(setting).stolen) is passes

    def test_pkce_stops_login_csrf_where_state_is_not_checked(self) -> None:
        """RFC 9700, section 2.1: clients may rely on PKCE for it."""
        run = run_oauth(OAuthSetting(attack="login CSRF", state=False))
        assert (run.stolen, run.refused) == ((), ("server: invalid_grant",))

    def test_pkce_is_no_help_against_a_mix_up(self) -> None:
        """The client hands the verifier over with the code."""
        run = run_oauth(OAuthSetting(attack="mix-up", issuer=False, pkce=True))
        assert run.stolen == ("mail of ann",)

    def test_rotation_without_the_end_of_the_family_throws_the_owner_out(self) -> None:
        """RFC 9700, section 4.14.2: who came first, nobody can tell."""
        name = "refresh token replayed"
        half = run_oauth(OAuthSetting(attack=name, rotation="rotate"))
        assert half.stolen == ("mail of ann",)
        assert half.refused == ("server: invalid_grant",)
        none = run_oauth(OAuthSetting(attack=name, rotation="none"))
        assert (none.stolen, none.refused) == (("mail of ann",), ())
        family = run_oauth(OAuthSetting(attack=name))
        assert (family.stolen, len(family.refused)) == ((), 2)

    def test_an_id_token_at_the_api_fails_by_its_kind(self) -> None:
        """AUTH-13: it is meant for the client."""
        run = run_oauth(OAuthSetting(attack="ID token to API"))
        assert run.refused == ("api: token: typ",)

    def test_a_token_of_another_app_is_no_login(self) -> None:
        """AUTH-14: an access token proves no presence; an ID token names its client."""
        run = run_oauth(OAuthSetting(attack="token as login"))
        assert run.refused == ("client: ID token: aud",)
        careless = OAuthSetting(attack="token as login", id_token_login=False)
        assert run_oauth(careless).users == {"attacker": "ann"}

    def test_a_stolen_token_bound_to_a_key_is_useless(self) -> None:
        """AUTH-04, RFC 9449: the same token, without the key."""
        attack = "stolen access token"
        assert run_oauth(OAuthSetting(attack=attack)).refused == ("api: not your key",)
        bearer = run_oauth(OAuthSetting(attack=attack, sender_constrained=False))
        assert bearer.stolen == ("mail of ann",)


class TestParties:
    def test_a_code_is_good_for_once_and_for_its_address(self) -> None:
        """RFC 6749, sections 4.1.2 and 4.1.3."""
        server = AuthorizationServer(Checks())
        client = Client(Checks(), server.key)
        request = client.begin("browser")
        response = server.authorize("ann", request)
        issuer, verifier = client.callback("browser", response)
        assert issuer == SERVER
        other = server.authorize("ann", request)
        with pytest.raises(RefusedError, match="invalid_grant"):
            server.redeem(other.code, f"{REDIRECT_URI}2", verifier, "client", 0)
        assert server.redeem(response.code, REDIRECT_URI, verifier, "client", 0)
        with pytest.raises(RefusedError, match="invalid_grant"):
            server.redeem(response.code, REDIRECT_URI, verifier, "client", 0)

    def test_a_state_is_good_for_one_answer(self) -> None:
        server = AuthorizationServer(Checks())
        client = Client(Checks(), server.key)
        response = server.authorize("ann", client.begin("browser"))
        client.callback("browser", response)
        with pytest.raises(RefusedError, match="not my state"):
            client.callback("browser", response)


class TestTables:
    def test_the_table_has_a_row_for_each_attack(self) -> None:
        rows = oauth_table()
        assert [row[0] for row in rows] == [attack.name for attack in OAUTH_ATTACKS]
        assert all(row[3] and row[4] for row in rows)

    def test_every_attack_of_section_4_stands_in_the_list_of_sections(self) -> None:
        named = {attack for _, _, attack in RFC9700_SECTIONS if attack}
        known = {attack.name for attack in OAUTH_ATTACKS}
        assert named <= known
        assert known - named == {"ID token to API"}  # 4.10.2, within 4.10
        numbers = [number for number, _, _ in RFC9700_SECTIONS]
        assert numbers == [f"4.{i}" for i in range(1, 18)]

    @pytest.mark.parametrize(
        ("name", "value"), [("attack", "phishing"), ("rotation", "often")]
    )
    def test_unknown_knobs_are_refused(self, name: str, value: str) -> None:
        with pytest.raises(ValueError, match=f"^{name}='{value}'"):
            OAuthSetting(**{name: value})  # type: ignore[arg-type]


class TestPkce:
    VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    def test_rfc_7636_appendix_b(self) -> None:
        challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        assert challenge_of(self.VERIFIER) == challenge
        assert verifies(challenge, self.VERIFIER)
        assert not verifies(challenge, self.VERIFIER[:-1] + "j")
        assert not verifies(challenge, challenge)

    @pytest.mark.parametrize(
        "text", ["", "x" * 42, "x" * 129, "x" * 50 + "ä", "x" * 43 + "\n"]
    )
    def test_a_text_that_is_no_verifier_verifies_nothing(self, text: str) -> None:
        assert not verifies(challenge_of(self.VERIFIER), text)
        with pytest.raises(ValueError, match=r"^verifier is not 43 to 128"):
            challenge_of(text)

    def test_a_challenge_that_is_none_is_no_error(self) -> None:
        assert not verifies("\ud800ä", self.VERIFIER)
        assert challenge_of("x" * 43) != challenge_of("x" * 128)


class Families(RuleBasedStateMachine):
    """Refresh tokens beside a plain list of what each login has given out."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.tokens = RefreshTokens(self.name, life_s=100)
        self.now_s = 0
        self.logins: list[tuple[str, int, list[str], bool]] = []

    def name(self) -> str:
        self.number += 1
        return f"r{self.number}"

    @rule(grant=st.sampled_from(["ann", "bob"]))
    def log_in(self, grant: str) -> None:
        token = self.tokens.issue(grant, self.now_s)
        self.logins.append((grant, self.now_s + 100, [token], True))

    @rule(s=st.sampled_from([1, 10, 60]))
    def wait(self, s: int) -> None:
        self.now_s += s

    @precondition(lambda self: self.logins)
    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.logins) - 1))
        grant, until_s, given, lives = self.logins[at]
        token = data.draw(st.sampled_from(given))
        if not lives or until_s <= self.now_s:
            with pytest.raises(UnknownTokenError):
                self.tokens.use(token, self.now_s)
        elif token != given[-1]:
            with pytest.raises(ReusedTokenError):
                self.tokens.use(token, self.now_s)
            self.logins[at] = grant, until_s, given, False
        else:
            refreshed = self.tokens.use(token, self.now_s)
            assert refreshed == Refreshed(f"r{self.number}", grant)
            given.append(refreshed.token)

    @rule(grant=st.sampled_from(["ann", "bob"]))
    def revoke(self, grant: str) -> None:
        self.tokens.revoke(grant)
        self.logins = [
            (g, s, given, lives and g != grant) for g, s, given, lives in self.logins
        ]

    @invariant()
    def holds(self) -> None:
        self.tokens.check()


TestFamilies = Families.TestCase
TestFamilies.settings = settings(max_examples=40, stateful_step_count=20)


class TestRefreshTokens:
    def test_at_most_one_of_two_holders_of_a_token_goes_on(self) -> None:
        names = iter("abcdefg")
        tokens = RefreshTokens(lambda: next(names), life_s=10)
        first = tokens.issue("ann", 0)
        thief = tokens.use(first, 1).token
        with pytest.raises(ReusedTokenError, match="a spent token of ann"):
            tokens.use(first, 2)
        with pytest.raises(UnknownTokenError):
            tokens.use(thief, 3)

    def test_of_two_uses_at_the_same_moment_one_gets_a_token(self) -> None:
        names = iter("abcdefg")
        tokens = RefreshTokens(lambda: next(names), life_s=10)
        first = tokens.issue("ann", 0)

        def use() -> str:
            try:
                return tokens.use(first, 1).token
            except ReusedTokenError:
                return "refused"

        told = among_threads(
            refresh_tokens, "_use", "family.live = key", first=use, then=use
        )
        assert told == ["b", "refused"]
        tokens.check()

    def test_what_has_expired_is_forgotten(self) -> None:
        numbers = iter(range(10**6))
        tokens = RefreshTokens(lambda: str(next(numbers)), life_s=10)
        for now_s in range(1_000):
            tokens.issue("ann", now_s)
        assert len(tokens._families) <= 10
        assert len(tokens._family_of) <= 10

    def test_a_life_ends_at_its_second(self) -> None:
        names = iter("abcd")
        tokens = RefreshTokens(lambda: next(names), life_s=10)
        first = tokens.issue("ann", 0)
        second = tokens.use(first, 9.5).token
        with pytest.raises(UnknownTokenError):
            tokens.use(second, 10)

    def test_the_texts_themselves_are_not_kept(self) -> None:
        tokens = RefreshTokens(lambda: "secret text", life_s=10)
        tokens.issue("ann", 0)
        kept = repr((tokens._families, tokens._family_of))
        assert "secret text" not in kept

    def test_a_source_that_repeats_itself_is_refused(self) -> None:
        tokens = RefreshTokens(lambda: "again", life_s=10)
        tokens.issue("ann", 0)
        with pytest.raises(
            ValueError, match=r"^new_token has made the same text twice"
        ):
            tokens.issue("bob", 0)

    @pytest.mark.parametrize("life_s", [0, -1, float("nan")])
    def test_a_life_of_no_time_is_refused(self, life_s: float) -> None:
        with pytest.raises(ValueError, match=r"^life_s="):
            RefreshTokens(lambda: "r", life_s)

    def test_any_text_is_no_token(self) -> None:
        with pytest.raises(UnknownTokenError):
            RefreshTokens(lambda: "r", 1).use("\ud800", 0)
