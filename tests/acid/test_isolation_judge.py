"""The checker of isolation against judges that try everything, and what it refuses."""

import random
from dataclasses import replace

import pytest
from acid import isolation_twins as twins

from sdnotes.acid import registers
from sdnotes.acid.anomalies import ANOMALIES
from sdnotes.acid.cycles import components, connected, path, sorted_by_edges
from sdnotes.acid.dependencies import dependencies
from sdnotes.acid.explanations import _MOST_OPEN
from sdnotes.acid.forbidden import IsolationLevel, Standing
from sdnotes.acid.from_store import history_of_operations
from sdnotes.acid.history import (
    Append,
    Read,
    Scan,
    Status,
    Transaction,
    TransactionHistory,
    Write,
)
from sdnotes.acid.judging import judge_isolation
from sdnotes.acid.notation import history_of_notation
from sdnotes.acid.playing import play
from sdnotes.sim import MalformedHistoryError

SERIALIZABLE = IsolationLevel.SERIALIZABLE


def kept(history: TransactionHistory, level: IsolationLevel) -> bool:
    standing = judge_isolation(history).levels[level]
    assert standing is not Standing.UNDECIDED
    return standing is Standing.KEPT


@pytest.mark.parametrize("kind", ["registers", "lists", "scans"])
def test_serializable_is_what_some_serial_order_explains(kind: str) -> None:
    verdicts = set()
    for seed in range(700):
        history = twins.drawn(
            random.Random(f"{kind} {seed}"),
            lists=kind == "lists",
            scans=kind == "scans",
        )
        wanted = twins.is_serializable(history)
        assert kept(history, SERIALIZABLE) is wanted, history
        verdicts.add(wanted)
    assert verdicts == {True, False}


def test_strictly_serializable_is_what_an_order_by_the_clock_explains() -> None:
    verdicts = set()
    for seed in range(400):
        history = twins.drawn(random.Random(seed), lists=seed % 2 == 0)
        wanted = twins.is_serializable(history, is_strict=True)
        assert kept(history, IsolationLevel.STRICT_SERIALIZABLE) is wanted, history
        verdicts.add((wanted, kept(history, SERIALIZABLE)))
    assert verdicts == {(True, True), (False, True), (False, False)}


def test_levels_are_what_some_order_of_versions_keeps_by_definition() -> None:
    verdicts = set()
    for seed in range(600):
        history = twins.drawn(random.Random(seed))
        wanted = twins.levels_kept(history)
        for level in twins.FORBIDDEN:
            is_kept = kept(history, IsolationLevel(level))
            assert is_kept is (level in wanted), (level, history)
            verdicts.add((level, is_kept))
    assert len(verdicts) == 7  # nothing here breaks read uncommitted


def test_snapshot_isolation_is_what_some_snapshots_explain() -> None:
    verdicts = set()
    for seed in range(500):
        history = twins.drawn(
            random.Random(seed), most=3, lists=seed % 3 == 0, scans=seed % 3 == 1
        )
        wanted = twins.is_snapshot_isolated(history)
        assert kept(history, IsolationLevel.SNAPSHOT) is wanted, history
        verdicts.add(wanted)
    assert verdicts == {True, False}


def test_with_exact_moments_it_is_what_those_snapshots_explain() -> None:
    verdicts = set()
    for seed in range(300):
        history = twins.drawn(
            random.Random(seed),
            lists=seed % 2 == 0,
            scans=seed % 2 == 1,
            all_known=True,
        )
        history = replace(history, exact_moments=True)
        wanted = twins.is_exactly_snapshot_isolated(history)
        assert kept(history, IsolationLevel.SNAPSHOT) is wanted, history
        verdicts.add(wanted)
    assert verdicts == {True, False}


def test_a_serial_order_that_is_told_explains_every_read() -> None:
    told = 0
    for seed in range(300):
        history = twins.drawn(random.Random(seed), lists=seed % 2 == 0, scans=True)
        order = judge_isolation(history).order
        if order is None:
            continue
        by_name = {t.name: t for t in history.transactions}
        state: twins.State = {}
        assert all(twins.runs(state, by_name[name]) for name in order)
        committed = {t.name for t in by_name.values() if t.status is Status.COMMITTED}
        assert committed <= set(order)
        told += 1
    assert told > 100


