"""A decision is an answer and its reasons, made together.

    denied
      no rule allows it
      owners: subject.id == resource.owner does not hold: 'bob', 'ann'

Whoever must say in a year why somebody was let in needs the second line then. Made from
the same steps as the answer, it cannot disagree with it.

Chapter: docs/chapters/access/.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, and why or why not, one reason a line.

    A decision counts as its answer, so that ``if decide(...)`` means what it says.

    Examples:
        >>> print(Decision(False, ("no rule allows it",)))
        denied
          no rule allows it
        >>> bool(Decision(False, ()))
        False
    """

    allowed: bool
    because: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.allowed

    def __str__(self) -> str:
        answer = "allowed" if self.allowed else "denied"
        return "\n  ".join((answer, *self.because))
