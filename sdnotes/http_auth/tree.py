"""The table of decisions, drawn as a tree: questions downwards, answers to the right.

    ( none came, and some are needed? ) -- yes --> [401 WWW-Authenticate]
                  | no
    ( are they wrong, or expired? )     -- yes --> [401 WWW-Authenticate]
                  | no
    [200]

Questions that these facts reach are lit, with the answer that was given.

Left out: trees whose branches go on to the right.
Builds on: sdnotes.figures, sdnotes.http_auth.deciding.
Chapter: docs/chapters/http_auth/.
"""

from xml.etree import ElementTree as ET

from sdnotes.figures.figure import FAINT, FONT, INK, PAPER, RULE, SERIES, Figure, finish
from sdnotes.figures.marks import line_at, px, text_at
from sdnotes.http_auth.deciding import RULES, Facts, Rule, decide

_WIDTH_PX = 430.0
_BOX_PX = 230.0
_ANSWER_LEFT_PX = 268.0
_ANSWER_PX = 158.0
_STEP_PX = 34.0
_HEIGHT_PX = 24.0
_STYLE = f"""
.sd-tree text{{font:11.5px {FONT};fill:{INK};stroke:none}}
.sd-tree .status{{font-weight:600}}
.sd-tree .dim{{fill:{FAINT}}}
.sd-tree .box{{fill:{PAPER};stroke:{RULE};stroke-width:1.2}}
.sd-tree .way{{stroke:{RULE};stroke-width:1.4}}
.sd-tree .lit{{stroke:{SERIES[0]};stroke-width:2}}
.sd-tree .got{{fill:{SERIES[0]};fill-opacity:.14;stroke:{SERIES[0]};stroke-width:2}}
"""


def decision_tree(
    facts: Facts, *, title: str, rules: tuple[Rule, ...] = RULES
) -> Figure:
    """Return the rules as a tree, with the way that these facts take through it."""
    root = ET.Element("svg", {"class": "sd-tree"})
    ET.SubElement(root, "style").text = _STYLE
    decision = decide(facts, rules)
    reached = len(rules) if decision.rule is None else rules.index(decision.rule)
    table = []
    for number, rule in enumerate(rules):
        y = 4 + number * _STEP_PX
        is_answer = number == reached
        _row(root, y, rule, is_lit=number <= reached, is_answer=is_answer)
        asked = "yes" if is_answer else "no" if number < reached else "not asked"
        table.append((rule.question, rule.status, ", ".join(rule.needs) or "-", asked))
    y = 4 + len(rules) * _STEP_PX
    kind = "got" if decision.rule is None else "box"
    _box(root, kind, 4, y, 60)
    text_at(root, "status", 14, y + 16, "200")
    root.set("viewBox", f"0 0 {px(_WIDTH_PX)} {px(y + _HEIGHT_PX + 6)}")
    root.set("style", f"min-width:{round(_WIDTH_PX * 0.84)}px")
    table.append(("none of these", 200, "-", "yes" if kind == "got" else "not asked"))
    said = f"The answer is {decision.status}. {decision.because}"
    columns = ("question", "status", "with the field", "for this request")
    return finish(root, title=title, description=said, columns=columns, rows=table)


def _row(
    root: ET.Element, y: float, rule: Rule, *, is_lit: bool, is_answer: bool
) -> None:
    dim = "" if is_lit else " dim"
    middle = y + _HEIGHT_PX / 2
    line_at(root, "way" + (" lit" if is_lit and not is_answer else ""), 34,
            y + _HEIGHT_PX, 34, y + _STEP_PX)  # fmt: skip
    line_at(root, "way" + (" lit" if is_answer else ""), 4 + _BOX_PX, middle,
            _ANSWER_LEFT_PX, middle)  # fmt: skip
    _box(root, "box lit" if is_lit else "box", 4, y, _BOX_PX)
    text_at(root, f"asks{dim}", 14, y + 16, rule.question)
    text_at(root, f"says{dim}", 8 + _BOX_PX, y + 9, "yes")
    _box(root, "got" if is_answer else "box", _ANSWER_LEFT_PX, y, _ANSWER_PX)
    text_at(root, f"status{dim}", _ANSWER_LEFT_PX + 8, y + 16, str(rule.status))
    text_at(root, f"field{dim}", _ANSWER_LEFT_PX + 36, y + 16, ", ".join(rule.needs))


def _box(root: ET.Element, kind: str, left: float, top: float, width: float) -> None:
    place = {"x": left, "y": top, "width": width, "height": _HEIGHT_PX}
    shape = {name: px(value) for name, value in place.items()}
    ET.SubElement(root, "rect", {"class": kind, "rx": "4", **shape})