def test_every_cycle_that_is_told_is_made_of_dependencies() -> None:
    told = 0
    for seed in range(400):
        history = twins.drawn(random.Random(seed), lists=seed % 2 == 0, scans=True)
        known = set(dependencies(history))
        for anomaly in judge_isolation(history).anomalies:
            if anomaly.told or not anomaly.cycle:
                continue
            ends = [step.after for step in anomaly.cycle]
            assert [step.before for step in anomaly.cycle] == [ends[-1], *ends[:-1]]
            told += set(anomaly.cycle) <= known
    assert told > 30


def test_a_chain_of_a_hundred_thousand_needs_no_recursion() -> None:
    count = 100_000
    graph = [[n + 1] for n in range(count - 1)] + [[]]
    component = components(graph)
    assert component[0] == count - 1
    assert sorted_by_edges(graph, component) == list(range(count))
    assert path(graph, 0, 9) == list(range(10))
    pairs = [(0, count - 1), (count - 1, 0)]
    assert connected(graph, component, pairs) == pairs[:1]


def test_who_reaches_whom_is_told_of_thousands_at_once() -> None:
    graph = [[n + 1] for n in range(5_000)] + [[]]
    component = components(graph)
    pairs = [(2_500, n) for n in range(5_001)]
    assert connected(graph, component, pairs) == pairs[2_500:]


def blind(count: int) -> TransactionHistory:
    """Return transactions that all write x, and one that must come before them all."""
    writers = [Transaction(f"W{n}", (Write("x", n),)) for n in range(count)]
    reader = Transaction("R", (Read("x", None), Write("y", 1)))
    late = Transaction("L", (Read("x", 0), Read("y", None)))
    return TransactionHistory((*writers, reader, late))


def test_an_order_that_nothing_tells_is_found_if_one_is_good_enough() -> None:
    history = blind(30)
    verdict = judge_isolation(TransactionHistory(history.transactions[:-1]))
    assert verdict.levels[SERIALIZABLE] is Standing.KEPT
    assert verdict.order is not None
    assert verdict.order[0] == "R"


def test_and_what_breaks_a_level_in_every_order_breaks_it_whatever_the_limit() -> None:
    """R comes before all W, W0 before L, and L before R, since it did not see y."""
    verdict = judge_isolation(blind(500), limit=0)
    assert verdict.levels[SERIALIZABLE] is Standing.BROKEN
    cycle = str(verdict.anomalies[0])
    assert cycle == "G2-item: W0 -wr(x)-> L -rw(y)-> R -rw(x)-> W0"


def test_without_steps_what_is_open_is_undecided_and_said_to_be() -> None:
    transactions = tuple(
        Transaction(f"T{n}", (Write("x", n), Write("y", n), Write("z", n)))
        for n in range(3)
    )
    history = TransactionHistory(transactions)
    none = judge_isolation(history, limit=0)
    assert set(none.levels.values()) == {Standing.UNDECIDED}
    assert none.strongest == ()
    assert none.undecided == ("nothing tells the order of versions of 'x', 'y', 'z'",)
    assert judge_isolation(history).strongest == (SERIALIZABLE,)


def test_what_no_order_explains_is_broken_if_all_were_tried() -> None:
    """In whichever order T1 and T2 wrote, four others see it the other way round."""
    history = TransactionHistory(
        (
            Transaction("T1", (Write("x", 1), Write("y", 1))),
            Transaction("T2", (Write("x", 2), Write("y", 2))),
            Transaction("T3", (Read("x", 1), Write("a", 1))),
            Transaction("T4", (Read("x", 2), Read("a", None), Write("b", 1))),
            Transaction("T5", (Read("y", 1), Read("b", None), Write("c", 1))),
            Transaction("T6", (Read("y", 2), Read("c", None), Read("a", 1))),
        )
    )
    wanted = twins.is_serializable(history)
    assert kept(history, SERIALIZABLE) is wanted


def test_more_open_versions_than_can_be_tried_are_not_called_broken() -> None:
    many = _MOST_OPEN + 2
    transactions = [Transaction(f"T{n}", (Write("x", n),)) for n in range(many)]
    readers = [
        Transaction(f"R{n}", (Read("x", n), Read("a", None), Write("b", n)))
        for n in range(2)
    ]
    verdict = judge_isolation(TransactionHistory((*transactions, *readers)), limit=0)
    assert Standing.BROKEN not in verdict.levels.values()


