"""Figures drawn anew by a run in a real browser, and put back."""

import re

import pytest
from playwright.sync_api import expect
from snippet import Snippet

from sitebuild import DOCS, fences

pytestmark = pytest.mark.slow

(DRAWN,) = (block for block in fences.scan(DOCS) if block.name == "cut-cable")
(STORY,) = (block for block in fences.scan(DOCS) if block.name == "the-story")
EDITED = DRAWN.code.replace("LAST_AMOUNT = 20", "LAST_AMOUNT = 25").replace(
    "Two ATMs and a cut cable", "Twenty-five"
)
LOOK = """svg => {
  const of = e => { const s = getComputedStyle(e); return [s.fill, s.fontSize,
    s.fontFamily, s.stroke, s.strokeWidth, s.textAnchor].join(); };
  return [...svg.querySelectorAll("text,line,circle,path,rect")].map(of).join("|");
}"""


def rows(figure: Snippet) -> list[str]:
    table = figure.root.locator(".sd-numbers table:visible")
    return [" ".join(row.split("\t")) for row in table.inner_text().splitlines()]


def test_a_figure_run_as_published_looks_and_counts_as_before(figure: Snippet) -> None:
    published = figure.root.locator(".sd-picture > svg")
    look, words = published.evaluate(LOOK), figure.root.locator("figcaption")
    caption, numbers = words.inner_text(), rows(figure)
    assert re.fullmatch(r"Ran in \d+ ms\. Same as published\.", figure.run())
    assert figure.root.locator(".sd-picture > svg").count() == 0
    assert figure.root.locator(".sd-redrawn svg").evaluate(LOOK) == look
    assert (words.inner_text(), rows(figure)) == (caption, numbers)
    assert figure.differing == []
    assert not figure.live.is_visible()


def test_an_edited_figure_is_drawn_in_place_with_its_words_and_numbers(
    figure: Snippet,
) -> None:
    assert EDITED.count("25") == 1
    figure.write(EDITED)
    said = figure.run()
    assert "rows differ from what was published." in said
    drawn = figure.root.locator(".sd-picture svg")
    assert drawn.count() == 1
    assert "shows 25" in drawn.locator("text").all_text_contents()
    assert (
        figure.root.locator("figcaption").inner_text().startswith("Twenty-five. Paid")
    )
    assert figure.root.locator(".sd-numbers table:visible").count() == 1
    assert "70 ATM2 asked for 25" in rows(figure)
    assert "70ATM2asked for 25" in figure.differing
    marked = int(re.findall(r"(\d+) of \d+ rows", said)[0])
    assert len(figure.differing) == marked
    assert marked < len(rows(figure)) - 1
    described = figure.spoken.partition("Output: ")[2]
    assert described.startswith("Paid 85 of 100; in the end")


def test_reset_brings_the_very_figure_back(figure: Snippet) -> None:
    # The player adds a mark of its own, and anew to a picture that comes back.
    own = ":not(clipPath, clipPath *, .sd-now)"
    every = f"e => window.old = [e, ...e.querySelectorAll('{own}')]"
    still = "figcaption, .sd-numbers, .sd-bar, .language-py"
    parts = figure.root.locator(still)
    before = parts.evaluate_all("es => es.map(e => e.outerHTML)")
    svg = figure.root.locator(".sd-picture > svg")
    svg.evaluate(every)
    figure.write(EDITED)
    figure.run()
    figure.press("Reset")
    same = f"""e => [e, ...e.querySelectorAll('{own}')].every(
      (node, place) => node === window.old[place])"""
    assert svg.evaluate(same)
    assert parts.evaluate_all("es => es.map(e => e.outerHTML)") == before


def test_a_figure_s_code_that_prints_no_figure_says_so(figure: Snippet) -> None:
    assert figure.run_code("print('no picture')") == "no picture\n"
    assert figure.said.endswith("It printed no figure.")
    assert figure.live.is_visible()
    assert figure.root.locator(".sd-picture > svg").is_visible()


def test_a_snippet_that_prints_a_figure_shows_the_picture(story: Snippet) -> None:
    story.write(EDITED)
    story.run()
    picture = story.live.get_by_role("img", name="Twenty-five")
    expect(picture).to_be_visible()
    assert "<svg" not in story.live.inner_text()
    story.press("Reset")
    assert picture.count() == 0


def test_a_figure_s_code_that_fails_gets_no_verdict_and_shows_its_error(
    figure: Snippet,
) -> None:
    figure.write(f"{DRAWN.code}\nraise ValueError('after all')")
    assert re.fullmatch(r"Ended with an error in \d+ ms\.", figure.run())
    assert "ValueError: after all" in figure.live.inner_text()
    assert "<svg" not in figure.live.inner_text()
    assert figure.root.locator(".sd-redrawn").count() == 0


def test_another_picture_of_the_same_numbers_is_not_called_the_same(
    figure: Snippet,
) -> None:
    figure.write(DRAWN.code.replace("Two ATMs and", "Two machines and"))
    said = figure.run()
    assert said.endswith("Same numbers as published, in another picture.")


def test_a_run_without_a_figure_leaves_no_older_drawing(figure: Snippet) -> None:
    figure.write(EDITED)
    figure.run()
    figure.run_code("print('no picture')")
    assert figure.root.locator(".sd-redrawn").count() == 0
    assert figure.differing == []
    assert not figure.root.locator("figcaption").inner_text().startswith("Twenty")


def test_a_picture_before_an_error_hides_no_traceback(story: Snippet) -> None:
    story.write(f"{DRAWN.code}\n1 / 0")
    story.run()
    assert story.live.get_by_role("img").count() == 1
    assert "ZeroDivisionError" in story.live.inner_text()


def test_an_odd_picture_keeps_no_other_snippet_waiting(
    figure: Snippet, story: Snippet
) -> None:
    odd = (
        DRAWN.code.replace("print(\n", "print(str(\n")
        + ".replace('data-step=\"3\"', ''))"
    )
    figure.write(odd)
    figure.run()
    assert story.run().endswith("Same as published.")
