"""A snippet on a page as its reader uses it: buttons, editor, status, output."""

import base64
import re
import zlib
from typing import Any

from playwright.sync_api import expect

DONE = re.compile(r" ms\.|^Stopped|could not|fetched")
WAIT_MS = 180_000
"""For the interpreter's start on a machine that does much else."""


def fragment(name: str, code: str) -> str:
    """Return the end of a link that holds the code: deflated, as base64url."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(code.encode()) + packer.flush()
    return f"#run={name}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def code_in(link: str) -> tuple[str, str]:
    """Return the snippet's name and the code that a link holds."""
    name, _, packed = link.partition("#run=")[2].partition(".")
    padded = packed + "=" * (-len(packed) % 4)
    deflated = base64.urlsafe_b64decode(padded)
    return name, zlib.decompress(deflated, -zlib.MAX_WBITS).decode()


def watched(page: Any, url: str) -> Any:
    """Keep in ``page.wrongs`` what it asks other hosts for and what goes wrong."""
    page.set_default_timeout(WAIT_MS)
    page.wrongs = []
    host = url.split("/")[2]

    def asked(request: Any) -> None:
        if request.url.startswith("http") and request.url.split("/")[2] != host:
            page.wrongs.append(f"request to {request.url}")

    def said(message: Any) -> None:
        if message.type in ("error", "warning"):
            page.wrongs.append(f"console {message.text}")

    page.on("request", asked)
    page.on("pageerror", lambda error: page.wrongs.append(f"error {error}"))
    page.on("console", said)
    return page


class Snippet:
    """One snippet or figure of a page, by its name."""

    def __init__(self, page: Any, name: str) -> None:
        self.page = page
        self.root = page.locator(f"#{name}")
        self.bar = self.root.locator(".sd-bar")
        self.status = self.bar.get_by_role("status")
        self.editor = self.root.locator(".cm-content")
        self.notice = self.root.locator(".sd-notice")
        self.live = self.root.locator(".sd-live")

    def button(self, name: str) -> Any:
        return self.root.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()

    def unfold(self) -> None:
        """Open what is folded away under a figure."""
        self.root.evaluate(
            "e => { for (const d of e.querySelectorAll('details')) d.open = true; }"
        )

    def ended(self) -> str:
        """Wait for the end of a run; return what is said about it."""
        expect(self.status).to_contain_text(DONE, timeout=WAIT_MS)
        return self.said

    @property
    def said(self) -> str:
        """What the status line shows."""
        return str(self.status.evaluate("e => e.firstChild?.data ?? ''"))

    @property
    def spoken(self) -> str:
        """What the status line says to a screen reader."""
        return str(self.status.text_content())

    def run(self) -> str:
        self.press("Run")
        return self.ended()

    def write(self, code: str) -> None:
        """Put other code into the editor, which is opened if need be."""
        if self.editor.count() == 0:
            self.press("Edit")
        self.editor.fill(code)

    def run_code(self, code: str) -> str:
        """Run other code; return what it printed."""
        self.write(code)
        self.run()
        return self.printed

    @property
    def printed(self) -> str:
        return str(self.live.locator("code").text_content())

    @property
    def code(self) -> str:
        """What the editor holds."""
        return "\n".join(self.editor.locator(".cm-line").all_text_contents())

    @property
    def differing(self) -> list[str]:
        """The lines or rows that are marked as not published."""
        marked = self.root.locator(".sd-differs")
        return [text.rstrip("\n") for text in marked.all_text_contents()]

    def restore(self) -> None:
        """Show what was published, if something else is shown."""
        if self.button("Reset").is_visible():
            self.press("Reset")