def test_the_same_value_written_twice_is_seen_from_whom_it_fits() -> None:
    history = TransactionHistory(
        (
            Transaction("T1", (Write("x", 1), Write("y", 1))),
            Transaction("T2", (Write("x", 1), Write("y", 2))),
            Transaction("T3", (Read("x", 1), Read("y", 1))),
            Transaction("T4", (Read("x", 1), Read("y", 2))),
        )
    )
    assert kept(history, SERIALIZABLE)


def test_an_element_appended_twice_and_read_leaves_all_undecided() -> None:
    history = TransactionHistory(
        (
            Transaction("T1", (Append("x", 1),)),
            Transaction("T2", (Append("x", 1),)),
            Transaction("T3", (Read("x", (1,)),)),
        )
    )
    verdict = judge_isolation(history)
    assert set(verdict.levels.values()) == {Standing.UNDECIDED}
    assert verdict.undecided == ("[1] was appended to x twice, and read",)


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), ((1,), (True,)), ("1", 1)]
)
def test_values_are_equal_only_with_their_types(one: object, other: object) -> None:
    history = TransactionHistory(
        (
            Transaction("T1", (Write("x", one),)),  # type: ignore[arg-type]
            Transaction("T2", (Read("x", other), Read("x", None))),  # type: ignore[arg-type]
        )
    )
    assert not kept(history, SERIALIZABLE)


def test_an_unknown_one_counts_once_somebody_saw_what_it_wrote() -> None:
    unknown = Transaction("T1", (Write("x", 1), Write("y", 1)), Status.UNKNOWN)
    half = Transaction("T2", (Read("x", 1), Read("y", None)))
    assert not kept(TransactionHistory((unknown, half)), SERIALIZABLE)
    none = Transaction("T2", (Read("x", None), Read("y", None)))
    verdict = judge_isolation(TransactionHistory((unknown, none)))
    assert verdict.order == ("T2",)


def test_an_unknown_one_may_have_deleted_what_a_scan_missed() -> None:
    made = Transaction("T1", (Write("x", 2),), begin=0, end=1)
    gone = Transaction("T2", (Write("x", 3),), Status.UNKNOWN, begin=2)
    scan = Transaction("T3", (Scan(twins.EVEN, ()),), begin=4, end=5)
    strict = IsolationLevel.STRICT_SERIALIZABLE
    assert not kept(TransactionHistory((made, scan)), strict)
    assert kept(TransactionHistory((made, gone, scan)), strict)


def test_too_many_in_doubt_leave_open_what_only_scans_break() -> None:
    made = Transaction("T1", (Write("x", 2),), begin=0, end=1)
    gone = [
        Transaction(f"U{n}", (Write("x", 2 * n + 1),), Status.UNKNOWN, begin=2)
        for n in range(7)
    ]
    scan = Transaction("T3", (Scan(twins.EVEN, ()),), begin=4, end=5)
    verdict = judge_isolation(TransactionHistory((made, *gone, scan)))
    assert verdict.levels[IsolationLevel.STRICT_SERIALIZABLE] is Standing.UNDECIDED
    assert "7 transactions in doubt" in str(verdict)


def test_without_moments_nothing_is_said_of_the_clock() -> None:
    history = TransactionHistory((Transaction("T1", (Write("x", 1),)),))
    verdict = judge_isolation(history)
    assert verdict.strongest == (SERIALIZABLE,)
    assert verdict.undecided == ("without begin and end nothing is known of the clock",)


@pytest.mark.parametrize(
    ("accesses", "orders", "says"),
    [
        ((Write("x", 1), Append("x", 2)), {}, "key='x' is written and appended to"),
        ((Append("x", 2),), {"x": (2,)}, "orders has key='x'"),
        ((Write("x", 1),), {"x": ()}, "leaves out 1, which T1 left there"),
        ((Write("x", 1),), {"x": (0, 1, 1)}, "orders of key 'x' has 1"),
        ((Write("x", 1),), {"x": (1, 7)}, "orders of key 'x' has 7"),
        ((Write("x", 1.5),), {}, "value=1.5 of key 'x' is not made of"),
        ((Read(3, 1),), {}, "key=3 is not a text"),
        ((Append("x", 1), Read("x", 1)), {}, "read of key='x' is 1, not a list"),
        ((Scan("P", (("x", 1), ("x", 2))),), {}, "a scan found key='x' twice"),
        ((Scan("P", (("x", 1.5),)),), {}, "not a key and a plain value"),
        ((Scan(3, ()),), {}, "condition=3 is no text"),
        ((Append("x", 1), Scan("P", (("x", 1),))), {}, "found key='x', a list"),
    ],
)
def test_a_history_that_contradicts_itself_is_refused(
    accesses: tuple[object, ...], orders: dict[str, tuple[int, ...]], says: str
) -> None:
    with pytest.raises(MalformedHistoryError, match=says.replace("(", r"\(")):
        judge_isolation(
            TransactionHistory((Transaction("T1", accesses),), orders)  # type: ignore[arg-type]
        )


