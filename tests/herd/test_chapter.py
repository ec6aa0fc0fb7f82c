"""The chapter keeps what it promises of itself."""

import re

import pytest

from sdnotes.herd import (
    arrivals_us,
    busiest,
    offset_s,
    poisson_us,
    reconnect_times_s,
    run_dam,
    run_stampede,
)
from sdnotes.herd.shared_retries import calls_of_retries
from sdnotes.sim.intervals import Interval
from sitebuild import DOCS, records

READS = ("evidence/records/herd/*.json", "docs/chapters/herd/*.md")

PAGES = DOCS / "chapters" / "herd"
SYSTEMS = [
    "nginx",
    "Varnish",
    "Cloudflare",
    "CloudFront",
    "memcached",
    "Redis",
    "Go",
    "AWS SDKs",
    "gRPC",
    "Envoy",
    "Finagle",
    "Linux",
]


def words(page: str) -> str:
    """Return a page's text with single blanks."""
    return " ".join((PAGES / f"{page}.md").read_text("utf-8").split())


def test_each_system_has_a_row() -> None:
    text = (PAGES / "systems.md").read_text("utf-8")
    assert [name for name in SYSTEMS if f"\n| **{name}" not in text] == []


def test_the_numbers_between_the_snippets_are_those_that_the_code_gives() -> None:
    text = words("index")
    nothing = run_stampede("nothing", poisson_us(1000, run_ms=1400, seed=4))
    assert f"{nothing.origin_calls} readers missed, and each made its own call" in text
    by_hand = run_stampede("nothing", [1000 * n for n in range(100)], warm=False)
    assert by_hand.origin_calls == 100  # "so the 100 questions take ten rounds"
    assert by_hand.wait_ms(100) == pytest.approx(1000, abs=100)
    # "All work is in vain from second 30 until second 100."
    dam = run_dam(
        arrivals_us([(120, 60), (80, 80)]), capacity_per_s=100, patience_ms=5000
    )
    assert "from second 30 until [second 100]" in text
    assert dam.backlog[95] // 100 <= 5 < dam.backlog[94] / 100
    short = run_dam(
        arrivals_us([(120, 60), (80, 80)]),
        capacity_per_s=100,
        patience_ms=5000,
        queue_limit=400,
    )
    assert "with 400 places all who are let in are answered in time" in text
    assert short.late == 0
    arrivals = arrivals_us([(120, 60), (80, 120)])
    storms = words("storms")
    for limit, said in ((None, "served {} too late"), (500, "{} are still late")):
        run = run_dam(arrivals, capacity_per_s=100, patience_ms=5000, queue_limit=limit)
        assert said.format(run.late) in storms
    short = run_dam(arrivals, capacity_per_s=100, patience_ms=5000, queue_limit=499)
    dropping = run_dam(arrivals, capacity_per_s=100, patience_ms=5000, drop_late=True)
    # "With one place less nobody is", "as good as the best length" (one apart).
    assert short.late == 0
    assert abs(short.in_time - dropping.in_time) <= 1


def test_what_the_index_says_of_deeper_pages_is_so() -> None:
    text = words("index")
    assert "seldom more than four start in the same second" in text
    fleets = [
        [offset_s(f"{fleet}-{n:04}", 3600) for n in range(1000)] for fleet in range(60)
    ]
    assert sum(busiest(offsets) > 4 for offsets in fleets) <= 3
    # A window of just clients / capacity has seconds that are too full.
    for clients, window_s, wide_s, capacity_per_s in (
        (240_000, 120, 150, 2000),
        (10_000, 40, 50, 250),
    ):
        assert busiest(reconnect_times_s(clients, window_s, seed=1)) > capacity_per_s
        assert busiest(reconnect_times_s(clients, wide_s, seed=1)) < capacity_per_s
    assert "111 calls if a failing call takes 1 ms, and 4" in words("one-for-all")
    assert [calls_of_retries(100, ms) for ms in (1, 100)] == [111, 4]


def interval(cell: str) -> Interval:
    """Return the mean and its interval as a record prints them."""
    numbers = [float(n) for n in re.findall(r"[\d.]+", cell)]
    value, low, high = (numbers * 3)[:3] if len(numbers) == 1 else numbers
    return Interval(value, low, high)


def column(record: str, key: tuple[str, ...], place: int) -> Interval:
    (row,) = [r for r in records.load(record).rows if r[: len(key)] == key]
    return interval(row[place])


SERVERS = ("0", "2", "10", "20")
BACKOFFS = ("none", "exponential", "equal", "full", "full, doubled", "decorrelated")


