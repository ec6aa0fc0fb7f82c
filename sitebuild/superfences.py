"""The fences of ours as MkDocs and Zensical see them: a validator and formatters.

SuperFences swallows every exception of a formatter but its own, so whatever goes wrong
here leaves as a SuperFencesException, which ends the build in both.
"""

import html
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown_exec import base_format
from pymdownx.superfences import SuperFencesException

from sitebuild import (
    DOCS,
    ROOT,
    engine,
    excerpts,
    exercisehtml,
    exercises,
    fences,
    knobs,
    records,
    steady,
)
from sitebuild.build import BROWSER, SERVING
from sitebuild.files import files
from sitebuild.problems import ProblemError

_RESULT = '<div class="result"'

_index: dict[tuple[str, str, str], list[fences.Block]] = {}
_seen: dict[str, int] = {}


def _stamps(folder: Path, pattern: str) -> int:
    found = files(folder, f"**/{pattern}")
    return hash(tuple((str(path), path.stat().st_mtime_ns) for path in found))


def refresh() -> None:
    """Read again what has changed since the last block: ``make site`` keeps running."""
    package, text = _stamps(ROOT / "sdnotes", "*.py"), _stamps(DOCS, "*.md")
    if _seen.get("package") != package:
        engine.restart()
    if _seen.get("text") != text:
        _index.clear()
        for block in fences.scan(DOCS):
            key = (block.kind, block.name, block.code)
            _index.setdefault(key, []).append(block)
    _seen.update(package=package, text=text)


def _find(kind: str, name: str, code: str) -> fences.Block:
    key = (kind, name, code.rstrip("\n"))
    if key not in _index:
        raise SuperFencesException(
            f"docs/: the {kind} block {name!r} is rendered but was not found in any "
            "page; a fence must not be produced by another fence or a snippet"
        )
    return _index[key][0]


def validate(
    language: str,
    inputs: dict[str, str],
    options: dict[str, Any],
    attrs: dict[str, Any],
    md: Markdown,
) -> bool:
    """Accept every attribute: the scan of the page has already refused bad ones."""
    del language, attrs, md
    options.update(inputs)
    return True


def _place(kind: str) -> str:
    """Return the empty element that a script fills: none where no script will come."""
    return (
        f'<div class="{kind}" data-search-exclude></div>'
        if BROWSER in os.environ
        else ""
    )


def _code_html(code: str, md: Markdown, printed: str = "") -> str:
    """Return code, highlighted, and below it what it printed."""
    made = str(
        base_format(
            language="py",
            run=lambda code, **_: printed,  # noqa: ARG005 - the engine has run it
            code=code,
            md=md,
            source="block",
            result="text" if printed else "",
        )
    )
    return made if printed else made.partition(_RESULT)[0]


