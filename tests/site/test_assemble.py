"""What is put together for the browser: complete, hashed, the same each time."""

import gzip
import hashlib
import io
import json
import re
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from sitebuild import DOCS, ROOT, browser, fences, page_imports, policy
from sitebuild.browser import node, precompile, wheels
from sitebuild.files import files
from sitebuild.problems import ProblemError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runtime() -> browser.Assembled:
    return browser.assemble()


def lock(runtime: browser.Assembled) -> dict[str, dict[str, object]]:
    text = (runtime.folder / "wheels" / "pyodide-lock.json").read_text("utf-8")
    return dict(json.loads(text)["packages"])


def test_two_assemblies_give_the_same_bytes(
    runtime: browser.Assembled, tmp_path: Path
) -> None:
    """The folder's name is the hash of all its files."""
    for kept in runtime.folder.parent.glob("library-*.bin"):  # 20 s to make
        shutil.copyfile(kept, tmp_path / kept.name)
    shutil.copytree(runtime.folder.parent / "wheels", tmp_path / "wheels")
    again = browser.assemble(tmp_path)
    assert again.folder != runtime.folder
    assert again.address == runtime.address
    assert list(tmp_path.glob("wheel-*.bin"))


def test_what_is_compiled_again_has_the_same_bytes(
    runtime: browser.Assembled, tmp_path: Path
) -> None:
    """A piece of the library, in another process than that which compiled it whole."""
    source = node.WEB / "node_modules" / "pyodide" / "python_stdlib.zip"
    piece, target = tmp_path / "piece.zip", tmp_path / "compiled.zip"
    with ZipFile(source) as whole, ZipFile(piece, "w") as part:
        for name in whole.namelist():
            if name.startswith(("json/", "heapq")):
                part.writestr(name, whole.read(name))
    precompile._compiled([(piece, target, False)])
    packed = (runtime.folder / "pyodide" / "library.bin").read_bytes()
    with ZipFile(io.BytesIO(gzip.decompress(packed))) as kept, ZipFile(target) as again:
        assert "json/decoder.pyc" in again.namelist()
        for name in again.namelist():
            assert again.read(name) == kept.read(name), name


def test_the_lock_file_lists_each_wheel_with_its_hash(
    runtime: browser.Assembled,
) -> None:
    packages = lock(runtime)
    folder = runtime.folder / "wheels"
    files = {str(package["file_name"]) for package in packages.values()}
    assert files == {path.name for path in folder.glob("*.whl")}
    for package in packages.values():
        content = (folder / str(package["file_name"])).read_bytes()
        assert hashlib.sha256(content).hexdigest() == package["sha256"]
        assert set(package["depends"]) <= set(packages)  # type: ignore[call-overload]


def test_our_wheels_hold_the_whole_package_and_nothing_twice(
    runtime: browser.Assembled,
) -> None:
    found: list[str] = []
    for path in (runtime.folder / "wheels").glob("sdnotes*.whl"):
        with ZipFile(path) as archive:
            found += [n for n in archive.namelist() if n.endswith(".py")]
    ours = [p.relative_to(ROOT).as_posix() for p in files(ROOT / "sdnotes", "**/*.py")]
    assert sorted(found) == sorted(ours)


def test_every_python_file_has_its_byte_code_beside_it(
    runtime: browser.Assembled,
) -> None:
    for path in (runtime.folder / "wheels").glob("*.whl"):
        with ZipFile(path) as archive:
            names = set(archive.namelist())
        for name in (n for n in names if n.endswith(".py")):
            folder, _, file = name.rpartition("/")
            cached = f"{folder}/__pycache__/{file[:-3]}.cpython-314.pyc".lstrip("/")
            assert cached in names, f"{path.name}: {name}"


def test_the_library_is_byte_code_and_can_be_unpacked(
    runtime: browser.Assembled,
) -> None:
    packed = (runtime.folder / "pyodide" / "library.bin").read_bytes()
    with ZipFile(io.BytesIO(gzip.decompress(packed))) as archive:
        names = archive.namelist()
    assert "asyncio/__init__.pyc" in names
    assert len([name for name in names if name.endswith(".pyc")]) > 400
    assert not [name for name in names if name.endswith(".py") and "test" not in name]


def test_a_snippet_fetches_only_what_it_imports(runtime: browser.Assembled) -> None:
    text = (runtime.folder / "wheels" / "needs.json").read_text("utf-8")
    needs = json.loads(text)
    chart = page_imports.needed("from sdnotes.figures.chart import line_chart", needs)
    assert list(chart) == ["pygal", "sdnotes", "simpy"]
    story = page_imports.needed("from sdnotes.cap import run_atms", needs)
    assert list(story) == ["sdnotes", "sdnotes-cap", "simpy"]
    assert list(page_imports.needed("import zoneinfo", needs)) == ["tzdata"]
    assert list(page_imports.needed("import json", needs)) == []
    # All that the pages' snippets import of ours is known.
    for block in fences.scan(DOCS):
        if block.kind == "python":
            ours = {n for n in page_imports.imported(block.code) if "sdnotes" in n}
            assert not ours or ours & set(needs), block.name


def test_a_compiled_wheel_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "quick-1.0-cp314-cp314-linux_x86_64.whl"
    path.touch()
    with pytest.raises(ProblemError, match=r"quick-1\.0.*compiled"):
        wheels.read_wheel(path)


def test_a_package_without_a_pin_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="no pin of left-pad"):
        wheels.fetch(["left-pad"], tmp_path)


def test_the_pages_come_with_the_scripts_and_in_a_plain_site_without(
    site: Path, runtime: browser.Assembled, tmp_path: Path
) -> None:
    page = (site / "chapters" / "cap" / "index.html").read_text("utf-8")
    assert f'src="../../{runtime.address}/main.js"' in page
    assert (site / runtime.address / "main.js").is_file()
    assert page.count('class="sd-bar"') > 10


def test_the_policy_names_each_inline_script_and_trusts_no_other(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    page = '<html><head><meta charset="utf-8"><title>t</title></head><body>{}</body>'
    one, other = "<script>var one</script>", "<script>var other</script>"
    data = '<script type="application/json">{"a": 1}</script>'
    (folder / "index.html").write_text(page.format(one + data), "utf-8")
    (folder / "deep" / "index.html").write_text(page.format(other), "utf-8")
    policy.apply(folder)
    texts = [path.read_text("utf-8") for path in sorted(folder.rglob("*.html"))]
    metas = {re.search(r"<meta http-equiv=[^>]*>", text)[0] for text in texts}  # type: ignore[index]
    assert len(metas) == 1  # instant navigation keeps the first page's policy
    (meta,) = metas
    assert meta.count("'sha256-") == 2
    assert "unsafe-eval" not in meta.replace("wasm-unsafe-eval", "")
    assert "script-src 'self' 'sha256-" in meta
    assert all(text.index(meta) < text.index("<title>") for text in texts)


def test_a_page_without_a_character_set_gets_no_policy_in_silence(
    tmp_path: Path,
) -> None:
    (tmp_path / "index.html").write_text("<html></html>", "utf-8")
    with pytest.raises(ValueError, match=r"index\.html: no <meta charset>"):
        policy.apply(tmp_path)
