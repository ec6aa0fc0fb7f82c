"""What a snippet imports, and so needs: read off its code, without running it.

The file goes into the browser as it stands, beside page_runner.py; the site's build
reads the modules of every package with the same function.
"""

import ast
import re
from collections.abc import Collection, Iterable, Mapping

_DOTTED = re.compile(r"\b[a-z_]\w*(?:\.\w+)*")


def imported(code: str) -> set[str]:
    """Return every dotted name that the code imports; none where it cannot be read."""
    return _imported(_nodes(code))


def _nodes(code: str) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError):
        return []


def _imported(nodes: Iterable[ast.AST]) -> set[str]:
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _in_texts(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names in the code's texts, which may be imported as well.

    By ``import_module``, by ``runpy``, by a file that the code writes.
    """
    texts = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {
        name
        for text in texts
        if isinstance(text, str)
        for name in _DOTTED.findall(text)
    }


def _known(name: str, needs: Mapping[str, Collection[str]]) -> str:
    """Return the module that is meant, or what it would lie in if there were one.

    So that Python says of ``sdnotes.capp`` that just this one is missing.
    """
    while name and name not in needs:
        name = name.rpartition(".")[0]
    return name


def needed(code: str, needs: Mapping[str, Collection[str]]) -> Iterable[str]:
    """Return the packages to load before the code runs, sorted.

    ``needs`` maps the names of modules to packages, as the site's build found them.
    """
    nodes = _nodes(code)
    return sorted(
        {
            package
            for name in _imported(nodes) | _in_texts(nodes)
            for package in needs.get(_known(name, needs), ())
        }
    )
