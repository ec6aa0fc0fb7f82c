"""What the page of counts says was counted in this tree, and nothing else is filled."""

import re
from pathlib import Path

import pytest
from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser

from sitebuild import (
    DOCS,
    ROOT,
    checks,
    claims,
    counts,
    counts_in_page,
    fences,
    records,
)
from sitebuild.files import files

READS = (
    "docs/**/*.md",
    "*.md",
    "mkdocs.yml",
    "evidence/records/**/*.json",
    "sdnotes/**/*.py",
    "tests/**/*.md",
    "tests/**/test_*.py",
)

ADDRESS = "https://example.org/us/sdnotes"


def test_a_count_and_a_table_stand_where_the_page_asks_for_them() -> None:
    text = "All {{ claims }} of them:\n\n{{ lab receipts }}\n\n{{ others }}"
    filled = counts_in_page.filled(text, "")
    assert filled.startswith(f"All {len(claims.read())} of them:\n\n| lab |")
    assert filled.endswith(" |\n\n{{ others }}")


def test_a_file_is_a_link_where_the_repository_has_an_address() -> None:
    text = "In `tests/site/` and `sitebuild/counts.py`, by `make`."
    assert counts_in_page.filled(text, "") == text
    assert counts_in_page.filled(text, ADDRESS) == (
        f"In [`tests/site/`]({ADDRESS}/blob/main/tests/site/) and "
        f"[`sitebuild/counts.py`]({ADDRESS}/blob/main/sitebuild/counts.py), by `make`."
    )


def made(text: str) -> str:
    extensions = ["tables", "sitebuild.counts_in_page"]
    return str(Markdown(extensions=extensions).convert(text))


def test_one_page_alone_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDNOTES_REPO_URL", f"{ADDRESS}/")
    page = LexborHTMLParser(made(counts.PAGE.read_text("utf-8")))
    words = page.text()
    assert "{{" not in words
    assert f"{len(claims.read())} claims" in words
    links = {node.attributes["href"] for node in page.css("a")}
    assert f"{ADDRESS}/blob/main/tests/site/test_planted.py" in links
    assert made("# T\n\n{{ claims }}") == "<h1>T</h1>\n<p>{{ claims }}</p>"


def test_a_count_that_nobody_makes_and_a_file_that_is_gone_are_told(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text("# T\n\n{{ claims }} {{ hopes }}\n`tests/site/gone.py`\n", "utf-8")
    unknown, gone = map(str, counts.problems_in(page))
    assert unknown.startswith("page.md:3: nobody counts 'hopes'; counted are snippets,")
    assert (
        gone == "page.md:4: there is no tests/site/gone.py: name the test that is meant"
    )


def test_this_project_s_page_asks_for_what_is_counted() -> None:
    assert counts.problems in checks.CHECKS
    assert [str(problem) for problem in counts.problems()] == []
    asked = counts.ASKED.findall(counts.PAGE.read_text("utf-8"))
    assert set(asked) == set(counts.COUNTS), "a count that no page asks for"


def lines(pattern: str, *paths: Path) -> int:
    """Return how many lines match, for a count that shares no code with ours."""
    shown_only = re.compile(r"^````.*?^````$", re.MULTILINE | re.DOTALL)
    texts = (shown_only.sub("", path.read_text("utf-8")) for path in paths)
    return sum(len(re.findall(pattern, text, re.MULTILINE)) for text in texts)


def count(name: str) -> int:
    return int(counts.COUNTS[name]())


def test_snippets_and_outputs_are_as_many_as_their_fences() -> None:
    chapters = files(DOCS, "**/*.md")
    snippets = lines(r"^ *```python .*(?:name|figure)=", *chapters)
    assert count("snippets") == snippets
    assert count("figures") == lines(r"^ *```python .*figure=", *chapters)
    native = lines(r"^ *```python .*native=", *chapters)
    assert count("snippets for a browser") == snippets - native
    scripts = files(ROOT / "tests", "*/*.md")
    steps = lines(r"^```python ", *scripts)
    assert count("steps of golden scripts") == steps > 0
    for kind in ("exercise", "solution", "wrong"):
        name = {"wrong": "wrong answers"}.get(kind, f"{kind}s")
        assert count(name) == lines(rf"^ *```python {kind}=", *chapters) > 0
    assert count("knobs") == lines(r"# knob(?: shared)?: ", *chapters) > 0
    outputs = lines(r"^ *```output$", *chapters, *scripts, ROOT / "README.md")
    assert count("outputs") == outputs > snippets


def test_a_snippet_that_prints_nothing_has_no_output_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    quiet = '```python name="quiet"\nx = 1\n```\n'
    page.write_text(f"# T\n\n{quiet}", "utf-8")
    monkeypatch.setattr(fences, "all_pages", lambda: [page])
    assert count("outputs") == 0


def test_records_are_as_many_as_their_files() -> None:
    kinds = [count("studies"), count("labs"), count("benchmarks")]
    assert sum(kinds) == len(files(ROOT / "evidence" / "records", "*/*.json"))
    assert min(kinds) > 0
    receipts = str(counts.COUNTS["lab receipts"]()).splitlines()
    assert len(receipts) == count("labs") + 2
    etcd = records.load("cap/etcd-partition")
    assert f"| {etcd.name} | etcd {etcd.versions['etcd']} | 18 |" in receipts


def test_claims_tests_and_terms_are_as_many_as_their_lines() -> None:
    page = DOCS / "claims.md"
    assert count("claims") == lines(r"^\| [A-Z]+-\d\d ", page)
    assert count("claims that were corrected") == lines(
        r"^\| [A-Z]+-\d\d \*(?!true)", page
    )
    assert count("terms") == lines(r"\{ #[\w-]+ \}$", DOCS / "glossary.md")
    tests = files(ROOT / "tests", "**/test_*.py")
    assert count("tests") == lines(r"^ *(?:async )?def test_", *tests)
    packages = files(ROOT / "sdnotes", "**/*.py")
    assert count("classes to take away") == lines(r"^To take away: ", *packages)


@pytest.mark.slow
def test_both_builders_show_the_same_counts(site: Path, zensical_site: Path) -> None:
    ours, theirs = (
        LexborHTMLParser((folder / "kept-true" / "index.html").read_text("utf-8"))
        for folder in (site, zensical_site)
    )
    for page in (ours, theirs):
        (article,) = page.css("article")
        assert f"{len(claims.read())} claims" in article.text()
        assert "{{" not in article.text()
        assert len(page.css("article table")) == 1
