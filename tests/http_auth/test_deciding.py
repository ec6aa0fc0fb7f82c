"""The table of decisions: on every combination of facts, against the RFCs' words."""

import itertools
from dataclasses import fields, replace
from typing import Any, get_args

import pytest

from sdnotes.http_auth import (
    PHRASES,
    RULES,
    STATES,
    STATUS_OF_ERROR,
    Answer,
    Facts,
    Request,
    Shop,
    Site,
    ask,
    decide,
    decision_tree,
    parse_challenges,
    parse_problem,
)
from sdnotes.http_auth.deciding import CredentialsAre

FLAGS = [field.name for field in fields(Facts) if field.name != "credentials"]
SITES = (
    Site("shop"),
    Site("shop", with_basic=True, origins=("https://a.example",), problems="/p/"),
)


def all_facts() -> list[Facts]:
    found: list[Facts] = []
    for credentials in get_args(CredentialsAre):
        found += [
            Facts(credentials, **dict(zip(FLAGS, values, strict=True)))
            for values in itertools.product((False, True), repeat=len(FLAGS))
        ]
    return found


def by_hand(facts: Facts) -> int:
    """Return the status, written again from the RFCs' sections, from the end."""
    status = 200
    if not facts.is_method_known:
        status = 405  # RFC 9110 section 15.5.6
    if not facts.may:
        status = 404 if facts.is_hidden else 403  # sections 15.5.4 and 15.5.5
    if not facts.exists:
        status = 404
    if not facts.has_scope:
        status = 403  # RFC 6750 section 3.1
    if not facts.is_strong_enough:
        status = 401  # RFC 9470 section 3
    if facts.credentials in {"wrong", "expired"}:
        status = 401  # RFC 6750 section 3.1
    if facts.credentials == "none" and facts.needs_credentials:
        status = 401  # RFC 9110 section 15.5.2
    if facts.credentials == "malformed":
        status = 400
    if facts.is_over_limit:
        status = 429  # RFC 6585 section 4
    if facts.proxy_wants_credentials:
        status = 407  # RFC 9110 section 15.5.8
    return 204 if facts.is_preflight else status  # Fetch: no credentials, an ok status


def test_the_table_decides_as_the_sections_do_on_all_facts() -> None:
    seen = set()
    for facts in all_facts():
        decision = decide(facts)
        assert decision.status == by_hand(facts)
        seen.add(decision.status)
    assert seen == set(PHRASES)


def test_every_rule_of_the_table_is_needed() -> None:
    everything = all_facts()
    for number, rule in enumerate(RULES):
        without = RULES[:number] + RULES[number + 1 :]
        assert any(
            decide(facts).rule is rule and decide(facts, without).rule is not rule
            for facts in everything
        )


def test_what_is_hidden_looks_like_what_is_not_there() -> None:
    """RFC 9110 section 15.5.4: for nobody does it make a difference."""
    for facts in all_facts():
        if facts.is_hidden and not facts.may:
            hidden, missing = decide(facts), decide(replace(facts, exists=False))
            assert (hidden.status, hidden.error) == (missing.status, missing.error)


def test_asking_what_exists_before_who_asks_tells_anybody_what_exists() -> None:
    """The failure: the same rows, and one of them moved to the front."""
    existence = next(rule for rule in RULES if "no such object" in rule.question)
    leaky = (existence, *(rule for rule in RULES if rule is not existence))
    nobody = Facts("none", may=False, is_hidden=True)
    assert (
        decide(nobody, leaky).status
        != decide(replace(nobody, exists=False), leaky).status
    )
    assert decide(nobody).status == decide(replace(nobody, exists=False)).status


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_each_answer_has_what_its_status_demands(site: Site, method: str) -> None:
    request = Request(method, "/", {"origin": "https://a.example"})
    for facts in all_facts():
        decision = decide(facts)
        if decision.status == 200:
            continue
        answer = site.answer(decision, request, scopes=("a",), acr_values=("b",))
        answer.check()
        text = answer.field("WWW-Authenticate")
        if text is not None:
            bearer = parse_challenges(text)[0]
            assert bearer.get("error") == (decision.error or None)
        if decision.error:
            assert STATUS_OF_ERROR[decision.error] == answer.status
        if method == "HEAD":
            assert answer.body == ""
            assert answer.status == 204 or int(answer.field("Content-Length") or 0)
        elif answer.status != 204:
            assert parse_problem(answer.body).status == answer.status


def test_a_401_without_a_challenge_fails_its_check() -> None:
    for status in (401, 405, 407, 429):
        with pytest.raises(AssertionError):
            Answer(status, (("Cache-Control", "no-store"),)).check()
    with pytest.raises(AssertionError):
        Answer(401, (("WWW-Authenticate", ","), ("Cache-Control", "no-store"))).check()


def test_without_credentials_the_challenge_names_no_error() -> None:
    """RFC 6750 section 3.1."""
    answer = ask(Shop(), None, "/orders/7")
    assert answer.field("WWW-Authenticate") == 'Bearer realm="shop"'


def test_another_scheme_is_answered_as_no_credentials_are() -> None:
    """RFC 6750 section 3.1: no error for an unsupported method either."""
    request = Request("GET", "/orders/7", {"authorization": "Digest username=alice"})
    assert Shop().answer(request) == ask(Shop(), None, "/orders/7")


