"""Every claim of the notes has an answer: a verdict, a sentence, a source, a test.

An answer on docs/claims.md is a row of its chapter's table, and a footnote:

    | Claim | The notes | What is true | Shown |
    |---|---|---|---|
    | CAP-08 *imprecise*{ #cap-08 .sd-imprecise } | what they claim, in our words | one
      sentence[^cap-08] | [a link](chapters/cap/index.md#anchor) into a chapter |

    [^cap-08]: Where that stands. Test: `tests/cap/test_claims.py::test_name`

(a row is one line). The test asserts the relation behind the sentence. What was not
simply right is linked from where it is shown, behind the text that answers it:
`<span class="sd-claim">[CAP-08](../../claims.md#cap-08)</span>`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sitebuild import DOCS, ROOT, fenced
from sitebuild.problems import Problem, relative

PAGE = DOCS / "claims.md"
VERDICTS = ("true", "imprecise", "outdated", "wrong", "incomplete")
COLUMNS = ("Claim", "The notes", "What is true", "Shown")
_ROW = re.compile(r"\|\s*(?P<id>[^\s|]*)(?P<rest>[^|]*)\|(?P<cells>.*?)\|?\s*")
_ID = re.compile(r"[A-Z]+-\d\d")
_REST = re.compile(
    r" \*(?P<verdict>[a-z]+)\*\{ #(?P<anchor>\S+) \.sd-(?P<class>\S+) \} "
)
_NOTE = re.compile(r"\[\^(?P<anchor>[a-z]+-\d\d)\]: ?(?P<text>.*)")
_PAGE = re.compile(r"\]\((chapters/[\w/-]+\.md)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@dataclass(frozen=True, slots=True)
class Claim:
    """One answer: the texts of its row, and its footnote with the line of that."""

    name: str
    verdict: str
    line: int
    notes: str
    true: str
    shown: str
    note: tuple[str, int] | None

    @property
    def anchor(self) -> str:
        """What a link to it ends with."""
        return self.name.lower()

    @property
    def source(self) -> str:
        """Where it is written that the sentence is true."""
        return self.note[0].partition("Test: ")[0].strip() if self.note else ""

    @property
    def test(self) -> str:
        """What holds it: the names of its tests."""
        return self.note[0].partition("Test: ")[2].strip() if self.note else ""


def _notes(text: str) -> dict[str, tuple[str, int]]:
    """Return the footnotes of the page and their lines, by the claim's anchor."""
    found: dict[str, tuple[str, int]] = {}
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if note := _NOTE.fullmatch(line):
            current = note["anchor"]
            found[current] = (note["text"], number)
        elif current and line.startswith("    "):
            so_far, start = found[current]
            found[current] = (f"{so_far} {line.strip()}", start)
        else:
            current = ""
    return found


def read(path: Path = PAGE) -> list[Claim]:
    """Return the answers in the order of the page."""
    text = fenced.uncommented(path.read_text("utf-8"), path)
    notes = _notes(text)
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        row = _ROW.fullmatch(line)
        if row is None or row["id"] == COLUMNS[0] or not row["id"].strip(":-"):
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row["cells"])]
        told, true, shown = (*cells, "", "", "")[: len(COLUMNS) - 1]
        rest = _REST.fullmatch(row["rest"])
        same = rest and (rest["anchor"], rest["class"]) == (
            row["id"].lower(),
            rest["verdict"],
        )
        verdict = (
            rest["verdict"] if rest and same and len(cells) == len(COLUMNS) - 1 else ""
        )
        note = notes.get(row["id"].lower())
        found.append(Claim(row["id"], verdict, number, told, true, shown, note))
    return found


@lru_cache(maxsize=64)
def _tests_in(path: Path, modified_ns: int) -> frozenset[str]:
    del modified_ns  # part of the key: an edited file is read again
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


def _test_problem(text: str) -> str | None:
    named = _TEST.findall(text)
    if not named or text.count("::") != len(named):
        return (
            "name the test that asserts it at the end of its footnote, as "
            "Test: `tests/<slug>/test_x.py::test_y`"
        )
    for file, test in named:
        path = ROOT / file
        if not path.is_file():
            return f"there is no {file}"
        if test not in _tests_in(path, path.stat().st_mtime_ns):
            return f"there is no test {test} in {file}"
    return None


def _form_problem(claim: Claim) -> str | None:
    """Return what is wrong of how a row is written."""
    name, anchor = claim.name, claim.anchor
    if not _ID.fullmatch(name):
        row = "| CAP-01 *true*{ #cap-01 .sd-true } |"
        return f"{name!r} is no claim: a row begins `{row}`"
    if claim.verdict not in VERDICTS:
        columns = " | ".join(COLUMNS[1:])
        return (
            f"the row must read `| {name} *<verdict>*{{ #{anchor} .sd-<verdict> }} | "
            f"{columns} |`, a verdict of {', '.join(VERDICTS)}"
        )
    return None


def _lacks(claim: Claim) -> Iterator[tuple[int, str]]:
    """Give what an answer lacks, each with its line."""
    for text, what in ((claim.notes, "the notes say"), (claim.true, "is true")):
        if not text:
            yield claim.line, f"{claim.name}: say what {what}"
    if "](" not in claim.shown:
        yield claim.line, f"{claim.name}: link to where a reader sees it"
    if f"[^{claim.anchor}]" not in claim.true:
        message = f"behind what is true, refer to its footnote: [^{claim.anchor}]"
        yield claim.line, f"{claim.name}: {message}"
    if claim.note is None:
        message = f"write its footnote, `[^{claim.anchor}]: <source> Test: <its test>`"
        yield claim.line, f"{claim.name}: {message}"
        return
    _, line = claim.note
    if not claim.source:
        yield line, f"{claim.name}: begin its footnote with its source"
    if wrong := _test_problem(claim.test):
        yield line, f"{claim.name}: {wrong}"


def problems() -> list[Problem]:
    """Return what is missing from the page of claims, at its line."""
    found = []
    page = relative(PAGE)
    last: dict[str, int] = {}
    for claim in read():
        if message := _form_problem(claim):
            found.append(Problem(page, claim.line, message))
        if not _ID.fullmatch(claim.name):
            continue
        section, _, number = claim.name.partition("-")
        if int(number) != last.get(section, 0) + 1:
            before = f"{section}-{last.get(section, 0):02}"
            message = f"{claim.name} does not follow {before}"
            found.append(Problem(page, claim.line, message))
        last[section] = int(number)
        found += [Problem(page, line, message) for line, message in _lacks(claim)]
    return found


def mark_problems() -> list[Problem]:
    """Return claims that were not simply right, and that no page they name links to."""
    found = []
    for claim in read():
        pages = dict.fromkeys(_PAGE.findall(claim.shown))
        there = [DOCS / page for page in pages if (DOCS / page).is_file()]
        mark = f"[{claim.name}](../../claims.md#{claim.anchor})"
        wanting = claim.verdict not in ("true", "") and there
        if wanting and not any(mark in page.read_text("utf-8") for page in there):
            message = (
                f"{claim.name} is {claim.verdict}, and no text of {' or '.join(pages)} "
                f"says so: put {mark} behind what answers it"
            )
            found.append(Problem(relative(PAGE), claim.line, message))
    return found