def test_the_text_on_contention_names_no_winner_that_its_intervals_do_not_separate() -> (  # noqa: E501
    None
):
    """What the lists below the records say, line by line."""

    def table(record: str) -> dict[str, dict[str, Interval]]:
        return {
            server: {b: column(record, (b,), place) for b in BACKOFFS}
            for place, server in enumerate(SERVERS, start=1)
        }

    def least(cells: dict[str, Interval], winner: str) -> bool:
        others = [cell for name, cell in cells.items() if name != winner]
        return all(cells[winner].high < other.low for other in others)

    def most(cells: dict[str, Interval], loser: str) -> bool:
        others = [cell for name, cell in cells.items() if name != loser]
        return all(cells[loser].low > other.high for other in others)

    calls, finish = table("herd/contention"), table("herd/contention-finish")
    doubled = "full, doubled"  # the mean wait of plain exponential, with jitter
    fewest = {"0": doubled, "2": doubled, "10": doubled}
    first = {"0": "none", "2": "full", "10": "equal", "20": "exponential"}
    for server in SERVERS:
        if server in fewest:
            assert least(calls[server], fewest[server])
        else:  # "full, doubled and exponential make the fewest writes"
            both = (doubled, "exponential")
            assert calls[server][doubled].overlaps(calls[server]["exponential"])
            others = [calls[server][b] for b in BACKOFFS if b not in both]
            assert all(calls[server][b].high < o.low for b in both for o in others)
        assert least(finish[server], first[server])
        assert most(calls[server], "none")
    assert most(finish["0"], "exponential")
    # At one mean wait: fewer writes on no server, and done first on the slowest only.
    for server in SERVERS:
        plain, jittered = calls[server]["exponential"], calls[server][doubled]
        assert jittered.high < plain.low or jittered.overlaps(plain)
        plain, jittered = finish[server]["exponential"], finish[server][doubled]
        assert (plain.high < jittered.low) == (server == "20")
    assert round(finish["20"][doubled].value - finish["20"]["exponential"].value) == 2
    for server in SERVERS:  # "on no server does decorrelated jitter make fewer writes"
        decorrelated = calls[server]["decorrelated"].low
        assert decorrelated > max(calls[server][b].high for b in ("equal", "full"))


def test_the_text_on_split_budgets_is_what_the_record_says() -> None:
    def served(clients: str, reserve: str, place: int) -> Interval:
        return column("herd/budgets", (clients, reserve), place)

    assert served("1000", "10", 4).high == 0
    assert served("1000", "1", 4).low == 100
    for clients in ("1", "30", "100"):
        assert served(clients, "1", 2).low > 80  # "within 5 s"
    assert served("4000", "1", 3).high == 0
    assert served("4000", "1", 4).high < 70


def test_the_text_on_early_is_what_the_record_says() -> None:
    def cells(fetch_ms: str, ttl_ms: str) -> list[Interval]:
        return [column("herd/early", (fetch_ms, ttl_ms), n) for n in (2, 3, 4, 5)]

    nothing, early, idle, busy = cells("100", "200")
    assert early.low > nothing.high
    assert busy.low > idle.high
    for fetch_ms in ("25", "100"):
        for ttl_ms in ("400", "1000", "4000"):
            nothing, early, idle, busy = cells(fetch_ms, ttl_ms)
            assert early.high < nothing.low
            assert busy.high < idle.low


def test_the_text_on_the_storm_s_cures_is_what_the_record_says() -> None:
    for standstill in ("2", "5"):
        nothing = [
            column("herd/storm", (standstill, "none"), n).high for n in (2, 3, 4)
        ]
        assert nothing == [0, 0, 0]
        short = column("herd/storm", (standstill, "queue of 25, not 100"), 2)
        assert short.low >= 99
        late = column("herd/storm", (standstill, "drop who will be late"), 2)
        assert late.low >= 99
        budget = column("herd/storm", (standstill, "budget of 10 %"), 2)
        assert budget.high < 50
        assert column("herd/storm", (standstill, "budget of 10 %"), 4).low == 100


def test_lock_and_nothing_are_not_told_apart_in_their_calls() -> None:
    for processes in ("1", "10"):
        none = column("herd/stampede", (processes, "nothing"), 2)
        assert none.overlaps(column("herd/stampede", (processes, "lock"), 2))
    assert column("herd/stampede", ("10", "single-flight"), 2).value == 20
    assert column("herd/stampede", ("10", "lease"), 2).value == 2
