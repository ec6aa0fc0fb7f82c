"""Lay down the files of a new chapter, with all parts that a chapter has, in order.

sdnotes/<slug>/__init__.py       docs/chapters/<slug>/index.md, systems.md, practice.md
tests/<slug>/test_chapter.py     docs/reference/<slug>.md
its lines of nav, one in sdnotes/__init__.py, one link on the home page
"""

import keyword
import re

from sitebuild import DOCS, ROOT
from sitebuild.problems import Problem, ProblemError, relative
from sitebuild.whole import write_whole

PACKAGE = '''"""{slug}: the question of this chapter, in one sentence.

The idea, with one worked example as a table or picture of at most 12 lines.

Source: author, year, section. Left out: what. Chapter: docs/chapters/{slug}/.
"""
'''
CHAPTER = """# {title}

<p class="sd-question">The question, in one sentence?</p>

!!! answer "In short"

    The answer, in at most five sentences, in words that a reader knows before reading
    on. Whoever is in a hurry stops here.

Why care: one real incident, or one published figure, with its source.[^incident]

## By hand

An example with small numbers, that a reader can follow with a pencil: who does what,
step by step, and what comes out. No code yet. The next snippet runs it.

## The same, run

The same example, run, and what a reader is to see in the picture.

```python figure="{name}-picture"
from sdnotes.figures.chart import line_chart

print(
    line_chart(
        {{"as it is": [(1, 1), (2, 4)], "mended": [(1, 1), (2, 2)]}},
        title="The failure, and the fix",
        description="As it is, the second step costs four times the first one. "
        "Mended, it costs twice as much.",
        x_label="step",
        y_label="cost",
    )
)
```

```output
series    step  cost
as it is     1     1
as it is     2     4
mended       1     1
mended       2     2
```

## What goes wrong

The failure, shown; then the idea that mends it, in words. Here is all of it, to change:

```python name="{name}-idea" mechanism
import sdnotes.{slug}

print((sdnotes.{slug}.__doc__ or "").splitlines()[0])
```

```output
{slug}: the question of this chapter, in one sentence.
```

What it gives, and what it costs. Then its name in bold, with a line of its own in the
glossary, and the class to take into one's own code. Four to six such sections.

## How you see it, and what to do first

Which graph, which line of a log, which number shows it in production.

1. The first step, which can do no harm.
2. The next one, and what it gives up.
3. Whom to tell.

## Which one to take

| If | take | shown |
|---|---|---|
| this holds | that setting | [above](#what-goes-wrong) |

## In six lines

The summary, now with the terms.

## Go deeper

- [On real systems](systems.md): what products do by default.
- [Practice](practice.md): exercises that judge themselves.
- The code of this chapter: [`sdnotes.{slug}`](../../reference/{slug}.md).

[^incident]: Author: [Title](https://example.org/), year, section.
"""
SYSTEMS = """# {title} on real systems

<p class="sd-question">What do products do by default, and what can they be told?</p>

<div class="sd-systems" markdown>

| System | By default | Can be set to | Which then gives up | From |
|---|---|---|---|---|
| **A product** 1.0 | what it does | a setting | what it costs | manual[^product] |

</div>

[^product]: The product, its version: [the page of its manual](https://example.org/).
"""
PRACTICE = """# Practice: {title}

<p class="sd-question">What can a reader do after this chapter?</p>

What one does here, in three sentences. *Check* tries an answer on many small cases, and
shows the smallest one that fails.

## The first exercise

The situation with small numbers, and the task in one sentence.

```python exercise="{name}-double"
def double(number):
    return ...
```

??? hint "Hint 1"

    Where to look.

??? hint "Hint 2"

    Nearly all of it.

```python check="{name}-double"
def check(yours):
    for number in range(5):
        got = yours.double(number)
        if got != 2 * number:
            raise Wrong(f"Of {{number}} yours makes {{got}}, not {{2 * number}}.")
```

```python solution="{name}-double"
def double(number):
    return 2 * number
```

```python wrong="{name}-double"
def double(number):
    return number**2
```

```output
Of 1 yours makes 1, not 2.
```

```python wrong="{name}-double"
def double(number):
    return 4
```

```output
Of 0 yours makes 4, not 0.
```

## Check yourself

??? question "What goes wrong first?"

    The answer, and [where it is shown](index.md#what-goes-wrong).
"""
_REFERENCE = """# sdnotes.{slug}

The chapter that uses it: [{title}](../chapters/{slug}/index.md).

::: sdnotes.{slug}
"""
_TEST = """import sdnotes.{slug}


def test_the_package_states_its_question() -> None:
    assert "{slug}" in (sdnotes.{slug}.__doc__ or "")
"""


