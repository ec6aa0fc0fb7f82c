"""What turns ``docs/`` and ``sdnotes/`` into the site; never imported by ``sdnotes``.

One engine runs the snippets for the site build and for the tests:

    docs/**/*.md --fences.scan--> Block --engine.run--> Result
                                    |                     |
                  superfences.py: HTML          sybil_parser.py: pytest
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SITE = ROOT / "site"
RECORDS = ROOT / "evidence" / "records"
