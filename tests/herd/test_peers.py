"""The same schedules as tenacity and stamina, and the chapter's table of features."""

import inspect
import random
import re
from collections.abc import Callable
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest
import stamina
import stamina._core as stamina_core
import tenacity

from sdnotes.herd import RetryBudget, retry
from sdnotes.herd.backoff import exponential, full_jitter
from sitebuild import DOCS

READS = ("docs/chapters/herd/systems.md",)

CHAPTER = (DOCS / "chapters" / "herd" / "systems.md").read_text("utf-8")


def state(attempt: int) -> tenacity.RetryCallState:
    retrying = tenacity.Retrying()
    made = tenacity.RetryCallState(retrying, None, (), {})
    made.attempt_number = attempt
    return made


def test_tenacity_s_exponential_is_ours_from_exponent_0() -> None:
    wait = tenacity.wait_exponential(multiplier=0.1, max=10)
    theirs = [wait(state(n)) for n in range(1, 12)]
    assert theirs == pytest.approx(list(islice(exponential(0.1, 10), 11)))


def test_tenacity_s_random_exponential_is_full_jitter_draw_by_draw() -> None:
    wait = tenacity.wait_random_exponential(multiplier=0.1, max=10)
    random.seed(7)
    theirs = [wait(state(n)) for n in range(1, 12)]
    ours = list(islice(full_jitter(0.1, 10, random.Random(7)), 11))
    assert theirs == pytest.approx(ours)


def test_stamina_adds_its_jitter_to_the_exponential_and_then_caps() -> None:
    """Its jitter is a fixed second, not a share of the wait."""
    compute = stamina_core._compute_backoff
    random.seed(7)
    theirs = [compute(n, 5.0, 0.1, 2, 1.0) for n in range(1, 12)]
    rng = random.Random(7)
    ours = [
        min(5.0, e + rng.uniform(0, 1.0)) for e in islice(exponential(0.1, 1e9), 11)
    ]
    assert theirs == pytest.approx(ours)


def test_stamina_s_defaults_are_those_that_the_chapter_names() -> None:
    told = inspect.signature(stamina.retry).parameters
    defaults = {name: told[name].default for name in told if name != "on"}
    assert defaults["attempts"] == 10
    assert defaults["timeout"] == 45.0
    assert defaults["wait_initial"] == 0.1
    assert defaults["wait_max"] == 5.0
    assert defaults["wait_jitter"] == 1.0
    assert told["on"].default is inspect.Parameter.empty


def test_tenacity_without_arguments_retries_everything_for_ever_without_a_wait() -> (
    None
):
    retrying = tenacity.Retrying()
    assert isinstance(retrying.stop, type(tenacity.stop_never))
    assert isinstance(retrying.wait, tenacity.wait_none)
    calls = []

    def call() -> str:
        calls.append(1)
        if len(calls) < 50:
            raise TypeError("a bug, not a failure")
        return "at last"

    assert tenacity.Retrying(sleep=lambda _: None)(call) == "at last"


def test_tenacity_wraps_the_last_error_unless_told_to_reraise() -> None:
    def fail() -> None:
        raise OSError("down")

    stop = tenacity.stop_after_attempt(2)
    with pytest.raises(tenacity.RetryError):
        tenacity.Retrying(stop=stop)(fail)
    with pytest.raises(OSError, match="down"):
        tenacity.Retrying(stop=stop, reraise=True)(fail)


def test_the_same_failures_make_the_same_calls_in_all_three() -> None:
    def failing(times: int) -> tuple[list[int], Callable[[], str]]:
        calls: list[int] = []

        def call() -> str:
            calls.append(1)
            if len(calls) <= times:
                raise OSError("down")
            return "up"

        return calls, call

    made = []
    for times in (0, 1, 2, 3, 9):
        results = []
        for run in (
            lambda c: retry(
                c, on=OSError, delays=[0] * 9, sleep=lambda _: None, now=lambda: 0.0
            ),
            lambda c: tenacity.Retrying(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(OSError),
                reraise=True,
            )(c),
            lambda c: stamina.RetryingCaller(attempts=3, wait_initial=0, wait_jitter=0)(
                OSError, c
            ),
        ):
            calls, call = failing(times)
            try:
                came = run(call)
            except OSError:
                came = "down"
            results.append((len(calls), came))
        assert len(set(results)) == 1, results
        made.append(results[0])
    assert made == [(1, "up"), (2, "up"), (3, "up"), (3, "down"), (3, "down")]


def test_a_wait_that_would_end_too_late_is_begun_unless_the_peer_looks_ahead() -> None:
    """9 s have passed, the next wait is 5 s, the limit is 10 s."""
    now: Any = SimpleNamespace(seconds_since_start=9, upcoming_sleep=5)
    assert not tenacity.stop_after_delay(10)(now)
    assert tenacity.stop_before_delay(10)(now)
    assert not stamina_core._make_stop(attempts=None, timeout=10)(now)


def feature_rows() -> dict[str, list[str]]:
    table = CHAPTER.partition("| what | `sdnotes.herd.retry`")[2].partition("\n\n")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("| ") and "--" not in line
    ]
    return {row[0]: row[1:] for row in rows}


def test_the_table_of_features_says_what_is_there() -> None:
    rows = feature_rows()
    ours, theirs, hynek = zip(*(rows[name] for name in rows), strict=True)
    assert len(ours) == len(theirs) == len(hynek) >= 8
    assert rows["a budget shared by callers"] == ["`RetryBudget`", "no", "no"]
    for peer in (tenacity, stamina):
        assert not re.search(r"budget", " ".join(dir(peer)), re.IGNORECASE)
    assert RetryBudget(percent=10, reserve=1).may_retry()
    # What the cells about tenacity and stamina name exists there.
    for cell in theirs:
        for name in re.findall(r"`(\w+)`", cell):
            known = {*dir(tenacity), *inspect.signature(tenacity.Retrying).parameters}
            assert name in known, name
    for cell in hynek:
        for name in re.findall(r"`(\w+)`", cell):
            known = {*dir(stamina), *inspect.signature(stamina.retry).parameters}
            assert name in known, name