def test_two_of_one_name_and_moments_that_cannot_be_are_refused() -> None:
    one = Transaction("T1", ())
    with pytest.raises(MalformedHistoryError, match="'T1' stands in the history twice"):
        TransactionHistory((one, one))
    with pytest.raises(MalformedHistoryError, match="end=1 is before begin=2"):
        Transaction("T1", (), begin=2, end=1)
    with pytest.raises(
        MalformedHistoryError, match=r"begin=1\.5 is not a whole number"
    ):
        Transaction("T1", (), begin=1.5)  # type: ignore[arg-type]
    with pytest.raises(MalformedHistoryError, match="transaction='' is not a name"):
        Transaction("", ())
    with pytest.raises(ValueError, match="limit=-1 is below 0"):
        judge_isolation(TransactionHistory((one,)), limit=-1)


@pytest.mark.parametrize(
    ("text", "letter", "says"),
    [
        ("r1[x] w2", 7, "'w2' is no action"),
        ("w1(x2)", 1, "T1 writes x2, and not its own version"),
        ("w1(x1.2)", 1, "not its own version 1, the one with the turn 1"),
        ("r2(x1) w1(x1)", 1, "T2 sees x1, which nobody has written yet"),
        ("w1(x1) r2(x1.2)", 8, "T2 sees x1.2"),
        ("c1 w1[x]", 4, "T1 has ended: it is committed"),
        ("r1[x] b1", 7, "T1 has begun before"),
        ("r1[]", 1, "'' is not one key"),
        ("r1[x, y]", 1, "'x, y' is not one key"),
        ("r1[x?]", 1, "not understood from '?' on"),
        ("r1[1]", 1, "'1' has no key"),
        ("r1[x=1] r1[x=2]", 9, "nobody wrote x = 2, and 1 was there at first"),
        ("w1(x1) c1 [x1 << y1]", 11, "'x1 << y1' is not versions of one key"),
        ("w1(x1) c1 [x1] [x1]", 16, "the order of x is stated twice"),
    ],
)
def test_an_error_in_the_notation_names_the_letter(
    text: str, letter: int, says: str
) -> None:
    with pytest.raises(MalformedHistoryError) as caught:
        history_of_notation(text)
    assert str(caught.value).startswith(f"letter {letter}: ")
    assert says in str(caught.value)


def test_versions_whose_commits_are_in_another_order_are_not_ordered_by_guess() -> None:
    """Written 1, 2, committed 2, 1: with numbered versions either may be the newer."""
    told = "w1(x1) w2(x2) c2 c1"
    assert history_of_notation(told).orders == {}
    assert history_of_notation(f"{told} [x2 << x1]").orders == {"x": ("x2", "x1")}
    assert history_of_notation("w1[x] w2[x] c2 c1").orders == {"x": ("x1", "x2")}
    assert history_of_notation("w1(x1) w2(x2) c1 c2").orders == {"x": ("x1", "x2")}


PROMISED = {
    "read uncommitted": IsolationLevel.READ_UNCOMMITTED,
    "read committed": IsolationLevel.READ_COMMITTED,
    "repeatable read": IsolationLevel.READ_COMMITTED,
    "snapshot": IsolationLevel.SNAPSHOT,
    "serializable": IsolationLevel.SERIALIZABLE,
    "two-phase locking": IsolationLevel.SERIALIZABLE,
}


