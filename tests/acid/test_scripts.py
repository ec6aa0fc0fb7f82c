"""A script says what is done; a line that says nothing is named by its number."""

import pytest

from sdnotes.acid import (
    LEVELS,
    DeadlockError,
    MalformedScriptError,
    Predicate,
    SerializationFailureError,
    Store,
    TransactionOverError,
    WouldBlockError,
    play,
)
from sdnotes.acid.playing import What
from sdnotes.acid.script import parse
from sdnotes.figures import timeline
from sdnotes.sim import Outcome


def test_a_script_is_read_without_blanks_and_comments() -> None:
    script = parse(
        """
        x = 10,  y = one      # at the beginning
        T1  get x
        T2 add -5 where key in x, y
    """.replace(",  ", ", ")
    )
    assert script.initially == {"x": 10, "y": "one"}
    assert script.names == ("T1", "T2")
    assert [(c.line, c.text) for c in script.commands] == [
        (3, "get x"),
        (4, "add -5 where key in x, y"),
    ]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("T1 gets x", "line 1: 'T1 gets x' is none of"),
        ("x = 1\nT1", "line 2: 'T1' is none of"),
        ("x = 1, y\nT1 get x", "line 1: 'y' is not like x = 10"),
        ("x = 1, x = 2", "line 1: 'x = 2' is not like x = 10"),
        ("T1 get x\nT1 begin", "line 2: T1 has already begun"),
        ("T1 commit\n\nT1 get x", "line 3: T1 has already ended"),
        ("T1 scan value > 3", "line 1: where='value > 3' is none of"),
        ("T1 scan value % 0 = 0", "line 1: where='value % 0 = 0' divides by 0"),
        ("T1 add x where all", "line 1: 'T1 add x where all' is none of"),
        ("T.1 get x", "line 1: 'T.1' is not a name"),
        ("T1 get x\ny = 2", "line 2: 'y = 2' is none of"),
    ],
)
def test_a_line_that_says_nothing_is_named(script: str, said: str) -> None:
    with pytest.raises(MalformedScriptError) as error:
        play(script)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("all", "a b c d"),
        ("key = b", "b"),
        ("key in a, d,x", "a d"),
        ("key from b to c", "b c"),
        ("value = 4", "b"),
        ("value = one", "d"),
        ("value = -3", "c"),
        ("value % 2 = 0", "a b"),
        ("value % 3 = 0", "a c"),
    ],
)
def test_a_condition_holds_for_these(where: str, rows: str) -> None:
    values = {"a": 0, "b": 4, "c": -3, "d": "one"}
    predicate = Predicate(where)
    assert [k for k, v in values.items() if predicate.matches(k, v)] == rows.split()
    assert not any(predicate.matches(key, None) for key in values)
    store = Store(initially=values)
    assert list(store.begin().scan(where)) == rows.split()


def test_who_waits_is_tried_again_after_every_step_and_takes_its_queue_along() -> None:
    run = play("""x = 1
        T1 put x 2
        T2 put x 3
        T2 get x
        T2 commit
        T1 commit""")
    assert [(s.number, s.who, str(s)) for s in run.steps] == [
        (1, "T1", "put x 2"),
        (2, "T2", "put x 3: waits for T1"),
        (5, "T1", "commit"),
        (2, "T2", "put x 3"),
        (3, "T2", "get x: 3"),
        (4, "T2", "commit"),
    ]
    assert run.committed == ("T1", "T2")
    assert run.waits[0].waits_for == ("T1",)


def test_of_a_transaction_that_was_refused_the_rest_is_left_out() -> None:
    run = play(
        """x = 1
        T1 get x
        T2 put x 2
        T2 commit
        T1 put x 3
        T1 get x
        T1 commit""",
        "snapshot",
    )
    assert run.refused == {"T1": "x was changed by T2 since T1 began"}
    assert [s.what for s in run.steps if s.who == "T1"] == [What.DONE, What.REFUSED]
    assert run.final == {"x": 2}


def test_a_queue_may_wait_more_than_once() -> None:
    run = play("""x = 1, y = 1
        T1 put x 2
        T2 put y 2
        T3 put x 3
        T3 put y 3
        T3 commit
        T1 commit
        T2 commit""")
    assert [s.waits_for for s in run.waits] == [("T1",), ("T2",)]
    assert run.final == {"x": 3, "y": 3}


def test_the_youngest_of_a_circle_is_the_victim_even_if_another_one_closed_it() -> None:
    run = play("""x = 1, y = 1
        T1 put x 2
        T2 put y 2
        T2 put x 3
        T1 put y 3
        T1 commit
        T2 commit""")
    assert run.refused == {"T2": "deadlock: T1 -> T2 -> T1"}
    assert run.final == {"x": 2, "y": 3}


def test_a_circle_of_three_is_found() -> None:
    run = play("""x = 1, y = 1, z = 1
        T1 put x 2
        T2 put y 2
        T3 put z 2
        T1 put y 3
        T2 put z 3
        T3 put x 3
        T1 commit
        T2 commit
        T3 commit""")
    assert run.refused == {"T3": "deadlock: T3 -> T1 -> T2 -> T3"}
    assert run.final == {"x": 2, "y": 3, "z": 3}


def test_a_pivot_may_be_brought_down_by_a_read_of_what_it_wrote_twice() -> None:
    run = play(
        """x = 1, y = 1
        T1 begin
        T2 get y
        T3 put y 9
        T3 commit
        T2 put x 2
        T2 put x 3
        T1 get x
        T1 commit
        T2 commit""",
        "serializable",
    )
    assert run.refused == {"T2": "perhaps no serial order explains it"}
    assert run.shown("T1") == [1]


