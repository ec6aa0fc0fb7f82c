"""Roles, attributes and relations: default deny, reasons that agree, their twins."""

from itertools import product
from random import Random

import pytest
from draws import picks
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.access import (
    AttributePolicy,
    Condition,
    Decision,
    MalformedRelationError,
    Relations,
    Request,
    RoleCycleError,
    Roles,
    Rule,
)
from sdnotes.access.attributes import Attributes
from sdnotes.access.relations import MAX_DEPTH

ROLES = "abcd"
INCLUDED = st.dictionaries(
    st.sampled_from(ROLES), st.lists(st.sampled_from(ROLES), max_size=3), max_size=4
)
GRANTED = st.dictionaries(
    st.sampled_from(ROLES),
    st.lists(st.tuples(st.sampled_from("rw"), st.just("post")), max_size=2),
)


def all_of(roles: dict[str, list[str]], start: list[str]) -> set[str]:
    """Return what is reached, by going on until nothing is added."""
    found = set(start)
    while more := {r for role in found for r in roles.get(role, [])} - found:
        found |= more
    return found


class TestDecision:
    def test_it_counts_as_its_answer(self) -> None:
        assert not Decision(False, ("why",))
        assert Decision(True, ())
        assert str(Decision(True, ("a", "b"))) == "allowed\n  a\n  b"


class TestRoles:
    def build(self, grants: dict, inherits: dict, members: dict) -> Roles | None:
        try:
            return Roles({r: grants.get(r, []) for r in ROLES}, inherits, members)
        except RoleCycleError:
            return None

    @given(GRANTED, INCLUDED, st.lists(st.sampled_from(ROLES), max_size=2))
    def test_a_decision_is_that_of_all_roles_reached(
        self, grants: dict, inherits: dict, held: list[str]
    ) -> None:
        roles = self.build(grants, inherits, {"ann": held})
        circular = any(r in all_of(inherits, inherits.get(r, [])) for r in ROLES)
        assert (roles is None) is circular
        if roles is None:
            return
        reached = all_of(inherits, held)
        assert set(roles.roles_of("ann")) == reached
        for action in "rw":
            decision = roles.decide("ann", action, "post")
            wanted = any((action, "post") in grants.get(r, []) for r in reached)
            assert decision.allowed is wanted
            if wanted:  # each line is a step that the policy has
                first, *steps, last = decision.because
                assert first.removeprefix("ann has the role ") in held
                pairs = [step.split(" includes ") for step in steps]
                assert all(b in inherits[a] for a, b in pairs)
                assert (action, "post") in grants[last.split()[0]]
            else:
                assert len(decision.because) == 1

    @pytest.mark.parametrize(
        "inherits", [{"a": "a"}, {"a": "b", "b": "a"}, {"d": "c", "c": "b", "b": "c"}]
    )
    def test_a_circle_is_told_with_its_roles(self, inherits: dict) -> None:
        with pytest.raises(RoleCycleError, match=r"^(.) includes (. includes )*\1$"):
            Roles({r: [] for r in ROLES}, inherits)

    def test_diamonds_upon_diamonds_take_no_time(self) -> None:
        names = [f"r{i}{side}" for i in range(200) for side in "lr"]
        inherits = {
            f"r{i}{side}": [f"r{i + 1}l", f"r{i + 1}r"]
            for i in range(199)
            for side in "lr"
        }
        roles = Roles({n: [] for n in names}, inherits, {"ann": ["r0l"]})
        assert len(roles.roles_of("ann")) == 399

    def test_who_has_no_role_may_nothing(self) -> None:
        decision = Roles({"a": [("r", "post")]}).decide("ann", "r", "post")
        assert decision == Decision(False, ("ann has no role",))

    def test_a_role_revoked_between_two_requests_counts_at_the_second(self) -> None:
        """AUTH-12: the decision is made anew at each request."""
        roles = Roles({"a": [("r", "post")], "b": []})
        roles.assign("ann", "a")
        roles.assign("ann", "a")
        assert roles.decide("ann", "r", "post")
        roles.revoke("ann", "a")
        assert not roles.decide("ann", "r", "post")
        roles.assign("ann", "b")
        assert roles.decide("ann", "r", "post").because[0].endswith(": b")

    def test_what_is_given_later_does_not_change_a_policy(self) -> None:
        members = {"ann": ["a"]}
        roles = Roles({"a": [("r", "post")], "b": []}, {}, members)
        members["ann"].clear()
        assert roles.decide("ann", "r", "post")


