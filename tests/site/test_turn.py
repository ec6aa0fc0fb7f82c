"""Knobs turned in a real browser: by pointer, by keyboard, by a link."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from snippet import WAIT_MS, Snippet, fragment

from sitebuild import DOCS, engine, fences, knobs, positions
from sitebuild.testing import hosting

pytestmark = pytest.mark.slow

CAP = "chapters/cap/"
(DRAWN,) = (block for block in fences.scan(DOCS) if block.name == "cut-cable")
(STORY,) = (block for block in fences.scan(DOCS) if block.name == "the-story")
SAME = r"Ran in \d+ ms\. Same as published\."
# Moves a range to positions one after another, two frames each, and lets it go; notes
# at each how high the output stands, and how much there is: pictures, or signs of text.
DRAG = """async ([box, label, places]) => {
  const root = document.querySelector(box);
  const labels = [...root.querySelectorAll(".sd-knob label")];
  const range = labels.find(l => l.textContent === label).control;
  const picture = root.querySelector(".sd-picture");
  const text = () => [...root.querySelectorAll(":scope > .result")]
    .find(e => e.offsetHeight > 0);
  const seen = [];
  for (const place of places) {
    range.value = place;
    range.dispatchEvent(new Event("input", {bubbles: true}));
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    seen.push([(picture ?? text())?.offsetHeight, picture
      ? picture.querySelectorAll(":scope > svg, .sd-redrawn").length
      : text()?.textContent.trim().length]);
  }
  range.dispatchEvent(new Event("change", {bubbles: true}));
  return seen;
}"""
GO = "hash => { location.hash = hash; }"


class Turned(Snippet):
    """A snippet as its reader turns it."""

    def __init__(self, page: Any, name: str) -> None:
        super().__init__(page, name)
        self.box = f"#{name}"
        self.panel = self.root.locator(".sd-knobs")
        self.words = self.panel.get_by_role("status")

    def knob(self, label: str) -> Any:
        return self.panel.get_by_label(label)

    def settled(self) -> str:
        """Wait for the end of a run that a knob began; return what is said of it."""
        expect(self.words).to_contain_text(re.compile(r" ms\."), timeout=WAIT_MS)
        return str(self.words.evaluate("e => e.firstChild?.data ?? ''"))

    def turn(self, label: str, position: str) -> str:
        """Choose a position; return what is said at its end."""
        self.words.evaluate("e => e.replaceChildren()")
        self.knob(label).select_option(position)
        return self.settled()

    def drag(self, label: str, *places: int) -> list[list[int]]:
        """Move a range over some of its positions, counted from 0."""
        self.words.evaluate("e => e.replaceChildren()")
        return list(self.page.evaluate(DRAG, [self.box, label, list(places)]))

    def reset(self) -> None:
        """Go back to what was published, by a key.

        A click is lost where another output, that moves with this one, arrives between
        its two halves and pushes the button from under the pointer.
        """
        button = self.panel.get_by_role("button", name="Reset settings")
        button.press("Enter")
        expect(button).to_be_hidden()

    @property
    def shown(self) -> str:
        """The code that the page shows, as it is copied."""
        code = self.root.locator(".language-py code").first.text_content()
        return str(code).rstrip("\n")

    @property
    def rows(self) -> list[str]:
        cells = self.root.locator(".sd-numbers table:not([hidden]) tr")
        return [" ".join(row.split()) for row in cells.all_inner_texts()]


def drawn_at(**values: str) -> list[str]:
    """Return the numbers behind the figure where its knobs stand so."""
    figure = engine.run(positions.at(DRAWN, values)).figure
    assert figure is not None
    rows = (figure.columns, *figure.rows)
    return [" ".join(" ".join(row).split()) for row in rows]


@pytest.fixture
def figure(cap: Any) -> Iterator[Turned]:
    """The chapter's first figure at its published settings, with Python there."""
    drawn = Turned(cap, "cut-cable")
    drawn.unfold()
    Snippet(cap, "merge-rules").run()
    drawn.turn("policy", "refuse")
    drawn.reset()
    yield drawn
    if drawn.panel.get_by_role("button", name="Reset settings").is_visible():
        drawn.reset()
    drawn.restore()
    Snippet(cap, "the-story").restore()
    Snippet(cap, "merge-rules").restore()
    assert cap.wrongs == []


def test_a_turned_knob_redraws_its_figure_and_the_table_that_shares_it(
    cap: Any, figure: Turned
) -> None:
    story = Turned(cap, "the-story")
    assert re.fullmatch(SAME, story.run())
    assert "rows differ from what was published" in figure.turn("policy", "refuse")
    assert figure.rows == drawn_at(POLICY='"refuse"')
    assert figure.shown == knobs.with_values(DRAWN.code, {"POLICY": '"refuse"'})
    expect(story.live).to_contain_text("refuses", timeout=WAIT_MS)
    assert story.said == ""  # it was said of another output
    assert story.shown == knobs.with_values(STORY.code, {"POLICY": '"refuse"'})
    assert story.knob("policy").input_value() == '"refuse"'
    assert story.words.text_content() == ""  # one of the two speaks


