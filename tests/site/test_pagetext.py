"""A page is known by its text, with and without its front matter."""

import os
from pathlib import Path

from sitebuild.pagetext import page_of, without_front_matter

BODY = "# Coin\n\nHeads.\n"
WHOLE = f"---\ntitle: a coin\n---\n\n{BODY}"


def test_a_page_is_known_by_what_builders_hand_on_of_it(tmp_path: Path) -> None:
    page, other = tmp_path / "coin.md", tmp_path / "dice.md"
    page.write_text(WHOLE, "utf-8")
    other.write_text("# Dice\n", "utf-8")
    for text in (WHOLE, BODY, BODY.strip()):
        assert page_of(text, tmp_path) == page
    assert page_of("# Dice", tmp_path) == other
    assert page_of("A docstring.", tmp_path) is None


def test_a_page_that_was_edited_is_known_by_its_new_text(tmp_path: Path) -> None:
    page = tmp_path / "coin.md"
    page.write_text(BODY, "utf-8")
    assert page_of(BODY, tmp_path) == page
    page.write_text("# Other\n", "utf-8")
    later_ns = page.stat().st_mtime_ns + 1_000_000
    os.utime(page, ns=(later_ns, later_ns))
    assert page_of("# Other", tmp_path) == page
    assert page_of(BODY, tmp_path) is None


def test_lines_stay_where_they_are_without_the_front_matter() -> None:
    assert without_front_matter(WHOLE) == f"\n\n\n\n{BODY}"
