"""Werkzeug's parser as a peer: alike on what the RFC lets mean one thing.

It reads one challenge, and never refuses. Each difference that is allowed below names
the sentence of RFC 9110 that decides it.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Authorization, WWWAuthenticate

from sdnotes.http_auth import (
    Challenge,
    HeaderError,
    basic_credentials,
    parse_challenges,
    parse_credentials,
    read_basic,
)

NAMES = st.text("abcxyz019-_.", min_size=1, max_size=8)
VALUES = st.text('ab ,;="\\\t\xe4', max_size=10)
PARAMS = st.lists(
    st.tuples(NAMES, VALUES), unique_by=lambda pair: pair[0], min_size=1, max_size=4
)


def theirs(text: str) -> tuple[str, dict[str, Any], str | None]:
    found = WWWAuthenticate.from_header(text)
    assert found is not None
    return found.type, dict(found.parameters), found.token


@given(PARAMS)
def test_our_challenge_is_read_alike_by_werkzeug(params: Any) -> None:
    ours = Challenge("Newauth", tuple(params))
    assert theirs(str(ours)) == ("newauth", dict(params), None)


@given(PARAMS)
def test_werkzeug_s_challenge_is_read_alike_by_us(params: Any) -> None:
    written = WWWAuthenticate("newauth", dict(params)).to_header()
    [ours] = parse_challenges(written)
    assert (ours.kind, dict(ours.params)) == ("newauth", dict(params))


@given(
    st.text("abzAZ09-._~+/", min_size=1, max_size=9), st.sampled_from(["", "=", "=="])
)
def test_a_token68_is_read_alike(token68: str, padding: str) -> None:
    token68 += padding
    [ours] = parse_challenges(f"Negotiate {token68}")
    assert theirs(f"Negotiate {token68}") == ("negotiate", {}, ours.token68)
    found = Authorization.from_header(f"Bearer {token68}")
    assert found is not None
    assert found.token == parse_credentials(f"Bearer {token68}").token68


PRINTABLE = st.characters(
    min_codepoint=0x20, max_codepoint=0x2FF, exclude_categories=["Cc"]
)


@given(st.text(PRINTABLE, max_size=9), st.text(PRINTABLE, max_size=9))
def test_basic_is_written_and_read_alike(user: str, password: str) -> None:
    user = user.replace(":", "")
    text = str(basic_credentials(user, password))
    found = Authorization.from_header(text)
    assert found is not None
    assert (found.username, found.password) == (user, password)
    again = parse_credentials(Authorization("basic", found.parameters).to_header())
    assert read_basic(again) == (user, password)


DIFFERENCES = [
    # text, what Werkzeug makes of it, what the RFC says
    (
        'Basic realm="a", Bearer realm="b"',
        ("basic", {"realm": "a", "Bearer realm": "b"}, None),
        "11.6.1: one field may hold more than one challenge",
    ),
    (
        'Basic realm="a", realm="b"',
        ("basic", {"realm": "b"}, None),
        "11.2: each parameter name must only occur once per challenge",
    ),
    (
        'Basic REALM="a"',
        ("basic", {"REALM": "a"}, None),
        "11.2: the name is matched in upper and lower case",
    ),
    (
        "Basic realm*=utf-8''%41",
        ("basic", {"realm": "A"}, None),
        "11.2: no such syntax among parameters of authentication",
    ),
    (
        'Basic realm="a',
        ("basic", {}, None),
        "5.6.4: a quoted-string ends with a quote",
    ),
    (
        'Basic, realm="a"',
        ("basic,", {"realm": "a"}, None),
        "11.3: a blank stands between the scheme and its parameters",
    ),
    (
        "Basic a b c",
        ("basic", {}, "a b c"),
        "11.2: no blank is in a token68",
    ),
    (
        'Basic realm="\x00"',
        ("basic", {"realm": "\x00"}, None),
        "5.5: NUL is in no field's value",
    ),
]


@pytest.mark.parametrize(("text", "made", "says"), DIFFERENCES)
def test_where_werkzeug_differs_the_rfc_decides(
    text: str, made: tuple[str, dict[str, Any], str | None], says: str
) -> None:
    assert says
    assert theirs(text) == made
    try:
        ours = [
            (each.kind, dict(each.params), each.token68)
            for each in parse_challenges(text)
        ]
    except HeaderError:
        return
    assert ours != [made]


@given(st.text(st.sampled_from('aB ,="\\1'), min_size=1, max_size=14))
def test_on_malformed_values_only_we_refuse(tail: str) -> None:
    """Whatever both read as one challenge, they read alike."""
    text = f"Foo {tail}"
    try:
        found = parse_challenges(text)
    except HeaderError:
        return
    if len(found) != 1:
        return
    [ours] = found
    kind, params, token = theirs(text)
    lowered = {name.lower(): value for name, value in params.items()}
    if ours.token68 is not None or not ours.params:
        is_alike = (token or "").strip(" ,") == (ours.token68 or "")
        assert is_alike or None in params.values()
    else:
        assert (kind, lowered) == (ours.kind, dict(ours.params))
