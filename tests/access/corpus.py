"""Some hundred tokens, right and wrong, made of parts; the verdicts of two peers.

The peers are asked for the same: HS256, one key, issuer "joe", audience "api", exp.
"""

import json
from dataclasses import dataclass

import time_machine
from joserfc import jwk
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError
from jwt import PyJWT
from jwt.exceptions import PyJWTError

from sdnotes.access import HmacKey, TokenRejectedError, TokenValidator
from sdnotes.access.strict import encode

KEY = HmacKey(bytes(range(40)))
NOW_S = 1_000
CLAIMS: dict[str, object] = {"iss": "joe", "aud": "api", "sub": "ann", "exp": 2_000}
HEADER: dict[str, object] = {"alg": "HS256", "typ": "JWT"}


@dataclass(frozen=True)
class Case:
    name: str
    token: str


def by_hand(header: bytes | object, claims: bytes | object) -> str:
    """Return a token with these parts, signed well whatever they are."""
    parts = [
        part if isinstance(part, bytes) else json.dumps(part).encode()
        for part in (header, claims)
    ]
    signed = ".".join(map(encode, parts))
    return f"{signed}.{encode(KEY.sign(signed.encode()))}"


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in CLAIMS.items() if key != name}


TIMES: list[object] = [
    *(0, 999, 1_000, 1_001, 1_000.5, 999.5, -1, True, None, "2000", [2_000]),
    *({}, 2**53, 10**30, 1e300),
]
NAMES: list[object] = [
    *("joe", "api", "jo", "joey", "JOE", "", 7, None, True, ["joe"], ["api"]),
    *(["api", "mail"], ["mail"], [], ["api", 7], {"api": 1}, ["ap", "i"], "apis"),
]


def _of_claims() -> list[Case]:
    found = []
    for name in ("exp", "nbf", "iat"):
        for value in TIMES:
            token = by_hand(HEADER, {**CLAIMS, name: value})
            found.append(Case(f"{name}={value!r}", token))
    for name in ("iss", "aud", "sub", "jti"):
        for value in NAMES:
            token = by_hand(HEADER, {**CLAIMS, name: value})
            found.append(Case(f"{name}={value!r}", token))
    missing = (Case(f"no {name}", by_hand(HEADER, without(name))) for name in CLAIMS)
    return [*found, *missing]


def _of_headers() -> list[Case]:
    changes: list[dict[str, object]] = [
        *({"alg": alg} for alg in ("none", "None", "hs256", "HS512", "RS256", "")),
        *({"alg": alg} for alg in (None, 7, ["HS256"])),
        *({"typ": typ} for typ in ("jwt", "at+jwt", "", None, 7, "application/JWT")),
        *({"kid": kid} for kid in ("k", "", None, 7, "../../dev/null", "' or 1=1")),
        *({"crit": crit} for crit in (["exp"], [], ["b64"], "exp", None, ["x"])),
        *({"cty": "JWT"}, {"b64": False}, {"crit": ["b64"], "b64": False}),
        *({"jwk": {"kty": "oct", "k": "AA"}}, {"jku": "https://evil.example"}),
        *({"x5u": "https://evil.example"}, {"zip": "DEF"}, {"unknown": 1}),
    ]
    found = [
        Case(f"header {change}", by_hand({**HEADER, **change}, CLAIMS))
        for change in changes
    ]
    return [*found, Case("no typ", by_hand({"alg": "HS256"}, CLAIMS))]


