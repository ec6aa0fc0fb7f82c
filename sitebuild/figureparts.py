"""What a figure's SVG says of itself in words: read back from what a block printed."""

import json
import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from sdnotes.tables import text_table
from sitebuild.fences import Block

SVG = "{http://www.w3.org/2000/svg}"
_PICTURE = re.compile(r"^<svg\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FigureParts:
    """What a figure's SVG says of itself in words."""

    svg: str
    title: str
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figure_parts(block: Block, printed: str) -> FigureParts:
    """Read title, description and numbers back out of a figure's SVG.

    Raises ProblemError when the block printed no SVG or the SVG lacks one of them.
    """
    try:
        root = ET.fromstring(printed)  # noqa: S314 - our own block's output
    except ET.ParseError as error:
        raise block.problem(_no_picture(printed, error)) from error
    words = {}
    for tag in ("title", "desc", "metadata"):
        element = root.find(SVG + tag)
        words[tag] = (element.text or "").strip() if element is not None else ""
        if not words[tag]:
            meaning = {"desc": "description", "metadata": "table of numbers"}
            raise block.problem(
                f"figure {block.name!r} has no {meaning.get(tag, tag)}: readers who "
                "cannot see it depend on it"
            )
    try:
        table = json.loads(words["metadata"])
        columns = tuple(table["columns"])
        rows = tuple(tuple(row) for row in table["rows"])
        text_table(columns, rows)
    except (ValueError, KeyError, TypeError) as error:
        message = f"figure {block.name!r}: its table of numbers is not one: {error}"
        raise block.problem(message) from error
    return FigureParts(printed.strip(), words["title"], words["desc"], columns, rows)


def _no_picture(printed: str, error: ET.ParseError) -> str:
    pictures = len(_PICTURE.findall(printed))
    if pictures > 1:
        return (
            f"this block prints {pictures} pictures: give each a block of its own, "
            'with figure="..."'
        )
    if pictures:
        return f"a figure block prints one SVG and nothing beside it: {error}"
    return f"a figure block must print one SVG: {error}"
