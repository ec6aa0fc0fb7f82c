"""Every page, opened once and turned: nothing foreign, no fault, nothing cut off.

What a page costs in a browser it costs here: one visit, and axe-core's reading in
light and in dark. What is true of one page because it is true of all (buttons, player,
policy) is tested on one, in the files beside this one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import axe
import pytest
from snippet import watched

from sitebuild import DOCS, checks, excerpts, fences

pytestmark = pytest.mark.slow

PAGES = [
    path.removesuffix("index.md").replace(".md", "/") for path in checks.nav_paths()
]
# What Run runs is what a block shows (web/src/block.ts); buttons come by script.
CODES = """() => Object.fromEntries([...document.querySelectorAll("[data-sd-name]")]
  .filter(block => block.querySelector(".sd-run"))
  .map(block => [block.dataset.sdName,
    block.querySelector(".language-py.highlight code").textContent.trimEnd()]))"""
KNOBS = """() => Object.fromEntries([...document.querySelectorAll("[data-sd-name]")]
  .filter(block => block.querySelector(".sd-knob"))
  .map(block => [block.dataset.sdName, block.querySelectorAll(".sd-knob").length]))"""
# A wide picture is scrolled within its frame, by keyboard too: smaller, and its words
# could not be read.
CUT_OFF = """() => [...document.querySelectorAll('.md-content p, .md-content h1, svg')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .filter(e => !e.parentElement.matches('.sd-picture[tabindex="0"]')
    || getComputedStyle(e.parentElement).overflowX !== 'auto')
  .map(e => e.outerHTML.slice(0, 80))"""
PHONE = {"width": 390, "height": 900}
DESK = {"width": 1440, "height": 900}
GROUND = "getComputedStyle(document.body).backgroundColor"


@dataclass(frozen=True)
class Look:
    """What a page is like at one width, in one scheme."""

    width: int
    page_width: int
    cut_off: list[str]
    is_light: bool


@dataclass(frozen=True)
class Visited:
    """All that was seen of one page."""

    path: str
    looks: dict[str, Look]
    wrongs: list[str]
    faults: dict[str, list[str]]
    codes: dict[str, str]
    knobs: dict[str, int]
    native: int


def look(page: Any) -> Look:
    ground = page.evaluate(GROUND)
    return Look(
        width=page.viewport_size["width"],
        page_width=page.evaluate("document.documentElement.scrollWidth"),
        cut_off=page.evaluate(CUT_OFF),
        is_light=sum(map(int, ground.strip("rgb()").split(","))) > 3 * 128,
    )


@pytest.fixture(scope="module")
def phone(browser: Any, whole: Any) -> Iterator[Any]:
    """One tab for all pages, so that a theme's script is compiled once for all."""
    context = browser.new_context(
        viewport=PHONE, color_scheme="dark", reduced_motion="reduce"
    )
    yield watched(context.new_page(), whole.host.url)
    context.close()


@pytest.fixture(scope="module", params=PAGES)
def visited(request: pytest.FixtureRequest, phone: Any, whole: Any) -> Visited:
    """Open a page on a telephone at night, turn it, and switch on the light."""
    page, looks = phone, {}
    page.goto(f"{whole.host.url}{request.param}")
    for bar in page.locator(".sd-bar").all()[-1:]:  # its scripts have done their part
        bar.locator("button").first.wait_for(state="attached")
    looks["phone, dark"] = look(page)
    page.set_viewport_size(DESK)
    looks["desk, dark"] = look(page)
    codes, knobs = page.evaluate(CODES), page.evaluate(KNOBS)
    native = page.locator(".sd-native").count()
    axe.show_in(page, "light")
    looks["desk, light"] = look(page)
    page.set_viewport_size(PHONE)
    looks["phone, light"] = look(page)
    page.set_viewport_size(DESK)
    faults = {s: axe.violations(page, s, thin=True) for s in ("light", "dark")}
    page.set_viewport_size(PHONE)
    page.evaluate("localStorage.clear()")  # the next page knows of no choice
    wrongs, page.wrongs[:] = [*page.wrongs], []
    return Visited(request.param, looks, wrongs, faults, codes, knobs, native)


def test_a_page_asks_nobody_else_and_has_no_error(visited: Visited) -> None:
    assert visited.wrongs == []


def test_a_page_does_not_scroll_sideways_and_nothing_is_cut_off(
    visited: Visited,
) -> None:
    for name, seen in visited.looks.items():
        assert seen.page_width <= seen.width, name
        assert seen.cut_off == [], name


def test_a_page_comes_in_the_reader_s_scheme_and_changes_it(visited: Visited) -> None:
    lit = {name: seen.is_light for name, seen in visited.looks.items()}
    assert lit == {name: name.endswith("light") for name in visited.looks}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_on_a_page(visited: Visited, scheme: str) -> None:
    assert visited.faults[scheme] == []


def snippets_of(visited: Visited) -> list[fences.Block]:
    """Return the snippets that a page's source holds."""
    path = visited.path.rstrip("/")
    sources = {DOCS / f"{path}.md", DOCS / path / "index.md"}
    blocks = fences.scan(DOCS)
    return [b for b in blocks if b.kind in ("python", "exercise") and b.path in sources]


def test_each_knob_of_a_page_s_source_has_its_control(visited: Visited) -> None:
    turned = {b.name: len(b.knobs) for b in snippets_of(visited) if b.knobs}
    assert visited.knobs == turned


def test_what_the_buttons_run_is_the_code_of_the_page_s_source(
    visited: Visited,
) -> None:
    here = snippets_of(visited)
    assert visited.native == sum(block.native is not None for block in here)
    codes = {b.name: b.code.rstrip() for b in here if not b.native}
    shown = {b.name: excerpts.excerpt(b.source).code for b in here if b.source}
    assert visited.codes == codes | shown


def test_axe_would_find_a_fault_also_on_a_page_that_was_thinned(
    tab: Callable[..., Any], whole: Any
) -> None:
    spoilt = tab(f"{whole.host.url}chapters/cap/")
    spoilt.evaluate("document.querySelector('h1').style.color = '#e8e8e8'")
    spoilt.evaluate("document.body.append(document.createElement('button'))")
    spoilt.add_style_tag(content=".highlight code .k { color: #eeeeee !important }")
    found = axe.violations(spoilt, "light", thin=True)
    assert {"color-contrast", "button-name"} <= {f.partition(":")[0] for f in found}
    assert any(
        fault.startswith("color-contrast: .k") or "> .k" in fault for fault in found
    )
