"""The player in a real browser: what is seen, said and focused at each moment."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from snippet import watched

pytestmark = pytest.mark.slow

CAP = "chapters/cap/"
FIGURE = "#cut-cable"
OTHER = "#refusing"
EVENTS = 21
LAST_US = 130_000
ACTIONS = [
    "To the start",
    "Back one event",
    "Play",
    "Forward one event",
    "Whole picture",
]

# How much of a line is seen: hit tests know of clips and of hidden groups.
_DRAWN = """line => {
  const [from, to] = ["1", "2"].map(end => new DOMPoint(
    line.getAttribute("x" + end), line.getAttribute("y" + end)
  ).matrixTransform(line.getScreenCTM()));
  let seen = 0;
  for (let part = 0.5; part < 100; part++) {
    const [x, y] = ["x", "y"].map(k => from[k] + (to[k] - from[k]) * part / 100);
    seen += document.elementsFromPoint(x, y).includes(line) ? 1 : 0;
  }
  return seen;
}"""
_SHOWN = """svg => [...new Set([...svg.querySelectorAll(".sd-event")]
  .filter(group => getComputedStyle(group).visibility === "visible")
  .map(group => Number(group.dataset.step)))].sort((a, b) => a - b)"""


class Played:
    """A figure with its player, and what a test asks of them."""

    def __init__(self, page: Any, figure: str = FIGURE) -> None:
        self.page = page
        self.figure = page.locator(figure)
        self.host = self.figure.locator(".sd-player")
        self.slider = self.host.get_by_role("slider")
        self.slider.wait_for()

    def button(self, name: str) -> Any:
        return self.host.get_by_role("button", name=name, exact=True)

    def press(self, *names: str) -> None:
        for name in names:
            self.button(name).click()

    def to(self, steps: int) -> None:
        """Go to the moment after so many events."""
        self.press("To the start", *["Forward one event"] * steps)

    def drag(self, at_us: int) -> None:
        self.slider.fill(str(at_us))

    @property
    def shown(self) -> int:
        steps = self.figure.locator("svg.sd-st").evaluate(_SHOWN)
        assert steps == list(range(len(steps)))
        return len(steps)

    @property
    def words(self) -> str:
        return str(self.host.locator("[aria-live]").inner_text())

    @property
    def value(self) -> str:
        return str(self.slider.get_attribute("aria-valuetext"))

    @property
    def now_us(self) -> int:
        return int(self.slider.input_value())

    @property
    def now_is_drawn(self) -> bool:
        # A level line has no height and so counts as invisible; its style tells.
        shown = "line => getComputedStyle(line).display !== 'none'"
        return bool(self.figure.locator(".sd-now").evaluate(shown))

    def drawn(self, step: int) -> int:
        """Return how many hundredths of a message are seen."""
        line = self.figure.locator(f'[data-step="{step}"] > line[data-until]')
        # In the middle of the window, clear of the header and of the player.
        line.evaluate("line => line.scrollIntoView({block: 'center'})")
        return int(line.evaluate(_DRAWN))

    def is_seen(self, step: int, kind: str) -> bool:
        mark = self.figure.locator(f'[data-step="{step}"] > .{kind}').first
        seen = "e => getComputedStyle(e).visibility === 'visible'"
        return bool(mark.evaluate(seen))

    def idle(self) -> list[str]:
        """Return the names of the buttons that have nothing to do."""
        waiting = self.host.locator('button[aria-disabled="true"]')
        return [b.get_attribute("aria-label") for b in waiting.all()]


@pytest.fixture(scope="module")
def stage(browser: Any, address: str) -> Iterator[Any]:
    """A tab for one test after another: the theme's script is compiled once."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = watched(context.new_page(), address)
    page.clock.install()
    yield page
    context.close()


