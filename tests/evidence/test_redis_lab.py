"""The labs on Redis: their trace and cells, and what their records say."""

import socket
from collections import Counter

import pytest
import redis

from evidence.labs import redis_replay
from evidence.labs.caching import redis_eviction
from evidence.labs.caching import redis_hit_ratios as lab
from evidence.labs.server import ServerError
from sitebuild import records

READS = ("evidence/records/caching/redis-*.json", "evidence/labs/**/*.py")


def test_the_trace_is_the_same_every_time_and_asks_for_no_key_of_the_full_start() -> (
    None
):
    trace = lab.requests()
    assert trace == lab.requests()
    assert not set(trace) & set(lab.unasked(lab.CAPACITY))
    assert len(lab.unasked(7)) == 7
    assert lab.SHIFT % redis_replay.SENT_AT_ONCE == 0
    assert len(trace) == lab.SHIFT + lab.SHIFTED


def test_the_scan_asks_once_for_twice_as_many_new_keys_as_the_cache_holds() -> None:
    trace = lab.requests()
    scan = trace[lab.WARM : lab.WARM + lab.SCANNED]
    rest = [*trace[: lab.WARM], *trace[lab.WARM + lab.SCANNED :]]
    assert len(scan) == len(set(scan)) == 2 * lab.CAPACITY
    assert not set(scan) & set(rest)
    assert max(rest) < lab.KEYS


def test_popularity_turns_round_at_the_shift() -> None:
    trace = lab.requests()

    def popular(requests: list[int]) -> int:
        return Counter(requests).most_common(1)[0][0]

    assert popular(trace[lab.WARM + lab.SCANNED : lab.SHIFT]) == 0
    assert popular(trace[lab.SHIFT :]) == lab.KEYS - 1


def test_each_window_counts_the_requests_that_it_names() -> None:
    assert lab.WINDOWS["after a scan"].start == lab.WARM + lab.SCANNED
    assert lab.WINDOWS["after a shift"].start == lab.SHIFT
    for name, window in lab.WINDOWS.items():
        hits = [False] * (lab.SHIFT + lab.SHIFTED)
        hits[window.start] = hits[window.stop - 1] = True
        found = lab.percent(hits)
        assert found[name] == round(200 / (window.stop - window.start), 1)
        assert sum(found.values()) == found[name]


def test_a_number_near_the_expected_one_is_no_difference_and_another_is_shown() -> None:
    assert [lab.cell(x, 57, 2) for x in (55.0, 58.9, 59.0)] == ["57"] * 3
    assert [lab.cell(x, 57, 2) for x in (54.9, 59.1)] == ["54.9", "59.1"]


def test_a_turnover_is_told_as_coarsely_as_every_run_shows_it() -> None:
    said = [lab.turnover_cell(s) for s in (0.1, 0.99, 1.0, 2.0, 4.0, 4.1)]
    assert said == [*["under 1 s"] * 2, "1.0 s", *["about 3 s"] * 2, "4.1 s"]


def test_turnover_is_the_time_in_which_a_whole_cache_was_evicted() -> None:
    """20,000 steady requests in 20 s, half of them misses: 500 evictions a second."""
    run = lab.Run("allkeys-lru", 5, 40)
    run.sent_s = [at / 10 for at in range(1000)]
    run.hits = [True, False] * 50_000
    assert run.turnover_s == lab.CAPACITY / 500


def test_a_batch_is_sent_as_the_protocol_has_it() -> None:
    sent = redis_replay.batches(range(redis_replay.SENT_AT_ONCE + 1), b"f" * 40)
    assert len(sent) == 2
    command = ["EVALSHA", "f" * 40, "1", f"key:{redis_replay.SENT_AT_ONCE:06}"]
    expected = "".join(f"${len(word)}\r\n{word}\r\n" for word in command)
    assert sent[1].decode() == f"*4\r\n{expected}"
    assert sent[0].count(b"EVALSHA") == redis_replay.SENT_AT_ONCE


def test_answers_are_read_whole_and_an_error_among_them_is_told() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        half = redis_replay.SENT_AT_ONCE // 2
        theirs.sendall(b":1\r\n:0\r\n" * half)
        assert redis_replay.answers(ours) == [True, False] * half
        theirs.sendall(
            b":1\r\n" * (redis_replay.SENT_AT_ONCE - 1) + b"-OOM no memory\r\n"
        )
        with pytest.raises(
            ServerError, match=r"the server said: \[b'-OOM no memory'\]$"
        ):
            redis_replay.answers(ours)
        theirs.sendall(b":1\r\n")
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(ServerError, match="closed the connection"):
            redis_replay.answers(ours)


