"""A built chapter, cut short: its headings, a few blocks of all its pages on one page.

What tests the buttons, the player or a link needs some snippets and figures, and no
whole chapter around them, nor all that the search knows: a browser takes seconds to lay
out the one and to take in the other, at each visit. That whole pages are sound is
tested in test_pages.py, on every one of them.
"""

import json
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

CHAPTER = "chapters/cap/index.html"
HEADINGS = {"h1", "h2", "h3"}
BLOCKS = {
    "": {"the-story", "cut-cable", "refusing", "merge-rules", "overdraft", "escrow"},
    "merging": {"duplicates", "or-set", "siblings"},
    "quorums": {"turn-the-quorum"},
    "price": {"cap-overdraft"},
}
"""What is kept of the chapter, and what is put behind it from its deeper pages."""


def cut_short(site: Path) -> None:
    """Cut the chapter in a site short, and what can be searched for."""
    index = site / "search" / "search_index.json"
    known = json.loads(index.read_text("utf-8"))
    known["docs"] = [place for place in known["docs"] if place["location"] == ""]
    assert known["docs"]
    index.write_text(json.dumps(known), "utf-8")
    page = site / CHAPTER
    tree = LexborHTMLParser(page.read_text("utf-8"))
    article = tree.css_first("article")
    assert article is not None
    kept = set()
    for part in list(article.iter()):
        name = part.attributes.get("id")
        if name in BLOCKS[""]:
            kept.add(name)
        elif part.tag not in HEADINGS:
            part.decompose()
    assert kept == BLOCKS[""]
    for folder, names in BLOCKS.items():
        if folder:
            text = (page.parent / folder / "index.html").read_text("utf-8")
            deeper = LexborHTMLParser(text)
            for name in sorted(names):
                block = deeper.css_first(f"#{name}")
                assert block is not None
                article.insert_child(block)
    assert tree.html is not None
    page.write_text(tree.html, "utf-8")
