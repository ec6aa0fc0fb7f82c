"""What every cache promises, whatever its policy: one contract for all of them."""

import copy
import pickle
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from draws import picks
from hypothesis import given, settings
from hypothesis import strategies as st

from sdnotes.caching import (
    ARCCache,
    Cache,
    ClockCache,
    FIFOCache,
    LRUCache,
    OptimalCache,
    RandomCache,
    S3FIFOCache,
    SieveCache,
    SLRUCache,
    WTinyLFUCache,
)
from sdnotes.caching.comparison import POLICIES

Make = Callable[..., Cache[Any, Any]]


def seeded(capacity: int, **more: Any) -> RandomCache[Any, Any]:
    return RandomCache(capacity, rng=random.Random(9), **more)


KINDS: dict[str, Make] = {
    **POLICIES,
    "SLRU of three": partial(SLRUCache, shares=(0.4, 0.3, 0.3)),
    "S3-FIFO, half small": partial(S3FIFOCache, small_share=0.5),
    "W-TinyLFU, wide window": partial(WTinyLFUCache, window_share=0.5, sample_size=7),
    "random": seeded,
}
every_kind = pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))

KEYS = [None, 0, "0", (), 1.5, b"0", 7, "seven"]
HOWS = ("get", "put", "access", "pop", "peek", "in", "[]", "[]=", "del", "iterate")
STEPS = [(how, key) for key in KEYS for how in HOWS]


class Checked:
    """A cache beside a dict of all that should be in it, compared after every step.

    The dict learns who was evicted from ``on_evict`` alone.
    """

    def __init__(self, make: Make, capacity: int) -> None:
        self.cache = make(capacity, on_evict=self.evict)
        self.model: dict[Any, Any] = {}
        self.evicted: list[Any] = []

    def evict(self, key: Any, value: Any) -> None:
        assert key not in self.cache
        assert self.model.pop(key) == value
        self.evicted.append(key)

    def step(self, how: str, key: Any, value: object) -> None:
        before, there = len(self.model), key in self.model
        self.evicted.clear()
        if how in ("put", "[]=", "access"):
            self.store(how, key, value)
            full = before == self.cache.capacity
            assert len(self.evicted) == (1 if full and not there else 0)
            assert key in self.cache
        else:
            self.ask(how, key)
            assert not self.evicted
        assert dict(self.cache.items()) == self.model
        assert len(self.cache) == len(self.model) <= self.cache.capacity
        self.cache.check()

    def store(self, how: str, key: Any, value: object) -> None:
        there = key in self.model
        if how == "access":
            value = self.model.setdefault(key, None)
            assert self.cache.access(key) == there
        else:
            self.model[key] = value
            if how == "put":
                self.cache.put(key, value)
            else:
                self.cache[key] = value
        assert self.cache.peek(key, "none") == value

    def ask(self, how: str, key: Any) -> None:
        cache, model = self.cache, self.model
        if how in ("get", "peek"):
            ask = cache.get if how == "get" else cache.peek
            assert ask(key) == model.get(key)
            assert ask(key, "none") == model.get(key, "none")
        elif how == "in":
            assert (key in cache) == (key in model)
        elif how == "iterate":
            assert sorted(map(repr, cache)) == sorted(map(repr, model))
            assert all(each in cache for each in cache)
        elif key not in model:
            with pytest.raises(KeyError):
                {"[]": cache.__getitem__, "pop": cache.pop}.get(how, cache.__delitem__)(
                    key
                )
        elif how == "[]":
            assert cache[key] == model[key]
        elif how == "pop":
            assert cache.pop(key) == model.pop(key)
        else:
            del cache[key]
            del model[key]


@every_kind
def test_it_is_a_mapping_that_forgets_one_entry_when_it_is_full(make: Make) -> None:
    @settings(max_examples=80)
    @given(st.integers(1, 6), picks(STEPS, max_size=20))
    def run(capacity: int, steps: list[tuple[str, Any]]) -> None:
        checked = Checked(make, capacity)
        for number, (how, key) in enumerate(steps):
            checked.step(how, key, number if number % 3 else None)

    run()


@every_kind
@pytest.mark.parametrize("capacity", [1, 2, 3, 5, 7])
def test_it_stays_whole_where_entries_are_removed_and_come_back(
    make: Make, capacity: int
) -> None:
    """Fill it, pop from its midst, let the evicted return, empty it, and again."""
    rng = random.Random(capacity)
    checked = Checked(make, capacity)
    keys = [None, *range(2 * capacity + 1)]
    for phase in range(40):
        for key in rng.sample(keys, len(keys)):
            checked.step(rng.choice(("put", "access")), key, phase)
            checked.step("get", rng.choice(keys), None)
        inside = list(checked.cache)
        for key in rng.sample(inside, phase % (len(inside) + 1)):
            checked.step(rng.choice(("pop", "del")), key, None)
            if rng.random() < 0.3:
                checked.step("put", rng.choice(keys), phase)


