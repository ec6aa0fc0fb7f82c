"""What each level promises, over random interleavings, and what it does not."""

import pytest
from acid.interleavings import is_serializable, scripts
from hypothesis import given, settings
from hypothesis import strategies as st

from sdnotes.acid import LEVELS, Action, Store, StoreDatabase, play
from sdnotes.acid.levels import Reads
from sdnotes.acid.playing import Shown, What
from sdnotes.acid.script import Command

SERIALIZABLE = ("serializable", "two-phase locking")


class Checked(StoreDatabase):
    """A store whose invariants are asserted after every step."""

    def step(self, command: Command) -> Shown:
        try:
            return super().step(command)
        finally:
            self.store.check()


@pytest.mark.parametrize("level", SERIALIZABLE)
@given(script=scripts())
def test_a_serializable_level_shows_what_some_serial_order_shows(
    level: str, script: str
) -> None:
    run = play(script, Checked(level))
    assert is_serializable(script, run), run.table()


@pytest.mark.parametrize("level", [name for name in LEVELS if name not in SERIALIZABLE])
def test_a_weaker_level_does_not_always(level: str) -> None:
    script = """x = 1, y = 2
        T1 get x; T2 get y; T1 put y 3; T2 put x 4; T1 commit; T2 commit"""
    lines = script.replace("; ", "\n").splitlines()
    script = "\n".join(line.strip() for line in lines)
    assert not is_serializable(script, play(script, level))


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=60)
@given(script=scripts())
def test_at_every_level_all_that_is_asked_for_is_settled_in_the_end(
    level: str, script: str
) -> None:
    """A wait ends when those it is for have ended: no circle stays."""
    run = play(script, Checked(level))
    settled = {(s.who, s.number) for s in run.steps if s.what is not What.WAITS}
    assert {(s.who, s.number) for s in run.waits} <= settled
    assert set(run.committed).isdisjoint(run.refused)


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=60)
@given(script=scripts())
def test_a_read_sees_the_version_that_its_level_says(level: str, script: str) -> None:
    history = play(script, level).history
    reads = LEVELS[level].reads
    committed: dict[str, list[str]] = {}
    written: dict[tuple[str, str], str] = {}  # who and key: their newest version
    open_now: dict[str, str] = {}
    snapshots: dict[str, dict[str, str]] = {}
    for o in history:
        newest = {key: names[-1] for key, names in committed.items()}
        if o.action is Action.BEGIN:
            snapshots[o.transaction] = newest
        elif o.action is Action.WRITE:
            written[o.transaction, o.key] = open_now[o.key] = o.version
        elif o.action is Action.READ:
            sees = {
                Reads.NEWEST: {**newest, **open_now},
                Reads.COMMITTED: newest,
                Reads.SNAPSHOT: snapshots[o.transaction],
            }[reads]
            may_see = {sees.get(o.key, "")}
            if "for update" in script:
                may_see |= {newest.get(o.key, "")}
            own = written.get((o.transaction, o.key))
            assert o.version in ({own} if own else may_see)
        elif o.action in (Action.COMMIT, Action.ABORT):
            for (who, key), name in list(written.items()):
                if who == o.transaction:
                    open_now.pop(key, None)
                    del written[who, key]
                    if o.action is Action.COMMIT:
                        committed.setdefault(key, []).append(name)


@settings(max_examples=100)
@given(script=scripts(), level=st.sampled_from(["snapshot", "serializable"]))
def test_two_that_overlap_do_not_both_commit_a_write_to_one_key(
    script: str, level: str
) -> None:
    """First committer wins: Berenson et al. 1995, section 4.2."""
    run = play(script, level)
    spans: dict[str, list[int]] = {}
    wrote: dict[str, set[str]] = {}
    for o in run.history:
        spans.setdefault(o.transaction, []).append(o.at)
        if o.action is Action.WRITE:
            wrote.setdefault(o.transaction, set()).add(o.key)
    for a in run.committed:
        for b in run.committed:
            overlap = (
                a < b and spans[a][0] < spans[b][-1] and spans[b][0] < spans[a][-1]
            )
            assert not (overlap and wrote.get(a, set()) & wrote.get(b, set()))


@settings(max_examples=40)
@given(script=scripts())
def test_reads_at_their_snapshot_never_wait(script: str) -> None:
    for level in ("snapshot", "serializable", "repeatable read", "read committed"):
        waits = play(script, level).waits
        assert not [s for s in waits if s.text.startswith("scan") or s.text == "get x"]


def test_two_levels_may_meet_in_one_store() -> None:
    store = Store(initially={"x": 10})
    old = store.begin(isolation="snapshot")
    new = store.begin(isolation="read committed")
    writer = store.begin()
    writer.put("x", 11)
    writer.commit()
    assert (old.get("x"), new.get("x")) == (10, 11)
