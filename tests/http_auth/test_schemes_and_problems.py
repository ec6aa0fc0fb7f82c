"""Basic, Bearer and problem details: the RFCs' examples, and what they refuse."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.http_auth import (
    Credentials,
    HeaderError,
    Problem,
    ProblemError,
    basic_challenge,
    basic_credentials,
    bearer_challenge,
    bearer_credentials,
    parse_challenges,
    parse_credentials,
    parse_problem,
    read_basic,
    read_bearer,
    read_challenge,
)


@pytest.mark.parametrize(
    ("user", "password", "token68"),
    [
        ("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("test", "123\u00a3", "dGVzdDoxMjPCow=="),
    ],
)
def test_basic_is_written_as_in_rfc_7617(
    user: str, password: str, token68: str
) -> None:
    """RFC 7617 sections 2 and 2.1."""
    assert basic_credentials(user, password).token68 == token68
    assert read_basic(parse_credentials(f"Basic {token68}")) == (user, password)


def test_a_password_may_have_a_colon_and_a_name_may_not() -> None:
    assert read_basic(basic_credentials("a", "b:c:")) == ("a", "b:c:")
    assert read_basic(basic_credentials("", "")) == ("", "")


@pytest.mark.parametrize(
    "token68",
    [
        "QQ",
        "QQ=",
        "Q===",
        "QWJj",
        base64.b64encode(b"a:\xff").decode(),
        base64.b64encode(b"a:\x00").decode(),
        "-_-_",
        "YTpi.",
        "====",
    ],
)
def test_what_is_no_base64_of_a_pair_is_refused(token68: str) -> None:
    with pytest.raises((HeaderError, ValueError)) as error:
        read_basic(Credentials("Basic", token68=token68))
    assert token68 not in str(error.value) or token68 == "===="


@pytest.mark.parametrize(
    "credentials", [Credentials("Basic"), Credentials("Bearer", token68="a")]
)
def test_other_credentials_are_no_basic_ones(credentials: Credentials) -> None:
    with pytest.raises(HeaderError):
        read_basic(credentials)


def test_a_token_is_read_from_bearer_credentials_alone() -> None:
    """RFC 6750 section 2.1."""
    assert read_bearer(parse_credentials("Bearer mF_9.B5f-4.1JqM")) == "mF_9.B5f-4.1JqM"
    for text in ("Basic mF_9", "Bearer", "Bearer a=b"):
        with pytest.raises(HeaderError):
            read_bearer(parse_credentials(text))


def test_what_a_bearer_challenge_says_is_understood_again() -> None:
    challenge = bearer_challenge(
        "example",
        error="insufficient_scope",
        description="more",
        scopes=["urn:example:channel=HBO&urn:example:rating=G,PG-13", "email"],
    )
    [again] = parse_challenges(str(challenge))
    demand = read_challenge(again)
    assert demand.error == "insufficient_scope"
    assert demand.scopes[0] == "urn:example:channel=HBO&urn:example:rating=G,PG-13"
    assert str(bearer_credentials("a.b")) == "Bearer a.b"
    assert str(basic_challenge("a", utf8=False)) == 'Basic realm="a"'


OUT_OF_CREDIT = """{
 "type": "https://example.com/probs/out-of-credit",
 "title": "You do not have enough credit.",
 "detail": "Your current balance is 30, but that costs 50.",
 "instance": "/account/12345/msgs/abc",
 "balance": 30,
 "accounts": ["/account/12345", "/account/67890"]
}"""


def test_the_example_of_rfc_9457_is_read() -> None:
    """RFC 9457 section 3."""
    problem = parse_problem(OUT_OF_CREDIT)
    assert problem.type == "https://example.com/probs/out-of-credit"
    assert problem.status is None
    assert problem.extensions["balance"] == 30
    assert json.loads(str(problem)) == json.loads(OUT_OF_CREDIT)


@pytest.mark.parametrize(
    "member",
    [
        '"status": "403"',
        '"status": 403.0',
        '"status": true',
        '"status": 1000',
        '"type": 1',
        '"title": null',
        '"detail": []',
        '"instance": {}',
    ],
)
def test_a_member_of_another_type_is_ignored(member: str) -> None:
    """RFC 9457 section 3.1: ignored, as if it were not there."""
    assert parse_problem("{" + member + "}") == Problem()


@pytest.mark.parametrize(
    "body",
    ["", "[]", "3", "{", '{"a": NaN}', "[" * 10**5, '"x"', '{"a": 1' + "0" * 9999],
)
def test_what_is_no_object_is_refused(body: str) -> None:
    with pytest.raises(ProblemError):
        parse_problem(body)


JSON: Any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)),
    lambda each: st.lists(each, max_size=2) | st.dictionaries(st.text(), each),
    max_leaves=4,
)


@given(
    st.one_of(st.none(), st.integers(100, 599)),
    st.text(max_size=5),
    st.text(min_size=1, max_size=5),
    st.dictionaries(st.sampled_from("abc"), JSON),
)
def test_a_written_problem_is_read_again(
    status: int | None, title: str, kind: str, extensions: dict[str, object]
) -> None:
    problem = Problem(status, title, type=kind, extensions=extensions)
    assert parse_problem(str(problem)) == problem
