"""Two engines more, with one face: clicks, keys and scripts.

    firefox    Playwright (1.64: later ones send what the ESR does not know)
    webkit     WebKitGTK's MiniBrowser, by WebKitWebDriver and Selenium, under Xvfb

What Playwright has beyond this does not all work in Debian's Firefox (networkidle,
emulated media, downloads), and WebKit's driver has none of it.
"""

import os
import shutil
import subprocess
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

FIREFOX = ("firefox-esr", "firefox")
MINI_BROWSER = "lib/*/webkit2gtk-4.*/MiniBrowser"
WEBKIT_DRIVER = "WebKitWebDriver"
WAIT_S = 180.0
"""For what takes a second on a quiet machine."""
_NAMES = {"Control": "CONTROL", "Enter": "ENTER", "ArrowDown": "ARROW_DOWN"}
# The toolbar of MiniBrowser keeps a window wider than a telephone unless it is small.
_SMALL = (
    "headerbar, headerbar *, toolbar, toolbar *, button, entry { min-width: 0; "
    "padding: 0; margin: 0; font-size: 5px; border-width: 0; }"
)


# How far what comes is from the height that was kept free for it, for all code and
# pictures of a page. Bars that take room (Firefox without a window has such) cannot be
# known before.
NOT_KEPT_FREE = """(async () => {
  const all = [...document.querySelectorAll('.sd-snippet, .sd-picture')]
    .filter(e => !e.closest('details:not([open])'));
  const heights = () => all.map(e => e.getBoundingClientRect().height);
  const kept = heights();
  const sheet = document.createElement('style');
  sheet.textContent =
    '.sd-snippet, .sd-picture { content-visibility: visible !important }';
  document.head.append(sheet);
  const bar = box => box.offsetHeight - box.clientHeight
    - parseFloat(getComputedStyle(box).borderTopWidth)
    - parseFloat(getComputedStyle(box).borderBottomWidth);
  const bars = e => [e, ...e.querySelectorAll('pre, code')]
    .reduce((sum, box) => sum + bar(box), 0);
  return heights().map((height, i) => {
    const off = kept[i] - height;  // what is in view has its bars already
    return [all[i].id || all[i].parentElement.id,
      Math.abs(off) < 1 ? off : off + bars(all[i])];
  });
})()"""


class MissingError(Exception):
    """An engine is not on this machine; says which package has it."""


class Engine(ABC):
    """A browser with one page, as its reader has it."""

    hears_paste = True
    """Whether a paste that a script makes up brings its text along."""

    @abstractmethod
    def open(self, url: str) -> None:
        """Go to an address, and wait until its scripts have begun."""

    @abstractmethod
    def js(self, body: str, argument: Any = None) -> Any:
        """Return what an async function of ``argument`` with that body returns."""

    @abstractmethod
    def click(self, selector: str) -> None:
        """Click the first element that matches, as a reader does."""

    @abstractmethod
    def press(self, key: str) -> None:
        """Press a key, or one with Control: ``Control+a``."""

    @abstractmethod
    def type(self, text: str) -> None:
        """Type the text where the focus is."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Give the page that much room."""

    @abstractmethod
    def process_id(self) -> int:
        """Return the process under which all of the browser's run."""

    def back(self) -> None:
        """Go back; by script, since drivers lose pages that were kept asleep."""
        self.js("setTimeout(() => history.back(), 30)")

    def forward(self) -> None:
        self.js("setTimeout(() => history.forward(), 30)")

    def until(self, condition: str, argument: Any = None) -> None:
        """Wait until an expression of JavaScript is true; it may use ``argument``."""
        end_s = time.monotonic() + WAIT_S
        while not self.holds(condition, argument):
            if time.monotonic() > end_s:
                shown = self.js("return document.body.innerText.slice(0, 2000)")
                raise AssertionError(f"{condition} did not become true: {shown}")
            time.sleep(0.05)

    def holds(self, condition: str, argument: Any = None) -> bool:
        try:
            return bool(self.js(f"return !!({condition})", argument))
        except Exception as error:
            if "context" in str(error) or "navigat" in str(error):
                return False  # the page is being left
            raise

    def processor_s(self) -> float:
        """Return how long all threads of the browser have run by now."""
        return sum(map(_processor_s, _tree(self.process_id())))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                yield from _tree(int(child))


def _processor_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Firefox(Engine):
    """Firefox without a window."""

    hears_paste = False

    def __init__(self, browser: Any) -> None:
        size = {"width": 1440, "height": 900}
        self.page = browser.new_context(viewport=size).new_page()

    def open(self, url: str) -> None:
        self.page.goto(url)

    def js(self, body: str, argument: Any = None) -> Any:
        return self.page.evaluate(f"async argument => {{ {body} }}", argument)

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def process_id(self) -> int:
        return os.getpid()  # the driver is a child, and the browser its child


