"""`python -m sdnotes.cap`: a file of operations in, a verdict and a figure out."""

import io
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sdnotes.cap import judge
from sdnotes.cap.__main__ import main

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
    assert capsys.readouterr().out == "linearizable\n"


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
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sdnotes.cap.__main__.judge", lambda *a: judge(*a, limit=1))
    writes = (
        f'{{"process": "w{n}", "action": "write", "argument": {n}, "invoked_us": 0, '
        '"completed_us": 99}\n'
        for n in range(5)
    )
    file.write_text("".join(writes))
    assert main([str(file)]) == 3
    assert "undecided after 1 states" in capsys.readouterr().err
