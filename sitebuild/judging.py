"""Is each part of an exercise judged as it is meant?

    the untouched stub   unfinished
    a solution           passed
    a wrong answer       wrong; its message is what the page records below it
    None in the gap      anything but broken: a check has words for what many forget

What a worker answers is read here; the engine asks (engine.py).
"""

from typing import TYPE_CHECKING, Any

from sitebuild.shown import unshowable

if TYPE_CHECKING:  # which imports what asks here
    from sitebuild.fences import Block

MEANT = {"exercise": "unfinished", "solution": "passed", "wrong": "wrong"}
BROKEN = "the check failed; that is our mistake, not yours"
"""Said of a verdict that is no judgement of the answer. The page says the same."""

_WHAT = {
    "exercise": "the untouched code of",
    "solution": "this solution of",
    "wrong": "this wrong answer to",
}
_ADVICE = {
    "exercise": "no answer passes that leaves the gap as it is",
    "solution": "mend it, or the check",
    "wrong": "a check names what is wrong of each of these",
}


def verdict_of(answer: dict[str, Any]) -> tuple[str, str, int]:
    """Return a worker's verdict, its message, and the answer's line or 0."""
    if "error" in answer:
        return ("stopped" if answer.get("late") else "failed"), answer["error"], 0
    return answer["verdict"], answer["message"], answer["line"] or 0


def text_of(block: "Block", answer: dict[str, Any]) -> str:
    """Return what a page records of a part: a wrong answer's message, or nothing.

    Raises ProblemError where the verdict is another one than is meant.
    """
    verdict, message, line = verdict_of(answer)
    if verdict != MEANT[block.kind]:
        raise block.problem(
            f"{_WHAT[block.kind]} {block.name!r} is judged {verdict!r} and not "
            f"{MEANT[block.kind]!r}{f' ({message})' if message else ''}: "
            f"{_ADVICE[block.kind]}",
            line,
        )
    if verdict != "wrong":
        return ""
    if not message.strip():
        raise block.problem(f"a check of {block.name!r} says nothing: Wrong(...)")
    if why := unshowable(message):
        raise block.problem(f"the message on this answer has {why}")
    return "\n".join(part.rstrip() for part in message.rstrip().split("\n"))


def require_words(block: "Block", answer: dict[str, Any]) -> None:
    """Raise ProblemError where a check has no words for an answer that gives None."""
    verdict, message, _ = verdict_of(answer)
    if verdict in ("broken", "stopped"):
        raise block.problem(
            f"the check of {block.name!r} is {verdict} by an answer that gives None "
            f"({message}): many forget to return, so have it say what is wrong"
        )


def said(verdict: str, message: str, line: int) -> str:
    """Return a verdict in words, which begin with its own."""
    place = f" in line {line}" if line and verdict == "failed" else ""
    message = f"{BROKEN} ({message})" if verdict == "broken" else message
    return f"{verdict}{place}{f': {message}' if message else ''}"
