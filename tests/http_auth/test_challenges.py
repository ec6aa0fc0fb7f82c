"""Challenges and credentials: the RFCs' examples, a published suite, round trips."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.http_auth import (
    Challenge,
    Credentials,
    HeaderError,
    parse_challenges,
    parse_credentials,
    parse_info,
    read_challenge,
    write_challenges,
    write_params,
)

Case = tuple[str, str, list[tuple[str, dict[str, str]]] | int]
"""A name, a value, and the challenges in it, or where it breaks."""

PUBLISHED: list[Case] = [
    ("simplebasic", 'Basic realm="foo"', [("basic", {"realm": "foo"})]),
    ("simplebasiclf", 'Basic\r\n realm="foo"', 5),
    ("simplebasicucase", 'BASIC REALM="foo"', [("basic", {"realm": "foo"})]),
    ("simplebasictok", "Basic realm=foo", [("basic", {"realm": "foo"})]),
    ("simplebasictokbs", "Basic realm=\\f\\o\\o", 12),
    ("simplebasicsq", "Basic realm='foo'", [("basic", {"realm": "'foo'"})]),
    ("simplebasicpct", 'Basic realm="foo%20bar"', [("basic", {"realm": "foo%20bar"})]),
    ("simplebasiccomma", 'Basic , realm="foo"', [("basic", {"realm": "foo"})]),
    ("simplebasiccomma2", 'Basic, realm="foo"', 7),
    ("simplebasicnorealm", "Basic", [("basic", {})]),
    ("simplebasic2realms", 'Basic realm="foo", realm="bar"', 19),
    ("simplebasicwsrealm", 'Basic realm = "foo"', [("basic", {"realm": "foo"})]),
    ("simplebasicrealmsqc", 'Basic realm="\\f\\o\\o"', [("basic", {"realm": "foo"})]),
    (
        "simplebasicrealmsqc2",
        'Basic realm="\\"foo\\""',
        [("basic", {"realm": '"foo"'})],
    ),
    (
        "simplebasicnewparam1",
        'Basic realm="foo", bar="xyz",, a=b,,,c=d',
        [("basic", {"realm": "foo", "bar": "xyz", "a": "b", "c": "d"})],
    ),
    (
        "simplebasicnewparam2",
        'Basic bar="xyz", realm="foo"',
        [("basic", {"bar": "xyz", "realm": "foo"})],
    ),
    (
        "simplebasicrealmiso88591",
        'Basic realm="foo-\xe4"',
        [("basic", {"realm": "foo-\xe4"})],
    ),
    (
        "simplebasicrealmutf8",
        'Basic realm="foo-\xc3\xa4"',
        [("basic", {"realm": "foo-\xc3\xa4"})],
    ),
    (
        "simplebasicrealmrfc2047",
        'Basic realm="=?ISO-8859-1?Q?foo-=E4?="',
        [("basic", {"realm": "=?ISO-8859-1?Q?foo-=E4?="})],
    ),
    (
        "multibasicunknown",
        'Basic realm="basic", Newauth realm="newauth"',
        [("basic", {"realm": "basic"}), ("newauth", {"realm": "newauth"})],
    ),
    (
        "multibasicunknownnoparam",
        'Basic realm="basic", Newauth',
        [("basic", {"realm": "basic"}), ("newauth", {})],
    ),
    (
        "multibasicunknown2",
        'Newauth realm="newauth", Basic realm="basic"',
        [("newauth", {"realm": "newauth"}), ("basic", {"realm": "basic"})],
    ),
    (
        "multibasicunknown2np",
        'Newauth, Basic realm="basic"',
        [("newauth", {}), ("basic", {"realm": "basic"})],
    ),
    ("multibasicempty", ',Basic realm="basic"', [("basic", {"realm": "basic"})]),
    (
        "multibasicqs",
        'Newauth realm="apps", type=1, title="Login to \\"apps\\"", '
        'Basic realm="simple"',
        [
            ("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'}),
            ("basic", {"realm": "simple"}),
        ],
    ),
    (
        "multidisgscheme",
        'Newauth realm="Newauth Realm", basic=foo, Basic realm="Basic Realm"',
        [
            ("newauth", {"realm": "Newauth Realm", "basic": "foo"}),
            ("basic", {"realm": "Basic Realm"}),
        ],
    ),
    ("unknown", 'Newauth param="value"', [("newauth", {"param": "value"})]),
    ("parametersnotrequired", "A, B", [("a", {}), ("b", {})]),
    (
        "disguisedrealm",
        'Basic foo="realm=nottherealm", realm="basic"',
        [("basic", {"foo": "realm=nottherealm", "realm": "basic"})],
    ),
    (
        "disguisedrealm2",
        'Basic nottherealm="nottherealm", realm="basic"',
        [("basic", {"nottherealm": "nottherealm", "realm": "basic"})],
    ),
    ("missingquote", 'Basic realm="basic', 12),
]
"""Reschke, Test Cases for the HTTP WWW-Authenticate header field, greenbytes.de.

