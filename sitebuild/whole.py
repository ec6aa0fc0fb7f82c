"""Write a file so that it is whole at every moment: its old text, or its new one.

encode  ->  write beside it  ->  put it in its place      a failure in between
                                                          leaves the old text
"""

import os
import shutil
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str, newline: str = "\n") -> None:
    """Write a text as UTF-8, and keep who may read and run the file.

    Raises UnicodeEncodeError or OSError, and then has changed nothing.
    """
    path = path.resolve()  # a link stays one, and what it leads to is written
    content = text.replace("\n", newline).encode("utf-8")
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if path.exists():
            shutil.copymode(path, beside)
        else:
            mask = os.umask(0)
            os.umask(mask)
            Path(beside).chmod(0o666 & ~mask)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
