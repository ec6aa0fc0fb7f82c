"""Does a snippet print the same when it is run again, and in another process?

    ran again           another text   it reads the clock, or chance without a seed
    elsewhere           another text   the order of a set, hash() of a text, an address,
                                       the time zone, the width of the terminal
    neither             it is what is recorded that is wrong: make outputs

Asked only where a page's output is about to change, since it costs three more runs; the
whole site is built under two seeds by the slow tests. What a name tells, asks.py has
told before.
"""

import re

from sitebuild import asks, engine, exercises
from sitebuild.fences import Block
from sitebuild.problems import ProblemError

SEEDS = ("1", "2", "3")
"""Of hashes. A set of two is in the same order under all of them one time in eight."""

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")


def run(block: Block) -> engine.Result:
    """Return what a block gives; raises ProblemError where it fails or may not run."""
    if problems := asks.problems_of(block):
        raise ProblemError(*problems)
    result = engine.run(block)
    if block.native and not block.figure and block.native not in result.used:
        raise block.problem(
            f"snippet {block.name!r} does not need native={block.native!r}: take it "
            "off the fence, and readers can run it too"
        )
    return result


def check(block: Block, result: engine.Result) -> None:
    """Raise ProblemError where what was recorded is not what the block gave."""
    if block.recorded != result.text:
        require(block, result)
    engine.check(block, result)


def require(block: Block, result: engine.Result) -> None:
    """Raise ProblemError where nobody would get the result that this run gave."""
    if block.kind == "record":
        return
    if block.kind in exercises.KINDS and not result.text:
        return  # most parts of an exercise have nothing to say
    if not result.text:
        raise block.problem(
            f"snippet {block.name!r} prints nothing: print what it shows, or take it "
            "off the page"
        )
    again = engine.run(block)
    if again != result:
        why = _address(result) or "it reads the clock, or takes chance without a seed"
        raise _differs(block, result, again, why)
    for seed in SEEDS:
        other = engine.run(block, seed)
        if other != result:
            why = _address(result) or (
                "it depends on the order of a set, on hash() of a text or on an "
                "address (sort what it prints, as in sorted(...)), or on the machine's "
                "time zone (give tz=...) or the width of its terminal"
            )
            raise _differs(block, result, other, why)


def _address(result: engine.Result) -> str:
    found = _ADDRESS.search(result.text)
    return f"{found[0]} is an address: print what the object holds" if found else ""


def _differs(
    block: Block, one: engine.Result, other: engine.Result, why: str
) -> ProblemError:
    lines = zip(one.text.split("\n"), other.text.split("\n"), strict=False)
    pair = next(((a, b) for a, b in lines if a != b), None)
    shown = f" ({pair[0][:60]!r}, then {pair[1][:60]!r})" if pair else ""
    return block.problem(
        f"snippet {block.name!r} prints something else when it is run again{shown}: "
        f"{why}"
    )
