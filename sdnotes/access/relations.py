"""Relations: who may follows from who is what to whom, as a way through a graph.

    doc:plan#parent@folder:q3           the plan lies in the folder q3
    folder:q3#viewer@group:eng#member   the members of eng see what lies in it
    group:eng#member@user:ann           ann is one of them

    check doc:plan#viewer@user:ann      allowed, by these three

A schema says which relation follows from which: "viewer" of a doc from "this" (a tuple
that says so), from "editor" (who may edit may view), from "parent.viewer" (who views
the folder views what lies in it). Groups may contain each other: a way that comes back
to where it was is no proof, and no error.

Source: Pang et al. 2019, "Zanzibar: Google's Consistent, Global Authorization System",
sections 2.1 to 2.3.2.
Left out: intersection and exclusion of relations, indexes for deep groups.
Chapter: docs/chapters/access/.
To take away: Relations.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sdnotes.access.decision import Decision

_OBJECT = r"[a-z]+:[A-Za-z0-9_.@-]+"
_TUPLE = re.compile(rf"({_OBJECT})#([a-z_]+)@({_OBJECT})(?:#([a-z_]+))?")
_USERSET = re.compile(rf"({_OBJECT})#([a-z_]+)")

MAX_DEPTH = 200
"""How many sets may stand in each other where all of them are shown."""

Goal = tuple[str, str]
"""An object and a relation to it: all who have it are a set of users."""


class MalformedRelationError(ValueError):
    """A text that is no relation, or one that the schema does not know."""


@dataclass(frozen=True, slots=True)
class Userset:
    """Who has a relation to an object: users, and sets of users within it.

    ``seen`` marks a set that stands further up already, whose members are not repeated.
    """

    name: str
    users: tuple[str, ...] = ()
    parts: "tuple[Userset, ...]" = ()
    seen: bool = False

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.name}{' (as above)' if self.seen else ''}"
        for user in self.users:
            yield f"  {user}"
        for part in self.parts:
            yield from (f"  {line}" for line in part._lines())


class Relations:
    """Relation tuples under a schema: ``check`` one user, or ``expand`` to all.

    Raises MalformedRelationError for a tuple that cannot be read, or that names what
    the schema does not have; ValueError for a schema that refers to nothing.

    Examples:
        >>> schema = {"doc": {"viewer": ["this", "owner"], "owner": ["this"]}}
        >>> docs = Relations(schema, ["doc:plan#owner@user:ann"])
        >>> print(docs.check("doc:plan#viewer@user:ann"))
        allowed
          doc:plan#viewer follows from doc:plan#owner
          doc:plan#owner@user:ann
    """

    def __init__(
        self,
        schema: Mapping[str, Mapping[str, Sequence[str]]],
        tuples: Iterable[str] = (),
    ) -> None:
        self.schema = {
            kind: {relation: tuple(sources) for relation, sources in each.items()}
            for kind, each in schema.items()
        }
        for kind, relations in self.schema.items():
            for sources in relations.values():
                for source in sources:
                    needed = source.partition(".")[0]
                    if needed not in ("this", *relations):
                        raise ValueError(
                            f"schema[{kind!r}] has {source!r}, and no such relation"
                        )
        self._users: dict[Goal, dict[str, None]] = {}
        for each in tuples:
            self.write(each)

    @property
    def tuples(self) -> list[str]:
        """Return what is written, as text."""
        return [
            f"{thing}#{relation}@{user}"
            for (thing, relation), users in self._users.items()
            for user in users
        ]

    def write(self, text: str) -> None:
        """Add a relation; nothing happens if it is there."""
        goal, user = self._read(text)
        self._users.setdefault(goal, {})[user] = None

    def delete(self, text: str) -> None:
        """Take a relation away. Raises ValueError if it is not there."""
        goal, user = self._read(text)
        if user not in self._users.get(goal, {}):
            raise ValueError(f"text={text!r} is not there")
        del self._users[goal][user]

    def check(self, text: str) -> Decision:
        """Return whether a user has a relation, and by which steps.

        Each object and relation is looked at once, so this takes time linear in the
        tuples, and ends whatever circles they form.
        """
        start, user = self._read(text)
        came_from: dict[Goal, tuple[Goal, str] | None] = {start: None}
        ahead = [start]
        for goal in ahead:  # which grows as we go
            if user in self._users.get(goal, {}):
                last = f"{goal[0]}#{goal[1]}@{user}"
                return Decision(True, (*_steps(came_from, goal), last))
            for following, step in self._sources(goal):
                if following not in came_from:
                    came_from[following] = goal, step
                    ahead.append(following)
        looked = f"no way leads from {start[0]}#{start[1]} to {user}"
        return Decision(False, (f"{looked}; looked at: {len(ahead)}",))

    def expand(self, text: str) -> Userset:
        """Return all who have a relation, "doc:plan#viewer", as sets within sets.

        Raises MalformedRelationError too for more than ``MAX_DEPTH`` of them.
        """
        match = _USERSET.fullmatch(text)
        if match is None:
            raise MalformedRelationError(f"{text!r} is not like doc:plan#viewer")
        goal = match[1], match[2]
        self._check_goal(goal, text)
        return self._expanded(goal, set(), 1)

    def _expanded(self, goal: Goal, seen: set[Goal], depth: int) -> Userset:
        name = f"{goal[0]}#{goal[1]}"
        if goal in seen:
            return Userset(name, seen=True)
        if depth > MAX_DEPTH:
            raise MalformedRelationError(f"{name!r} lies more than {MAX_DEPTH} deep")
        seen.add(goal)
        users = tuple(user for user in self._users.get(goal, {}) if "#" not in user)
        parts = tuple(
            self._expanded(each, seen, depth + 1) for each, _ in self._sources(goal)
        )
        return Userset(name, users, parts)

    def _sources(self, goal: Goal) -> Iterator[tuple[Goal, str]]:
        """Yield the sets of users that this one contains, and by which step."""
        thing, relation = goal
        for source in self.schema[thing.partition(":")[0]][relation]:
            through, _, further = source.partition(".")
            if source == "this":
                for user in self._users.get(goal, {}):
                    if "#" in user:
                        inner, _, its = user.partition("#")
                        yield (inner, its), f"{thing}#{relation}@{user}"
            elif not further:
                step = f"{thing}#{relation} follows from {thing}#{source}"
                yield (thing, source), step
            else:
                for parent in self._users.get((thing, through), {}):
                    kind = parent.partition(":")[0]
                    if further in self.schema.get(kind, {}):
                        yield (parent, further), f"{thing}#{through}@{parent}"

    def _read(self, text: str) -> tuple[Goal, str]:
        match = _TUPLE.fullmatch(text)
        if match is None:
            raise MalformedRelationError(f"{text!r} is not like doc:a#viewer@user:ann")
        thing, relation, user, its = match.groups()
        self._check_goal((thing, relation), text)
        if its is not None:
            self._check_goal((user, its), text)
        return (thing, relation), user if its is None else f"{user}#{its}"

    def _check_goal(self, goal: Goal, text: str) -> None:
        thing, relation = goal
        kind = thing.partition(":")[0]
        if relation not in self.schema.get(kind, {}):
            raise MalformedRelationError(f"{text!r}: a {kind} has no {relation}")


def _steps(
    came_from: Mapping[Goal, tuple[Goal, str] | None], goal: Goal
) -> Iterator[str]:
    """Yield the steps that led to a goal, the first one first."""
    steps = []
    while (before := came_from[goal]) is not None:
        goal, step = before
        steps.append(step)
    yield from reversed(steps)
