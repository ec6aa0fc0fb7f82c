"""What may a client do next? A few answers invite another try, and each of them once.

    401, a challenge not seen before     get credentials, send them
    401, the same one after a try        stop, and show what it says
    403 with insufficient_scope          get a token with that scope, once
    403, 404, 405, 400                   stop: another try gets the same
    429, 503 with Retry-After            wait, then send the same again
    401 without a challenge              stop: it does not say what it wants

Source: RFC 9110, sections 15.5.2, 15.5.4 and 10.2.3; RFC 6750, section 3.1.
Left out: which of several challenges is the strongest: ours takes the first that it
can answer; redirects.
Builds on: sdnotes.http_auth.answers, bearer, challenges.
Chapter: docs/chapters/http_auth/.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sdnotes.http_auth.answers import Answer
from sdnotes.http_auth.bearer import Demand, read_challenge
from sdnotes.http_auth.challenges import Credentials, parse_challenges
from sdnotes.http_auth.scanning import HeaderError

Renew = Callable[[Demand], Credentials | None]
Send = Callable[[Credentials | None], Answer]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, and why."""

    action: Literal["done", "send", "wait", "stop"]
    because: str
    wait_s: int = 0


@dataclass(slots=True)
class Client:
    """A client that answers each challenge once.

    ``renew`` gets credentials for a demand, or None if it cannot. Raises ValueError
    for fewer than one request.
    """

    renew: Renew
    credentials: Credentials | None = None
    max_requests: int = 5
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.max_requests < 1:
            raise ValueError(f"max_requests={self.max_requests!r} is below 1")

    def run(
        self, send: Send, wait: Callable[[int], object]
    ) -> list[tuple[Answer, Step]]:
        """Send until it is done or to be stopped; return each answer and its step.

        ``wait`` is called with seconds, and lets them pass.
        """
        rounds: list[tuple[Answer, Step]] = []
        while True:
            answer = send(self.credentials)
            step = self.next_step(answer)
            if step.action in ("send", "wait") and len(rounds) + 1 >= self.max_requests:
                step = Step("stop", f"that was request {self.max_requests}")
            rounds.append((answer, step))
            if step.action in ("done", "stop"):
                return rounds
            if step.action == "wait":
                wait(step.wait_s)

    def next_step(self, answer: Answer) -> Step:
        """Return what to do after an answer; new credentials are kept for it."""
        if answer.status < 400:
            return Step("done", f"{answer.status}")
        if answer.status in (429, 503):
            return _wait(answer)
        if answer.status not in (401, 403, 407):
            return Step("stop", f"{answer.status}: another try gets the same")
        name = "Proxy-Authenticate" if answer.status == 407 else "WWW-Authenticate"
        return self._challenged(answer.status, answer.field(name))

    def _challenged(self, status: int, text: str | None) -> Step:
        if text is None:
            return Step("stop", f"{status} that does not say what it wants")
        try:
            challenges = parse_challenges(text)
        except HeaderError as error:
            return Step("stop", f"a challenge that cannot be read: {error}")
        if text in self.seen and self.credentials is not None:
            return Step("stop", "the same challenge again, after a try")
        self.seen.append(text)
        for demand in map(read_challenge, challenges):
            if status == 403 and demand.error != "insufficient_scope":
                continue
            if (credentials := self.renew(demand)) is not None:
                self.credentials = credentials
                return Step("send", demand.error or "a challenge")
        return Step("stop", f"{status}: no credentials for it")


def loop(send: Send, renew: Renew, max_requests: int = 100) -> int:
    """Return how many requests a client sends that renews after each 401 and 403.

    It stops by itself only if it gets in: the mistake, to be measured.
    """
    credentials: Credentials | None = None
    for sent in range(1, max_requests + 1):
        if send(credentials).status not in (401, 403):
            return sent
        credentials = renew(Demand("bearer"))
    return max_requests


def _wait(answer: Answer) -> Step:
    text = answer.field("Retry-After") or ""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return Step("wait", f"{answer.status}", int(text))
    return Step("stop", f"{answer.status} that does not say for how long")
