"""What a page does, in three engines: the table feature x browser, as tests.

Chromium has the full set, in the files beside this one. Here is what must hold in the
others too. An engine that is not on this machine is named as not run; where
SDNOTES_ENGINES is "all", that is a failure.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import engines
import pytest
from engines import Engine
from programs import LEFT, LEFT_SAYS, PROGRAMS

from sitebuild import DOCS, fences
from sitebuild.testing import hosting

pytestmark = pytest.mark.slow

CAP = "chapters/cap/"
NAMES = ("firefox", "webkit")
DESK = (1440, 900)
SPAN_S = 1.0
"""Over which the processor's time is measured; a sleep, since no condition tells it."""
# What goes wrong from now on; Firefox says of a well-behaved ResizeObserver that it
# has more to tell, and of a worker that it ends, that there is no error.
WATCH = """window.wrongs = [];
  addEventListener("error", ({message}) => {
    if (!/ResizeObserver|^uncaught exception: undefined/.test(message ?? "")) {
      window.wrongs.push(message);
    }
  });
  addEventListener("unhandledrejection", ({reason}) => window.wrongs.push(`${reason}`));
"""
CUT_OFF = """[...document.querySelectorAll(".md-content p, .md-content h1, svg")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 80))"""
FOREIGN = """performance.getEntriesByType("resource").map(entry => entry.name)
  .filter(name => /^http/.test(name) && !name.startsWith(location.origin))"""
PASTE = """const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", argument);
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", {clipboardData, bubbles: true}));"""
INSERT = "document.execCommand('insertText', false, argument)"
ASKS = """import js
ask = js.XMLHttpRequest.new()
ask.open("GET", "{url}", False)
ask.send()
print(ask.status)
"""
SAME = r"Ran in \d+ ms\. Same as published\."
Opened = Callable[[str], Engine]


