"""How long does a reader wait for a snippet's first output, and for how many bytes?

Each time is measured in the page, from the click on Run to the first character of
output: in a fresh browser profile (cold), at a later visit with the same one (warm),
right after a Stop. In the same run, turn by turn, stands the yardstick: a bare page
that does nothing but ``loadPyodide()`` with the files as npm delivers them, and prints
one line. Profiles lie on disk, as a reader's does: only there do browsers keep the
machine code that they made of wasm.

Bytes are counted by the server, as sent: text and wasm compressed with gzip. Scores are
Lighthouse's, for its phone and its desktop.

Left out: a network. On loopback, bytes cost nothing; the first two rows stand for them.
"""

import json
import os
import platform
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    sync_playwright,
)

from sitebuild import build, checks
from sitebuild.browser import node
from sitebuild.testing.hosting import Host, hosted

CAPTION = "Run in the page: bytes, and time from the click to the first output."
COLUMNS = ("what", "at most", "kept")
ROUNDS = 5
KB = 1000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CHAPTER = "chapters/cap/"
SNIPPET = "#the-story"
INDEX = "search_index.json"
BARE = """<!doctype html><meta charset="utf-8"><title>bare</title>
<button class="sd-run">Run</button><pre class="sd-live"></pre>
<script type="module">
document.querySelector("button").onclick = async () => {
  const { loadPyodide } = await import("./pyodide.mjs");
  const stdout = (text) => document.querySelector("pre").append(text);
  const python = await loadPyodide({ stdout, packageBaseUrl: "./" });
  python.runPython("print('ready')");
};
</script>
"""
# Clicks, and returns the time until the element holds text.
CLICK = """([button, output]) => new Promise((done) => {
  const began = performance.now();
  const look = () => {
    const text = document.querySelector(output)?.textContent.trim();
    if (text) { watching.disconnect(); done(performance.now() - began); }
  };
  const watching = new MutationObserver(look);
  const all = { childList: true, subtree: true, characterData: true };
  watching.observe(document.body, all);
  document.querySelector(button).click();
})"""


def first_output_ms(page: Page, box: str = "") -> float:
    """Return the time from a click on Run to the first output, in milliseconds."""
    selectors = [f"{box} .sd-run".strip(), f"{box} .sd-live".strip()]
    return float(page.evaluate(CLICK, selectors))


def reset(page: Page) -> None:
    """Take the last run's output away."""
    page.locator(SNIPPET).get_by_role("button", name="Reset").click()


def after_stop_ms(page: Page) -> float:
    """Stop an endless loop, run the published snippet, return the time it takes."""
    box = page.locator(SNIPPET)
    box.get_by_role("button", name="Edit").click()
    box.locator(".cm-content").press("Control+a")
    page.keyboard.type("while True: pass")
    box.locator(".sd-run").click()
    box.get_by_text("Running").wait_for()
    box.locator(".sd-run").click()
    box.get_by_text("Stopped.").wait_for()
    reset(page)
    return first_output_ms(page, SNIPPET)


@contextmanager
def profile(driver: Playwright, chromium: str) -> Iterator[BrowserContext]:
    """Give a browser with a profile of its own, on disk."""
    with tempfile.TemporaryDirectory(
        prefix="sdnotes-", ignore_cleanup_errors=True
    ) as folder:
        context = driver.chromium.launch_persistent_context(
            folder, executable_path=chromium, args=FLAGS
        )
        yield context
        context.close()


def visit(page: Page, url: str) -> Page:
    """Open or reload a page until it can be run."""
    page.goto(url)
    page.wait_for_selector(".sd-run")
    page.wait_for_load_state("networkidle")
    return page


def visits(context: BrowserContext, url: str, box: str = "") -> tuple[float, float]:
    """Return the time to the first output at a first visit and at the third."""
    page = context.new_page()
    first, _, third = (first_output_ms(visit(page, url), box) for _ in range(3))
    page.close()
    return first, third


def one_round(
    driver: Playwright, chromium: str, site: str, bare: str
) -> Iterator[tuple[str, float]]:
    """Measure everything once, ours and the bare page in turn."""
    with profile(driver, chromium) as ours, profile(driver, chromium) as other:
        cold, warm = visits(ours, site + CHAPTER, SNIPPET)
        bare_cold, bare_warm = visits(other, bare)
        yield from {"cold": cold, "warm": warm}.items()
        yield from {"bare cold": bare_cold, "bare warm": bare_warm}.items()
        page = visit(ours.new_page(), site + CHAPTER)
        first_output_ms(page, SNIPPET)
        reset(page)
        yield "second run", first_output_ms(page, SNIPPET)
        reset(page)
        yield "after Stop", after_stop_ms(page)


