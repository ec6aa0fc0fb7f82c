"""A client that does not loop; a cache that shows nobody what is another's."""

import itertools

import pytest

from sdnotes.http_auth import (
    Answer,
    Client,
    Credentials,
    Demand,
    Request,
    SharedCache,
    Shop,
    Site,
    basic_credentials,
    bearer_credentials,
    loop,
    may_store,
)
from sdnotes.http_auth.client import Send

NO_STORE = ("Cache-Control", "no-store")


def sender(shop: Shop, path: str, method: str = "GET") -> Send:
    def send(credentials: Credentials | None) -> Answer:
        fields = {} if credentials is None else {"authorization": str(credentials)}
        return shop.answer(Request(method, path, fields))

    return send


def always(token: str):  # type: ignore[no-untyped-def]
    return lambda demand: bearer_credentials(token)


def statuses(client: Client, send: Send) -> list[int]:
    waited: list[int] = []
    return [answer.status for answer, _ in client.run(send, waited.append)]


def test_a_client_gets_credentials_and_gets_in() -> None:
    client = Client(always("alice"))
    assert statuses(client, sender(Shop(), "/orders/7")) == [401, 200]


def test_the_same_challenge_after_a_try_stops_the_client() -> None:
    """HTTP-06, RFC 9110 section 15.5.2: two requests, and the answer is shown."""

    def send(credentials: Credentials | None) -> Answer:
        return Answer(401, (("WWW-Authenticate", 'Basic realm="a"'), NO_STORE))

    client = Client(lambda demand: basic_credentials("alice", "wrong"))
    rounds = client.run(send, lambda seconds: None)
    assert [step.action for _, step in rounds] == ["send", "stop"]
    assert "same challenge" in rounds[-1][1].because


@pytest.mark.parametrize("token", ["x", "alice-old"])
def test_a_token_that_is_refused_is_renewed_and_not_for_ever(token: str) -> None:
    client = Client(always(token), bearer_credentials(token))
    assert statuses(client, sender(Shop(max_failures=99), "/orders/7")) == [401, 401]


def test_a_client_that_renews_after_each_refusal_loops() -> None:
    """The failure: with a good token, for an order that is not theirs."""
    for hides, sent in ((False, 100), (True, 2)):
        shop = Shop(hides=hides)
        assert loop(sender(shop, "/orders/8"), always("alice")) == sent
        client = Client(always("alice"))
        assert len(statuses(client, sender(shop, "/orders/8"))) == 2


def test_a_missing_scope_is_asked_for_once() -> None:
    asked: list[Demand] = []

    def renew(demand: Demand) -> Credentials:
        asked.append(demand)
        return bearer_credentials("alice" if demand.scopes else "alice-no-scope")

    assert statuses(Client(renew), sender(Shop(), "/orders/7")) == [401, 403, 200]
    assert asked[-1].scopes == ("orders:read",)
    stubborn = Client(always("alice-no-scope"))
    assert statuses(stubborn, sender(Shop(), "/orders/7")) == [401, 403, 403]


def test_a_client_waits_as_long_as_it_is_told() -> None:
    shop = Shop(max_failures=1)
    shop.answer(Request("GET", "/orders/7", {"authorization": "Bearer x"}))
    waited: list[int] = []

    def wait(seconds: int) -> None:
        waited.append(seconds)
        shop.now_s += seconds

    client = Client(always("alice"), bearer_credentials("alice"))
    rounds = client.run(sender(shop, "/orders/7"), wait)
    assert [answer.status for answer, _ in rounds] == [429, 200]
    assert waited == [60]


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (400, ()),
        (404, ()),
        (405, (("Allow", "GET"),)),
        (401, ()),
        (401, (("WWW-Authenticate", "Basic, realm=x"),)),
        (401, (("WWW-Authenticate", "Negotiate"),)),
        (403, (("WWW-Authenticate", 'Bearer error="other"'),)),
        (429, ()),
        (503, (("Retry-After", "soon"),)),
        (429, (("Retry-After", "9" * 30),)),
        (500, ()),
    ],
)
def test_what_invites_no_other_try_gets_none(
    status: int, fields: tuple[tuple[str, str], ...]
) -> None:
    def renew(demand: Demand) -> Credentials | None:
        return None if demand.kind == "other" else bearer_credentials("a")

    rounds = Client(renew).run(lambda _: Answer(status, fields), lambda _: None)
    assert [step.action for _, step in rounds] == ["stop"]