def _table_html(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    def line(cells: tuple[str, ...], tag: str) -> str:
        inner = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
        return f"<tr>{inner}</tr>"

    body = "".join(line(row, "td") for row in rows)
    return (
        '<div class="sd-numbers" tabindex="0" role="group" aria-label="Numbers">'
        '<table class="sd-table">'
        f"<thead>{line(columns, 'th')}</thead><tbody>{body}</tbody></table></div>"
    )


def _bar(block: fences.Block) -> str:
    """Return the place of a snippet's buttons, or why it has none."""
    if block.native:
        reason = html.escape(fences.NATIVE_REASONS[block.native])
        return f'<p class="sd-native">Runs here only: {reason}.</p>'
    return _place("sd-bar")


def _excerpt_html(block: fences.Block, name: str, md: Markdown) -> tuple[str, int]:
    """Return the source of an object, linked, and how many lines it takes."""
    try:
        shown = excerpts.excerpt(name)
    except excerpts.UnknownError as error:
        raise block.problem(str(error)) from error
    deep = len(block.path.relative_to(DOCS).with_suffix("").parts)
    up = "../" * (deep - (block.path.stem == "index"))
    link = f"{up}reference/{shown.slug}/#{shown.anchor}"
    return (
        f'<p class="sd-from"><a href="{link}"><code>{name}</code></a>, as it '
        f"stands in the package:</p>{_code_html(shown.code, md)}",
        len(shown.code.splitlines()) + 2,
    )


def _knobs(block: fences.Block) -> str:
    """Return the place of a block's controls, with what they can be turned to."""
    if not block.knobs or BROWSER not in os.environ:
        return ""
    told = html.escape(json.dumps(knobs.for_page(block.code)))
    return (
        f'<div class="sd-knobs" style="{_room(block)}" data-sd-knobs="{told}" '
        "data-search-exclude></div>"
    )


def _room(block: fences.Block) -> str:
    """Return how many rows a block's controls fill, one beside another or not."""
    count = len(block.knobs)
    return f"--sd-knobs:{count};--sd-knob-pairs:{(count + 1) // 2}"


def _snippet_html(block: fences.Block, result: engine.Result, md: Markdown) -> str:
    written = _code_html(block.code, md, result.text)
    source, mark, printed = written.partition(_RESULT)
    turned = _knobs(block)
    room = f";{_room(block)}" if turned else ""
    about, lines = "", len(f"{block.code}\n{result.text}".splitlines())
    if block.source is not None:
        excerpt, more = _excerpt_html(block, block.source, md)
        about, lines = f' data-sd-object="{block.source}"', lines + more
        # With an id of its own, by which the theme's copy button finds its code.
        driver = f'<div class="sd-driver" id="{block.anchor}-run">{source}</div>'
        source = excerpt + driver
    tools = f"{source}{turned}{_bar(block)}"
    body = f"{tools}{mark}{printed}"
    if block.flag == "fold":
        code = f"<summary>The code behind it</summary>{tools}"
        body = f'{mark}{printed}<details class="sd-fold">{code}</details>'
        lines = len(result.text.splitlines())
    if block.kind == "exercise":
        return exercisehtml.exercise(block, body, lines)
    return (
        f'<div class="sd-snippet" id="{block.anchor}" data-sd-name="{block.name}"'
        f'{about} style="--sd-lines:{lines}{room}">{body}</div>'
    )


_PHONE_PX = 358
"""The room for a picture on a telephone of 390 px."""


def _shape(svg: str) -> str:
    """Return the picture's height over its width as a style, for the page's layout.

    With the width that it does not go below, if it has one; and what is wider than a
    telephone's page is reached by keyboard, to be scrolled within its frame.
    """
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if found is None:
        return ""
    least = re.search(r'<svg[^>]* style="min-width:(\d+px)"', svg)
    kept = f";--sd-least:{least[1]}" if least else ""
    reached = ' tabindex="0"' if least and float(least[1][:-2]) > _PHONE_PX else ""
    shape = f"{float(found[2]) / float(found[1]):.5f}"
    return f' style="--sd-shape:{shape}{kept}"{reached}'


def _figure_html(block: fences.Block, result: engine.Result, md: Markdown) -> str:
    figure = result.figure
    assert figure is not None
    stop = "" if figure.title.endswith(("?", "!", ".")) else "."
    player = _place("sd-player") if 'class="sd-event"' in figure.svg else ""
    return (
        f'<figure class="sd-figure" id="{block.anchor}" data-sd-name="{block.name}">'
        f"{_knobs(block)}"
        f'<div class="sd-picture" data-search-exclude{_shape(figure.svg)}>'
        f"{figure.svg}</div>{player}"
        f"<figcaption><strong>{html.escape(figure.title)}{stop}</strong> "
        f"{html.escape(figure.description)}</figcaption>{_place('sd-tools')}"
        '<div class="sd-behind" data-search-exclude>'
        "<details><summary>The numbers behind it</summary>"
        f"{_table_html(figure.columns, figure.rows)}</details>"
        f"<details><summary>The code that drew it</summary>"
        f"{_code_html(block.code, md)}{_bar(block)}</details></div></figure>"
    )


def _record_html(block: fences.Block) -> str:
    record = records.load_for(block)
    provenance = re.sub(r"`(.*?)`", r"<code>\1</code>", html.escape(record.provenance))
    kind = f"sd-record sd-{record.kind}"
    return (
        f'<figure class="{kind}" id="{block.anchor}" data-sd-name="{block.name}">'
        f"{_table_html(record.columns, record.rows)}"
        f"<figcaption>{html.escape(record.caption)} "
        f'<span class="sd-provenance">{provenance}</span>'
        f"</figcaption>{_place('sd-tools')}</figure>"
    )


def render(
    source: str,
    language: str,
    class_name: str,
    options: dict[str, Any],
    md: Markdown,
    **kwargs: Any,
) -> str:
    """Return a block's HTML: its source and what it printed in this very build."""
    del class_name, kwargs
    kind = next((kind for kind in exercises.KINDS if kind in options), language)
    name = options.get("name") or options.get("figure") or options.get(kind) or ""
    try:
        return _rendered(kind, name, source, md)
    except ProblemError as error:
        if os.environ.get(SERVING):
            print(error, file=sys.stderr)
            return f'<pre class="sd-problem">{html.escape(str(error))}</pre>'
        raise SuperFencesException(str(error)) from error
    except SuperFencesException:
        raise
    except Exception as error:
        # SuperFences would show the source as prose instead, and the build would pass.
        message = f"docs/: {kind} block {name!r}: {type(error).__name__}: {error}"
        raise SuperFencesException(message) from error


def _rendered(kind: str, name: str, source: str, md: Markdown) -> str:
    refresh()
    block = _find(kind, name, source)
    if block.kind == "check":
        return exercisehtml.check(block, _code_html(block.code, md))
    result = steady.run(block)
    try:
        steady.check(block, result)
    except ProblemError as error:
        if not os.environ.get(SERVING):
            raise
        print(error, file=sys.stderr)
    if block.kind == "record":
        return _record_html(block)
    if block.figure:
        return _figure_html(block, result, md)
    if block.kind in exercises.PARTS:
        place = _place("sd-progress")
        return exercisehtml.answers(
            block, lambda part: _code_html(part.code, md), place
        )
    return _snippet_html(block, result, md)


def recorded(
    source: str,
    language: str,
    class_name: str,
    options: dict[str, Any],
    md: Markdown,
    **kwargs: Any,
) -> str:
    """Return nothing for an output fence: the real output stands there already."""
    del source, language, class_name, options, md, kwargs
    return ""
