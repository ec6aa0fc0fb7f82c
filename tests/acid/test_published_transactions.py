"""Histories that others published, with the verdicts that they published."""

import pytest

from sdnotes.acid.dependencies import dependencies
from sdnotes.acid.elle import history_of_elle
from sdnotes.acid.forbidden import IsolationLevel, Standing
from sdnotes.acid.judging import judge_isolation
from sdnotes.acid.notation import history_of_notation
from sdnotes.acid.phenomena import Phenomenon

RU = IsolationLevel.READ_UNCOMMITTED
RC = IsolationLevel.READ_COMMITTED
CV = IsolationLevel.CONSISTENT_VIEW
SI = IsolationLevel.SNAPSHOT
RR = IsolationLevel.REPEATABLE_READ
SER = IsolationLevel.SERIALIZABLE
STRICT = IsolationLevel.STRICT_SERIALIZABLE


def elle(*transactions: str) -> str:
    """Return Jepsen's lines for Elle's own shorthand: ax1 appends, ry12 reads [1 2]."""
    lines = []
    for text in transactions:
        status, _, operations = text.rpartition(" ")
        parts, at = [], 0
        while at < len(operations):
            kind, key = operations[at], operations[at + 1]
            at += 2
            digits = ""
            while at < len(operations) and operations[at] in "0123456789_":
                digits += operations[at]
                at += 1
            seen = {
                "a": digits,
                "w": digits,
                "r": f"[{' '.join(digits)}]" if digits else "nil",
                "R": "nil" if digits == "_" else digits,
            }[kind]
            name = {"a": "append", "w": "w", "r": "r", "R": "r"}[kind]
            parts.append(f"[:{name} :{key} {seen}]")
        lines.append(f"{{:type :{status or 'ok'}, :value [{' '.join(parts)}]}}")
    return "\n".join(lines)


BERENSON = {
    "H0": ("w1[x] w2[x] w2[y] c2 w1[y] c1", ()),
    "H1": ("r1[x=50]w1[x=10]r2[x=10]r2[y=50]c2 r1[y=50]w1[y=90]c1", (RC,)),
    "H1.SI": (
        "r1[x0=50]w1[x1=10]r2[x0=50]r2[y0=50]c2 r1[y0=50]w1[y1=90]c1",
        (SI, STRICT),
    ),
    "H2": ("r1[x=50]r2[x=50]w2[x=10]r2[y=50]w2[y=90]c2 r1[y=90]c1", (RC,)),
    # The phantom: to lock what was read does not help, to lock the condition does.
    "H3": ("r1[P] w2[insert y to P] r2[z] w2[z] c2 r1[z] c1", (RR,)),
    "H4": ("r1[x=100]r2[x=100]w2[x=120]c2 w1[x=130]c1", (RC,)),
    "H5": ("r1[x=50]r1[y=50]r2[x=50]r2[y=50]w1[y=-40]w2[x=-40]c1 c2", (SI,)),
}
ADYA = {
    "H1": ("r1(x0,5) w1(x1,1) r2(x1,1) r2(y0,5) c2 r1(y0,5) w1(y1,9) c1", (RC,)),
    "H2": ("r2(x0,5) r1(x0,5) w1(x1,1) r1(y0,5) w1(y1,9) c1 r2(y1,9) c2", (RC,)),
    # Allowed, since it is as good as T1, T2, though P1 and P2 forbid it.
    "H1'": ("r1(x0,5) w1(x1,1) r1(y0,5) w1(y1,9) r2(x1,1) r2(y1,9) c1 c2", (STRICT,)),
    "H2'": (
        "r2(x0,5) r1(x0,5) w1(x1,1) r1(y0,5) r2(y0,5) w1(y1,9) c2 c1",
        (SI, STRICT),
    ),
    "Hserial": (
        "w1(z1) w1(x1) w1(y1) w3(x3) c1 r2(x1) w2(y2) c2 r3(y2) w3(z3) c3 "
        "[x1 << x3, y1 << y2, z1 << z3]",
        (STRICT,),
    ),
    "Hwcycle": (
        "w1(x1,2) w2(x2,5) w2(y2,5) c2 w1(y1,8) c1 [x1 << x2, y2 << y1]",
        (),
    ),
    "Hphantom": (
        "r1(Dept=Sales: x0,10; y0,10) r2(Sum0,20) w2(z2 in Dept=Sales) w2(Sum2,30) c2 "
        "r1(Sum2,30) c1 [Sum0 << Sum2, zinit << z2]",
        (RR,),
    ),
    # T3 depends on T1, which took x out of Sales, and not on T2, whose x2 it saw.
    "Hpred-read": (
        "w0(x0 in Dept=Sales) c0 w1(x1) c1 w2(x2) r3(Dept=Sales: x2; y0) w2(y2) c2 c3 "
        "[x0 << x1 << x2, y0 << y2]",
        (SI, STRICT),
    ),
    "G1a": ("w1(x1) r2(x1) a1 c2", (RU,)),
    "G1b": ("w1(x1.1) r2(x1.1) w1(x1.2) c1 c2", (RU,)),
    "G1c": ("w1(x1) w2(y2) r1(y2) r2(x1) c1 c2", (RU,)),
}
HERMITAGE = {
    "OTV": (
        "w1[x=11] w1[y=19] w2[x=12] c1 r3[x=12] w2[y=18] r3[y=19] c2 r3[y=18] c3",
        (RC,),
    ),
    "PMP": ("r1[P] w2[z in P] c2 r1[P] c1", (RR,)),
    "P4": ("r1[x] r2[x] w1[x] w2[x] c1 c2", (RC,)),
    "G-single": ("r1[x] r2[x] r2[y] w2[x=12] w2[y=18] c2 r1[y=18] c1", (RC,)),
    "G2-item": ("r1[x] r1[y] r2[x] r2[y] w1[x] w2[y] c1 c2", (SI,)),
    "G2": ("r1[P: x0] r2[P: x0] w1[y in P] w2[z in P] c1 c2", (SI, RR)),
    "G2, two edges (Fekete)": (
        "r1[x=10] r1[y=20] r2[y=20] w2[y=25] c2 r3[x=10] r3[y=25] c3 w1[x=0] c1",
        (SI,),
    ),
}
FEKETE = {
    "2004": (
        "R2(X0,0) R2(Y0,0) R1(Y0,0) W1(Y1,20) C1 R3(X0,0) R3(Y1,20) C3 W2(X2,-11) C2",
        (SI,),
    ),
    "2004 without T3": (
        "R2(X0,0) R2(Y0,0) R1(Y0,0) W1(Y1,20) C1 W2(X2,-11) C2",
        (SI, STRICT),
    ),
}


