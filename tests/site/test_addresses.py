"""Addresses that lead where none may are told at their line, without a build."""

import re
from pathlib import Path

import pytest

from sitebuild import DOCS, addresses

READS = ("docs/**/*", "mkdocs.yml", "*.md", "sdnotes/**/*.py")

PAGE = DOCS / "page.md"
MISTAKES = [
    ("![x](https://a.example.org/x.png)", "loads 'https://a.example.org/x.png' from"),
    ('<script src="https://a.example.org/x.js"></script>', "loads 'https://a.example"),
    ('<iframe src="//a.example.org/x"></iframe>', "loads '//a.example.org/x' from"),
    ("[x](http://a.example.org/)", "'http://a.example.org/' is read and changed by"),
    ("<http://a.example.org/>", "'http://a.example.org/' is read and changed by"),
    (
        "[x](reference/caching.md#sdnotes.caching.lru.LRUCach)",
        "dead link: 'reference/caching.md#sdnotes.caching.lru.LRUCach' has no such",
    ),
    (
        "[x](reference/caching.md#sdnotes.herd)",
        "dead link: 'reference/caching.md#sdnotes.herd' has no such anchor",
    ),
]
RIGHT = """# T

[a](https://example.org/), [b](http://127.0.0.1:8000/), ![c](assets/logo.svg) and
[d](reference/caching.md#sdnotes.caching.lru.LRUCache.get),
[e](reference/caching.md#sdnotes.caching.lru), [f](reference/caching.md#the-old-ones);
in code: `![x](https://a.example.org/x.png)`.
"""


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_an_address_that_leads_where_none_may_is_told(text: str, said: str) -> None:
    (found,) = addresses.problems_of(PAGE, f"# T\n\nSo: {text}\n")
    assert re.match(rf"docs/page\.md:3: {re.escape(said)}", str(found))


def test_other_addresses_are_not() -> None:
    assert addresses.problems_of(PAGE, RIGHT) == []


def test_what_the_reference_asks_for_and_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    page = folder / "x.md"
    page.write_text("# X\n\n::: sdnotes.caching.lru\n\n::: sdnotes.lost\n", "utf-8")
    monkeypatch.setattr(addresses, "DOCS", folder.parent)
    monkeypatch.setattr(addresses.fences, "root_pages", list)
    (found,) = addresses.problems()
    assert str(found) == "x.md:5: sdnotes has no lost"


def test_our_addresses_lead_where_they_may() -> None:
    assert [str(problem) for problem in addresses.problems()] == []
