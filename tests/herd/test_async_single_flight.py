"""One call for all tasks: results, errors, cancellations, circles, loops."""

import asyncio
import contextlib
import contextvars
import gc
import inspect
import logging
import traceback
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Generator
from itertools import pairwise
from typing import Any

import pytest

from sdnotes.herd import (
    AsyncSingleFlight,
    CallCancelledError,
    CircularAwaitError,
    StillFlyingError,
)
from sdnotes.herd.async_single_flight import _Flight
from sdnotes.herd.late_joiner import look_after_change

Main = Callable[[], Coroutine[Any, Any, None]]


def run(main: Main) -> None:
    """Run it to its end, in time; a warning of asyncio is a failure."""
    problems: list[dict[str, Any]] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: problems.append(context)
        )
        async with asyncio.timeout(120):
            await main()
        await asyncio.sleep(0)
        gc.collect()

    asyncio.run(watched())
    gc.collect()
    assert problems == []


class Gate:
    """A call that waits until it is let go, and counts calls and cancellations."""

    def __init__(self, result: object = "value") -> None:
        self.result = result
        self.calls = self.cancelled = 0
        self.let_go = asyncio.Event()

    async def __call__(self) -> object:
        self.calls += 1
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


async def in_a_group(inner: Coroutine[Any, Any, object]) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(0))
        group.create_task(inner)


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


def join(
    flights: AsyncSingleFlight[str, object],
    call: Callable[[], Awaitable[object]],
    count: int,
    key: str = "k",
) -> list[asyncio.Task[object]]:
    return [asyncio.create_task(flights.do(key, call)) for _ in range(count)]


def test_a_thousand_tasks_make_one_call_and_share_its_result() -> None:
    async def main() -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
        gate = Gate(result := object())
        tasks = join(flights, gate, 1000)
        await settle()
        assert flights.waiting("k") == 1000
        gate.let_go.set()
        assert all(came is result for came in await asyncio.gather(*tasks))
        assert gate.calls == 1

    run(main)


def test_nothing_is_kept_beyond_the_flight() -> None:
    async def main() -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
        for _ in range(3):
            gate = Gate()
            gate.let_go.set()
            await flights.do("k", gate)
            assert gate.calls == 1
            assert flights.waiting("k") == 0
        await settle()
        assert flights._flights == {}
        assert flights._running == set()

    run(main)


def test_an_answer_that_has_landed_is_not_given_to_a_newcomer() -> None:
    """Between the call's end and its clean-up a loop runs other tasks."""

    async def main() -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
        calls = []

        async def quick() -> object:
            calls.append(1)
            return len(calls)

        seen = []

        async def eager_newcomer() -> None:
            while not calls:
                await asyncio.sleep(0)
            seen.append(await flights.do("k", quick))

        newcomer = asyncio.create_task(eager_newcomer())
        first = asyncio.create_task(flights.do("k", quick))
        await asyncio.gather(first, newcomer)
        assert (first.result(), seen) == (1, [2])

    run(main)


def test_an_error_reaches_everybody_and_the_next_call_starts_anew() -> None:
    async def main() -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
        gate = Gate(error := OSError("down"))
        tasks = join(flights, gate, 50)
        await settle()
        gate.let_go.set()
        came = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(each is error for each in came)
        frames = [f.name for f in traceback.extract_tb(error.__traceback__)]
        assert frames[-1] == "__call__"
        assert len(frames) < 12
        healthy = Gate()
        healthy.let_go.set()
        assert await flights.do("k", healthy) == "value"

    run(main)


@pytest.mark.parametrize("eager", [False, True])
def test_what_one_handles_as_it_asks_is_not_in_the_error_of_the_others(
    eager: bool,
) -> None:
    """python-trio/outcome#7. An eager task begins in the midst of who asks first."""

    async def main() -> None:
        if eager:
            factory: Any = getattr(asyncio, "eager_task_factory", at_once)
            asyncio.get_running_loop().set_task_factory(factory)
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
        gate = Gate(error := OSError("down"))
        seen: list[BaseException | None] = []

        async def call() -> object:
            if eager:
                raise error
            return await gate()

        async def ask_in_a_handler(secret: str) -> None:
            try:
                int(secret)
            except ValueError:
                with pytest.raises(OSError, match="down") as raised:
                    await flights.do("k", call)
                assert raised.value is error
                seen.append(error.__context__)

        asking = [asyncio.create_task(ask_in_a_handler(f"{n} is mine")) for n in "abc"]
        await settle()
        gate.let_go.set()
        await asyncio.gather(*asking)
        assert seen == [None] * 3
        assert error.__context__ is None

    run(main)