@pytest.mark.parametrize(
    ("text", "strongest"),
    [
        pytest.param(*case, id=f"{paper} {name}")
        for paper, cases in {
            "Berenson": BERENSON,
            "Adya": ADYA,
            "Hermitage": HERMITAGE,
            "Fekete": FEKETE,
        }.items()
        for name, case in cases.items()
    ],
)
def test_a_history_of_the_literature_keeps_what_its_authors_say(
    text: str, strongest: tuple[IsolationLevel, ...]
) -> None:
    assert judge_isolation(history_of_notation(text)).strongest == strongest


def test_a_scan_depends_on_who_changed_what_it_finds_and_not_on_what_it_saw() -> None:
    """Adya, Liskov, O'Neil 2000, section 4.4: T0, T1, T3, T2."""
    history = history_of_notation(ADYA["Hpred-read"][0])
    assert {str(dependency) for dependency in dependencies(history)} == {
        "T0 -ww(x)-> T1",
        "T1 -ww(x)-> T2",
        "T1 -wr(x, scan)-> T3",
        "T3 -rw(y)-> T2",
        "T3 -rw(y, scan)-> T2",
    }
    assert judge_isolation(history).order == ("T0", "T1", "T3", "T2")


ELLE_BROKEN = {
    "G0": (("ax1ay1", "ax2ay2", "rx12ry21"), RU),
    "G1a": (("fail ax1", "rx1"), RC),
    "G1b": (("ax1ax2", "rx1"), RC),
    "G1c": (("ax1ry1", "ax2ay1", "rx12ry1"), RC),
    "G-single": (("ax1ay1", "ax2ry", "rx12"), CV),
    "G2": (("ax1ry", "ay1rx"), RR),
    "contradictory reads": (("ax1ry1", "ax2", "ax3ay1", "rx13", "rx123"), RC),
    "dirty update": (("fail ax1", "ax2", "rx12"), RC),
    "dirty update, by one unknown": (("fail ax1", "info ax2", "ax3", "rx123"), RC),
    "an element twice": (("ax1ry1", "ax2ay1", "rx121"), RU),
    "own appends": (("ax1ax2ax4", "ax3rx1234"), RU),
    "unobserved": (("ax1ay1", "ax2ay2", "ax3ay3", "rx12", "ry2"), RU),
    "write skew": (("rxay1", "ryax1"), RR),
    "G-nonadjacent": (("ax1", "rx1ry", "ay1", "ry1rx"), SI),
    "lost update": (("ax0", "rx0ax1", "rx0ax2"), RR),
    "rr G-single": (("ax1ay1", "rx1ry"), CV),
    "rr G-nonadjacent": (("ax1at1", "rx1ry", "ay1az2", "rz2rt"), SI),
    "future": (("rx1ax1",), RC),
    "register G1a": (("Rx1", "fail wx1"), RC),
    "register G1b": (("wx1wx2", "Rx1"), RC),
    "register G1c": (("wx1Ry1", "wy1Rx1"), RC),
    "register G-single": (("Rx_Ry1", "wy1wx2"), CV),
    "register, seen then written": (("Ry1wx1wy2", "Rx1Ry1"), CV),
    "register, lost update": (("Rx0wx1", "Rx0wx2"), RR),
    "register, two first values": (("Rx1Rx2",), SER),
}
ELLE_SOUND = {
    "Adya's figure 3": (("az1ax1ay1", "rx1ay2", "ry12az3", "rz13"), SER),
    "adjacent": (("rx5ay1", "ryaz2", "rzat3", "rt3au4", "ruax5"), SI),
    "one transaction, two appends": (("rxax1ax2", "rx12"), SER),
    "unknown reads": (("info ax2ry", "ax1ay1", "rx12ry1"), SER),
    "reading": (("ax1", "rx1", "ax2", "rx12"), SER),
    "intermediate, internally": (("ax1rx1ax2",), SER),
    "registers, chained": (("wx1wx2", "Rx_", "Rx2"), SER),
}