def script(rng: random.Random) -> str:
    """Return a random interleaving of up to four transactions."""
    lines = ["x = 10, y = 21"]
    for turn in range(rng.randint(4, 16)):
        who, key = rng.randint(1, 4), rng.choice("xyz")
        step = rng.choice(
            [
                f"get {key}",
                f"get {key}",
                f"put {key} {turn}",
                f"delete {key}",
                f"scan {twins.EVEN}",
                f"add 1 where {twins.EVEN}",
                "commit",
                "abort",
            ]
        )
        lines.append(f"T{who} {step}")
    ended = {line.split()[0] for line in lines if line.endswith(("commit", "abort"))}
    begun = {line.split()[0] for line in lines[1:]}
    return "\n".join(
        _until_ended(lines) + [f"{t} commit" for t in sorted(begun - ended)]
    )


def _until_ended(lines: list[str]) -> list[str]:
    """Leave out what a transaction would do after its end."""
    ended: set[str] = set()
    kept_lines = []
    for line in lines:
        who = line.split()[0]
        if who not in ended:
            kept_lines.append(line)
        if line.endswith(("commit", "abort")):
            ended.add(who)
    return kept_lines


@pytest.mark.parametrize("level", PROMISED)
def test_the_store_keeps_at_each_level_what_it_promises(level: str) -> None:
    broken = set()
    for seed in range(120):
        run = play(script(random.Random(seed)), level)
        verdict = judge_isolation(history_of_operations(run.history))
        assert verdict.levels[PROMISED[level]] is Standing.KEPT, (run.table(), verdict)
        broken |= {x for x in verdict.levels if verdict.levels[x] is Standing.BROKEN}
    # And it promises no more than it has to: the weaker ones do break something.
    if PROMISED[level] is not IsolationLevel.SERIALIZABLE:
        assert IsolationLevel.SERIALIZABLE in broken
    if level in ("read uncommitted", "read committed"):
        assert IsolationLevel.CONSISTENT_VIEW in broken


@pytest.mark.parametrize("level", PROMISED)
@pytest.mark.parametrize("name", ANOMALIES)
def test_a_story_that_happens_has_the_phenomenon_that_it_is_named_after(
    name: str, level: str
) -> None:
    for case in ANOMALIES[name].cases:
        run = play(case.script, level)
        verdict = judge_isolation(history_of_operations(run.history))
        assert verdict.levels[PROMISED[level]] is Standing.KEPT
        if case.happened(run):
            assert verdict.levels[SERIALIZABLE] is Standing.BROKEN, (run.table(), name)


def test_scans_that_pass_over_too_much_leave_open_what_depends_on_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registers, "_MOST_LOOKS", 3)
    made = [Transaction(f"W{n}", (Write(f"k{n}", 2 * n),)) for n in range(4)]
    scan = Transaction("S", (Scan(twins.EVEN, ()), Read("k0", 0)))
    verdict = judge_isolation(TransactionHistory((*made, scan)))
    assert verdict.levels[SERIALIZABLE] is Standing.UNDECIDED
    assert "more than 3 keys, which is too many" in str(verdict)
    monkeypatch.undo()
    assert not kept(TransactionHistory((*made, scan)), SERIALIZABLE)


def test_each_version_that_a_scan_may_have_passed_over_is_tried() -> None:
    """R saw W1's y, and no even x: it came after W2, which made x odd again."""
    history = TransactionHistory(
        (
            Transaction("W1", (Write("x", 2), Write("y", 1))),
            Transaction("R", (Scan(twins.EVEN, ()), Read("y", 1))),
            Transaction("W2", (Read("x", 2), Write("x", 3))),
        )
    )
    assert judge_isolation(history).order == ("W1", "W2", "R")


@pytest.mark.parametrize(("begin", "is_over"), [(4, False), (5, False), (6, True)])
def test_who_ends_in_the_moment_in_which_another_begins_is_not_over(
    begin: int, is_over: bool
) -> None:
    """T2 missed what T1 wrote, and T3 saw it."""
    wrote = Transaction("T1", (Write("x", 1),), begin=0, end=5)
    missed = Transaction("T2", (Read("x", None),), begin=begin, end=9)
    saw = Transaction("T3", (Read("x", 1),), begin=begin, end=9)
    client = TransactionHistory((wrote, missed))
    assert kept(client, IsolationLevel.STRICT_SERIALIZABLE) is not is_over
    exact = replace(client, exact_moments=True)
    assert kept(exact, IsolationLevel.SNAPSHOT) is not is_over
    exact = TransactionHistory((wrote, saw), exact_moments=True)
    assert kept(exact, IsolationLevel.SNAPSHOT) is is_over


