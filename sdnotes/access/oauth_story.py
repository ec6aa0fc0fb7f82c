"""One login between browser, client, server and API, and ten ways to attack it.

    browser  -> client    log in
    client   -> browser   go to the server, with state and challenge
    browser  -> server    ann says yes
    server   -> browser   go to the client, with the code
    browser  -> client    code
    client   -> server    code and verifier
    server   -> client    tokens
    client   -> api       access token

An attacker stands at one place and does one thing. Each check that is left out lets one
of them through (see OAUTH_ATTACKS), and with all checks made none gets anything.

Source: RFC 9700, section 4, by the section that each attack names.
Left out: TLS and the network itself, which nobody here can read or change.
Builds on: sdnotes.access.oauth, sdnotes.sim. Chapter: docs/chapters/access/.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

import simpy

from sdnotes.access.oauth import (
    REDIRECT_URI,
    SERVER,
    Api,
    AuthorizationRequest,
    AuthorizationResponse,
    AuthorizationServer,
    Checks,
    Client,
    RefusedError,
    Tokens,
    host_of,
)
from sdnotes.access.pkce import challenge_of
from sdnotes.sim import Message, Network, Trace, World

Result = TypeVar("Result")
Steps: TypeAlias = Generator[simpy.Event, Any, Result]

EVIL_URI = "https://shop.example.attacker.example/callback"
"""Begins as the client's own address does, and belongs to somebody else."""

_OWN_VERIFIER = "attacker-" + "y" * 40


@dataclass(frozen=True, slots=True)
class OAuthRun:
    """What came of a run.

    ``stolen`` is what the attacker got, ``refused`` who said no and why, ``users`` as
    whom the client knows each browser at the end.
    """

    trace: Trace
    stolen: tuple[str, ...]
    refused: tuple[str, ...]
    users: dict[str, str]


class OAuthStory:
    """The parties on a simulated network, and the steps that stories are made of."""

    def __init__(self, world: World, network: Network, checks: Checks) -> None:
        self.world, self.network, self.checks = world, network, checks
        self.server = AuthorizationServer(checks)
        self.client = Client(checks, self.server.key)
        self.api = Api(checks, self.server.key)
        self.stolen: list[str] = []
        self.refused: list[str] = []
        for name in ("attacker", "browser", "client", "server", "api"):
            network.attach(name, _arrived)

    @property
    def now_s(self) -> int:
        """Return the time in whole seconds."""
        return self.world.now_us // 1_000_000

    def play(self, story: "Callable[[OAuthStory], Steps[None]]") -> Steps[None]:
        """Play a story to its end, or to the first refusal."""
        try:
            yield from story(self)
        except RefusedError as error:
            self.refused.append(str(error))
            self.world.note(error.by, f"no: {error.why}")

    def hop(self, sender: str, to: str, label: str) -> simpy.Event:
        """Send a message and return the event of its arrival."""
        arrival: simpy.Event = self.world.env.event()
        self.network.send(sender, to, arrival, label)
        return arrival

    def begin(self, browser: str) -> Steps[AuthorizationRequest]:
        """Let a browser ask the client for a login."""
        yield self.hop(browser, "client", "log in")
        request = self.client.begin(browser)
        yield self.hop("client", browser, f"ask, {request.state}")
        return request

    def consent(
        self, browser: str, user: str, request: AuthorizationRequest
    ) -> Steps[AuthorizationResponse]:
        """Let somebody log in at the server and agree."""
        yield self.hop(browser, "server", f"{user}: yes")
        response = self.server.authorize(user, request)
        yield self.hop("server", browser, f"code {response.code}")
        return response

    def finish(self, browser: str, response: AuthorizationResponse) -> Steps[Tokens]:
        """Let a browser bring the code to the client, which redeems it."""
        yield self.hop(browser, "client", f"code {response.code}")
        issuer, verifier = self.client.callback(browser, response)
        if issuer != SERVER:  # the client believes that the attacker is its server
            yield self.hop("client", "attacker", f"{response.code} + verifier")
            tokens = yield from self.redeem(response.code, REDIRECT_URI, verifier)
            yield from self.read_mail(tokens.access)
            return tokens
        yield self.hop("client", "server", f"{response.code} + verifier")
        tokens = self.server.redeem(
            response.code, response.redirect_uri, verifier, "client", self.now_s
        )
        yield self.hop("server", "client", "tokens")
        user = self.client.sign_in(browser, tokens.id_token, self.now_s)
        yield self.hop("client", browser, f"hello {user}")
        return tokens

    def login(self) -> Steps[Tokens]:
        """Let ann log in as she should."""
        request = yield from self.begin("browser")
        response = yield from self.consent("browser", "ann", request)
        return (yield from self.finish("browser", response))

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> Steps[Tokens]:
        """Let the attacker redeem a code in the client's name."""
        yield self.hop("attacker", "server", f"code {code}")
        tokens = self.server.redeem(
            code, redirect_uri, verifier, "attacker", self.now_s
        )
        yield self.hop("server", "attacker", "tokens")
        return tokens

    def read_mail(self, token: str) -> Steps[None]:
        """Let the attacker show a token to the API."""
        yield self.hop("attacker", "api", "token")
        user = self.api.read(token, "attacker", self.now_s)
        yield self.hop("api", "attacker", f"mail of {user}")
        self.stolen.append(f"mail of {user}")


def _arrived(message: Message) -> None:
    assert isinstance(message.payload, simpy.Event), "every message is a hop"
    message.payload.succeed()


def honest(story: OAuthStory) -> Steps[None]:
    """Let ann log in, and the client read her mail."""
    tokens = yield from story.login()
    yield story.hop("client", "api", "access token")
    user = story.api.read(tokens.access, "client", story.now_s)
    yield story.hop("api", "client", f"mail of {user}")


