"""Which blocks does a page hold, and is each one written so that it will run?

A page's fences are read here once, for the site, for the tests and for the checks,
so that no reader of the Markdown can see a block that another one overlooks.

    ```python name="two-atms"        a snippet: it runs, its output stands below it
    ```python name="x" mechanism     the idea itself; `fold`: what only measures
    ```python name="x" source="sdnotes.cap.merge.Sum"    below the source of that object
    ```python figure="cut-cable"     the same, printing one figure as SVG
    ```python exercise="lru"         an exercise, and its other parts: exercises.py
    ```record name="cap/overdraft"   a table from evidence/records/
    ```output                        what the block above printed when last recorded

Left out: indented code blocks, which never run. See docs/contributing.md.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from sitebuild import DOCS, ROOT, exercises, knobs
from sitebuild.fenced import Fence, fences
from sitebuild.fenceinfo import ATTRIBUTES, SHOWN_ONLY, attributes
from sitebuild.files import files
from sitebuild.problems import Problem, ProblemError, relative
from sitebuild.shown import strange

MAX_LINES = 20
MAX_COLUMNS = 88
NATIVE_REASONS = {
    "threads": "it starts threads, which a browser's Python does not have",
    "process": "it starts a process, which a browser's Python does not have",
    "scrypt": "it needs OpenSSL's scrypt, which a browser's Python does not have",
    "cryptography": "it needs the cryptography package, which is compiled",
}
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_RECORD_NAME = re.compile(r"[a-z_]+/[a-z][a-z0-9]*(-[a-z0-9]+)*")
_OPENING = re.compile(r"\s*(?P<marks>```+|~~~+)[^\s`~]")


@dataclass(frozen=True, slots=True)
class Block:
    """A fence that the site fills in: a snippet, a figure's snippet or a record.

    ``start`` to ``end`` are the offsets of the block in its page's text, its output
    fence included; ``code_end`` is where the code's own fence ends.
    """

    path: Path
    line: int
    kind: str
    name: str
    figure: bool
    native: str | None
    code: str
    recorded: str | None
    indent: str
    start: int
    code_end: int
    end: int
    flag: str = ""
    """``mechanism``: the idea itself. ``fold``: its source is folded away."""
    source: str | None = None
    """The object of the package whose source is shown above the code."""
    check: str = ""
    """What judges it, in a part of an exercise."""

    @property
    def where(self) -> str:
        """Return ``docs/page.md:23``, the line of the opening fence."""
        return f"{relative(self.path)}:{self.line}"

    @property
    def anchor(self) -> str:
        """Return the id that links to this block use; stable while its name is."""
        return self.name.replace("/", "-")

    @property
    def knobs(self) -> tuple[knobs.Knob, ...]:
        """Return what its reader may turn; of a record, nothing."""
        return knobs.read(self.code) if self.kind == "python" else ()

    def problem(self, message: str, line_in_code: int = 0) -> ProblemError:
        """Return an error at the fence, or at a line of the code (counted from 1)."""
        return ProblemError(
            Problem(relative(self.path), self.line + line_in_code, message)
        )


def _check_python(block: Block) -> None:
    lines = block.code.splitlines()
    if block.native is not None and block.native not in NATIVE_REASONS:
        raise block.problem(
            f"native={block.native!r} is not one of {', '.join(NATIVE_REASONS)}"
        )
    most = exercises.MOST_LINES.get(block.kind, MAX_LINES)
    if len(lines) > most:
        raise block.problem(
            f"snippet {block.name!r} has {len(lines)} lines; at most {most} "
            "are allowed: move what is long into the package"
        )
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_COLUMNS:
            raise block.problem(
                f"{len(line)} columns; at most {MAX_COLUMNS} fit a page", number
            )
        if why := strange(line):
            raise block.problem(f"the code has {why}", number)
        if line.isspace():
            raise block.problem(
                "a line of blanks, which a page drops: empty it", number
            )
    if block.code.startswith("\n"):
        raise block.problem("an empty line first, which a page would drop", 1)
    try:
        compile(block.code, block.where, "exec")
    except SyntaxError as error:
        raise block.problem(
            f"SyntaxError: {error.msg}: this snippet would not run", error.lineno or 0
        ) from error
    _check_knobs(block)


def _check_knobs(block: Block) -> None:
    try:
        turned = block.knobs
    except knobs.KnobError as error:
        raise block.problem(str(error), error.line) from error
    if turned and block.native:
        raise block.problem("a native snippet has no Run button, and so no knobs")


def _check_closed(fence: Fence, path: Path, language: str) -> None:
    """Refuse a fence that holds the opening of another one: it was never closed.

    What runs, and what it printed, may hold such lines between longer marks.
    """
    fewest = 3 if language in SHOWN_ONLY else fence.marks
    for number, line in enumerate(fence.text.splitlines(), start=1):
        opening = _OPENING.match(line)
        if opening and len(opening["marks"]) >= fewest:
            message = (
                f"{line.strip()!r} stands inside the fence of line {fence.line} and "
                "would be part of it, no fence: is that one closed?"
            )
            raise ProblemError(Problem(relative(path), fence.line + number, message))


def _block(fence: Fence, path: Path, language: str, found: dict[str, str]) -> Block:
    kinds = [kind for kind in exercises.KINDS if kind in found]
    kind = kinds[0] if kinds else language
    block = Block(
        path=path,
        line=fence.line,
        kind=kind,
        name=found.get("name") or found.get("figure") or found.get(kind) or "",
        figure="figure" in found,
        native=found.get("native"),
        code=fence.text.rstrip("\n"),
        recorded=None,
        indent=fence.indent,
        start=fence.start,
        code_end=fence.end,
        end=fence.end,
        flag=found.get("flag", ""),
        source=found.get("source"),
    )
    if language == "record":
        if not _RECORD_NAME.fullmatch(block.name):
            raise block.problem(
                f'record name {block.name!r} must read "<slug>/<record>", as in '
                'name="cap/overdraft"'
            )
        return block
    if len(kinds) + ("name" in found) + ("figure" in found) != 1:
        raise block.problem(
            'a snippet needs one of name="..." and figure="...", or, in an exercise, '
            f"one of {', '.join(exercises.KINDS)}"
        )
    if block.figure and (block.flag or block.source):
        raise block.problem("a figure's source is folded: it has no such attribute")
    if block.source and block.flag == "fold":
        raise block.problem("a source that is shown by name stands open: drop `fold`")
    if not _NAME.fullmatch(block.name):
        raise block.problem(
            f"name {block.name!r} must be lower-case words joined by hyphens: "
            "it becomes a link"
        )
    _check_python(block)
    return block


def scan_text(text: str, path: Path) -> list[Block]:
    """Return a page's blocks in order, each with its recorded output.

    Raises ProblemError for the first fence that is not of our closed vocabulary or
    that breaks a rule of its kind.
    """
    return list(_scanned(text, path))


@lru_cache(maxsize=256)
def _scanned(text: str, path: Path) -> tuple[Block, ...]:
    """Scan a page once, for all checks that ask for its blocks."""
    blocks: list[Block] = []
    for fence in fences(text, path):
        language, found = attributes(fence, path)
        if language != "markdown":
            _check_closed(fence, path, language)
        if language == "output":
            last = blocks[-1] if blocks else None
            gap = text[last.end : fence.start].strip() if last else None
            if last is None or gap or last.recorded is not None:
                raise ProblemError(
                    Problem(
                        relative(path),
                        fence.line,
                        "an output fence must follow its python or record fence "
                        "directly",
                    )
                )
            recorded = fence.text.removesuffix("\n")
            blocks[-1] = replace(last, recorded=recorded, end=fence.end)
        elif language in ATTRIBUTES:
            blocks.append(_block(fence, path, language, found))
    seen: dict[str, Block] = {}
    for block in blocks:
        if block.kind in exercises.PARTS:
            continue  # it stands where its exercise does
        if twin := seen.get(block.anchor):
            raise block.problem(
                f"the name {block.name!r} is taken by the block at line {twin.line}"
            )
        seen[block.anchor] = block
    turned = [(place, k) for place, block in enumerate(blocks) for k in block.knobs]
    if odd := knobs.unlike(turned):
        place, knob, message = odd
        raise blocks[place].problem(message, knob.line)
    return tuple(exercises.judged(blocks, text))


def pages(docs: Path) -> list[Path]:
    """Return every Markdown page below a folder, sorted."""
    return files(docs, "**/*.md")


def root_pages() -> list[Path]:
    """Return the Markdown files beside the README, whose snippets are tested too."""
    return files(ROOT, "*.md")


def scripts() -> list[Path]:
    """Return the golden scripts: what a simulator does, as a story with its trace."""
    return files(ROOT / "tests", "*/*.md")


def all_pages() -> list[Path]:
    """Return every Markdown file whose snippets are run."""
    return [*pages(DOCS), *root_pages(), *scripts()]


def scan(docs: Path) -> list[Block]:
    """Return all blocks of all pages; raises ProblemError as scan_text does."""
    blocks = [
        block
        for path in pages(docs)
        for block in scan_text(path.read_text("utf-8"), path)
    ]
    seen: dict[tuple[str, str], Block] = {}
    for block in blocks:
        if block.kind == "record":
            continue  # the same record may be printed on two pages
        # By its name a shell knows an exercise, on whatever page it stands.
        key = (block.name, "" if block.kind == "exercise" else block.code)
        if twin := seen.get(key):
            what = "an exercise of this name" if key[1] == "" else "this very block"
            raise block.problem(f"{what} stands at {twin.where} already")
        seen[key] = block
    return blocks
