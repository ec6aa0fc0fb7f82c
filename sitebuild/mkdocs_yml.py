"""What mkdocs.yml says, without loading what it names.

MkDocs's own loader imports each object behind a ``!!python/name``, which takes longer
than all checks together. Here what a tag stands for is None; all else is as written.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from sitebuild import ROOT
from sitebuild.problems import Problem, ProblemError

NAME = "mkdocs.yml"


class _Loader(yaml.CSafeLoader):  # type: ignore[misc]
    """Loads plain values, and None for what has a tag of its own."""


for _tag in ("!", "tag:yaml.org,2002:python/"):
    _Loader.add_multi_constructor(_tag, lambda *_: None)


def _load() -> dict[str, Any]:
    text = (ROOT / NAME).read_text("utf-8")
    try:
        return dict(yaml.load(text, _Loader))  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = f"this is no YAML: {error.problem}"
        raise ProblemError(Problem(NAME, line, message)) from error


def nav() -> list[Any]:
    """Return the nav: pages, or titles with what is below them.

    Raises ProblemError where the file is no YAML.
    """
    return list(_load()["nav"])


def pages() -> list[str]:
    """Return the nav's pages, in its order; raises as nav does."""
    return list(_entries(nav()))


def _entries(of: object) -> Iterator[str]:
    if isinstance(of, str):
        yield of
    elif isinstance(of, list):
        for entry in of:
            yield from _entries(entry)
    elif isinstance(of, dict):
        for entry in of.values():
            yield from _entries(entry)


def extensions() -> list[str]:
    """Return the names of the Markdown extensions, in order; raises as nav does."""
    listed = _load()["markdown_extensions"]
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in listed]
