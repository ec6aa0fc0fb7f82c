"""Old addresses and anchors lead to where their text is now, or are told."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from sitebuild import moved
from sitebuild.problems import ProblemError
from sitebuild.testing import hosting

READS = ("moved.toml",)

PAGE = '<html><body><article><h2 id="{}">H</h2></article></body></html>'


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of two pages, and a list of moves beside it that a test writes."""
    monkeypatch.setattr(moved, "MOVED", tmp_path / "moved.toml")
    for page, section in (("one", "here"), ("two", "there")):
        folder = tmp_path / "site" / page
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(PAGE.format(section), "utf-8")
    return tmp_path / "site"


def said_of(small: Path, *lines: str) -> list[str]:
    """Return what is wrong with these moves, once they are written into the site."""
    text = "# moves\n" + "".join(f"{line}\n" for line in lines)
    (small.parent / "moved.toml").write_text(text, "utf-8")
    moved.write(small)
    return [str(problem) for problem in moved.problems(small)]


def test_moves_that_lead_somewhere_are_right(small: Path) -> None:
    lines = (
        '"gone/" = "two/"',
        '"gone/#old" = "one/#here"',
        '"one/#left" = "two/#there"',
    )
    assert said_of(small, *lines) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"gone/" = "three/"', "there is no page three/"),
        ('"gone/" = "two/#nowhere"', "two/ has no section nowhere"),
        ('"gone/#old" = "two/"', 'there is no page gone/: say where it is, "gone/" ='),
        ('"one/#here" = "two/"', "one/ still has a section here: drop this line"),
    ],
)
def test_a_move_that_nobody_can_take_is_told_at_its_line(
    small: Path, line: str, said: str
) -> None:
    (found,) = said_of(small, line)
    assert found.startswith(f"moved.toml:2: {said}")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"gone" = "two/"', r"moved\.toml:2: 'gone': write it as "),
        ('"gone/" = "https://example.org/"', r"moved\.toml:2: 'https:.*: write it as "),
        ('"gone/" = two/', r"moved\.toml:1: no TOML: .*line 2"),
        ('"one/" = "two/"', "one/ is a page: it cannot lead on to another"),
    ],
)
def test_what_is_no_move_is_refused(small: Path, line: str, said: str) -> None:
    with pytest.raises(ProblemError, match=said):
        said_of(small, line)


@pytest.mark.slow
def test_an_old_page_leads_on_with_the_section_that_was_asked_for(
    small: Path, tab: Callable[..., Any], host: Callable[[Path], hosting.Host]
) -> None:
    said_of(small, '"gone/deep/" = "two/"', '"gone/deep/#old" = "one/#here"')
    url = host(small).url
    for asked, comes in (
        ("gone/deep/", "two/"),
        ("gone/deep/#there", "two/#there"),
        ("gone/deep/#old", "one/#here"),
    ):
        page = tab(f"{url}{asked}")
        expect(page).to_have_url(f"{url}{comes}")


def test_an_old_page_leads_on_without_scripts_too(small: Path) -> None:
    said_of(small, '"gone/deep/" = "two/"')
    text = (small / "gone" / "deep" / "index.html").read_text("utf-8")
    refresh = '<meta http-equiv="refresh" content="0; url=../../two/">'
    assert f"<noscript>{refresh}</noscript>" in text
    assert re.search(r'<a href="../../two/">', text)


@pytest.mark.slow
def test_a_section_that_left_its_page_is_found_where_it_is(
    tab: Callable[..., Any], published: Any
) -> None:
    url = published.host.url
    page = tab(f"{url}chapters/caching/#answer-loop")
    expect(page).to_have_url(f"{url}chapters/caching/practice/#answer-loop")
    page.goto(f"{url}chapters/caching/")
    page.wait_for_selector("[data-sd-mounted]", state="attached")
    page.evaluate("location.hash = 'answer-abac'")
    expect(page).to_have_url(f"{url}chapters/caching/practice/#answer-abac")