@pytest.mark.parametrize("name", ELLE_BROKEN)
def test_what_elle_finds_broken_is_broken(name: str) -> None:
    """jepsen-io/elle, list_append_test.clj and rw_register_test.clj: `:not`."""
    transactions, level = ELLE_BROKEN[name]
    verdict = judge_isolation(history_of_elle(elle(*transactions)))
    assert verdict.levels[level] is Standing.BROKEN
    assert verdict.anomalies


@pytest.mark.parametrize("name", ELLE_SOUND)
def test_what_elle_finds_sound_is_kept(name: str) -> None:
    """jepsen-io/elle, list_append_test.clj: `{:valid? true}` at this level."""
    transactions, level = ELLE_SOUND[name]
    verdict = judge_isolation(history_of_elle(elle(*transactions)))
    assert verdict.levels[level] is Standing.KEPT


def test_the_history_of_the_paper_on_elle_is_no_snapshot() -> None:
    """jepsen-io/elle, histories/paper-example.edn: T2 saw 8 in 255, T4 did not."""
    text = """\
{:index 1 :type :ok :value [[:append 253 1] [:append 253 3] [:append 253 4]
 [:append 255 2] [:append 255 3] [:append 255 4] [:append 255 5] [:append 256 1]
 [:append 256 2]]}
{:index 3 :type :ok, :value [[:append 255 8] [:r 253 [1 3 4]]]}
{:index 5 :type :ok, :value [[:append 256 4] [:r 255 [2 3 4 5 8]] [:r 256 [1 2 4]]
 [:r 253 [1 3 4]]]}
{:index 7 :type :ok :value [[:append 250 10] [:r 253 [1 3 4]] [:r 255 [2 3 4 5]]
 [:append 256 3]]}
"""
    verdict = judge_isolation(history_of_elle(text))
    assert [str(anomaly) for anomaly in verdict.anomalies] == [
        "G-single (read skew): T2 -wr(255)-> T3 -ww(256)-> T4 -rw(255)-> T2"
    ]


def test_a_snapshot_that_has_cycles_of_two_rw_in_a_row_alone_is_one() -> None:
    """jepsen-io/elle, histories/si-without-g-single.edn."""
    text = """\
{:index 11, :type :ok, :value [[:append 9 2]]}
{:index 21, :type :ok, :value [[:append 8 1] [:r 9 nil]]}
{:index 31, :type :ok, :value [[:r 6 nil] [:r 8 nil] [:append 9 5]]}
{:index 41, :type :ok, :value [[:append 6 2] [:r 9 [2]]]}
"""
    verdict = judge_isolation(history_of_elle(text))
    assert verdict.levels[SI] is Standing.KEPT
    assert verdict.levels[RR] is Standing.BROKEN


def called(*calls: tuple[int, str]) -> str:
    """Return calls one after the other, each a process and what it did."""
    lines = []
    for process, operations in calls:
        done = f":process {process}, :value [{operations}]"
        lines += [f"{{:type :invoke, {done}}}", f"{{:type :ok, {done}}}"]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "calls",
    [
        ("[:append :x 1]", "[:append :x 2]", "[:r :x [1]]", "[:r :x [1 2]]"),
        ("[:r :x nil] [:r :z [1]]", "[:append :x 1]", "[:r :z nil]", "[:append :z 1]"),
        ("[:r :x [1]] [:append :y 1]", "[:r :y [1]]", "[:append :x 1]"),
    ],
)
def test_an_order_against_the_clock_is_serializable_and_not_strictly(
    calls: tuple[str, ...],
) -> None:
    """jepsen-io/elle: strong SI violation, issues 17 and 21."""
    verdict = judge_isolation(history_of_elle(called(*enumerate(calls))))
    assert verdict.levels[SER] is Standing.KEPT
    assert verdict.levels[STRICT] is Standing.BROKEN
    assert verdict.anomalies[-1].phenomenon is Phenomenon.REAL_TIME


def test_a_value_that_cannot_have_been_there_is_seen_where_elle_sees_nothing() -> None:
    """jepsen-io/elle, rw_register_test.clj: "TODO: this represents a bug!"."""
    text = called((0, "[:w :x 1]"), (1, "[:r :x 2]"))
    verdict = judge_isolation(history_of_elle(text))
    assert verdict.levels[STRICT] is Standing.BROKEN


def test_blind_writes_of_registers_leave_the_order_open_and_some_order_will_do() -> (
    None
):
    """jepsen-io/elle: "this *isn't* illegal yet!"."""
    verdict = judge_isolation(history_of_elle(elle("wx1wy2", "wx2wy1")))
    assert verdict.levels[SER] is Standing.KEPT
