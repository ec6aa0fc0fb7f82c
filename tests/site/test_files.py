"""What editors and systems lay beside our files is none of them."""

from pathlib import Path

from sitebuild import fences
from sitebuild.files import files


def test_what_is_hidden_or_leads_nowhere_is_no_file_of_ours(tmp_path: Path) -> None:
    for name in ("b.md", "a/a.md", "._b.md", ".checkpoints/b.md", "a/.#a.md", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".#b.md").symlink_to("me@host.123:456")  # as Emacs locks a file
    (tmp_path / "lost.md").symlink_to("nowhere")
    (tmp_path / "folder.md").mkdir()
    ours = [tmp_path / "a" / "a.md", tmp_path / "b.md"]
    assert files(tmp_path, "**/*.md") == fences.pages(tmp_path) == ours
    assert files(tmp_path, "*.md") == [tmp_path / "b.md"]


def test_a_project_in_a_hidden_folder_has_its_files(tmp_path: Path) -> None:
    hidden = tmp_path / ".cache"
    hidden.mkdir()
    (hidden / "a.md").touch()
    assert files(hidden, "*.md") == [hidden / "a.md"]
