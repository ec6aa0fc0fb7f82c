"""One contract for ``retry`` and ``retry_async``, and what only the second must do."""

import asyncio
import math
import weakref
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from draws import picks
from hypothesis import given
from hypothesis import strategies as st

from sdnotes.herd import DeadlinePassedError, RetryBudget, retry, retry_async
from sdnotes.herd.retrying import told_to_wait_s


class BusyError(ConnectionError):
    def __init__(self, retry_after_s: object = None) -> None:
        super().__init__("busy")
        self.retry_after_s = retry_after_s


class Service:
    """Fails as it is told, on a clock that only sleeping and calling move."""

    def __init__(self, *answers: object, call_s: float = 0.0) -> None:
        self.answers = iter(answers)
        self.call_s = call_s
        self.now_s = 0.0
        self.began: list[float] = []
        self.slept: list[float] = []

    def now(self) -> float:
        return self.now_s

    def sleep(self, delay_s: float) -> None:
        self.slept.append(delay_s)
        self.now_s += delay_s

    async def sleep_async(self, delay_s: float) -> None:
        self.sleep(delay_s)

    def call(self) -> object:
        self.began.append(self.now_s)
        self.now_s += self.call_s
        answer = next(self.answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def call_async(self) -> object:
        return self.call()


def run_sync(service: Service, **options: Any) -> object:
    options = {"delays": [1.0] * 50, "on": ConnectionError, **options}
    return retry(service.call, sleep=service.sleep, now=service.now, **options)


def run_async(service: Service, **options: Any) -> object:
    options = {"delays": [1.0] * 50, "on": ConnectionError, **options}
    return asyncio.run(
        retry_async(
            service.call_async, sleep=service.sleep_async, now=service.now, **options
        )
    )


Runner = Callable[..., object]


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Runner:
    return request.param  # type: ignore[no-any-return]


def busy(times: int) -> list[BusyError]:
    return [BusyError() for _ in range(times)]


class TestContract:
    def test_what_succeeds_is_called_once(self, run: Runner) -> None:
        service = Service("done")
        assert run(service) == "done"
        assert (len(service.began), service.slept) == (1, [])

    def test_it_waits_as_it_is_told_and_returns_the_first_success(
        self, run: Runner
    ) -> None:
        service = Service(*busy(2), "done")
        assert run(service, delays=[0.5, 2.0, 9.0]) == "done"
        assert service.slept == [0.5, 2.0]

    def test_the_last_error_is_raised_itself_and_says_how_often_it_was_tried(
        self, run: Runner
    ) -> None:
        errors = busy(3)
        service = Service(*errors, "never reached")
        with pytest.raises(BusyError) as raised:
            run(service, tries=3)
        assert raised.value is errors[2]
        assert raised.value.__notes__ == ["gave up after 3 tries: no more are allowed"]
        assert not hasattr(errors[0], "__notes__")
        assert raised.value.__context__ is None
        assert service.slept == [1.0, 1.0]

    def test_an_error_that_was_tried_again_is_let_go_at_once(self, run: Runner) -> None:
        """It holds the frames of the call, and all that these hold."""
        service = Service()
        errors: list[weakref.ref[BusyError]] = []
        alive: list[int] = []

        def call() -> str:
            alive.append(sum(each() is not None for each in errors))
            if len(errors) == 2:
                return "done"
            error = BusyError()
            errors.append(weakref.ref(error))
            try:
                raise error
            finally:
                del error

        service.call = call  # type: ignore[method-assign]
        assert run(service) == "done"
        assert alive == [0, 0, 0]

    def test_an_error_that_takes_no_note_is_raised_all_the_same(
        self, run: Runner
    ) -> None:
        @dataclass(frozen=True)
        class FrozenError(ConnectionError):
            code: int = 0

        with pytest.raises(FrozenError):
            run(Service(FrozenError()), tries=1)

    def test_one_error_of_many_callers_bears_one_note(self, run: Runner) -> None:
        error = BusyError()
        for _ in range(3):
            with pytest.raises(BusyError):
                run(Service(error), tries=1)
        assert error.__notes__ == ["gave up after 1 try: no more are allowed"]

    @pytest.mark.parametrize("told_s", [None, 0, math.nan, -1])
    def test_a_wait_that_makes_no_sense_is_as_if_nothing_was_said(
        self, told_s: object, run: Runner
    ) -> None:
        service = Service(BusyError(told_s), "done")
        assert run(service, delays=[0.5]) == "done"
        assert service.slept == [0.5]

    @pytest.mark.parametrize("tries", [0, -1, 1.5, math.nan, "3"])
    def test_tries_are_a_whole_number(self, tries: object, run: Runner) -> None:
        with pytest.raises(ValueError, match=r"^tries="):
            run(Service("done"), tries=tries)

    def test_one_try_is_no_retry(self, run: Runner) -> None:
        service = Service(*busy(1))
        with pytest.raises(BusyError) as raised:
            run(service, tries=1)
        assert raised.value.__notes__ == ["gave up after 1 try: no more are allowed"]
        assert service.slept == []

    def test_three_tries_are_the_default(self, run: Runner) -> None:
        service = Service(*busy(9))
        with pytest.raises(BusyError):
            run(service)
        assert len(service.began) == 3

    def test_without_a_limit_the_delays_are_the_limit(self, run: Runner) -> None:
        service = Service(*busy(9))
        with pytest.raises(BusyError) as raised:
            run(service, tries=None, delays=iter([1.0] * 5))
        assert len(service.began) == 6
        assert "no delay is left" in raised.value.__notes__[0]

    def test_an_error_that_is_not_named_is_raised_at_once(self, run: Runner) -> None:
        service = Service(KeyError("a bug"), "done")
        budget = RetryBudget(percent=0, reserve=5)
        with pytest.raises(KeyError) as raised:
            run(service, budget=budget)
        assert (len(service.began), service.slept) == (1, [])
        assert not hasattr(raised.value, "__notes__")
        assert budget.retries_left == 5

    def test_an_error_not_named_ends_it_in_the_middle_too(self, run: Runner) -> None:
        service = Service(BusyError(), KeyError("a bug"), "done")
        with pytest.raises(KeyError):
            run(service)
        assert len(service.began) == 2

    def test_several_errors_can_be_named_and_subclasses_count(
        self, run: Runner
    ) -> None:
        service = Service(TimeoutError(), BusyError(), "done")
        assert run(service, on=(TimeoutError, ConnectionError)) == "done"

    def test_interruptions_are_never_retried(self, run: Runner) -> None:
        service = Service(SystemExit(3), "done")
        with pytest.raises(SystemExit):
            run(service, on=Exception)
        assert len(service.began) == 1

    @pytest.mark.parametrize(
        "bad", [BaseException, asyncio.CancelledError, "TimeoutError", None, int]
    )
    def test_only_errors_of_calls_can_be_named(self, run: Runner, bad: object) -> None:
        service = Service("done")
        for on in (bad, (TimeoutError, bad)):
            with pytest.raises(ValueError, match="on="):
                run(service, on=on)
        assert service.began == []

    def test_nonsense_is_refused_before_the_first_try(self, run: Runner) -> None:
        service = Service("done")
        with pytest.raises(ValueError, match="tries=0"):
            run(service, tries=0)
        with pytest.raises(ValueError, match="nan"):
            run(service, deadline_s=math.nan)
        assert service.began == []

    @pytest.mark.parametrize("bad", [-0.1, math.nan])
    def test_a_delay_below_nothing_is_refused(self, run: Runner, bad: float) -> None:
        with pytest.raises(ValueError, match="delays gave"):
            run(Service(*busy(2)), delays=[bad])


# Whole tenths add up to the deadline itself now and then.
WAITS_S = [0.0, 5.0, *[n / 10 for n in range(51)], *[n / 997 * 5 for n in range(51)]]


class TestDeadline:
    def test_no_wait_ends_at_or_after_the_deadline(self, run: Runner) -> None:
        service = Service(*busy(9))
        with pytest.raises(BusyError) as raised:
            run(service, tries=None, deadline_s=3.0)
        assert service.began == [0.0, 1.0, 2.0]  # a try at 3.0 would be too late
        assert service.now_s == 2.0
        assert "deadline" in raised.value.__notes__[0]

    def test_time_spent_in_calls_counts(self, run: Runner) -> None:
        service = Service(*busy(9), call_s=1.5)
        with pytest.raises(BusyError):
            run(service, tries=None, deadline_s=6.0)
        assert service.began == [0.0, 2.5, 5.0]

    def test_a_deadline_that_has_passed_allows_no_try_at_all(self, run: Runner) -> None:
        service = Service("done")
        service.now_s = 5.0
        with pytest.raises(DeadlinePassedError):
            run(service, deadline_s=5.0)
        assert service.began == []
        assert issubclass(DeadlinePassedError, TimeoutError)

    def test_a_sleep_that_takes_too_long_is_not_followed_by_a_try(
        self, run: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service = Service(*busy(2), "done")
        usual = service.sleep
        monkeypatch.setattr(service, "sleep", lambda delay_s: usual(delay_s + 10))
        with pytest.raises(BusyError) as raised:
            run(service, deadline_s=5.0)
        assert len(service.began) == 1
        assert raised.value.__notes__ == [
            "gave up after 1 try: the wait took until after the deadline"
        ]

    @given(
        deadline_s=st.floats(0.1, 20),
        call_s=st.floats(0, 3),
        delays=picks(WAITS_S, max_size=12),
        told=picks([None] * len(WAITS_S) + WAITS_S, min_size=13, max_size=13),
    )
    def test_no_try_ever_begins_at_or_after_it(
        self,
        deadline_s: float,
        call_s: float,
        delays: list[float],
        told: list[float | None],
    ) -> None:
        began = []
        for runner in (run_sync, run_async):
            service = Service(*(BusyError(t) for t in told), call_s=call_s)
            with pytest.raises(BusyError):
                runner(service, tries=None, delays=delays, deadline_s=deadline_s)
            assert all(at_s < deadline_s for at_s in service.began)
            began.append(service.began)
        assert began[0] == began[1]


class TestRetryAfter:
    def test_what_the_server_asked_for_comes_on_top_of_the_backoff(
        self, run: Runner
    ) -> None:
        """All who were told 30 would otherwise come back in the same moment."""
        service = Service(BusyError(30), "done")
        assert run(service, delays=[0.25]) == "done"
        assert service.slept == [30.25]

    def test_if_that_is_after_the_deadline_it_gives_up_at_once(
        self, run: Runner
    ) -> None:
        service = Service(BusyError(30), "done")
        with pytest.raises(BusyError):
            run(service, deadline_s=10)
        assert service.slept == []

    def test_a_part_of_a_second_is_believed(self) -> None:
        assert told_to_wait_s(BusyError(0.5)) == 0.5

    @pytest.mark.parametrize("told", [None, -5, 0, math.nan])
    def test_what_makes_no_sense_is_not_believed(self, told: object) -> None:
        assert told_to_wait_s(BusyError(told)) == 0
        assert told_to_wait_s(TimeoutError()) == 0

    @pytest.mark.parametrize("told", [10**400, 1e12, math.inf])
    def test_more_than_a_year_is_the_longest_wait_and_not_none(
        self, told: float
    ) -> None:
        assert told_to_wait_s(BusyError(told)) == 365 * 24 * 3600

    @pytest.mark.parametrize(
        "told", ["30", timedelta(seconds=30), Decimal(30), True], ids=repr
    )
    def test_what_is_no_number_is_refused_and_never_taken_for_no_wait(
        self, told: object, run: Runner
    ) -> None:
        """The header as it comes is a text: a client told to stay away came back."""
        service = Service(BusyError(told), "done")
        with pytest.raises(TypeError, match="retry_after_s=") as raised:
            run(service, delays=[0.5])
        assert isinstance(raised.value.__cause__, BusyError)
        assert service.slept == []


class TestBudget:
    def test_the_budget_is_asked_for_each_retry_and_not_for_the_first_try(
        self, run: Runner
    ) -> None:
        budget = RetryBudget(percent=0, reserve=1)
        service = Service(*busy(9))
        with pytest.raises(BusyError) as raised:
            run(service, tries=5, budget=budget)
        assert len(service.began) == 2
        assert "budget" in raised.value.__notes__[0]
        service = Service("done")
        assert run(service, budget=budget) == "done"

    def test_each_first_try_earns(self, run: Runner) -> None:
        budget = RetryBudget(percent=50, reserve=1)
        assert budget.may_retry()
        for _ in range(2):
            run(Service("done"), budget=budget)
        assert budget.retries_left == 1

    def test_a_retry_that_will_not_be_made_costs_nothing(self, run: Runner) -> None:
        budget = RetryBudget(percent=0, reserve=5)
        with pytest.raises(BusyError):
            run(Service(*busy(9)), deadline_s=0.5, budget=budget)
        with pytest.raises(BusyError):
            run(Service(*busy(9)), tries=1, budget=budget)
        assert budget.retries_left == 5


def test_who_watches_is_told_before_each_wait(run: Runner) -> None:
    errors = busy(2)
    told: list[tuple[int, Exception, float]] = []
    service = Service(*errors, "done")
    run(
        service,
        delays=[0.5, 2.0],
        watch=lambda made, error, wait_s: told.append((made, error, wait_s)),
    )
    assert told == [(1, errors[0], 0.5), (2, errors[1], 2.0)]


class TestAsync:
    def test_a_cancelled_wait_ends_it_at_once(self) -> None:
        service = Service(*busy(9))
        asleep = asyncio.Event

        async def main() -> None:
            sleeping = asleep()

            async def sleep(_: float) -> None:
                sleeping.set()
                await asyncio.Event().wait()

            task = asyncio.create_task(
                retry_async(
                    service.call_async,
                    on=ConnectionError,
                    delays=[1.0] * 9,
                    sleep=sleep,
                    now=service.now,
                )
            )
            await asyncio.wait_for(sleeping.wait(), 120)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())
        assert len(service.began) == 1

    def test_a_cancelled_call_is_not_tried_again(self) -> None:
        service = Service(asyncio.CancelledError(), "done")
        with pytest.raises(asyncio.CancelledError):
            run_async(service, on=Exception)
        assert len(service.began) == 1

    def test_a_timeout_of_the_call_itself_is_an_error_like_others(self) -> None:
        answers: Iterator[Awaitable[str] | None] = iter([None])

        async def call() -> str:
            if next(answers, "x") is None:
                async with asyncio.timeout(0):
                    await asyncio.Event().wait()
            return "done"

        async def nap(_: float) -> None:
            pass

        done = asyncio.run(
            retry_async(call, on=TimeoutError, delays=[0], sleep=nap, now=lambda: 0.0)
        )
        assert done == "done"
