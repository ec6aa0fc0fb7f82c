"""Put together what runs in the reader's browser: Pyodide, our wheel, our scripts.

    npm (pyodide, codemirror, ...)  ---.
    PyPI (simpy, pygal, ...)  ----------+--> .browser/<hash>/ --copied--> site/assets/
    sdnotes, page_*.py, web/src -------'

Nothing of it enters git. The folder is named after the hash of its content, so that a
browser may keep it for ever. A site that is built without it reads the same and has no
buttons.
"""

from sitebuild.browser.assemble import Assembled, assemble

__all__ = ["Assembled", "assemble"]