@every_kind
def test_a_look_that_is_no_use_changes_no_decision(make: Make) -> None:
    rng = random.Random(4)
    watched, alone = make(6), make(6)
    for _ in range(600):
        key = min(rng.randrange(15), rng.randrange(15))
        assert watched.access(key) == alone.access(key)
        for other in range(15):
            assert (other in watched) == (watched.peek(other, "none") is None)
        assert len(watched) == len(list(watched)) == len(watched.items())
        assert list(watched) == list(alone)


@every_kind
@pytest.mark.parametrize("capacity", [0, -1, 1.5, True, "3", None, float("nan")])
def test_a_capacity_that_is_none_is_refused_with_its_value(
    make: Make, capacity: Any
) -> None:
    with pytest.raises(ValueError, match="is not a whole number above 0") as refused:
        make(capacity)
    assert f"capacity={capacity!r} " in str(refused.value)


def state_of(cache: Cache[Any, Any]) -> list[str]:
    """All that the cache remembers."""
    sketch = getattr(cache, "sketch", None)
    rng = getattr(cache, "_rng", None)
    return [
        *(f"{name} {value!r}" for name, value in vars(cache).items()),
        repr(vars(sketch) if sketch else None),
        repr(rng.getstate() if rng else None),
    ]


@every_kind
@pytest.mark.parametrize("entries", [0, 2, 3])
def test_a_key_that_cannot_be_hashed_is_refused_and_nothing_has_changed(
    make: Make, entries: int
) -> None:
    cache = make(3)
    for number in range(entries):
        cache.put(number, number)
    before = state_of(cache)
    # An empty dict's pop does not look at the key.
    errors = TypeError if entries else (TypeError, KeyError)
    for key in ([], {}, (1, [2])):
        for refused in (
            cache.get,
            cache.access,
            cache.peek,
            cache.pop,
            cache.__contains__,
            cache.__getitem__,
            cache.__delitem__,
            partial(cache.put, value=1),
        ):
            with pytest.raises(errors):
                refused(key)
            assert state_of(cache) == before
    cache.check()


@every_kind
def test_what_the_callback_raises_reaches_the_caller_of_a_whole_cache(
    make: Make,
) -> None:
    told: list[tuple[Any, Any]] = []

    def refuse(key: Any, value: Any) -> None:
        told.append((key, value))
        raise OSError("the disk is full")

    cache = make(3, on_evict=refuse)
    for key in "abc":
        cache.put(key, key.upper())
    put = partial(cache.put, value="new")
    for key, store in (("d", put), ("e", cache.access), ("f", put)):
        with pytest.raises(OSError, match="the disk is full"):
            store(key)
        gone, value = told[-1]
        assert gone not in cache
        assert key in cache
        assert value in (gone.upper(), "new", None)
        assert len(cache) == 3
        cache.check()
    assert len(told) == len({key for key, _ in told}) == 3

    cache.on_evict = None
    for number in range(20):
        cache.access(number % 7)
        cache.check()
    assert len(cache) == 3


@every_kind
def test_a_callback_may_use_the_cache(make: Make) -> None:
    """It finds the newcomer in and the entry gone; it removes, stores, looks up."""
    told: list[Any] = []

    def note(key: Any, _: Any) -> None:
        told.append(key)

    def rearrange(key: Any, value: Any) -> None:
        told.append(key)
        assert key not in cache
        assert cache.get(newcomer) == newcomer
        assert len(cache) == 3
        cache.check()
        cache.pop(next(iter(cache)))
        cache.put(("back", key), value)  # into the gap
        cache.on_evict = note  # what this evicts in its turn is only noted
        cache.put(newcomer, newcomer)
        cache.access("one more")
        cache.on_evict = rearrange
        assert cache.pop("one more") is None
        cache.check()

    cache = make(3, on_evict=rearrange)
    for newcomer in (1, 2, 3, 4, 2, 1, 5, 6, 5, 1, 2, 3, 4):
        cache.put(newcomer, newcomer)
        cache.check()
    assert len(told) > 5


@every_kind
def test_none_is_a_value_like_any_other(make: Make) -> None:
    cache = make(2)
    cache.put("a", None)
    assert "a" in cache
    assert cache.get("a", "none") is None
    assert cache.peek("a", "none") is None
    assert cache["a"] is None
    assert cache.access("a")
    assert cache.pop("a") is None
    assert cache.get("a", "none") == "none"


