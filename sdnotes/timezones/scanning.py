"""A text read from left to right, so that an error can say where it is wrong.

    2025-02-30T25:00:00Z
               ^ text=... at 11: hour 25 is not 0 to 23

Left out: texts that are not all in memory, and going back.
Chapter: docs/chapters/timezones/.
"""

from dataclasses import dataclass

_SHOWN = 80  # characters of a text that an error repeats


class TimestampError(ValueError):
    """A text is no timestamp, or contradicts itself; whoever wrote it must mend it."""

    def __init__(self, what: str, text: str, position: int) -> None:
        self.text, self.position = text, position
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        super().__init__(f"text={shown!r} at {position}: {what}")


@dataclass(slots=True)
class Scanner:
    """A text, and how far it has been read.

    Raises TypeError for what is no text.
    """

    text: str
    at: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"text={self.text!r} is not a text")

    @property
    def ahead(self) -> str:
        """Return the next character, or "" at the end."""
        return self.text[self.at : self.at + 1]

    def error(self, what: str, position: int | None = None) -> TimestampError:
        """Return an error here, or at an earlier position."""
        return TimestampError(
            what, self.text, self.at if position is None else position
        )

    def take(self, characters: str, what: str) -> str:
        """Take one of these characters."""
        found = self.ahead
        if not found or found not in characters:
            raise self.error(f"{what} is missing")
        self.at += 1
        return found

    def digits(self, count: int, what: str, first: int, last: int) -> int:
        """Take just so many digits, whose number is in a range."""
        start = self.at
        found = self.text[start : start + count]
        if len(found) != count or not (found.isascii() and found.isdigit()):
            raise self.error(f"{count} digits of the {what} are missing")
        if not first <= int(found) <= last:
            raise self.error(f"{what} {found} is not {first} to {last}")
        self.at += count
        return int(found)

    def run(self, characters: str, what: str) -> str:
        """Take as many of these characters as there are, one at least."""
        start = self.at
        while self.ahead and self.ahead in characters:
            self.at += 1
        if self.at == start:
            raise self.error(f"{what} is missing")
        return self.text[start : self.at]

    def end(self) -> None:
        """Raise TimestampError unless all has been read."""
        if self.ahead:
            raise self.error("this does not belong to it")
