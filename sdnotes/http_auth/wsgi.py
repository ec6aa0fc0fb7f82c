"""The table of decisions around a WSGI application: refusals never reach it.

    server -> guarded(app, shop) -> 401, 403, 404, 405, 429 with all their fields
                                 -> app, with REMOTE_USER, if nothing is against it

Whatever the application says, an answer to a request that needs credentials is sent
with ``Cache-Control: no-store``.

Source: PEP 3333; RFC 9110, section 9.3.2, for HEAD.
Left out: asynchronous servers; bodies of requests, which are the application's.
Builds on: sdnotes.http_auth.answers, deciding, shop.
Chapter: docs/chapters/http_auth/.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sdnotes.http_auth.answers import Answer, Request
from sdnotes.http_auth.deciding import PHRASES, decide
from sdnotes.http_auth.shop import Shop

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def request_of(environ: Environ) -> Request:
    """Return a WSGI environment as a request.

    Examples:
        >>> request_of({"REQUEST_METHOD": "GET", "HTTP_X": "1"}).fields
        {'x': '1'}
    """
    fields = {
        name[5:].replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    method, path = str(environ["REQUEST_METHOD"]), str(environ.get("PATH_INFO", "/"))
    return Request(method, path, fields, str(environ.get("REMOTE_ADDR", "")))


def guarded(app: Application, shop: Shop) -> Application:
    """Return an application that lets through what the shop's rules let through."""

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = request_of(environ)
        facts = shop.facts(request)
        if decide(facts).status != 200:
            return sent(shop.answer(request), start_response)

        def start(status: str, fields: list[tuple[str, str]], *more: Any) -> Any:
            kept = [each for each in fields if each[0].lower() != "cache-control"]
            if facts.needs_credentials:
                fields = [*kept, ("Cache-Control", "no-store")]
            return start_response(
                status, [*fields, *shop.site.shown_to(request)], *more
            )

        _, token = shop.credentials_of(request)
        environ = {**environ, "REMOTE_USER": token.user if token else ""}
        return app(environ, start)

    return application


def sent(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    """Start a response, and return its body."""
    status = f"{answer.status} {PHRASES[answer.status]}"
    start_response(status, list(answer.fields))
    return [answer.body.encode()]


def shop_app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer as the shop does behind its guard: a small application to be guarded."""
    user = environ.get("REMOTE_USER") or "everybody"
    body = f"hello, {user}\n".encode()
    fields = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response("200 OK", fields)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
