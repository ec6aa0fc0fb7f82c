"""The site built once for all tests of a run, and a browser to look at it.

whole site   by MkDocs    seed 1, UTC                     } once a run, each,
             by Zensical  seed 2, another zone and date   } shared by all workers
             published    MkDocs's at an address; as it is, or with a short chapter
miniature    laid down once; each test that changes it has a copy of its own
"""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brief
import mini
import pytest
from filelock import FileLock
from snippet import WAIT_MS, Snippet, watched

from sitebuild import ROOT, build, reproduce
from sitebuild.problems import ProblemError
from sitebuild.testing import hosting

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


Once = Callable[[str, Callable[[Path], object]], Path]


def once_in(config: pytest.Config) -> Once:
    """Return what makes a folder once a run, whichever worker asks for it first."""
    own = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    shared = own.parent if hasattr(config, "workerinput") else own

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, whole = shared / name, shared / f"{name}.whole"
        with FileLock(shared / f"{name}.lock"):
            if not whole.exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                whole.touch()
        return folder

    return made


def mkdocs_site(once: Once) -> Path:
    return once("mkdocs", lambda folder: reproduce.build_here(ROOT, folder))


def zensicals_site(once: Once) -> Path:
    mkdocs_site(once)  # not at once: both assemble what runs in the browser
    return once(
        "zensical",
        lambda folder: reproduce.build_elsewhere(ROOT, folder, "--builder", "zensical"),
    )


@pytest.fixture(scope="session")
def once(request: pytest.FixtureRequest) -> Once:
    return once_in(request.config)


@pytest.fixture(scope="session")
def site(once: Once) -> Path:
    """The site as MkDocs builds it. No test may change it: all workers share it."""
    return mkdocs_site(once)


@pytest.fixture(scope="session")
def zensical_site(once: Once) -> Path:
    """The same tree, built by Zensical under other circumstances."""
    return zensicals_site(once)


@pytest.fixture(scope="session")
def miniature(once: Once) -> Path:
    """The miniature project. No test may change it: all workers share it."""
    return once("miniature", mini.lay_down)


@pytest.fixture
def tree(miniature: Path, tmp_path: Path) -> Path:
    """A miniature of one's own, to plant a mistake in."""
    return Path(shutil.copytree(miniature, tmp_path / "tree", symlinks=True))


@pytest.fixture(scope="session")
def host() -> Iterator[Callable[[Path], hosting.Host]]:
    """Serve folders on loopback; each call returns a host of its own."""
    with ExitStack() as running:
        yield lambda folder: running.enter_context(hosting.hosted(folder))


@pytest.fixture(scope="session")
def serve(host: Callable[[Path], hosting.Host]) -> Callable[[Path], str]:
    """Serve folders on loopback; each call returns the address of one."""
    return lambda folder: host(folder).url


@dataclass(frozen=True)
class Published:
    """A built site, and the host at whose very address it was built to stand."""

    folder: Path
    host: hosting.Host


@pytest.fixture(scope="session")
def publish(
    site: Path,
    tmp_path_factory: pytest.TempPathFactory,
    host: Callable[[Path], hosting.Host],
) -> Callable[[str], Published]:
    """Put the site at an address: instant navigation follows what its map names."""

    def put(name: str) -> Published:
        folder = tmp_path_factory.mktemp(name)
        running = host(folder)
        hosting.move_site(site, folder, build.site_url(), running.url)
        return Published(folder, running)

    return put


@pytest.fixture(scope="session")
def whole(publish: Callable[[str], Published]) -> Published:
    """The site as it is."""
    return publish("whole")


@pytest.fixture(scope="session")
def published(publish: Callable[[str], Published]) -> Published:
    """The site with a short chapter, for what is tested on some of its blocks."""
    at = publish("published")
    brief.cut_short(at.folder)
    return at


@pytest.fixture(scope="session")
def address(published: Published) -> str:
    """The address of the site with the short chapter, with a slash at its end."""
    return published.host.url