LEFT = ("subject.id", "subject.age", "resource.owner", "resource.frozen")
VALUES = ("ann", "bob", 1, 2, True, None)
_RIGHT = (*LEFT, *VALUES, ("ann", 1))
_CONDITIONS = [
    Condition(left, operator, right)
    for left in LEFT
    for operator in ("==", "!=", "<", "<=", "in")
    for right in _RIGHT
]
_random = Random(1)
_RULES = [
    Rule(
        f"rule {number}",
        _random.choice(("allow", "deny")),
        _random.choice((("r",), ("w",), ("r", "w"), ("*",))),
        _random.sample(_CONDITIONS, _random.choice((0, 1, 1, 2))),
    )
    for number in range(400)
]
RULES = picks(_RULES, max_size=5).map(
    lambda rules: list({rule.name: rule for rule in rules}.values())
)


def _part() -> dict[str, object]:
    names = [
        name for name in ("id", "age", "owner", "frozen") if _random.random() < 0.7
    ]
    return {name: _random.choice(VALUES) for name in names}


REQUESTS = st.sampled_from(
    [Request(_part(), _random.choice("rw"), _part()) for _ in range(200)]
)


def twin(rules: list[Rule], request: Request) -> bool:
    """Decide again, from the text of XACML's deny-overrides with our unknowns."""
    parts: dict[str, Attributes] = {
        "subject": request.subject,
        "resource": request.resource,
        "context": request.context,
    }

    def value(side: object) -> tuple[bool, object]:
        if side in LEFT:
            part, name = str(side).split(".")
            return name in parts[part], parts[part].get(name)
        return True, side

    def state(condition: Condition) -> str:
        (known, left), (also, right) = value(condition.left), value(condition.right)
        if not (known and also):
            return "unknown"
        text = {"==": "left == right", "!=": "left != right", "<": "left < right"}
        more = {"<=": "left <= right", "in": "left in right"}
        try:
            answer = eval(  # noqa: S307 -- our own five texts
                {**text, **more}[condition.operator], {}, {"left": left, "right": right}
            )
        except TypeError:
            return "unknown"
        return "yes" if answer else "no"

    answers = set()
    for rule in rules:
        states = [state(condition) for condition in rule.conditions]
        covered = "*" in rule.actions or request.action in rule.actions
        if rule.effect == "allow" and covered and all(s == "yes" for s in states):
            answers.add("allow")
        if rule.effect == "deny" and covered and all(s != "no" for s in states):
            answers.add("deny")
    return answers == {"allow"}


