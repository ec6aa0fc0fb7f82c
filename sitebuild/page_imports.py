"""What a snippet imports, and so needs: read off its code, without running it.

The file goes into the browser as it stands, beside page_runner.py; the site's build
reads the modules of every package with the same function.
"""

import ast
from collections.abc import Collection, Iterable, Mapping


def imported(code: str) -> set[str]:
    """Return every dotted name that the code imports; none where it cannot be read."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def needed(code: str, needs: Mapping[str, Collection[str]]) -> Iterable[str]:
    """Return the packages to load before the code runs, sorted.

    ``needs`` maps the names of modules to packages, as the site's build found them.
    """
    return sorted(
        {package for name in imported(code) for package in needs.get(name, ())}
    )
