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

from sdnotes.access.attacks import (
    ATTACKS,
    KEY_CONFUSION,
    TokenAttack,
    TokenVerdict,
    attack_table,
    respelt,
    try_attack,
)
from sdnotes.access.careless import CarelessValidator
from sdnotes.access.jws import sign
from sdnotes.access.keys import HmacKey, SigningKey, VerifyingKey
from sdnotes.access.rejections import CHECKS, TokenRejectedError
from sdnotes.access.rsa import RsaPublicKey
from sdnotes.access.strict_json import Json, JsonError, parse_object
from sdnotes.access.validator import TokenValidator, ValidToken

__all__ = [
    "ATTACKS",
    "CHECKS",
    "KEY_CONFUSION",
    "CarelessValidator",
    "HmacKey",
    "Json",
    "JsonError",
    "RsaPublicKey",
    "SigningKey",
    "TokenAttack",
    "TokenRejectedError",
    "TokenValidator",
    "TokenVerdict",
    "ValidToken",
    "VerifyingKey",
    "attack_table",
    "parse_object",
    "respelt",
    "sign",
    "try_attack",
]