The values are his; what a value means here is RFC 9110's grammar. He also marks a realm
that is a token (section 11.5: senders must quote it) and a Basic without a realm as
faults of the sender: a parser must read the one, and leaves the other to the scheme.
"""

EXAMPLES: list[Case] = [
    (
        "RFC 9110 section 11.6.1",
        'Basic realm="simple", Newauth realm="apps", type=1, '
        'title="Login to \\"apps\\""',
        [
            ("basic", {"realm": "simple"}),
            ("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'}),
        ],
    ),
    ("RFC 7617 section 2", 'Basic realm="WallyWorld"', [
        ("basic", {"realm": "WallyWorld"})]),
    ("RFC 7617 section 2.1", 'Basic realm="foo", charset="UTF-8"', [
        ("basic", {"realm": "foo", "charset": "UTF-8"})]),
    ("RFC 6750 section 3", 'Bearer realm="example"', [
        ("bearer", {"realm": "example"})]),
    (
        "RFC 6750 section 3, with an error",
        'Bearer realm="example", error="invalid_token", '
        'error_description="The access token expired"',
        [
            (
                "bearer",
                {
                    "realm": "example",
                    "error": "invalid_token",
                    "error_description": "The access token expired",
                },
            )
        ],
    ),
    (
        "RFC 9470 section 3",
        'Bearer error="insufficient_user_authentication", '
        'error_description="A different authentication level is required", '
        'acr_values="myACR"',
        [
            (
                "bearer",
                {
                    "error": "insufficient_user_authentication",
                    "error_description": "A different authentication level is required",
                    "acr_values": "myACR",
                },
            )
        ],
    ),
    (
        "RFC 9449 section 9",
        'DPoP error="use_dpop_nonce", '
        'error_description="Resource server requires nonce in DPoP proof"',
        [
            (
                "dpop",
                {
                    "error": "use_dpop_nonce",
                    "error_description": "Resource server requires nonce in DPoP proof",
                },
            )
        ],
    ),
    (
        "RFC 7616 section 3.9.1",
        'Digest realm="http-auth@example.org", qop="auth, auth-int", '
        'algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"',
        [
            (
                "digest",
                {
                    "realm": "http-auth@example.org",
                    "qop": "auth, auth-int",
                    "algorithm": "SHA-256",
                    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                },
            )
        ],
    ),
]  # fmt: skip

BROKEN = [
    ("Basic a=b c=d", 10), ("Basic abc def", 9),
    ('Basic realm="a" Newauth', 16), ("=x", 0), ("a b=c, =d", 7), ("Basic \tx=y", 7),
    ("Foo abc, a=b", 9), ("Basic a==b", 8),
    ('Basic realm="a\x00"', 14), ("Basic r=\u0100", 8), ("a=b", 0), ("Foo a =", 7),
    ('Basic "realm"=x', 6), ('"Basic" realm=x', 0), ("Basic a=b; c=d", 9),
    ('Basic realm="a\x7f"', 14), ('Basic realm="\\', 12), ("Basic a=b, A=c", 11),
]  # fmt: skip


def shown(challenges: tuple[Challenge, ...]) -> list[tuple[str, dict[str, str]]]:
    return [(each.kind, dict(each.params)) for each in challenges]


@pytest.mark.parametrize("case", [*PUBLISHED, *EXAMPLES], ids=lambda case: case[0])
def test_published_cases_are_read_as_rfc_9110_has_them(case: Case) -> None:
    _, text, wanted = case
    if isinstance(wanted, int):
        with pytest.raises(HeaderError) as error:
            parse_challenges(text)
        assert error.value.position == wanted
    else:
        assert shown(parse_challenges(text)) == wanted


@pytest.mark.parametrize(("text", "position"), BROKEN)
def test_a_malformed_value_is_refused_where_it_breaks(text: str, position: int) -> None:
    with pytest.raises(HeaderError) as error:
        parse_challenges(text)
    assert (error.value.position, error.value.text) == (position, text)


def test_two_fields_are_read_as_one_list() -> None:
    """The suite's multibasicunknown2mf; RFC 9110 section 5.3."""
    fields = ['Newauth realm="newauth"', 'Basic realm="basic"']
    assert [each.kind for each in parse_challenges(", ".join(fields))] == [
        "newauth",
        "basic",
    ]


