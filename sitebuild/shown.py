r"""What may a block print, so that a page shows just that? Not everything.

"a\tb"          pages and terminals show a tab unlike each other
"\udce9.txt"    half a character, as os.listdir gives it: no file can hold it
a traceback     of this machine's own files: another one prints other paths
"""

import re

from sitebuild import ROOT

_LAYOUT = {
    r"\A[^\S\n]*\n(?=\s*\S)": "a blank line first, which a page would drop",
    r"`{6}": "a row of backticks, which would end its own fence",
    re.escape(str(ROOT)): "a path of this machine: it cannot show what called it, or "
    "where the package's files are",
}
_STRANGE = {
    r"\t": "a tab, which pages show unlike terminals: use blanks",
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f]": "a control character, which a page cannot show",
    r"[\u2028\u2029]": "a line separator, which pages show unlike terminals",
    r"[\u202a-\u202e\u2066-\u2069]": "a mark that turns the direction of writing",
    r"[\ufeff\ufffe\uffff]": "a character that means nothing in a text",
}


def unshowable(printed: str) -> str:
    """Return why a page cannot show this as it is, in words; "" for what one can."""
    return _first(_LAYOUT | _STRANGE, printed)


def strange(line: str) -> str:
    """Return which character of a line is none to be read, in words, or ""."""
    return _first(_STRANGE, line)


def _first(table: dict[str, str], text: str) -> str:
    return next((why for wrong, why in table.items() if re.search(wrong, text)), "")