def test_a_server_that_makes_up_a_new_challenge_each_time_is_left_alone() -> None:
    numbers = itertools.count()

    def send(credentials: Credentials | None) -> Answer:
        return Answer(401, (("WWW-Authenticate", f"Bearer nonce={next(numbers)}"),))

    client = Client(always("a"), max_requests=4)
    assert statuses(client, send) == [401] * 4


def test_a_proxy_s_challenge_is_answered_from_its_own_field() -> None:
    def send(credentials: Credentials | None) -> Answer:
        if credentials is None:
            return Answer(407, (("Proxy-Authenticate", 'Basic realm="p"'),))
        return Answer(200)

    client = Client(lambda demand: basic_credentials("a", demand.realm or ""))
    assert statuses(client, send) == [407, 200]


AUTHORIZED = {"authorization": "Bearer a"}
COOKIE = {"cookie": "session=1"}


@pytest.mark.parametrize(
    ("status", "fields", "cache_control", "kept"),
    [
        (200, {}, "", True),  # section 4.2.2: by guess
        (200, COOKIE, "", True),  # a cookie is no Authorization
        (200, AUTHORIZED, "", False),  # section 3.5
        (200, AUTHORIZED, "max-age=60", False),  # section 3.5
        (200, AUTHORIZED, "public", True),  # section 3.5
        (200, AUTHORIZED, "s-maxage=60", True),  # section 3.5
        (200, AUTHORIZED, "must-revalidate, max-age=9", True),  # section 3.5
        (200, COOKIE, "private", False),  # section 5.2.2.7
        (200, COOKIE, "no-store", False),  # section 5.2.2.5
        (200, COOKIE, "No-Store, max-age=1", False),  # names in any case
        (404, COOKIE, "", True),  # RFC 9110 section 15.5.5
        (405, {}, "", True),  # RFC 9110 section 15.5.6
        (401, {}, "", False),  # RFC 9110 section 15.1
        (403, {}, "", False),
        (403, {}, "max-age=60", True),  # section 3
    ],
)
def test_a_shared_cache_keeps_what_rfc_9111_lets_it(
    status: int, fields: dict[str, str], cache_control: str, kept: bool
) -> None:
    says = (("Cache-Control", cache_control),) if cache_control else ()
    assert may_store(Request("GET", "/", fields), Answer(status, says)) is kept
    assert not may_store(Request("POST", "/", fields), Answer(status, says))


def test_no_answer_of_the_shop_to_one_is_shown_to_another() -> None:
    shop = Shop(Site("shop", ("GET",), origins=("https://a.example",)))
    cache = SharedCache(shop.answer)
    tokens = (None, "x", "alice-old", "alice-no-scope", "alice", "bob")
    for path in ("/orders/7", "/orders/8", "/orders/9"):
        for token in tokens:
            fields = {} if token is None else {"authorization": f"Bearer {token}"}
            request = Request("GET", path, fields, "192.0.2.1")
            assert not cache.answer(request)[1]
    assert not cache.kept
    assert [cache.answer(Request("GET", "/", {}))[1] for _ in range(2)] == [False, True]


def test_a_page_by_cookie_without_cache_control_is_shown_to_the_next_one() -> None:
    """The failure."""
    cache = SharedCache(lambda request: Answer(200, (), request.fields["cookie"]))
    alice, bob = (Request("GET", "/me", {"cookie": who}) for who in ("alice", "bob"))
    assert cache.answer(alice)[0].body == "alice"
    assert cache.answer(bob) == (Answer(200, (), "alice"), True)


def test_vary_keeps_two_origins_apart() -> None:
    def origin(request: Request) -> Answer:
        return Answer(200, (("Vary", "Origin"),), request.fields["origin"])

    cache = SharedCache(origin)
    for name in ("a", "b", "a"):
        assert cache.answer(Request("GET", "/", {"origin": name}))[0].body == name
    assert len(cache.kept) == 2
