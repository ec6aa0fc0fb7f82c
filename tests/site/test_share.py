"""Links to code, files to keep, and where the keyboard is, in a real browser."""

import csv
import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import expect
from snippet import WAIT_MS, Snippet, code_in, fragment

from sitebuild import DOCS, fences, records
from sitebuild.testing import hosting

pytestmark = pytest.mark.slow

CAP = "chapters/cap/"
SVG = "{http://www.w3.org/2000/svg}"
GO = "hash => { location.hash = hash; }"
UNICODE = "print('naïve — ∑ 🦉 \\u2028')  # “quoted”\n\tx = 'ÅÅ'\n" * 40
(DRAWN,) = (block for block in fences.scan(DOCS) if block.name == "cut-cable")
TABLE = next(block for block in fences.scan(DOCS) if block.name == "cap/overdraft")


def copied(page: Any) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def saved(page: Any, button: Any) -> tuple[str, str]:
    """Press a button that saves a file; return the file's name and text."""
    with page.expect_download() as download:
        button.click()
    # Not through text mode, which would mend the ends of lines.
    content = Path(download.value.path()).read_bytes().decode()
    return download.value.suggested_filename, content


def rows_of(figure: Snippet) -> list[list[str]]:
    rows = "t => [...t.rows].map(r => [...r.cells].map(c => c.textContent))"
    return list(figure.root.locator(".sd-numbers table:not([hidden])").evaluate(rows))


@pytest.mark.parametrize(
    ("name", "button"),
    [("the-story", "Link"), ("cut-cable", "Copy link"), ("cap-overdraft", "Copy link")],
)
def test_a_copied_link_leads_to_its_place(cap: Any, name: str, button: str) -> None:
    place = Snippet(cap, name)
    place.press(button)
    expect(place.root.get_by_text(re.compile("opied"))).to_be_visible()
    link = copied(cap)
    assert link == f"{cap.url.partition('#')[0]}#{name}"
    cap.goto(link)
    expect(place.root).to_be_in_viewport()


def test_the_saved_picture_stands_alone_with_its_words(figure: Snippet) -> None:
    name, text = saved(figure.page, figure.button("Save SVG"))
    assert name == "cut-cable.svg"
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == "Two ATMs and a cut cable"
    assert "Paid 80 of 100" in (root.findtext(f"{SVG}desc") or "")
    assert len(root.findall(f".//{SVG}text")) > 10
    assert "clip-path" not in text


def test_the_saved_numbers_are_those_of_the_table(figure: Snippet) -> None:
    name, text = saved(figure.page, figure.button("Save CSV"))
    assert name == "cut-cable.csv"
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows == rows_of(figure)
    recorded = [line.split() for line in (DRAWN.recorded or "").splitlines()]
    assert [" ".join(row).split() for row in rows] == recorded
    record = Snippet(figure.page, TABLE.anchor)
    _, text = saved(figure.page, record.button("Save CSV"))
    held = records.load_for(TABLE)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows == [list(held.columns), *map(list, held.rows)]


def test_what_is_saved_after_a_run_is_what_is_shown(figure: Snippet) -> None:
    edited = DRAWN.code.replace("LAST_AMOUNT = 20", "LAST_AMOUNT = 25")
    figure.write(edited.replace("Two ATMs and", "Two 'ATMs' &"))
    figure.run()
    root = ET.fromstring(saved(figure.page, figure.button("Save SVG"))[1])
    assert root.findtext(f"{SVG}title") == "Two 'ATMs' & a cut cable"
    rows = list(
        csv.reader(io.StringIO(saved(figure.page, figure.button("Save CSV"))[1]))
    )
    assert rows == rows_of(figure)
    assert ["70", "ATM2", "asked for 25"] in rows


