"""Lay down the files of a new chapter, all that the mirror asks for, and no more.

sdnotes/<slug>/__init__.py    docs/chapters/<slug>.md    tests/<slug>/test_chapter.py
one line of nav, one in sdnotes/__init__.py              docs/reference/<slug>.md
one link on the home page
"""

import keyword
import re

from sitebuild import DOCS, ROOT
from sitebuild.problems import Problem, ProblemError, relative
from sitebuild.whole import write_whole

_PACKAGE = '''"""{slug}: the question of this chapter, in one sentence.

The idea, with one worked example as a table or picture of at most 12 lines.

Source: author, year, section. Left out: what. Chapter: docs/chapters/{slug}.md.
"""
'''
_CHAPTER = """# {title}

The question, in one sentence. The answer, in three to six: a reader in a hurry stops
here.

## By hand

An example with numbers, that the next snippet then runs.

```python name="{name}"
import sdnotes.{slug}

print((sdnotes.{slug}.__doc__ or "").splitlines()[0])
```

```output
{slug}: the question of this chapter, in one sentence.
```
"""
_REFERENCE = """# sdnotes.{slug}

The chapter that uses it: [{title}](../chapters/{slug}.md).

::: sdnotes.{slug}
"""
_TEST = """import sdnotes.{slug}


def test_the_package_states_its_question() -> None:
    assert "{slug}" in (sdnotes.{slug}.__doc__ or "")
"""


def _insert_in_nav(slug: str, title: str) -> None:
    path = ROOT / "mkdocs.yml"
    lines = path.read_text("utf-8").splitlines()
    for folder, label in (("chapters", title), ("reference", f"sdnotes.{slug}")):
        entry = f"      - {label}: {folder}/{slug}.md"
        places = [i for i, line in enumerate(lines) if f": {folder}/" in line]
        shared = [i for i in places if re.search(r"sdnotes\.(sim|figures):", lines[i])]
        lines.insert(min(shared) if shared else max(places) + 1, entry)
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
        line = f"- **[{match['title']}](chapters/{slug}.md)** {match['q']}"
        text = text.replace(match[0], line)
    else:
        # After the map's last item: other lists of the page begin like it.
        start = text.index("\n## The map\n") + 1
        end = text.find("\n## ", start)
        items = re.finditer(r"^- \*\*.*$", text[start:end], re.MULTILINE)
        at = start + list(items)[-1].end()
        line = f"\n- **[{title}](chapters/{slug}.md)** The question."
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
        ROOT / "sdnotes" / slug / "__init__.py": _PACKAGE,
        DOCS / "chapters" / f"{slug}.md": _CHAPTER,
        DOCS / "reference" / f"{slug}.md": _REFERENCE,
        ROOT / "tests" / slug / "test_chapter.py": _TEST,
    }
    for path in (*files, ROOT / "sdnotes" / f"{slug}.py"):
        if path.exists():
            raise ProblemError(Problem(relative(path), 1, "stands here already"))
    for path, template in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        name = f"{slug.replace('_', '-')}-question"
        write_whole(path, template.format(slug=slug, title=title, name=name))
        print(f"wrote {relative(path)}")
    _insert_in_nav(slug, title)
    _list_in_package(slug)
    _link_from_home(slug, title)
    print("added to mkdocs.yml, sdnotes and docs/index.md; `make quick` is green now")
