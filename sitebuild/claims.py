"""Every claim of the notes has an answer: a verdict, a sentence, a source, a test.

An answer on docs/claims.md reads

    ### CAP-08 · imprecise { #cap-08 }

    - **The notes:** what they claim, in our words
    - **True:** one sentence
    - **Source:** where that stands
    - **Shown:** [a link](chapters/cap/index.md#anchor) into a chapter
    - **Test:** `tests/cap/test_claims.py::test_name`, which asserts the relation

What was not simply right is also told where it is shown, in a box `!!! claim`.
"""

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sitebuild import DOCS, ROOT, fenced, pagetree
from sitebuild.problems import Problem, relative

PAGE = DOCS / "claims.md"
VERDICTS = ("true", "imprecise", "outdated", "wrong", "incomplete")
FIELDS = ("The notes", "True", "Source", "Shown", "Test")
_HEADING = re.compile(r"### (?P<id>\S*)(?P<rest>.*)")
_ID = re.compile(r"[A-Z]+-\d\d")
_REST = re.compile(r" · (?P<verdict>[a-z]+) \{ #(?P<anchor>[a-z0-9-]+) \}")
_FIELD = re.compile(r"- \*\*(?P<name>[^*]+):\*\* ?(?P<text>.*)")
_PAGE = re.compile(r"\]\((chapters/[\w/]+\.md)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@dataclass(frozen=True, slots=True)
class Claim:
    """One answer; ``fields`` maps a field's name to its text and its line."""

    name: str
    verdict: str
    anchor: str
    line: int
    fields: dict[str, tuple[str, int]]


def read(path: Path = PAGE) -> list[Claim]:
    """Return the answers in the order of the page."""
    found: list[Claim] = []
    current = ""
    text = fenced.uncommented(path.read_text("utf-8"), path)
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _HEADING.match(line):
            rest = _REST.fullmatch(heading["rest"])
            verdict, anchor = (rest["verdict"], rest["anchor"]) if rest else ("", "")
            found.append(Claim(heading["id"], verdict, anchor, number, {}))
            current = ""
        elif found and (field := _FIELD.match(line)):
            current = field["name"]
            found[-1].fields[current] = (field["text"], number)
        elif found and current and line.startswith("    "):
            text, start = found[-1].fields[current]
            found[-1].fields[current] = (f"{text} {line.strip()}", start)
    return found


@lru_cache(maxsize=64)
def _tests_in(path: Path, modified_ns: int) -> frozenset[str]:
    del modified_ns  # part of the key: an edited file is read again
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


def _test_problem(text: str) -> str | None:
    named = _TEST.findall(text)
    if not named or text.count("::") != len(named):
        return "name the test that asserts it, as `tests/<slug>/test_x.py::test_y`"
    for file, test in named:
        path = ROOT / file
        if not path.is_file():
            return f"there is no {file}"
        if test not in _tests_in(path, path.stat().st_mtime_ns):
            return f"there is no test {test} in {file}"
    return None


def problems() -> list[Problem]:
    """Return what is missing from the page of claims, at its line."""
    found = []
    page = relative(PAGE)
    last: dict[str, int] = {}
    for claim in read():
        if not _ID.fullmatch(claim.name):
            message = f"{claim.name!r} is no claim: a heading begins `### CAP-01 · ...`"
            found.append(Problem(page, claim.line, message))
            continue
        if claim.verdict not in VERDICTS:
            message = (
                f"the heading must read `### {claim.name} · <verdict> "
                f"{{ #{claim.name.lower()} }}`, a verdict of {', '.join(VERDICTS)}"
            )
            found.append(Problem(page, claim.line, message))
        elif claim.anchor != claim.name.lower():
            message = f"the anchor of {claim.name} must be #{claim.name.lower()}"
            found.append(Problem(page, claim.line, message))
        section, _, number = claim.name.partition("-")
        if int(number) != last.get(section, 0) + 1:
            message = (
                f"{claim.name} does not follow {section}-{last.get(section, 0):02}"
            )
            found.append(Problem(page, claim.line, message))
        last[section] = int(number)
        for name in FIELDS:
            text, line = claim.fields.get(name, ("", claim.line))
            if not text.strip():
                message = f"{claim.name} has no line `- **{name}:** ...`"
                found.append(Problem(page, line, message))
            elif name == "Test" and (wrong := _test_problem(text)):
                found.append(Problem(page, line, f"{claim.name}: {wrong}"))
            elif name == "Shown" and "](" not in text:
                message = f"{claim.name}: link to where a reader sees it"
                found.append(Problem(page, line, message))
    return found


def _boxed(page: Path) -> set[str]:
    """Return the anchors of the claims that a page's boxes link to."""
    text = page.read_text("utf-8")
    links = pagetree.tree(pagetree.blanked(text, page)).css("div.claim a[href]")
    targets = (str(link.attributes["href"]).partition("#") for link in links)
    return {
        anchor for path, _, anchor in targets if path.rpartition("/")[2] == PAGE.name
    }


def box_problems() -> list[Problem]:
    """Return claims that were not simply right, and that no box of a chapter names."""
    found = []
    for claim in read():
        shown, line = claim.fields.get("Shown", ("", 0))
        pages = dict.fromkeys(_PAGE.findall(shown))
        there = [DOCS / page for page in pages if (DOCS / page).is_file()]
        wanting = claim.verdict != "true" and there
        if wanting and not any(claim.anchor in _boxed(page) for page in there):
            message = (
                f"{claim.name} is {claim.verdict}, and no box `!!! claim` of "
                f"{' or '.join(pages)} says so: link one to claims.md#{claim.anchor}"
            )
            found.append(Problem(relative(PAGE), line, message))
    return found