@pytest.fixture
def open_player(
    stage: Any, tab: Callable[..., Any], address: str
) -> Iterator[Callable[..., Played]]:
    """Open the chapter; its time passes only where a test lets it pass."""

    def opened(**options: Any) -> Played:
        if options:
            page = tab(f"{address}{CAP}", **options)
            page.clock.install()
        else:
            page = stage
            page.clock.resume()
            page.goto(f"{address}{CAP}")
            page.wait_for_load_state("networkidle")
        player = Played(page)
        page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
        return player

    yield opened
    assert stage.wrongs == []


def test_at_first_the_whole_picture_stands_and_says_what_there_is_to_play(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    names = [b.get_attribute("aria-label") for b in player.host.locator("button").all()]
    assert names == ACTIONS
    assert player.shown == EVENTS
    assert player.drawn(2) > 95
    assert not player.now_is_drawn
    assert player.words == "21 events in 130 ms. Play them one by one."
    assert player.value == "whole picture, 21 events"
    assert player.idle() == ["Whole picture"]
    assert player.page.wrongs == []


def test_stepping_shows_one_event_more_and_says_it(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    player.press("To the start")
    assert player.shown == 0
    assert player.words == "0 ms · nothing has happened yet · 0 of 21"
    assert player.idle() == ["To the start", "Back one event"]
    for count in range(1, EVENTS + 1):
        player.press("Forward one event")
        assert player.shown == count
        assert player.words.endswith(f" · {count} of 21")
        assert player.value.endswith(f", {count} of 21")
    assert player.words == "130 ms · ATM1 shows 20 · 21 of 21"
    assert player.idle() == ["Forward one event"]
    assert player.now_us == LAST_US


def test_back_undoes_a_step_and_the_whole_picture_comes_back(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()

    def seen() -> tuple[Any, ...]:
        player.figure.hover(position={"x": 2, "y": 2})  # no button is pointed at
        svg = player.figure.locator("svg.sd-st").evaluate("svg => svg.outerHTML")
        return svg, player.words, player.value, player.now_us, player.idle()

    whole = seen()
    player.press("To the start")
    going = [seen()]
    for _ in range(EVENTS):
        player.press("Forward one event")
        going.append(seen())
    coming = [seen()]
    for _ in range(EVENTS):
        player.press("Back one event")
        coming.append(seen())
    assert coming[::-1] == going
    assert len({view[0] for view in going}) == len(going)
    player.press("Whole picture")
    assert player.shown == EVENTS
    assert seen()[1:] == whole[1:]


def test_a_message_is_drawn_as_far_as_it_has_got(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    for at_us, percent in ((1000, 10), (5000, 50), (9000, 90)):
        player.drag(at_us)
        assert player.drawn(2) == pytest.approx(percent, abs=4)
        assert player.shown == 3
        assert not player.is_seen(3, "tip")
        assert player.now_is_drawn
    player.drag(10_000)
    assert player.drawn(2) > 95
    assert player.is_seen(3, "tip")
    assert player.drawn(8) == 0


def test_a_cut_is_not_seen_before_it_is_made_nor_healed_before_it_heals(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    band = player.figure.locator(".band")
    height = """rect => {
        const past = rect.ownerSVGElement.querySelector(
            rect.getAttribute("clip-path")?.slice(4, -1) ?? "none");
        const bottom = rect.y.baseVal.value + rect.height.baseVal.value;
        const now = past?.firstChild.height.baseVal.value ?? bottom;
        return Math.max(Math.min(now, bottom) - rect.y.baseVal.value, 0); }"""
    player.drag(39_000)
    assert not player.is_seen(5, "band")
    heights = []
    for at_us in (40_000, 50_000, 65_000, 119_000, 120_000):
        player.drag(at_us)
        assert player.is_seen(5, "band")
        assert player.is_seen(5, "cut")
        assert player.is_seen(14, "cut") == (at_us == 120_000)
        heights.append(band.evaluate(height))
    assert heights[0] == 0
    assert heights == sorted(set(heights))


def test_a_lost_message_gets_its_cross_only_once_it_is_lost(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    player.to(9)
    assert player.is_seen(8, "label")
    assert not player.is_seen(9, "gone")
    assert player.drawn(8) == 0
    player.press("Forward one event")
    assert player.is_seen(9, "gone")
    assert player.drawn(8) > 40  # of a dashed line
    assert player.words.startswith("60 ms · Lost on the way from ATM1 to ATM2: -10")


def test_play_runs_to_the_end_and_begins_anew_from_there(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    player.press("Play")
    assert player.button("Pause").is_visible()
    counts, times = [], []
    for _ in range(40):
        player.page.clock.run_for(500)
        counts.append(player.shown)
        times.append(player.now_us)
        if player.button("Play").is_visible():
            break
    assert 12 <= len(counts) <= 40  # half-seconds
    assert counts == sorted(counts)
    assert times == sorted(times)
    assert len(set(counts)) > 8
    assert (counts[-1], times[-1]) == (EVENTS, LAST_US)
    player.press("Play")
    assert player.shown < 2
    assert player.button("Pause").is_visible()
    assert player.page.wrongs == []


def test_pause_holds_a_message_in_flight_and_play_goes_on_from_there(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    player.drag(3000)
    player.press("Play")
    player.page.clock.run_for(250)
    player.press("Pause")
    held = player.now_us
    assert 3000 < held < 10_000
    player.page.clock.run_for(5000)
    assert player.now_us == held
    assert player.shown == 3
    player.press("Play")
    player.page.clock.run_for(100)
    assert held < player.now_us


@pytest.mark.parametrize("action", ["To the start", "Forward one event"])
def test_whatever_is_done_by_hand_pauses(
    open_player: Callable[..., Played], action: str
) -> None:
    player = open_player()
    player.press("Play")
    player.page.clock.run_for(3000)
    player.press(action)
    assert player.button("Play").is_visible()
    before = player.words
    player.page.clock.run_for(3000)
    assert player.words == before


def test_words_are_announced_while_stepping_and_not_while_playing(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    live = player.host.locator("[aria-live]")
    player.press("Forward one event")
    assert live.get_attribute("aria-live") == "polite"
    player.press("Play")
    assert live.get_attribute("aria-live") == "off"
    player.press("Forward one event")
    assert live.get_attribute("aria-live") == "polite"


def test_the_slider_is_dragged_by_time(open_player: Callable[..., Played]) -> None:
    player = open_player()
    player.slider.scroll_into_view_if_needed()
    box = player.slider.bounding_box()
    y = box["y"] + box["height"] / 2
    player.page.mouse.move(box["x"] + box["width"] - 4, y)
    player.page.mouse.down()
    player.page.mouse.move(box["x"] + box["width"] / 2, y, steps=4)
    player.page.mouse.up()
    assert player.now_us == pytest.approx(LAST_US / 2, rel=0.05)
    assert player.shown == 10
    assert re.match(r"6\d(\.\d)? ms: Lost .*, 10 of 21$", player.value)


def test_the_keys_of_the_slider_go_from_event_to_event_and_to_the_ends(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    player.slider.focus()
    for key, count in (
        ("Home", 0),
        ("ArrowRight", 1),
        ("ArrowUp", 2),
        ("ArrowRight", 3),
        ("ArrowLeft", 2),
        ("ArrowDown", 1),
        ("End", EVENTS),
        ("ArrowLeft", EVENTS - 1),
    ):
        player.page.keyboard.press(key)
        assert player.shown == count
    assert player.value == "130 ms: ATM1 gets from ATM2: paid 20, 20 of 21"
    live = player.host.locator("[aria-live]")
    assert live.get_attribute("aria-live") == "off"  # else all is said twice


def test_the_keyboard_alone_plays_and_steps_and_the_focus_stays(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    focused = "document.activeElement.getAttribute('aria-label')"
    player.button("Play").focus()
    player.page.keyboard.press("Space")
    assert player.page.evaluate(focused) == "Pause"
    player.page.keyboard.press("Space")
    assert player.page.evaluate(focused) == "Play"
    shown = player.shown
    player.page.keyboard.press("ArrowRight")
    assert player.shown == shown + 1
    player.page.keyboard.press("ArrowLeft")
    assert player.shown == shown
    player.button("Forward one event").focus()
    for _ in range(EVENTS + 2):
        player.page.keyboard.press("Enter")
    assert player.page.evaluate(focused) == "Forward one event"
    assert player.shown == EVENTS
    assert player.idle() == ["Forward one event"]


def test_who_wants_less_motion_sees_jumps_from_event_to_event(
    open_player: Callable[..., Played],
) -> None:
    player = open_player(reduced_motion="reduce")
    player.press("Play")
    assert player.shown == 1
    player.page.clock.run_for(1100)
    assert player.shown == 1
    for count in (2, 3, 4, 5):
        player.page.clock.run_for(1200)
        assert player.shown == count
        assert player.now_us == (0 if count < 4 else 10_000)
    player.page.clock.run_for(1200 * EVENTS)
    assert player.shown == EVENTS
    assert player.button("Play").is_visible()


def test_two_players_do_not_play_at_once(open_player: Callable[..., Played]) -> None:
    player = open_player()
    other = Played(player.page, OTHER)
    player.press("Play")
    other.press("Play")
    assert player.button("Play").is_visible()
    assert other.button("Pause").is_visible()
    before = player.words
    player.page.clock.run_for(2000)
    assert player.words == before
    assert other.shown > 1


def test_a_hidden_page_pauses(open_player: Callable[..., Played]) -> None:
    player = open_player()
    player.press("Play")
    player.page.evaluate(
        """() => { Object.defineProperty(document, "hidden", {value: true});
        document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    assert player.button("Play").is_visible()


def test_a_figure_that_leaves_the_page_stops(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    player.press("Play")
    words = player.host.locator("[aria-live]").element_handle()
    player.figure.evaluate("figure => figure.remove()")
    player.page.clock.run_for(100)
    before = words.inner_text()
    player.page.clock.run_for(5000)
    assert words.inner_text() == before
    assert player.page.wrongs == []


def test_on_paper_the_whole_picture_stands_without_a_player(
    open_player: Callable[..., Played],
) -> None:
    player = open_player()
    player.to(4)
    player.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    player.page.emulate_media(media="print")
    assert player.shown == EVENTS
    assert not player.now_is_drawn
    assert not player.host.is_visible()
    player.page.emulate_media(media="screen")
    player.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert player.shown == 4


@pytest.mark.parametrize(("width", "touch"), [(1440, False), (390, True)])
def test_nothing_jumps_and_all_targets_are_large_enough(
    open_player: Callable[..., Played], width: int, touch: bool
) -> None:
    player = open_player(width=width, has_touch=touch, is_mobile=touch)
    height = "host => host.getBoundingClientRect().height"
    at_first = player.host.evaluate(height)
    player.press("To the start")
    for _ in range(EVENTS):
        player.press("Forward one event")
        assert player.host.evaluate(height) == at_first
    for button in player.host.locator("button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= (40 if touch else 24)
    player.host.evaluate("host => host.replaceChildren()")  # as before the script
    assert player.host.evaluate(height) == pytest.approx(at_first, abs=1)
    wide = player.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_without_javascript_the_diagram_stands_whole_and_no_empty_box_is_there(
    tab: Callable[..., Any], address: str
) -> None:
    page = tab(f"{address}{CAP}", java_script_enabled=False)
    figure = page.locator(FIGURE)
    assert figure.locator("svg.sd-st").is_visible()
    assert figure.locator(".sd-event[style], [clip-path]").count() == 0
    assert not figure.locator(".sd-player").is_visible()
