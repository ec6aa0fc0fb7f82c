"""Lay down the files of a new chapter, with all parts that a chapter has, in order.

sdnotes/<slug>/__init__.py       docs/chapters/<slug>/index.md
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

    The answer, in three to six sentences, in words that a reader knows before reading
    on. Whoever is in a hurry stops here.

Why care: one real incident, or one published figure, with its source.[^incident]

## By hand

An example with small numbers, that a reader can follow with a pencil: who does what,
step by step, and what comes out. One page, no code. The next snippet runs it.

## The same, run

First the thing, then its name in bold, with a line of its own in the glossary.

```python name="{name}-question"
import sdnotes.{slug}

print((sdnotes.{slug}.__doc__ or "").splitlines()[0])
```

```output
{slug}: the question of this chapter, in one sentence.
```

## What goes wrong

The failure before the fix: the picture shows both, and this sentence says what a reader
is to see in it.

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

What mends it, how it works, what it gives, and what it costs. One idea a section, four
to six sections; each names the class to take into one's own code.

!!! claim "“What is often said.” Imprecise."

    The sentence that is true, with its source. Where it stands among
    [all claims](../../claims.md).

## What to do when it burns

How one sees it in production: which graph, which line of a log, which number.

1. The first step, which can do no harm.
2. The next one, and what it gives up.
3. Whom to tell.

## On real systems

<div class="sd-systems" markdown>

| System | By default | Can be set to | Which then gives up | From |
|---|---|---|---|---|
| **A product** 1.0 | what it does | a setting | what it costs | manual[^product] |

</div>

## Choosing

| If | take | shown |
|---|---|---|
| this holds | that setting | [above](#what-goes-wrong) |

## Check yourself

??? question "What goes wrong first?"

    The answer, and [where it is shown](#what-goes-wrong).

## Sources

- The code of this chapter: [`sdnotes.{slug}`](../../reference/{slug}.md).

[^incident]: Author: [Title](https://example.org/), year, section.
[^product]: The product, its version: [the page of its manual](https://example.org/).
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
    added = [f"      - {title}:", f"          - chapters/{slug}/index.md"]
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
