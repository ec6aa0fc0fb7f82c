"""Whatever the text: a TokenRejectedError that names its check, and nothing else."""

import json
import re
import sys

import pytest
from corpus import CLAIMS, CORPUS, HEADER, KEY, NOW_S, by_hand
from hypothesis import example, given
from hypothesis import strategies as st

from sdnotes.access import (
    CHECKS,
    JsonError,
    TokenRejectedError,
    TokenValidator,
    parse_object,
    respelt,
    sign,
)
from sdnotes.access.jws import MAX_TOKEN_CHARS
from sdnotes.access.strict import MAX_DEPTH, Base64urlError, decode, encode

API = TokenValidator({"joe": [KEY]}, algorithms=["HS256"], audience="api", typ=None)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["joe", "api", "HS256", "none", "JWT", 999, 1_000, 2_000])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [
        "alg",
        "typ",
        "kid",
        "crit",
        "cty",
        "jwk",
        "iss",
        "aud",
        "exp",
        "nbf",
        "iat",
        "sub",
    ]
)
MEMBERS = st.dictionaries(NAMES, VALUES, max_size=5)


def said(token: str, now_s: float = NOW_S) -> str:
    """Return the check that refuses a token, "" for none; nothing else may happen."""
    try:
        API.validate(token, now_s)
    except TokenRejectedError as error:
        refusal = error
    else:
        return ""
    assert refusal.check in CHECKS
    assert re.fullmatch(r"[ -~]{1,300}", str(refusal))  # one short line for a log
    return refusal.check


@given(st.text(max_size=60))
@example("\ud800.\ud800.\ud800")
@example("0.0.0")
def test_any_text(text: str) -> None:
    assert said(text) == "format"


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=40))
def test_any_bytes_in_three_parts(header: bytes, claims: bytes, code: bytes) -> None:
    assert said(f"{encode(header)}.{encode(claims)}.{encode(code)}") != ""


@given(MEMBERS, MEMBERS)
def test_any_members_of_header_and_claims_signed_well(
    header: dict[str, object], claims: dict[str, object]
) -> None:
    token = by_hand({**HEADER, **header}, {**CLAIMS, **claims})
    check = said(token)
    if not check:
        assert {**CLAIMS, **claims}["iss"] == "joe"
        assert not {"crit", "cty"} & header.keys()


@given(st.binary(max_size=60))
def test_any_bytes_as_claims_signed_well(claims: bytes) -> None:
    assert said(by_hand(HEADER, claims)) in CHECKS


@given(st.sampled_from(CORPUS), st.integers(0, 400), st.characters())
def test_one_letter_changed_in_the_corpus(case: object, at: int, letter: str) -> None:
    token = case.token  # type: ignore[attr-defined]
    changed = token[:at] + letter + token[at + 1 :]
    if changed != token:
        assert said(changed) in CHECKS


@pytest.mark.parametrize("token", [None, b"a.b.c", 7, ["a", "b", "c"]])
def test_what_is_no_text_is_refused_alike(token: object) -> None:
    assert said(token) == "format"  # type: ignore[arg-type]


def test_there_is_one_exception_for_each_check() -> None:
    kinds = TokenRejectedError.__subclasses__()
    assert sorted(kind.check for kind in kinds) == sorted(CHECKS)


@given(st.binary(max_size=80))
def test_bytes_have_one_spelling_and_come_back(data: bytes) -> None:
    assert decode(encode(data)) == data
    if len(data) % 3:
        token = f"a.b.{encode(data)}"
        with pytest.raises(Base64urlError):
            decode(respelt(token)[4:])


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4))
def test_an_object_of_ordinary_values_is_read_as_json_reads_it(
    value: dict[str, object],
) -> None:
    try:
        text = json.dumps(value, allow_nan=False).encode()
    except ValueError:
        return
    try:
        got = parse_object(text)
    except JsonError:
        numbers = [n for n in _leaves(value) if isinstance(n, int)]
        halves = [s for s in _leaves(value) if isinstance(s, str) and _is_half(s)]
        assert halves or any(abs(number) >= 2**53 for number in numbers)
    else:
        assert got == json.loads(text)


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for key, v in value.items() for leaf in (key, *_leaves(v))]
    if isinstance(value, list):
        return [leaf for v in value for leaf in _leaves(v)]
    return [value]


def _is_half(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH, 10**5])
def test_depth_is_refused_above_the_limit_and_exhausts_no_stack(depth: int) -> None:
    text = b'{"x": ' + b"[" * depth + b"]" * depth + b"}"
    if depth < MAX_DEPTH:
        assert parse_object(text)
    else:
        with pytest.raises(JsonError, match="in each other"):
            parse_object(text)


@pytest.mark.parametrize(
    "text",
    [
        r'{"\ud800": 1}',
        r'{"x": "\udfff"}',
        r'{"x": [{"\ud83d": 1}]}',
        r'{"x": [1, ["\ude00\ud83d"]]}',
    ],
)
def test_half_a_character_is_refused_wherever_it_stands(text: str) -> None:
    with pytest.raises(JsonError, match="half a character"):
        parse_object(text.encode())
    assert parse_object(rb'{"\ud83d\ude00": "\ud83d\ude00"}') == {"😀": "😀"}


def test_brackets_within_strings_are_not_depth() -> None:
    text = json.dumps({"x": '[{"' * 100, "y": "\\"}).encode()
    assert parse_object(text) == {"x": '[{"' * 100, "y": "\\"}


def test_brackets_that_close_again_are_not_depth() -> None:
    assert parse_object(b'{"x": [' + b"[]," * 99 + b"[]]}")


def opened_by(header: bytes) -> str:
    return f"{encode(header)}.e30."


HOSTILE = {
    "letters": lambda n: "A" * n,
    "dots": lambda n: "." * n,
    "quotes": lambda n: opened_by(b'"' * n),
    "escapes": lambda n: opened_by(b'{"' + b'\\"' * (n // 2)),
    "brackets": lambda n: opened_by(b"[" * n),
    "digits": lambda n: opened_by(b'{"a":' + b"9" * n + b"}"),
    "members": lambda n: opened_by(b"{" + b'"a":1,' * (n // 6) + b"}"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_cost_no_more_than_their_length(kind: str) -> None:
    """Counted in steps of the interpreter, since seconds depend on the machine."""
    make = HOSTILE[kind]

    def steps(n: int) -> int:
        count = 0

        def trace(*_: object) -> object:
            nonlocal count
            count += 1
            return trace

        sys.settrace(trace)
        try:
            said(make(n))
        finally:
            sys.settrace(None)
        return count

    assert steps(4_000) <= 4 * steps(1_000) + 200


def test_quotes_and_escapes_are_scanned_once() -> None:
    """Each ends a scan that begins anew at the next one: minutes, were it done so."""
    with pytest.raises(JsonError):
        parse_object(b"[" * 20 + b'"' + b'\\"' * 300_000)


def test_a_token_longer_than_any_header_is_refused_unread() -> None:
    claims = {**CLAIMS, "x": "y" * MAX_TOKEN_CHARS}
    assert said(sign(claims, KEY)) == "format"
    fits = {**CLAIMS, "x": "y" * (MAX_TOKEN_CHARS // 2)}
    assert said(sign(fits, KEY)) == ""
