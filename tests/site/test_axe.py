"""What axe-core finds on the pages, in each of their states: nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from snippet import WAIT_MS, Snippet, fragment

from sitebuild import checks
from sitebuild.browser.node import WEB

pytestmark = pytest.mark.slow

PAGES = [
    path.removesuffix("index.md").removesuffix(".md") for path in checks.nav_paths()
]
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]}))
  .violations.flatMap(v => v.nodes.map(
    n => `${v.id}: ${n.target} ${n.failureSummary.split("\\n")[1] ?? ""}`))"""


def violations(page: Any, scheme: str) -> list[str]:
    """Return what axe finds, in light or in dark."""
    page.emulate_media(reduced_motion="reduce")
    body = page.locator("body")
    wanted = "default" if scheme == "light" else "slate"
    if body.get_attribute("data-md-color-scheme") != wanted:
        page.locator(f"label[title={scheme.capitalize()}]").click()
    expect(body).to_have_attribute("data-md-color-scheme", wanted)
    page.locator("body:not([data-md-color-switching])").wait_for()
    if not page.evaluate("'axe' in window"):
        axe = WEB / "node_modules" / "axe-core" / "axe.min.js"
        page.evaluate(axe.read_text("utf-8"))
    return list(page.evaluate(RUN))


@pytest.fixture(scope="module")
def plainly(browser: Any, address: str) -> Iterator[Any]:
    """A tab for the pages as they arrive."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_fault_in_light_or_dark(
    plainly: Any, address: str, path: str
) -> None:
    plainly.goto(f"{address}{path}")
    for bar in plainly.locator(".sd-bar").all()[-1:]:
        bar.locator("button").first.wait_for(state="attached")
    assert violations(plainly, "light") == []
    assert violations(plainly, "dark") == []


def test_axe_would_find_a_fault(plainly: Any, address: str) -> None:
    plainly.goto(address)
    plainly.evaluate("document.querySelector('h1').style.color = '#e8e8e8'")
    plainly.evaluate("document.body.append(document.createElement('button'))")
    found = {fault.partition(":")[0] for fault in violations(plainly, "light")}
    assert {"color-contrast", "button-name"} <= found


def ran(story: Snippet) -> None:
    story.run()


def differs(story: Snippet) -> None:
    story.run_code("print('other')\nprint('   ms  who      what')")
    assert story.differing


def fails(story: Snippet) -> None:
    story.run_code("print('first')\n1 / 0")
    assert story.root.locator(".sd-err").count() == 1


def stopped(story: Snippet) -> None:
    story.write("print('before')\nwhile True:\n    pass")
    story.press("Run")
    expect(story.live).to_have_text("before", timeout=WAIT_MS)
    story.press("Stop")


def from_a_link(story: Snippet) -> None:
    given = fragment("the-story", "def f(x):\n    return 'a' + 1  # but\nclass A: pass")
    story.page.evaluate("hash => { location.hash = hash; }", given)
    expect(story.button("Run this code")).to_be_focused()


def wrong_link(story: Snippet) -> None:
    story.page.evaluate("location.hash = '#run=nothing'")
    expect(story.page.get_by_role("alert")).to_be_visible()


def redrawn(story: Snippet) -> None:
    figure = Snippet(story.page, "cut-cable")
    figure.unfold()
    figure.press("Edit")
    expect(figure.editor).to_be_focused()
    figure.write(figure.code.replace('"ATM2", 20', '"ATM2", 25'))
    figure.run()
    assert figure.differing


STATES: list[Callable[[Snippet], None]] = [
    ran,
    differs,
    fails,
    stopped,
    from_a_link,
    wrong_link,
    redrawn,
]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_chapter_has_no_fault_while_its_code_is_run_and_edited(
    story: Snippet, width: int
) -> None:
    story.page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for state in STATES if width == 1440 else [differs, redrawn, from_a_link]:
        state(story)
        for scheme in ("light", "dark"):
            found[state.__name__, scheme] = violations(story.page, scheme)
        story.restore()
        Snippet(story.page, "cut-cable").restore()
    story.page.evaluate("history.replaceState(null, '', location.pathname)")
    assert not {state: faults for state, faults in found.items() if faults}