def test_a_shared_link_shows_its_code_and_runs_it_only_when_told(
    story: Snippet,
    host: Callable[[Path], hosting.Host],
    published: Any,
    tab: Callable[..., Any],
) -> None:
    code = "print('from afar: ∑')"
    story.write(code)
    story.press("Share")
    expect(story.status).to_contain_text("Link copied:")
    own = host(published.folder)
    link = copied(story.page).replace(published.host.url, own.url)
    linked = Snippet(tab(link), "the-story")
    run = linked.button("Run this code")
    expect(linked.notice).to_be_focused()
    expect(linked.root).to_be_in_viewport()
    assert linked.code == code
    assert "not what was published" in linked.root.locator(".sd-notice").inner_text()
    assert linked.live.count() == 0
    runtime = re.compile("/(worker.js|pyodide|wheels)")
    assert not [sent for sent in own.sent if runtime.search(sent.path)]
    run.click()
    linked.ended()
    assert linked.printed == "from afar: ∑\n"
    assert linked.root.locator(".sd-notice").count() == 0
    expect(linked.button("Run")).to_be_focused()


def test_code_comes_out_of_a_link_as_it_went_in(story: Snippet) -> None:
    story.page.evaluate(GO, fragment("the-story", UNICODE))
    expect(story.notice).to_be_focused()
    story.press("Share")
    expect(story.status).to_contain_text("Link copied:")
    assert code_in(copied(story.page)) == ("the-story", UNICODE.rstrip())
    story.press("Show the published code")
    expect(story.button("Edit")).to_be_focused()
    assert story.root.locator(".cm-editor, .sd-notice").count() == 0


def test_a_link_to_a_figure_s_code_unfolds_it(cap: Any) -> None:
    figure = Snippet(cap, "refusing")
    cap.evaluate(GO, fragment("refusing", "print(1)"))
    expect(figure.notice).to_be_focused()
    assert figure.code == "print(1)"
    figure.press("Show the published code")


@pytest.mark.parametrize(
    ("hash_", "words"),
    [
        ("#run=", "This link is damaged: it does not hold a snippet's code."),
        ("#run=the-story.a%20b", "This link is damaged: it does not hold"),
        (
            fragment("the-story", "print(1)")[:-4],
            "This link is damaged: its code cannot be unpacked.",
        ),
        ("#run=the-story.____", "This link is damaged: its code cannot be unpacked."),
        (fragment("no-such", "print(1)"), "This page has no snippet no-such"),
        (fragment("the-story", "x" * 5_000_000), "The code in this link is too long"),
        (fragment("the-story", "x" * 20_001), "Too long for a link: code of 20,001"),
    ],
    ids=["empty", "odd", "cut off", "garbled", "unknown", "a bomb", "too long"],
)
def test_a_link_that_cannot_be_followed_says_why(
    cap: Any, hash_: str, words: str
) -> None:
    cap.evaluate(GO, hash_)
    notice = cap.get_by_role("alert").filter(has_text=words)
    expect(notice).to_be_visible()
    assert cap.locator(".sd-linked").count() == 1
    assert cap.locator(".cm-editor").count() == 0
    cap.evaluate("history.replaceState(null, '', location.pathname)")


def test_code_too_long_for_a_link_is_not_shared(story: Snippet) -> None:
    words = random.Random(7)
    noise = "".join(words.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=12_000))
    story.write(f"x = '{noise}'")
    story.press("Share")
    expect(story.status).to_contain_text("Too long for a link: a link of")
    story.write("x" * 20_001)
    story.press("Share")
    expect(story.status).to_contain_text("code of 20,001 characters; at most 20,000")


def test_the_keyboard_stays_where_the_reader_is(story: Snippet) -> None:
    """Focus that falls back to the page's body sends a reader to its start."""
    keys = story.page.keyboard

    def press(name: str) -> None:
        story.button(name).focus()
        keys.press("Enter")

    press("Run")
    story.ended()
    expect(story.button("Run")).to_be_focused()
    press("Edit")
    expect(story.editor).to_be_focused()
    story.write("print('before')\nwhile True:\n    pass")
    keys.press("Control+Enter")
    expect(story.live).to_have_text("before", timeout=WAIT_MS)
    expect(story.editor).to_be_focused()
    press("Stop")
    expect(story.button("Run")).to_be_focused()
    press("Share")
    expect(story.status).to_contain_text("Link copied:")
    expect(story.button("Share")).to_be_focused()
    press("Reset")
    expect(story.button("Edit")).to_be_focused()
    story.button("Link").focus()
    keys.press("Enter")
    expect(story.button("Link")).to_be_focused()