def stolen_code(story: OAuthStory) -> Steps[None]:
    """Let the attacker read the code on its way, and redeem it first."""
    request = yield from story.begin("browser")
    response = yield from story.consent("browser", "ann", request)
    story.world.note("attacker", f"reads {response.code}")
    tokens = yield from story.redeem(response.code, REDIRECT_URI, "")
    yield from story.read_mail(tokens.access)


def injected_code(story: OAuthStory) -> Steps[None]:
    """Let the attacker bring ann's code to the client as if it were his own."""
    request = yield from story.begin("browser")
    response = yield from story.consent("browser", "ann", request)
    story.world.note("attacker", f"reads {response.code}")
    own = yield from story.begin("attacker")
    yield from story.finish("attacker", replace(response, state=own.state))
    story.stolen.append("the client's account of ann")


def mix_up(story: OAuthStory) -> Steps[None]:
    """Make the client believe that it asked the attacker's server."""
    yield story.hop("browser", "client", "log in")
    request = story.client.begin("browser", issuer="https://attacker.example")
    yield story.hop("client", "browser", f"ask, {request.state}")
    yield story.hop("browser", "attacker", "ask")
    yield story.hop("attacker", "browser", "go to server")
    response = yield from story.consent("browser", "ann", request)
    yield from story.finish("browser", response)


def login_csrf(story: OAuthStory) -> Steps[None]:
    """Send ann's browser to the client with a code of the attacker's account."""
    request = yield from story.begin("attacker")
    response = yield from story.consent("attacker", "mallory", request)
    yield story.hop("attacker", "browser", "a link")
    yield from story.finish("browser", response)
    story.stolen.append("what ann writes as mallory")


def open_redirect(story: OAuthStory) -> Steps[None]:
    """Let ann follow a link that asks the server to send her code elsewhere."""
    own = challenge_of(_OWN_VERIFIER) if story.checks.pkce else ""
    request = AuthorizationRequest("shop", EVIL_URI, "s0", own)
    yield story.hop("attacker", "browser", "a link")
    response = yield from story.consent("browser", "ann", request)
    assert host_of(response.redirect_uri) == "shop.example.attacker.example"
    yield story.hop("browser", "attacker", f"code {response.code}")
    verifier = _OWN_VERIFIER if story.checks.pkce else ""
    tokens = yield from story.redeem(response.code, EVIL_URI, verifier)
    yield from story.read_mail(tokens.access)


def downgrade(story: OAuthStory) -> Steps[None]:
    """Play login CSRF against PKCE: the attacker's own code has no challenge."""
    yield from story.begin("browser")
    request = replace((yield from story.begin("attacker")), challenge="")
    response = yield from story.consent("attacker", "mallory", request)
    yield story.hop("attacker", "browser", "a link")
    yield from story.finish("browser", response)
    story.stolen.append("what ann writes as mallory")


def refresh_replayed(story: OAuthStory) -> Steps[None]:
    """Let the attacker use a copy of the refresh token before the client does."""
    tokens = yield from story.login()
    story.world.note("attacker", f"copies {tokens.refresh}")
    yield story.hop("attacker", "server", tokens.refresh)
    own = story.server.renew(tokens.refresh, "attacker", story.now_s)
    yield story.hop("server", "attacker", f"tokens, {own.refresh}")
    yield story.hop("client", "server", tokens.refresh)
    try:
        story.server.renew(tokens.refresh, "client", story.now_s)
    except RefusedError as error:
        story.refused.append(str(error))
        story.world.note("server", f"no: {error.why}")
    yield story.hop("attacker", "server", own.refresh)
    again = story.server.renew(own.refresh, "attacker", story.now_s)
    yield story.hop("server", "attacker", f"tokens, {again.refresh}")
    yield from story.read_mail(again.access)


def id_token_to_api(story: OAuthStory) -> Steps[None]:
    """Let the attacker find ann's ID token in a log, and send it to the API."""
    tokens = yield from story.login()
    story.world.note("attacker", "finds the ID token")
    yield from story.read_mail(tokens.id_token)


def token_as_login(story: OAuthStory) -> Steps[None]:
    """Let ann log in to the attacker's game, and him use her token as a login."""
    request = AuthorizationRequest("game", REDIRECT_URI, "s0", "")
    response = yield from story.consent("browser", "ann", request)
    tokens = story.server.redeem(
        response.code, REDIRECT_URI, "", "attacker", story.now_s
    )
    story.world.note("attacker", "has ann's tokens")
    if story.checks.id_token_login:
        yield story.hop("attacker", "client", "ID token")
        story.client.sign_in("attacker", tokens.id_token, story.now_s)
    else:
        yield story.hop("attacker", "client", "access token")
        yield story.hop("client", "api", "who is it?")
        user = story.api.read(tokens.access, "attacker", story.now_s)
        yield story.hop("api", "client", user)
        story.client.users["attacker"] = user
    story.stolen.append("the client's account of ann")


def stolen_access_token(story: OAuthStory) -> Steps[None]:
    """Let the attacker copy the access token from a log, and use it himself."""
    tokens = yield from story.login()
    story.world.note("attacker", "copies the token")
    yield from story.read_mail(tokens.access)


def run_story(story: Callable[[OAuthStory], Steps[None]], checks: Checks) -> OAuthRun:
    """Return what comes of one story under these checks; each hop takes 10 ms."""
    world = World()
    network = Network(world, delay=10_000)
    told = OAuthStory(world, network, checks)
    world.process(told.play(story))
    world.run()
    return OAuthRun(
        world.trace, tuple(told.stolen), tuple(told.refused), dict(told.client.users)
    )
