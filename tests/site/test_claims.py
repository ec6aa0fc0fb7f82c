"""The page of claims: its rows are read, and what one lacks is told at its line."""

from pathlib import Path

import pytest

from sitebuild import claims

HEAD = "# T\n\n| Claim | The notes | What is true | Shown |\n|---|---|---|---|\n"
ROW = "| A-01 *wrong*{ #a-01 .sd-wrong } | It is so. | It is not.[^a-01] | [x](y.md) |"
TEST = "tests/site/test_claims.py::test_a_row_and_its_footnote_are_one_answer"
NOTE = f"\n\n[^a-01]: [Somebody](https://x.org).\n    Test: `{TEST}`\n"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "claims.md"
    monkeypatch.setattr(claims, "PAGE", path)
    monkeypatch.setattr(claims, "relative", lambda path: path.name)
    return path


def problems(page: Path, text: str) -> list[str]:
    page.write_text(text, "utf-8")
    monkey = [*claims.read(page)]
    assert monkey
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "read", lambda: monkey)
        return [str(problem) for problem in claims.problems()]


def test_a_row_and_its_footnote_are_one_answer(page: Path) -> None:
    page.write_text(HEAD + ROW + NOTE, "utf-8")
    (claim,) = claims.read(page)
    assert (claim.name, claim.verdict, claim.line) == ("A-01", "wrong", 5)
    assert (claim.notes, claim.true) == ("It is so.", "It is not.[^a-01]")
    assert (claim.source, claim.test) == ("[Somebody](https://x.org).", f"`{TEST}`")
    assert problems(page, HEAD + ROW + NOTE) == []


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("A-01 *wrong*", "A01 *wrong*", 5, "'A01' is no claim: a row begins `| CAP-01"),
        ("*wrong*", "*false*", 5, "the row must read `| A-01 *<verdict>*{ #a-01 .sd-"),
        (".sd-wrong", ".sd-true", 5, "the row must read `| A-01 *<verdict>*{ #a-01 "),
        ("#a-01 .", "#a-02 .", 5, "the row must read `| A-01 *<verdict>*{ #a-01 .sd-"),
        (" | [x](y.md) |", "", 5, "the row must read `| A-01 *<verdict>*{ #a-01 .sd-"),
        (" | [x](y.md) |", " | x", 5, "A-01: link to where a reader sees it"),
        ("It is so.", "", 5, "A-01: say what the notes say"),
        ("A-01 *", "A-02 *", 5, "the row must read `| A-02 *<verdict>*{ #a-02 .sd-"),
        ("not.[^a-01]", "not.", 5, "A-01: behind what is true, refer to its footnote"),
        ("\n[^a-01]", "\n[^a-09]", 5, "A-01: write its footnote, `[^a-01]: <source>"),
        (
            "[Somebody](https://x.org).",
            "",
            7,
            "A-01: begin its footnote with its source",
        ),
        ("Test: ", "", 7, "A-01: name the test that asserts it at the end of its foot"),
        ("one_answer", "one", 7, "A-01: there is no test test_a_row_and_its_footnote_"),
        ("test_claims", "test_gone", 7, "A-01: there is no tests/site/test_gone.py"),
    ],
)
def test_what_an_answer_lacks_is_told_at_its_line(
    page: Path, right: str, wrong: str, line: int, said: str
) -> None:
    text = (HEAD + ROW + NOTE).replace(right, wrong)
    assert text != HEAD + ROW + NOTE
    found = problems(page, text)
    assert any(each.startswith(f"claims.md:{line}: {said}") for each in found), found


def test_numbers_follow_one_another(page: Path) -> None:
    second = ROW.replace("01", "03")
    found = problems(page, f"{HEAD}{ROW}\n{second}{NOTE}{NOTE.replace('a-01', 'a-03')}")
    assert found == ["claims.md:6: A-03 does not follow A-01"]


def test_what_was_not_right_is_linked_from_a_page_that_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = tmp_path / "docs"
    chapter = docs / "chapters" / "x" / "index.md"
    chapter.parent.mkdir(parents=True)
    shown = ROW.replace("y.md", "chapters/x/index.md#here")
    page = docs / "claims.md"
    page.write_text(HEAD + shown + NOTE, "utf-8")
    answers = claims.read(page)
    monkeypatch.setattr(claims, "DOCS", docs)
    monkeypatch.setattr(claims, "read", lambda: answers)
    mark = "[A-01](../../claims.md#a-01)"
    chapter.write_text("# X\n\nIt is not.\n", "utf-8")
    (problem,) = claims.mark_problems()
    assert problem.line == 5
    assert problem.message.endswith(f"says so: put {mark} behind what answers it")
    chapter.write_text(f"# X\n\nIt is not. {mark}\n", "utf-8")
    assert claims.mark_problems() == []
