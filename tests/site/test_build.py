"""The built site: the real outputs, both builders, the same bytes."""

import json
import re
import shutil
from pathlib import Path

import pytest

from sitebuild import DOCS, build, copies, fences, htmlchecks, reproduce
from sitebuild.problems import ProblemError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def zensical_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zensical") / "site"
    build.build(folder, builder="zensical")
    return folder


def test_the_built_site_has_no_problem(site: Path) -> None:
    problems = htmlchecks.site_problems(site, build.site_url())
    assert [str(problem) for problem in problems] == []


def test_each_page_shows_what_is_recorded_and_no_block_is_left_out(site: Path) -> None:
    shown = [name for page in htmlchecks.read(site).values() for name in page.outputs]
    assert sorted(shown) == sorted(block.name for block in fences.scan(DOCS))
    assert htmlchecks.output_problems(site) == []


def test_zensical_builds_the_same_pages_anchors_and_outputs(
    site: Path, zensical_site: Path
) -> None:
    ours, theirs = htmlchecks.read(site), htmlchecks.read(zensical_site)
    assert set(ours) == set(theirs)
    for address, page in ours.items():
        assert anchors(page) == anchors(theirs[address]), address
        assert page.outputs == theirs[address].outputs, address
        assert not htmlchecks.foreign_problems(zensical_site, build.site_url())
    assert htmlchecks.output_problems(zensical_site) == []


def anchors(page: htmlchecks.Built) -> set[str]:
    """Return the ids of a page's text; those of the theme begin with underscores."""
    return {i for i in page.ids if not i.startswith("__")}


def test_two_builds_give_the_same_bytes_in_other_circumstances() -> None:
    """Another folder, date, hash seed and time zone; raises where a byte differs."""
    reproduce.reproduce()


def test_figures_are_kept_out_of_the_search_and_the_text_is_in_it(site: Path) -> None:
    index = (site / "search" / "search_index.json").read_text("utf-8")
    assert "digger cuts the cable" in index
    assert "The numbers behind it" not in index
    assert "stroke-dasharray" not in index


def test_the_page_of_licences_names_all_that_is_in_the_served_scripts(
    site: Path,
) -> None:
    page = (DOCS / "licences.md").read_text("utf-8")
    scripts = sorted((site / "assets" / "javascripts").rglob("*.js"))
    (texts,) = (site / "assets" / "browser").rglob("licences.txt")
    inside = set(re.findall(r"^==== (\S+)$", texts.read_text("utf-8"), re.MULTILINE))
    assert {"pyodide", "@codemirror/view", "dompurify", "pygal"} <= inside
    for script in scripts:
        sources = json.loads(Path(f"{script}.map").read_text("utf-8"))["sources"]
        packages = (source.rpartition("node_modules/")[2] for source in sources)
        inside |= {p.split("/")[0] for p in packages if not p.startswith((".", "src/"))}
    assert {"lunr", "rxjs"} <= inside
    missing = {name for name in inside if f"`{name}`" not in page}
    assert not missing, sorted(missing)


def test_figures_follow_the_theme_and_say_what_they_show(site: Path) -> None:
    page = (site / "chapters" / "cap" / "index.html").read_text("utf-8")
    figures = re.findall(r"<svg [^>]*sd-st.*?</svg>", page, re.DOTALL)
    assert len(figures) >= 2
    for figure in figures:
        assert "var(--sd-ink" in figure
        assert "<title" in figure
        assert "<desc" in figure
        assert 'data-says="' in figure


def test_a_repository_address_gives_every_page_an_edit_link_and_asks_it_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDNOTES_REPO_URL", "https://example.org/us/sdnotes")
    monkeypatch.setenv("SDNOTES_SITE_URL", "https://notes.example.org/v1")
    folder = tmp_path / "site"
    build.build(folder)
    page = (folder / "chapters" / "cap" / "index.html").read_text("utf-8")
    edit = "https://example.org/us/sdnotes/edit/main/docs/chapters/cap.md"
    assert f'href="{edit}"' in page
    assert 'data-md-component="source"' not in page
    assert "https://notes.example.org/v1/chapters/cap/" in page


def test_a_build_that_fails_leaves_the_last_good_site_as_it_was(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks after the pages were written, too."""
    good = tmp_path / "site"
    shutil.copytree(site, good)
    before = {p: p.read_bytes() for p in good.rglob("*") if p.is_file()}

    def broken(*_: object) -> list[object]:
        raise RuntimeError("after the pages were written")

    monkeypatch.setattr(htmlchecks, "site_problems", broken)
    with pytest.raises(RuntimeError):
        build.build(good)
    assert {p: p.read_bytes() for p in good.rglob("*") if p.is_file()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_folder_that_holds_something_else_is_never_replaced(tmp_path: Path) -> None:
    precious = tmp_path / "docs" / "precious.md"
    precious.parent.mkdir()
    precious.write_text("mine", "utf-8")
    with pytest.raises(ProblemError, match="holds something else than a built site"):
        build.build(precious.parent)
    assert precious.read_text("utf-8") == "mine"


def test_a_copy_of_the_tree_holds_nothing_that_was_made(tmp_path: Path) -> None:
    copy = copies.copy_of_tree(tmp_path / "copy")
    names = {path.name for path in copy.iterdir()}
    assert {"docs", "sdnotes", "mkdocs.yml"} <= names
    assert not names & {".venv", ".git", "site", ".hypothesis"}
    assert (copy / "tests" / "site" / "test_build.py").is_file()
    assert (copy / ".github" / "workflows" / "site.yml").is_file()
