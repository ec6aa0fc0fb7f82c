"""Run snippets in the Python that pages run, under Node, without a browser.

The same bundle, wheels and runner as in the page; only the page is missing.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NotRequired, TypedDict

from sitebuild.browser import node
from sitebuild.browser.assemble import Assembled


class Ran(TypedDict):
    """What a snippet did: whether it ended without an error, and what it printed."""

    ok: bool
    out: str
    err: str
    verdict: NotRequired[str]
    message: NotRequired[str]


def run(
    runtime: Assembled,
    codes: Mapping[str, str],
    checks: Mapping[str, str] | None = None,
    *,
    can_wait: bool = True,
) -> dict[str, Ran]:
    """Return what each snippet printed, one after another in one interpreter.

    Those that ``checks`` names are answers to exercises, and are judged.

    ``can_wait`` lets Python wait for a promise, as Chromium and Firefox do.
    """
    with tempfile.TemporaryDirectory(prefix="sdnotes-") as scratch:
        bundle = Path(scratch) / "parity.mjs"
        node.bundle("parity.ts", bundle, "--platform=node")
        request = [
            {"name": name, "code": code}
            | ({"check": checks[name]} if checks and name in checks else {})
            for name, code in codes.items()
        ]
        printed = node.node(
            *(["--experimental-wasm-jspi"] if can_wait else []),
            str(bundle),
            str(runtime.folder),
            scratch,
            stdin=json.dumps(request),
        )
    return dict(json.loads(printed))
