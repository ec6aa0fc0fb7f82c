"""The four settings differ in what they give up, over runs that all of them share."""

from functools import cache

import pytest

from sdnotes.cap import Register, judge, same_cut, session_violations
from sdnotes.cap.same_cut import CLIENTS, CUT_MS, POLICIES, steps_of

# A run takes 10 ms, and the tests ask for the same ones.
run_same_cut = cache(same_cut.run_same_cut)
RUNS = 12


@cache
def costs(policy: str) -> same_cut.Costs:
    return same_cut.costs(policy, RUNS)


def test_only_the_majority_is_linearizable_and_it_alone_refuses_one_side() -> None:
    found = {policy: costs(policy) for policy in POLICIES}
    left = {policy: f.left_answered.value for policy, f in found.items()}
    right = {policy: f.right_answered.value for policy, f in found.items()}
    always = {policy for policy, f in found.items() if f.linearizable.value == 1}
    assert always == {"majority"}
    assert (left["majority"], right["majority"]) == (1, 0)
    for policy in ("any copy", "stand-ins"):
        assert (left[policy], right[policy]) == (1, 1)
    # Every write needs a copy on the other side; every read finds one on its own.
    for seed in range(5):
        for operation in run_same_cut("all copies", seed).history.operations:
            if 500_000 <= operation.invoked_us < 1_400_000:
                assert (operation.outcome == "ok") == (operation.action == "read")


def test_the_requests_are_the_same_for_every_setting_and_differ_by_seed() -> None:
    for policy in POLICIES:
        history = run_same_cut(policy, seed=3).history
        asked = sorted((o.process, o.argument or 0) for o in history.operations)
        steps = [(s[1], s[3] if len(s) > 3 else 0) for s in steps_of(3)]
        assert asked == sorted(steps)  # type: ignore[type-var]
    assert steps_of(1) != steps_of(2)
    assert {step[1] for step in steps_of(1)} == set(CLIENTS)


def test_more_requests_and_more_writes_are_drawn_as_asked_for() -> None:
    steps = steps_of(1, requests=5, writes=1.0)
    assert [step[2] for step in steps] == ["write"] * 10
    assert all(step[2] == "read" for step in steps_of(1, requests=5, writes=0.0))
    history = same_cut.run_same_cut("any copy", 1, requests=5, writes=1.0).history
    assert len(history.operations) == 10


def test_the_copies_agree_in_the_end_whatever_the_setting() -> None:
    """With read repair or hints; what they agree on may not be what was promised."""
    for policy in ("majority", "stand-ins"):
        run = run_same_cut(policy, seed=1)
        assert len(set(run.copies.values())) <= 2
        assert run.written[-1] in run.copies.values()


def test_a_setting_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="policy='both' is not one of all copies"):
        run_same_cut("both")


def test_answered_and_kept_are_counted_run_by_run() -> None:
    for policy in ("all copies", "any copy"):
        runs = [run_same_cut(policy, seed) for seed in range(RUNS)]
        found = costs(policy)
        pairs = [run.answered("left", *CUT_MS).split(" of ") for run in runs]
        answered = sum(int(a) for a, _ in pairs) / sum(int(b) for _, b in pairs)
        assert found.left_answered.value == answered
        kept = sum(not session_violations(run.history, run.written) for run in runs)
        assert 0 < kept < RUNS or policy == "all copies"
        assert found.sessions_kept.value == kept / RUNS


def test_the_shares_are_counted_from_the_runs_that_they_speak_of() -> None:
    runs = [run_same_cut("all copies", seed) for seed in range(RUNS)]
    linear = sum(bool(judge(run.history, Register(0))) for run in runs)
    assert costs("all copies").linearizable.value == linear / RUNS
