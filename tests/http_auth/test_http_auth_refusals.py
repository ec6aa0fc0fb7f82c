"""What http_auth refuses names the one argument that is wrong, with its value."""

import pytest
from refused import Case, case_id, check_names, missed

from sdnotes.http_auth import (
    Answer,
    Challenge,
    Client,
    Credentials,
    Facts,
    Problem,
    basic_credentials,
    bearer_challenge,
    bearer_credentials,
    parse_problem,
    write_params,
)
from sdnotes.http_auth.scanning import quoted

READS = ("sdnotes/http_auth/*.py",)

BAD = ["a\r\nb", "\x00", "\u0100"]
TWICE = (("a", "1"), ("A", "2"))

CASES: list[Case] = [
    (
        Challenge,
        {"scheme": "Basic", "params": (("realm", "a"),)},
        {
            "scheme": ["", "two words", "a\n"],
            "params": [(("", "x"),), (("a b", "x"),), TWICE]
            + [(("a", bad),) for bad in BAD],
        },
    ),
    (Credentials, {"scheme": "Bearer", "token68": "a"}, {"token68": ["", "a b", "="]}),
    (
        Credentials,
        {"scheme": "Bearer", "token68": "a", "params": ()},
        {"params": [(("a", "b"),)]},
    ),
    (write_params, {"params": [("a", "b")]}, {"params": [TWICE, [("a", "\n")]]}),
    (quoted, {"text": "a"}, {"text": BAD}),
    (
        basic_credentials,
        {"user": "a", "password": "b"},
        {"user": ["a:b", "a\n"], "password": ["\x00", "\x7f"]},
    ),
    (bearer_credentials, {"token": "a"}, {"token": ["", "a b", "a\n"]}),
    (
        bearer_challenge,
        {"realm": "a", "error": None, "description": "", "scopes": ["a"]},
        {
            "error": ["expired"],
            "description": ['"', "\\", "\n"],
            "scopes": [["a b"], [""], ['"']],
        },
    ),
    (
        bearer_challenge,
        {"realm": "a", "acr_values": ["a"]},
        {"acr_values": [["a b"], ["\x00"]]},
    ),
    (
        Problem,
        {"status": 403, "extensions": {}},
        {"status": [99, 600], "extensions": [{"type": 1}]},
    ),
    (parse_problem, {"body": "{}"}, {"body": ["", "[]", '{"a": NaN}']}),
    (Facts, {"credentials": "none"}, {"credentials": ["bad", ""]}),
    (
        Answer,
        {"status": 200, "fields": ()},
        {"fields": [(("a b", "c"),), *((("a", bad),) for bad in BAD)]},
    ),
    (Client, {"renew": lambda _: None, "max_requests": 1}, {"max_requests": [0, -1]}),
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_wrong_argument_is_named_alone(case: Case) -> None:
    check_names(case)


def test_each_refusal_of_the_package_is_tried() -> None:
    assert missed("http_auth", CASES) == []
