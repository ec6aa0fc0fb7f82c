"""The files of the project, and not what editors and systems lay beside them.

    docs/.#cap.md     Emacs's lock, a link to nowhere: the page has unsaved changes
    docs/._cap.md     what macOS keeps of a file where the disk has no place for it
    docs/.ipynb_checkpoints/    and other folders that a person does not see

Builders of the site and pytest leave out what begins with a dot; so does this.
"""

from pathlib import Path


def files(folder: Path, pattern: str) -> list[Path]:
    """Return the files below a folder that a pattern names, sorted, no hidden ones."""
    return sorted(
        path
        for path in folder.glob(pattern)
        if path.is_file()
        and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    )
