"""A term's line beside its word, in a real browser: pointer, keyboard and finger."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe
import mini
import pytest
from playwright.sync_api import expect

from sitebuild.testing import hosting

pytestmark = pytest.mark.slow

LINE = "A coin is thrown once, and shows one of its two sides."
ON_SCREEN = """card => { const box = card.getBoundingClientRect();
  return box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight; }"""
SELECTED = """article => { getSelection().selectAllChildren(article);
  return getSelection().toString(); }"""


@pytest.fixture(scope="module")
def chapter(
    miniature: Path,
    host: Callable[[Path], hosting.Host],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The address of the miniature's chapter, whose first word but two is a term."""
    tree = tmp_path_factory.mktemp("words") / "tree"
    shutil.copytree(miniature, tree, symlinks=True)
    mini.succeed(tree, "sitebuild", "build")
    return f"{host(tree / 'site').url}chapters/coin/"


@pytest.fixture
def page(tab: Callable[..., Any], chapter: str) -> Iterator[Any]:
    opened = tab(chapter)
    # Its scripts have done their part.
    opened.locator(".sd-bar .sd-run").first.wait_for()
    yield opened
    assert opened.wrongs == []


def term(page: Any) -> Any:
    return page.locator("a.sd-term", has_text="tosses").first


def card(page: Any) -> Any:
    return page.get_by_role("tooltip")


def test_the_pointer_shows_a_term_s_line_and_may_rest_on_it(page: Any) -> None:
    """The line goes a moment after the pointer has left both, by the page's clock."""
    page.clock.install()
    term(page).hover()
    expect(card(page)).to_have_text(LINE)
    card(page).hover()
    page.clock.run_for(5_000)
    expect(card(page)).to_have_text(LINE)
    page.mouse.move(0, 600, steps=5)
    page.clock.run_for(5_000)
    expect(card(page)).to_have_count(0)
    term(page).hover()
    expect(card(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(card(page)).to_have_count(0)


def test_the_keyboard_shows_each_term_s_line_and_follows_it(page: Any) -> None:
    term(page).focus()
    expect(card(page)).to_have_text(LINE)
    expect(term(page)).to_have_accessible_description(LINE)
    page.keyboard.press("Escape")
    expect(card(page)).to_have_count(0)
    expect(term(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(card(page)).to_have_text("The side of a coin that counts here.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="the notes agree")).to_be_focused()
    expect(card(page)).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(card(page)).to_have_text(LINE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary/#toss")


@pytest.fixture
def phone(tab: Callable[..., Any], chapter: str) -> Iterator[Any]:
    opened = tab(chapter, 390, has_touch=True)
    opened.locator(".sd-bar .sd-run").first.wait_for()
    yield opened
    assert opened.wrongs == []


def test_the_first_tap_shows_a_term_s_line_and_the_second_follows_it(
    phone: Any,
) -> None:
    term(phone).tap()
    expect(card(phone)).to_contain_text(f"{LINE}Tap the word again")
    assert card(phone).evaluate(ON_SCREEN)
    assert phone.url.endswith("/chapters/coin/")
    phone.locator("h1").tap()
    expect(card(phone)).to_have_count(0)
    term(phone).tap()  # the first again
    expect(card(phone)).to_have_count(1)
    term(phone).tap()
    phone.wait_for_url("**/glossary/#toss")
    expect(card(phone)).to_have_count(0)


def test_a_tap_elsewhere_puts_the_line_away_where_a_tapped_link_gets_no_focus(
    phone: Any,
) -> None:
    """As in Safari."""
    phone.evaluate("addEventListener('mousedown', event => event.preventDefault())")
    term(phone).tap()
    expect(card(phone)).to_have_count(1)
    expect(term(phone)).not_to_be_focused()
    phone.locator("h1").tap()
    expect(card(phone)).to_have_count(0)


def test_what_is_copied_holds_the_word_and_not_its_line(page: Any) -> None:
    term(page).hover()
    expect(card(page)).to_have_count(1)
    copied = page.locator("article").evaluate(SELECTED)
    assert "Half of the tosses show heads" in copied
    assert LINE not in copied


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_in_a_line(
    tab: Callable[..., Any], chapter: str, scheme: str
) -> None:
    touched = tab(chapter, has_touch=True)
    axe.show_in(touched, scheme)
    term(touched).tap()
    expect(card(touched)).to_contain_text("Tap the word again")
    assert axe.violations(touched, scheme) == []
    expect(card(touched)).to_have_count(1)


def test_without_a_script_a_term_is_a_link_to_its_line(
    tab: Callable[..., Any], chapter: str
) -> None:
    plain = tab(chapter, java_script_enabled=False)
    term(plain).click()
    plain.wait_for_url("**/glossary/#toss")
    expect(plain.locator("#toss + dd")).to_contain_text(LINE)
