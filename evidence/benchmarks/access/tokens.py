"""Is a token validated as fast as by PyJWT and joserfc?

One token of HS256 with seven claims; issuer, audience, times and a required ``exp`` are
checked by each. Times are processor time, the best of seven rounds in which each takes
its turn.
"""

import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import jwt
from joserfc import jwk
from joserfc import jwt as joserfc_jwt

from sdnotes.access import HmacKey, TokenValidator, sign

CALLS, ROUNDS = 2_000, 7
NOW_S = int(time.time())
KEY = HmacKey(bytes(range(32)))
CLAIMS = {
    "iss": "https://login.example",
    "aud": "api",
    "sub": "ann",
    "jti": "7f3ac81e",
    "roles": ["reader", "editor"],
    "iat": NOW_S - 10,
    "exp": NOW_S + 3_600,
}
CAPTION = (
    f"How many times as fast as a peer a token of HS256 with {len(CLAIMS)} claims is "
    f"validated: the best of {ROUNDS} rounds of {CALLS:,} calls, in turn."
)
COLUMNS = ("against", "promised", "kept")


def calls() -> dict[str, Callable[[], object]]:
    """Return what is measured, by name; each takes the token, or raises."""
    token = sign(CLAIMS, KEY)
    ours = TokenValidator(
        {"https://login.example": [KEY]},
        algorithms=["HS256"],
        audience="api",
        typ=None,
    )
    octets = jwk.OctKey.import_key(KEY.secret)
    rules = joserfc_jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": "https://login.example"},
        aud={"essential": True, "value": "api"},
        exp={"essential": True},
    )

    def by_pyjwt() -> object:
        return jwt.decode(
            token,
            KEY.secret,
            algorithms=["HS256"],
            audience="api",
            issuer="https://login.example",
            options={"require": ["exp"]},
        )

    def by_joserfc() -> None:
        got = joserfc_jwt.decode(token, octets, algorithms=["HS256"])
        rules.validate(got.claims)

    return {
        "ours": lambda: ours.validate(token, NOW_S),
        "PyJWT": by_pyjwt,
        "joserfc": by_joserfc,
    }


def rows() -> tuple[list[tuple[str, str, str]], dict[str, Any]]:
    """Return what is promised and whether it was kept, and what was measured."""
    best_s: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, call in calls().items():
            began_s = time.process_time()
            for _ in range(CALLS):
                call()
            took_s = time.process_time() - began_s
            best_s[name] = min(took_s, best_s.get(name, took_s))
    ratios = {
        peer: round(best_s[peer] / best_s["ours"], 2) for peer in ("PyJWT", "joserfc")
    }
    kept = "yes" if ratios["PyJWT"] >= 1.0 else "no"
    return [("PyJWT", "at least 1.0", kept), ("joserfc", "-", "-")], {
        "measured": ratios,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {
            "PyJWT": version("pyjwt"),
            "joserfc": version("joserfc"),
            "Python": platform.python_version(),
        },
    }
