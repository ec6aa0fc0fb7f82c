"""Does a snippet run wherever its knobs can be turned, and does each turn something?

    policy   refuse | accept     one at a time: every choice; of a range both ends and
    opening  0, 50, 200          the middle; then all pairs of them, in few runs:
    cut_ms   0, 40, 90             refuse 0 0, refuse 50 40, ... accept 200 40

Most faults that hang on settings hang on one of them or on two; so each pair of
positions is run once, together with pairs of the other knobs (a covering array). Asked
where a page is tested, not where the site is built: there each block runs once. Left
out: three settings that go wrong only together.

Source: Kuhn, Wallace and Gallo 2004, "Software Fault Interactions and Implications for
Software Testing", IEEE Transactions on Software Engineering 30(6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product

from sitebuild import engine
from sitebuild.fences import Block
from sitebuild.knobs import Knob, with_values
from sitebuild.problems import Problem, ProblemError

Setting = dict[str, str]
_Pair = tuple[tuple[str, str], tuple[str, str]]


def one_at_a_time(knobs: Sequence[Knob]) -> list[Setting]:
    """Return a setting for each position of each knob that is run by itself."""
    return [
        {knob.name: position}
        for knob in knobs
        for position in knob.tried
        if position != knob.published
    ]


def pairwise(knobs: Sequence[Knob]) -> list[Setting]:
    """Return settings in which any two positions of two knobs meet: a covering array.

    Greedy: each begins with a pair that has not met, and every other knob takes the
    position that brings most new pairs.
    """
    left = dict.fromkeys(
        ((a.name, x), (b.name, y))
        for a, b in combinations(knobs, 2)
        for x, y in product(a.tried, b.tried)
    )
    rows: list[Setting] = []
    while left:
        row = dict(next(iter(left)))
        for knob in knobs:
            if knob.name not in row:
                row[knob.name] = max(
                    knob.tried,
                    key=lambda x: sum(pair in left for pair in _met(knobs, row, x)),
                )
        for pair in _pairs(knobs, row):
            left.pop(pair, None)
        rows.append(row)
    return rows


def _pairs(knobs: Sequence[Knob], row: Setting) -> list[_Pair]:
    """Return the pairs of a setting, each in the knobs' order."""
    present = [(knob.name, row[knob.name]) for knob in knobs if knob.name in row]
    return list(combinations(present, 2))


def _met(knobs: Sequence[Knob], row: Setting, position: str) -> list[_Pair]:
    """Return the pairs of a setting once its next knob has taken a position."""
    following = next(knob.name for knob in knobs if knob.name not in row)
    return _pairs(knobs, {**row, following: position})


def settings(knobs: Sequence[Knob]) -> list[Setting]:
    """Return all settings to run beside the published one."""
    published = {knob.name: knob.published for knob in knobs}
    wanted = [{**published, **s} for s in (*one_at_a_time(knobs), *pairwise(knobs))]
    return [
        s for place, s in enumerate(wanted) if s not in (published, *wanted[:place])
    ]


def at(block: Block, setting: Mapping[str, str]) -> Block:
    """Return the block as it is when its knobs stand so."""
    return replace(block, code=with_values(block.code, setting))


def require(block: Block, result: engine.Result) -> None:
    """Raise ProblemError where a position does not run, or a knob turns nothing.

    ``result`` is what the block gives as it is published.
    """
    idle = {knob.name: knob for knob in block.knobs}
    single = one_at_a_time(block.knobs)
    for setting in settings(block.knobs):
        turned = [k for k in block.knobs if setting[k.name] != k.published]
        given = _run(block, setting, turned)
        alone = {knob.name: setting[knob.name] for knob in turned}
        if alone in single and given != result:
            idle.pop(turned[0].name, None)
    for knob in idle.values():
        raise block.problem(
            f"the knob {knob.name!r} turns nothing: at {', '.join(knob.tried)} "
            f"{block.name!r} gives what it gives at {knob.published}",
            knob.line,
        )


def _run(block: Block, setting: Setting, turned: Sequence[Knob]) -> engine.Result:
    try:
        return engine.run(at(block, setting))
    except ProblemError as error:
        stands = ", ".join(f"{knob.name}={setting[knob.name]}" for knob in turned)
        raise ProblemError(
            *(
                Problem(p.path, p.line, f"with {stands}: {p.message}")
                for p in error.problems
            )
        ) from error