def test_what_is_wrong_is_told_with_the_values_as_they_were() -> None:
    told = {
        str(anomaly)
        for accesses in (
            (Append("x", True), Append("x", (1, (True,))), Read("x", (True,))),
            (Append("x", 1), Read("x", (1, 1))),
            (Read("x", (7,)), Append("x", 7)),
            (Write("y", 1), Read("y", 2)),
        )
        for anomaly in judge_isolation(
            TransactionHistory((Transaction("T1", accesses),))  # type: ignore[arg-type]
        ).anomalies
    }
    assert told == {
        "its own write unseen: T1 read x = [True]; it had appended "
        "[True, (1, (True,))]",
        "an element twice: T1 read x = [1, 1]",
        "its own write unseen: T1 read x = [7]; it appended some of it later",
        "its own write unseen: T1 wrote y = 1, then read y = 2",
    }


def test_what_scans_found_breaks_a_level_whoever_is_in_doubt() -> None:
    """S found W's x, and read y as it was before W."""
    wrote = Transaction("W", (Write("x", 2), Write("y", 4)))
    half = Transaction("S", (Scan(twins.EVEN, (("x", 2), ("y", 4))), Read("z", None)))
    after = Transaction("V", (Read("y", 4), Write("y", 6), Write("z", 1)))
    doubt = [
        Transaction(f"U{n}", (Write("u", 2 * n + 1),), Status.UNKNOWN) for n in range(7)
    ]
    late = Transaction("L", (Read("z", 1), Scan(twins.EVEN, (("x", 2), ("y", 4)))))
    sound = judge_isolation(TransactionHistory((wrote, half, after, *doubt)))
    assert sound.levels[SERIALIZABLE] is Standing.KEPT
    broken = judge_isolation(TransactionHistory((wrote, half, after, *doubt, late)))
    assert broken.levels[SERIALIZABLE] is Standing.BROKEN
    assert broken.levels[IsolationLevel.READ_COMMITTED] is Standing.KEPT


def test_read_committed_is_decided_however_many_orders_are_open() -> None:
    """T1 and T2 wrote x unseen. T1 read T2's z, so T2's x may be the older one."""
    history = TransactionHistory(
        (
            Transaction("T1", (Read("z", 1), Read("y", None), Write("x", 1))),
            Transaction("T2", (Write("z", 1), Write("y", 1), Write("x", 2))),
            *(Transaction(f"W{n}", (Write("w", n),)) for n in range(_MOST_OPEN)),
        )
    )
    verdict = judge_isolation(history)
    assert verdict.levels[IsolationLevel.READ_COMMITTED] is Standing.KEPT
    assert verdict.levels[IsolationLevel.CONSISTENT_VIEW] is Standing.BROKEN
    assert Standing.UNDECIDED not in verdict.levels.values()


def test_an_order_that_is_stated_counts_even_against_what_was_read() -> None:
    """T2 saw T1's x and wrote its own, which is said to be the older one: G1c."""
    history = TransactionHistory(
        (
            Transaction("T1", (Write("x", 1),)),
            Transaction("T2", (Read("x", 1), Write("x", 2))),
        ),
        {"x": (2, 1)},
    )
    verdict = judge_isolation(history)
    cycle = "T1 -wr(x)-> T2 -ww(x)-> T1"
    assert str(verdict.anomalies[0]) == f"G1c (circular information flow): {cycle}"
    assert verdict.strongest == (IsolationLevel.READ_UNCOMMITTED,)


def test_what_was_seen_and_then_overwritten_tells_the_order_without_a_search() -> None:
    count = 300
    chain = (
        Transaction(f"T{n}", (Read("x", n - 1 if n else None), Write("x", n)))
        for n in range(count)
    )
    verdict = judge_isolation(TransactionHistory(tuple(chain)), limit=0)
    assert verdict.order == tuple(f"T{n}" for n in range(count))


def test_a_lost_update_is_one_in_either_order_and_needs_no_search() -> None:
    twice = [
        Transaction(f"T{n}", (Read("x", None), Write("x", n))) for n in range(1, 3)
    ]
    verdict = judge_isolation(TransactionHistory(tuple(twice)), limit=0)
    assert verdict.levels[IsolationLevel.SNAPSHOT] is Standing.BROKEN
    assert str(verdict.anomalies[-1]) == (
        "G-single (lost update): T1 -rw(x)-> T2 -ww(x)-> T1; or the other way round"
    )
