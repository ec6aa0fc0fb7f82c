"""Who are you, and may you do this? Two questions, two failures.

    question        asked         its answer               the failure
    authentication  at the door   who this is, as far as   somebody else is let in
                                  a proof goes
    authorization   at each step  may this one do this     the right one does what
                    of the way    to that, now             he may not

A token carries the answer to the first one. Its signature says who made it, no more.

Source: each module names its own. Left out: SAML, Kerberos, client certificates.
Chapter: docs/chapters/access/.
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
from sdnotes.access.decision import (
    Decision,
)
from sdnotes.access.jws import (
    sign,
)
from sdnotes.access.keys import (
    HmacKey,
    SigningKey,
    VerifyingKey,
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
from sdnotes.access.rejections import (
    CHECKS,
    TokenRejectedError,
)
from sdnotes.access.relations import (
    MalformedRelationError,
    Relations,
    Userset,
)
from sdnotes.access.revocation import (
    DenyList,
    RevokedRoleRow,
    run_revoked_role,
)
from sdnotes.access.roles import (
    RoleCycleError,
    Roles,
)
from sdnotes.access.rsa import (
    RsaPublicKey,
)
from sdnotes.access.strict_json import (
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
    "OAUTH_ATTACKS",
    "RFC9700_SECTIONS",
    "AirportRun",
    "AirportSetting",
    "AttributePolicy",
    "CarelessValidator",
    "Checks",
    "Condition",
    "Decision",
    "DenyList",
    "HmacKey",
    "Json",
    "JsonError",
    "MalformedRelationError",
    "NewEnemyRun",
    "OAuthAttack",
    "OAuthRun",
    "OAuthSetting",
    "RefreshTokens",
    "Refreshed",
    "RefusedError",
    "Relations",
    "Request",
    "ReusedTokenError",
    "RevokedRoleRow",
    "RoleCycleError",
    "Roles",
    "RsaPublicKey",
    "Rule",
    "SigningKey",
    "TokenAttack",
    "TokenRejectedError",
    "TokenValidator",
    "TokenVerdict",
    "UnknownTokenError",
    "Userset",
    "ValidToken",
    "VerifyingKey",
    "attack_table",
    "challenge_of",
    "oauth_table",
    "parse_object",
    "respelt",
    "run_airport",
    "run_new_enemy",
    "run_oauth",
    "run_revoked_role",
    "setting_with",
    "setting_without",
    "sign",
    "try_attack",
    "verifies",
]
