"""A call that only gives back work to be run later is refused, by name."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator

import pytest

from sdnotes.herd import AsyncSingleFlight, SingleFlight, retry, retry_async


async def coroutine() -> str:
    return "late"


def generator() -> Iterator[str]:
    yield "late"


async def async_generator() -> AsyncIterator[str]:
    yield "late"


async def gives_a_generator() -> Iterator[str]:
    return generator()


def nothing_to_await() -> str:
    return "at once"


class Pool:
    """As asyncpg's pool: awaiting it opens it, and gives the pool itself."""

    def __await__(self) -> Generator[object, None, "Pool"]:
        yield from asyncio.sleep(0).__await__()
        return self


async def opened() -> Pool:
    return await Pool()


class Request(Coroutine[object, None, str]):
    """As aiohttp's: a coroutine that no ``async def`` made, and that has yet to run."""

    def __init__(self) -> None:
        self.closed = False

    def __await__(self) -> Generator[object, None, str]:
        raise NotImplementedError

    def send(self, value: None) -> object:
        raise NotImplementedError

    def throw(self, *error: object) -> object:
        raise NotImplementedError

    def close(self) -> None:
        self.closed = True


async def nap(_: float) -> None:
    pass


def tried(call: Callable[[], object]) -> object:
    slept: list[float] = []
    try:
        return retry(
            call, on=Exception, delays=[0.0], sleep=slept.append, now=lambda: 0.0
        )
    finally:
        assert slept == []  # it is no failure that another try could mend


def tried_async(call: Callable[[], object]) -> object:
    return asyncio.run(
        retry_async(
            call,  # type: ignore[arg-type]
            on=Exception,
            delays=[0.0],
            sleep=nap,
            now=lambda: 0.0,
        )
    )


def shared(call: Callable[[], object]) -> object:
    return SingleFlight[str, object]().do("k", call)


def shared_async(call: Callable[[], object]) -> object:
    return asyncio.run(AsyncSingleFlight[str, object]().do("k", call))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("use", "call", "said"),
    [
        (tried, coroutine, "gave a coroutine, .* use retry_async"),
        (tried, generator, "gave a generator, .* let it give a list"),
        (tried, async_generator, "gave an async_generator, .* let it give a list"),
        (tried_async, gives_a_generator, "gave a generator, .* let it give a list"),
        (tried_async, nothing_to_await, "gave a str, .* awaited: use retry"),
        (tried_async, generator, "gave a generator, .* awaited: use retry"),
        (shared, coroutine, "gave a coroutine, .* use AsyncSingleFlight"),
        (shared, generator, "gave a generator, .* let it give a list"),
        (tried, Request, "gave a Request, .* use retry_async"),
        (shared, Request, "gave a Request, .* use AsyncSingleFlight"),
        (shared_async, gives_a_generator, "gave a generator, .* let it give a list"),
        (shared_async, nothing_to_await, "gave a str, .* awaited: use SingleFlight"),
    ],
)
def test_what_has_yet_to_run_is_no_result(
    use: Callable[[Callable[[], object]], object],
    call: Callable[[], object],
    said: str,
) -> None:
    with pytest.raises(TypeError, match=said):
        use(call)


def test_a_coroutine_that_is_refused_is_closed() -> None:
    request = Request()
    with pytest.raises(TypeError):
        shared(lambda: request)
    assert request.closed


@pytest.mark.parametrize(
    ("use", "call"),
    [
        (tried, Pool),
        (shared, Pool),
        (tried_async, opened),
        (shared_async, opened),
        (tried_async, Pool),
        (shared_async, Pool),
    ],
)
def test_a_result_that_could_be_awaited_is_a_result(
    use: Callable[[Callable[[], object]], object], call: Callable[[], object]
) -> None:
    """PrefectHQ/prefect#15665: a data frame, a pool, a client have ``__await__``."""
    assert isinstance(use(call), Pool)


def test_results_that_are_results_come_back_as_they_are() -> None:
    assert tried(lambda: [1]) == [1]
    assert tried(lambda: iter("ab")).__class__ is iter("ab").__class__
    assert tried_async(coroutine) == shared_async(coroutine) == "late"


@pytest.mark.parametrize(
    "iterator",
    [map(str, [1, 2]), iter([1]), zip("ab", "cd", strict=True), io.BytesIO(b"body")],
    ids=lambda each: type(each).__name__,
)
def test_what_only_one_can_read_is_not_shared(iterator: object) -> None:
    """google/osv.dev#4520: a body that is shared is read by the first, and then empty.

    One caller alone may have it: ``retry`` gives it through.
    """

    async def call() -> object:
        return iterator

    with pytest.raises(TypeError, match="which only one can read"):
        SingleFlight[str, object]().do("k", lambda: iterator)
    with pytest.raises(TypeError, match="which only one can read"):
        asyncio.run(AsyncSingleFlight[str, object]().do("k", call))
    ways = {"sleep": lambda _: None, "now": lambda: 0.0, "delays": [0.1]}
    assert retry(lambda: iterator, on=OSError, **ways) is iterator  # type: ignore[arg-type]


def test_what_can_be_read_once_and_is_no_iterator_is_not_recognised() -> None:
    """Of a response that is streamed nobody can see it: it must be read in the call."""

    class Streamed:
        def __init__(self) -> None:
            self.left = ["a", "b"]

        def __iter__(self) -> Iterator[str]:
            while self.left:
                yield self.left.pop(0)

    response = SingleFlight[str, Streamed]().do("k", Streamed)
    assert (list(response), list(response)) == (["a", "b"], [])
