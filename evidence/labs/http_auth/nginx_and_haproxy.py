"""What do two proxies say when they let a request not through, and what do they cache?

    nginx                       came back
    auth_basic, nobody asks     401, Basic realm="r1"
    return 401                  401, and no challenge: not allowed (RFC 9110 15.5.2)
    auth_request, 404 behind    500: the module knows 401 and 403 alone
    proxy_cache, by token       alice's page for bob, unless the origin forbids it

Source: claims HTTP-03, HTTP-05, HTTP-07; RFC 9110, section 15.5; RFC 9111, section 3.5.
Left out: HTTP/2; TLS client certificates; nginx's commercial modules.
Chapter: docs/chapters/http_auth/.
"""

import base64
import http.client
import re
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evidence.labs.notebook import COLUMNS, Notebook, Row
from evidence.labs.server import LOOPBACK, Server, find, free_ports, lab_folder
from evidence.labs.wsgi_server import serving
from sdnotes.http_auth import Shop, Site, guarded, shop_app

CAPTION = (
    "One nginx and one HAProxy, each before one small application, with HTTP/1.1. "
    "In 'by token' the application answers with the token that it was sent."
)
__all__ = ["CAPTION", "COLUMNS", "rows"]

RIGHT = {"Authorization": "Basic " + base64.b64encode(b"alice:right").decode()}
WRONG = {"Authorization": "Basic " + base64.b64encode(b"alice:wrong").decode()}
PREFLIGHT = {
    "Origin": "https://a.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization",
}
SAYS = ("nothing", "max-age=60", "private", "no-store", "public, max-age=60")
"""What the application says of caching, and under which path."""

NGINX = """
daemon off; pid {d}/pid; error_log {d}/err;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {d}/1; proxy_temp_path {d}/2;
  fastcgi_temp_path {d}/3; uwsgi_temp_path {d}/4; scgi_temp_path {d}/5;
  limit_req_zone $binary_remote_addr zone=few:1m rate=1r/m;
  proxy_cache_path {d}/cache keys_zone=kept:1m;
  server {{
    listen {host}:{port}; root {d}/www;
    location = /basic {{ auth_basic "r1"; auth_basic_user_file {d}/users; }}
    location = /bare {{ return 401; }}
    location = /mended {{ add_header WWW-Authenticate 'Bearer realm="r1"' always;
                          return 401; }}
    location = /denied {{ deny all; }}
    location = /folder/ {{ }}
    location = /often {{ limit_req zone=few; }}
    location /orders/ {{ auth_request /check; }}
    location = /check {{ internal; proxy_pass http://{host}:{app}$request_uri; }}
    location /kept/ {{ proxy_cache kept; proxy_cache_valid 200 404 10m;
                       proxy_pass http://{host}:{app}; }}
    location /asked/ {{ proxy_cache kept; proxy_cache_valid 200 404 10m;
                        proxy_no_cache $http_authorization $http_cookie;
                        proxy_cache_bypass $http_authorization $http_cookie;
                        proxy_pass http://{host}:{app}; }}
  }}
}}
"""
HAPROXY = """
global
  maxconn 100
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
userlist people
  user alice insecure-password right
cache kept
  total-max-size 1
frontend web
  bind {host}:{port}
  http-request auth realm r1 if {{ path /basic }} !{{ http_auth(people) }}
  http-request deny deny_status 401 if {{ path /bare }}
  http-request deny if {{ path /denied }}
  http-request deny deny_status 429 if {{ path /often }}
  http-request deny deny_status 407 if {{ path /proxy }}
  http-request return status 200 if {{ path /basic }}
  http-request cache-use kept if {{ path_beg /kept/ }}
  http-response cache-store kept
  default_backend app
backend app
  server one {host}:{app}
"""


def rows() -> tuple[list[Row], dict[str, Any]]:
    """Return the facts, and the versions."""
    nginx = find("nginx", "nginx-light", [Path("/usr/sbin")])
    haproxy = find("haproxy", "haproxy", [Path("/usr/sbin")])
    book = Notebook(
        observed={"versions": {"nginx": said(nginx), "haproxy": said(haproxy)}}
    )
    site = Site("shop", ("GET", "HEAD"))
    behind = by_path(guarded(shop_app, Shop(site, max_failures=99)))
    with lab_folder() as folder, serving(behind) as app:
        ports = free_ports(2)
        with started_nginx(nginx, folder, ports[0], app) as server:
            server.wait_until(lambda: listens(ports[0]))
            of_nginx(book, ports[0])
        with started_haproxy(haproxy, folder, ports[1], app) as server:
            server.wait_until(lambda: listens(ports[1]))
            of_haproxy(book, ports[1])
    return book.rows, book.observed


