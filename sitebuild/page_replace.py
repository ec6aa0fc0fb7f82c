"""Another body for an object of the package, for one run.

    replace("sdnotes.cap.merge.lowest_wins", "def lowest_wins(common, branches): ...")

Whoever holds the function already (a table of rules, a package that passes it on) calls
the new lines from then on, since the function stays and its code is exchanged; a class
stays too, and takes over the new one's methods. The file goes into the browser as it
stands, beside page_runner.py, which forgets the package after such a run.
"""

import ast
import importlib
import linecache
import sys
import types
from typing import Any

_HOME = "__class__"
"""What Python calls the class that a function with ``super()`` stands in."""


class ReplacedError(Exception):
    """The new lines cannot stand in the object's place; says why."""

    __module__ = "builtins"  # so that a traceback does not name this file


def _module_and_owner(name: str) -> tuple[types.ModuleType, Any]:
    """Return where the object lives: its module, and the class or module it is in."""
    parts = name.split(".")
    module = importlib.import_module(parts[0])
    owner: Any = module
    for part in parts[1:-1]:
        if isinstance(owner, types.ModuleType):
            whole = f"{owner.__name__}.{part}"
            known = vars(owner).get(part)
            if isinstance(known, type):
                owner = known
            else:
                module = owner = importlib.import_module(whole)
        else:
            owner = vars(owner)[part]
    return module, owner


def replace(name: str, source: str) -> None:
    """Give the object of that name the body that the source states.

    A traceback shows its lines, under the object's name.

    Raises SyntaxError, what the source itself raises, and ReplacedError where it does
    not state the object at all.
    """
    filename = f"{name}.py"
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    module, owner = _module_and_owner(name)
    last = name.rpartition(".")[2]
    tree = ast.parse(source, filename)
    if isinstance(owner, type):
        # In a class of that name, for what Python makes of names that begin with __.
        shell = ast.parse(f"class {owner.__name__}: pass")
        shell.body[0].body = tree.body or shell.body[0].body  # type: ignore[attr-defined]
        tree = shell
    made: dict[str, Any] = {}
    exec(compile(tree, filename, "exec"), module.__dict__, made)  # noqa: S102
    if isinstance(owner, type):
        made = dict(vars(made[owner.__name__]))
    if last not in made:
        raise ReplacedError(f"these lines must define {last}, which the run asks for")
    before = vars(owner)[last]
    _at_home(made[last], owner)
    if not _exchange(before, made[last]):
        for other in [owner, *_holders(before)]:
            setattr(other, last, made[last])


def _holders(value: object) -> list[types.ModuleType]:
    """Return the modules of the package that pass a value on under its name."""
    modules = [m for n, m in sys.modules.items() if n.partition(".")[0] == "sdnotes"]
    return [m for m in modules if any(v is value for v in vars(m).values())]


def _exchange(before: Any, after: Any) -> bool:
    """Put new code into what others hold; return whether that can be done."""
    if isinstance(before, staticmethod | classmethod) and type(before) is type(after):
        return _exchange(before.__func__, after.__func__)
    if isinstance(before, types.FunctionType) and isinstance(after, types.FunctionType):
        if {*before.__code__.co_freevars, *after.__code__.co_freevars} - {_HOME}:
            return False
        if before.__code__.co_freevars != after.__code__.co_freevars:
            return False
        before.__code__ = after.__code__
        before.__defaults__ = after.__defaults__
        before.__kwdefaults__ = after.__kwdefaults__
        return True
    if isinstance(before, type) and isinstance(after, type):
        _take_over(before, after)
        return True
    return False


def _at_home(value: Any, owner: object) -> None:
    """Let ``super()`` in a function mean the class that the function comes to."""
    function = getattr(value, "__func__", value)
    for name, cell in zip(
        getattr(getattr(function, "__code__", None), "co_freevars", ()),
        getattr(function, "__closure__", None) or (),
        strict=False,
    ):
        if name == _HOME:
            cell.cell_contents = owner


def _take_over(before: type, after: type) -> None:
    own = {"__dict__", "__weakref__", "__module__", "__doc__", "__qualname__"}
    slots = getattr(after, "__slots__", ())
    for name, value in vars(after).items():
        if name in own or name in slots or name == "__slots__":
            continue
        _at_home(value, before)
        old = vars(before).get(name)
        if old is None or not _exchange(old, value):
            setattr(before, name, value)
    for name in vars(before).keys() - vars(after).keys() - own:
        if callable(vars(before)[name]):
            delattr(before, name)