def _of_json() -> list[Case]:
    good = json.dumps(CLAIMS)[:-1]
    claims = {
        "two members of one name": good + ', "sub": "root"}',
        "NaN": good + ', "x": NaN}',
        "Infinity": good + ', "x": -Infinity}',
        "1e999": good + ', "x": 1e999}',
        "a number of 5000 digits": good + f', "x": {"9" * 5_000}}}',
        "a number of 20 digits": good + f', "x": {"9" * 20}}}',
        "lone surrogate": good + ', "x": "\\ud800"}',
        "a pair of surrogates": good + ', "x": "\\ud83d\\ude00"}',
        "depth 10": good + ', "x": ' + "[" * 10 + "]" * 10 + "}",
        "depth 40": good + ', "x": ' + "[" * 40 + "]" * 40 + "}",
        "not closed": good,
        "more after it": good + "} {}",
        "a trailing comma": good + ",}",
        "an array": "[]",
        "a string": '"sub"',
        "empty": "",
        "blanks around it": f"  {good}}} \r\n",
    }
    found = [
        Case(name, by_hand(HEADER, text.encode())) for name, text in claims.items()
    ]
    whole = good + "}"
    for name, data in {
        "UTF-16": whole.encode("utf-16"),
        "UTF-8 with BOM": whole.encode("utf-8-sig"),
        "Latin-1": whole.replace("ann", "änn").encode("latin-1"),
        "overlong UTF-8": whole.encode().replace(b"ann", b"\xc1\xa1nn"),
    }.items():
        found.append(Case(name, by_hand(HEADER, data)))
    twice = b'{"alg": "none", "alg": "HS256"}'
    found.append(Case("two algs", by_hand(twice, CLAIMS)))
    return found


def _of_text() -> list[Case]:
    token = by_hand(HEADER, CLAIMS)
    header, claims, signature = token.split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = last[last.index(signature[-1]) | 3]
    texts = {
        "as it is": token,
        "respelt": token[:-1] + other,
        "padded": token + "=",
        "with a line end": token + "\n",
        "with a blank": f" {token}",
        "two parts": f"{header}.{claims}",
        "four parts": f"{token}.",
        "five parts": f"{token}..",
        "no signature": f"{header}.{claims}.",
        "half a signature": f"{header}.{claims}.{signature[:20]}",
        "a letter too many": token + "A",
        "claims of another": f"{header}.{encode(b'{}')}.{signature}",
        "no header": f".{claims}.{signature}",
        "empty": "",
        "dots": "..",
        "not ASCII": f"{header}.{claims}.{signature[:-1]}ä",
        "a star within": f"{header}.{claims}.{signature[:9]}*{signature[9:]}",
        "JSON": json.dumps({"payload": claims, "signature": signature}),
    }
    return [Case(name, text) for name, text in texts.items()]


CORPUS = [*_of_text(), *_of_headers(), *_of_claims(), *_of_json()]

_OURS = TokenValidator({"joe": [KEY]}, algorithms=["HS256"], audience="api", typ=None)
_JOSERFC_KEY = jwk.OctKey.import_key(KEY.secret)


def ours(token: str) -> bool:
    try:
        _OURS.validate(token, NOW_S)
    except TokenRejectedError:
        return False
    return True


def pyjwts(token: str) -> str:
    """Return "taken", "refused", or the name of an exception that is not of PyJWT."""
    with time_machine.travel(NOW_S, tick=False):
        try:
            PyJWT().decode(
                token,
                KEY.secret,
                algorithms=["HS256"],
                audience="api",
                issuer="joe",
                options={"require": ["exp"]},
            )
        except PyJWTError:
            return "refused"
        except Exception as error:  # noqa: BLE001 -- what escapes is what we look for
            return type(error).__name__
    return "taken"


def joserfcs(token: str) -> str:
    """Return "taken", "refused", or the name of an exception that is not of joserfc."""
    rules = joserfc_jwt.JWTClaimsRegistry(
        now=NOW_S,
        iss={"essential": True, "value": "joe"},
        aud={"essential": True, "value": "api"},
        exp={"essential": True},
    )
    try:
        got = joserfc_jwt.decode(token, _JOSERFC_KEY, algorithms=["HS256"])
        rules.validate(got.claims)
    except JoseError:
        return "refused"
    except Exception as error:  # noqa: BLE001 -- what escapes is what we look for
        return type(error).__name__
    return "taken"