def _insert_in_nav(slug: str, title: str) -> None:
    path = ROOT / "mkdocs.yml"
    lines = path.read_text("utf-8").splitlines()
    chapters = [i for i, line in enumerate(lines) if " chapters/" in line]
    folder = f"chapters/{slug}"
    pages = (
        f"{folder}/index.md",
        f"On real systems: {folder}/systems.md",
        f"Practice: {folder}/practice.md",
    )
    added = [f"      - {title}:", *(f"          - {page}" for page in pages)]
    lines[max(chapters) + 1 : max(chapters) + 1] = added
    topics = [i for i, line in enumerate(lines) if ": reference/" in line]
    shared = [i for i in topics if re.search(r"sdnotes\.(sim|figures):", lines[i])]
    entry = f"      - sdnotes.{slug}: reference/{slug}.md"
    lines.insert(min(shared) if shared else max(topics) + 1, entry)
    write_whole(path, "\n".join(lines) + "\n")


def _list_in_package(slug: str) -> None:
    path = ROOT / "sdnotes" / "__init__.py"
    text = path.read_text("utf-8")
    topics = text[: text.index("\n\nThey share")]
    line = f"\n    {f'sdnotes.{slug}':<17}  the question of this chapter"
    write_whole(path, topics + line + text[len(topics) :])


def _link_from_home(slug: str, title: str) -> None:
    path = DOCS / "index.md"
    text = path.read_text("utf-8")
    coming = re.compile(
        rf"- \*\*(?P<title>[^*]+)\*\* (?P<q>.*) \*to come\*.*#{slug} .*"
    )
    if match := coming.search(text):
        line = f"- **[{match['title']}](chapters/{slug}/index.md)** {match['q']}"
        text = text.replace(match[0], line)
    else:
        # After the map's last item: other lists of the page begin like it.
        start = text.index("\n## The map\n") + 1
        end = text.find("\n## ", start)
        items = re.finditer(r"^- \*\*.*$", text[start:end], re.MULTILINE)
        at = start + list(items)[-1].end()
        line = f"\n- **[{title}](chapters/{slug}/index.md)** The question."
        text = text[:at] + line + text[at:]
    write_whole(path, text)


def lay_down(slug: str) -> None:
    """Write the files. Raises ProblemError for a bad slug or one that is taken."""
    usable = re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", slug)
    if not usable or keyword.iskeyword(slug):
        message = f"SLUG={slug!r} must be lower-case words joined by underscores"
        raise ProblemError(Problem("sdnotes", 1, message))
    title = slug.replace("_", " ").capitalize()
    files = {
        ROOT / "sdnotes" / slug / "__init__.py": PACKAGE,
        DOCS / "chapters" / slug / "index.md": CHAPTER,
        DOCS / "chapters" / slug / "systems.md": SYSTEMS,
        DOCS / "chapters" / slug / "practice.md": PRACTICE,
        DOCS / "reference" / f"{slug}.md": _REFERENCE,
        ROOT / "tests" / slug / "test_chapter.py": _TEST,
    }
    for path in (*files, ROOT / "sdnotes" / f"{slug}.py"):
        if path.exists():
            raise ProblemError(Problem(relative(path), 1, "stands here already"))
    for path, template in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        name = slug.replace("_", "-")
        write_whole(path, template.format(slug=slug, title=title, name=name))
        print(f"wrote {relative(path)}")
    _insert_in_nav(slug, title)
    _list_in_package(slug)
    _link_from_home(slug, title)
    print("added to mkdocs.yml, sdnotes and docs/index.md; `make quick` is green now")