HEADLESS = ("chromium-headless-shell", "chrome-headless-shell")
WITH_WINDOWS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium(*names: str) -> str | None:
    """Return the browser to drive: named by the environment, else found on PATH."""
    named = os.environ.get("SDNOTES_CHROMIUM")
    return named or next(filter(None, map(shutil.which, names)), None)


def launched(kind: Any, names: tuple[str, ...], **options: Any) -> Any:
    """Start a Chromium; without one a test is named as not run, in CI it fails."""
    path = chromium(*names)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium: CI must install one")
        pytest.skip("no Chromium found")
    return kind.launch(executable_path=path, args=CHROMIUM_FLAGS, **options)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    """What starts and drives browsers.

    Not kept beyond a module: while it is open, Playwright's event loop counts as
    running in this thread, and no other test could call ``asyncio.run``.
    """
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - not without

    with sync_playwright() as started:
        expect.set_options(timeout=WAIT_MS)
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Any) -> Iterator[Any]:
    """A headless Chromium; one without windows if there is one, at half the cost."""
    started = launched(playwright.chromium, HEADLESS + WITH_WINDOWS)
    yield started
    started.close()


@pytest.fixture
def keeper(browser: Any) -> Iterator[Any]:
    """A browser that keeps pages asleep for the way back, as one with windows does."""
    started = launched(
        browser.browser_type,
        WITH_WINDOWS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield started
    started.close()


@pytest.fixture
def modules_are_put_back() -> Iterator[None]:
    """A run replaces __main__, and after edited code our package is imported anew."""
    before = dict(sys.modules)
    yield
    for name in set(sys.modules) - set(before):
        if name.partition(".")[0] == "sdnotes":
            del sys.modules[name]
    sys.modules.update(before)


@pytest.fixture
def tab(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open pages; each keeps what it asked other hosts for and what went wrong."""
    contexts = []

    def open_page(url: str, width: int = 1440, **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        page = watched(context.new_page(), url)
        page.goto(url)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def cap(browser: Any, address: str) -> Iterator[Any]:
    """The chapter in a tab that its tests share, so that they share an interpreter."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = watched(context.new_page(), address)
    page.goto(f"{address}chapters/cap/")
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


@pytest.fixture
def story(cap: Any) -> Iterator[Snippet]:
    """The chapter's first snippet, as it is published before a test and after it."""
    snippet = Snippet(cap, "the-story")
    yield snippet
    snippet.restore()
    assert cap.wrongs == []


@pytest.fixture
def figure(cap: Any) -> Iterator[Snippet]:
    """The chapter's first figure, with its code in view."""
    snippet = Snippet(cap, "cut-cable")
    snippet.unfold()
    yield snippet
    snippet.restore()
    assert cap.wrongs == []


@pytest.hookimpl(tryfirst=True)  # before pytest selects by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser: whoever writes such a test cannot forget it."""
    for item in items:
        if "playwright" in _fixtures(item):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


_early: list[threading.Thread] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Build what the selected tests will ask for while the others run.

    Otherwise one worker builds, the second waits for it, and a core stands idle.
    """
    asked = {name for item in session.items for name in _fixtures(item)}
    worker = getattr(session.config, "workerinput", {}).get("workerid", "gw0")
    if session.config.option.collectonly or worker != "gw0" or "site" not in asked:
        return
    make = zensicals_site if "zensical_site" in asked else mkdocs_site
    once = once_in(session.config)  # here: in a thread it would race with the tests

    def build_early() -> None:
        with suppress(ProblemError):  # said where a test asks for it
            make(once)

    _early.append(threading.Thread(target=build_early))
    _early[-1].start()


def _fixtures(item: pytest.Item) -> Iterable[str]:
    return getattr(item, "fixturenames", ())


def pytest_sessionfinish() -> None:
    for thread in _early:
        thread.join()
