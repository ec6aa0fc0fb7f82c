"""A file is written whole, or left as it was."""

import stat
from pathlib import Path

import pytest

from sitebuild import whole


def test_what_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before", "utf-8")
    with pytest.raises(UnicodeEncodeError):
        whole.write_whole(page, "a name that is none: \udce9")
    assert page.read_text("utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_a_disk_that_is_full_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before", "utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole.shutil, "copymode", full)
    with pytest.raises(OSError, match="No space"):
        whole.write_whole(page, "after")
    assert page.read_text("utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_line_ends_and_the_right_to_run_are_kept(tmp_path: Path) -> None:
    script = tmp_path / "run"
    script.write_text("old", "utf-8")
    script.chmod(0o750)
    whole.write_whole(script, "one\ntwo\n", "\r\n")
    assert script.read_bytes() == b"one\r\ntwo\r\n"
    assert stat.S_IMODE(script.stat().st_mode) == 0o750


def test_a_new_file_may_be_read_by_those_who_may_read_others(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    whole.write_whole(tmp_path / "new", "text")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    for name in ("kept", "docs"):
        (tmp_path / name).mkdir()
    target, link = tmp_path / "kept" / "page.md", tmp_path / "docs" / "page.md"
    target.write_text("before", "utf-8")
    link.symlink_to("../kept/page.md")
    whole.write_whole(link, "after")
    assert link.is_symlink()
    assert target.read_text("utf-8") == "after"
    assert [path.name for path in link.parent.iterdir()] == ["page.md"]