class TestAttributes:
    @given(RULES, REQUESTS)
    def test_the_decision_is_the_twins(
        self, rules: list[Rule], request: Request
    ) -> None:
        assert AttributePolicy(rules).decide(request).allowed is twin(rules, request)

    @given(RULES, REQUESTS)
    def test_adding_a_deny_never_allows_more(
        self, rules: list[Rule], request: Request
    ) -> None:
        after = AttributePolicy(rules).decide(request).allowed
        without = [rule for rule in rules if rule.effect == "allow"]
        before = AttributePolicy(without).decide(request).allowed
        assert before or not after
        nobody = [*rules, Rule("nobody", "deny", ["*"])]
        assert not AttributePolicy(nobody).decide(request).allowed

    @given(RULES, REQUESTS)
    def test_the_order_of_rules_is_of_no_account(
        self, rules: list[Rule], request: Request
    ) -> None:
        forwards = AttributePolicy(rules).decide(request)
        backwards = AttributePolicy(rules[::-1]).decide(request)
        assert forwards.allowed is backwards.allowed
        assert set(forwards.because) == set(backwards.because)

    @given(RULES, REQUESTS)
    def test_the_reasons_name_the_rules_that_decide(
        self, rules: list[Rule], request: Request
    ) -> None:
        decision = AttributePolicy(rules).decide(request)
        named = {line.partition(":")[0] for line in decision.because}
        if decision.because[0] == "no rule allows it":
            assert not decision.allowed
            assert not any(rule.applies(request) for rule in rules)
            return
        effect = "allow" if decision.allowed else "deny"
        assert named == {
            r.name for r in rules if r.effect == effect and r.applies(request)
        }
        others = [rule for rule in rules if rule.name not in named]
        left = AttributePolicy(others).decide(request)
        if decision.allowed:  # without the rules named, it is denied
            assert not left.allowed

    @given(RULES, REQUESTS)
    def test_forgetting_an_attribute_never_allows_more(
        self, rules: list[Rule], request: Request
    ) -> None:
        full = AttributePolicy(rules).decide(request).allowed
        for name in request.subject:
            fewer = {k: v for k, v in request.subject.items() if k != name}
            less = Request(fewer, request.action, request.resource)
            assert full or not AttributePolicy(rules).decide(less).allowed

    def test_the_same_request_with_somebody_elses_id_is_denied(self) -> None:
        """AUTH-02, OWASP API1:2023: the object, not only the role, is checked."""
        own = Condition("subject.id", "==", "resource.owner")
        checked = AttributePolicy([Rule("owners", "allow", ["read"], [own])])
        role = Condition("subject.role", "==", "customer")
        careless = AttributePolicy([Rule("customers", "allow", ["read"], [role])])
        bob = {"id": "bob", "role": "customer"}
        for owner, policy in product(("ann", "bob"), (checked, careless)):
            allowed = policy.decide(Request(bob, "read", {"owner": owner})).allowed
            assert allowed is (owner == "bob" or policy is careless)

    def test_a_list_as_value_can_be_compared(self) -> None:
        ward = Condition("subject.ward", "in", ["a", "b"])
        policy = AttributePolicy([Rule("wards", "allow", ["*"], [ward])])
        assert policy.decide(Request({"ward": "a"}, "read", {}))
        said = policy.decide(Request({"ward": "c"}, "read", {})).because[1]
        assert said == "wards: subject.ward in ['a', 'b'] does not hold: " + (
            "'c', ['a', 'b']"
        )

    def test_conditions_out_of_a_generator_hold_at_every_request(self) -> None:
        """Used up, they would leave a rule that allows everything."""
        own = (Condition("subject.id", "==", "resource.owner") for _ in range(1))
        rule = Rule("owners", "allow", ["read"], own)  # type: ignore[arg-type]
        policy = AttributePolicy([rule])
        for _ in range(3):
            assert not policy.decide(Request({"id": "bob"}, "read", {"owner": "ann"}))

    def test_an_unknown_deny_says_so(self) -> None:
        frozen = Condition("resource.frozen", "==", True)
        policy = AttributePolicy(
            [Rule("all", "allow", ["*"]), Rule("frozen", "deny", ["write"], [frozen])]
        )
        assert policy.decide(Request({}, "read", {}))
        decision = policy.decide(Request({}, "write", {}))
        assert decision.because == (
            "frozen: deny write if resource.frozen == True (unknown)",
        )
        assert policy.decide(Request({}, "write", {"frozen": False}))


