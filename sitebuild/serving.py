"""What happens at each build while an author watches: the browser's part is kept new.

Given to MkDocs by ``build.serve`` alone. mkdocs.yml names no hooks, since Zensical
would pass over them in silence.
"""

import os
import sys

from mkdocs.config.defaults import MkDocsConfig

from sitebuild import ROOT, browser
from sitebuild.build import BROWSER
from sitebuild.problems import ProblemError

_runtime: list[browser.Assembled] = []


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Assemble anew what has changed, and tell the pages where it stands."""
    config.watch.append(str(ROOT / "sitebuild" / "web" / "src"))
    try:
        _runtime[:] = [browser.assemble()]
    except ProblemError as error:
        print(error, file=sys.stderr)
    if _runtime:
        config.extra["browser"] = os.environ[BROWSER] = _runtime[0].address
    return config


def on_post_build(config: MkDocsConfig) -> None:
    """Put the runtime beside the pages."""
    for runtime in _runtime:
        runtime.put_into(config.site_dir)
