"""What is written can be read back, and what cannot have happened is refused."""

import json
from itertools import product

import pytest
from draws import rows
from hypothesis import given

from sdnotes.sim import (
    History,
    MalformedHistoryError,
    Network,
    Note,
    Operation,
    Outcome,
    Trace,
    World,
)
from sdnotes.tables import text_table


def a_full_trace() -> Trace:
    world = World(seed=2)
    network = Network(world, delay=1_000)
    for name in ("a", "b"):
        network.attach(name, lambda message: world.note(message.to, "got it"))
    operation = world.invoke("a", "put", ("x", 1), key="k", said="asked")
    network.send("a", "b", 1, "x=1")
    world.run()
    cut = network.partition("a", "b")
    network.send("a", "b", 2)
    cut.heal()
    world.complete(operation, "unknown")
    world.invoke("b", "get", None)
    return world.trace


def test_a_trace_of_every_kind_of_event_survives_json() -> None:
    trace = a_full_trace()
    text = trace.to_json_lines()
    assert {json.loads(line)["event"] for line in text.splitlines()} == {
        "Note",
        "Sent",
        "Delivered",
        "Lost",
        "CutMade",
        "Healed",
        "Invoked",
        "Completed",
    }
    assert Trace.from_json_lines(text.splitlines()) == trace


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"event": "Sung", "at_us": 1}',
        '{"event": "Note", "at_us": 1}',
        '{"event": "Note", "at_us": "1", "who": "a", "text": "b"}',
        '{"event": "Note", "at_us": -1, "who": "a", "text": "b"}',
        '{"event": "Note", "at_us": 1, "who": "a", "text": "b", "text": "c"}',
    ],
)
def test_a_line_that_is_no_event_is_refused_by_its_number(line: str) -> None:
    good = '{"event": "Note", "at_us": 0, "who": "a", "text": "b"}'
    with pytest.raises(ValueError, match="line 2 is not an event"):
        Trace.from_json_lines([good, line])


def test_a_trace_only_grows_forwards() -> None:
    trace = Trace()
    trace.append(Note(5, "a", "x"))
    with pytest.raises(ValueError, match="only grows forwards"):
        trace.append(Note(4, "a", "y"))


def test_a_table_aligns_words_left_and_numbers_right() -> None:
    assert text_table(("a", "n"), [("xx", 5), ("y", 10)]) == "a    n\nxx   5\ny   10"
    with pytest.raises(ValueError, match="has 1 cells, not 2"):
        text_table(("a", "b"), [("x",)])


@pytest.mark.parametrize(
    "number",
    [1e16, -1e-7, float("inf"), float("-inf"), float("nan"), 2**70, "1,000", "7 %"],
)
def test_a_number_as_python_prints_it_stands_to_the_right(number: object) -> None:
    table = text_table(("n",), [(number,), ("123456789012345678901234567890",)])
    assert table.splitlines()[1] == str(number).rjust(30)


@pytest.mark.parametrize(
    ("word", "columns"),
    [("東京", 4), ("\uff57\uff49", 4), ("e\u0301", 1), ("é", 1), ("한글", 4)],
)
def test_the_next_column_begins_where_a_terminal_shows_it(
    word: str, columns: int
) -> None:
    wide, plain = text_table(("who", "n"), [(word, 1), ("x" * 9, 1)]).splitlines()[1:]
    assert plain == "x" * 9 + "  1"
    assert wide == word + " " * (9 - columns) + "  1"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x85", "\u2028", "\v"])
def test_a_line_end_in_a_cell_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match=r"cell 'two.*lines' has a line end"):
        text_table(("a",), [(f"two{end}lines",)])
    with pytest.raises(ValueError, match="has a line end"):
        text_table((f"a{end}b",), [("x",)])


def test_the_history_of_a_trace_leaves_open_what_was_never_answered() -> None:
    put, get = History.from_trace(a_full_trace()).operations
    assert (put.action, put.key, put.argument) == ("put", "k", ("x", 1))
    assert put.outcome is Outcome.UNKNOWN
    assert (get.outcome, get.completed_us) == (Outcome.UNKNOWN, None)


# What JSON must escape, what it must not mistake for another, what splits lines.
PLAIN = [None, False, True, 0, 1, -1, 2**70, -(2**64), 10**30]
PLAIN += ["", "0", "null", '"', "\\", "\n", "\x85", "\u2028", "é", "😀", "\0", "[1]"]
PAIRS = list(product(PLAIN, PLAIN))
VALUES = [
    *PLAIN * 40,
    (),
    *[(value,) for value in PLAIN] * 10,
    *PAIRS,
    *[((one,), other) for one, other in PAIRS],
    *[(((), one), (other, None, 1)) for one, other in PAIRS],
]


