"""The chapter keeps what it promises of itself."""

import re

from sdnotes.herd import arrivals_us, poisson_us, run_dam, run_stampede
from sdnotes.sim.intervals import Interval
from sitebuild import DOCS, records

READS = ("evidence/records/herd/*.json", "docs/chapters/herd/index.md")

CHAPTER = (DOCS / "chapters" / "herd" / "index.md").read_text("utf-8")
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


def test_each_system_has_a_row() -> None:
    assert [name for name in SYSTEMS if f"\n| **{name}" not in CHAPTER] == []


def test_the_numbers_between_the_snippets_are_those_that_the_code_gives() -> None:
    text = " ".join(CHAPTER.split())
    readers_us = poisson_us(1000, run_ms=1400, seed=1)
    nothing = run_stampede("nothing", readers_us)
    early = run_stampede("early", readers_us)
    assert f"thought of it: {nothing.origin_calls} calls for one value" in text
    assert f"or {early.origin_calls} for early" in text
    by_hand = run_stampede("nothing", [1000 * n for n in range(100)], warm=False)
    assert f"answered at {99 + by_hand.waits_us[-1] // 1000} and" in text
    endless = run_dam(
        arrivals_us([(120, 60), (80, 120)]), capacity_per_s=100, patience_ms=5000
    )
    assert f"served {endless.late} too late" in text


def interval(cell: str) -> Interval:
    """Return the mean and its interval as a record prints them."""
    numbers = [float(n) for n in re.findall(r"[\d.]+", cell)]
    value, low, high = (numbers * 3)[:3] if len(numbers) == 1 else numbers
    return Interval(value, low, high)


def column(record: str, key: tuple[str, ...], place: int) -> Interval:
    (row,) = [r for r in records.load(record).rows if r[: len(key)] == key]
    return interval(row[place])


def test_the_text_on_contention_names_no_winner_that_its_intervals_do_not_separate() -> (  # noqa: E501
    None
):
    """What the paragraph below the record says, sentence by sentence."""
    jitters = ("equal", "full", "decorrelated")

    def calls(server: str, clients: str, backoff: str) -> Interval:
        return column("herd/contention", (server, clients, backoff), 3)

    def finish(server: str, clients: str, backoff: str) -> Interval:
        return column("herd/contention", (server, clients, backoff), 4)

    for clients in ("20", "100"):
        others = [finish("0", clients, b) for b in ("exponential", *jitters)]
        assert all(finish("0", clients, "none").high < o.low for o in others)
    assert all(
        finish("2", "100", "none").low > finish("2", "100", b).high for b in jitters
    )
    assert calls("0", "100", "full").high < calls("0", "100", "equal").low
    assert calls("2", "100", "equal").high < calls("2", "100", "full").low
    assert finish("2", "100", "equal").low > finish("2", "100", "full").high
    for server in ("0", "2"):
        most = calls(server, "100", "decorrelated")
        assert all(most.low > calls(server, "100", b).high for b in ("equal", "full"))
        alike = calls(server, "20", "full")
        assert alike.overlaps(calls(server, "20", "decorrelated"))
        for clients in ("20", "100"):
            last = finish(server, clients, "exponential")
            others = [finish(server, clients, b) for b in ("none", *jitters)]
            assert all(last.low > o.high for o in others)
    assert finish("0", "100", "decorrelated").high < finish("0", "100", "full").low


def test_the_text_on_the_storm_s_cures_is_what_the_record_says() -> None:
    for standstill in ("2", "5"):
        nothing = [
            column("herd/storm", (standstill, "none"), n).high for n in (2, 3, 4)
        ]
        assert nothing == [0, 0, 0]
        short = column("herd/storm", (standstill, "queue of 25, not 100"), 2)
        assert short.low >= 99
        budget = column("herd/storm", (standstill, "budget of 10 %"), 2)
        assert budget.high < 50
        assert column("herd/storm", (standstill, "budget of 10 %"), 4).low == 100


def test_lock_and_nothing_are_not_told_apart_in_their_calls() -> None:
    for processes in ("1", "10"):
        none = column("herd/stampede", (processes, "nothing"), 2)
        assert none.overlaps(column("herd/stampede", (processes, "lock"), 2))
    assert column("herd/stampede", ("10", "single-flight"), 2).value == 20
    assert column("herd/stampede", ("10", "lease"), 2).value == 2
