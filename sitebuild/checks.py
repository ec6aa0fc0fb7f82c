"""What the tree promises, checked by reading it: links, mirror, claims, records.

Each check returns a list of Problems, each with the file and line to mend. The build
refuses to start while there is one, and the tests ask for the same lists.
"""

import ast
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sitebuild import (
    DOCS,
    ROOT,
    addresses,
    asks,
    claims,
    cores,
    counts,
    excerpts,
    fences,
    glossary,
    mkdocs_yml,
    pagechecks,
    pagelimits,
    pageorder,
    pagetree,
    prose,
    records,
    refusals,
    snippetlint,
    takeaway,
    terms,
    testchecks,
    unused,
    unwritten,
)
from sitebuild.facts import parsed
from sitebuild.files import files
from sitebuild.problems import Problem, ProblemError, line_of, relative

SHARED = ("sim", "figures")
"""Packages that are no topic: they have a reference page and tests, no chapter."""

OF_THE_PROJECT = ("site", "evidence")
"""Tests of what is not published: of sitebuild/ and of evidence/."""


def nav_paths() -> list[str]:
    """Return the pages of mkdocs.yml's nav, in order."""
    return mkdocs_yml.pages()


def packages() -> list[str]:
    """Return the names of the packages below sdnotes/, topics and shared ones."""
    folders = (ROOT / "sdnotes").iterdir()
    return sorted(f.name for f in folders if (f / "__init__.py").is_file())


def _misplaced(page: Path, have: set[str]) -> str:
    """Return why a page below chapters/ stands where it may not, or ""."""
    slug = page.parent.name
    if page.parent.parent != DOCS / "chapters":
        return "a chapter's pages stand in its folder: docs/chapters/<slug>/"
    if slug not in have or slug in SHARED:
        return f"a chapter without a package sdnotes.{slug}"
    return ""


def mirror_problems() -> list[Problem]:
    """One slug names package, chapter, reference page and test folder: all or none."""
    problems = []
    nav = set(nav_paths())
    have = set(packages())

    def need(path: Path, because: str) -> None:
        if not path.exists():
            problems.append(Problem(relative(path), 1, f"missing: {because}"))
        elif path.suffix == ".md" and path.relative_to(DOCS).as_posix() not in nav:
            message = f"not in mkdocs.yml's nav: {because}"
            problems.append(Problem(relative(path), 1, message))

    for slug in sorted(have):
        because = f"the package sdnotes.{slug} needs it (make chapter lays it down)"
        need(DOCS / "reference" / f"{slug}.md", because)
        need(ROOT / "tests" / slug, because)
        if slug not in SHARED:
            need(DOCS / "chapters" / slug / "index.md", because)
    problems += [
        Problem(relative(path), 1, message)
        for path in files(DOCS / "chapters", "**/*.md")
        if (message := _misplaced(path, have))
    ]
    for path in files(DOCS / "reference", "*.md"):
        if path.stem not in have:
            message = f"a reference page without a package sdnotes.{path.stem}"
            problems.append(Problem(relative(path), 1, message))
    for path in sorted((ROOT / "tests").iterdir()):
        if path.is_dir() and path.name not in {*have, *OF_THE_PROJECT, "__pycache__"}:
            message = f"tests without a package sdnotes.{path.name}"
            problems.append(Problem(relative(path), 1, message))
    return problems


def dead_link(page: Path, link: str) -> str:
    """Return why a page's link leads nowhere, or ""; anchors are another matter.

    The site has what is in docs/; other pages are read in the repository.
    """
    address = urlsplit(link)
    target = unquote(address.path)
    if address.scheme or address.netloc or not target:
        return ""
    if target.startswith("/"):
        return f"{target!r} begins at the root of a host: write it as from this page"
    home = DOCS if DOCS in page.parents else ROOT
    path = (page.parent / target).resolve()
    if not path.exists():
        return f"dead link: there is no {target!r} beside this page"
    if not path.is_relative_to(home):
        where = "docs/, which is all that is published" if home == DOCS else "the tree"
        return f"{target!r} leads out of {where}: write its whole address"
    if home == DOCS and not path.is_file():
        return f"{target!r} is a folder: name a page in it"
    return ""


