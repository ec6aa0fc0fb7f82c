"""The environment that snippets run in: the same for whoever builds.

    the builder's       PATH, HOME, where temporary files and libraries are
    fixed               UTC, text as UTF-8, no word of the terminal
    of another machine  hashes by another seed, another time zone, a narrow terminal

What a snippet printed under the fixed one is recorded; what it prints on the other
machine must be the same (steady.py).
"""

import os

from sitebuild import ROOT

_OURS = frozenset(
    {
        "HOME",
        "LD_LIBRARY_PATH",
        "PATH",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TMPDIR",
        "USERPROFILE",
        "VIRTUAL_ENV",
    }
)
_FIXED = {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"}
# A zone of no place, and narrower than any screen.
_ELSEWHERE = {"TZ": "ELSE-14:45", "COLUMNS": "30", "LINES": "10"}


def of_snippets(hash_seed: str = "") -> dict[str, str]:
    """Return the environment for a worker; with a seed, that of another machine."""
    kept = {name: value for name, value in os.environ.items() if name in _OURS}
    path = os.pathsep.join(filter(None, (str(ROOT), os.getenv("PYTHONPATH"))))
    other = {**_ELSEWHERE, "PYTHONHASHSEED": hash_seed} if hash_seed else {}
    return {**kept, **_FIXED, "PYTHONPATH": path, **other}
