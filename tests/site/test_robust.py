"""Runs and what may befall them: downloads that fail, pages that are left."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from snippet import WAIT_MS, Snippet

from sitebuild import browser
from sitebuild.testing import hosting

pytestmark = pytest.mark.slow

CAP = "chapters/cap/"
SAME = r"Ran in \d+ ms\. Same as published\."
AGAIN = "Press Run to try again."


@pytest.fixture
def runtime(
    published: Any, host: Callable[[Path], hosting.Host], tmp_path: Path
) -> tuple[Path, str]:
    """A copy of the site to break: the runtime's folder, and the site's address."""
    copied = tmp_path / "site"
    shutil.copytree(published.folder, copied)
    return copied / browser.assemble().address, host(copied).url


def without(file: Path, act: Callable[[], str]) -> str:
    """Do something while the host does not have a file."""
    away = file.with_suffix(".away")
    file.rename(away)
    try:
        return act()
    finally:
        away.rename(file)


def test_a_download_that_failed_is_named_and_can_be_tried_again(
    tab: Callable[..., Any], runtime: tuple[Path, str]
) -> None:
    folder, url = runtime
    page = tab(f"{url}{CAP}")
    story = Snippet(page, "the-story")
    for missing in ("worker.js", "pyodide/library.bin", "pyodide/pyodide.asm.wasm"):
        said = without(folder / missing, story.run)
        assert said.startswith("Python could not run: ")
        assert said.endswith(AGAIN)
    (wheel,) = (folder / "wheels").glob("sdnotes_cap-*.whl")
    assert "sdnotes-cap" in without(wheel, story.run).replace("_", "-")
    assert re.fullmatch(SAME, story.run())
    (wheel,) = (folder / "wheels").glob("pygal-*.whl")
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"?")
    story.write("import pygal")
    said = story.run()
    assert said.startswith("Python could not run: ")
    assert "pygal" in said
    assert said.endswith(AGAIN)


def test_a_package_that_takes_long_to_fetch_is_waited_for(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}")
    page.clock.install()
    story = Snippet(page, "the-story")
    story.run()
    (worker,) = page.workers[-1:]
    held: list[Any] = []
    page.context.route("**/pygal-*.whl", lambda route: held.append(route))
    story.write("import pygal\nprint('here')")
    with page.context.expect_event("request", lambda asked: "/pygal-" in asked.url):
        story.press("Run")
    page.clock.run_for(60_000)
    assert held
    held[0].continue_()
    story.ended()
    assert story.printed == "here\n"
    assert page.workers[-1:] == [worker]


def test_an_editor_that_could_not_be_fetched_can_be_asked_for_again(
    tab: Callable[..., Any], runtime: tuple[Path, str]
) -> None:
    folder, url = runtime
    story = Snippet(tab(f"{url}{CAP}"), "the-story")

    def edit() -> str:
        story.press("Edit")
        return story.ended()

    said = without(folder / "editor.js", edit)
    assert said == "The editor could not be fetched. Press Edit to try again."
    assert story.root.locator(".language-py").is_visible()
    story.press("Edit")
    expect(story.editor).to_be_focused()
    assert story.said == ""


def test_a_page_that_outlived_its_release_says_that_it_is_to_be_loaded_anew(
    tab: Callable[..., Any], runtime: tuple[Path, str]
) -> None:
    folder, url = runtime
    story = Snippet(tab(f"{url}{CAP}"), "the-story")
    folder.rename(folder.with_name("another-release"))
    for ask in ("Run", "Edit"):
        story.press(ask)
        expect(story.status).to_have_text(
            "The site has been published anew since you opened this page: reload the "
            "page."
        )


def test_what_a_reader_wrote_is_there_again_after_another_page_and_reset(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}")
    story = Snippet(page, "the-story")
    expect(story.button("Show my edit")).to_be_hidden()
    story.write("print('mine')")
    page.click(".md-footer__link--next")
    expect(page.locator("h1")).not_to_have_text("CAP")
    page.go_back()
    story.press("Show my edit")
    assert story.code == "print('mine')"
    story.press("Reset")
    story.press("Show my edit")
    assert story.code == "print('mine')"
    page.reload()
    story.press("Show my edit")
    story.write(story.code + "\nprint('more')")
    story.press("Reset")
    story.press("Edit")  # the published code, in which nothing was written
    assert "mine" not in story.code
    story.press("Reset")
    expect(story.button("Show my edit")).to_be_visible()


def test_a_network_that_is_gone_ends_in_a_sentence_and_not_in_waiting(
    tab: Callable[..., Any], runtime: tuple[Path, str]
) -> None:
    page = tab(f"{runtime[1]}{CAP}")
    page.context.route("**/browser/**", lambda route: route.abort())
    story = Snippet(page, "the-story")
    assert story.run().endswith(AGAIN)
    story.press("Edit")
    expect(story.status).to_contain_text("The editor could not be fetched.")


def test_the_interpreter_outlives_a_move_to_another_page(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}")
    story = Snippet(page, "the-story")
    story.run()
    (worker,) = page.workers[-1:]
    page.click(".md-footer__link--next")
    expect(page.locator("h1")).not_to_have_text("CAP")
    page.go_back()
    story.bar.get_by_text("Run", exact=True).wait_for()
    assert re.fullmatch(SAME, story.run())
    assert page.workers[-1:] == [worker]
    assert page.wrongs == []
    # A run that is under way when its page is left is ended.
    story.write("print('before')\nwhile True:\n    pass")
    story.press("Run")
    expect(story.live).to_have_text("before", timeout=WAIT_MS)
    with worker.expect_event("close"):
        page.click(".md-footer__link--next")
    expect(page.locator("h1")).not_to_have_text("CAP")
    assert page.wrongs == []


def test_a_page_that_was_kept_asleep_can_run_again(
    keeper: Any, address: str, host: Callable[[Path], hosting.Host], published: Any
) -> None:
    page = keeper.new_page()
    page.goto(f"{address}{CAP}")
    page.wait_for_load_state("networkidle")  # one that still loads is not kept
    tell = "e => document.documentElement.dataset.kept = e.persisted"
    page.evaluate(f"addEventListener('pageshow', {tell})")
    story = Snippet(page, "the-story")
    # In the middle of a run, but with no download under way: that is not kept either.
    story.write("print('before')\nwhile True:\n    pass")
    story.press("Run")
    expect(story.live).to_have_text("before", timeout=WAIT_MS)
    page.goto(host(published.folder).url)
    page.go_back(wait_until="commit")
    kept = page.locator("html[data-kept]")
    expect(kept).to_have_attribute("data-kept", "true", timeout=WAIT_MS)
    assert story.ended() == "Stopped, because the page was left."
    story.press("Reset")
    assert re.fullmatch(SAME, story.run())


def test_a_move_within_the_page_keeps_what_the_reader_wrote(
    tab: Callable[..., Any], address: str
) -> None:
    """The theme alone fetches the page again at the first such move."""
    page = tab(f"{address}{CAP}")
    story = Snippet(page, "the-story")
    story.write("print('mine')")
    to = ".md-sidebar--secondary a[href$='#{}']"
    page.click(to.format("a-timeout-is-not-a-no"))
    expect(page.locator("#a-timeout-is-not-a-no")).to_be_in_viewport()
    page.click(to.format("what-refusing-costs"))
    expect(page.locator("#what-refusing-costs")).to_be_in_viewport()
    page.go_back()
    expect(page.locator("#a-timeout-is-not-a-no")).to_be_in_viewport()
    assert story.code == "print('mine')"
    page.click(".md-footer__link--next")
    page.wait_for_url(lambda url: f"{url}#".split("#")[0] != f"{address}{CAP}")
    page.go_back()
    expect(story.editor).to_have_count(0)
    expect(story.button("Run")).to_be_visible()