def test_what_is_alice_s_is_stored_nowhere() -> None:
    """RFC 9111 section 5.2.2.5: not by her own browser either."""
    assert ask(Shop(), "alice", "/orders/7").field("Cache-Control") == "no-store"


def test_six_states_get_six_answers() -> None:
    got = [ask(Shop(), token, f"/orders/{n}").status for token, n in STATES.values()]
    assert got == [401, 401, 401, 403, 200, 404]
    shop = Shop(hides=False)
    assert ask(shop, "alice", "/orders/8").status == 403
    assert ask(shop, "alice", "/orders/9").status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT", "OPTIONS"])
@pytest.mark.parametrize("token", [None, "x", "alice", "alice-strong", "bob"])
def test_nobody_can_tell_a_hidden_order_from_none(
    method: str, token: str | None
) -> None:
    hidden = {"bob": "/orders/7"}.get(token or "", "/orders/8")
    missing = "/orders/9"
    shop = Shop()
    assert ask(shop, token, hidden, method) == ask(Shop(), token, missing, method)
    assert shop.now_s == 1000


def test_an_address_that_guesses_is_made_to_wait_and_then_let_in() -> None:
    shop = Shop(max_failures=3)
    bad = Request("GET", "/orders/7", {"authorization": "Bearer x"}, "192.0.2.1")
    good = Request("GET", "/orders/7", {"authorization": "Bearer alice"}, "192.0.2.1")
    assert [shop.answer(bad).status for _ in range(4)] == [401, 401, 401, 429]
    refused = shop.answer(good)
    assert (refused.status, refused.field("Retry-After")) == (429, "60")
    other = Request("GET", "/orders/7", {"authorization": "Bearer alice"}, "192.0.2.2")
    assert shop.answer(other).status == 200
    shop.now_s += 60
    assert shop.answer(good).status == 200
    assert shop.answer(bad).status == 401


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Bearer alice", 200),
        ("bearer alice", 200),
        ("Bearer", 400),
        ("Bearer alice, Bearer bob", 400),
        ("Bearer a=b", 400),
        ("Digest username=alice", 401),
        ("Basic !!!", 400),
        ("Basic YWxpY2U=", 400),
        ("Basic YWxpY2U6b3BlbiBzZXNhbWU=", 200),
        ("Basic YWxpY2U6eA==", 401),
        ("", 400),
    ],
)
def test_an_authorization_field_is_read_strictly(text: str, status: int) -> None:
    shop = Shop(Site("shop", ("GET",), with_basic=True))
    assert shop.answer(Request("GET", "/orders/7", {"authorization": text})).status == (
        status
    )


def test_deleting_takes_a_scope_and_a_stronger_login() -> None:
    """RFC 9470: a valid session whose acr is too low gets 401, and is told why."""
    shop = Shop()
    weak = ask(shop, "alice-writes", "/orders/7", "DELETE")
    [challenge] = parse_challenges(weak.field("WWW-Authenticate") or "")
    assert weak.status == 401
    assert challenge.get("error") == "insufficient_user_authentication"
    assert challenge.get("acr_values")
    assert ask(shop, "alice-strong", "/orders/7", "DELETE").status == 200


def preflight(shop: Shop, origin: str) -> Answer:
    fields = {"origin": origin, "access-control-request-method": "GET"}
    return shop.answer(Request("OPTIONS", "/orders/7", fields))


def test_a_preflight_is_let_through_without_credentials() -> None:
    """Fetch: a preflight carries none, and needs an ok status."""
    shop = Shop(Site("shop", ("GET",), origins=("https://a.example",)))
    known = preflight(shop, "https://a.example")
    assert known.status == 204
    assert known.field("Access-Control-Allow-Origin") == "https://a.example"
    assert known.field("Access-Control-Allow-Headers") == "Authorization"
    assert known.field("Vary") == "Origin"
    other = preflight(shop, "https://b.example")
    assert other.field("Access-Control-Allow-Origin") is None
    plain = shop.answer(Request("OPTIONS", "/orders/7", {}))
    assert plain.status == 401


def test_a_script_of_another_origin_may_read_a_refusal() -> None:
    shop = Shop(Site("shop", ("GET",), origins=("https://a.example",)))
    answer = shop.answer(Request("GET", "/orders/7", {"origin": "https://a.example"}))
    assert answer.status == 401
    assert "WWW-Authenticate" in (answer.field("Access-Control-Expose-Headers") or "")


def test_the_table_draws_itself() -> None:
    facts = Facts("none")
    figure: Any = decision_tree(facts, title="401 or 403?")
    asked = [row[3] for row in figure.rows]
    assert [row[0] for row in figure.rows[:-1]] == [rule.question for rule in RULES]
    assert asked.count("yes") == 1
    assert asked.index("yes") == RULES.index(decide(facts).rule)  # type: ignore[arg-type]
    assert "not asked" in asked
    everybody: Any = decision_tree(Facts(), title="200")
    assert everybody.rows[-1][3] == "yes"
    assert "not asked" not in [row[3] for row in everybody.rows]
