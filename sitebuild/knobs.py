"""Which constants of a snippet may its reader turn, and to what?

    opening=50,        # knob: 0..200 step 10      a range: 0, 10, ... 200
    policy="accept",   # knob: refuse | accept     a choice, of texts or of numbers
    write_back=False,  # knob: True | False        a switch
    SIZE = 200         # knob shared: 50..500      a knob of all blocks that say so

The comment binds the one literal on its line that is the value of a name or of a
keyword. To whoever reads or copies the code it is a comment, and what stands there is
what is published. Positions are counted in whole numbers of the last decimal and
written as text, so that none of them is 0.30000000000000004.

sitebuild/web/src/settings.ts reads the same comments in the page; both are held to
tests/site/cases/knobs.json. Left out: literals within a tuple, or over two lines.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from sitebuild.knobgrids import positions_of

MOST_KNOBS = 4

_MEANT = re.compile(r"#+\s*knobs?\b", re.IGNORECASE)
_COMMENT = re.compile(r"# knob(?P<shared> shared)?: (?P<grid>\S.*)")
_NOT_IN_LINKS = re.compile(r"[^A-Za-z0-9._-]")


class KnobError(ValueError):
    """A comment that makes no knob; ``line`` counts the code's lines from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Knob:
    """A literal that may be turned; ``start`` and ``end`` are columns of its line.

    ``positions`` are the texts of the literals that may stand there, ``published`` the
    one that does.
    """

    name: str
    shared: bool
    line: int
    start: int
    end: int
    published: str
    comment: str
    kind: str
    positions: tuple[str, ...]

    @property
    def tried(self) -> tuple[str, ...]:
        """Return the positions that are run: each choice; a range's ends and middle."""
        if self.kind != "range":
            return self.positions
        middle = self.positions[len(self.positions) // 2]
        return tuple(dict.fromkeys((self.positions[0], middle, self.positions[-1])))


@dataclass(frozen=True, slots=True)
class _Literal:
    name: str
    node: ast.expr


@lru_cache(maxsize=512)
def read(code: str) -> tuple[Knob, ...]:
    """Return a snippet's knobs, in the order of its lines.

    Raises KnobError for the first comment that makes none.
    """
    if "knob" not in code.lower():
        return ()
    literals = _literals(ast.parse(code))
    knobs: list[Knob] = []
    for line, text in _comments(code):
        knob = _knob(code, line, text, [x for x in literals if x.node.lineno == line])
        if any(other.name == knob.name for other in knobs):
            message = f"a second knob {knob.name!r}: give one of the two another name"
            raise KnobError(line, message)
        knobs.append(knob)
    if len(knobs) > MOST_KNOBS:
        raise KnobError(
            knobs[MOST_KNOBS].line,
            f"{len(knobs)} knobs; at most {MOST_KNOBS} can be taken in: leave the rest "
            "to Edit",
        )
    return tuple(knobs)


def with_values(code: str, values: Mapping[str, str]) -> str:
    """Return the code with its knobs turned: for each name, the text of a literal."""
    lines = code.split("\n")
    for knob in read(code):
        line = lines[knob.line - 1]
        value = values.get(knob.name, knob.published)
        lines[knob.line - 1] = line[: knob.start] + value + line[knob.end :]
    return "\n".join(lines)


def for_page(code: str) -> list[dict[str, object]]:
    """Return what the page is told of a snippet's knobs.

    Columns are JavaScript's: a character beyond the first 65,536 counts twice.
    """
    lines = code.split("\n")
    return [
        {
            "name": knob.name,
            "shared": knob.shared,
            "line": knob.line,
            "start": _units(lines[knob.line - 1][: knob.start]),
            "published": knob.published,
            "comment": knob.comment,
        }
        for knob in read(code)
    ]


def unlike(knobs: Iterable[tuple[int, Knob]]) -> tuple[int, Knob, str] | None:
    """Return the first shared knob of a page that is not as the others of its name.

    Each comes with its block's place; so does the answer, with what to do about it.
    """
    shared = [(place, knob) for place, knob in knobs if knob.shared]
    for _, group in groupby(
        sorted(shared, key=lambda one: one[1].name), key=lambda one: one[1].name
    ):
        first, *others = group
        if not others:
            message = (
                f"no other block of this page shares the knob {first[1].name!r}: write "
                "`# knob:`, or share it there too"
            )
            return (*first, message)
        alike = attrgetter("published", "comment")
        for place, knob in others:
            if alike(knob) != alike(first[1]):
                message = (
                    f"the shared knob {knob.name!r} is {first[1].published} "
                    f"{first[1].comment} in another block: one knob has one range and "
                    "one published value"
                )
                return place, knob, message
    return None


def in_link(position: str) -> str:
    """Return a position as links carry it: no quotes, unreserved characters alone."""
    return _NOT_IN_LINKS.sub("-", position.strip('"'))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _comments(code: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT and _MEANT.match(token.string):
            yield token.start[0], token.string.rstrip()


def _literals(tree: ast.Module) -> list[_Literal]:
    """Return the literals that are the value of a name or of a keyword."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg=str(name), value=value):
                found.append(_Literal(name, value))
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.append(_Literal(name, value))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found.append(_Literal(name, value))
    return [each for each in found if _is_literal(each.node)]


def _is_literal(node: ast.expr) -> bool:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            return True
        case ast.Constant(value=bool() | int() | float() | str()):
            return node.lineno == node.end_lineno
    return False


def _knob(code: str, line: int, comment: str, literals: list[_Literal]) -> Knob:
    said = _COMMENT.fullmatch(comment)
    if said is None:
        raise KnobError(
            line,
            f"cannot read {comment!r}: write `# knob: 0..200 step 10`, "
            "`# knob: one | another` or `# knob: True | False`",
        )
    if len(literals) != 1:
        count = "no literal" if not literals else f"{len(literals)} literals"
        raise KnobError(
            line,
            f"{count} beside this knob: it takes the one number, text, True or False "
            "on its line that is the value of a name or of a keyword",
        )
    (literal,) = literals
    node = literal.node
    assert node.end_col_offset is not None
    as_bytes = code.split("\n")[line - 1].encode()
    start = len(as_bytes[: node.col_offset].decode())
    published = as_bytes[node.col_offset : node.end_col_offset].decode()
    kind, positions = _positions(said["grid"], published, line)
    return Knob(
        name=literal.name,
        shared=said["shared"] is not None,
        line=line,
        start=start,
        end=start + len(published),
        published=published,
        comment=comment,
        kind=kind,
        positions=positions,
    )


def _positions(grid: str, published: str, line: int) -> tuple[str, tuple[str, ...]]:
    try:
        kind, positions = positions_of(grid, published)
    except ValueError as error:
        raise KnobError(line, f"knob {grid!r}: {error}") from error
    if published not in positions:
        raise KnobError(
            line,
            f"the published value {published} is not one of the knob's positions, "
            f"{_listed(positions)}: it is written as they are",
        )
    if len({in_link(position) for position in positions}) < len(positions):
        raise KnobError(
            line, f"two choices of {grid!r} would be one in a link: let words differ"
        )
    return kind, positions


def _listed(positions: tuple[str, ...]) -> str:
    if len(positions) <= 5:
        return ", ".join(positions)
    return f"{', '.join(positions[:2])}, ... {positions[-1]}"
