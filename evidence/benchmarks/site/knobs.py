"""How long after a knob has moved is the new figure there?

Each time is measured in the page: from the event that ends a move (a range is let go)
to the first frame after the new picture stands in its place. 200 moves of one range in
each of three figures, in each engine that is on this machine; the first moves, which
fetch Python and import what the figure needs, are not counted. Two of the figures are
charts; one is a diagram with its player, beside a table that shares its knobs.

    from the event to the frame      median   at most 100 ms   so that it feels direct
                                     95th     at most 200 ms

Source: Miller 1968, "Response time in man-computer conversational transactions": 0.1 s.

Left out: moves faster than that. Of those the newest waits, and the others are not run.
"""

import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, sync_playwright

from sitebuild import ROOT, build
from sitebuild.testing.hosting import hosted

CAPTION = "From the end of a knob's move to the redrawn figure, over 200 moves."
COLUMNS = ("figure", "median, at most", "95th percentile, at most", "kept")
MOVES = 200
WARM = 5
AT_ONCE = 20
MEDIAN_MS = 100
TAIL_MS = 200
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FIGURES = {
    "cut-cable": ("chapters/cap/", "cut, ms"),
    "scan-or-loop": ("chapters/caching/", "size"),
    "turn-the-storm": ("chapters/herd/", "load, a second"),
}
# Moves the knob so often, each time to another place, and returns the times.
TURN = """const {name, label, moves} = JSON.parse(argument);
const root = document.getElementById(name);
const control = [...root.querySelectorAll(".sd-knob label")]
  .find(each => each.textContent === label).control;
const picture = root.querySelector(".sd-picture");
root.scrollIntoView();
const one = () => new Promise(done => {
  const before = picture.querySelector(".sd-redrawn");
  const seen = new MutationObserver(() => {
    const now = picture.querySelector(".sd-redrawn");
    if (now && now !== before) {
      seen.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    }
  });
  seen.observe(picture, {childList: true});
  const steps = Number(control.max);
  control.value = (Number(control.value) + 1 + (steps >> 1)) % (steps + 1);
  const began = performance.now();
  control.dispatchEvent(new Event("input", {bubbles: true}));
  control.dispatchEvent(new Event("change", {bubbles: true}));
});
const times = [];
for (let move = 0; move < moves; move += 1) {
  times.push(await one());
  // Until nothing of it is under way: a figure that shares its knobs runs as well.
  await new Promise(rest => setTimeout(rest, 50));
}
return times;"""

Ask = Callable[[str, str], Any]


@contextmanager
def chromium(driver: Playwright) -> Iterator[tuple[Callable[[str], object], Ask]]:
    """Start Chromium; give what opens a page and what runs a script there."""
    names = ("chromium", "google-chrome", "chrome")
    named = os.environ.get("SDNOTES_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, names)), "chromium")
    browser = driver.chromium.launch(executable_path=path, args=FLAGS)
    page = browser.new_page()
    yield (
        page.goto,
        lambda body, argument: page.evaluate(
            f"async argument => {{ {body} }}", argument
        ),
    )
    browser.close()


@contextmanager
def other(
    name: str, driver: Playwright
) -> Iterator[tuple[Callable[[str], object], Ask]]:
    """Start Firefox or WebKit as the tests do. Raises MissingError where it is not."""
    sys.path.append(str(ROOT / "tests" / "site"))  # what drives them is there
    import engines  # type: ignore[import-not-found] # noqa: PLC0415 - found just now

    with tempfile.TemporaryDirectory(prefix="sdnotes-") as folder:
        started = (
            engines.firefox(driver)
            if name == "firefox"
            else engines.webkit(Path(folder) / "webkit")
        )
        with started as engine:
            yield engine.open, engine.js


def times_ms(
    open_page: Callable[[str], object], ask: Ask, site: str, moves: int
) -> dict[str, list[float]]:
    """Return the time of each move in each figure."""
    found = {}
    for name, (path, label) in FIGURES.items():
        open_page(site + path)
        ask(
            """while (!document.querySelector(`#${argument} .sd-knob`)) {
              await new Promise(rest => setTimeout(rest, 50));
            }""",
            name,
        )

        def turn(count: int, name: str = name, label: str = label) -> list[float]:
            asked = json.dumps({"name": name, "label": label, "moves": count})
            return list(ask(TURN, asked))

        turn(1)
        turn(WARM)
        found[name] = [ms for _ in range(moves // AT_ONCE) for ms in turn(AT_ONCE)]
    return found


def measured(site: str, moves: int = MOVES) -> dict[str, dict[str, list[float]]]:
    """Return all times, by engine and figure; an engine that is not here has none."""
    found = {}
    with sync_playwright() as driver:
        with chromium(driver) as (open_page, ask):
            found["Chromium"] = times_ms(open_page, ask, site, moves)
        for name in ("firefox", "webkit"):
            try:
                with other(name, driver) as (open_page, ask):
                    found[name.capitalize()] = times_ms(open_page, ask, site, moves)
            except Exception as error:
                if type(error).__name__ != "MissingError":
                    raise
                print(f"{name}: not measured, {error}")
    return found


def summary(times: list[float]) -> dict[str, int]:
    """Return the median and the 95th percentile, in whole milliseconds."""
    return {
        "median": round(statistics.median(times)),
        "95th": round(statistics.quantiles(times, n=20)[-1]),
    }


def rows() -> tuple[list[list[str]], dict[str, Any]]:
    """Return which figures are quick enough, and all that was measured."""
    with tempfile.TemporaryDirectory(prefix="sdnotes-") as folder:
        site = Path(folder) / "site"
        build.build(site, checked=False)
        with hosted(site) as host:
            found = measured(host.url)
    table, seen = [], {}
    for engine, figures in found.items():
        for name, times in figures.items():
            took = summary(times)
            seen[f"{engine}, {name}"] = took
            kept = took["median"] <= MEDIAN_MS and took["95th"] <= TAIL_MS
            limits = [f"{MEDIAN_MS} ms", f"{TAIL_MS} ms"]
            table.append([f"{engine}, {name}", *limits, "yes" if kept else "no"])
    return table, {
        "times_ms": seen,
        "moves": MOVES,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
    }
