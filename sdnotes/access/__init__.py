"""Who are you, and may you do this? Two questions, two failures.

    question        asked         its answer               the failure
    authentication  at the door   who this is, as far as   somebody else is let in
                                  a proof goes
    authorization   at each step  may this one do this     the right one does what
                    of the way    to that, now             he may not

A token carries the answer to the first one. Its signature says who made it, no more.

Source: each module names its own. Left out: SAML, Kerberos, client certificates.
Chapter: docs/chapters/access/.

Examples:
    >>> key = HmacKey(bytes(range(32)))
    >>> api = TokenValidator(
    ...     {"issuer": [key]}, algorithms=["HS256"], audience="api", typ="at+jwt"
    ... )
    >>> claims = {"iss": "issuer", "aud": "api", "sub": "ann", "exp": 900}
    >>> token = sign(claims, key, typ="at+jwt")
    >>> api.validate(token, now_s=899).subject
    'ann'
    >>> api.validate(token, now_s=900)
    Traceback (most recent call last):
    ...
    sdnotes.access.jws.ExpiredError: it expired at 900, and now it is 900
"""

from sdnotes.access.airport import (
    AirportRun,
    AirportSetting,
    run_airport,
)
from sdnotes.access.attacks import (
    ATTACKS,
    KEY_CONFUSION,
    TokenAttack,
    TokenVerdict,
    attack_table,
    respelt,
    try_attack,
)
from sdnotes.access.attributes import (
    AttributePolicy,
    Condition,
    Request,
    Rule,
)
from sdnotes.access.careless import (
    CarelessValidator,
)
from sdnotes.access.cookies import (
    Cookie,
    PageRequest,
    cookie_table,
)
from sdnotes.access.decision import (
    Decision,
)
from sdnotes.access.deny_list import (
    DenyList,
)
from sdnotes.access.fixation import (
    FixationRun,
    run_fixation,
)
from sdnotes.access.guesses import (
    guessing_chance,
)
from sdnotes.access.jws import (
    CHECKS,
    HmacKey,
    SigningKey,
    TokenRejectedError,
    VerifyingKey,
    sign,
)
from sdnotes.access.limiter import (
    LoginLimiter,
)
from sdnotes.access.login import (
    Login,
    LoginAnswer,
    enumeration_table,
)
from sdnotes.access.new_enemy import (
    NewEnemyRun,
    run_new_enemy,
)
from sdnotes.access.oauth import (
    Checks,
    RefusedError,
)
from sdnotes.access.oauth_attacks import (
    OAUTH_ATTACKS,
    RFC9700_SECTIONS,
    OAuthAttack,
    OAuthSetting,
    oauth_table,
    run_oauth,
    setting_with,
    setting_without,
)
from sdnotes.access.oauth_story import (
    OAuthRun,
)
from sdnotes.access.passkeys import (
    METHODS,
    PhishingRun,
    run_phishing,
)
from sdnotes.access.passwords import (
    MalformedHashError,
    PasswordHasher,
    Verified,
)
from sdnotes.access.pkce import (
    challenge_of,
    verifies,
)
from sdnotes.access.refresh_tokens import (
    Refreshed,
    RefreshTokens,
    ReusedTokenError,
    UnknownTokenError,
)
from sdnotes.access.relations import (
    MalformedRelationError,
    Relations,
    Userset,
)
from sdnotes.access.revocation import (
    RevokedRoleRow,
    RevokedRoleRun,
    run_revoked_role,
)
from sdnotes.access.roles import (
    RoleCycleError,
    Roles,
)
from sdnotes.access.rsa import (
    RsaPublicKey,
)
from sdnotes.access.sessions import (
    Sessions,
)
from sdnotes.access.signed_url import (
    SignedUrlError,
    check_url,
    sign_url,
)
from sdnotes.access.strict import (
    Json,
    JsonError,
    parse_object,
)
from sdnotes.access.validator import (
    TokenValidator,
    ValidToken,
)

__all__ = [
    "ATTACKS",
    "CHECKS",
    "KEY_CONFUSION",
    "METHODS",
    "OAUTH_ATTACKS",
    "RFC9700_SECTIONS",
    "AirportRun",
    "AirportSetting",
    "AttributePolicy",
    "CarelessValidator",
    "Checks",
    "Condition",
    "Cookie",
    "Decision",
    "DenyList",
    "FixationRun",
    "HmacKey",
    "Json",
    "JsonError",
    "Login",
    "LoginAnswer",
    "LoginLimiter",
    "MalformedHashError",
    "MalformedRelationError",
    "NewEnemyRun",
    "OAuthAttack",
    "OAuthRun",
    "OAuthSetting",
    "PageRequest",
    "PasswordHasher",
    "PhishingRun",
    "RefreshTokens",
    "Refreshed",
    "RefusedError",
    "Relations",
    "Request",
    "ReusedTokenError",
    "RevokedRoleRow",
    "RevokedRoleRun",
    "RoleCycleError",
    "Roles",
    "RsaPublicKey",
    "Rule",
    "Sessions",
    "SignedUrlError",
    "SigningKey",
    "TokenAttack",
    "TokenRejectedError",
    "TokenValidator",
    "TokenVerdict",
    "UnknownTokenError",
    "Userset",
    "ValidToken",
    "Verified",
    "VerifyingKey",
    "attack_table",
    "challenge_of",
    "check_url",
    "cookie_table",
    "enumeration_table",
    "guessing_chance",
    "oauth_table",
    "parse_object",
    "respelt",
    "run_airport",
    "run_fixation",
    "run_new_enemy",
    "run_oauth",
    "run_phishing",
    "run_revoked_role",
    "setting_with",
    "setting_without",
    "sign",
    "sign_url",
    "try_attack",
    "verifies",
]
