"""The built site: the real outputs, both builders, the same bytes."""

import json
import re
from pathlib import Path

import mini
import pytest
from selectolax.lexbor import LexborHTMLParser

from sitebuild import DOCS, build, copies, exercises, fences, htmlchecks, reproduce
from sitebuild.problems import ProblemError
from sitebuild.testing import hosting

pytestmark = pytest.mark.slow

FIGURE = re.compile(r'<svg [^>]*role="img".*?</svg>', re.DOTALL)


def test_the_built_site_has_no_problem(site: Path) -> None:
    problems = htmlchecks.site_problems(site, build.site_url())
    assert [str(problem) for problem in problems] == []


def test_each_page_shows_what_is_recorded_and_no_block_is_left_out(site: Path) -> None:
    shown = [name for page in htmlchecks.read(site).values() for name in page.outputs]
    blocks = [b for b in fences.scan(DOCS) if b.kind not in exercises.PARTS]
    assert sorted(shown) == sorted(block.name for block in blocks)
    assert htmlchecks.output_problems(site) == []


def test_zensical_builds_the_same_pages_anchors_and_outputs(
    site: Path, zensical_site: Path
) -> None:
    """Under another hash seed, time zone and date, so that snippets show theirs."""
    ours, theirs = htmlchecks.read(site), htmlchecks.read(zensical_site)
    assert set(ours) == set(theirs)
    for address, page in ours.items():
        assert anchors(page) == anchors(theirs[address]), address
        assert page.outputs == theirs[address].outputs, address
    assert not htmlchecks.foreign_problems(zensical_site, build.site_url())
    assert htmlchecks.output_problems(zensical_site) == []


def folds(page: LexborHTMLParser) -> list[tuple[str, str]]:
    """Return what is folded away on a page: titles, and the text below them."""
    return [
        (fold.css("summary")[0].text(), " ".join(fold.text().split()))
        for fold in page.css("details.hint, details.sd-fold")
    ]


def test_both_builders_fold_away_the_parts_of_each_exercise(
    site: Path, zensical_site: Path
) -> None:
    practice = [block for block in fences.scan(DOCS) if block.kind == "check"]
    assert practice
    for block in practice:
        name = block.path.relative_to(DOCS).with_suffix("") / "index.html"
        ours, theirs = (
            LexborHTMLParser((built / name).read_text("utf-8"))
            for built in (site, zensical_site)
        )
        assert folds(ours) == folds(theirs)
        code = ours.css(f"[data-sd-check={block.name}] code")[0].text()
        assert code.rstrip() == block.code.rstrip()
        titles = [title for title, _ in folds(ours)]
        assert titles.count("Hint 1") == titles.count("How this is judged")
        assert len(ours.css(".sd-progress")) == 1


def test_every_figure_is_drawn_alike_in_other_circumstances(
    site: Path, zensical_site: Path
) -> None:
    drawn = 0
    for page in site.rglob("index.html"):
        twin = zensical_site / page.relative_to(site)
        ours, theirs = (FIGURE.findall(p.read_text("utf-8")) for p in (page, twin))
        assert ours == theirs, page
        drawn += len(ours)
    assert drawn == sum(block.figure for block in fences.scan(DOCS))


def anchors(page: htmlchecks.Built) -> set[str]:
    """Return the ids of a page's text; those of the theme begin with underscores."""
    return {i for i in page.ids if not i.startswith("__")}


def test_two_builds_give_the_same_bytes_in_other_circumstances(tree: Path) -> None:
    """Another folder, date, hash seed and time zone; raises where a byte differs."""
    mini.succeed(tree, "sitebuild", "reproduce")


def test_a_site_that_is_moved_is_one_that_was_built_for_its_new_address(
    tree: Path, tmp_path: Path
) -> None:
    """What all tests of pages rest on: the whole site is built for one address only."""
    url = "http://127.0.0.1:54321/"
    build_plainly = ("sitebuild", "build", "--plain", "--site-dir")
    mini.succeed(tree, *build_plainly, str(tmp_path / "one"))
    mini.succeed(tree, *build_plainly, str(tmp_path / "two"), SDNOTES_SITE_URL=url)
    built_for = build.site_url()
    hosting.move_site(tmp_path / "one", tmp_path / "moved", built_for, url)
    differing = reproduce.compare(tmp_path / "moved", tmp_path / "two")
    # The map of the site is compressed too, for search engines alone.
    assert [problem.path for problem in differing] == ["sitemap.xml.gz"]


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
    tree: Path,
) -> None:
    mini.succeed(
        tree,
        *("sitebuild", "build", "--plain"),
        SDNOTES_REPO_URL="https://example.org/us/sdnotes",
        SDNOTES_SITE_URL="https://notes.example.org/v1",
    )
    page = (tree / "site" / "chapters" / "coin" / "index.html").read_text("utf-8")
    edit = f"https://example.org/us/sdnotes/edit/main/{mini.CHAPTER}"
    assert f'href="{edit}"' in page
    assert 'data-md-component="source"' not in page
    assert "https://notes.example.org/v1/chapters/coin/" in page


def test_a_plain_site_reads_as_before_and_has_nothing_to_press(tree: Path) -> None:
    """Bare MkDocs is told of a runtime, and leaves places for what scripts will add."""
    mini.succeed(tree, "sitebuild", "build", "--plain")
    told = {"SDNOTES_BROWSER": "assets/browser/x", "SDNOTES_SITE_DIR": "full"}
    mini.succeed(tree, "mkdocs", "build", "--quiet", **told)
    plain, full = pages_of(tree / "site"), pages_of(tree / "full")
    assert plain.keys() == full.keys()
    ours = re.compile(r'(class|src)="[^"]*(sd-bar|sd-tools|sd-player|main\.js)[" ]')
    for name, text in plain.items():
        assert not ours.search(text), name
        articles = (
            LexborHTMLParser(t).css_first("article") for t in (text, full[name])
        )
        one, other = (article.text(separator=" ").split() for article in articles)
        assert one == other, name
    assert ours.search(full["chapters/coin/index.html"])
    assert not (tree / "site" / "assets" / "browser").exists()


def pages_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*.html")
    }


BREAKS = """
import sys
from pathlib import Path
from sitebuild import build, htmlchecks

def broken(*_):
    raise RuntimeError("after the pages were written")

htmlchecks.site_problems = broken
build.build(Path(sys.argv[1]), plain=True)
"""


def test_a_build_that_fails_leaves_the_last_good_site_as_it_was(
    tree: Path, tmp_path: Path
) -> None:
    """Whatever breaks after the pages were written, too."""
    good = tmp_path / "good" / "site"
    mini.succeed(tree, "sitebuild", "build", "--plain", "--site-dir", str(good))
    before = {p: p.read_bytes() for p in good.rglob("*") if p.is_file()}
    (tree / "breaks.py").write_text(BREAKS, "utf-8")
    done = mini.run(tree, "breaks", str(good))
    assert "RuntimeError: after the pages were written" in done.stderr
    assert {p: p.read_bytes() for p in good.rglob("*") if p.is_file()} == before
    assert [p.name for p in good.parent.iterdir()] == ["site"]
    assert not list(tree.glob("site*.new"))


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
