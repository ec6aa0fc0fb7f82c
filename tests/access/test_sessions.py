"""Sessions, cookies, passkeys, signed addresses, the airport: what holds and fails."""

import http.cookies

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sdnotes.access import (
    METHODS,
    AirportSetting,
    Cookie,
    DenyList,
    HmacKey,
    PageRequest,
    Sessions,
    SignedUrlError,
    check_url,
    cookie_table,
    run_airport,
    run_fixation,
    run_new_enemy,
    run_phishing,
    run_revoked_role,
    sign_url,
)
from sdnotes.access.passkeys import BANK, FAKE, Assertion, Authenticator, accepts
from sdnotes.figures import spacetime

KEY = HmacKey(bytes(range(32)))


class Told(RuleBasedStateMachine):
    """Sessions beside a plain list of who was given which id, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.now_s = 0
        self.sessions = Sessions(self.name, idle_s=10, absolute_s=25)
        self.model: dict[str, list[object]] = {}
        self.ids = ["never given"]

    def name(self) -> str:
        self.number += 1
        return f"id{self.number}"

    def lives(self, name: str) -> bool:
        if name not in self.model:
            return False
        _, begun_s, seen_s = self.model[name]
        return self.now_s - seen_s < 10 and self.now_s - begun_s < 25  # type: ignore[operator]

    @rule(s=st.sampled_from([1, 4, 9, 10]))
    def wait(self, s: int) -> None:
        self.now_s += s

    @rule()
    def start(self) -> None:
        name = self.sessions.start(self.now_s)
        self.model[name] = ["", self.now_s, self.now_s]
        self.ids.append(name)

    @rule(data=st.data(), user=st.sampled_from(["ann", "bob"]))
    def log_in(self, data: st.DataObject, user: str) -> None:
        old = data.draw(st.sampled_from(self.ids))
        name = self.sessions.log_in(old, user, self.now_s)
        assert name not in self.ids
        self.model.pop(old, None)
        self.model[name] = [user, self.now_s, self.now_s]
        self.ids.append(name)

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.ids))
        got = self.sessions.user(name, self.now_s)
        if not self.lives(name):
            assert got is None
        else:
            assert got == self.model[name][0]
            self.model[name][2] = self.now_s

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.ids))
        self.sessions.end(name)
        self.model.pop(name, None)

    @rule(user=st.sampled_from(["ann", "bob"]))
    def end_all(self, user: str) -> None:
        self.sessions.end_all(user)
        self.model = {k: v for k, v in self.model.items() if v[0] != user}

    @invariant()
    def holds(self) -> None:
        assert len(self.sessions) >= sum(map(self.lives, self.model))


TestSessionsAsAList = Told.TestCase
TestSessionsAsAList.settings = settings(max_examples=40, stateful_step_count=20)


class TestSessions:
    def test_ended_sessions_are_forgotten_and_ids_are_not_kept(self) -> None:
        numbers = iter(range(10**4))
        sessions = Sessions(lambda: f"secret {next(numbers)}", 10, 20)
        for now_s in range(1_000):
            sessions.start(now_s)
        assert len(sessions) <= 10
        assert "secret" not in repr(sessions._sessions)

    def test_a_session_that_is_heard_of_lives_on_until_it_is_old(self) -> None:
        sessions = Sessions(lambda: "id", idle_s=10, absolute_s=25)
        sessions.log_in("", "ann", 0)
        found = [sessions.user("id", now_s) for now_s in (9, 18, 24, 25)]
        assert found == ["ann", "ann", "ann", None]

    def test_all_of_one_user_end_at_once(self) -> None:
        names = iter("abcdef")
        sessions = Sessions(lambda: next(names), 10, 20)
        first = sessions.log_in("", "ann", 0)
        second = sessions.log_in("\ud800", "ann", 0)
        bobs = sessions.log_in("", "bob", 0)
        assert sessions.end_all("ann") == 2
        found = [sessions.user(each, 1) for each in (first, second, bobs)]
        assert found == [None, None, "bob"]

    def test_a_source_that_repeats_itself_is_refused(self) -> None:
        sessions = Sessions(lambda: "again", 10, 20)
        sessions.start(0)
        with pytest.raises(ValueError, match=r"^new_id has made the same text twice"):
            sessions.start(0)

    def test_a_planted_session_is_worth_nothing_after_a_login(self) -> None:
        assert run_fixation(rotate=False).attacker_is == "ann"
        assert run_fixation(rotate=True).attacker_is == ""


SHOP = "https://shop.example/"
EVIL = "https://evil.test/"


class TestCookies:
    def test_the_table(self) -> None:
        assert cookie_table() == [
            ("typed in", "sent", "sent", "sent"),
            ("a link of its own", "sent", "sent", "sent"),
            ("a link of another site", "-", "sent", "sent"),
            ("a form of another site", "-", "-", "sent"),
            ("an image on another site", "-", "-", "sent"),
        ]

    def test_the_header_is_read_by_pythons_own_parser(self) -> None:
        cookie = Cookie("__Host-id", "c81e", "shop.example", same_site="Strict")
        morsel = http.cookies.SimpleCookie(cookie.header)["__Host-id"]
        assert morsel.value == "c81e"
        assert (morsel["path"], morsel["domain"], morsel["samesite"]) == (
            *("/", ""),
            "Strict",
        )
        assert morsel["secure"] is morsel["httponly"] is True
        plain = Cookie("id", "", "a.b", False, False, "Lax", "/x", "a.b").header
        assert plain == "id=; Path=/x; Domain=a.b; SameSite=Lax"

    @pytest.mark.parametrize(
        "bad", ["a\r\nSet-Cookie: b=1", "a;b", "a b", 'a"', "a,b", "ä", "\0"]
    )
    def test_nothing_that_could_end_the_header_is_taken(self, bad: str) -> None:
        with pytest.raises(ValueError, match=r"^value="):
            Cookie("id", bad, "shop.example")
        with pytest.raises(ValueError, match=r"^name="):
            Cookie(bad, "v", "shop.example")
        with pytest.raises(ValueError, match=r"^path="):
            Cookie("id", "v", "shop.example", path=f"/{bad};")

    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"name": "__Host-id", "secure": False}, "secure"),
            ({"name": "__Secure-id", "secure": False}, "secure"),
            ({"name": "__Host-id", "path": "/x"}, "path"),
            ({"name": "__Host-id", "domain": "shop.example"}, "domain"),
            ({"name": "id", "same_site": "None", "secure": False}, "secure"),
            ({"name": "id", "same_site": "lax"}, "same_site"),
            ({"name": "id", "domain": "op.example"}, "domain"),
            ({"name": "", "secure": True}, "name"),
            ({"name": "id", "path": "x"}, "path"),
        ],
    )
    def test_attributes_that_browsers_refuse_are_refused(
        self, changes: dict[str, object], named: str
    ) -> None:
        with pytest.raises(ValueError, match=f"^{named}="):
            Cookie(**{"value": "v", "host": "shop.example", **changes})  # type: ignore[arg-type]

    def test_a_neighbour_can_plant_a_cookie_unless_the_prefix_forbids_it(self) -> None:
        planted = Cookie("id", "v", "evil.shop.example", domain="shop.example")
        assert planted.goes_with(PageRequest(SHOP))
        with pytest.raises(ValueError, match=r"^domain="):
            Cookie("__Host-id", "v", "evil.shop.example", domain="shop.example")
        own = Cookie("__Host-id", "v", "evil.shop.example")
        assert not own.goes_with(PageRequest(SHOP))

    @pytest.mark.parametrize(
        ("cookie", "url", "sent"),
        [
            ({}, "https://shop.example", True),
            ({}, "http://shop.example/", False),
            ({"secure": False}, "http://shop.example/", True),
            ({}, "https://www.shop.example/", False),
            ({"domain": "shop.example"}, "https://www.shop.example/", True),
            ({"domain": "shop.example"}, "https://notshop.example/", False),
            ({"path": "/a"}, "https://shop.example/a", True),
            ({"path": "/a"}, "https://shop.example/a/b", True),
            ({"path": "/a"}, "https://shop.example/ab", False),
            ({"path": "/a/"}, "https://shop.example/a/b", True),
            ({"path": "/a/"}, "https://shop.example/a", False),
        ],
    )
    def test_where_a_cookie_goes(
        self,
        cookie: dict[str, object],
        url: str,
        sent: bool,
    ) -> None:
        made = Cookie("id", "v", "shop.example", **cookie)  # type: ignore[arg-type]
        assert made.goes_with(PageRequest(url)) is sent

    def test_another_scheme_is_another_site(self) -> None:
        strict = Cookie("id", "v", "shop.example", same_site="Strict")
        assert strict.goes_with(PageRequest(SHOP, "https://www.shop.example/"))
        assert not strict.goes_with(PageRequest(SHOP, "http://shop.example/"))

    @pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT"])
    def test_lax_goes_along_with_safe_navigation_alone(self, method: str) -> None:
        lax = Cookie("id", "v", "shop.example")
        request = PageRequest(SHOP, EVIL, method)
        assert lax.goes_with(request) is (method in ("GET", "HEAD"))


class TestPhishing:
    def test_only_the_passkey_stops_it(self) -> None:
        """AUTH-09 and phishing-resistant authentication."""
        assert [run_phishing(m).attacker_in for m in METHODS] == [True, True, False]  # type: ignore[arg-type]
        assert run_phishing("passkey").refused == "no passkey for this site"

    def test_a_passkey_of_the_fake_site_is_refused_by_the_bank(self) -> None:
        run = run_phishing("passkey", second_key=True)
        assert (run.attacker_in, run.refused) == (False, "signed for another site")

    def test_each_part_of_an_assertion_is_looked_at(self) -> None:
        good = Authenticator({BANK: "k"}).sign(BANK, "x9")
        assert good == Assertion("k", BANK, f"https://{BANK}", "x9")
        assert good is not None
        assert accepts(good, "k", "x9")
        assert not accepts(good, "k", "x8")
        assert not accepts(good, "another", "x9")
        for wrong in (
            Assertion("k", BANK, f"https://{FAKE}", "x9"),
            Assertion("k", FAKE, f"https://{BANK}", "x9"),
            Assertion("k", BANK, f"http://{BANK}", "x9"),
            Assertion("k", BANK, f"https://{BANK}", "x9", user_present=False),
        ):
            assert not accepts(wrong, "k", "x9")

    def test_an_unknown_method_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^method='sms' is not one of password"):
            run_phishing("sms")  # type: ignore[arg-type]


class TestSignedAddresses:
    @given(st.text("/abc.%~", max_size=9), st.integers(0, 2_000))
    def test_it_allows_its_path_before_its_end(self, path: str, end_s: int) -> None:
        """AUTH-11: an address that needs nobody to log in."""
        url = sign_url(f"/{path}", end_s, KEY)
        if end_s:
            assert check_url(url, end_s - 1, KEY) == f"/{path}"
        with pytest.raises(SignedUrlError, match="it ended"):
            check_url(url, end_s, KEY)

    @given(st.integers(0, 80), st.characters())
    def test_one_changed_letter_makes_it_void(self, at: int, letter: str) -> None:
        url = sign_url("/photos/7", 900, KEY)
        changed = url[:at] + letter + url[at + 1 :]
        if changed != url:
            with pytest.raises(SignedUrlError):
                check_url(changed, 0, KEY)

    @pytest.mark.parametrize("path", ["", "x", "/a?b", "/a#b", "/a b", "/a\n"])
    def test_a_path_with_more_than_a_path_is_refused(self, path: str) -> None:
        with pytest.raises(ValueError, match=r"^path="):
            sign_url(path, 1, KEY)
        with pytest.raises(ValueError, match=r"^expires_s=-1"):
            sign_url("/a", -1, KEY)

    def test_another_key_signs_nothing_here(self) -> None:
        other = HmacKey(bytes(range(1, 33)))
        with pytest.raises(SignedUrlError, match="not signed here"):
            check_url(sign_url("/a", 9, other), 0, KEY)


class TestAirport:
    @pytest.mark.parametrize(
        ("changes", "boarded", "refused"),
        [
            ({}, "ann", ()),
            ({"thief": True}, "thief", ("check-in: not your passport",)),
            ({"passport_at_gate": True}, "ann", ()),
            ({"late_ms": 89}, "ann", ()),
            ({"late_ms": 90}, "", ("gate: closed",)),
            ({"flight": "CD2"}, "", ("gate: another flight",)),
            (
                {"thief": True, "passport_at_gate": True},
                "",
                ("check-in: not your passport", "gate: not your pass"),
            ),
        ],
    )
    def test_who_boards(
        self, changes: dict[str, object], boarded: str, refused: tuple[str, ...]
    ) -> None:
        run = run_airport(AirportSetting(**changes))  # type: ignore[arg-type]
        assert (run.boarded, run.refused) == (boarded, refused)

    def test_a_pass_cannot_be_shown_before_it_is_made(self) -> None:
        with pytest.raises(ValueError, match=r"^late_ms=19 is below 20"):
            AirportSetting(late_ms=19)


class TestNewEnemy:
    def test_the_zookie_decides(self) -> None:
        without, with_it = run_new_enemy(zookie=False), run_new_enemy(zookie=True)
        assert (without.bob_reads, with_it.bob_reads) == ("salaries", "")
        assert (without.answered_at_us, with_it.answered_at_us) == (140_000, 230_000)

    @pytest.mark.parametrize("lag_ms", [10, 50, 200, 800])
    def test_with_a_zookie_bob_never_reads_the_salaries(self, lag_ms: int) -> None:
        for bob_asks_ms in range(0, 300, 7):
            with_it = run_new_enemy(zookie=True, lag_ms=lag_ms, bob_asks_ms=bob_asks_ms)
            assert with_it.bob_reads in ("", "draft")
            without = run_new_enemy(lag_ms=lag_ms, bob_asks_ms=bob_asks_ms)
            if without.bob_reads != "salaries":  # a zookie costs nothing then
                assert without.bob_reads == with_it.bob_reads

    @pytest.mark.parametrize(("name", "value"), [("lag_ms", 9), ("bob_asks_ms", -1)])
    def test_times_that_are_none_are_refused(self, name: str, value: int) -> None:
        with pytest.raises(ValueError, match=f"^{name}={value}"):
            run_new_enemy(**{name: value})


class TestRevocation:
    def test_the_token_goes_on_saying_what_was_true(self) -> None:
        """AUTH-06: 900 s of life, a role taken away at 10 s."""
        rows = run_revoked_role()
        assert [(r.at_s, r.by_token, r.by_introspection) for r in rows] == [
            (5, True, True),
            (20, True, False),
            (900, False, False),
        ]
        assert [row.by_deny_list for row in rows] == [True, False, False]

    def test_a_short_life_is_the_longest_wait(self) -> None:
        rows = run_revoked_role(ttl_s=30, ask_at_s=(29, 30))
        assert [row.by_token for row in rows] == [True, False]
        with pytest.raises(ValueError, match=r"^ttl_s=0"):
            run_revoked_role(ttl_s=0)

    def test_a_deny_list_is_no_longer_than_the_tokens_that_live(self) -> None:
        void = DenyList()
        for number in range(1_000):
            void.revoke(f"t{number}", exp_s=number + 10, now_s=number)
        assert len(void) == 10
        assert void.is_revoked("t999", 1_008)
        assert not void.is_revoked("t999", 1_009)
        assert not void.is_revoked("t989", 999)

    def test_revoking_twice_keeps_the_later_end(self) -> None:
        void = DenyList()
        void.revoke("t", exp_s=90, now_s=0)
        void.revoke("t", exp_s=50, now_s=0)
        void.revoke("u", exp_s=1, now_s=2)
        assert void.is_revoked("t", 89)
        assert len(void) == 1
        with pytest.raises(ValueError, match=r"^jti='' is empty"):
            void.revoke("", exp_s=1, now_s=0)


def test_every_story_can_be_drawn() -> None:
    traces = [
        run_airport(AirportSetting(thief=True)).trace,
        run_new_enemy().trace,
        run_fixation().trace,
        run_phishing("passkey").trace,
    ]
    for trace in traces:
        assert spacetime(trace, title="A story", description="Who says what.")
