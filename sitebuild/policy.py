"""The content security policy of the published pages: only our own scripts run.

    script-src 'self' 'sha256-...' 'wasm-unsafe-eval'    our files, the theme's lines
    connect-src 'self' blob:                             nothing is sent anywhere

A page's policy also binds the worker that runs snippets, because the page starts it
from a blob (web/src/interpreter.ts). The hashes are the union over all pages: instant
navigation keeps the policy of the page that was opened first.

Source: W3C, Content Security Policy Level 3, sections 3.3 (meta) and 2.3.1 (hashes).
Left out: frame-ancestors, which a meta element cannot say.
"""

import base64
import hashlib
import re
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

_CHARSET = re.compile(r'<meta charset="?utf-8"?\s*/?>', re.IGNORECASE)
_DATA = {"application/json", "application/ld+json"}


def inline_scripts(page: str) -> set[str]:
    """Return the texts of a page's scripts that are neither files nor data."""
    return {
        script.text()
        for script in LexborHTMLParser(page).css("script:not([src])")
        if str(script.attributes.get("type")) not in _DATA
    }


def policy(scripts: set[str]) -> str:
    """Return the policy that lets these inline scripts run and no other."""
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    hashes = sorted(f"'sha256-{base64.b64encode(d).decode()}'" for d in digests)
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *hashes, "'wasm-unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        # Of blobs only the page itself can make one: the unpacked standard library.
        "connect-src": ["'self'", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())


def apply(site: Path) -> None:
    """Write the policy into every page of a built site.

    Raises ValueError for a page that names no character set to put it behind.
    """
    pages = {path: path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}
    scripts = set[str]().union(*map(inline_scripts, pages.values()))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(scripts)}">'
    for path, text in pages.items():
        found = _CHARSET.search(text)
        if found is None:
            raise ValueError(f"{path}: no <meta charset> to put the policy behind")
        at = found.end()
        path.write_text(f"{text[:at]}{meta}{text[at:]}", "utf-8")