@every_kind
def test_none_is_a_key_like_any_other_also_as_a_victim(make: Make) -> None:
    gone: list[Any] = []
    cache = make(2, on_evict=lambda key, _: gone.append(key))
    for number in range(60):
        cache.access((1, 1, 2, 2, None, 3, 4)[number % 7])
        assert len(cache) <= 2
        cache.check()
        if number % 11 == 10:
            cache.pop(next(iter(cache)))
    assert None in gone


@every_kind
def test_keys_that_are_equal_are_one_key(make: Make) -> None:
    """As in a dict: 1, 1.0 and True are equal and have one hash."""
    gone: list[Any] = []
    cache = make(2, on_evict=lambda key, _: gone.append(key))
    cache.put(1, "int")
    cache.put(1.0, "float")
    cache.put(True, "bool")
    assert cache.items() == [(1, "bool")]
    assert cache.get(1.0) == cache[True] == cache.peek(1) == "bool"
    cache.check()
    for _ in range(4):
        for key in (2.0, 1, 2, True, 3, 1.0, 3.0):
            cache.access(key)
            cache.check()
    cache.put(1.0, "again")
    assert cache.pop(True) == "again"
    assert 1 not in cache
    cache.check()
    assert gone
    assert set(gone) <= {1, 2, 3}


@every_kind
def test_it_says_how_full_it_is(make: Make) -> None:
    cache = make(2)
    cache.put("a", 1)
    assert repr(cache) == f"{type(cache).__name__}(1 of 2)"


@every_kind
def test_its_iterator_stands_still_while_the_cache_changes(make: Make) -> None:
    cache = make(3)
    for key in "abc":
        cache.put(key, None)
    for key in cache:
        cache.get("a")
        cache.put(key * 2, None)
    assert len(cache) == 3


def test_storing_by_brackets_is_put_also_where_a_subclass_changes_either() -> None:
    class Loud(LRUCache[str, str]):
        def put(self, key: str, value: str) -> None:
            super().put(key, value.upper())

    class Fifth(FIFOCache[str, str]):
        def __setitem__(self, key: str, value: str) -> None:
            super().__setitem__(key, value * 5)

    class Mixin:
        def __setitem__(self, key: str, value: str) -> None:
            super().__setitem__(key, value + "!")  # type: ignore[misc]

    class Shouting(Mixin, ARCCache[str, str]):
        pass

    class Silent:
        def put(self, key: str, value: str) -> None:
            super().put(key, value[:0])  # type: ignore[misc]

    class Mute(Silent, ClockCache[str, str]):
        pass

    found = {}
    for kind in (Loud, Fifth, Shouting, Mute, type("Plain", (SieveCache,), {})):
        cache = kind(2)
        cache["a"] = "a"
        cache.put("b", "b")
        found[kind.__name__] = dict(cache.items())
    assert found == {
        "Loud": {"a": "A", "b": "B"},
        "Fifth": {"a": "aaaaa", "b": "b"},
        "Shouting": {"a": "a!", "b": "b"},
        "Mute": {"a": "", "b": ""},
        "Plain": {"a": "a", "b": "b"},
    }


def test_the_optimum_keeps_the_contract_where_it_knows_the_future() -> None:
    rng = random.Random(8)
    steps = [
        (rng.choice(("access", "put", "[]=")), rng.randrange(9)) for _ in range(400)
    ]
    future = [key for _, key in steps]
    checked = Checked(partial(OptimalCache, future=future), 4)
    for number, (how, key) in enumerate(steps):
        checked.step(how, key, number)
        if number % 7 == 0:
            checked.step("pop", rng.randrange(9), None)
        checked.step("peek", rng.randrange(9), None)


def pickled(cache: Any) -> Any:
    return pickle.loads(pickle.dumps(cache))  # noqa: S301 - our own bytes


@every_kind
@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_a_copy_goes_on_as_the_cache_itself_would(
    make: Make, copied: Callable[[Any], Any]
) -> None:
    """Also one whose 400 keys were each used another number of times."""
    cache = make(400)
    for key in range(400):
        for _ in range(key + 1):
            cache.access(key)
    other = copied(cache)
    rng = random.Random(4)
    for _ in range(2000):
        key = rng.randrange(700)
        assert cache.access(key) == other.access(key)
    other.check()
    assert list(cache) == list(other)


@every_kind
def test_a_key_that_is_not_equal_to_itself_is_one_key(make: Make) -> None:
    nan = float("nan")
    cache = make(3)
    assert [cache.access(key) for key in (nan, 1, nan)] == [False, False, True]
    cache.check()


def test_an_announced_request_that_is_not_equal_to_itself_is_the_one_announced() -> (
    None
):
    nan = float("nan")
    cache = OptimalCache(2, future=[nan, 1, nan])
    assert [cache.access(key) for key in (nan, 1, nan)] == [False, False, True]
