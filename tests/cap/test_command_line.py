"""`python -m sdnotes.cap`: a file of operations in, a verdict and a figure out."""

import io
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sdnotes.cap.__main__ import main
from sdnotes.sim import Operation
from sitebuild import ROOT

READS = ("sdnotes/cap/__main__.py",)

GOOD = """\
{"process": "A", "action": "write", "argument": 1, "invoked_us": 0, "completed_us": 50}
{"process": "B", "action": "read", "invoked_us": 10, "completed_us": 20, "result": 1}
"""
BAD = f"""{GOOD}
{{"process": "B", "action": "read", "invoked_us": 30, "completed_us": 40, "result": 0}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


def test_a_good_history_exits_with_0(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(GOOD)
    assert main([str(file)]) == 0
    assert capsys.readouterr().out == (
        "linearizable\n(2 operations, 1 key, as a register that begins as 0)\n"
    )


def test_a_bad_history_exits_with_1_says_why_and_draws_it(
    file: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file.write_text(BAD)
    figure = tmp_path / "why.svg"
    assert main([str(file), "--figure", str(figure)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("not linearizable\nno order explains: B: read [30..40 us]")
    assert "Not linearizable" in figure.read_text()
    assert 'class="wrong"' in figure.read_text()


def test_a_good_history_is_drawn_with_its_order(file: Path, tmp_path: Path) -> None:
    file.write_text(GOOD)
    figure = tmp_path / "how.svg"
    main([str(file), "--figure", str(figure)])
    assert figure.read_text().count('class="point"') == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", "line 1 is not an operation"),
        (GOOD.replace("50", "-1"), "completed before it was invoked: A: write 1"),
        (GOOD.replace('"B"', '"A"'), "A: read [10..20 us] ok 1 was invoked while"),
        (GOOD.replace('"read"', '"fly"'), "a register takes read, write or cas"),
    ],
)
def test_a_malformed_history_exits_with_2_and_names_the_operation(
    file: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    file.write_text(text)
    assert main([str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err


def test_a_missing_or_binary_file_exits_with_2(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(file)]) == 2
    file.write_bytes(b"\xff\xfe\x00")
    assert main([str(file)]) == 2
    assert str(file) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("model", "initial", "line", "status"),
    [
        ("register", "null", '"action": "read", "result": null', 0),
        ("register", None, '"action": "read", "result": null', 1),
        ("counter", "4", '"action": "add", "argument": 1, "result": 5', 0),
        ("account", "9", '"action": "withdraw", "argument": 2, "result": 7', 0),
        ("queue", "[3, 4]", '"action": "dequeue", "result": 3', 0),
        ("queue", None, '"action": "dequeue", "result": 3', 1),
    ],
)
def test_models_and_their_first_states_from_standard_input(
    monkeypatch: pytest.MonkeyPatch,
    model: str,
    initial: str | None,
    line: str,
    status: int,
) -> None:
    text = f'{{"process": "A", {line}, "invoked_us": 1, "completed_us": 2}}'
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    first = ["--initial", initial] if initial else []
    assert main(["-", "--model", model, *first]) == status


def test_a_first_state_that_is_not_json_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([str(file), "--initial", "nothing"])
    assert caught.value.code == 2
    assert "'nothing' is not JSON" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("model", "initial"), [("counter", '"x"'), ("account", "null"), ("queue", "3")]
)
def test_a_first_state_that_the_model_cannot_have_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str], model: str, initial: str
) -> None:
    file.write_text(GOOD)
    assert main([str(file), "--model", model, "--initial", initial]) == 2
    assert "initial=" in capsys.readouterr().err


@pytest.mark.parametrize("initial", ["1.5", '{"a": 1}', "[{}]", "[" * 5000])
def test_a_first_state_that_is_no_plain_value_is_refused(
    file: Path, initial: str
) -> None:
    file.write_text(GOOD)
    with pytest.raises(SystemExit) as caught:
        main([str(file), "--initial", initial])
    assert caught.value.code == 2


def test_an_empty_file_is_not_called_linearizable(
    file: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file.write_text("  \n")
    assert main([str(file), "--figure", str(tmp_path / "x.svg")]) == 2
    assert "nothing to judge" in capsys.readouterr().err


def test_a_figure_that_cannot_be_written_is_not_a_verdict(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(GOOD)
    for target in (tmp_path, tmp_path / "missing" / "x.svg"):
        assert main([str(file), "--figure", str(target)]) == 2
    huge = GOOD.replace('"completed_us": 20', f'"completed_us": {"9" * 400}')
    file.write_text(huge)
    assert main([str(file), "--figure", str(tmp_path / "x.svg")]) == 2
    assert capsys.readouterr().out == ""


def test_names_that_no_terminal_and_no_xml_can_show_are_shown_as_numbers(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = tmp_path / "why.svg"
    file.write_text(BAD.replace('"B"', '"\\ud800 \\u0001 <script>"'))
    assert main([str(file), "--figure", str(figure)]) == 1
    assert "\\ud800" in capsys.readouterr().out
    names = [
        e.text for e in ElementTree.parse(figure).iter() if e.get("class") == "who"
    ]
    assert "\ufffd \ufffd <script>" in names


def test_a_byte_order_mark_and_odd_line_ends_inside_a_name_do_no_harm(
    file: Path,
) -> None:
    file.write_text(GOOD.replace('"B"', '"B\u2028C"'), "utf-8-sig")
    assert main([str(file)]) == 0


def test_nor_does_a_byte_order_mark_on_standard_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"\ufeff{GOOD}"))
    assert main(["-"]) == 0


def test_a_history_that_is_too_tangled_exits_with_3(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = (
        '{{"process": "w{n}", "action": "write", "argument": {value}, '
        '"invoked_us": {at}, "completed_us": 99}}\n'
    )
    writes = [line.format(n=n, value=n % 3, at=0) for n in range(9)]
    reads = [
        f'{{"process": "r", "action": "read", "result": {value}, '
        f'"invoked_us": {at}, "completed_us": {at + 5}}}\n'
        for at, value in ((110, 1), (120, 2))
    ]
    file.write_text("".join(writes + reads))
    assert main([str(file), "--limit", "3"]) == 3
    said = capsys.readouterr().err
    assert "undecided after 3 states: 3 of 11 answers could be explained" in said
    assert main([str(file), "--limit", "100000"]) == 1


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5"])
def test_a_limit_that_is_no_number_of_states_is_refused(file: Path, limit: str) -> None:
    file.write_text(GOOD)
    with pytest.raises(SystemExit) as caught:
        main([str(file), "--limit", limit])
    assert caught.value.code == 2


OWN = """
from sdnotes.cap import Model

