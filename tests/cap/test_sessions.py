"""Session guarantees, against the definitions of Terry et al. 1994 written out."""

from dataclasses import replace
from itertools import permutations

import pytest
from draws import rows
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.cap import CausalInbox
from sdnotes.cap.sessions import session_violations
from sdnotes.sim import History, Operation, Outcome


def history(*calls: tuple[str, str, int]) -> History:
    return History(
        tuple(
            Operation(
                process=who,
                action=action,
                argument=value if action == "write" else None,
                invoked_us=10 * n,
                completed_us=10 * n + 5,
                outcome=Outcome.OK,
                result=value if action == "read" else None,
            )
            for n, (who, action, value) in enumerate(calls)
        )
    )


@pytest.mark.parametrize(
    ("first", "then", "guarantee"),
    [
        ("write", "read", "read your writes"),
        ("read", "read", "monotonic reads"),
        ("write", "write", "monotonic writes"),
        ("read", "write", "writes follow reads"),
    ],
)
def test_each_guarantee_is_broken_by_going_back_and_only_by_that(
    first: str, then: str, guarantee: str
) -> None:
    back = history(("ann", first, 2), ("ann", then, 1))
    (violation,) = session_violations(back, [0, 1, 2])
    assert violation.guarantee == guarantee
    assert (violation.sooner, violation.later) == back.operations
    assert str(violation).startswith(f"{guarantee}: ann: {first}")
    same = history(("ann", first, 2), ("ann", then, 2))
    assert session_violations(same, [0, 1, 2]) == []
    two = history(("ann", first, 2), ("bob", then, 1))
    assert session_violations(two, [0, 1, 2]) == []


CALLS = rows(["ann", "bob"], ["read", "write"], range(5), max_size=9)


