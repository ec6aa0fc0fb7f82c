"""Roles: people have roles, roles have permissions, and roles include roles.

    ann -- admin -- includes editor -- includes reader -- may read a post
                    |                  ^
    bob ------------+                  and nobody says who wrote the post

Ten thousand people and a thousand permissions become some dozen roles, which somebody
can review. What a role cannot say is *which* post: the editor of one is the editor of
all. That takes attributes, or relations.

Source: ANSI INCITS 359-2004, hierarchical RBAC; Ferraiolo et al. 2001, "Proposed NIST
standard for role-based access control".
Left out: sessions with fewer roles, separation of duty.
Chapter: docs/chapters/access/.
To take away: Roles.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from sdnotes.access.decision import Decision

Permission = tuple[str, str]
"""What may be done, and to what kind of thing: ("write", "post")."""


class RoleCycleError(ValueError):
    """Roles that include each other. Whoever wrote the policy must mend it."""


class Roles:
    """A policy of roles: who has them, which others they include, what they allow.

    ``grants`` names every role with what it allows, ``inherits`` the roles that a role
    includes, ``members`` the roles of each person. What nobody grants is denied.

    Raises ValueError for a role that is not in ``grants``, RoleCycleError for a role
    that includes itself, be it by others.

    Examples:
        >>> roles = Roles(
        ...     {"reader": [("read", "post")], "editor": [("write", "post")]},
        ...     inherits={"editor": ["reader"]},
        ...     members={"ann": ["editor"]},
        ... )
        >>> print(roles.decide("ann", "read", "post"))
        allowed
          ann has the role editor
          editor includes reader
          reader may read post
    """

    def __init__(
        self,
        grants: Mapping[str, Iterable[Permission]],
        inherits: Mapping[str, Iterable[str]] | None = None,
        members: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self._grants = {role: frozenset(each) for role, each in grants.items()}
        self._includes = {who: tuple(each) for who, each in (inherits or {}).items()}
        self._members = {who: list(each) for who, each in (members or {}).items()}
        for role, included in self._includes.items():
            for each in (role, *included):
                if each not in self._grants:
                    raise ValueError(f"inherits={each!r} is no role in grants")
        for who, roles in self._members.items():
            for role in roles:
                if role not in self._grants:
                    raise ValueError(f"members[{who!r}] has {role!r}, no role")
        self._check_no_cycle()

    def _check_no_cycle(self) -> None:
        left = {role: set(each) for role, each in self._includes.items() if each}
        while free := [role for role, each in left.items() if not each & left.keys()]:
            for role in free:
                del left[role]
        if left:  # each of them includes another of them: walk until one comes again
            path = [next(iter(left))]
            while path[-1] not in path[:-1]:
                path.append(next(r for r in self._includes[path[-1]] if r in left))
            raise RoleCycleError(" includes ".join(path[path.index(path[-1]) :]))

    def assign(self, subject: str, role: str) -> None:
        """Give somebody a role; nothing happens if he has it."""
        if role not in self._grants:
            raise ValueError(f"role={role!r} is not in grants")
        roles = self._members.setdefault(subject, [])
        if role not in roles:
            roles.append(role)

    def revoke(self, subject: str, role: str) -> None:
        """Take a role from somebody. Raises ValueError if he has not got it."""
        roles = self._members.get(subject, [])
        if role not in roles:
            raise ValueError(f"role={role!r} is none that {subject} has")
        roles.remove(role)

    def roles_of(self, subject: str) -> list[str]:
        """Return the roles that somebody was given and those that they include."""
        return list(self._paths(subject))

    def decide(self, subject: str, action: str, kind: str) -> Decision:
        """Return whether somebody may do this to things of a kind, and by which role.

        Takes time linear in the roles.
        """
        paths = self._paths(subject)
        for role, path in paths.items():
            if (action, kind) in self._grants[role]:
                first = f"{subject} has the role {path[0]}"
                steps = (f"{a} includes {b}" for a, b in pairwise(path))
                return Decision(True, (first, *steps, f"{role} may {action} {kind}"))
        if not paths:
            return Decision(False, (f"{subject} has no role",))
        why = f"no role of {subject} may {action} {kind}: {', '.join(paths)}"
        return Decision(False, (why,))

    def _paths(self, subject: str) -> dict[str, tuple[str, ...]]:
        """Return how somebody comes by each of his roles, the shortest way first."""
        paths: dict[str, tuple[str, ...]] = {}
        ahead: list[tuple[str, ...]] = [
            (role,) for role in self._members.get(subject, [])
        ]
        for path in ahead:  # which grows as we go
            if path[-1] not in paths:
                paths[path[-1]] = path
                ahead += [(*path, each) for each in self._includes.get(path[-1], ())]
        return paths
