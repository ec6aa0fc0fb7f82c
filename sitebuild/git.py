"""Call git on the repository that a folder stands in, and on no other.

    a hook's git sets GIT_DIR=/home/me/mine/.git    and any git that is called from it,
                                                    in whatever folder, works on that

So a test that commits in a folder of its own would commit there, where a contributor's
hook runs the tests. What a person sets for git goes with it; their files of settings
are read all the same.
"""

import os
import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints about a folder.

    Raises CalledProcessError where it fails, FileNotFoundError where there is none.
    """
    inherited = os.environ.items()
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607 - whichever git its user has
        cwd=folder,
        env={name: value for name, value in inherited if not name.startswith("GIT_")},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode("utf-8", "replace")