def test_back_at_what_was_published_it_is_said_to_be_the_same(figure: Turned) -> None:
    figure.turn("policy", "escrow")
    assert re.fullmatch(SAME, figure.turn("policy", "accept"))
    assert figure.rows == drawn_at()


def test_of_many_moves_the_last_is_shown_and_no_frame_is_empty_or_lower(
    cap: Any, figure: Turned
) -> None:
    figure.turn("policy", "refuse")  # the cut then decides how much happens
    seen = figure.drag("cut, ms", *range(11), *range(10, -1, -1), 2)
    assert figure.settled().endswith("differ from what was published.")
    assert figure.rows == drawn_at(POLICY='"refuse"', CUT_MS="20")
    assert figure.knob("cut, ms").get_attribute("aria-valuetext") == "20 ms"
    heights, pictures = zip(*seen, strict=True)
    assert set(pictures) == {1}
    assert list(heights) == sorted(heights)
    story = Turned(cap, "the-story")
    heights, signs = zip(*story.drag("cut, ms", *range(11), 0), strict=True)
    story.settled()
    assert min(signs) > 100
    assert list(heights) == sorted(heights)


def test_the_player_keeps_its_simulated_time(figure: Turned) -> None:
    clock = figure.root.locator(".sd-player-clock")
    figure.press("To the start")
    for _ in range(7):
        figure.press("Forward one event")
    assert clock.text_content() == "60 ms"
    figure.drag("last amount", 0)
    figure.settled()
    assert clock.text_content() == "60 ms"
    hidden = figure.root.locator(".sd-redrawn .sd-event[style*=hidden]")
    assert hidden.count() > 0
    figure.press("Whole picture")


def test_reset_brings_the_very_picture_and_code_back(figure: Turned) -> None:
    picture = figure.root.locator(".sd-picture")
    picture.evaluate("e => { window.old = e.querySelector('svg'); }")
    figure.drag("cut, ms", 9)
    figure.settled()
    assert picture.evaluate("e => e.querySelector(':scope > svg')") is None
    figure.reset()
    assert picture.evaluate("e => e.querySelector(':scope > svg') === window.old")
    assert figure.shown == DRAWN.code
    assert figure.knob("cut, ms").input_value() == "4"
    expect(figure.knob("policy")).to_be_focused()
    assert not figure.panel.locator(".sd-turned").count()


def test_settings_are_shared_as_a_link_that_sets_them_and_runs_when_told_to(
    figure: Turned, tab: Callable[..., Any]
) -> None:
    figure.turn("policy", "escrow")
    figure.drag("last amount", 11)
    figure.settled()
    figure.panel.get_by_role("button", name="Share settings").click()
    expect(figure.words).to_contain_text("Link copied")
    link = figure.page.evaluate("navigator.clipboard.readText()")
    assert link.endswith("#set=cut-cable~POLICY~escrow~LAST_AMOUNT~60")
    page = tab(link)
    other = Turned(page, "cut-cable")
    expect(other.words).to_contain_text("Set as the link says: press Run settings.")
    values = {"POLICY": '"escrow"', "LAST_AMOUNT": "60"}
    assert other.shown == knobs.with_values(DRAWN.code, values)
    assert Turned(page, "the-story").knob("last amount").input_value() == "11"
    other.panel.get_by_role("button", name="Run settings").click()
    other.settled()
    other.unfold()
    assert other.rows == drawn_at(**values)
    page.evaluate(GO, "#set=cut-cable~POLICY~refuse")  # Python is there by now
    expect(other.root.locator("figcaption")).to_contain_text("Paid 50 of 100")
    assert page.wrongs == []


def test_what_a_link_asks_for_and_is_not_offered_is_named(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}#set=cut-cable~LAST_AMOUNT~25~CUT_MS~85~speed~9")
    figure = Turned(page, "cut-cable")
    expect(figure.words).to_contain_text(
        "The link asks for CUT_MS = 85, speed = 9, which is not offered here and stays "
        "as published."
    )
    assert figure.knob("last amount").get_attribute("aria-valuetext") == "25"
    assert figure.knob("cut, ms").get_attribute("aria-valuetext") == "40 ms"
    page.evaluate(GO, "#set=no-such~a~1")
    expect(page.get_by_role("alert")).to_contain_text(
        "This page has no snippet no-such"
    )
    page.evaluate(GO, "#set=merge-rules~a~1")
    expect(page.get_by_role("alert")).to_contain_text(
        "merge-rules has no such settings"
    )


