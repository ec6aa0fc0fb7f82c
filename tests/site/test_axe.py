"""What axe-core finds on the pages, in each of their states: nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe import violations
from playwright.sync_api import expect
from snippet import WAIT_MS, Snippet, fragment

pytestmark = pytest.mark.slow

# The theme lets the keyboard scroll a block of code once the block has been seen.
SEE_ALL = """async () => {
  for (const part of document.querySelectorAll("pre, .md-typeset__scrollwrap")) {
    part.scrollIntoView();
    await new Promise(requestAnimationFrame);
  }
}"""


@pytest.fixture(scope="module")
def plainly(browser: Any, address: str) -> Iterator[Any]:
    """A tab for the pages as they arrive."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def test_a_link_that_cannot_be_followed_is_told_without_fault(
    plainly: Any, address: str
) -> None:
    plainly.goto(f"{address}claims/#run=nothing")
    expect(plainly.get_by_role("alert")).to_be_visible()
    assert violations(plainly, "light") == []
    assert violations(plainly, "dark") == []


def test_the_chapter_has_no_fault_on_a_telephone(plainly: Any, whole: Any) -> None:
    plainly.set_viewport_size({"width": 390, "height": 844})
    plainly.goto(f"{whole.host.url}chapters/cap/")
    plainly.evaluate(SEE_ALL)
    assert violations(plainly, "light", thin=True) == []
    assert violations(plainly, "dark", thin=True) == []


@pytest.fixture(scope="module")
def busy(cap: Any) -> Iterator[Any]:
    """The chapter with snippets in all states that a reader can bring them to."""
    Snippet(cap, "merge-rules").run()
    differs = Snippet(cap, "duplicates")
    differs.write(differs.root.locator("code").first.text_content() + "print('more')")
    differs.run()
    assert differs.differing == ["more"]
    fails = Snippet(cap, "or-set")
    fails.run_code("print('first')\n1 / 0")
    assert fails.root.locator(".sd-err").count() == 1
    figure = Snippet(cap, "cut-cable")
    figure.unfold()
    figure.press("Edit")
    expect(figure.editor).to_be_focused()
    figure.write(figure.code.replace("LAST_AMOUNT = 20", "LAST_AMOUNT = 25"))
    figure.run()
    assert figure.differing
    picture = Snippet(cap, "siblings")
    picture.write(figure.code)
    picture.run()
    assert picture.root.locator(".sd-redrawn").count() == 1
    stopped = Snippet(cap, "overdraft")
    stopped.write("print('before')\nwhile True:\n    pass")
    stopped.press("Run")
    expect(stopped.live).to_have_text("before", timeout=WAIT_MS)
    stopped.press("Stop")
    turned = cap.locator("#turn-the-quorum .sd-knobs")
    turned.get_by_label("cut").select_option("ann->A")
    turned.get_by_label("write back").check()
    expect(turned.get_by_role("status")).to_contain_text(" ms.", timeout=WAIT_MS)
    assert turned.locator(".sd-turned").count() == 2
    asked = Snippet(cap, "escrow")
    asked.write("print('mine')")
    follow = "hash => { location.hash = hash; }"
    cap.evaluate(follow, fragment("escrow", "print('another')"))
    expect(asked.notice).to_be_focused()
    linked = Snippet(cap, "the-story")
    code = "class A:\n    def f(x):\n        return 'a' + 1  # no"
    cap.evaluate(follow, fragment("the-story", code))
    expect(linked.notice).to_be_focused()
    yield cap
    cap.set_viewport_size({"width": 1440, "height": 900})
    cap.evaluate("localStorage.clear()")
    cap.goto(cap.url.partition("#")[0])
    cap.reload()
    cap.wait_for_load_state("networkidle")


@pytest.mark.parametrize("width", [1440, 390])
def test_snippets_have_no_fault_in_any_of_their_states(busy: Any, width: int) -> None:
    busy.set_viewport_size({"width": width, "height": 900})
    busy.evaluate(SEE_ALL)
    assert violations(busy, "light") == []
    assert violations(busy, "dark") == []