class WebKit(Engine):
    """WebKitGTK in a window of an X server of its own."""

    def __init__(self, driver: Any, process_id: int) -> None:
        self._driver = driver
        self._pid = process_id
        driver.set_script_timeout(WAIT_S)
        self.resize(1440, 900)

    def open(self, url: str) -> None:
        self._driver.get(url)

    def js(self, body: str, argument: Any = None) -> Any:
        done = self._driver.execute_async_script(
            f"""const [argument, done] = arguments;
            (async () => {{ {body} }})().then(
              value => done({{value}}), error => done({{error: `${{error}}`}}));""",
            argument,
        )
        if "error" in done:
            raise RuntimeError(done["error"])
        return done.get("value")

    def click(self, selector: str) -> None:
        from selenium.common.exceptions import (  # noqa: PLC0415 - not without it
            ElementClickInterceptedException,
        )

        # What was skipped is laid out as it is reached, and moves what is below.
        into_view = """const [element, done] = arguments;
            element.scrollIntoView({block: "center"});
            requestAnimationFrame(() => requestAnimationFrame(() => {
              element.scrollIntoView({block: "center"});
              requestAnimationFrame(done);
            }));"""
        for last in (False, False, False, True):
            element = self._driver.find_element("css selector", selector)
            self._driver.execute_async_script(into_view, element)
            try:
                element.click()
            except ElementClickInterceptedException:
                if last:
                    raise
                time.sleep(0.5)
            else:
                return

    def press(self, key: str) -> None:
        from selenium.webdriver.common.action_chains import (  # noqa: PLC0415
            ActionChains,
        )
        from selenium.webdriver.common.keys import Keys  # noqa: PLC0415

        *held, last = key.split("+")
        keys = ActionChains(self._driver)
        for name in held:
            keys.key_down(getattr(Keys, _NAMES[name]))
        keys.send_keys(getattr(Keys, _NAMES[last]) if last in _NAMES else last)
        for name in held:
            keys.key_up(getattr(Keys, _NAMES[name]))
        keys.perform()

    def type(self, text: str) -> None:
        for each in text:
            self.press(each)

    def resize(self, width: int, height: int) -> None:
        for _ in range(2):  # by the difference to what the window's frame takes
            size = self._driver.get_window_size()
            inner = self.js("return [innerWidth, innerHeight]")
            self._driver.set_window_size(
                size["width"] + width - inner[0], size["height"] + height - inner[1]
            )
            time.sleep(0.3)

    def process_id(self) -> int:
        return self._pid


def _found(names: tuple[str, ...], package: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise MissingError(f"no {names[0]} found (Debian's package {package})")


@contextmanager
def firefox(playwright: Any, *, dark: bool = False) -> Iterator[Engine]:
    """Start Firefox. Raises MissingError."""
    scheme = {"layout.css.prefers-color-scheme.content-override": 0 if dark else 1}
    clipboard = {"dom.events.testing.asyncClipboard": True}
    path = _found(FIREFOX, "firefox-esr")
    try:
        started = playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=path,
            firefox_user_prefs=scheme | clipboard,
        )
    except Exception as error:
        raise MissingError(f"{path} could not be started: {error}") from error
    try:
        yield Firefox(started)
    finally:
        started.close()


@contextmanager
def webkit(folder: Path, *, dark: bool = False) -> Iterator[Engine]:
    """Start WebKit in an X server of its own. Raises MissingError."""
    from selenium import webdriver  # noqa: PLC0415 - slow, and seldom wanted
    from selenium.webdriver.webkitgtk.options import Options  # noqa: PLC0415
    from selenium.webdriver.webkitgtk.service import Service  # noqa: PLC0415

    driver_path = _found((WEBKIT_DRIVER,), "webkit2gtk-driver")
    server = _found(("Xvfb",), "xvfb")
    browsers = sorted(Path("/usr").glob(MINI_BROWSER))
    if not browsers:
        raise MissingError("no MiniBrowser found (Debian's package webkit2gtk-driver)")
    (folder / "gtk-3.0").mkdir(parents=True)
    (folder / "gtk-3.0" / "gtk.css").write_text(_SMALL, "utf-8")
    with ExitStack() as running:
        display = running.enter_context(_display(server))
        options = Options()
        options.binary_location = str(browsers[0])
        options.add_argument("--automation")
        if dark:
            options.add_argument("--dark-mode")
        service = Service(
            executable_path=driver_path,
            env={
                **os.environ,
                "DISPLAY": display,
                "XDG_CONFIG_HOME": str(folder),
                "HOME": str(folder),
                "LIBGL_ALWAYS_SOFTWARE": "1",
                # Else most of a start goes to the compiler for what runs hot, which
                # competes with it for two processors; there is one below it.
                "JSC_useOMGJIT": "0",
                "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # as --no-sandbox
            },
        )
        with warnings.catch_warnings():
            # Selenium's own class for WebKitGTK calls what it means to drop.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                driver = webdriver.WebKitGTK(options=options, service=service)
            except Exception as error:
                message = f"{driver_path} could not be started: {error}"
                raise MissingError(message) from error
        running.callback(driver.quit)
        yield WebKit(driver, service.process.pid)


@contextmanager
def _display(server: str) -> Iterator[str]:
    """Start an X server on a display that is free; it says which."""
    read, write = os.pipe()
    command = [server, "-displayfd", str(write), "-screen", "0", "1600x1200x24"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[write], **quiet
    ) as process:
        try:
            os.close(write)
            with os.fdopen(read) as said:
                yield f":{said.readline().strip()}"
        finally:
            process.terminate()
