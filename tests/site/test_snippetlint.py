"""What ruff says of a snippet is said at the line of its page."""

from pathlib import Path

import pytest

from sitebuild import ROOT, snippetlint
from sitebuild.fences import scan_text

READS = ("docs/**/*.md", "*.md", "tests/*/*.md", "pyproject.toml")

PAGE = ROOT / "docs" / "chapters" / "planted.md"


def said_of(*snippets: str) -> list[str]:
    """Return what is said of a page that begins with these snippets, from line 3 on."""
    fences = (
        f'```python name="s-{chr(97 + number)}"\n{code}\n```\n'
        for number, code in enumerate(snippets)
    )
    blocks = scan_text("# T\n\n" + "\n".join(fences), Path(PAGE))
    return [str(problem) for problem in snippetlint.remarks(blocks)]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import math\n\nprint(1)", ":4: F401 `math` imported but unused"),
        ("print(rows)", ":4: F821 Undefined name `rows`"),
        (
            "def f():\n    rows = 1\n\n\nf()",
            ":5: F841 Local variable `rows` is assigned to but never used",
        ),
        (
            "from sdnotes.herd.storm import _Play\n\nprint(_Play)",
            ":4: PLC2701 Private name import `_Play` from external module "
            "`sdnotes.herd.storm`",
        ),
        (
            "from sdnotes.caching import LRUCache\n\nprint(LRUCache(2)._values)",
            ":6: SLF001 Private member accessed: `_values`",
        ),
        (
            "naïve = 1\nprint(naïve)",
            ":4: PLC2401 Variable name `naïve` contains a non-ASCII character",
        ),
        (
            'print("p\N{CYRILLIC SMALL LETTER A}id")',
            ":4: RUF001 String contains ambiguous `\N{CYRILLIC SMALL LETTER A}` "
            "(CYRILLIC SMALL LETTER A). Did you mean `a` (LATIN SMALL LETTER A)?",
        ),
    ],
)
def test_what_a_module_may_not_do_a_snippet_may_not_either(
    code: str, said: str
) -> None:
    assert said_of(code) == [f"docs/chapters/planted.md{said}"]


def test_a_snippet_needs_no_docstring_may_print_and_may_be_plain() -> None:
    code = (
        "from random import Random\nfrom sdnotes.caching import LRUCache\n\n\n"
        "def gone(capacity):\n    out = []\n    cache = LRUCache(\n"
        "        capacity, on_evict=lambda key, value: out.append(key)\n    )\n"
        "    for key in 'aab':\n        cache.access(key)\n    return out\n\n\n"
        "print(gone(1), Random(1).random() < 1)"
    )
    assert said_of(code) == []


def test_each_remark_is_said_of_its_own_snippet() -> None:
    found = said_of("print(1)", "import math\n\nprint(1)", "print(x)")
    assert [each.partition(": ")[0].rpartition(":")[2] for each in found] == ["8", "14"]


def test_ruff_has_no_remark_on_ours() -> None:
    assert [str(problem) for problem in snippetlint.problems()] == []
