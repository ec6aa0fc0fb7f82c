"""What is said of how long a page takes to read, where it is said."""

from pathlib import Path

import pytest
from markdown import Markdown
from selectolax.lexbor import LexborHTMLParser

from sitebuild import pagelimits, reading

READS = ("mkdocs.yml",)
PAGE = "# Coins\n\n" + "word " * 600 + "\n"
MAP = """# Home

- **[None](chapters/none/index.md)** No such page.

<div class="sd-map" markdown>

- **[Coins](chapters/coins/index.md)** Which side?
- **Dice** How many?
- A link to [Coins](chapters/coins/index.md), later.

</div>
"""


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pages: a chapter's, and the home page that leads to it."""
    chapter = tmp_path / "chapters" / "coins" / "index.md"
    chapter.parent.mkdir(parents=True)
    chapter.write_text(PAGE, "utf-8")
    (tmp_path / "index.md").write_text(MAP, "utf-8")
    for module in (reading, pagelimits):
        monkeypatch.setattr(module, "DOCS", tmp_path)
    return tmp_path


def made(text: str) -> LexborHTMLParser:
    extensions = ["md_in_html", "sitebuild.reading"]
    return LexborHTMLParser(Markdown(extensions=extensions).convert(text))


def test_a_chapter_s_page_says_under_its_title_how_long_it_takes(docs: Path) -> None:
    (line,) = made(PAGE).css("h1 + p.sd-minutes")
    assert line.text() == "4 minutes to read"
    assert made(MAP).css("p.sd-minutes") == []


def test_the_map_says_how_long_the_first_page_of_a_chapter_takes(docs: Path) -> None:
    items = [item.text(strip=True) for item in made(MAP).css("li")]
    assert items == [
        "NoneNo such page.",
        "CoinsWhich side?4 min",
        "DiceHow many?",
        "A link toCoins, later.",
    ]
    elsewhere = made(MAP.replace("Dice", "Cards"))
    assert elsewhere.css("li span") == []