@pytest.mark.parametrize("text", ["", " ", ",", " , ,\t,"])
def test_an_empty_list_has_no_challenge(text: str) -> None:
    assert parse_challenges(text) == ()
    assert parse_info(text) == ()


def test_a_token68_ends_where_a_comma_or_the_value_ends() -> None:
    found = parse_challenges("Negotiate oRQwEqADCgEBoQsGCSqGSIb3==, Foo a=, Bar b =c")
    assert [(each.token68, each.params) for each in found] == [
        ("oRQwEqADCgEBoQsGCSqGSIb3==", ()),
        ("a=", ()),
        (None, (("b", "c"),)),
    ]


@pytest.mark.parametrize(
    ("text", "position"),
    [("", 0), ("Bearer a, Basic b", 8), ("Bearer a b", 8), ("Basic a=b, Basic c", 11)],
)
def test_an_authorization_field_holds_one_credentials(text: str, position: int) -> None:
    with pytest.raises(HeaderError) as error:
        parse_credentials(text)
    assert error.value.position == position


def test_digest_credentials_are_read() -> None:
    """RFC 7616 section 3.9.1, shortened."""
    found = parse_credentials('Digest username="Mufasa", uri="/dir", qop=auth, nc=1')
    assert found.get("USERNAME") == "Mufasa"
    assert (found.get("nc"), found.get("none")) == ("1", None)


def test_no_text_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        parse_challenges(b"Basic")  # type: ignore[arg-type]


def read_or_refused(
    parse: Callable[[str], Any], text: str
) -> tuple[Any, HeaderError | None]:
    try:
        return parse(text), None
    except HeaderError as error:
        return None, error


TOKENS = st.text("abzAZ019!#$%&'*+-.^_`|~", min_size=1, max_size=8)
VALUES = st.text(
    st.one_of(
        st.sampled_from('",\\= \t'),
        st.characters(min_codepoint=0x20, max_codepoint=0x7E),
        st.characters(min_codepoint=0x80, max_codepoint=0xFF),
    ),
    max_size=12,
)
PARAMS = st.lists(
    st.tuples(TOKENS.map(str.lower), VALUES), unique_by=lambda pair: pair[0], max_size=4
).map(tuple)
TOKEN68S = st.builds(
    str.__add__,
    st.text("abzAZ09-._~+/", min_size=1, max_size=9),
    st.sampled_from(["", "=", "=="]),
)
PARTS: Any = st.one_of(
    st.tuples(TOKENS, PARAMS), st.tuples(TOKENS, st.just(()), TOKEN68S)
)


