"""What does each name in a piece of code stand for? Read off its syntax.

    import random as dice         dice.shuffle(x)     use of random.shuffle
    from datetime import date     date.today()        use of datetime.date.today
    open("f")                                         use of open
    def f(open): open("f")                            of an argument: no use

So a comment, a text or a method called ``open`` is nobody's business. Left out: what
somebody means to hide.
"""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

_FUNCTIONS = {ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda}
_SCOPES = _FUNCTIONS | {ast.ClassDef}
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Use:
    """A name as it is used: what it stands for, its line, and its call if it is one.

    ``within`` is the name of the function around it, or "".
    """

    name: str
    line: int
    call: ast.Call | None = None
    within: str = ""


def imports(tree: ast.AST) -> list[tuple[str, int]]:
    """Return each module that the code imports, or imports something of; its line."""
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or "", node.lineno))
    return found


def uses(tree: ast.AST, roots: Collection[str]) -> list[Use]:
    """Return where the code uses these modules and built-in names: ``time``, ``id``."""
    nodes = list(ast.walk(tree))
    known = dict(_known(nodes))
    wanted = {name for name in roots if name not in known}
    wanted |= {name for name, whole in known.items() if _root(whole) in roots}
    found = [
        Use(f"{node.module}.{alias.name}", node.lineno)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and _root(node.module or "") in roots
        for alias in node.names
    ]
    if any(isinstance(node, ast.Name) and node.id in wanted for node in nodes):
        found += _scoped(tree, wanted, known)
    return found


def _root(name: str) -> str:
    return name.partition(".")[0]


def _known(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """Yield the names that imports make, each with what it stands for."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = _root(alias.name)
                yield alias.asname or top, alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _first(node: ast.expr) -> str:
    """Return the ``a`` of ``a.b.c`` where its value is asked for, else ""."""
    while isinstance(node, ast.Attribute):
        node = node.value
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return node.id
    return ""


def _scoped(
    tree: ast.AST, wanted: Collection[str], known: Mapping[str, str]
) -> Iterator[Use]:
    """Yield the uses of names that no function or module has made its own."""
    calls: dict[int, ast.Call] = {}
    own = {id(tree): set(_bound(tree)) - known.keys()}
    waiting: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, (tree,))]
    while waiting:
        node, scopes = waiting.pop()
        if type(node) in _FUNCTIONS:
            scopes = (*scopes, node)
        elif isinstance(node, ast.Call):
            calls[id(node.func)] = node
        elif isinstance(node, ast.expr) and (root := _first(node)) in wanted:
            for scope in scopes:
                if id(scope) not in own:
                    own[id(scope)] = set(_bound(scope))
            if not any(root in own[id(scope)] for scope in scopes):
                whole = known.get(root, root) + ast.unparse(node).removeprefix(root)
                within = getattr(scopes[-1], "name", "")
                yield Use(whole, node.lineno, calls.get(id(node)), within)
        waiting += [(child, scopes) for child in ast.iter_child_nodes(node)]


def _bound(scope: ast.AST) -> Iterator[str]:
    """Yield the names that a scope gives a meaning of its own."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, _NAMED):
            yield node.name
        if type(node) not in _SCOPES:
            waiting += ast.iter_child_nodes(node)
