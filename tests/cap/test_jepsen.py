"""Histories as Jepsen writes them, and the notation in which it does."""

import pytest

from sdnotes.cap import Queue, Register, judge
from sdnotes.cap.edn import Edn, EdnError, values
from sdnotes.cap.jepsen import history_of
from sdnotes.sim import MalformedHistoryError, Outcome


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nil true false 3 -4 5N", (None, True, False, 3, -4, 5)),
        ('"a \\"b\\"" :ok x/y', ('a "b"', ":ok", "x/y")),
        ("[1 [2 (3)]] ()", ((1, (2, (3,))), ())),
        ("{:a 1, :b {:c nil}}", ({":a": 1, ":b": {":c": None}},)),
        ("1.5 2.5M 1/3 #{1} ; a comment\n7", (1.5, 2.5, "1/3", {"#": (1,)}, 7)),
        ('#jepsen.history.Op{:a 1} #inst "2026"', ({":a": 1}, "2026")),
        (" , ", ()),
    ],
)
def test_values_are_read(text: str, expected: tuple[Edn, ...]) -> None:
    assert tuple(values(text)) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1 2", "'\\[' has no end"),
        ("{:a 1", "'{' has no end"),
        ("]", "']' ends what has not begun"),
        ("[1 }", "'}' ends what has not begun"),
        ("{:a}", "a name and no value"),
        ("{:a 1 :a 2}", "stands in it twice"),
        ('"open', "is not read here"),
        (r'"a\e"', "an escape that is not read here"),
        ("#:jepsen{:a 1}", "is not read here"),
        ("[" * 60, "50 brackets inside"),
    ],
)
def test_what_is_no_edn_is_refused(text: str, says: str) -> None:
    with pytest.raises(EdnError, match=says):
        list(values(text))


LINES = """\
{:type :invoke, :f :write, :value 3, :process 0, :time 10, :index 0}
{:type :invoke, :f :cas, :value [3 4], :process 1}
{:type :info, :f :start, :value #{"n1"}, :process :nemesis}
{:type :ok, :f :write, :value 3, :process 0, :error [:x 1.5]}
{:type :fail, :f :cas, :value [3 4], :process 1, :error :timeout}
{:type :invoke, :f :cas, :value [3 5], :process 2}
{:type :ok, :f :cas, :value [3 5], :process 2}
{:type :invoke, :f :read, :value nil, :process 0}
{:type :ok, :f :read, :value 5, :process 0}
{:type :invoke, :f :read, :value nil, :process 0}
{:type :info, :f :read, :value nil, :process 0, :error :timeout}
{:type :invoke, :f :write, :value 6, :process 1}
"""
TOLD = [
    ("0", "write", 3, 1, 4, Outcome.OK, None),
    ("1", "cas", (3, 4), 2, 5, Outcome.FAILED, None),
    ("2", "cas", (3, 5), 6, 7, Outcome.OK, True),
    ("0", "read", None, 8, 9, Outcome.OK, 5),
    ("0", "read", None, 10, None, Outcome.UNKNOWN, None),
    ("1", "write", 6, 12, None, Outcome.UNKNOWN, None),
]


@pytest.mark.parametrize("text", [LINES, f"[{LINES}]", LINES.replace("{:t", "#o{:t")])
def test_a_call_and_its_answer_become_one_operation(text: str) -> None:
    """Jepsen's history library, README: the meaning of :ok, :fail and :info."""
    found = [
        (
            o.process,
            o.action,
            o.argument,
            o.invoked_us,
            o.completed_us,
            o.outcome,
            o.result,
        )
        for o in history_of(text).operations
    ]
    assert found == TOLD
    assert judge(history_of(text), Register(None))


def test_keys_are_told_apart_if_the_values_are_pairs() -> None:
    text = """{:type :invoke, :f :cas, :value [7 [0 1]], :process 0}
    {:type :ok, :f :cas, :value [7 [0 1]], :process 0}
    {:type :invoke, :f :read, :value [8 nil], :process 0}
    {:type :ok, :f :read, :value [8 0], :process 0}"""
    keyed = history_of(text, keyed=True)
    assert [(o.key, o.argument, o.result) for o in keyed.operations] == [
        ("7", (0, 1), True),
        ("8", None, 0),
    ]
    assert judge(keyed, Register(0))


def test_a_queue_of_jepsens_is_judged() -> None:
    text = """{:type :invoke, :f :enqueue, :value 1, :process 0}
    {:type :ok, :f :enqueue, :value 1, :process 0}
    {:type :invoke, :f :dequeue, :process 1}
    {:type :ok, :f :dequeue, :value %d, :process 1}"""
    assert judge(history_of(text % 1), Queue())
    assert not judge(history_of(text % 2), Queue())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{:type :ok, :f :read, :process 5}", "process 5 is answered, and did not"),
        ("{:type :maybe, :f :read, :process 0}", ":type is :maybe"),
        ("{:type :invoke, :f :write, :value 1, :process 1}", "while a call of it is"),
        ("{:type :ok, :f :read, :value 1, :process 1}", "process 1 called :write"),
        ("{:type :ok, :f :write, :process 1} [3]", "3 is no map"),
        (
            "{:type :ok, :f :write, :process 1}{:type :invoke, :f :write, :value {}, "
            ":process 2}{:type :ok, :f :write, :process 2}",
            "operation 15 in the file .* :value is not made of",
        ),
        ("{:type", "'{' has no end"),
    ],
)
def test_what_jepsen_would_not_write_is_refused_with_its_place(
    line: str, says: str
) -> None:
    with pytest.raises(MalformedHistoryError, match=says):
        history_of(LINES + line)


def test_values_that_are_no_pairs_are_refused_where_keys_are_asked_for() -> None:
    with pytest.raises(MalformedHistoryError, match=r"not a pair \[key value\]"):
        history_of(LINES, keyed=True)
