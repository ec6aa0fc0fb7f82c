"""Judge an answer to an exercise, for the page's Check button, the build and a shell.

    def check(yours):                        the exercise's check, made ready first
        if yours.double(2) != 4:
            raise Wrong("double(2) gave ...")

    the answer runs     its own error                         failed, with its line
    check(yours)        raises Wrong("...")                   wrong, with these words
                        fails, with the answer on its way     failed
                        calls what the answer defines, and
                        that takes other arguments            failed
                        fails by itself                       broken: our mistake
                        returns                               passed
    not passed, and a `...` of the answer was met             unfinished, with its line

An answer may hold `...` for good (in a type, a default, a comparison, the body of an
exception's class), and a gap that nothing needs is none: it counts only where the
answer does not pass. A check has builtins of its own, so that an answer which replaces
them misleads nobody but itself. The file goes into the browser as it stands, beside
page_runner.py. Left out: limits of time (the page, or the build, stops what does not
end), and what an answer does to the inside of a class of Python's own library.
"""

import ast
import builtins
import contextlib
import linecache
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sitebuild.page_program import execute

PASSED, WRONG, UNFINISHED = "passed", "wrong", "unfinished"
FAILED, BROKEN = "failed", "broken"
MESSAGE_LIMIT_CHARS = 1500
"""A message that holds what an answer returned could be of any length."""

_GAP = "<gap>"  # no name that a program can write
_NOT_PUT_BACK = {"sys", "builtins"}


class Graded(NamedTuple):
    """A verdict, what is said of it, and the line of the answer that it is about."""

    verdict: str
    message: str
    line: int | None


class Wrong(Exception):  # noqa: N818 - authors of checks write it, as a verdict
    """What a check raises, with words for whoever wrote the answer."""

    __module__ = "builtins"  # so that a traceback does not name this file


class NotThereError(AttributeError):
    """The answer lacks a name that its check asks for."""

    __module__ = "builtins"


class Yours:
    """The names of an answer, as attributes: the only door of a check to it."""

    def __init__(self, names: Mapping[str, object]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        """Return what the answer calls so."""
        try:
            return self._names[name]
        except KeyError:
            message = f"the check asks for `{name}`, and your code has no such name"
            raise NotThereError(message) from None


class _Gaps(ast.NodeTransformer):
    """Lets each `...` that may be a gap say when it is met."""

    def __init__(self) -> None:
        self.places: list[tuple[int, int]] = []

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if node.value is not ...:
            return node
        self.places.append((node.lineno, node.col_offset))
        told = ast.Call(ast.Name(_GAP, ast.Load()), [ast.Constant(node.lineno)], [])
        return ast.copy_location(told, node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        if node.bases:  # class RoomError(Exception): ...
            node.body = [
                part if _is_gap(part) else self.visit(part) for part in node.body
            ]
            return node
        self.generic_visit(node)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.Subscript:
        node.value = self.visit(node.value)  # tuple[int, ...]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        return node  # value is ...

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        return node  # default=...


def _is_gap(part: ast.stmt) -> bool:
    return (
        isinstance(part, ast.Expr)
        and isinstance(part.value, ast.Constant)
        and part.value.value is ...
    )


def gaps(code: str) -> list[tuple[int, int]]:
    """Return where a `...` waits for what a reader is to write: lines, and bytes."""
    found = _Gaps()
    found.visit(ast.parse(code))
    return found.places


def _check_of(code: str, filename: str) -> Callable[[object], object]:
    """Return the check of this code, with all that it imports, and with builtins."""
    lines = code.splitlines(keepends=True)
    linecache.cache[filename] = (len(code), None, lines, filename)
    names: dict[str, Any] = {
        "__name__": "check",
        "__builtins__": {**vars(builtins), "Wrong": Wrong},
    }
    exec(compile(code, filename, "exec"), names)  # noqa: S102
    found: Callable[[object], object] = names["check"]
    return found


def grade(
    code: str,
    module: types.ModuleType,
    check: str,
    tell: Callable[[BaseException], object],
) -> Graded:
    """Run an answer in its module and then its check; return the verdict.

    ``tell`` is given the error of an answer that failed.
    """
    filename = str(module.__file__)
    met: list[int] = []

    def meet(line: int) -> object:
        met.append(line)
        return ...

    module.__dict__[_GAP] = meet
    own = dict(vars(builtins))
    try:
        judge = _check_of(check, f"{filename.removesuffix('.py')}-check.py")
        try:
            tree = _Gaps().visit(ast.parse(code, filename))
            execute(ast.fix_missing_locations(tree), module)
        finally:
            # The library needs them too, to help a check, or to tell of an error.
            vars(builtins).update(own)
        judge(Yours(module.__dict__))
    except BaseException as error:  # noqa: BLE001 - whatever it raised is the answer
        graded = _verdict(error, code, filename, met)
        if graded.verdict == FAILED:
            tell(error)
        return graded
    return Graded(PASSED, "", None)


def _lines_of(code: types.CodeType) -> Iterator[tuple[str, int]]:
    """Give the qualified name and the line of all that compiled code defines."""
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield part.co_qualname, part.co_firstlineno
            yield from _lines_of(part)


def _line_not_called(error: BaseException, code: str, filename: str) -> int | None:
    """Return the line of what takes other arguments than it was called with.

    Such a call fails where it stands, so the answer's function is on no traceback.
    """
    called, of_arguments, _ = str(error).partition("() ")
    if not (isinstance(error, TypeError) and of_arguments):
        return None
    return dict(_lines_of(compile(code, filename, "exec"))).get(called)


def _verdict(error: BaseException, code: str, filename: str, met: list[int]) -> Graded:
    if met:
        return Graded(
            UNFINISHED, f"the gap `...` in line {met[0]} is still there", met[0]
        )
    if isinstance(error, Wrong | NotThereError):
        return Graded(WRONG, _cut(_safely(error)), None)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == filename]
    if isinstance(error, SyntaxError) and error.filename == filename:
        lines.append(error.lineno)
    if not lines and (line := _line_not_called(error, code, filename)):
        lines.append(line)
    said = _cut(_in_one_line(error))
    if lines:
        return Graded(FAILED, said, lines[-1])
    place = frames[-1].line if frames else ""
    return Graded(BROKEN, f"{said} (in: {place})" if place else said, None)


def _safely(error: BaseException) -> str:
    return str(traceback.TracebackException(type(error), error, None))


def _in_one_line(error: BaseException) -> str:
    """Return ``ValueError: why``, as the last line of a traceback has it."""
    lines = traceback.format_exception_only(error)
    return (lines[-1] if isinstance(error, SyntaxError) else lines[0]).strip()


def _cut(text: str) -> str:
    if len(text) <= MESSAGE_LIMIT_CHARS:
        return text
    return f"{text[:MESSAGE_LIMIT_CHARS]}…"


@contextlib.contextmanager
def library_kept() -> Iterator[None]:
    """Put back what the modules of Python's library were, whatever an answer did."""
    library = sys.stdlib_module_names - _NOT_PUT_BACK
    before = {
        module: dict(vars(module))
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in library and type(module) is types.ModuleType
    }
    try:
        yield
    finally:
        for module, names in before.items():
            now = vars(module)
            for name, value in names.items():
                if now.get(name, before) is not value:
                    now[name] = value
