"""A role is taken away, and the token goes on saying that it is there.

      at    ann's token says    the issuer, asked, says     she may?
     5 s    admin               admin                       yes, and yes
    10 s    her role is taken away
    20 s    admin               none                        yes, and no
   900 s    expired             none                        no, and no

What a token says was true when it was made. To know what is true now, ask who made it
(introspection), or be told which tokens are void (a deny list), or make tokens that do
not live long: each has its price.

Source: RFC 7662 for introspection, RFC 7009 for revocation, RFC 7519 section 4.1.7 for
``jti``; the numbers are ours.
Builds on: sdnotes.access.deny_list, sdnotes.access.roles, sdnotes.access.validator.
Chapter: docs/chapters/access/.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sdnotes.access.deny_list import DenyList
from sdnotes.access.jws import HmacKey, TokenRejectedError, sign
from sdnotes.access.roles import Roles
from sdnotes.access.validator import TokenValidator


@dataclass(frozen=True, slots=True)
class RevokedRoleRow:
    """What three services say at one time: each reads the same token."""

    at_s: int
    by_token: bool
    by_introspection: bool
    by_deny_list: bool


@dataclass(frozen=True, slots=True)
class RevokedRoleRun:
    """What came of a run: a row for each time that was asked for."""

    rows: tuple[RevokedRoleRow, ...]

    def __iter__(self) -> Iterator[RevokedRoleRow]:
        return iter(self.rows)


def run_revoked_role(
    *, ttl_s: int = 900, revoke_at_s: int = 10, ask_at_s: Sequence[int] = (5, 20, 900)
) -> RevokedRoleRun:
    """Return who lets ann delete a post, at some times around the loss of her role.

    Raises ValueError for a life of no time.
    """
    if ttl_s <= 0:
        raise ValueError(f"ttl_s={ttl_s!r} is not above 0")
    key = HmacKey(bytes(range(32)))
    claims = {"iss": "login", "aud": "api", "sub": "ann", "jti": "t1", "roles": "admin"}
    token = sign({**claims, "exp": ttl_s}, key, typ="at+jwt")
    api = TokenValidator(
        {"login": [key]}, algorithms=["HS256"], audience="api", typ="at+jwt"
    )
    rows = []
    for at_s in ask_at_s:
        roles = Roles({"admin": [("delete", "post")]}, members={"ann": ["admin"]})
        void = DenyList()
        if at_s >= revoke_at_s:
            roles.revoke("ann", "admin")
            void.revoke("t1", exp_s=ttl_s, now_s=revoke_at_s)
        try:
            valid = api.validate(token, at_s)
        except TokenRejectedError:
            rows.append(RevokedRoleRow(at_s, False, False, False))
            continue
        by_token = valid.claims["roles"] == "admin"
        still = bool(roles.decide(valid.subject, "delete", "post"))
        listed = void.is_revoked(str(valid.claims["jti"]), at_s)
        rows.append(RevokedRoleRow(at_s, by_token, still, by_token and not listed))
    return RevokedRoleRun(tuple(rows))