class Block:
    """A snippet or figure of the page that an engine shows."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.at = f"#{name}"
        self.root = f"document.querySelector('{self.at}')"

    def ask(self, expression: str) -> Any:
        return self.engine.js(f"const root = {self.root}; return {expression}")

    def until(self, condition: str) -> None:
        self.engine.until(f"(root => {condition})({self.root})")

    def press(self, name: str) -> None:
        """Press the button of that name."""
        found = """[...root.querySelectorAll("button")].find(button => !button.hidden &&
          [button.textContent, button.getAttribute("aria-label")].includes(argument))"""
        self.engine.js(
            f"""const root = {self.root};
            document.querySelector("[data-press]")?.removeAttribute("data-press");
            const button = {found};
            button.dataset.press = "";
            button.addEventListener("click", () => button.removeAttribute("data-press"),
              {{once: true, capture: true}});""",
            name,
        )
        for _ in range(5):
            self.engine.click("[data-press]")
            if not self.engine.js(
                "return document.querySelector('[data-press]') !== null"
            ):
                return  # else the page moved beneath the driver's pointer
        raise AssertionError(f"{name} of {self.at} could not be clicked")

    @property
    def said(self) -> str:
        return str(
            self.ask("root.querySelector('.sd-bar .sd-status').firstChild?.data ?? ''")
        )

    @property
    def printed(self) -> str:
        return str(self.ask("root.querySelector('.sd-live code')?.textContent ?? ''"))

    def ended(self) -> str:
        self.until(
            "/ ms\\.|^Stopped|could not|^Ended/.test("
            "root.querySelector('.sd-bar .sd-status').textContent)"
        )
        return self.said

    def run(self) -> str:
        self.press("Run")
        return self.ended()

    def judged(self) -> str:
        """Press Check; return what is said of the answer."""
        self.press("Check")
        self.until("!/…|^$/.test(root.querySelector('.sd-bar .sd-status').textContent)")
        return self.said

    def write(self, code: str) -> None:
        """Put code into the editor, as one pastes it over all that is there."""
        if not self.ask("!!root.querySelector('.cm-content')"):
            self.press("Edit")
            self.until("root.querySelector('.cm-content')")
        self.engine.js(f"{self.root}.querySelector('.cm-content').focus()")
        self.engine.press("Control+a")
        self.engine.js(PASTE if self.engine.hears_paste else INSERT, code)

    def reset(self) -> None:
        if self.ask(
            "[...root.querySelectorAll('button')].some("
            "b => !b.hidden && b.textContent === 'Reset')"
        ):
            self.press("Reset")


@contextmanager
def started(request: pytest.FixtureRequest, name: str, **how: Any) -> Iterator[Engine]:
    """Start an engine; without one a test is named as not run, or fails if told so."""
    try:
        if name == "webkit":
            folder = request.getfixturevalue("tmp_path_factory").mktemp("webkit")
            context = engines.webkit(folder, **how)
        else:
            context = engines.firefox(request.getfixturevalue("playwright"), **how)
        with context as engine:
            yield engine
    except engines.MissingError as error:
        if os.environ.get("SDNOTES_ENGINES") == "all":
            pytest.fail(f"{error}: it must be installed here")
        pytest.skip(f"{name}: {error}")


@pytest.fixture(scope="module", params=NAMES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with started(request, request.param) as running:
        yield running


@pytest.fixture
def opened(engine: Engine, address: str) -> Iterator[Opened]:
    """Open a page of the site, at a desk; nothing may go wrong there meanwhile."""

    def open_page(path: str = CAP) -> Engine:
        engine.resize(*DESK)
        engine.open(f"{address}{path}")
        engine.until(
            "document.readyState === 'complete' && [...document.querySelectorAll("
            "'.sd-bar')].every(bar => bar.childElementCount > 0)"
        )
        engine.js(WATCH)
        return engine

    yield open_page
    assert engine.js("return window.wrongs ?? []") == []


@pytest.fixture
def story(opened: Opened) -> Block:
    return Block(opened(CAP), "the-story")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_page_is_read_without_scrolling_sideways(opened: Opened, width: int) -> None:
    page = opened(CAP)
    page.resize(width, 844)
    page.until(f"innerWidth === {width}")
    wide = page.js("return document.documentElement.scrollWidth")
    assert wide <= width
    assert page.js(f"return {CUT_OFF}") == []
    assert page.js(f"return {FOREIGN}") == []


@pytest.mark.parametrize("width", [1440, 390])
def test_what_is_not_laid_out_yet_keeps_its_place_free(
    opened: Opened, width: int
) -> None:
    page = opened(CAP)
    page.resize(width, 844)
    page.until(f"innerWidth === {width}")
    off = page.js(f"return {engines.NOT_KEPT_FREE}")
    assert off
    assert [(name, px) for name, px in off if abs(px) > 1] == []


def test_a_snippet_is_run_and_judged(story: Block) -> None:
    assert re.fullmatch(SAME, story.run())


def test_edited_code_is_run_and_what_differs_is_marked_and_reset(story: Block) -> None:
    story.write("print('mine')")
    assert "differ" in story.run()
    assert story.printed == "mine\n"
    assert story.ask("root.querySelectorAll('.sd-differs').length") > 0
    story.press("Reset")
    story.until("!root.querySelector('.cm-content, .sd-live')")


def test_asyncio_runs_and_what_it_leaves_is_cancelled(story: Block) -> None:
    story.write(f"import asyncio\n{PROGRAMS[LEFT]}")
    story.run()
    assert story.printed == LEFT_SAYS


def test_a_loop_that_is_stopped_uses_the_processor_no_longer(story: Block) -> None:
    story.write("print('before')\nwhile True:\n    pass")
    story.press("Run")
    story.until("root.querySelector('.sd-live code')?.textContent === 'before\\n'")
    assert used_s(story.engine) > 0.3 * SPAN_S, "the test must see a loop that runs"
    story.press("Stop")
    assert story.ended() == "Stopped."
    end_s = time.monotonic() + engines.WAIT_S
    while used_s(story.engine) > 0.1 * SPAN_S:
        assert time.monotonic() < end_s, "the loop runs on"
    assert re.fullmatch(SAME, Block(story.engine, "duplicates").run())


def test_edited_code_is_shared_as_a_link(story: Block, address: str) -> None:
    story.write("print('shared')")
    story.press("Share")
    story.until("/copied/i.test(root.querySelector('.sd-bar .sd-status').textContent)")
    link = pasted(story.engine)
    assert link.startswith(f"{address}{CAP}#run=the-story.")
    story.engine.open("about:blank")
    story.engine.open(link)
    story.until("root?.querySelector('.sd-notice button')")
    story.press("Run this code")
    story.ended()
    assert story.printed == "shared\n"


def test_a_figure_is_drawn_anew(opened: Opened) -> None:
    figure = Block(opened(CAP), "cut-cable")
    figure.ask("root.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert "Same as published" in figure.run()
    code = figure.ask("root.querySelector('.language-py code').textContent")
    figure.write(code.replace("Two ATMs", "Two machines"))
    assert figure.run().endswith("Same numbers as published, in another picture.")
    assert figure.ask(
        "!!root.querySelector('.sd-redrawn').shadowRoot.querySelector('svg')"
    )


def test_a_knob_is_turned_and_put_back(opened: Opened) -> None:
    figure = Block(opened(CAP), "cut-cable")
    policy = "root.querySelector('.sd-knob select')"
    turn = """((control, value, kind) => {
      control.value = value;
      control.dispatchEvent(new Event(kind, {bubbles: true}));
    })"""
    said = "root.querySelector('.sd-knobs .sd-status').textContent"
    figure.ask(f"""{turn}({policy}, '"refuse"', "change")""")
    figure.until(f"/ ms\\. .* differ from what was published/.test({said})")
    caption = "root.querySelector('figcaption').textContent"
    assert "Paid 50 of 100" in figure.ask(caption)
    sizes = figure.ask(
        "[...root.querySelectorAll('.sd-knob :is(input, select)')].map("
        "e => Math.min(e.offsetWidth, e.offsetHeight))"
    )
    assert min(sizes) >= 24
    amount = "root.querySelector('.sd-knob input')"
    for place in (0, 5, 9):  # while it moves; the last is shown
        figure.ask(f"""{turn}({amount}, {place}, "input")""")
    figure.ask(f"""{turn}({amount}, 9, "change")""")
    last = "root.querySelector('.sd-numbers table:last-of-type').textContent"
    figure.until(f"/ATM2\\s*asked for 50/.test({last})")
    figure.press("Reset settings")
    figure.until("root.querySelector('.sd-picture > svg')")


def test_a_diagram_is_played(opened: Opened) -> None:
    figure = Block(opened(CAP), "cut-cable")
    shown = """[...root.querySelectorAll(".sd-event")].filter(group =>
      getComputedStyle(group).visibility === "visible").length"""
    whole = figure.ask(shown)
    figure.press("To the start")
    figure.until(f"{shown} === 0")
    for _ in range(10):
        figure.press("Forward one event")
    assert 0 < figure.ask(shown) < whole
    band = "root.querySelector('rect.band')"
    assert figure.ask(f"{band}.getBoundingClientRect().height") > 0
    figure.press("Whole picture")
    figure.until(f"{shown} === {whole}")
    figure.press("Play")
    figure.until(f"{shown} < {whole}")
    figure.press("Pause")


def test_a_term_shows_its_line_to_the_keyboard(opened: Opened) -> None:
    page = opened("claims/")
    first = "document.querySelector('a.sd-term')"
    page.js(f"{first}.focus()")
    page.until(
        "document.querySelector('.sd-card')?.textContent === "
        f"{first}.getAttribute('aria-description')"
    )


def test_the_search_finds(engine: Engine, whole: Any) -> None:
    engine.open(whole.host.url)
    engine.until("document.querySelector('[data-md-component=search-query]')")
    engine.click("[data-md-component=search-query]")
    engine.type("escrow")
    engine.until("document.querySelector('.md-search-result__link')")
    engine.press("ArrowDown")
    engine.press("Enter")
    engine.until("location.pathname.includes('cap')")


def test_the_theme_is_switched_and_stays(opened: Opened) -> None:
    page = opened("")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.js(f"return {ground}")
    page.click("label[title=Dark]")
    page.until(f"{ground} !== '{light}'")
    opened(CAP)
    assert page.js(f"return {ground}") != light
    page.click("label[title=Light]")
    page.until(f"{ground} === '{light}'")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_comes_dark_where_the_reader_s_system_is(
    request: pytest.FixtureRequest, name: str, address: str
) -> None:
    with started(request, name, dark=True) as engine:
        engine.open(address)
        scheme = "document.body.dataset.mdColorScheme"
        engine.until(f"{scheme} === 'slate'")


def test_moves_to_other_pages_and_back_keep_the_interpreter(opened: Opened) -> None:
    page = opened(CAP)
    story = Block(page, "the-story")
    story.run()
    page.js("window.stayed = true")
    page.click(".md-footer__link--next")
    page.until("!document.querySelector('#the-story')")
    page.back()
    page.until("document.querySelector('#the-story .sd-bar button')")
    assert re.fullmatch(SAME, story.run())
    page.forward()
    page.until("!document.querySelector('#the-story')")
    assert page.js("return window.stayed")


def test_back_within_a_page_leads_to_the_place_left(opened: Opened) -> None:
    page = opened(CAP)
    Block(page, "the-story").write("print('mine')")
    titles = page.js("return [...document.querySelectorAll('h2[id]')].map(h => h.id)")
    top = "document.getElementById(argument).getBoundingClientRect().top"
    for title in titles[3:5]:
        page.js("location.hash = argument", title)
        page.until(f"Math.abs({top} - 60) < 60", title)
    page.back()
    page.until(f"location.hash === '#{titles[3]}'")
    page.until(f"Math.abs({top} - 60) < 60", titles[3])
    assert page.js("return !!document.querySelector('#the-story .cm-content')")


def test_the_policy_refuses_a_request_to_another_host(
    story: Block, host: Callable[[Path], hosting.Host], published: Any
) -> None:
    other = host(published.folder)
    story.write(ASKS.replace("{url}", other.url))
    story.run()
    assert "200" not in story.printed
    assert other.sent == []
    story.engine.js("window.wrongs = []")  # that it was refused may be reported


def used_s(engine: Engine) -> float:
    """Return how long the browser's threads run within a span."""
    before_s = engine.processor_s()
    time.sleep(SPAN_S)
    return engine.processor_s() - before_s


