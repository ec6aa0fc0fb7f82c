"""Build the site aside, check it, and only then put it in its place.

    sources --checks--> site.new/ --htmlchecks--> site/

A build that fails leaves the last good site as it was, and says at which line of which
file to begin. MkDocs builds what is published; Zensical builds the same tree.
"""

import logging
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sitebuild import (
    DOCS,
    ROOT,
    SITE,
    browser,
    checks,
    htmlchecks,
    moved,
    policy,
    prose,
)
from sitebuild.problems import Problem, ProblemError, line_of, relative

SERVING = "SDNOTES_SERVING"
"""Set while an author watches: then a problem is shown in the page and ends nothing."""

BROWSER = "SDNOTES_BROWSER"
"""The runtime's folder in the site, where there is one: pages then have buttons."""

_MARKER = ".built-by-sdnotes"
_WARNED_LINK = re.compile(
    r"Doc file '(?P<page>[^']+)' contains an? [a-z ]*link (?:to )?'(?P<link>[^']+)'"
)
# Builders write the date of the build into what they make unless they are told one.
_FIXED_DATE = {"SOURCE_DATE_EPOCH": "315532800", "NO_MKDOCS_2_WARNING": "1"}


def site_url() -> str:
    """Return the address that the site is built for, with a slash at its end."""
    return (
        os.environ.get("SDNOTES_SITE_URL", "http://127.0.0.1:8000/").rstrip("/") + "/"
    )


def environment(site_dir: Path) -> dict[str, str]:
    """Return the variables that mkdocs.yml reads, from the few that a person sets."""
    repository = os.environ.get("SDNOTES_REPO_URL", "").rstrip("/")
    edit = os.environ.get("SDNOTES_EDIT_URI", "")
    if repository and not edit:
        edit = f"{repository}/edit/main/docs/"
    return {
        **_FIXED_DATE,
        "SDNOTES_SITE_URL": site_url(),
        "SDNOTES_REPO_URL": repository,
        "SDNOTES_EDIT_URI": edit,
        "SDNOTES_SITE_DIR": str(site_dir),
    }


@contextmanager
def _environment(site_dir: Path, runtime: browser.Assembled | None) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.pop(BROWSER, None)
    os.environ.update(environment(site_dir))
    if runtime is not None:
        os.environ[BROWSER] = runtime.address
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _mkdocs(site_dir: Path) -> None:
    from mkdocs.commands.build import build as mkdocs_build  # noqa: PLC0415 - slow
    from mkdocs.config import load_config  # noqa: PLC0415
    from mkdocs.exceptions import MkDocsException  # noqa: PLC0415
    from pymdownx.superfences import SuperFencesException  # noqa: PLC0415

    warnings = _Warnings()
    logger = logging.getLogger("mkdocs")
    logger.propagate = False
    logger.addHandler(warnings)
    try:
        config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(site_dir))
        config.plugins.on_startup(command="build", dirty=False)
        mkdocs_build(config)
    except SuperFencesException as error:
        raise ProblemError(*_as_problems(str(error))) from error
    except MkDocsException as error:
        raise ProblemError(Problem("mkdocs.yml", 1, str(error))) from error
    finally:
        logger.removeHandler(warnings)
    # Search in other languages than that of the pages: third-party code for nobody.
    shutil.rmtree(site_dir / "assets" / "javascripts" / "lunr", ignore_errors=True)
    if warnings.messages:
        raise ProblemError(*map(_warned, warnings.messages))


def _warned(message: str) -> Problem:
    if match := _WARNED_LINK.search(message):
        page = DOCS / match["page"]
        return Problem(relative(page), line_of(page, match["link"]), message)
    return Problem("mkdocs.yml", 1, message)


def _as_problems(text: str) -> list[Problem]:
    path, _, rest = text.partition(":")
    line, _, message = rest.partition(": ")
    if line.isdigit():
        return [Problem(path, int(line), message)]
    return [Problem("docs", 1, text)]


def _zensical(site_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "--clean"],
        cwd=ROOT,
        env={**os.environ, **environment(site_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not (site_dir / "index.html").is_file():
        output = f"{done.stdout}{done.stderr}".strip()
        raise ProblemError(Problem("mkdocs.yml", 1, f"zensical failed:\n{output}"))


def _require_ours(site: Path) -> None:
    """Raise ProblemError rather than replace a folder that no build of ours made."""
    if site == SITE:
        return  # git ignores it, and bare mkdocs writes there too
    if site.is_dir() and any(site.iterdir()) and not (site / _MARKER).is_file():
        message = "this folder holds something else than a built site; name another"
        raise ProblemError(Problem(str(site), 1, message))


def build(
    site: Path = SITE,
    builder: str = "mkdocs",
    *,
    plain: bool = False,
    checked: bool = True,
) -> None:
    """Build the site into a folder. Raises ProblemError, and changes nothing there.

    A plain site has no buttons, and needs neither Node nor what npm installs. One that
    is not checked is for a benchmark, whose own record is stale until it has ended.
    """
    if checked:
        checks.require_none()
    _require_ours(site)
    # Within the project, since Zensical writes nowhere else; named after the process,
    # so that two builds at a time do not meet.
    aside = ROOT / f"site.{os.getpid()}.new"
    runtime = None if plain else browser.assemble()
    try:
        with _environment(aside, runtime):
            (_zensical if builder == "zensical" else _mkdocs)(aside)
        if runtime is not None:
            runtime.put_into(aside)
        prose.unpublish_marks(aside)
        moved.write(aside)
        policy.apply(aside)
        problems = moved.problems(aside)
        if builder == "mkdocs":
            problems += htmlchecks.site_problems(aside, site_url())
        if problems:
            raise ProblemError(*problems)
        (aside / _MARKER).touch()
        _require_ours(site)
        if site.exists():
            shutil.rmtree(site)
        shutil.move(aside, site)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _require_free(address: str) -> None:
    """Raise ProblemError where nothing can listen, before a site is built for it."""
    host, _, port = address.rpartition(":")
    why = "an address reads <host>:<port>"
    if host and port.isdigit() and int(port) < 1 << 16:
        try:
            # As MkDocs will: what was closed a moment ago does not count as taken.
            with socket.create_server((host, int(port))):
                return
        except OSError as error:
            number = error.errno or 0  # a name that nobody knows has one below 0
            why = os.strerror(number) if number > 0 else "there is no such host"
    message = (
        f"cannot serve on {address!r}: {why}. End what listens there, or choose "
        "another address: make site ADDRESS=127.0.0.1:8001"
    )
    makefile = ROOT / "Makefile"
    raise ProblemError(Problem("Makefile", line_of(makefile, "ADDRESS ?="), message))


def serve(address: str, *, plain: bool = False) -> None:
    """Build, serve and rebuild when text, package, records or scripts change.

    Raises ProblemError where the address is taken.

    Problems are printed, and shown in the page where they are a block's; they end
    nothing, since the author is there to mend them. Pages carry no policy here: the
    server adds a script of its own that reloads them.
    """
    from mkdocs.commands.serve import serve as mkdocs_serve  # noqa: PLC0415 - slow

    _require_free(address)
    for problem in checks.source_problems():
        print(problem, file=sys.stderr)
    logging.basicConfig(format="%(levelname)-8s %(message)s")
    logging.getLogger("mkdocs").setLevel(logging.INFO)
    with _environment(SITE, None):
        os.environ[SERVING] = "1"
        hooks = [] if plain else [str(ROOT / "sitebuild" / "serving.py")]
        mkdocs_serve(
            str(ROOT / "mkdocs.yml"), livereload=True, dev_addr=address, hooks=hooks
        )
