"""The guard as a WSGI application: by the standard's validator, and by real clients."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from sdnotes.http_auth import Shop, Site, guarded, shop_app

READS = ("sdnotes/http_auth/*.py",)

ALICE = {"HTTP_AUTHORIZATION": "Bearer alice"}


def shop() -> Shop:
    site = Site("the shop", ("GET", "HEAD"), ("https://a.example",), with_basic=True)
    return Shop(site, max_failures=99)


def called(
    method: str, path: str, **extra: str
) -> tuple[str, dict[str, list[str]], bytes]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        **extra,
    }
    setup_testing_defaults(environ)
    environ["QUERY_STRING"] = ""
    said: list[Any] = []

    def start(status: str, fields: list[tuple[str, str]], *_: Any) -> Any:
        said.extend((status, fields))
        return lambda body: None

    result = validator(guarded(shop_app, shop()))(environ, start)
    body = b"".join(result)
    result.close()  # type: ignore[attr-defined]
    fields: dict[str, list[str]] = {}
    for name, value in said[1]:
        fields.setdefault(name.lower(), []).append(value)
    return said[0], fields, body


def test_a_request_that_is_let_through_reaches_the_application() -> None:
    status, fields, body = called("GET", "/orders/7", **ALICE)
    assert (status, body) == ("200 OK", b"hello, alice\n")
    assert fields["cache-control"] == ["no-store"]
    _, public, body = called("GET", "/")
    assert body == b"hello, everybody\n"
    assert "cache-control" not in public


def test_a_refusal_never_reaches_the_application() -> None:
    status, fields, body = called("GET", "/orders/7")
    assert status == "401 Unauthorized"
    schemes = [each.partition(" ")[0] for each in fields["www-authenticate"]]
    assert schemes == ["Bearer", "Basic"]
    assert b"hello" not in body
    assert fields["content-type"] == ["application/problem+json"]
    for path, wanted in (
        ("/orders/8", "404 Not Found"),
        ("/orders/9", "404 Not Found"),
    ):
        assert called("GET", path, **ALICE)[0] == wanted


def test_head_gets_the_fields_of_get_and_no_body() -> None:
    """RFC 9110 section 9.3.2."""
    for extra in ({}, ALICE):
        status, fields, body = called("HEAD", "/orders/7", **extra)
        get_status, get_fields, get_body = called("GET", "/orders/7", **extra)
        assert (status, body) == (get_status, b"")
        assert fields == get_fields
        assert fields["content-length"] == [str(len(get_body))]


def test_another_method_is_told_which_there_are() -> None:
    status, fields, _ = called("POST", "/orders/7", HTTP_AUTHORIZATION="Bearer bob")
    assert status == "403 Forbidden"
    status, fields, _ = called("OPTIONS", "/", **ALICE)
    assert (status, fields["allow"]) == ("405 Method Not Allowed", ["GET, HEAD"])


def test_a_preflight_passes_the_guard() -> None:
    status, fields, body = called(
        "OPTIONS",
        "/orders/7",
        HTTP_ORIGIN="https://a.example",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET",
    )
    assert (status, body) == ("204 No Content", b"")
    assert fields["access-control-allow-headers"] == ["Authorization"]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with make_server(
        "127.0.0.1", 0, guarded(shop_app, shop()), handler_class=Quiet
    ) as server:
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def curl(*arguments: str) -> tuple[int, str]:
    path = shutil.which("curl")
    assert path is not None, "curl is not installed: apt-get install curl"
    done = subprocess.run(
        [path, "--silent", "--max-time", "10", "--noproxy", "*", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.slow
def test_curl_answers_the_challenge_that_it_can(address: str) -> None:
    """--anyauth asks without credentials first, and then picks a challenge."""
    order = f"{address}/orders/7"
    wanted = "%{http_code} %{num_connects}"
    both = ("--output", "/dev/null", "--write-out", "%{http_code}")
    assert curl(*both, order)[1] == "401"
    assert curl(*both, "--user", "alice:open sesame", order)[1] == "200"
    assert curl(*both, "--anyauth", "--user", "alice:open sesame", order)[1] == "200"
    assert curl(*both, "--anyauth", "--user", "alice:wrong", order)[1] == "401"
    assert curl(*both, "--oauth2-bearer", "alice", order)[1] == "200"
    assert curl(*both, "--oauth2-bearer", "alice-no-scope", order)[1] == "403"
    assert curl(*both, "--oauth2-bearer", "alice", f"{address}/orders/8")[1] == "404"
    assert curl(*both, "--head", order)[1] == "401"
    assert curl("--fail", "--write-out", wanted, order)[0] == 22
    code, text = curl("--include", "--oauth2-bearer", "x", order)
    assert (code, text.count("WWW-Authenticate:")) == (0, 2)
    assert 'error="invalid_token"' in text


URLLIB = """
import sys, urllib.error, urllib.request as u
address, password = sys.argv[1:]
passwords = u.HTTPPasswordMgrWithDefaultRealm()
passwords.add_password("the shop", address, "alice", password)
opener = u.build_opener(u.ProxyHandler({}), u.HTTPBasicAuthHandler(passwords))
try:
    with opener.open(address + "/orders/7", timeout=10) as response:
        print(response.status, response.read().decode())
except urllib.error.HTTPError as error:
    print(error.code)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("password", "said"), [("open sesame", "200 hello, alice"), ("wrong", "401")]
)
def test_urllib_answers_the_basic_challenge_once(
    address: str, password: str, said: str
) -> None:
    """In a process of its own: it leaves the refused connection open."""
    done = subprocess.run(
        [sys.executable, "-c", URLLIB, address, password],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == said