class TestCancellation:
    @pytest.mark.parametrize("who", [0, 1, 2])
    def test_one_who_is_cancelled_leaves_alone(self, who: int) -> None:
        """The first too, whose call it was."""

        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            gate = Gate()
            tasks = join(flights, gate, 3)
            await settle()
            tasks[who].cancel()
            await settle()
            assert tasks[who].cancelled()
            assert flights.waiting("k") == 2
            gate.let_go.set()
            others = [task for task in tasks if task is not tasks[who]]
            assert await asyncio.gather(*others) == ["value", "value"]
            assert (gate.calls, gate.cancelled) == (1, 0)

        run(main)

    def test_when_all_have_left_the_call_is_cancelled_and_a_newcomer_starts_anew(
        self,
    ) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            gate, fresh = Gate(), Gate("fresh")
            tasks = join(flights, gate, 3)
            await settle()
            for task in tasks:
                task.cancel()
            # In the very moment in which the last one leaves:
            await asyncio.sleep(0)
            fresh.let_go.set()
            newcomer = asyncio.create_task(flights.do("k", fresh))
            assert await newcomer == "fresh"
            assert (gate.calls, gate.cancelled, fresh.calls) == (1, 1, 1)

        run(main)

    def test_a_timeout_of_one_is_his_own(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            gate = Gate()
            (patient,) = join(flights, gate, 1)
            await settle()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await flights.do("k", gate)
            gate.let_go.set()
            assert await patient == "value"

        run(main)

    def test_an_error_after_all_have_left_warns_nobody(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()

            async def stubborn() -> object:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    raise OSError("while it was being cancelled") from None
                return None

            (task,) = join(flights, stubborn, 1)
            await settle()
            task.cancel()
            await settle()
            assert task.cancelled()

        with caplog.at_level(logging.DEBUG, logger="asyncio"):
            run(main)
        assert "never retrieved" not in caplog.text

    def test_a_call_that_cancels_itself_is_an_error_for_those_who_wait(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            gate = Gate(asyncio.CancelledError())
            tasks = join(flights, gate, 2)
            await settle()
            gate.let_go.set()
            came = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(each) for each in came] == [CallCancelledError] * 2

        run(main)

    def test_who_comes_while_a_deserted_call_cleans_up_waits_for_its_end(self) -> None:
        """GetStream/stream-video-android#1764: two calls of one key at a time."""

        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            cleaned, told = asyncio.Event(), []

            async def call() -> object:
                told.append("begins")
                try:
                    if told == ["begins"]:
                        await asyncio.Event().wait()
                except asyncio.CancelledError:
                    told.append("cleans up")
                    await cleaned.wait()
                    told.append("has ended")
                    raise
                return "new"

            (leaver,) = join(flights, call, 1)
            await settle()
            leaver.cancel()
            await settle()
            assert leaver.cancelled()
            (impatient,) = join(flights, call, 1)
            await settle()
            impatient.cancel()  # who leaves now does not cancel the clean-up
            await settle()
            newcomers = join(flights, call, 2)
            await settle()
            assert (told, flights.waiting("k")) == (["begins", "cleans up"], 2)
            cleaned.set()
            assert await asyncio.gather(*newcomers) == ["new", "new"]
            assert told == ["begins", "cleans up", "has ended", "begins"]

        run(main)

    def test_after_forget_nobody_waits_for_a_clean_up(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            fresh = Gate("fresh")
            fresh.let_go.set()
            cleaned = asyncio.Event()

            async def stubborn() -> object:
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()
                return await cleaned.wait()

            (leaver,) = join(flights, stubborn, 1)
            await settle()
            leaver.cancel()
            await settle()
            (newcomer,) = join(flights, fresh, 1)
            await settle()
            flights.forget("k")
            assert await flights.do("k", fresh) == "fresh"
            assert not newcomer.done()
            cleaned.set()
            assert await newcomer == "fresh"

        run(main)

    def test_a_clean_up_that_asks_for_its_own_key_is_told_of_the_circle(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            told: list[type[BaseException]] = []

            async def call() -> object:
                try:
                    return await asyncio.Event().wait()
                except asyncio.CancelledError:
                    try:
                        await flights.do("k", call)
                    except CircularAwaitError as error:
                        told.append(type(error))
                    raise

            (leaver,) = join(flights, call, 1)
            await settle()
            leaver.cancel()
            await settle()
            assert told == [CircularAwaitError]

        run(main)

    def test_one_who_leaves_as_the_answer_comes_takes_nobody_s_answer_away(
        self,
    ) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            gate = Gate()
            leaver, stayer = join(flights, gate, 2)
            await settle()
            gate.let_go.set()
            leaver.cancel()
            assert await stayer == "value"
            await settle()
            assert leaver.cancelled()

        run(main)


class TestTheLimit:
    def test_one_who_has_waited_long_enough_leaves_the_call_alone(self) -> None:
        async def main() -> tuple[object, object]:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            go = asyncio.Event()

            async def load() -> int:
                await go.wait()
                return 7

            first = asyncio.create_task(flights.do("k", load, timeout_s=0.001))
            await asyncio.sleep(0.01)
            with pytest.raises(StillFlyingError, match="'k'"):
                await flights.do("k", load, timeout_s=0.01)
            go.set()
            return await first, flights.waiting("k")

        # The first waits for a call of its own, for which there is no limit here.
        assert asyncio.run(main()) == (7, 0)

    def test_a_circle_over_a_thread_ends_with_the_wait(self) -> None:
        """Nothing ties the executor's thread to the task that waits for it."""

        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            loop = asyncio.get_running_loop()

            async def never_made() -> None: ...

            def ask() -> object:
                again = flights.do("k", never_made, timeout_s=0.05)
                return asyncio.run_coroutine_threadsafe(again, loop).result()

            async def call() -> object:
                return await loop.run_in_executor(None, ask)

            with pytest.raises(StillFlyingError):
                await flights.do("k", call)

        asyncio.run(main())

    def test_there_is_a_limit_if_nobody_gave_one(self) -> None:
        told = inspect.signature(AsyncSingleFlight.do).parameters["timeout_s"]
        assert 0 < told.default < 300


def test_forget_lets_newcomers_start_anew_and_leaves_those_who_wait() -> None:
    async def main() -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
        old, new = Gate("before the write"), Gate("after the write")
        (waits,) = join(flights, old, 1)
        await settle()
        flights.forget("k")
        newcomers = join(flights, new, 2)
        await settle()
        old.let_go.set()
        assert await waits == "before the write"
        await settle()
        assert flights.waiting("k") == 2  # the old one's end did not end it
        new.let_go.set()
        assert await asyncio.gather(*newcomers) == ["after the write"] * 2
        assert (old.calls, new.calls) == (1, 1)
        flights.forget("nobody flies this")

    run(main)


class TestCircles:
    def test_a_call_that_asks_for_its_own_key_fails_instead_of_hanging(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()

            async def call() -> object:
                return await flights.do("k", call)

            with pytest.raises(CircularAwaitError, match="'k'"):
                await flights.do("k", call)

        run(main)

    def test_so_does_one_whose_subtask_asks(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()

            async def call() -> object:
                return await asyncio.gather(flights.do("k", call))

            with pytest.raises(CircularAwaitError):
                await flights.do("k", call)

        run(main)

    def test_a_task_that_the_call_leaves_running_joins_as_anybody_does(self) -> None:
        """It runs in the context of the call, which does not wait for it."""

        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            background: list[asyncio.Task[object]] = []

            async def call() -> object:
                background.append(asyncio.create_task(flights.do("k", call)))
                await asyncio.sleep(0.01)
                return 7

            assert await flights.do("k", call) == 7
            assert await asyncio.gather(*background) == [7]

        run(main)

    def test_nor_is_a_circle_made_up_over_two_keys(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            background: list[asyncio.Task[object]] = []
            gate = Gate("b")

            async def a() -> object:
                background.append(asyncio.create_task(flights.do("b", b)))
                await asyncio.sleep(0.01)
                return "a"

            async def b() -> object:
                return (await gate(), await flights.do("a", a))

            first = asyncio.create_task(flights.do("a", a))
            await settle()
            gate.let_go.set()
            assert await first == "a"
            assert await background[0] == ("b", "a")

        run(main)

    @pytest.mark.parametrize(
        "ask",
        [
            lambda inner: asyncio.wait_for(inner, 60),
            lambda inner: asyncio.shield(inner),
            lambda inner: asyncio.gather(asyncio.sleep(0), asyncio.gather(inner)),
            lambda inner: asyncio.wait([asyncio.ensure_future(inner)]),
            in_a_group,
        ],
        ids=["wait_for", "shield", "gather", "wait", "TaskGroup"],
    )
    def test_a_subtask_is_seen_however_the_call_waits_for_it(self, ask: Any) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            told: list[type[BaseException]] = []

            async def inner() -> None:
                await asyncio.sleep(0)  # the call awaits by now
                try:
                    await flights.do("k", call)
                except CircularAwaitError as error:
                    told.append(type(error))

            async def call() -> object:
                return await ask(inner())

            await flights.do("k", call)
            assert told == [CircularAwaitError]

        run(main)

    def test_and_two_calls_that_ask_for_each_other_s_key(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            both = asyncio.Barrier(2)

            async def call(other: str) -> object:
                await both.wait()
                return await flights.do(other, Gate())

            came = await asyncio.gather(
                flights.do("a", lambda: call("b")),
                flights.do("b", lambda: call("a")),
                return_exceptions=True,
            )
            assert [type(each) for each in came] == [CircularAwaitError] * 2

        run(main)

    def test_a_call_may_ask_for_other_keys_even_twice_and_at_once(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()

            async def leaf() -> object:
                await asyncio.sleep(0)
                return 1

            async def call() -> object:
                asked = (flights.do(key, leaf) for key in "bbc")
                return sum(await asyncio.gather(*asked))  # type: ignore[arg-type]

            assert await flights.do("a", call) == 3
            assert await flights.do("a", call) == 3

        run(main)


def test_the_call_runs_in_the_context_of_who_asked_first() -> None:
    async def main() -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
        tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant")

        async def call() -> object:
            seen = tenant.get()
            tenant.set("changed inside")
            await asyncio.sleep(0)
            return seen

        async def ask(name: str) -> tuple[object, str]:
            tenant.set(name)
            return await flights.do("k", call), tenant.get()

        assert await asyncio.gather(ask("first"), ask("second")) == [
            ("first", "first"),
            ("first", "second"),
        ]

    run(main)


class _Rest:
    """What is left of a coroutine that has run up to its first wait."""

    def __init__(self, coroutine: Any, first: object) -> None:
        self.coroutine, self.first = coroutine, first

    def __await__(self) -> Generator[object, None, object]:
        yield self.first
        return (yield from self.coroutine.__await__())


def at_once(loop: Any, coroutine: Any, **options: Any) -> Any:
    """Stand in for asyncio.eager_task_factory, which 3.11 has not."""

    async def rest(first: object) -> object:
        return await _Rest(coroutine, first)

    context = options.get("context") or contextvars.copy_context()
    try:
        first = context.run(coroutine.send, None)
    except StopIteration as end:
        done = loop.create_future()
        done.set_result(end.value)
        return done
    except Exception as error:  # noqa: BLE001 - it is the task's outcome
        done = loop.create_future()
        done.set_exception(error)
        return done
    return asyncio.Task(rest(first), loop=loop, context=context)


class TestLoops:
    def test_a_loop_that_comes_later_may_use_it(self) -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()

        async def main() -> None:
            gate = Gate()
            gate.let_go.set()
            assert await flights.do("k", gate) == "value"

        run(main)
        run(main)

    def test_a_flight_that_a_closed_loop_left_behind_is_no_flight(self) -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
        loop = asyncio.new_event_loop()

        async def begin() -> None:
            join(flights, Gate(), 1)
            await settle()

        loop.run_until_complete(begin())
        left = asyncio.all_tasks(loop)
        loop.close()
        for task in left:  # that they never end is the point, and no news
            task._log_destroy_pending = False  # type: ignore[attr-defined]

        async def main() -> None:
            gate = Gate()
            gate.let_go.set()
            assert await flights.do("k", gate) == "value"

        run(main)
        left.clear()
        flights._running.clear()
        gc.collect()  # what is thrown away now must not fail either

    def test_one_object_cannot_serve_two_loops_at_once(self) -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
        other = asyncio.new_event_loop()
        task = other.create_task(flights.do("k", asyncio.Event().wait))
        other.run_until_complete(asyncio.sleep(0))

        async def main() -> None:
            with pytest.raises(RuntimeError, match="another event loop"):
                await flights.do("k", Gate())

        run(main)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            other.run_until_complete(task)
        other.run_until_complete(settle())
        other.close()

    def test_a_loop_that_is_shut_down_in_mid_flight_ends_cleanly(self) -> None:
        flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()

        async def main() -> None:
            join(flights, Gate(), 3)
            await settle()

        run(main)
        assert flights._flights == {}
        assert flights._running == set()

    def test_a_loop_that_cannot_start_the_task_leaves_nothing_behind(self) -> None:
        async def main() -> None:
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()
            loop = asyncio.get_running_loop()

            def refuse(*_: object, **__: object) -> asyncio.Task[Any]:
                raise RuntimeError("no more tasks")

            loop.set_task_factory(refuse)
            try:
                with pytest.raises(RuntimeError, match="no more tasks"):
                    await flights.do("k", Gate())
            finally:
                loop.set_task_factory(None)
            assert flights._flights == {}

        run(main)

    def test_a_factory_that_runs_tasks_at_once_changes_nothing(self) -> None:
        """Eager tasks (3.12) run up to their first wait before they are returned."""
        factory: Any = getattr(asyncio, "eager_task_factory", at_once)

        async def main() -> None:
            asyncio.get_running_loop().set_task_factory(factory)
            flights: AsyncSingleFlight[str, object] = AsyncSingleFlight()

            async def quick() -> object:
                return "at once"

            async def circle() -> object:
                return await flights.do("k", circle)

            assert await flights.do("k", quick) == "at once"
            with pytest.raises(CircularAwaitError):
                await flights.do("k", circle)
            gate = Gate()
            tasks = join(flights, gate, 3)
            await settle()
            tasks[0].cancel()
            await settle()
            gate.let_go.set()
            assert await asyncio.gather(*tasks[1:]) == ["value", "value"]
            assert (gate.calls, gate.cancelled) == (1, 0)
            await settle()
            assert flights._flights == {}
            assert flights._running == set()

        run(main)


def test_who_joins_is_told_what_was_read_before_he_asked_unless_the_key_is_forgotten() -> (  # noqa: E501
    None
):
    assert asyncio.run(look_after_change(forget=False)) == (100, 100)
    assert asyncio.run(look_after_change(forget=True)) == (100, 80)


def test_a_result_and_an_error_are_let_go_with_the_last_who_has_them() -> None:
    class Held:
        pass

    held: list[weakref.ref[Held]] = []

    async def succeed() -> Held:
        each = Held()
        held.append(weakref.ref(each))
        return each

    async def fail() -> Held:
        each = Held()
        held.append(weakref.ref(each))
        raise LookupError

    async def main() -> None:
        flights: AsyncSingleFlight[str, Held] = AsyncSingleFlight()
        for call in (succeed, fail) * 3:
            with contextlib.suppress(LookupError):
                await flights.do("k", call)
            await asyncio.sleep(0)
        assert [each() for each in held] == [None] * 6

    gc.disable()
    try:
        asyncio.run(main())
    finally:
        gc.enable()


def test_a_circle_is_looked_for_in_linear_time_and_without_recursion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two keys a level, each waiting for both of the next: 2**40 ways down."""
    monkeypatch.setattr(_Flight, "awaits", lambda *_: True)
    levels = [(_Flight(), _Flight()) for _ in range(40)]
    for above, below in pairwise(levels):
        for flight in above:
            flight.asked.extend((each, None) for each in below)
    assert not levels[0][0].reaches(_Flight())
    assert levels[0][0].reaches(levels[-1][1])
    chain = [_Flight() for _ in range(5_000)]
    for flight, following in pairwise(chain):
        flight.asked.append((following, None))
    assert chain[0].reaches(chain[-1])