SCHEMA = {
    "doc": {
        "viewer": ["this", "editor", "parent.viewer"],
        "editor": ["this"],
        "parent": ["this"],
    },
    "folder": {"viewer": ["this", "parent.viewer"], "parent": ["this"]},
    "group": {"member": ["this"]},
}
SETS = ("group:g#member", "group:h#member", "folder:f#viewer", "doc:d#editor")
TUPLES = picks(
    [
        *(
            f"doc:{doc}#{relation}@{user}"
            for doc in "de"
            for relation in ("viewer", "editor")
            for user in ("user:ann", "user:bob", *SETS)
        ),
        *(
            f"folder:{name}#viewer@{user}"
            for name in "fk"
            for user in ("user:ann", *SETS)
        ),
        *(
            f"group:{name}#member@{user}"
            for name in "gh"
            for user in ("user:ann", "user:bob", *SETS)
        ),
        *(
            f"{thing}#parent@folder:{name}"
            for thing in ("doc:d", "doc:e", "folder:f", "folder:k")
            for name in "fk"
        ),
    ],
    max_size=9,
)
GOALS = [
    *((f"doc:{d}", r) for d in "de" for r in ("viewer", "editor")),
    *((f"folder:{f}", "viewer") for f in "fk"),
    *((f"group:{g}", "member") for g in "gh"),
]


def fixpoint(tuples: list[str]) -> set[tuple[str, str, str]]:
    """Return all (object, relation, user) by applying every rule until none adds."""
    read = {tuple(t.replace("#", "@", 1).split("@", 2)) for t in tuples}
    holds: set[tuple[str, str, str]] = set()
    while True:
        more = set()
        for thing, relation, user in read:
            if "#" not in user:
                more.add((thing, relation, user))
            else:
                inner, its = user.split("#")
                more |= {
                    (thing, relation, u) for o, r, u in holds if (o, r) == (inner, its)
                }
            if relation == "parent":
                more |= {
                    (thing, "viewer", u)
                    for o, r, u in holds
                    if (o, r) == (user, "viewer")
                }
        more |= {(o, "viewer", u) for o, r, u in holds if r == "editor"}
        if more <= holds:
            return holds
        holds |= more


