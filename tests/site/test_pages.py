"""Every page, opened once at each width: nothing foreign, no fault, nothing cut off.

What a page costs in a browser it costs here: two visits, and axe-core's reading in
light and in dark. What is true of one page because it is true of all (buttons, player,
policy) is tested on one, in the files beside this one.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import axe
import pytest
from snippet import watched

from sitebuild import DOCS, checks, fences

pytestmark = pytest.mark.slow

PAGES = [
    path.removesuffix("index.md").replace(".md", "/") for path in checks.nav_paths()
]
# What Run runs is what a block shows (web/src/block.ts); buttons come by script.
CODES = """() => Object.fromEntries([...document.querySelectorAll("[data-sd-name]")]
  .filter(block => block.querySelector(".sd-run"))
  .map(block => [block.dataset.sdName,
    block.querySelector(".language-py.highlight code").textContent.trimEnd()]))"""
CUT_OFF = """() => [...document.querySelectorAll('.md-content p, .md-content h1, svg')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 80))"""
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
    native: int


def look(page: Any) -> Look:
    ground = page.evaluate(GROUND)
    return Look(
        width=page.viewport_size["width"],
        page_width=page.evaluate("document.documentElement.scrollWidth"),
        cut_off=page.evaluate(CUT_OFF),
        is_light=sum(map(int, ground.strip("rgb()").split(","))) > 3 * 128,
    )


def opened(browser: Any, url: str, width: int, scheme: str) -> Any:
    """Open a page whose scripts have done what they do on arrival."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = watched(context.new_page(), url)
    page.goto(url)
    for bar in page.locator(".sd-bar").all()[-1:]:
        bar.locator("button").first.wait_for(state="attached")
    return page


@pytest.fixture(scope="module", params=PAGES)
def visited(request: pytest.FixtureRequest, browser: Any, whole: Any) -> Visited:
    url = f"{whole.host.url}{request.param}"
    with closing(opened(browser, url, 390, "dark").context) as context:
        (phone,) = context.pages
        looks = {"phone, dark": look(phone)}
        axe.show_in(phone, "light")
        looks["phone, light"] = look(phone)
    with closing(opened(browser, url, 1440, "light").context) as context:
        (desk,) = context.pages
        codes, native = desk.evaluate(CODES), desk.locator(".sd-native").count()
        looks["desk, light"] = look(desk)
        axe.show_in(desk, "dark")
        looks["desk, dark"] = look(desk)
        faults = {s: axe.violations(desk, s, thin=True) for s in ("dark", "light")}
    wrongs = [*phone.wrongs, *desk.wrongs]
    return Visited(request.param, looks, wrongs, faults, codes, native)


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


def test_what_the_buttons_run_is_the_code_of_the_page_s_source(
    visited: Visited,
) -> None:
    here = [
        block
        for block in fences.scan(DOCS)
        if block.kind == "python"
        and block.path.relative_to(DOCS).as_posix().removesuffix(".md")
        == (visited.path.rstrip("/") or "index")
    ]
    assert visited.native == sum(block.native is not None for block in here)
    assert visited.codes == {b.name: b.code.rstrip() for b in here if not b.native}


@pytest.fixture
def spoilt(browser: Any, whole: Any) -> Iterator[Any]:
    page = opened(browser, whole.host.url, 1440, "light")
    yield page
    page.context.close()


def test_axe_would_find_a_fault_also_on_a_page_that_was_thinned(spoilt: Any) -> None:
    spoilt.goto(f"{spoilt.url}chapters/cap/")
    spoilt.evaluate("document.querySelector('h1').style.color = '#e8e8e8'")
    spoilt.evaluate("document.body.append(document.createElement('button'))")
    spoilt.add_style_tag(content=".highlight code .k { color: #eeeeee !important }")
    found = axe.violations(spoilt, "light", thin=True)
    assert {"color-contrast", "button-name"} <= {f.partition(":")[0] for f in found}
    assert any(
        fault.startswith("color-contrast: .k") or "> .k" in fault for fault in found
    )
