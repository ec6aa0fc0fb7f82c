"""What a reader may take away works alone, with the files that its imports name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sitebuild import takeaway
from sitebuild.takeaway import TakeAway

READS = ("sdnotes/**/*.py",)


@pytest.mark.parametrize("taken", takeaway.offered(), ids=lambda taken: taken.names)
def test_a_copyable_class_works_alone(taken: TakeAway, tmp_path: Path) -> None:
    """In a folder that holds nothing else."""
    for file in taken.files:
        # Modules of one package that need each other stand side by side then.
        code = re.sub(
            r"^from sdnotes\.\w+\.(\w+) import",
            r"from \1 import",
            file.read_text("utf-8"),
            flags=re.MULTILINE,
        )
        (tmp_path / file.name).write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "doctest", "-v", *map(str, tmp_path.glob("*.py"))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"[1-9]\d* (tests )?passed", done.stdout)
    assert "sdnotes" not in re.sub(
        r"docs/\S+|sdnotes\.\S+ ?\(", "", "\n".join(imports(tmp_path))
    )


def imports(folder: Path) -> list[str]:
    """Return the import lines of the modules of a folder."""
    return [
        line
        for path in folder.glob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if re.match(r"\s*(import|from) ", line)
    ]
