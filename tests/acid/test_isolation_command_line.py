"""`python -m sdnotes.acid`: a file of transactions in, a verdict out."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sdnotes.acid.__main__ import main
from sdnotes.acid.elle import history_of_elle
from sdnotes.acid.forbidden import IsolationLevel
from sdnotes.acid.lines import FIELDS, history_of_lines
from sdnotes.sim import MalformedHistoryError
from sitebuild import ROOT

READS = ("sdnotes/acid/__main__.py",)

SKEWED = "\n".join(
    f'{{"transaction": "{name}", "operations": '
    f'[["read", "x", 1], ["read", "y", 1], ["write", "{key}", 2]]}}'
    for name, key in (("T1", "x"), ("T2", "y"))
)
GOOD = (
    '{"transaction": "T1", "operations": [["write", "x", 1]], "begin": 0, "end": 1}\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


def test_a_good_history_exits_with_0(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(GOOD)
    assert main([str(file)]) == 0
    assert capsys.readouterr().out == (
        "serializable: kept\nkeeps strict serializable\nas if one after the other: T1\n"
    )


def test_a_bad_one_exits_with_1_and_names_the_cycle(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(SKEWED)
    assert main([str(file)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("serializable: broken\nkeeps snapshot isolation\n")
    assert "\nG2-item (write skew): T1 -rw(y)-> T2 -rw(x)-> T1\n" in out
    assert "\nbroken: repeatable read (PL-2.99), serializable (PL-3)" in out


@pytest.mark.parametrize("name", ["snapshot isolation", "Snapshot-Isolation", "pl-si"])
def test_a_level_may_be_asked_for_by_either_name(file: Path, name: str) -> None:
    file.write_text(SKEWED)
    assert main([str(file), "--level", name]) == 0


@pytest.mark.parametrize("arguments", [["--level", "safe"], ["--limit", "-1"]])
def test_what_cannot_be_asked_for_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    file.write_text(GOOD)
    with pytest.raises(SystemExit) as caught:
        main([str(file), *arguments])
    assert caught.value.code == 2
    assert arguments[1] in capsys.readouterr().err


def test_what_is_not_decided_exits_with_3(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        json.dumps(
            {
                "transaction": f"T{n}",
                "operations": [["write", "x", n], ["write", "y", n]],
            }
        )
        for n in range(3)
    ]
    file.write_text("\n".join(lines))
    assert main([str(file), "--limit", "0"]) == 3
    assert (
        "(nothing tells the order of versions of 'x', 'y')" in capsys.readouterr().out
    )
    assert main([str(file)]) == 0
    file.write_text("\n".join([*lines, '{"orders": {"x": [0, 1, 2], "y": [2, 1, 0]}}']))
    assert main([str(file), "--limit", "0"]) == 1
    assert "G0 (dirty write): T0 -ww(x)-> T1 -ww(y)-> T0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "line 1 is not a transaction: Expecting value"),
        ("[]", "it is not an object with named fields"),
        ('{"transaction": "T1"}', "it has no field 'operations'"),
        ('{"operations": []}', "it has no field 'transaction'"),
        ('{"transaction": "T1", "operations": 3}', "operations is not a list but 3"),
        ('{"transaction": 3, "operations": []}', "transaction=3 is not a name"),
        (
            '{"transaction": "T1", "operations": [], "at": 3}',
            "field 'at' is not one of transaction, operations, status, begin, end",
        ),
        (
            '{"transaction": "T1", "operations": [], "status": "ok"}',
            "status 'ok' is not one of committed, aborted, unknown",
        ),
        (
            '{"transaction": "T1", "operations": [], "status": []}',
            "status [] is not one of",
        ),
        (
            '{"transaction": "T1", "operations": [], "begin": true}',
            "begin=True is not a whole number",
        ),
        (
            '{"transaction": "T1", "operations": [], "begin": 1, "begin": 2}',
            "'begin' stands in it twice",
        ),
        ('{"orders": []}', "orders is not alone, or not an object"),
        ('{"orders": {"x": 1}}', "orders of key 'x' is not one list"),
        ('{"orders": {"x": []}, "begin": 1}', "orders is not alone"),
        ("[" * 100_000, "line 1 is not a transaction"),
    ],
)
def test_a_malformed_line_exits_with_2_and_names_line_and_field(
    file: Path, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    file.write_text(line)
    assert main([str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
    file.write_text(f"{GOOD.replace('T1', 'T0')}\n{line}")
    main([str(file)])
    assert "line 3 is not a transaction" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        ("3", "3 is not a list such as ['read', 'x', 1]"),
        ("[]", "[] is not a list such as"),
        ('["fly", "x", 1]', "'fly' is not one of read, write, append, scan"),
        ('[["read"], "x", 1]', "['read'] is not one of read"),
        ('["read", "x"]', "has not 2 parts after 'read'"),
        ('["read", "x", 1, 2]', "has not 2 parts after 'read'"),
        ('["read", 3, 1]', "3 is not a text"),
        ('["write", "x", 1, "P"]', "'P' is not a list of names of conditions"),
        ('["write", "x", 1, [3]]', "[3] is not a list of names of conditions"),
        ('["scan", "all", [1]]', "[1] is not an object of values by key"),
        ('["scan", "all", {"x": 1, "x": 2}]', "'x' stands in it twice"),
        ('["write", "x", 1.5]', "value=1.5 of key 'x' is not made of"),
        ('["write", "x", {"a": 1}]', "value={'a': 1} of key 'x' is not made of"),
    ],
)
def test_a_malformed_operation_is_named_by_its_place(operation: str, says: str) -> None:
    line = f'{{"transaction": "T1", "operations": [["read", "y", 1], {operation}]}}'
    with pytest.raises(MalformedHistoryError) as caught:
        history_of_lines([line])
    assert says in str(caught.value)
    assert str(caught.value).startswith("line 1 is not a transaction: ")
    if "key 'x'" not in says and "stands" not in says:
        assert "operations, number 2: " in str(caught.value)


def test_two_lines_of_one_transaction_are_refused(file: Path) -> None:
    with pytest.raises(MalformedHistoryError, match=r"line 2 .* 'T1' is there twice"):
        history_of_lines([GOOD, GOOD])


def test_all_that_a_line_can_say_is_read() -> None:
    history = history_of_lines(
        [
            '{"transaction": "T1", "status": "unknown", "begin": 3, "end": 9, '
            '"operations": [["append", "log", 3], ["scan", "P", {"x": [1, null]}], '
            '["write", "x", null, ["P", "Q"]]]}'
        ],
        exact_moments=True,
    )
    assert history.exact_moments
    assert str(history.transactions[0]) == (
        "Transaction(name='T1', accesses=(Append(key='log', value=3), "
        "Scan(condition='P', found=(('x', (1, None)),), passed=()), "
        "Write(key='x', value=None, meets=('P', 'Q'))), "
        "status=<Status.UNKNOWN: 'unknown'>, begin=3, end=9)"
    )


def test_notation_and_elle_are_read_from_standard_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judged(text: str, name: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return main(["-", "--format", name])

    assert judged("\ufeffr1[x] w1[x] c1 r2[x] w2[x] c2", "notation") == 0
    assert judged("H4: r1[x] r2[x] w1[x] w2[x] c1 c2", "notation") == 1
    assert (
        judged('{"type": "ok", "value": [["w", "x", 1], ["r", "x", 1]]}', "elle") == 0
    )
    assert judged("{:type :ok, :value [[:append :x 1] [:r :x nil]]}", "elle") == 1
    assert judged("{:type :fine}", "elle") == 2
    assert judged("r1", "notation") == 2
    assert judged("", "notation") == 2


def test_exact_moments_are_asked_for(file: Path) -> None:
    """T2 saw what T1 had not committed when T2 began: no snapshot has that."""
    wrote, saw = '[["write", "x", 1]]', '[["read", "x", 1]]'
    file.write_text(
        f'{{"transaction": "T1", "begin": 0, "end": 5, "operations": {wrote}}}\n'
        f'{{"transaction": "T2", "begin": 3, "end": 6, "operations": {saw}}}\n'
    )
    assert main([str(file), "--level", "PL-SI"]) == 0
    assert main([str(file), "--level", "PL-SI", "--exact"]) == 1


def test_an_empty_and_a_missing_file_are_not_called_serializable(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(file)]) == 2
    file.write_text("  \n")
    assert main([str(file)]) == 2
    file.write_bytes(b"\xff\xfe\x00")
    assert main([str(file)]) == 2
    assert "nothing to judge" in capsys.readouterr().err


def test_help_names_every_field_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    for name in FIELDS:
        assert f"\n    {name}" in said or f", {name}  " in said
    for level in IsolationLevel:
        assert level in " ".join(said.split())


def test_names_that_no_terminal_shows_and_a_reader_that_stops_do_no_harm(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(SKEWED.replace('"T1"', '"\\ud800"'), "utf-8-sig")
    assert main([str(file)]) == 1
    assert "\\ud800" in capsys.readouterr().out
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "sdnotes.acid", str(file)],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        cwd=ROOT,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{:type :invoke, :process 0}\n{:type :invoke, :process 0}", "while a call of"),
        ("{:type :ok, :value 3}", "operation 1 .* value 3 is not a vector"),
        ("{:type :ok, :value [[:add :x 1]]}", "'add' is not r, w or append"),
        ("{:type :ok, :value [[:r]]}", "is not a vector such as"),
        ("{:type :ok, :value [[:r :x 1.5]]}", "1.5 is not made of"),
        ("{:type :ok, :value [3]}", "3 is not a vector such as"),
        ("3", "3 is no map"),
        ('{"type": "ok"', "is not one of Jepsen's"),
    ],
)
def test_what_jepsen_does_not_write_is_refused(text: str, says: str) -> None:
    with pytest.raises(MalformedHistoryError, match=says):
        history_of_elle(text)


def test_calls_and_answers_of_jepsen_become_moments_and_faults_are_passed_over() -> (
    None
):
    history = history_of_elle(
        "[{:type :invoke, :process 1, :value [[:w :x 1]]}\n"
        "{:type :info, :process :nemesis, :value nil}\n"
        "{:type :invoke, :process 2, :value [[:r :x nil]]}\n"
        "{:type :info, :process 1, :value [[:w :x 1]]}\n"
        "{:type :invoke, :process 3, :value [[:r :x nil]]}\n"
        "{:type :fail, :process 2, :value [[:r :x nil]]}]"
    )
    assert [(t.name, str(t.status), t.begin, t.end) for t in history.transactions] == [
        ("T4", "unknown", 1, None),
        ("T6", "aborted", 3, 6),
        ("T5", "unknown", 5, None),
    ]