def test_the_status_says_the_verdict_and_how_the_output_begins(story: Snippet) -> None:
    story.run_code("print('the first words')\nprint('x' * 1000)")
    assert "2 of 2 lines differ from what was published. Output: the first" in (
        story.spoken
    )
    assert len(story.spoken) < 500


def test_a_link_s_code_stands_alone_and_is_not_run_by_a_run_under_way(
    story: Snippet,
) -> None:
    """A run that is judged a second time must not take the link's code."""
    spoilt = Snippet(story.page, "merge-rules")
    spoilt.write(
        "import sdnotes.cap, time\nfrom sdnotes.cap import atm\nprint('spoilt')"
    )
    spoilt.run()
    assert story.run().endswith("Same as published.")
    story.press("Run")
    story.page.evaluate(GO, fragment("the-story", "print('not asked')"))
    expect(story.notice).to_be_focused()
    assert story.live.count() == 0
    assert story.said == ""
    story.page.evaluate(GO, fragment("the-story", "print('a second link')"))
    expect(story.editor).to_contain_text("a second link")
    assert story.notice.count() == 1
    assert story.live.count() == 0
    story.press("Show the published code")


def test_the_way_back_to_a_link_keeps_what_was_written(story: Snippet) -> None:
    story.page.evaluate(GO, fragment("the-story", "print('linked')"))
    expect(story.notice).to_be_focused()
    story.write("print('mine')")
    story.page.evaluate("() => { location.hash = '#cut-cable'; }")
    story.page.go_back()
    expect(story.notice).to_be_visible()
    assert story.code == "print('mine')"
    story.press("Show the published code")


def test_a_link_asks_before_it_undoes_what_the_reader_wrote(story: Snippet) -> None:
    page = story.page
    asking = story.root.get_by_role("group", name="Your code or the link's")
    page.evaluate(GO, fragment("the-story", "print('as it came')"))
    expect(story.notice).to_be_focused()
    story.write("print('mine')")
    page.evaluate(GO, fragment("the-story", "print('another')"))
    expect(asking).to_be_focused()
    assert story.code == "print('mine')"
    page.keyboard.press("Tab")
    expect(story.button("Keep mine")).to_be_focused()
    page.keyboard.press("Enter")
    expect(story.editor).to_be_focused()
    expect(asking).to_have_count(0)
    assert story.code == "print('mine')"
    for words in ("print('a third')", "print('a fourth')"):
        page.evaluate(GO, fragment("the-story", words))
        expect(asking).to_be_focused()
        expect(asking).to_have_count(1)
    story.press("Show the link's")
    expect(story.notice).to_be_focused()
    assert story.code == "print('a fourth')"
    expect(asking).to_have_count(0)


def test_a_link_does_not_ask_where_nothing_is_lost(story: Snippet) -> None:
    asking = story.root.get_by_role("group", name="Your code or the link's")
    story.press("Edit")
    expect(story.editor).to_be_focused()
    story.page.evaluate(GO, fragment("the-story", "print('mine')"))
    expect(story.notice).to_be_focused()  # it was as published
    story.press("Show the published code")
    story.write("print('the same')\n")
    story.page.evaluate(GO, fragment("the-story", "print('the same')"))
    expect(story.notice).to_be_focused()  # it is what the link holds
    expect(asking).to_have_count(0)
    story.write("print('not mine')")
    story.page.evaluate(GO, fragment("the-story", "print('theirs')"))
    expect(asking).to_be_focused()
    story.press("Reset")
    expect(story.button("Edit")).to_be_focused()
    expect(story.notice).to_have_count(0)
    expect(story.editor).to_have_count(0)


def test_what_could_hide_in_a_link_s_code_is_seen(story: Snippet) -> None:
    hidden = "x = 1 \u202e\u200b" + " " * 300 + ";print('hidden')"
    story.page.evaluate(GO, fragment("the-story", hidden))
    expect(story.notice).to_be_focused()
    assert story.root.locator(".cm-specialChar").count() == 2
    scroller = story.root.locator(".cm-scroller")
    assert scroller.evaluate("e => e.scrollWidth <= e.clientWidth")
    story.press("Show the published code")