def by_path(shop: Any) -> Any:
    """Return an application that repeats the token below /kept/, and else the shop."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(("/kept/", "/asked/")):
            return shop(environ, start_response)  # type: ignore[no-any-return]
        number = int(path.rpartition("/")[2])
        body = (environ.get("HTTP_AUTHORIZATION") or environ["HTTP_COOKIE"]).encode()
        fields = [("Content-Length", str(len(body)))]
        if number:
            fields.append(("Cache-Control", SAYS[number]))
        start_response("200 OK", fields)
        return [body]

    return application


def started_nginx(program: str, folder: Path, port: int, app: int) -> Server:
    """Start nginx with its files in the folder."""
    (folder / "www/folder").mkdir(parents=True)
    for name in ("basic", "often", "denied"):
        (folder / "www" / name).write_text("here\n", "utf-8")
    (folder / "www/orders").mkdir()
    (folder / "www/orders/7").write_text("order\n", "utf-8")
    (folder / "users").write_text("alice:{PLAIN}right\n", "utf-8")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    text = NGINX.format(d=folder, host=LOOPBACK, port=port, app=app)
    (folder / "n.conf").write_text(text, "utf-8")
    command = [program, "-p", f"{folder}", "-c", f"{folder}/n.conf"]
    return Server("nginx", [*command, "-e", f"{folder}/err"], folder)


def started_haproxy(program: str, folder: Path, port: int, app: int) -> Server:
    """Start HAProxy in the foreground."""
    text = HAPROXY.format(host=LOOPBACK, port=port, app=app)
    (folder / "h.cfg").write_text(text, "utf-8")
    return Server("haproxy", [program, "-db", "-f", f"{folder}/h.cfg"], folder)


def of_nginx(book: Notebook, port: int) -> None:
    """Ask nginx."""
    basics(book, "nginx, auth_basic", port)
    book.fact("nginx, return 401", "no credentials", asks(port, "/bare"))
    name = "nginx, return 401 and add_header ... always"
    book.fact(name, "no credentials", asks(port, "/mended"))
    book.fact("nginx, deny all", "no credentials", asks(port, "/denied"))
    name = "nginx, a folder without index"
    book.fact(name, "no credentials", asks(port, "/folder/"))
    asks(port, "/often")
    book.fact("nginx, limit_req", "one too many", asks(port, "/often"))
    tokens = {
        "no token": None,
        "a wrong one": "x",
        "without the scope": "alice-no-scope",
        "a good one": "alice",
    }
    for asked, token in tokens.items():
        fields = {} if token is None else {"Authorization": f"Bearer {token}"}
        came_back = asks(port, "/orders/7", fields)
        book.fact("nginx, auth_request", asked, came_back)
    hidden = asks(port, "/orders/8", {"Authorization": "Bearer alice"})
    book.fact("nginx, auth_request", "the application hides it: 404", hidden)
    kept(book, "nginx, proxy_cache and proxy_cache_valid", port)
    name = "nginx, proxy_no_cache and proxy_cache_bypass too"
    for by in ("Authorization", "Cookie"):
        path = f"/asked/{by}/1"
        _, then = (body(port, path, {by: who}) for who in ("alice", "bob"))
        book.fact(name, f"by {by}, the origin says {SAYS[1]}", f"bob sees {then}'s")


def of_haproxy(book: Notebook, port: int) -> None:
    """Ask HAProxy."""
    basics(book, "haproxy, http-request auth", port)
    for path, name in {
        "/bare": "haproxy, deny_status 401",
        "/denied": "haproxy, deny",
        "/often": "haproxy, deny_status 429",
        "/proxy": "haproxy, deny_status 407",
    }.items():
        book.fact(name, "no credentials", asks(port, path))
    kept(book, "haproxy, cache-store", port)


def basics(book: Notebook, name: str, port: int) -> None:
    """Ask for what a name and a password open."""
    book.fact(name, "no credentials", asks(port, "/basic"))
    book.fact(name, "a wrong password", asks(port, "/basic", WRONG))
    book.fact(name, "the right one", asks(port, "/basic", RIGHT))
    book.fact(name, "HEAD", asks(port, "/basic", method="HEAD"))
    preflight = asks(port, "/basic", PREFLIGHT, "OPTIONS")
    book.fact(name, "a CORS preflight", preflight)


def kept(book: Notebook, name: str, port: int) -> None:
    """Ask as alice, then as bob, and look whose page bob is shown."""
    for by in ("Authorization", "Cookie"):
        for number, says in enumerate(SAYS):
            path = f"/kept/{by}/{number}"
            first, then = (body(port, path, {by: who}) for who in ("alice", "bob"))
            assert first == "alice"
            book.fact(name, f"by {by}, the origin says {says}", f"bob sees {then}'s")


def asks(
    port: int, path: str, fields: dict[str, str] | None = None, method: str = "GET"
) -> str:
    """Return a status with the fields that go with it, as a cell."""
    answer, _ = exchange(port, path, fields or {}, method)
    shown = [str(answer.status)]
    for name in ("WWW-Authenticate", "Proxy-Authenticate", "Allow", "Retry-After",
                 "Cache-Control"):  # fmt: skip
        values = answer.headers.get_all(name) or []
        shown += [f"{name}: {value}" for value in values]
    return ", ".join(shown)


def body(port: int, path: str, fields: dict[str, str]) -> str:
    """Return the body of an answer."""
    return exchange(port, path, fields, "GET")[1].decode()


def exchange(
    port: int, path: str, fields: dict[str, str], method: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """Send one request on a connection of its own."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request(method, path, headers=fields)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def listens(port: int) -> bool:
    """Return whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def said(program: str) -> str:
    """Return a program's version."""
    done = subprocess.run(  # noqa: S603  (a lab's own command)
        [program, "-v"], capture_output=True, text=True, check=True
    )
    found = re.search(r"\d+\.\d+\.\d+", done.stdout + done.stderr)
    return found[0] if found else "unknown"