def test_a_table_has_a_row_for_each_result_in_the_order_of_the_expected() -> None:
    run = lab.Run("allkeys-lru", 1, 40)
    assert run.name == "allkeys-lru, 1 sample, in 40 s"
    run.sent_s = [at / 10 for at in range(1000)]
    run.hits = [True, False] * 50_000
    near = {
        name: dict(zip(lab.WINDOWS, map(float, numbers), strict=True))
        for name, numbers in lab.EXPECTED.items()
    }
    other = "allkeys-random, full speed"
    near[other]["after a shift"] = 12.5
    rows = lab.table(near, [run])
    assert [row[0] for row in rows] == list(lab.EXPECTED)
    assert {row[0]: row[1] for row in rows} == {
        name: "about 3 s" if name == run.name else "-" for name in lab.EXPECTED
    } | {run.name: "4.0 s" if run.turnover_s > 4 else "about 3 s"}
    by_name = {row[0]: row[2:] for row in rows}
    assert by_name[other] == ("51", "39", "12.5")
    assert by_name[run.name] == tuple(map(str, lab.EXPECTED[run.name]))


def test_runs_are_named_by_policy_samples_and_pace() -> None:
    names = [
        lab.Run(*what).name  # type: ignore[arg-type]
        for what in [
            ("allkeys-random", 5),
            ("allkeys-lfu", 10),
            ("allkeys-lfu", 5, 0, 3),
            ("allkeys-lru", 5, 40),
            ("allkeys-lru", 5),
        ]
    ]
    assert names == [
        "allkeys-random, full speed",
        "allkeys-lfu, 10 samples, full speed",
        "allkeys-lfu, 5 samples, aged 3 min",
        "allkeys-lru, 5 samples, in 40 s",
        "allkeys-lru, 5 samples, in one second",
    ]
    assert set(names) <= set(lab.EXPECTED)


def test_the_record_s_exact_policies_are_computed_and_not_expected() -> None:
    """What the record says of them needs no server: it is computed again here."""
    rows = [tuple(row) for row in records.load("caching/redis-hit-ratios").rows]
    exact = lab.exact_rows(lab.requests())
    assert rows[: len(exact)] == exact
    assert not {row[0] for row in exact} & set(lab.EXPECTED)


def ratios() -> dict[str, tuple[int, ...]]:
    rows = records.load("caching/redis-hit-ratios").rows
    return {row[0]: tuple(map(int, row[2:])) for row in rows}


def test_the_record_has_every_expected_result() -> None:
    found = ratios()
    assert {name: found[name] for name in lab.EXPECTED} == lab.EXPECTED


def test_five_samples_are_near_exact_lru_and_one_is_a_random_victim() -> None:
    """CACHE-01: Redis's LRU is approximate."""
    found = ratios()
    steady = {name: numbers[0] for name, numbers in found.items()}
    for samples in (5, 10):
        near = steady[f"allkeys-lru, {samples} samples, in 40 s"]
        assert abs(near - steady["exact LRU"]) <= 1
    one = steady["allkeys-lru, 1 sample, in 40 s"]
    assert abs(one - steady["exact random"]) < abs(one - steady["exact LRU"])


def test_lru_within_one_second_is_random_eviction() -> None:
    """LRU_CLOCK_RESOLUTION: keys used within the same second look equally old."""
    found = ratios()
    fast = found["allkeys-lru, 5 samples, in one second"]
    at_random = found["allkeys-random, full speed"]
    assert all(abs(a - b) <= 1 for a, b in zip(fast, at_random, strict=True))
    assert found["allkeys-lru, 5 samples, in 40 s"][0] - fast[0] >= 4


def test_lfu_beats_lru_until_popularity_shifts_and_ageing_mends_it() -> None:
    """CACHE-02 and CACHE-03."""
    found = ratios()
    lru, lfu, aged = (
        found[name]
        for name in (
            "allkeys-lru, 5 samples, in 40 s",
            "allkeys-lfu, 5 samples, full speed",
            "allkeys-lfu, 5 samples, aged 3 min",
        )
    )
    assert lfu[0] > lru[0]
    assert lfu[1] >= lru[1] + 20
    assert lfu[2] <= lru[2] - 5
    assert abs(aged[2] - lru[2]) <= 1
    assert all(
        max(found.values())[at] <= found["Belady's optimum"][at] for at in range(3)
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, "acknowledged"),
        (redis.exceptions.OutOfMemoryError("x"), "refused (OOM)"),
        (redis.exceptions.ReadOnlyError("x"), "ReadOnlyError"),
    ],
)
def test_a_refusal_for_lack_of_memory_is_told_from_others(
    error: Exception | None, said: str
) -> None:
    assert redis_eviction.kind(error) == said


def test_redis_evicts_nothing_unless_told() -> None:
    """CACHE-01: maxmemory 0, noeviction, 5 samples."""
    rows = records.load("caching/redis-eviction").rows
    said = {asked: came_back for _, asked, came_back in rows}
    assert said["CONFIG GET maxmemory"] == "0"
    assert said["CONFIG GET maxmemory-policy"] == "noeviction"
    assert said["CONFIG GET maxmemory-samples"] == "5"
    assert said["keys evicted so far"] == "0"
    assert said["the last of ten more writes"] == "refused (OOM)"
    assert said["3000 more writes"] == "3000 acknowledged"
    assert said["FREQ of a new key"] == "5"
