"""A link that arrives in the repository arrives in what is published too."""

import pytest

from sitebuild import ROOT, build, checks

READS = ("docs/**/*", "README.md")


@pytest.mark.parametrize(
    ("page", "link", "said"),
    [
        ("docs/index.md", "claims.md#cap-01", ""),
        ("docs/chapters/cap/index.md", "../../claims.md", ""),
        ("docs/index.md", "assets/sdnotes.css", ""),
        ("docs/index.md", "#the-map", ""),
        ("docs/index.md", "https://example.org/gone", ""),
        ("docs/index.md", "gone.md", "dead link: there is no 'gone.md' beside"),
        ("docs/index.md", "../README.md", "leads out of docs/, which is all that is"),
        ("docs/index.md", "chapters/", "'chapters/' is a folder: name a page in it"),
        ("docs/index.md", "/", "'/' begins at the root of a host"),
        ("README.md", "docs/index.md", ""),
        ("README.md", "docs/", ""),
        ("README.md", "..", "'..' leads out of the tree: write its whole address"),
    ],
)
def test_a_link_leads_to_what_stands_where_its_page_is_read(
    page: str, link: str, said: str
) -> None:
    found = checks.dead_link(ROOT / page, link)
    assert said in found
    assert bool(said) == bool(found)


@pytest.mark.parametrize(
    "said",
    [
        "contains a link 'cap.md#x', but the target is not found",
        "contains an unrecognized relative link 'cap.md#x', it was left as is.",
        "contains an absolute link 'cap.md#x', it was left as is.",
        "contains a link to 'cap.md#x' which is excluded from the built site.",
    ],
)
def test_what_the_builder_says_of_a_link_is_told_at_its_line(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "line_of", lambda path, words: len(words))
    problem = build._warned(f"Doc file 'claims.md' {said}")
    assert (problem.path, problem.line) == ("docs/claims.md", len("cap.md#x"))