def times_ms(
    driver: Playwright, chromium: str, site: str, bare: str
) -> dict[str, float]:
    """Return the median of each time over the rounds, in milliseconds."""
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for what, took_ms in one_round(driver, chromium, site, bare):
            found.setdefault(what, []).append(took_ms)
    return {what: statistics.median(values) for what, values in found.items()}


def sent_bytes(host: Host, act: Callable[[], object]) -> int:
    """Return how many bytes the server sent meanwhile, the search index left out."""
    before = len(host.sent)
    act()
    sent = host.sent[before:]
    return sum(s.size_bytes for s in sent if INDEX not in s.path)


def sizes_bytes(browser: Browser, host: Host) -> dict[str, int]:
    """Return what the pages, a first run and the editor make the server send."""
    paths = [p.removesuffix("index.md").removesuffix(".md") for p in checks.nav_paths()]
    before: dict[str, int] = {}
    for path in paths:
        page = browser.new_context().new_page()

        def load(page: Page = page, path: str = path) -> None:
            page.goto(host.url + path)
            page.wait_for_load_state("networkidle")

        before[path] = sent_bytes(host, load)
        page.context.close()
    index = max(s.size_bytes for s in host.sent if INDEX in s.path)
    page = visit(browser.new_context().new_page(), host.url + CHAPTER)
    run = sent_bytes(host, lambda: first_output_ms(page, SNIPPET))
    edit = page.locator(SNIPPET).get_by_role("button", name="Edit")

    def open_editor() -> None:
        edit.click()
        page.wait_for_selector(".cm-content")

    sizes = {"search index": index, "first run": run}
    sizes["editor"] = sent_bytes(host, open_editor)
    sizes["any page, before a click"] = max(before.values())
    page.context.close()
    return sizes


@contextmanager
def bare_page() -> Iterator[Host]:
    """Serve the yardstick."""
    with tempfile.TemporaryDirectory(prefix="sdnotes-") as name:
        folder = Path(name) / "bare"
        shutil.copytree(node.WEB / "node_modules" / "pyodide", folder)
        (folder / "index.html").write_text(BARE, "utf-8")
        with hosted(folder) as host:
            yield host


def lighthouse(url: str, chromium: str, preset: str) -> dict[str, int]:
    """Return Lighthouse's scores of a page, in percent."""
    here = Path(__file__).parent
    node.install(here)
    flags = " ".join(["--headless=new", *FLAGS])
    options = ["--quiet", "--output=json", f"--chrome-flags={flags}"]
    options += ["--preset=desktop"] if preset == "desktop" else []
    program = here / "node_modules" / "lighthouse" / "cli" / "index.js"
    os.environ["CHROME_PATH"] = chromium
    report: dict[str, Any] = json.loads(node.node(str(program), url, *options))
    names = ("performance", "accessibility", "best-practices", "seo")
    return {name: round(100 * report["categories"][name]["score"]) for name in names}


Goal = tuple[str, float, float, str]


def goals(sizes: dict[str, int], times: dict[str, float]) -> list[Goal]:
    """Return each goal: what, its value, the most that is allowed, the unit."""
    bare_ms = {"cold": times["bare cold"], "warm": times["bare warm"]}
    bare_ms["after Stop"] = times["bare warm"]
    most_kb = {
        "any page, before a click": 300,
        "search index": 400,
        "first run": 8000,
        "editor": 130,
    }
    return [
        *((what, sizes[what] / KB, most, "kB") for what, most in most_kb.items()),
        *(
            (f"{what}, against a bare page", times[what] / ms, 1.2, "times")
            for what, ms in bare_ms.items()
        ),
        ("second run", times["second run"], 50, "ms"),
    ]


def rows() -> tuple[list[list[str]], dict[str, Any]]:
    """Return which goals are kept, and all that was measured."""
    names = ("chromium", "google-chrome", "chrome")
    named = os.environ.get("SDNOTES_CHROMIUM")
    chromium = named or next(filter(None, map(shutil.which, names)), "chromium")
    with tempfile.TemporaryDirectory(prefix="sdnotes-") as folder:
        site = Path(folder) / "site"
        build.build(site, checked=False)
        with hosted(site) as host, bare_page() as bare, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
            version = browser.version
            sizes = sizes_bytes(browser, host)
            browser.close()
            times = times_ms(driver, chromium, host.url, bare.url)
            scores = {
                f"{path or 'home'}, {preset}": lighthouse(
                    host.url + path, chromium, preset
                )
                for path in ("", CHAPTER)
                for preset in ("phone", "desktop")
            }
    found = goals(sizes, times)
    table = [
        [what, f"{most:g} {unit}", "yes" if value <= most else "no"]
        for what, value, most, unit in found
    ]
    return table, {
        "measured": {what: round(value, 2) for what, value, _, _ in found},
        "times_ms": {what: round(value) for what, value in times.items()},
        "lighthouse": scores,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {"Chromium": version},
    }
