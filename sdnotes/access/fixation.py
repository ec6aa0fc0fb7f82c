"""Session fixation: the thief does not steal the session, he gives it to her.

    mallory -> site    a session, please          7f3a
    mallory -> ann     a link that plants 7f3a
    ann     -> site    with 7f3a: here is my password
    mallory -> site    with 7f3a: who am I?

    rotate=False   ann: her login made 7f3a hers, and he knows it
    rotate=True    nobody: at her login 7f3a ended

Source: Kolšek 2002, "Session Fixation Vulnerability in Web-based Applications".
Left out: how the number is planted (a neighbouring subdomain, a bad proxy).
Builds on: sdnotes.access.sessions, sdnotes.sim. Chapter: docs/chapters/access/.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy

from sdnotes.access.sessions import Sessions
from sdnotes.sim import Message, Network, Trace, World


@dataclass(frozen=True, slots=True)
class FixationRun:
    """What came of a run: as whom the site takes the attacker, "" for nobody."""

    trace: Trace
    attacker_is: str


class _FixedSessions(Sessions):
    """Sessions that keep their number over a login. For teaching."""

    def log_in(self, session_id: str, user: str, now_s: float) -> str:
        assert self.user(session_id, now_s) is not None, "it was planted before"
        for session in self._sessions.values():
            session.user = user
        return session_id


def _arrived(message: Message) -> None:
    assert isinstance(message.payload, simpy.Event), "every message is a hop"
    message.payload.succeed()


def run_fixation(*, rotate: bool = True) -> FixationRun:
    """Return as whom an attacker goes on, who planted a session before a login.

    Examples:
        >>> run_fixation(rotate=False).attacker_is
        'ann'
        >>> run_fixation(rotate=True).attacker_is
        ''
    """
    world = World()
    network = Network(world, delay=10_000)
    for name in ("mallory", "ann", "site"):
        network.attach(name, _arrived)
    numbers = iter(["7f3a", "c81e"])
    kind = Sessions if rotate else _FixedSessions
    sessions = kind(lambda: next(numbers), idle_s=1_800, absolute_s=28_800)
    found: list[str] = []

    def hop(sender: str, to: str, label: str) -> simpy.Event:
        arrival: simpy.Event = world.env.event()
        network.send(sender, to, arrival, label)
        return arrival

    def story() -> Generator[simpy.Event, Any, None]:
        yield hop("mallory", "site", "a session?")
        planted = sessions.start(now_s=0)
        yield hop("site", "mallory", planted)
        yield hop("mallory", "ann", f"link, {planted}")
        yield hop("ann", "site", f"{planted}: login")
        hers = sessions.log_in(planted, "ann", now_s=0)
        yield hop("site", "ann", f"hello ann, {hers}")
        yield hop("mallory", "site", f"{planted}: who?")
        user = sessions.user(planted, now_s=0) or ""
        yield hop("site", "mallory", user or "nobody")
        found.append(user)

    world.process(story())
    world.run()
    return FixationRun(world.trace, found[0])