@given(CALLS, st.sampled_from(list(permutations(range(5)))))
def test_the_four_definitions_written_out_say_the_same(
    calls: list[tuple[str, str, int]], order: tuple[int, ...]
) -> None:
    """The sets of writes that a server has seen, as in section 3 of the paper."""
    broken = set()
    for later, (who, action, value) in enumerate(calls):
        # What a server that holds this value has seen; what this write comes after.
        seen = set(order[: order.index(value) + 1])
        before = set(order[: order.index(value)])
        for sooner, (same, acted, past) in enumerate(calls[:later]):
            if same != who:
                continue
            if action == "read" and past not in seen:
                name = "read your writes" if acted == "write" else "monotonic reads"
                broken.add((name, sooner, later))
            if action == "write" and past != value and past not in before:
                name = "monotonic writes" if acted == "write" else "writes follow reads"
                broken.add((name, sooner, later))
    found = {
        (v.guarantee, v.sooner.invoked_us // 10, v.later.invoked_us // 10)
        for v in session_violations(history(*calls), order)
    }
    assert found == broken


def test_keys_are_apart_and_unanswered_operations_promise_nothing() -> None:
    write, read = history(("ann", "write", 2), ("ann", "read", 1)).operations
    elsewhere = History((replace(write, key="x"), replace(read, key="y")))
    assert session_violations(elsewhere, {"x": [1, 2], "y": [1, 2]}) == []
    lost = replace(write, outcome=Outcome.UNKNOWN)
    assert session_violations(History((lost, read)), [1, 2]) == []


def test_orders_and_actions_that_cannot_be_are_refused() -> None:
    read = history(("ann", "read", 3))
    with pytest.raises(
        ValueError, match=r"order=\[0, 1\] lacks the value of ann: read"
    ):
        session_violations(read, [0, 1])
    with pytest.raises(ValueError, match="stands in it twice"):
        session_violations(read, [3, 3])
    flown = Operation("ann", "fly", None, 0, 1, Outcome.OK)
    with pytest.raises(ValueError, match="history has ann: fly"):
        session_violations(History((flown,)), [0])


def test_true_is_no_older_version_of_1() -> None:
    history = History(
        (
            Operation("ann", "write", True, 0, 5, Outcome.OK),
            Operation("ann", "read", None, 10, 15, Outcome.OK, result=1),
        )
    )
    assert len(session_violations(history, [1, True])) == 1
    assert session_violations(history, [True, 1]) == []


def keyed(*calls: tuple[str, str, str, int]) -> History:
    plain = history(*((who, action, value) for who, action, _, value in calls))
    keys = (key for _, _, key, _ in calls)
    pairs = zip(plain.operations, keys, strict=True)
    return History(tuple(replace(operation, key=key) for operation, key in pairs))


ORDER = {"acl": [0, 1], "photo": [0, 1]}


def test_the_boss_finds_ann_s_monotonic_writes_broken_over_two_keys() -> None:
    """Terry et al. 1994: if W2 is in DB(S2), then W1 is also in DB(S2)."""
    seen = keyed(
        ("ann", "write", "acl", 1),
        ("ann", "write", "photo", 1),
        ("boss", "read", "photo", 1),
        ("boss", "read", "acl", 0),
    )
    (violation,) = session_violations(seen, ORDER)
    assert violation.guarantee == "monotonic writes"
    assert (violation.sooner, violation.later) == seen.operations[2:]
    assert violation.because == seen.operations[:2]
    assert str(violation).endswith(
        "although ann: write acl 1 [0..5 us] ok came before "
        "ann: write photo 1 [10..15 us] ok"
    )
    lost = replace(seen.operations[1], outcome=Outcome.UNKNOWN, completed_us=None)
    unknown = History((seen.operations[0], lost, *seen.operations[2:]))
    assert len(session_violations(unknown, ORDER)) == 1  # it was seen, so it happened


def test_an_answer_seen_without_its_question_breaks_writes_follow_reads() -> None:
    seen = keyed(
        ("bob", "write", "acl", 1),
        ("ann", "read", "acl", 1),
        ("ann", "write", "photo", 1),
        ("boss", "read", "photo", 1),
        ("boss", "read", "acl", 0),
    )
    (violation,) = session_violations(seen, ORDER)
    assert violation.guarantee == "writes follow reads"


@pytest.mark.parametrize(
    "calls",
    [
        # The other order of writing: nothing was promised.
        [("ann", "write", "photo", 1), ("ann", "write", "acl", 1)],
        # Two clients that know nothing of each other.
        [("ann", "write", "acl", 1), ("bob", "write", "photo", 1)],
        # Nobody can tell which of the two writes the boss has seen.
        [
            ("ann", "write", "acl", 1),
            ("ann", "write", "photo", 1),
            ("bob", "write", "photo", 1),
        ],
        [
            ("bob", "write", "photo", 1),
            ("ann", "write", "acl", 1),
            ("ann", "write", "photo", 1),
        ],
    ],
    ids=["the other order", "two clients", "written twice", "and the other way round"],
)
def test_what_did_not_depend_on_another_write_may_be_seen_without_it(
    calls: list[tuple[str, str, str, int]],
) -> None:
    looks = [("boss", "read", "photo", 1), ("boss", "read", "acl", 0)]
    assert session_violations(keyed(*calls, *looks), ORDER) == []
    before = [("boss", "read", "acl", 0), ("boss", "read", "photo", 1)]
    together = [("ann", "write", "acl", 1), ("ann", "write", "photo", 1)]
    assert session_violations(keyed(*together, *before), ORDER) == []


def test_a_client_s_own_view_is_told_once_and_by_its_own_name() -> None:
    calls = [("ann", "write", "acl", 1), ("ann", "write", "photo", 1)]
    looks = [("ann", "read", "photo", 1), ("ann", "read", "acl", 0)]
    found = session_violations(keyed(*calls, *looks), ORDER)
    assert [violation.guarantee for violation in found] == ["read your writes"]


def test_the_newest_of_what_came_before_is_what_may_not_be_missed() -> None:
    seen = keyed(
        ("ann", "write", "acl", 1),
        ("ann", "write", "acl", 2),
        ("ann", "write", "photo", 1),
        ("boss", "read", "photo", 1),
        ("boss", "read", "acl", 1),
    )
    (violation,) = session_violations(seen, {"acl": [0, 1, 2], "photo": [0, 1]})
    assert violation.because == seen.operations[1:3]


@given(
    st.lists(st.sampled_from(["x", "y"]), min_size=2, max_size=5),
    st.permutations(range(5)),
)
def test_a_copy_that_delivers_causally_shows_no_broken_promise(
    keys: list[str], arrivals: list[int]
) -> None:
    """Ann writes key after key; a reader looks at both after each arrival."""
    ann, copy = CausalInbox[tuple[str, int]]("ann"), CausalInbox[tuple[str, int]]("c")
    calls = [("ann", "write", key, n) for n, key in enumerate(keys, start=1)]
    sent = [ann.stamp((key, value)) for _, _, key, value in calls]
    plain, causal = {"x": 0, "y": 0}, {"x": 0, "y": 0}
    order = {key: [0, *(v for _, _, k, v in calls if k == key)] for key in plain}
    views: list[list[tuple[str, str, str, int]]] = [[], []]
    for place in (n for n in arrivals if n < len(sent)):
        key, value = sent[place].body
        plain[key] = max(plain[key], value)
        causal |= dict(m.body for m in copy.receive(sent[place]))
        for view, shown in zip(views, (plain, causal), strict=True):
            view += [("bob", "read", k, shown[k]) for k in ("x", "y")]
    overtaken = [n for n in arrivals if n < len(sent)] != list(range(len(sent)))
    assert session_violations(keyed(*calls, *views[1]), order) == []
    found = session_violations(keyed(*calls, *views[0]), order)
    assert overtaken or found == []
    assert {v.guarantee for v in found} <= {"monotonic writes"}