@given(rows(range(100), range(100), list(Outcome), VALUES, VALUES, max_size=5))
def test_a_history_survives_json(rows: list[tuple]) -> None:  # type: ignore[type-arg]
    history = History(
        tuple(
            Operation(
                f"p{i}",
                "act",
                argument,
                begin,
                begin + length,
                outcome,
                None if outcome is Outcome.UNKNOWN else result,
            )
            for i, (begin, length, outcome, argument, result) in enumerate(rows)
        )
    )
    assert History.from_json_lines(history.to_json_lines().splitlines()) == history


def test_a_history_that_cannot_have_happened_is_refused_naming_the_operation() -> None:
    with pytest.raises(MalformedHistoryError, match=r"completed before .* a: read"):
        Operation("a", "read", None, 10, 9, Outcome.OK)
    with pytest.raises(MalformedHistoryError, match=r"ok but never completed: a: read"):
        Operation("a", "read", None, 10, None, Outcome.OK)
    first = Operation("a", "write", 1, 0, 10, Outcome.OK)
    second = Operation("a", "read", None, 5, 20, Outcome.OK)
    with pytest.raises(MalformedHistoryError, match=r"a: read \[5.*was invoked while"):
        History((second, first))
    open_one = Operation("a", "write", 1, 0, None, Outcome.UNKNOWN)
    with pytest.raises(MalformedHistoryError, match="was invoked while"):
        History((open_one, second))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense", "Expecting value"),
        ("[]", "not an object"),
        ("{}", "without 'process'"),
        ('{"process": "a"}', "without 'action'"),
        ('{"process": "a", "action": "read"}', "without 'invoked_us'"),
        ('{"process": "a", "action": "read", "invoked_us": 1.5}', "invoked_us=1.5"),
        ('{"process": "a", "action": "read", "invoked_us": true}', "invoked_us=True"),
        ('{"process": 7, "action": "read", "invoked_us": 1}', "process=7"),
        ('{"process": "a", "action": "r", "invoked_us": 1, "sung": 1}', "sung"),
        (
            '{"process": "a", "action": "r", "invoked_us": 1, "outcome": "so so"}',
            "so so",
        ),
        (
            '{"process": "a", "action": "r", "invoked_us": 1, "argument": {"x": 1}}',
            "argument is not made of",
        ),
        (
            '{"process": "a", "action": "r", "invoked_us": 1, "completed_us": 2, '
            '"result": 0.5}',
            "result is not made of",
        ),
        (
            '{"process": "a", "action": "r", "invoked_us": 1, "result": 5}',
            "unknown, and yet a result",
        ),
        (
            '{"process": "a", "action": "r", "invoked_us": 9, "completed_us": 2}',
            "completed before it was invoked",
        ),
        (
            '{"process": "a", "action": "r", "invoked_us": 1, "argument": [1, 2.5]}',
            "argument is not made of",
        ),
        (
            '{"process": "a", "action": "r", "invoked_us": 1, "completed_us": 5, '
            '"outcome": "unknown", "result": 1}',
            "unknown, and yet a result",
        ),
        (
            '{"process": "a", "action": "r", "invoked_us": 1, "argument": 1, '
            '"argument": 2}',
            "'argument' stands in it twice",
        ),
        ("[" * 5000, "recursion"),
        (
            '{"process": "a", "action": "r", "invoked_us": 1, "completed": 2}',
            "'completed' is not one of process, action",
        ),
    ],
)
def test_a_line_that_is_no_operation_is_refused_by_its_number(
    line: str, why: str
) -> None:
    good = '{"process": "b", "action": "read", "invoked_us": 1}'
    with pytest.raises(MalformedHistoryError, match="line 3 is not an oper") as caught:
        History.from_json_lines([good, "  ", line])
    assert why in str(caught.value)


def test_a_line_may_leave_out_what_goes_without_saying() -> None:
    history = History.from_json_lines(
        [
            '{"process": "a", "action": "read", "invoked_us": 1, "completed_us": 2}',
            '{"process": "b", "action": "cas", "argument": [1, 2], "invoked_us": 3}',
        ]
    )
    assert history.operations == (
        Operation("a", "read", None, 1, 2, Outcome.OK),
        Operation("b", "cas", (1, 2), 3, None, Outcome.UNKNOWN),
    )


def test_an_outcome_is_an_outcome_and_not_a_word_for_one() -> None:
    for outcome in ("ok", "banana", None):
        with pytest.raises(MalformedHistoryError, match="outcome="):
            Operation("a", "read", None, 0, 1, outcome, 99)  # type: ignore[arg-type]
