"""What stands behind the three backticks of a fence: its language and its attributes.

    python name="x" mechanism      {"name": "x", "flag": "mechanism"}
    python name=x                  refused: SuperFences would pass over it in silence

The vocabulary is closed: what is not known is an error at its line.
"""

import re
from pathlib import Path

from sitebuild import exercises
from sitebuild.fenced import Fence
from sitebuild.problems import Problem, ProblemError, relative

SHOWN_ONLY = ("text", "bash", "markdown", "yaml", "json")
ATTRIBUTES = {
    "python": {"name", "figure", "native", "source", *exercises.KINDS},
    "record": {"name"},
    "output": set[str](),
}
_FLAGS = {"python": {"mechanism", "fold"}}
_ATTRIBUTE = re.compile(r'([a-z]+)(?:="([^"]*)")?(?=\s|$)')


def attributes(fence: Fence, path: Path) -> tuple[str, dict[str, str]]:
    """Return the language and the attributes; a bare word is the ``flag``.

    Raises ProblemError for what is not of the vocabulary.
    """

    def wrong(message: str) -> ProblemError:
        return ProblemError(Problem(relative(path), fence.line, message))

    language, _, rest = fence.info.partition(" ")
    known = (*ATTRIBUTES, *SHOWN_ONLY)
    if language in ("py", "python3", "pycon", "py3", "ipython"):
        raise wrong(
            f"a fence of `{language}` would not run: write "
            '```python name="..." (or ```text, for what is only shown)'
        )
    if language not in known:
        raise wrong(
            f"unknown fence {fence.info!r}; known are {', '.join(known)} "
            "(sitebuild/fenceinfo.py holds the list)"
        )
    allowed = ATTRIBUTES.get(language, set[str]())
    flags = _FLAGS.get(language, set[str]())
    pairs = [match.groups() for match in _ATTRIBUTE.finditer(rest)]
    bare = {key for key, value in pairs if value is None}
    if _ATTRIBUTE.sub("", rest).strip() or bare & allowed:
        raise wrong(
            f"cannot read the attributes of {fence.info!r}: each is written "
            'key="value", in double quotes, one space apart'
        )
    found = {key: value or "" for key, value in pairs}
    if unknown := sorted((found.keys() - allowed - bare) | (bare - flags)):
        raise wrong(
            f"unknown attribute {unknown[0]!r} of a {language} fence; "
            f"allowed: {', '.join(sorted(allowed | flags)) or 'none'}"
        )
    if len(bare) > 1:
        raise wrong(f"a fence is one of {' and '.join(sorted(bare))}, not both")
    return language, found | {"flag": "".join(bare)}