def pasted(engine: Engine) -> str:
    """Return what is on the clipboard, as it is pasted into a field."""
    engine.js(
        """const field = document.createElement("textarea");
        field.id = "pasted";
        field.style = "position:fixed;top:0;left:0;z-index:999";
        document.body.prepend(field);
        field.focus();"""
    )
    engine.press("Control+v")
    engine.until("document.getElementById('pasted').value")
    return str(
        engine.js(
            """const field = document.getElementById("pasted");
            field.remove();
            return field.value;"""
        )
    )


def test_an_answer_is_judged_and_what_is_solved_is_kept(opened: Opened) -> None:
    page = DOCS / "chapters" / "caching" / "practice.md"
    parts = [block for block in fences.scan(DOCS) if block.path == page]
    stub = next(block for block in parts if block.kind == "exercise")
    answers = [block for block in parts if block.name == stub.name]
    solution = next(block for block in answers if block.kind == "solution")
    wrong = next(block for block in answers if block.kind == "wrong")
    exercise = Block(opened("chapters/caching/practice/"), stub.name)
    assert exercise.judged().startswith("Unfinished: the gap `...` in line ")
    exercise.write(wrong.code)
    assert exercise.judged() == f"Wrong: {wrong.recorded}"
    exercise.write(solution.code)
    assert exercise.judged() == "Passed."
    again = Block(opened("chapters/caching/practice/"), stub.name)
    assert again.ask("root.querySelector('.sd-mark').textContent") == "Solved"
    again.engine.js("localStorage.clear()")
