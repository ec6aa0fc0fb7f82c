"""Claims HTTP-01 to HTTP-09, each as a sentence that is tried."""

import json
from http import HTTPStatus

import pytest

from sdnotes.http_auth import (
    PHRASES,
    Answer,
    Client,
    Credentials,
    Facts,
    Request,
    Shop,
    ask,
    basic_credentials,
    decide,
    parse_challenges,
)
from sitebuild import ROOT

READS = ("evidence/records/http_auth/*.json", "sdnotes/http_auth/*.py")


def recorded(name: str) -> dict[tuple[str, str], str]:
    path = ROOT / "evidence/records/http_auth" / f"{name}.json"
    rows = json.loads(path.read_text("utf-8"))["rows"]
    return {(situation, asked): came_back for situation, asked, came_back in rows}


def test_401_is_called_unauthorized_and_403_forbidden() -> None:
    """HTTP-01: RFC 9110 sections 15.5.2 and 15.5.4."""
    assert {each: HTTPStatus(each).phrase for each in PHRASES} == PHRASES
    assert (PHRASES[401], PHRASES[403]) == ("Unauthorized", "Forbidden")


def test_401_is_about_credentials_and_403_about_all_other_reasons() -> None:
    """HTTP-02."""
    assert decide(Facts("none")).status == 401
    assert decide(Facts("expired")).status == decide(Facts("wrong")).status == 401
    assert decide(Facts("good", has_scope=False)).status == 403
    assert decide(Facts("good", may=False)).status == 403
    anonymous = Facts("none", needs_credentials=False, may=False)
    assert decide(anonymous).status == 403


def test_bad_credentials_get_401_an_unreadable_request_400_and_a_proxy_says_407() -> (
    None
):
    """HTTP-03: RFC 6750 section 3.1, RFC 9110 section 15.5.8; nginx and HAProxy."""
    shop = Shop()
    none, bad = ask(shop, None, "/orders/7"), ask(shop, "x", "/orders/7")
    errors = [
        parse_challenges(each.field("WWW-Authenticate") or "")[0].get("error")
        for each in (none, bad, ask(shop, "alice-old", "/orders/7"))
    ]
    assert errors == [None, "invalid_token", "invalid_token"]
    unreadable = Request("GET", "/orders/7", {"authorization": "Bearer a b"})
    assert shop.answer(unreadable).status == 400
    assert ask(shop, "alice-no-scope", "/orders/7").status == 403
    assert decide(Facts("none", proxy_wants_credentials=True)).status == 407
    facts = recorded("nginx-and-haproxy")
    for name in ("nginx, auth_basic", "haproxy, http-request auth"):
        assert facts[name, "no credentials"].startswith("401, WWW-Authenticate: Basic")
        assert facts[name, "a wrong password"] == facts[name, "no credentials"]
        assert facts[name, "the right one"].startswith("200")


def test_a_server_that_knows_who_asks_may_still_answer_401() -> None:
    """HTTP-04: RFC 9470 section 3."""
    answer = ask(Shop(), "alice-writes", "/orders/7", "DELETE")
    [challenge] = parse_challenges(answer.field("WWW-Authenticate") or "")
    assert answer.status == 401
    assert challenge.get("error") == "insufficient_user_authentication"
    assert ask(Shop(), "alice-old", "/orders/7").status == 401


def test_a_401_must_have_a_challenge_and_two_proxies_send_one_without() -> None:
    """HTTP-05: RFC 9110 section 15.5.2."""
    answer = ask(Shop(), None, "/orders/7")
    answer.check()
    assert parse_challenges(answer.field("WWW-Authenticate") or "")
    facts = recorded("nginx-and-haproxy")
    for name in ("nginx, return 401", "haproxy, deny_status 401"):
        assert "WWW-Authenticate" not in facts[name, "no credentials"]
        assert facts[name, "no credentials"].startswith("401")
    with pytest.raises(AssertionError):
        Answer(401, (("Cache-Control", "no-store"),)).check()


def test_the_same_challenge_twice_ends_the_client_s_tries() -> None:
    """HTTP-06: RFC 9110 section 15.5.2."""

    def refuses(credentials: Credentials | None) -> Answer:
        return Answer(401, (("WWW-Authenticate", 'Basic realm="a"'),))

    client = Client(lambda demand: basic_credentials("a", "wrong"))
    rounds = client.run(refuses, lambda seconds: None)
    assert [step.action for _, step in rounds] == ["send", "stop"]


def test_403_needs_nobody_to_be_known() -> None:
    """HTTP-07: nginx and HAProxy refuse people whom they never asked who they are."""
    facts = recorded("nginx-and-haproxy")
    for name in ("nginx, deny all", "nginx, a folder without index", "haproxy, deny"):
        assert facts[name, "no credentials"].startswith("403")


def test_403_or_404_for_what_is_not_theirs_is_the_server_s_choice() -> None:
    """HTTP-08: the same answer as for what is not there, in all that can be seen."""
    hidden = ask(Shop(), "alice", "/orders/8")
    assert hidden.status == 404
    assert hidden == ask(Shop(), "alice", "/orders/9")
    assert ask(Shop(hides=False), "alice", "/orders/8").status == 403


def test_a_403_may_pass_without_other_credentials() -> None:
    """HTTP-09: a sale opens at a time; 401 and 403 are not for now and for ever."""
    opens_s = 500
    statuses = [
        decide(Facts("good", may=now_s >= opens_s)).status for now_s in (499, 500)
    ]
    assert statuses == [403, 200]
