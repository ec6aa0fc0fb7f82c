"""An object of the package gets another body for one run, wherever it is held."""

import importlib
from collections.abc import Iterator

import pytest

from sitebuild.excerpts import UnknownError, excerpt
from sitebuild.page_replace import ReplacedError, replace
from sitebuild.page_runner import Session

READS = ("sdnotes/**/*.py",)
# Asked for here, it ends before what is automatic: the package is then itself again.
pytestmark = pytest.mark.usefixtures("modules_are_put_back")

LOWEST = "sdnotes.cap.merge.lowest_wins"
GET = "sdnotes.caching.lru.LRUCache.get"
CLASS = "sdnotes.caching.lru.LRUCache"


@pytest.fixture(autouse=True)
def _as_they_were() -> Iterator[None]:
    """What is shown is what is there, so that it puts everything back."""
    yield
    for name in (LOWEST, CLASS):
        replace(name, excerpt(name).code)


def test_who_holds_the_function_already_calls_the_new_lines() -> None:
    merge = importlib.import_module("sdnotes.cap.merge")
    held = merge.RULES["lowest wins"]
    replace(LOWEST, "def lowest_wins(common, branches):\n    return 7\n")
    assert held(50, []) == 7
    assert importlib.import_module("sdnotes.cap").RULES["lowest wins"](50, []) == 7


def test_a_method_is_replaced_for_caches_that_are_there_already() -> None:
    caching = importlib.import_module("sdnotes.caching")
    cache = caching.LRUCache(2)
    replace(GET, "def get(self, key, default=None):\n    return 'mine'\n")
    assert cache.get("a") == "mine"
    assert caching.LRUCache(1).get("a") == "mine"


def test_what_is_shown_changes_nothing_when_it_takes_its_own_place() -> None:
    caching = importlib.import_module("sdnotes.caching")
    before = caching.LRUCache(2)
    for name in (GET, CLASS, LOWEST):
        replace(name, excerpt(name).code)
    for cache in (before, caching.LRUCache(2)):
        for key in "abca":
            cache[key] = key
        assert list(cache) == ["c", "a"]
        cache.check()


def test_a_class_loses_the_methods_that_its_new_lines_do_not_have() -> None:
    caching = importlib.import_module("sdnotes.caching")
    replace(CLASS, "class LRUCache:\n    def only(self):\n        return 1\n")
    assert caching.LRUCache.only(None) == 1
    assert "_evict" not in vars(caching.LRUCache)


def test_lines_that_do_not_define_the_object_are_refused() -> None:
    with pytest.raises(ReplacedError, match="must define lowest_wins"):
        replace(LOWEST, "def other():\n    pass\n")
    with pytest.raises(ReplacedError, match="must define get"):
        replace(GET, "")
    with pytest.raises(SyntaxError):
        replace(LOWEST, "def lowest_wins(:\n")


def test_a_run_shows_the_reader_s_own_lines_and_the_next_has_the_package_s() -> None:
    printed: list[str] = []
    session = Session(lambda _, text: printed.append(text))
    code = "from sdnotes.cap.merge import lowest_wins\nprint(lowest_wins(50, []))\n"
    mine = "def lowest_wins(common, branches):\n    return common // 0\n"
    assert not session.run(code, "a.py", published=True, instead=(LOWEST, mine))
    said = "".join(printed)
    assert f'File "{LOWEST}.py", line 2, in lowest_wins' in said
    assert "return common // 0" in said
    assert "page_replace" not in said
    printed.clear()
    assert not session.run(code, "a.py", published=True)
    assert "ValueError: min() " in "".join(printed)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lowest_wins", "name a function, class or method as"),
        ("sdnotes.cap.lowest_wins", "name a function, class or method as"),
        ("sdnotes.cap.merge.highest", "its module defines no highest"),
        ("sdnotes.caching.lru.LRUCache.fetch", "its module defines no fetch"),
    ],
)
def test_an_object_that_is_not_there_is_named(name: str, said: str) -> None:
    with pytest.raises(UnknownError, match=said):
        excerpt(name)


def test_an_excerpt_is_the_object_s_lines_without_what_documents_them() -> None:
    shown = excerpt(LOWEST)
    assert shown.code.splitlines() == [
        "def lowest_wins(common: int, branches: Sequence[Branch]) -> int:",
        "    return min(branch.balance(common) for branch in branches)",
    ]
    assert shown.anchor == LOWEST
    assert shown.slug == "cap"
    assert '"""' not in excerpt(CLASS).code