class TestRelations:
    @given(TUPLES)
    def test_check_is_the_least_fixpoint(self, tuples: list[str]) -> None:
        relations = Relations(SCHEMA, tuples)
        holds = fixpoint(tuples)
        for (thing, relation), user in product(GOALS, ("user:ann", "user:bob")):
            decision = relations.check(f"{thing}#{relation}@{user}")
            assert decision.allowed is ((thing, relation, user) in holds)

    @given(TUPLES)
    def test_the_reasons_of_a_yes_are_enough_for_it(self, tuples: list[str]) -> None:
        """Checked against the tuples named alone, the answer is the same."""
        relations = Relations(SCHEMA, tuples)
        for (thing, relation), user in product(GOALS, ("user:ann", "user:bob")):
            text = f"{thing}#{relation}@{user}"
            decision = relations.check(text)
            if decision.allowed:
                named = [line for line in decision.because if "@" in line]
                assert set(named) <= set(tuples)
                assert Relations(SCHEMA, named).check(text).allowed

    @given(TUPLES)
    def test_expand_lists_exactly_those_whom_check_allows(
        self, tuples: list[str]
    ) -> None:
        relations = Relations(SCHEMA, tuples)
        for thing, relation in GOALS:
            shown = str(relations.expand(f"{thing}#{relation}")).split()
            users = {word for word in shown if word.startswith("user:")}
            for user in ("user:ann", "user:bob"):
                allowed = relations.check(f"{thing}#{relation}@{user}").allowed
                assert allowed is (user in users)

    @given(TUPLES)
    def test_adding_a_relation_takes_nothing_away(self, tuples: list[str]) -> None:
        fewer, more = Relations(SCHEMA, tuples[:-1]), Relations(SCHEMA, tuples)
        for (thing, relation), user in product(GOALS, ("user:ann", "user:bob")):
            text = f"{thing}#{relation}@{user}"
            assert more.check(text).allowed or not fewer.check(text).allowed

    def test_groups_that_contain_each_other_end(self) -> None:
        groups = Relations(
            SCHEMA, ["group:g#member@group:h#member", "group:h#member@group:g#member"]
        )
        decision = groups.check("group:g#member@user:ann")
        said = "no way leads from group:g#member to user:ann; looked at: 2"
        assert decision == Decision(False, (said,))
        assert str(groups.expand("group:g#member")).splitlines() == [
            "group:g#member",
            "  group:h#member",
            "    group:g#member (as above)",
        ]
        groups.write("group:h#member@user:ann")
        assert groups.check("group:g#member@user:ann").because == (
            "group:g#member@group:h#member",
            "group:h#member@user:ann",
        )

    def test_a_set_can_be_asked_for_as_a_user(self) -> None:
        docs = Relations(SCHEMA, ["doc:d#viewer@group:g#member"])
        assert docs.check("doc:d#viewer@group:g#member")
        assert not docs.check("doc:e#viewer@group:g#member")

    def test_what_is_deleted_is_gone_and_listed_no_more(self) -> None:
        docs = Relations(SCHEMA, ["doc:d#viewer@user:ann", "doc:d#viewer@user:bob"])
        docs.write("doc:d#viewer@user:ann")
        docs.delete("doc:d#viewer@user:ann")
        assert docs.tuples == ["doc:d#viewer@user:bob"]
        assert not docs.check("doc:d#viewer@user:ann")
        with pytest.raises(ValueError, match="is not there"):
            docs.delete("doc:d#viewer@user:ann")

    @pytest.mark.parametrize(
        "text",
        [
            *("", "doc:d", "doc:d#viewer", "doc:d#viewer@", "doc:d#viewer@ann"),
            *("doc:d#Viewer@user:ann", "doc:d#viewer@user:ann#", "d#viewer@user:ann"),
            *("doc:d#viewer@user:ann\n", " doc:d#viewer@user:ann", "doc:ä#viewer@u:a"),
            *("doc:d#writer@user:ann", "car:d#viewer@user:ann"),
            *("doc:d#viewer@group:g#owner", "doc:d#viewer@user:ann#member"),
        ],
    )
    def test_what_is_no_relation_of_the_schema_is_refused(self, text: str) -> None:
        relations = Relations(SCHEMA)
        for call in (relations.check, relations.write, relations.delete):
            with pytest.raises(MalformedRelationError):
                call(text)

    @pytest.mark.parametrize("text", ["", "doc:d", "doc:d#writer", "doc:d#viewer@u:a"])
    def test_what_is_no_set_cannot_be_expanded(self, text: str) -> None:
        with pytest.raises(MalformedRelationError):
            Relations(SCHEMA).expand(text)

    def test_a_long_chain_is_checked_and_too_deep_to_be_shown(self) -> None:
        chain = [
            f"group:g{i}#member@group:g{i + 1}#member" for i in range(MAX_DEPTH * 20)
        ]
        relations = Relations(SCHEMA, [*chain, f"group:g{len(chain)}#member@user:ann"])
        assert (
            len(relations.check("group:g0#member@user:ann").because) == len(chain) + 1
        )
        with pytest.raises(MalformedRelationError, match="more than 200 deep"):
            relations.expand("group:g0#member")
        deepest = f"group:g{len(chain) - MAX_DEPTH + 1}#member"
        assert str(relations.expand(deepest)).count("\n") == MAX_DEPTH

    def test_a_schema_or_a_set_that_changes_later_changes_nothing(self) -> None:
        sources = ["this"]
        docs = Relations({"doc": {"viewer": sources, "owner": ["this"]}})
        docs.write("doc:d#owner@user:ann")
        sources.append("owner")
        assert not docs.check("doc:d#viewer@user:ann")

    def test_a_set_of_users_is_no_parent(self) -> None:
        docs = Relations(
            SCHEMA, ["doc:d#parent@folder:f#viewer", "folder:f#viewer@user:ann"]
        )
        assert not docs.check("doc:d#viewer@user:ann")

    def test_a_parent_of_a_kind_without_the_relation_gives_nothing(self) -> None:
        docs = Relations(SCHEMA, ["doc:d#parent@group:g", "group:g#member@user:ann"])
        assert not docs.check("doc:d#viewer@user:ann")
