"""The site in a real browser: no foreign request, no error, no sideways scrolling."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import engines
import pytest

from sitebuild import DOCS, claims, fences

pytestmark = pytest.mark.slow

CAP = "chapters/cap/"


def test_an_address_without_a_page_gets_a_way_home(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}no/such/page/")
    assert page.inner_text("h1") == "Nothing here"
    page.wrongs.clear()  # the browser itself reports the status 404
    assert "map of all chapters" in page.inner_text("article")


@pytest.mark.parametrize("width", [390, 1440])
def test_words_in_a_figure_are_legible(
    tab: Callable[..., Any], whole: Any, width: int
) -> None:
    page = tab(f"{whole.host.url}{CAP}", width=width)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('.sd-picture svg text')].map(t => {
        const m = t.getScreenCTM();  // of which a turned text has its part in b
        return parseFloat(getComputedStyle(t).fontSize) * Math.hypot(m.a, m.b); })"""
    )
    assert len(sizes) > 30
    assert min(sizes) >= 9.5


def test_figures_change_their_colours_with_the_theme(
    tab: Callable[..., Any], address: str
) -> None:
    def ink(scheme: str) -> str:
        page = tab(f"{address}{CAP}", color_scheme=scheme)
        text = "document.querySelector('.sd-st .words')"
        return str(page.evaluate(f"getComputedStyle({text}).fill"))

    assert ink("light") != ink("dark")


def test_the_theme_can_be_switched_by_hand(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(address, color_scheme="light")
    page.click("label[title=Dark]")
    assert page.get_attribute("body", "data-md-color-scheme") == "slate"


def test_the_copy_button_copies_the_code_and_nothing_else(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}", permissions=["clipboard-read", "clipboard-write"])
    page.click(
        "#the-story .language-py button[data-md-type=copy], #the-story .md-clipboard"
    )
    (story,) = (b for b in fences.scan(DOCS) if b.name == "the-story")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == story.code.strip()


def test_a_doctest_of_the_reference_is_copied_without_prompts_and_outputs(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(
        f"{address}reference/cap/",
        permissions=["clipboard-read", "clipboard-write"],
    )
    block = page.locator(".language-pycon.highlight", has_text="Escrow(").first
    block.hover()
    block.locator(".md-clipboard, [data-md-type=copy]").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "escrow = Escrow(" in copied
    assert ">>>" not in copied
    assert "(True, True, False)" not in copied


def test_the_search_works_by_keyboard_alone(
    tab: Callable[..., Any], whole: Any
) -> None:
    page = tab(whole.host.url)
    page.keyboard.press("/")
    page.keyboard.type("escrow")
    page.wait_for_selector(".md-search-result__link")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*cap/*")
    assert page.wrongs == []


def test_the_first_tab_stop_skips_to_the_text(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#cap"


def test_moving_to_another_page_without_reloading_keeps_all_of_it(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(address)
    page.evaluate("window.stayed = true")
    page.click(".md-content a.md-button")
    page.wait_for_selector("#the-story")
    assert page.evaluate("window.stayed") is True
    assert page.locator(".sd-figure svg").count() >= 2
    page.click("#cut-cable summary")
    assert page.locator("#cut-cable table").is_visible()
    assert page.wrongs == []


def test_without_javascript_everything_can_be_read(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}", java_script_enabled=False)
    assert page.locator("#the-story .result").is_visible()
    assert page.locator("#cut-cable .sd-picture svg").is_visible()
    page.click("#cut-cable summary")
    assert page.locator("#cut-cable table").is_visible()


@pytest.mark.parametrize("verdict", ["wrong", "true"])
def test_claims_of_one_verdict_are_shown_without_javascript(
    tab: Callable[..., Any], address: str, verdict: str
) -> None:
    page = tab(f"{address}claims/", width=390, java_script_enabled=False)
    asked = [claim.name for claim in claims.read() if claim.verdict == verdict]
    rows = page.locator(".sd-claims tbody tr:visible")
    assert rows.count() == len(claims.read())
    page.get_by_label(verdict, exact=True).check()
    seen = [row.partition(verdict)[0].strip() for row in rows.all_inner_texts()]
    assert seen == asked


def test_on_paper_only_the_text_is_left_dark_on_white(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}", color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator(".md-header").is_visible()
    assert not page.locator(".sd-behind").first.is_visible()
    assert page.locator("#cut-cable .sd-picture svg").is_visible()
    style = "e => getComputedStyle(e)"
    white = page.eval_on_selector("body", f"{style}.backgroundColor")
    ink = page.eval_on_selector("h1", f"{style}.color")
    words = page.eval_on_selector(".sd-st .words", f"{style}.fill")
    assert white == "rgb(255, 255, 255)"
    assert ink == words == "rgb(29, 39, 51)"


def test_a_request_to_another_host_would_be_seen(
    tab: Callable[..., Any], address: str, site: Path, serve: Callable[[Path], str]
) -> None:
    """The test above can fail: a second loopback port counts as another host."""
    other = serve(site)
    page = tab(address)
    page.evaluate(
        "url => new Promise(done => { const i = new Image();"
        " i.onload = i.onerror = done; i.src = url; })",
        f"{other}assets/logo.svg",
    )
    assert any("request to" in wrong for wrong in page.wrongs)


@pytest.mark.parametrize("width", [390, 1440])
def test_what_is_not_laid_out_yet_keeps_its_place_free(
    tab: Callable[..., Any], whole: Any, width: int
) -> None:
    page = tab(f"{whole.host.url}{CAP}", width=width)
    off = page.evaluate(engines.NOT_KEPT_FREE)
    assert len(off) > 10
    assert [(name, px) for name, px in off if abs(px) > 1] == []


SELECTED = """root => {
    getSelection().selectAllChildren(root);
    return getSelection().toString();
}"""


def test_a_snippet_that_is_selected_as_a_whole_holds_no_buttons(
    tab: Callable[..., Any], address: str
) -> None:
    story = tab(f"{address}{CAP}").locator("#the-story")
    story.get_by_role("button", name="Run", exact=True).wait_for()
    lines = str(story.evaluate(SELECTED)).split("\n")
    assert any("import" in line for line in lines)
    assert not {"Run", "Edit", "Link"} & {line.strip() for line in lines}


def test_a_chart_is_read_in_forced_colours_under_the_other_palette(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}")
    page.emulate_media(forced_colors="active", color_scheme="dark")
    chart = page.locator("#refusing .sd-picture")
    ground, ink = chart.evaluate(
        """e => [getComputedStyle(e).backgroundColor,
                  getComputedStyle(e.querySelector('svg text')).fill]"""
    )
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground
    light = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (ground, ink)]
    assert abs(light[0] - light[1]) > 300