def test_the_first_move_waits_until_it_is_let_go_and_says_what_is_fetched(
    tab: Callable[..., Any],
    host: Callable[[Path], hosting.Host],
    published: Any,
) -> None:
    own = host(published.folder)
    page = tab(f"{own.url}{CAP}")
    figure = Turned(page, "cut-cable")
    figure.words.evaluate(
        """e => { window.said = []; new MutationObserver(() => said.push(e.textContent))
        .observe(e, {childList: true, characterData: true, subtree: true}); }"""
    )
    before = len(own.sent)
    range_of = figure.knob("last amount")
    range_of.evaluate(
        "e => { e.value = 5; e.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    assert "LAST_AMOUNT = 30" in figure.shown
    assert len(own.sent) == before
    assert page.evaluate("said") == []
    range_of.evaluate("e => e.dispatchEvent(new Event('change', {bubbles: true}))")
    figure.settled()
    assert page.evaluate("said[0]") == "Fetching Python: up to 8 MB, once…"
    assert len(own.sent) > before
    seen = figure.drag("last amount", 6, 7)  # from now on it moves as it is moved
    assert len(seen) == 2
    figure.settled()
    assert page.wrongs == []


def test_knobs_are_turned_by_keyboard_alone(figure: Turned) -> None:
    keys = figure.page.keyboard
    figure.knob("policy").focus()
    keys.press("ArrowDown")
    assert "differ" in figure.settled()
    keys.press("Tab")
    expect(figure.knob("last amount")).to_be_focused()
    figure.words.evaluate("e => e.replaceChildren()")
    keys.press("End")
    figure.settled()
    assert figure.rows == drawn_at(POLICY='"refuse"', LAST_AMOUNT="60")
    for _ in range(4):
        keys.press("Tab")
    expect(figure.panel.get_by_role("button", name="Reset settings")).to_be_focused()
    keys.press("Enter")
    expect(figure.knob("policy")).to_be_focused()
    assert figure.rows == drawn_at()


def test_the_wheel_scrolls_the_page_and_turns_nothing(figure: Turned) -> None:
    """Firefox would turn a range in focus, and on some systems a choice."""
    wheel = """e => {
      const turn = new WheelEvent("wheel", {deltaY: 40, cancelable: true});
      const [top, allowed] = [scrollY, e.dispatchEvent(turn)];
      return [allowed, scrollY - top];
    }"""
    for control in (figure.knob("last amount"), figure.knob("policy")):
        control.blur()
        assert control.evaluate(wheel) == [True, 0]  # the browser's own affair
        control.focus()
        assert control.evaluate(wheel) == [False, 40]


def test_with_the_editor_open_a_knob_edits_its_line(cap: Any, figure: Turned) -> None:
    story = Turned(cap, "the-story")
    story.write(STORY.code.replace("LAST_AMOUNT = 20", "LAST_AMOUNT = 33"))
    value = story.panel.locator(".sd-knob", has_text="last amount")
    expect(value.locator(".sd-knob-value")).to_have_text("33")
    story.drag("last amount", 4)
    story.settled()
    assert "LAST_AMOUNT = 25  # knob" in story.code
    assert "asked for 25" in story.printed
    story.write("print('mine')")
    assert story.knob("last amount").is_disabled()
    expect(value).to_contain_text("its line is gone")
    story.press("Reset")
    assert story.knob("last amount").is_enabled()


def test_no_knob_runs_code_that_came_with_a_link_and_was_not_read(
    cap: Any, figure: Turned
) -> None:
    story = Turned(cap, "the-story")
    code = f"{STORY.code}# not read\n"
    cap.evaluate(GO, fragment("the-story", code))
    expect(story.notice).to_be_focused()
    assert story.knob("policy").is_disabled()
    expect(story.panel).to_contain_text("read the code first")
    story.press("Run this code")
    story.ended()
    assert story.knob("policy").is_enabled()
    story.press("Reset")


@pytest.mark.parametrize("width", [1440, 390])
def test_controls_can_be_seen_and_touched(
    tab: Callable[..., Any], address: str, width: int
) -> None:
    telephone = {"has_touch": True, "is_mobile": True} if width == 390 else {}
    page = tab(f"{address}{CAP}", width, **telephone)
    least = 44 if page.evaluate("matchMedia('(pointer: coarse)').matches") else 24
    for name in ("the-story", "cut-cable"):
        panel = Turned(page, name).panel
        panel.scroll_into_view_if_needed()
        before = panel.bounding_box()
        for row in panel.locator(".sd-knob").all():
            box = row.bounding_box()
            assert box is not None
            assert box["height"] >= least
            control = row.locator("input, select").bounding_box()
            assert control is not None
            assert control["height"] >= min(least - 2, 24)
            assert control["width"] >= 80
        inside = panel.evaluate(
            "e => [e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth]"
        )
        assert inside == [0, 0]
        assert panel.bounding_box() == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_turned_knob_is_seen_where_the_reader_s_own_colours_are_forced(
    tab: Callable[..., Any], address: str, scheme: str
) -> None:
    page = tab(f"{address}{CAP}#set=cut-cable~LAST_AMOUNT~60")
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    row = page.locator("#cut-cable .sd-turned")
    mark = "e => getComputedStyle(e.querySelector('label'), '::before').content"
    assert "•" in row.evaluate(mark)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for part in (".sd-knob-value", "label"):
        ink = row.locator(part).evaluate("e => getComputedStyle(e).color")
        light = [sum(map(int, re.findall(r"\d+", c)[:3])) for c in (ground, ink)]
        assert abs(light[0] - light[1]) > 200
