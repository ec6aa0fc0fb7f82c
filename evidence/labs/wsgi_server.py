"""A WSGI application behind a port of the loopback, for as long as a lab needs it.

    with serving(app) as port: ...      answered by a thread of this process

Left out: several requests at once: they wait for each other.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from evidence.labs.server import LOOPBACK


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: what was asked is in the record."""


@contextlib.contextmanager
def serving(app: Any) -> Iterator[int]:
    """Serve an application, and return its port."""
    with make_server(LOOPBACK, 0, app, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
