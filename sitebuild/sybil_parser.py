"""The snippets of the pages as tests: the same scan and the same engine as the site.

Sybil's own Markdown parser passes over every fence whose info line is not exactly
``python``, in silence; this one takes what fences.scan_text finds, which refuses
whatever it does not know.
"""

import doctest
from collections.abc import Iterable
from pathlib import Path

from sybil import Document, Example, Region
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.parsers.abstract.doctest import DocTestStringParser

from sitebuild import positions, steady
from sitebuild.fences import Block, scan_text
from sitebuild.problems import Problem, ProblemError, relative
from sitebuild.whole import write_whole


def fenced(text: str, indent: str) -> str:
    """Return an output fence that holds the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    lines = [f"{fence}output", *text.split("\n"), fence]
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)


def with_outputs(text: str, blocks: Iterable[tuple[Block, str]]) -> str:
    """Return a page's text with these blocks' output fences rewritten."""
    for block, output in sorted(blocks, key=lambda pair: -pair[0].start):
        fence = f"\n\n{fenced(output, block.indent)}" if output else ""
        text = text[: block.code_end] + fence + text[block.end :]
    return text


class _Doctest(DocTestEvaluator):
    def __call__(self, sybil_example: Example) -> str:
        """Return what is wrong, at file:line, or nothing."""
        if not (said := super().__call__(sybil_example)):
            return ""
        example: doctest.Example = sybil_example.parsed
        place, line = relative(Path(sybil_example.path)), sybil_example.line
        message = f"this prints something else: >>> {example.source.strip()}"
        return f"{Problem(place, line, message)}\n{said}"


class DoctestParser:
    """Finds the doctests of a module; a failure says where, as all our messages do."""

    def __init__(self) -> None:
        self._parser = DocTestStringParser(_Doctest())

    def __call__(self, document: Document) -> Iterable[Region]:
        """Yield one region for each example."""
        return self._parser(document.text, document.path)


class SnippetParser:
    """Finds the blocks of a page; each runs and is compared, or is written anew."""

    def __init__(self, *, update: bool = False) -> None:
        self.update = update
        self.written: dict[tuple[Path, str], list[tuple[Block, str]]] = {}
        """What the blocks of a page printed, by its path and the text that ran."""

    def __call__(self, document: Document) -> Iterable[Region]:
        """Yield one region for each block. Raises ProblemError for a bad fence."""
        for block in scan_text(document.text, Path(document.path)):
            if block.kind == "check":
                continue  # it runs with each answer
            yield Region(block.start, block.end, parsed=block, evaluator=self._evaluate)

    def _evaluate(self, example: Example) -> str | None:
        block: Block = example.parsed
        try:
            result = steady.run(block)
            if self.update:
                if block.recorded != result.text:
                    steady.require(block, result)
                page = (block.path, example.document.text)
                self.written.setdefault(page, []).append((block, result.text))
            else:
                steady.check(block, result)
            positions.require(block, result)
        except ProblemError as error:
            return str(error)
        return None

    def write(self) -> tuple[list[Path], list[Problem]]:
        """Rewrite the output fences of the pages that ran.

        Return what changed, and the pages that were saved meanwhile: where their blocks
        stand now, nobody knows, so nothing is written there.
        """
        changed, problems = [], []
        for (path, ran), blocks in self.written.items():
            if (after := with_outputs(ran, blocks)) == ran:
                continue
            if not path.is_file() or path.read_text("utf-8") != ran:
                message = (
                    "this page was saved while its snippets ran, so no output of it "
                    "was written: run `make outputs` again"
                )
                problems.append(Problem(relative(path), 1, message))
                continue
            newline = "\r\n" if b"\r\n" in path.read_bytes() else "\n"
            write_whole(path, after, newline)
            changed.append(path)
        return changed, problems