def link_problems() -> list[Problem]:
    """Every relative link of a page leads to a file; anchors are checked when built."""
    return [
        Problem(relative(path), link.line, dead)
        for path in fences.all_pages()
        for link in pagetree.links(path.read_text("utf-8"), path)
        if (dead := dead_link(path, link.target))
    ]


def fence_problems() -> list[Problem]:
    """Every fence of every page is of our vocabulary and will run."""
    problems: list[Problem] = []
    for path in fences.all_pages():
        try:
            fences.scan_text(path.read_text("utf-8"), path)
        except ProblemError as error:
            problems += error.problems
    if not problems:
        try:
            fences.scan(DOCS)
        except ProblemError as error:
            problems += error.problems
    return problems


def unrun_examples(path: Path, text: str) -> list[Problem]:
    """Return examples in texts of a module that are no docstrings, so that none runs.

    The reference shows the text below an attribute too.
    """
    tree = parsed(text) if ">>>" in text else None
    if tree is None:
        return []
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    run = {
        id(n.body[0]) for n in ast.walk(tree) if isinstance(n, documented) and n.body
    }
    return [
        Problem(
            relative(path),
            node.lineno,
            "an example below an attribute is not run: move it into the docstring of "
            "the class or module",
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and ">>>" in str(node.value.value)
        and id(node) not in run
    ]


def example_problems() -> list[Problem]:
    """Return examples of the package that the site would show and nobody run."""
    modules = files(ROOT / "sdnotes", "**/*.py")
    return [
        p for path in modules for p in unrun_examples(path, path.read_text("utf-8"))
    ]


def orphan_problems() -> list[Problem]:
    """Every page stands in the nav."""
    nav = set(nav_paths())
    return [
        Problem(relative(path), 1, "this page is not in mkdocs.yml's nav")
        for path in fences.pages(DOCS)
        if path.relative_to(DOCS).as_posix() not in nav
    ] + [
        Problem("mkdocs.yml", line_of(ROOT / "mkdocs.yml", entry), f"no page {entry}")
        for entry in sorted(nav)
        if not (DOCS / entry).is_file()
    ]


CHECKS: tuple[Callable[[], list[Problem]], ...] = (
    fence_problems,
    mirror_problems,
    orphan_problems,
    link_problems,
    pagechecks.sign_problems,
    pagechecks.anchor_problems,
    prose.number_problems,
    pagelimits.problems,
    pageorder.problems,
    addresses.problems,
    claims.problems,
    claims.mark_problems,
    glossary.problems,
    terms.problems,
    counts.problems,
    cores.problems,
    excerpts.problems,
    refusals.problems,
    snippetlint.problems,
    takeaway.problems,
    unused.problems,
    example_problems,
    asks.problems,
    records.unknown,
    records.misprinted,
    testchecks.problems,
)
AT_THE_END: tuple[Callable[[], list[Problem]], ...] = (
    unwritten.problems,
    pagelimits.unfinished,
    records.stale,  # made anew once the code is right
)
"""What a change is told only when all else is well with it."""


def source_problems(*, unfinished: bool = True) -> list[Problem]:
    """Return all that is wrong with the tree, without building it.

    What is merely unfinished can be left out.
    """
    found: dict[Problem, None] = {}
    for check in (*CHECKS, *(AT_THE_END if unfinished else ())):
        found.update(dict.fromkeys(check()))
    return list(found)


def require_none() -> None:
    """Raise ProblemError with all that is wrong with the tree, if anything is."""
    if problems := source_problems():
        raise ProblemError(*problems)
