"""Phishing, tried on a password, on a code from a telephone, and on a passkey.

    ann      opens bank.example.attacker.test, which looks like bank.example
    fake     asks the bank for a login at the same moment, and passes on what it says
    ann      answers the fake one, as she would the right one
    fake     gives her answer to the bank

    password   what she types is what the bank wants: in
    code       it is good for a minute, and takes a second: in
    passkey    her browser signs for the site that it is on, with that site's key: it
               has none for this one, and the bank would not take another's: out

She need not notice anything: it is the browser that compares names, and what it signs
is of use nowhere else.

Source: W3C Web Authentication Level 2, section 7.2, verifying an assertion.
Left out: cryptography (a signature here is a record of who signed what), attestation,
counters of signatures, passkeys that several devices share.
Chapter: docs/chapters/access/.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import simpy

from sdnotes.sim import Message, Network, Trace, World

Method: TypeAlias = Literal["password", "code", "passkey"]
METHODS: tuple[str, ...] = get_args(Method)

BANK = "bank.example"
FAKE = "bank.example.attacker.test"


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a browser and its authenticator sign: for which site, over what."""

    key: str
    site: str
    origin: str
    challenge: str
    user_present: bool = True


@dataclass(slots=True)
class Authenticator:
    """Keeps one key for each site, and signs only for the page that asks."""

    keys: dict[str, str]

    def sign(self, page: str, challenge: str) -> Assertion | None:
        """Return an assertion for the site of this page; None if it has no key."""
        if page not in self.keys:
            return None
        return Assertion(self.keys[page], page, f"https://{page}", challenge)


def accepts(assertion: Assertion, key: str, challenge: str, site: str = BANK) -> bool:
    """Return whether a site takes an assertion: its challenge, its origin, its key."""
    return (
        assertion.challenge == challenge
        and assertion.origin == f"https://{site}"
        and assertion.site == site
        and assertion.user_present
        and assertion.key == key
    )


@dataclass(frozen=True, slots=True)
class PhishingRun:
    """What came of a run: whether the attacker is logged in as ann, and why not."""

    trace: Trace
    attacker_in: bool
    refused: str


class _Story:
    """The fake site in the middle, and what it is told."""

    def __init__(self, method: Method, authenticator: Authenticator) -> None:
        self.world = World()
        self.network = Network(self.world, delay=10_000)
        self.method, self.authenticator = method, authenticator
        self.refused = ""
        for name in ("ann", "fake", "bank"):
            self.network.attach(name, _arrived)

    def hop(self, sender: str, to: str, label: str) -> simpy.Event:
        arrival: simpy.Event = self.world.env.event()
        self.network.send(sender, to, arrival, label)
        return arrival

    def play(self) -> Generator[simpy.Event, Any, None]:
        asks = {"password": "password?", "code": "code?", "passkey": "sign x9"}
        yield self.hop("ann", "fake", "log in")
        yield self.hop("fake", "bank", "log in as ann")
        yield self.hop("bank", "fake", asks[self.method])
        yield self.hop("fake", "ann", asks[self.method])
        if self.method == "passkey":
            yield from self.sign()
        else:
            typed = {"password": "password", "code": "+ code"}[self.method]
            yield self.hop("ann", "fake", typed)
            yield self.hop("fake", "bank", "the same")
        if self.refused:
            self.world.note("bank", "nobody comes in")
        else:
            yield self.hop("bank", "fake", "hello ann")

    def sign(self) -> Generator[simpy.Event, Any, None]:
        """Let ann's browser sign for the page that it is on, if it can."""
        assertion = self.authenticator.sign(FAKE, "x9")
        if assertion is None:
            self.world.note("ann", "no passkey here")
            self.refused = "no passkey for this site"
            return
        yield self.hop("ann", "fake", "signed x9")
        yield self.hop("fake", "bank", "signed x9")
        if not accepts(assertion, "ann's key", "x9"):
            self.refused = "signed for another site"


def _arrived(message: Message) -> None:
    assert isinstance(message.payload, simpy.Event), "every message is a hop"
    message.payload.succeed()


def run_phishing(
    method: Method = "password", *, second_key: bool = False
) -> PhishingRun:
    """Return how a fake site fares that passes on everything at once.

    ``second_key`` lets ann make a passkey for the fake site too: it signs then, and the
    bank is what refuses. Raises ValueError for another method.

    Examples:
        >>> [run_phishing(method).attacker_in for method in METHODS]
        [True, True, False]
    """
    if method not in METHODS:
        raise ValueError(f"method={method!r} is not one of {', '.join(METHODS)}")
    keys = {BANK: "ann's key", **({FAKE: "another key"} if second_key else {})}
    story = _Story(method, Authenticator(keys))
    story.world.process(story.play())
    story.world.run()
    return PhishingRun(story.world.trace, not story.refused, story.refused)
