"""The mechanisms that stand open on the pages do what the package does."""

import itertools
import json

import pytest

from sdnotes.http_auth import (
    Answer,
    Client,
    Credentials,
    Facts,
    Request,
    basic_credentials,
    decide,
    may_store,
    parse_challenges,
    parse_problem,
)
from sdnotes.http_auth.scanning import quoted
from sitebuild.testing.snippets import Snippets

READS = ("docs/chapters/http_auth/*.md", "sdnotes/http_auth/*.py")

mechanism = Snippets("http_auth").mechanism


def test_the_short_list_of_questions_decides_as_the_table() -> None:
    short = mechanism("index", "decide")["decide"]
    owners = (None, "alice", "bob")
    for known, scoped, hides, now, owner in itertools.product(
        (True, False), (True, False), (True, False), (99, 100), owners
    ):
        scopes = ["orders:read"] if scoped else []
        sent = {"known": known, "ends": 100, "scopes": scopes, "user": "alice"}
        order = None if owner is None else {"owner": owner}
        facts = Facts(
            "wrong" if not known else "expired" if now >= 100 else "good",
            has_scope=scoped,
            exists=owner is not None,
            may=owner == "alice",
            is_hidden=hides,
        )
        assert short(sent, order, now, hides=hides) == decide(facts).status
        nobody = Facts("none", exists=owner is not None, is_hidden=hides)
        assert short(None, order, now, hides=hides) == decide(nobody).status


def test_the_client_of_the_page_stops_where_the_client_of_the_package_does() -> None:
    fetch = mechanism("index", "each-challenge-once")["fetch"]
    answers = (
        (200, None),
        (404, None),
        (401, None),
        (401, 'Basic realm="a"'),
        (401, "Bearer error=invalid_token"),
        (403, "Bearer error=insufficient_scope"),
        (403, None),
    )
    for script in itertools.product(answers, repeat=3):
        ours, theirs = iter(script * 9), iter(script * 9)

        def send(_: Credentials | None, script: object = theirs) -> Answer:
            status, challenge = next(script)  # type: ignore[call-overload]
            fields = () if challenge is None else (("WWW-Authenticate", challenge),)
            return Answer(status, fields)

        client = Client(lambda _: basic_credentials("a", "b"))
        rounds = client.run(send, lambda _: None)
        found = fetch(lambda _, script=ours: next(script), lambda _: "a")
        assert found == (rounds[-1][0].status, len(rounds))


@pytest.mark.parametrize("number", range(1, 12))
def test_what_is_not_theirs_is_as_if_it_were_not_there(number: int) -> None:
    names = mechanism("index", "ask-for-theirs")
    mine = number == 7
    assert (names["answer"]("alice", number) == names["answer"]("alice", 99)) != mine


def test_the_short_rules_of_a_cache_are_those_of_the_package() -> None:
    may_keep = mechanism("index", "may-a-cache-keep-it")["may_keep"]
    words = ("", "max-age=60", "public", "private", "no-store", "s-maxage=9")
    for first, second in itertools.product(words, repeat=2):
        says = ", ".join(filter(None, (first, second)))
        for status, name in itertools.product(
            (200, 401, 403, 404, 405, 410, 500), ("authorization", "cookie")
        ):
            fields = (("Cache-Control", says),) if says else ()
            theirs = may_store(Request("GET", "/", {name: "x"}), Answer(status, fields))
            assert may_keep(status, says, name == "authorization") == theirs


@pytest.mark.parametrize(
    "text",
    [
        'Newauth realm="a", type=1, title="Login to \\"a\\"", Basic realm="b"',
        'Basic realm="foo", bar="xyz",, a=b,,,c=d',
        'Newauth realm="Newauth Realm", basic=foo, Basic realm="Basic Realm"',
        ',Basic realm="basic"',
        "A, B",
        'Basic , realm = "a, B c=d"',
    ],
)
def test_the_short_parser_reads_what_the_package_reads(text: str) -> None:
    found, rest = mechanism("challenges", "a-list-of-challenges")["challenges"](text)
    theirs = [(each.scheme, dict(each.params)) for each in parse_challenges(text)]
    assert (found, rest) == (theirs, "")


def test_the_short_writer_quotes_and_refuses_as_the_package_does() -> None:
    short = mechanism("challenges", "no-injection")["quoted"]
    for code in [*range(0x120), 0x2028, 0x1F600]:
        character = chr(code)
        try:
            theirs = quoted(f"a{character}")
        except ValueError:
            with pytest.raises(ValueError, match="cannot stand"):
                short(f"a{character}")
        else:
            assert short(f"a{character}") == theirs


def test_what_answers_alike_is_not_told_apart() -> None:
    names = mechanism("hiding", "compare-all")
    assert names["told_apart"](lambda method, number: (404, method), 8, 9) == []
    assert len(names["told_apart"](names["leaky"], 8, 9)) == 1


def test_the_guard_of_the_page_leaves_no_other_word_on_caching() -> None:
    guarded = mechanism("hiding", "the-guard")["guarded"]
    said: list[object] = []

    def app(environ: object, start_response: object) -> list[bytes]:
        fields = [("cache-control", "public"), ("A", "b")]
        start_response("200 OK", fields)  # type: ignore[operator]
        return [b"x"]

    def start(status: str, fields: list[tuple[str, str]]) -> None:
        said.append((status, fields))

    assert guarded(app, lambda environ: None)({}, start) == [b"x"]
    assert said == [("200 OK", [("A", "b"), ("Cache-Control", "no-store")])]
    assert guarded(None, lambda environ: app)({}, start) == [b"x"]


def test_attempts_are_counted_in_a_window_that_moves() -> None:
    attempts = mechanism("errors", "too-many")["Attempts"](most=2, window_s=10)
    waits = []
    for now_s in (0, 4, 5, 9, 10, 14):
        wait_s = attempts.wait_s("a", now_s)
        waits.append(wait_s)
        if not wait_s:
            attempts.count("a", now_s)
    assert waits == [0, 0, 5, 1, 0, 0]
    assert attempts.wait_s("b", 14) == 0


@pytest.mark.parametrize(
    "body", ['{"title": 1, "a": 2}', "[]", "", '{"type": "x"}', '{"detail": null}']
)
def test_the_short_reader_of_problems_agrees_with_the_package(body: str) -> None:
    found = mechanism("errors", "read-a-problem")["read_problem"](body)
    try:
        problem = parse_problem(body)
    except ValueError:
        assert found == {"type": "about:blank"}
        return
    assert found["type"] == problem.type
    again = json.loads(str(problem))
    assert {k: v for k, v in found.items() if k != "type"} == {
        k: v for k, v in again.items() if k != "type"
    }
