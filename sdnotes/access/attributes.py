"""Attributes: rules over what is known of who asks, of what, and of when.

    owners   allow  read, write   subject.id == resource.owner
    doctors  allow  read          subject.ward == resource.ward
    frozen   deny   write         resource.frozen == True

    deny wins; what no rule allows is denied; what is not known counts against

The first rule is the check that the breaches of APIs lack most often: the right to read
orders is not the right to read *this* order. "Counts against" has two sides: an unknown
attribute keeps an allow from applying, and never keeps a deny from it.

Source: NIST SP 800-162; OASIS XACML 3.0, appendix C, deny-overrides; OWASP API Security
Top 10, API1:2023, broken object level authorization.
Left out: obligations, other ways to combine rules, functions in conditions.
Chapter: docs/chapters/access/.
To take away: AttributePolicy.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sdnotes.access.decision import Decision

Attributes: TypeAlias = Mapping[str, object]

PARTS = ("subject", "resource", "context")
"""What a condition may speak of: who asks, for what, and the circumstances."""

_OPERATORS: dict[str, Callable[[object, object], object]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]
    "<=": operator.le,  # type: ignore[dict-item]
    "in": lambda left, right: left in right,  # type: ignore[operator]
}
_UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks to do what to which thing, and under which circumstances."""

    subject: Attributes
    action: str
    resource: Attributes
    context: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of an attribute, such as "subject.id", with another or a value."""

    left: str
    operator: str
    right: object

    def __post_init__(self) -> None:
        if self.operator not in _OPERATORS:
            known = ", ".join(_OPERATORS)
            raise ValueError(f"operator={self.operator!r} is not one of {known}")
        if not _is_path(self.left):
            raise ValueError(
                f"left={self.left!r} is not subject., resource. or context."
            )

    def __str__(self) -> str:
        right = self.right if _is_path(self.right) else repr(self.right)
        return f"{self.left} {self.operator} {right}"

    def holds(self, request: Request) -> bool | None:
        """Return whether it holds; None if that cannot be known."""
        left, right = self.values(request)
        if left is _UNKNOWN or right is _UNKNOWN:
            return None
        try:
            return bool(_OPERATORS[self.operator](left, right))
        except TypeError:
            return None

    def values(self, request: Request) -> tuple[object, object]:
        """Return what it compares, in this request."""
        right = _look_up(self.right, request) if _is_path(self.right) else self.right
        return _look_up(self.left, request), right


@dataclass(frozen=True, slots=True)
class Rule:
    """What some may, or nobody may, under conditions; "*" stands for every action."""

    name: str
    effect: Literal["allow", "deny"]
    actions: Sequence[str]
    conditions: Sequence[Condition] = ()

    def __post_init__(self) -> None:
        if self.effect not in ("allow", "deny"):
            raise ValueError(f"effect={self.effect!r} is not allow or deny")
        if not self.actions or isinstance(self.actions, str):
            raise ValueError(f"actions={self.actions!r} is not a list of one or more")

        # A generator would be empty the second time, and its rule without conditions.
        object.__setattr__(self, "actions", tuple(self.actions))
        object.__setattr__(self, "conditions", tuple(self.conditions))

    def covers(self, action: str) -> bool:
        """Return whether the rule speaks of this action."""
        return action in self.actions or "*" in self.actions

    def applies(self, request: Request) -> bool:
        """Return whether the rule decides this request; what is unknown is no help."""
        against = (False, None) if self.effect == "allow" else (False,)
        found = (condition.holds(request) for condition in self.conditions)
        return self.covers(request.action) and all(
            each not in against for each in found
        )


class AttributePolicy:
    """Rules, of which one deny outweighs all that allow.

    Raises ValueError for two rules of one name: a reason could mean either.

    Examples:
        >>> own = Condition("subject.id", "==", "resource.owner")
        >>> policy = AttributePolicy([Rule("owners", "allow", ["read"], [own])])
        >>> asked = Request({"id": "bob"}, "read", {"owner": "ann"})
        >>> print(policy.decide(asked))
        denied
          no rule allows it
          owners: subject.id == resource.owner does not hold: 'bob', 'ann'
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        names = [rule.name for rule in rules]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"rules={twice!r} is the name of two")
        self.rules = tuple(rules)

    def decide(self, request: Request) -> Decision:
        """Return whether the request is allowed, and by or against which rules.

        Takes time linear in the conditions; the order of the rules is of no account.
        """
        applying = [rule for rule in self.rules if rule.applies(request)]
        for effect in ("deny", "allow"):
            deciding = [rule for rule in applying if rule.effect == effect]
            if deciding:
                said = (_why_applies(rule, request) for rule in deciding)
                return Decision(effect == "allow", tuple(said))
        covering = (
            rule
            for rule in self.rules
            if rule.effect == "allow" and rule.covers(request.action)
        )
        said = (_why_not(rule, request) for rule in covering)
        return Decision(False, ("no rule allows it", *said))


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.partition(".")[0] in PARTS and "." in value


def _look_up(path: object, request: Request) -> object:
    assert isinstance(path, str), "only a path is looked up"
    part, _, name = path.partition(".")
    attributes: Attributes = getattr(request, part)
    return attributes.get(name, _UNKNOWN)


def _why_applies(rule: Rule, request: Request) -> str:
    said = " and ".join(
        f"{condition}{'' if condition.holds(request) else ' (unknown)'}"
        for condition in rule.conditions
    )
    return f"{rule.name}: {rule.effect} {request.action}{' if ' if said else ''}{said}"


def _why_not(rule: Rule, request: Request) -> str:
    failing = next(each for each in rule.conditions if not each.holds(request))
    if failing.holds(request) is None:
        return f"{rule.name}: {failing} is not known"
    shown = ", ".join(map(repr, failing.values(request)))
    return f"{rule.name}: {failing} does not hold: {shown}"
