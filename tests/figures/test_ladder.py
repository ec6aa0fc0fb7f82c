"""The ladder's picture has a box for each promise, and a line for each that is kept."""

from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

import pytest

from sdnotes.cap.guarantees import LADDER
from sdnotes.figures.ladder import ladder

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"title": "T", "description": "D"}


@dataclass(frozen=True)
class Rung:
    name: str
    promises: str = "something"
    in_a_cut: str = "waits"
    keeps: tuple[str, ...] = ()


def drawn(figure: object, kind: str) -> list[ET.Element]:
    return [e for e in ET.fromstring(str(figure)).iter() if e.get("class") == kind]


def test_each_promise_has_a_box_that_holds_all_of_its_words() -> None:
    figure = ladder(LADDER, **WORDS)
    rungs = [rung for row in LADDER for rung in row]
    assert [e.text for e in drawn(figure, "name")] == [rung.name for rung in rungs]
    said = " ".join(e.text or "" for e in drawn(figure, "says"))
    assert said == " ".join(rung.promises for rung in rungs)
    boxes = drawn(figure, "box")
    assert len(boxes) == len(rungs)
    for box in boxes:
        assert float(box.get("x", -1)) >= 0
        assert float(box.get("x", 0)) + float(box.get("width", 999)) <= 420
    assert len(drawn(figure, "keeps")) == sum(len(rung.keeps) for rung in rungs)
    assert figure.rows[0] == (rungs[0].name, rungs[0].promises, rungs[0].in_a_cut)


def test_rows_of_one_fate_share_a_band_and_only_the_first_is_marked() -> None:
    rows = [[Rung("a")], [Rung("b"), Rung("c")], [Rung("d", in_a_cut="goes on")]]
    figure = ladder(rows, **WORDS)
    assert [e.text for e in drawn(figure, "head")] == ["waits", "goes on"]
    assert (len(drawn(figure, "band hard")), len(drawn(figure, "band"))) == (1, 1)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rows=\(\): nothing to draw"):
        ladder([], **WORDS)
    with pytest.raises(ValueError, match=r"rows\[0\] holds 3, not one or two"):
        ladder([[Rung("a"), Rung("b"), Rung("c")]], **WORDS)
    upward = replace(Rung("b"), keeps=("a",))
    with pytest.raises(ValueError, match=r"rows\[1\]: b keeps a: none below"):
        ladder([[Rung("a")], [upward]], **WORDS)
