"""The picture of copies marks those that are named, and parts the sides of a cut."""

from xml.etree import ElementTree as ET

import pytest

from sdnotes.figures.copies import CopiesRow, copies

WORDS = {"title": "T", "description": "D"}


def count(figure: object, kind: str) -> int:
    return sum(e.get("class") == kind for e in ET.fromstring(str(figure)).iter())


def test_written_copies_are_filled_and_read_ones_have_a_ring() -> None:
    row = CopiesRow("W=2 R=1", ("ABC",), filled="AB", ringed="C", says="may miss")
    figure = copies([row], **WORDS)
    assert (count(figure, "copy on"), count(figure, "copy")) == (2, 1)
    assert (count(figure, "ring"), count(figure, "cut")) == (1, 0)
    assert figure.columns == ("case", "copies", "written", "read", "so")
    assert figure.rows == (("W=2 R=1", "A B C", "A B", "C", "may miss"),)


def test_a_line_stands_between_the_sides_and_no_column_for_what_nobody_reads() -> None:
    rows = [CopiesRow("5", ("AB", "CD", "E")), CopiesRow("2", (["A"], ["B"]))]
    figure = copies(rows, filled="goes on", **WORDS)
    assert count(figure, "cut") == 3
    assert figure.columns == ("case", "copies", "goes on", "so")
    assert figure.rows[0] == ("5", "A B | C D | E", "-", "")


def test_what_is_said_stands_within_the_picture() -> None:
    said = "a rather long remark on what happens here"
    figure = copies([CopiesRow("5", ("ABCDE",), says=said)], **WORDS)
    root = ET.fromstring(str(figure))
    (words,) = (e for e in root.iter() if e.text == said)
    width = float(root.get("viewBox", "0 0 0 0").split()[2])
    assert float(words.get("x", 0)) + 6 * len(said) < width


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rows=\(\): nothing to draw"):
        copies([], **WORDS)
    with pytest.raises(ValueError, match="rows: 'x' names a copy twice"):
        copies([CopiesRow("x", ("A", "A"))], **WORDS)
    with pytest.raises(ValueError, match="rows: 'x' has no copy 'B'"):
        copies([CopiesRow("x", ("A",), ringed="B")], **WORDS)