@given(st.lists(PARTS, max_size=4))
def test_what_is_written_is_read_again(parts: list[Any]) -> None:
    challenges = tuple(Challenge(*each) for each in parts)
    assert parse_challenges(write_challenges(challenges)) == challenges


@given(PARTS)
def test_written_credentials_are_read_again(part: Any) -> None:
    credentials = Credentials(*part)
    assert parse_credentials(str(credentials)) == credentials


@given(PARAMS)
def test_written_information_is_read_again(params: Any) -> None:
    assert parse_info(write_params(params)) == params


@given(st.text(st.sampled_from('Ba1,="\\ \t/~\xe4\r\n\x00'), max_size=40))
def test_any_text_is_read_or_refused_within_itself(text: str) -> None:
    for parse in (parse_challenges, parse_credentials, parse_info):
        found, refusal = read_or_refused(parse, text)
        if refusal is not None:
            assert 0 <= refusal.position <= len(text)
            assert str(refusal).startswith("text=")
        else:
            assert "\r" not in text
            if parse is parse_challenges:
                assert parse_challenges(write_challenges(found)) == found


@given(st.text(max_size=20))
def test_nothing_that_is_written_has_a_line_end(text: str) -> None:
    """Header injection: RFC 9110 section 5.5."""
    for make in (
        lambda: str(Challenge(text or "x")),
        lambda: str(Challenge("Basic", ((text, "x"),))),
        lambda: str(Challenge("Basic", (("realm", text),))),
        lambda: str(Credentials("Bearer", token68=text)),
        lambda: write_params([("a", text)]),
    ):
        try:
            written = make()
        except ValueError:
            continue
        assert not set(written) & set("\r\n\0")
        assert max(written, default="") <= "\xff"


@pytest.mark.parametrize("bad", ["a\r\nSet-Cookie: b=c", "a\nb", "a\x00b", "\u2028"])
def test_a_realm_cannot_carry_another_field(bad: str) -> None:
    with pytest.raises(ValueError, match="realm"):
        Challenge.of("Basic", {"realm": bad})


HUGE = 2**18
"""A quarter of a megabyte: steps that grow with its square would not end here."""


@pytest.mark.parametrize(
    "text",
    [
        "," * HUGE,
        " ," * (HUGE // 2),
        "Basic" + " " * HUGE + "x=y",
        "Basic a" + " " * HUGE + "=y",
        "Basic " + '"' * HUGE,
        'Basic a="' + '\\"' * (HUGE // 2),
        'Basic a="' + "\\\\" * (HUGE // 2) + '"',
        "Basic " + "a" * HUGE + ",",
        "Basic a=b" + "," * HUGE + "!",
        "A, " * (HUGE // 3),
        "A b=c, " * (HUGE // 7),
        "Basic " + ", ".join(f"p{n}=v" for n in range(HUGE // 12)),
        "Basic " + "=" * HUGE,
        "Basic a" + "=" * HUGE,
        "Basic a" + "=" * HUGE + "b",
        "Basic a=b" + "\t" * HUGE + "b",
    ],
    ids=lambda text: text[:12],
)
def test_a_quarter_of_a_megabyte_of_anything_is_read_or_refused(text: str) -> None:
    """Time linear in the value: RFC 9110 section 5.6.1.2 fears lists of commas."""
    found, refusal = read_or_refused(parse_challenges, text)
    assert len(str(refusal)) < 200
    assert (found is None) != (refusal is None)


def test_credentials_stay_out_of_logs() -> None:
    assert "s3cret" not in repr(Credentials("Bearer", token68="s3cret"))
    with pytest.raises(ValueError, match="token68") as error:
        Credentials("Bearer", token68="s3cret\n")
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('DPoP algs="ES256 PS256"', "dpop"),
        ('digest realm="a", nonce="b"', "digest"),
        ("NTLM", "other"),
        ('BEARER scope="a b"', "bearer"),
    ],
)
def test_schemes_are_recognised_in_any_case(text: str, kind: str) -> None:
    [challenge] = parse_challenges(text)
    assert read_challenge(challenge).kind == kind