class Latch(Model):
    def __init__(self, initial=False):
        self.initial = initial

    def step(self, state, operation):
        if operation.action == "set":
            return True, True
        return operation.result == state, state

Number = 3
"""


def test_a_model_of_ones_own_is_read_from_a_file(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.py"
    own.write_text(OWN)
    file.write_text(
        '{"process": "A", "action": "set", "invoked_us": 0, "completed_us": 5}\n'
        '{"process": "B", "action": "get", "result": false, "invoked_us": 6, '
        '"completed_us": 7}\n'
    )
    assert main([str(file), "--model", f"{own}:Latch"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("not linearizable\nno order explains: B: get [6..7 us] ok f")
    assert "begins as false" in out


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("stack", "stack: not register, counter, account, queue, and not file.py:C"),
        ("{own}:Stack", "Stack is not a subclass of sdnotes.cap.Model"),
        ("{own}:Number", "Number is not a subclass of sdnotes.cap.Model"),
        ("{missing}:Latch", "missing.py"),
        ("history:Latch", "history is not a Python file"),
    ],
)
def test_a_model_that_is_not_there_exits_with_2(
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    says: str,
) -> None:
    (tmp_path / "own.py").write_text(OWN)
    file.write_text(GOOD)
    asked = name.format(own=tmp_path / "own.py", missing=tmp_path / "missing.py")
    assert main([str(file), "--model", asked]) == 2
    assert says in capsys.readouterr().err


def test_help_names_every_field_of_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    for name in Operation.__dataclass_fields__:
        assert f"\n    {name} " in said


def test_what_is_printed_shows_null_the_first_state_and_the_unit(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(
        '{"process": "B", "action": "read", "result": null, "invoked_us": 3, '
        '"completed_us": 4}\n'
    )
    assert main([str(file), "--unit", "line"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "not linearizable",
        "no order explains: B: read [lines 3..4] ok null",
        "(1 operation, 1 key, as a register that begins as 0)",
        "(a read found null: if nothing was there at first, say --initial null)",
    ]
    assert main([str(file), "--initial", "null", "--unit", "ms"]) == 0
    assert "begins as null" in capsys.readouterr().out


def test_a_reader_that_stops_early_is_no_error(file: Path) -> None:
    """As in `python -m sdnotes.cap file | true`."""
    file.write_text(BAD)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "sdnotes.cap", str(file)],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        cwd=ROOT,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


JEPSEN = """\
{:type :invoke, :f :write, :value 3, :process 0, :time 10, :index 0}
{:type :invoke, :f :read, :value nil, :process 1, :time 20, :index 1}
{:type :ok, :f :write, :value 3, :process 0, :time 30, :index 2}
{:type :ok, :f :read, :value nil, :process 1, :time 40, :index 3}
"""


def test_jepsens_own_lines_are_judged_by_their_numbers(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(JEPSEN)
    assert main([str(file), "--format", "jepsen", "--initial", "null"]) == 0
    assert main([str(file), "--format", "jepsen"]) == 1
    assert "1: read [lines 2..4] ok null" in capsys.readouterr().out
    file.write_text(JEPSEN.replace("3,", "[x 3],").replace("nil", "[x nil]"))
    asked = [str(file), "--format", "jepsen", "--keyed"]
    assert main([*asked, "--initial", "null"]) == 0
    assert main(asked) == 1
    assert "key 'x': no order explains: 1: read x" in capsys.readouterr().out
    assert main([str(file)]) == 2
