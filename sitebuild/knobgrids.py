"""What a knob can be turned to: the positions that its comment states.

    0..1 step 0.25     0, 0.25, 0.5, ...    counted in hundredths: 0, 25, 50, ...
    refuse | accept    the two texts

Positions are counted in whole numbers of the last decimal and written as text, so that
none of them is 0.30000000000000004, and the end of a range is one of them.
"""

import re

MOST_POSITIONS = 200

_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?: step ({_NUMBER}))?")


def positions_of(grid: str, published: str) -> tuple[str, tuple[str, ...]]:
    """Return the kind of a knob and its positions. Raises ValueError."""
    if found := _RANGE.fullmatch(grid):
        return "range", _range(*found.groups(default="1"))
    choices = grid.split(" | ")
    if len(choices) == 1 or not all(text == text.strip() != "" for text in choices):
        raise ValueError(
            "a range is `0..200 step 10`, a choice `one | another`, with a blank on "
            "each side of the bar"
        )
    if published in ("True", "False"):
        if sorted(choices) != ["False", "True"]:
            raise ValueError("a switch is `True | False`")
        return "switch", ("False", "True")
    if published[-1] in "'\"":
        if any(sign in text for text in choices for sign in '"\\'):
            raise ValueError("choices are written without quotes and backslashes")
        return "choice", tuple(f'"{text}"' for text in choices)
    if not all(re.fullmatch(_NUMBER, text) for text in choices):
        raise ValueError("all choices are numbers, since the published one is")
    return "choice", tuple(choices)


def _range(low: str, high: str, step: str) -> tuple[str, ...]:
    """Return the texts from one end to the other, both included."""
    places = max(len(text.partition(".")[2]) for text in (low, high, step))

    def whole(text: str) -> int:
        units, _, rest = text.partition(".")
        return int(units + rest.ljust(places, "0"))

    first, last, by = whole(low), whole(high), whole(step)
    if by <= 0 or last <= first:
        raise ValueError("it goes up, from the lower end to the higher one")
    if (last - first) % by:
        raise ValueError(f"the end {high} is not reached from {low} by steps of {step}")
    if (count := (last - first) // by + 1) > MOST_POSITIONS:
        raise ValueError(
            f"{count} positions; at most {MOST_POSITIONS} can be turned to"
        )
    return tuple(_written(n, places) for n in range(first, last + by, by))


def _written(number: int, places: int) -> str:
    digits = str(abs(number)).rjust(places + 1, "0")
    sign = "-" if number < 0 else ""
    if places == 0:
        return sign + digits
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
