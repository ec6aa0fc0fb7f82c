"""Collects the snippets of the pages and the doctests of the package beside tests/."""

import gc
import os
import sys
import zoneinfo
from collections.abc import Generator, Iterable

import pytest
from hypothesis import settings
from sybil import Document, Region, Sybil
from sybil.document import PythonDocStringDocument

from sitebuild.problems import ProblemError, relative
from sitebuild.reads import Reads
from sitebuild.sybil_parser import DoctestParser, SnippetParser
from sitebuild.units import is_slow

zoneinfo.reset_tzpath(to=())  # the pinned tzdata, not the machine's

# The same examples at every run, so that a red test is red for everybody. To look for
# new ones: HYPOTHESIS_PROFILE=explore make quick
settings.register_profile("check", derandomize=True, deadline=None, max_examples=200)
settings.register_profile("explore", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))

# A project of its own, run where it is laid down: tests/site/mini.py.
collect_ignore = ["tests/site/miniature"]


class _Pages(SnippetParser):
    """A page that cannot be read is told by its problem alone, without a traceback."""

    def __call__(self, document: Document) -> Iterable[Region]:
        try:
            yield from super().__call__(document)
        except ProblemError as error:
            raise pytest.Collector.CollectError(str(error)) from None


_HIDDEN = [".*"]  # as sitebuild/files.py
_snippets = _Pages()

pytest_collect_file = (
    Sybil(
        parsers=[_snippets],
        patterns=["docs/*.md", "docs/**/*.md", "*.md"],
        excludes=_HIDDEN,
    )
    + Sybil(
        parsers=[DoctestParser()],
        patterns=["sdnotes/*.py", "sdnotes/**/*.py"],
        excludes=_HIDDEN,
        document_types={".py": PythonDocStringDocument},
    )
).pytest()


_reads = Reads()
sys.addaudithook(_reads.heard)  # before any test file is imported


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-outputs",
        action="store_true",
        help="rewrite the output fences of the pages that are run",
    )


def pytest_configure(config: pytest.Config) -> None:
    _snippets.update = config.getoption("--update-outputs")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep what thousands of tests are made of out of each collection of garbage."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    rewritten, problems = _snippets.write()
    for path in rewritten:
        print(f"\nrewritten: {relative(path)}")
    for problem in problems:
        print(f"\n{problem}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    is_quick = isinstance(collector, pytest.Module) and not is_slow(collector.path)
    with _reads.by(collector.path if is_quick else None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool, bool]:
    is_quick = item.get_closest_marker("slow") is None
    with _reads.by(
        item.path if is_quick and isinstance(item, pytest.Function) else None
    ):
        return (yield)


@pytest.fixture(autouse=True)
def _reads_only_what_is_named(request: pytest.FixtureRequest) -> Generator[None]:
    """`make quick` runs a test file when what it reads has changed: it must know."""
    yield
    if problem := _reads.unnamed(request.path):
        pytest.fail(problem, pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    missed = [
        report.nodeid
        for report in terminalreporter.stats.get("skipped", [])
        if "Chromium" in str(report.longrepr)
    ]
    if missed:
        terminalreporter.section("browser tests NOT run: no Chromium was found")
        for nodeid in missed:
            terminalreporter.write_line(f"  {nodeid}")
        terminalreporter.write_line(
            "Install Chromium, or set SDNOTES_CHROMIUM to its path; "
            f"CI=true makes this a failure (CI={os.environ.get('CI', '')!r})."
        )
