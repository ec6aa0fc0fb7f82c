"""The mechanisms that stand open on the pages do what the package's classes do."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import islice

import pytest

from sdnotes.caching.leases import Fill, Hit, LeasedCache, Wait
from sdnotes.herd import (
    AsyncSingleFlight,
    Fresh,
    Miss,
    RefreshingCache,
    RetryBudget,
    Stale,
    backoffs,
    full_jitter,
    offset_s,
    refresh_now,
    run_dam,
)
from sitebuild import DOCS
from sitebuild.testing.snippets import Snippets

READS = ("docs/chapters/herd/*.md",)


mechanism = Snippets("herd").mechanism

Ask = Callable[[str, Callable[[], Awaitable[str]]], Awaitable[str]]


def answers(ask: Ask, asks: list[tuple[int, str]], call_turns: int) -> list[object]:
    """Return what each who asks at a turn of the loop is told, in order, with calls."""
    calls: Counter[str] = Counter()

    async def call(key: str) -> str:
        calls[key] += 1
        number = calls[key]
        for _ in range(call_turns):
            await asyncio.sleep(0)
        if number % 3 == 2:
            raise ConnectionError(f"{key} {number}")
        return f"{key} {number}"

    async def reader(turn: int, key: str) -> object:
        for _ in range(10 * turn):
            await asyncio.sleep(0)
        try:
            return await ask(key, lambda: call(key))
        except ConnectionError as error:
            return repr(error)

    async def main() -> list[object]:
        return await asyncio.gather(*(reader(turn, key) for turn, key in asks))

    return [*asyncio.run(main()), sorted(calls.items())]


@pytest.mark.parametrize("seed", range(30))
def test_ask_once_gives_the_answers_and_makes_the_calls_of_the_class(
    seed: int,
) -> None:
    rng = random.Random(seed)
    asks = [(rng.randrange(20), rng.choice("ab")) for _ in range(20)]
    turns = 10 * rng.randrange(1, 6) + 5
    ask_once = mechanism("index", "ask-once")["ask_once"]
    flights: AsyncSingleFlight[str, str] = AsyncSingleFlight()
    assert answers(ask_once, asks, turns) == answers(flights.do, asks, turns)


def test_the_second_look_saves_all_calls_but_one() -> None:
    names = mechanism("one-for-all", "second-look-locked")
    assert len(names["calls"]) == 1
    code = (DOCS / "chapters" / "herd" / "one-for-all.md").read_text("utf-8")
    assert "Delete the second look" in code


@pytest.mark.parametrize("seed", range(40))
def test_a_slot_hands_out_the_leases_of_the_class(seed: int) -> None:
    rng = random.Random(seed)
    slot = mechanism("index", "a-lease")["Slot"]()
    cache: LeasedCache[str, int] = LeasedCache(lease_s=10)
    held: list[tuple[int, int]] = []  # tokens of both, as they were handed out
    now_s = 0.0
    for value in range(60):
        now_s += rng.choice([0.5, 3, 11])
        match rng.randrange(4):
            case 0 | 1:
                ours, theirs = slot.get(now_s), cache.get("k", now_s)
                match theirs:
                    case Hit(value=known):
                        assert ours == ("hit", known)
                    case Wait(until_s=until_s):
                        assert ours == ("wait", until_s)
                    case Fill(token=token):
                        assert ours[0] == "fill"
                        held.append((ours[1], token))
            case 2 if held:
                mine, other = held.pop(rng.randrange(len(held)))
                before = slot.value
                slot.put(value, mine)
                assert (slot.value != before) == cache.put("k", value, other)
            case _:
                slot.delete()
                cache.delete("k", now_s)


@pytest.mark.parametrize("seed", range(20))
def test_early_refresh_draws_as_the_function_does(seed: int) -> None:
    ours = mechanism("early-and-stale", "refresh-early")["refresh_now"]
    rng, mine, theirs = (random.Random(seed) for _ in range(3))
    for _ in range(50):
        now_s, fetch_s = rng.uniform(50, 61), rng.uniform(0, 4)
        expected = refresh_now(now_s, 60, fetch_s, theirs)
        assert ours(now_s, 60, fetch_s, mine) == expected


@pytest.mark.parametrize("seed", range(10))
def test_random_waits_are_full_jitter(seed: int) -> None:
    waits_s = mechanism("index", "random-waits")["waits_s"]
    base_s, cap_s = 0.1 * (seed + 1), 7.0
    ours = islice(waits_s(base_s, cap_s, random.Random(seed)), 12)
    theirs = islice(full_jitter(base_s, cap_s, random.Random(seed)), 12)
    assert list(ours) == pytest.approx(list(theirs))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", list(backoffs()))
def test_all_kinds_of_waits_are_those_of_the_package(kind: str, seed: int) -> None:
    waits_s = mechanism("jitter", "four-kinds")["waits_s"]
    ours = list(waits_s(kind, 0.1, 5.0, random.Random(seed), 12))
    theirs = islice(backoffs(0.1, 5.0)[kind](random.Random(seed)), 12)
    assert ours == pytest.approx(list(theirs))


@pytest.mark.parametrize("seed", range(20))
def test_the_budget_allows_what_the_class_allows(seed: int) -> None:
    rng = random.Random(seed)
    percent, reserve = rng.randrange(1, 150), rng.randrange(1, 20)
    ours = mechanism("index", "a-retry-budget")["Budget"](percent, reserve)
    theirs = RetryBudget(percent=percent, reserve=reserve)
    for _ in range(200):
        if rng.random() < 0.6:
            ours.note_request()
            theirs.note_request()
        else:
            assert ours.may_retry() == theirs.may_retry()


@pytest.mark.parametrize("seed", range(20))
def test_the_queue_refuses_drops_and_serves_as_the_dam_does(seed: int) -> None:
    rng = random.Random(seed)
    limit, patience_ms = rng.randrange(1, 40), 1000 * rng.randrange(1, 5)
    arrivals = sorted(rng.randrange(20_000_000) for _ in range(rng.randrange(100, 400)))
    run = run_dam(
        arrivals,
        capacity_per_s=10,
        patience_ms=patience_ms,
        queue_limit=limit,
        drop_late=True,
    )
    # In microseconds, so that both count in whole numbers.
    queue = mechanism("index", "a-bounded-queue")["Queue"](limit, 1000 * patience_ms)
    refused = served = now_us = place = 0
    while place < len(arrivals) or queue.came_s:
        if not queue.came_s:
            now_us = max(now_us, arrivals[place])
        while place < len(arrivals) and arrivals[place] <= now_us:
            refused += not queue.offer(arrivals[place])
            place += 1
        if queue.take(now_us, 100_000) is not None:
            now_us += 100_000
            served += 1
    dropped = len(arrivals) - refused - served
    assert (served, refused, dropped) == (run.in_time, run.refused, run.dropped)
    assert run.late == 0


@pytest.mark.parametrize("seed", range(20))
def test_serving_stale_tells_each_reader_what_the_class_tells(seed: int) -> None:
    rng = random.Random(seed)
    ttl_s, stale_s, refresh_s = (
        rng.uniform(1, 60),
        rng.uniform(0, 60),
        rng.uniform(1, 9),
    )
    entry = mechanism("index", "serve-stale")["Entry"](0, 0, ttl_s, stale_s)
    cache: RefreshingCache[str, int] = RefreshingCache(
        ttl_s=ttl_s, stale_s=stale_s, refresh_s=refresh_s
    )
    cache.put("k", 0, now_s=0)
    now_s = 0.0
    told = {
        Fresh(0): "fresh",
        Stale(0, refresh=False): "stale",
        Stale(0, refresh=True): "stale, and yours to refresh",
        Miss(): "miss",
    }
    for _ in range(100):
        now_s += rng.expovariate(1)
        answer = cache.get("k", now_s)
        assert entry.get(now_s, refresh_s) == told[answer]  # type: ignore[index]


def test_a_host_s_own_second_is_that_of_the_package() -> None:
    ours = mechanism("starts", "own-second")["offset_s"]
    for number in range(200):
        name, period_s = f"host-{number}", 60 + 7 * number
        assert ours(name, period_s) == offset_s(name, period_s)


@pytest.mark.parametrize("accepts", [0, 10, 25, 40, 60, 100])
def test_adaptive_throttling_sends_k_times_what_is_accepted(accepts: int) -> None:
    """Google SRE book, chapter 21: requests are held back beyond K times accepts."""
    dropped = mechanism("storms", "adaptive-throttling")["dropped"]
    for k in (1.5, 2):
        share = dropped(accepts, random.Random(accepts), k)
        assert share == pytest.approx(max(0, 1 - k * accepts / 100), abs=0.03)


@pytest.mark.parametrize("processes", [2, 5, 16])
def test_to_wake_one_wakes_nobody_for_nothing(processes: int) -> None:
    woken = mechanism("kernel", "wake-one-or-all")["woken"]
    assert woken(processes, 30, 1) == {"a connection": 30, "nothing": 0}
    assert woken(processes, 30, processes) == {
        "a connection": 30,
        "nothing": 30 * (processes - 1),
    }
