"""Serve a built site on loopback as a static host does, and count what it sends.

Text and wasm go out compressed, files under a content hash may be kept for ever, an
unknown address gets the site's own page 404. ``make site`` has MkDocs's own server.
"""

import functools
import gzip
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sitebuild.browser.assemble import PUBLISHED

_COMPRESSED = {"application/wasm", "application/json", "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One answer: the path that was asked for, and the size of what was sent."""

    path: str
    size_bytes: int


@dataclass(slots=True)
class Host:
    """A running server: its address, and what it has sent so far, oldest first."""

    url: str
    sent: list[Sent] = field(default_factory=list)


@functools.cache
def _packed(path: Path, modified_ns: int) -> bytes:
    del modified_ns
    return gzip.compress(path.read_bytes(), 9, mtime=0)


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    extensions_map = {  # noqa: RUF012 - as in the class above
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }
    host: Host

    def log_message(self, *_: Any) -> None:
        pass

    def _file(self) -> tuple[int, Path]:
        path = Path(self.translate_path(self.path))
        if self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        return (
            (200, path) if path.is_file() else (404, Path(self.directory, "404.html"))
        )

    def do_GET(self) -> None:
        """Answer with a file; a folder without a slash at its end is redirected."""
        if Path(self.translate_path(self.path)).is_dir() and self.path[-1] != "/":
            super().do_GET()
            return
        status, path = self._file()
        kind = self.guess_type(path)
        body = path.read_bytes() if path.is_file() else b"not found"
        packs = kind.startswith("text/") or kind in _COMPRESSED
        packs = packs and "gzip" in self.headers.get("Accept-Encoding", "")
        if packs and path.is_file():
            body = _packed(path, path.stat().st_mtime_ns)
        self.send_response(status)
        text = kind.startswith("text/")
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        self.send_header("Content-Length", str(len(body)))
        if packs:
            self.send_header("Content-Encoding", "gzip")
        keep = f"/{PUBLISHED}/" in self.path
        age = "max-age=31536000, immutable" if keep else "max-age=600"
        self.send_header("Cache-Control", age if status == 200 else "no-store")
        self.end_headers()
        self.wfile.write(body)
        self.host.sent.append(Sent(self.path, len(body)))


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing of a browser that hangs up: it does so whenever it is closed."""


@contextmanager
def hosted(folder: Path) -> Iterator[Host]:
    """Serve a folder on a free port of loopback until the block ends."""
    host = Host("")
    bound = type("Handler", (_Handler,), {"host": host})
    handler = functools.partial(bound, directory=str(folder))
    server = _Server(("127.0.0.1", 0), handler)
    host.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def move_site(site: Path, folder: Path, built_for: str, url: str) -> None:
    """Copy a built site to where it is as if it had been built for another address.

    All but the packed map of the site, which only search engines read.
    """
    shutil.copytree(site, folder, dirs_exist_ok=True)
    for path in (*folder.rglob("*.html"), folder / "sitemap.xml"):
        text = path.read_text("utf-8")
        path.write_text(text.replace(built_for, url), "utf-8")
