"""A folder of pages with one chapter and a small glossary, for what reads words."""

from pathlib import Path

import pytest

from sitebuild import glossary, glossary_links, terms

COIN = "chapters/coin/index.md"
CHAPTER = """# Coin

A toss shows heads.

## By hand

A toss is a throw. Two tosses, and a fair coin.

## Many tosses

More of them.
"""
HEAD = "# Glossary\n\nEach term once.\n\n"
TOSS = """toss { #toss }
:   A coin is thrown once,
    and shows a side.
    [Coin: By hand](chapters/coin/index.md#by-hand),
    [Coin: Many](chapters/coin/index.md#many-tosses)
"""
TERMS = f"""{HEAD}{TOSS}
CAP {{ #cap }}
:   A theorem.
    [Coin: By hand](chapters/coin/index.md#by-hand)

hot key {{ #hot-key }}
:   A key.
    [Coin: By hand](chapters/coin/index.md#by-hand)

term (of a leader) {{ #term }}
:   A number.
    [Coin: By hand](chapters/coin/index.md#by-hand)
"""


def lay_down(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the chapter into a folder, which all modules then take for docs/."""
    page = folder / COIN
    page.parent.mkdir(parents=True)
    page.write_text(CHAPTER, "utf-8")
    for module in (glossary_links, terms):
        monkeypatch.setattr(module, "DOCS", folder)
    monkeypatch.setattr(glossary, "PAGE", folder / "glossary.md")
    return folder


def known(docs: Path) -> terms.Finder:
    """Return what finds the terms of the small glossary, which is written for it."""
    (docs / "glossary.md").write_text(TERMS, "utf-8")
    return terms.finder(glossary.read())