def test_a_row_that_a_statement_waits_for_is_looked_at_again() -> None:
    """Read committed: T2 adds to what T1 has left, and loses nothing."""
    run = play("""x = 100
        T1 add -30 where key = x
        T2 add -20 where key = x
        T1 commit
        T2 commit""")
    assert run.final == {"x": 50}


def test_a_timeline_has_a_long_bar_for_a_wait() -> None:
    run = play("x = 1\nT1 put x 2\nT2 put x 3\nT1 commit\nT2 get x\nT3 put x 1")
    bars = {(bar.process, bar.action): bar for bar in run.timeline.operations}
    wait = bars["T2", "put x 3"]
    assert (wait.invoked_us, wait.completed_us) == (2000, 7000)
    assert bars["T2", "get x"].result == "3"
    assert bars["T3", "put x 1"].outcome is Outcome.UNKNOWN
    figure = timeline(run.timeline, title="a wait", description="T2 waits for T1.")
    assert "put x 3" in str(figure)


def test_a_table_has_a_column_a_transaction() -> None:
    run = play("x = 1\nT1 get x\nT2 get y\nT2 scan value = 7\nT1 put x 2")
    assert run.table().splitlines() == [
        "step  T1        T2",
        "   1  get x: 1",
        "   2            get y: nothing",
        "   3            scan value = 7: nothing",
        "   4  put x 2",
    ]


@pytest.mark.parametrize("level", LEVELS)
def test_what_has_ended_takes_no_more_steps(level: str) -> None:
    store = Store(isolation=level, initially={"x": 1})
    done, undone = store.begin(), store.begin()
    done.put("x", 2)
    done.commit()
    undone.abort()
    undone.abort()  # what is undone is undone
    for call in (done.commit, done.abort, done.scan, lambda: done.get("x")):
        with pytest.raises(TransactionOverError, match="T1 has committed"):
            call()
    with pytest.raises(TransactionOverError, match="T2 has aborted"):
        undone.put("x", 3)
    assert (done.state, undone.state, store.committed()) == (
        "committed",
        "aborted",
        {"x": 2},
    )


def test_whoever_the_store_aborted_is_told_so_at_every_step() -> None:
    store = Store(isolation="snapshot", initially={"x": 1})
    old, new = store.begin(), store.begin()
    new.put("x", 2)
    new.commit()
    for _ in range(2):
        with pytest.raises(SerializationFailureError, match="x was changed by T2"):
            old.put("x", 3)
    assert (old.state, old.reason) == ("aborted", "x was changed by T2 since T1 began")
    assert new.reason == ""
    old.abort()


def test_a_step_that_waits_has_done_nothing_and_may_be_given_up() -> None:
    store = Store(initially={"x": 1, "y": 1})
    first, second = store.begin(), store.begin()
    first.put("y", 2)
    for _ in range(3):
        with pytest.raises(WouldBlockError, match="waits for T1") as wait:
            second.add(1, "all")
        assert wait.value.waits_for == ("T1",)
    assert second.get("x") == 1
    second.abort()
    first.put("x", 5)
    first.commit()
    assert store.committed() == {"x": 5, "y": 2}


def test_a_deadlock_names_its_circle() -> None:
    store = Store(initially={"x": 1, "y": 1})
    first, second = store.begin("First"), store.begin("Second")
    first.get("x", for_update=True)
    second.get("y", for_update=True)
    with pytest.raises(WouldBlockError):
        first.get("y", for_update=True)
    with pytest.raises(DeadlockError) as deadlock:
        second.get("x", for_update=True)
    assert deadlock.value.cycle == ("Second", "First")
    assert first.get("y", for_update=True) == 1


def test_for_update_reads_what_a_write_would_go_on_top_of() -> None:
    for level in ("read committed", "repeatable read"):
        store = Store(isolation=level, initially={"x": 1})
        old, new = store.begin(), store.begin()
        new.put("x", 2)
        new.commit()
        assert old.get("x", for_update=True) == 2


def test_a_lock_on_a_key_that_is_not_there_keeps_others_from_making_it() -> None:
    store = Store()
    first, second = store.begin(), store.begin()
    assert first.get("x", for_update=True) is None
    with pytest.raises(WouldBlockError):
        second.put("x", 1)


def test_a_value_that_is_no_number_is_not_added_to_and_nothing_is_changed() -> None:
    store = Store(initially={"a": 1, "b": "one"})
    transaction = store.begin()
    with pytest.raises(ValueError, match="where='all' holds for 'one', not a number"):
        transaction.add(1, "all")
    assert transaction.scan() == {"a": 1, "b": "one"}


def test_the_history_says_which_version_was_seen() -> None:
    run = play("x = 1\nT1 put x 2\nT1 commit\nT2 get x\nT2 get y\nT2 scan value = 2")
    assert [str(o) for o in run.history] == [
        *("T0 write x 1", "T0 commit", "T1 begin", "T1 write x 2", "T1 commit"),
        *("T2 begin", "T2 read x 2", "T2 read y nothing", "T2 scan value = 2 -> x = 2"),
    ]
    *_, reads, reads_nothing, scans = run.history
    assert (reads.version, reads_nothing.version) == ("T1.1", "")
    assert (scans.seen, scans.matched) == ((("x", "T1.1"),), (("x", 2),))
    assert [o.at for o in run.history] == list(range(9))
