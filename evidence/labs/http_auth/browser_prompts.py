"""When does a browser ask for a password in a window of its own?

    opened, Basic realm="a"         it asks
    opened, Bearer realm="a"        it shows the answer's body
    opened, no challenge            it shows the body
    fetched by a script, Basic      it asks too
    fetched, credentials "omit"     it does not

Asked is Chromium itself, by its DevTools protocol: ``Fetch.authRequired`` is sent where
it would show the window.

Source: Fetch, HTTP-network-or-cache fetch; Chrome DevTools Protocol, domain Fetch.
Left out: other browsers; proxies; what is remembered after a password was right.
Chapter: docs/chapters/http_auth/.
"""

import contextlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, quote

from playwright.sync_api import Error, sync_playwright

from evidence.labs.notebook import COLUMNS, Notebook, Row
from evidence.labs.server import LOOPBACK, find
from evidence.labs.wsgi_server import serving

CAPTION = (
    "Headless Chromium, which nobody answers; each answer is a 401 with a body, and "
    "with the challenge that the row names. A semicolon stands between two fields."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]

CHALLENGES = (
    'Basic realm="a"',
    "Basic",
    'Digest realm="a", nonce="b"',
    "Negotiate",
    'Bearer realm="a"',
    'DPoP algs="ES256"',
    'Newauth realm="a"',
    'Bearer realm="a", Basic realm="b"',
    'Basic realm="b", Bearer realm="a"',
    'Bearer realm="a"; Basic realm="b"',
    "",
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and the version."""
    book = Notebook()
    program = find("chromium", "chromium")
    with serving(application) as port, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=FLAGS)
        book.observed["versions"] = {"chromium": browser.version}
        for challenge in CHALLENGES:
            came_back = opened(browser, address(port, challenge))
            book.fact("a page is opened", challenge or "no challenge", came_back)
        basic = address(port, CHALLENGES[0])
        for options in ("{}", "{credentials: 'omit'}",
                        "{headers: {Authorization: 'Bearer x'}}"):  # fmt: skip
            came_back = fetched(browser, f"http://{LOOPBACK}:{port}/", basic, options)
            book.fact(f"a script: fetch(..., {options})", CHALLENGES[0], came_back)
        browser.close()
    return book.rows, book.observed


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer with the challenge that the address names, or with a page."""
    asked = parse_qs(environ["QUERY_STRING"], keep_blank_values=True).get("challenge")
    fields = [("Content-Type", "text/html"), ("Cache-Control", "no-store")]
    if asked is None:
        start_response("200 OK", fields)
        return [b"a page"]
    for challenge in filter(None, asked[0].split("; ")):
        fields.append(("WWW-Authenticate", challenge))  # noqa: PERF401
    start_response("401 Unauthorized", fields)
    return [b"the body"]


def address(port: int, challenge: str) -> str:
    """Return where a challenge is sent from."""
    return f"http://{LOOPBACK}:{port}/?challenge={quote(challenge, safe='')}"


def watched(browser: Any) -> tuple[Any, list[str]]:
    """Return a new page, and a list that gets the schemes that it asks about."""
    page = browser.new_context().new_page()
    session, asked = page.context.new_cdp_session(page), list[str]()

    def paused(event: dict[str, Any]) -> None:
        with contextlib.suppress(Error):  # of an icon, when the page is closed already
            session.send("Fetch.continueRequest", {"requestId": event["requestId"]})

    def required(event: dict[str, Any]) -> None:
        asked.append(event["authChallenge"]["scheme"])
        answer = {"response": "CancelAuth"}
        session.send(
            "Fetch.continueWithAuth",
            {"requestId": event["requestId"], "authChallengeResponse": answer},
        )

    session.on("Fetch.requestPaused", paused)
    session.on("Fetch.authRequired", required)
    session.send("Fetch.enable", {"handleAuthRequests": True})
    return page, asked


def opened(browser: Any, url: str) -> str:
    """Open an address, and tell what the browser did."""
    page, asked = watched(browser)
    try:
        page.goto(url, timeout=20_000)
        shown = page.text_content("body").strip()
    except Error as error:
        shown = str(error).partition(" at ")[0].rpartition(" ")[2]
    page.context.close()
    return told(asked, shown)


def fetched(browser: Any, home: str, url: str, options: str) -> str:
    """Let a script of the same origin fetch an address, and tell what it got."""
    page, asked = watched(browser)
    page.goto(home, timeout=20_000)
    script = f"async url => (await fetch(url, {options})).status"
    status = page.evaluate(script, url)
    page.context.close()
    return told(asked, f"status {status}")


def told(asked: list[str], shown: str) -> str:
    """Return a cell."""
    if asked:
        return f"asks for a password, {asked[0]}; cancelled: {shown}"
    return f"does not ask: {shown}"
