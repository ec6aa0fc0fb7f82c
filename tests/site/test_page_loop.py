"""asyncio in a page, with Python's own as the judge of what each program prints."""

import asyncio
import contextlib
import io
from collections.abc import Iterator

import pytest

from sitebuild import page_loop
from sitebuild.page_loop import PageLoop, WaitsForEverError

PROGRAMS = {
    "timers": """
async def say(word, after_s):
    await asyncio.sleep(after_s)
    print(word)
async def main():
    await asyncio.gather(say("later", 0.02), say("soon", 0.01), say("now", 0))
asyncio.run(main())
""",
    "what is left is cancelled": """
async def worker():
    try:
        await asyncio.sleep(3600)
    finally:
        print("worker: cleaned up")
async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(0)
    print("main: done", task.done())
asyncio.run(main())
""",
    "a generator that is left is closed": """
async def numbers():
    try:
        yield 1
        yield 2
    finally:
        await asyncio.sleep(0)
        print("closed")
async def main():
    global kept
    kept = numbers()
    print(await anext(kept))
asyncio.run(main())
""",
    "a runner keeps its loop": """
async def where():
    return asyncio.get_running_loop()
with asyncio.Runner() as runner:
    print(runner.run(where()) is runner.run(where()) is runner.get_loop())
""",
    "a group, a queue and a timeout": """
async def fill(queue):
    for number in range(3):
        await queue.put(number)
        await asyncio.sleep(0)
async def main():
    queue = asyncio.Queue(1)
    async with asyncio.TaskGroup() as group:
        group.create_task(fill(queue))
        print([await queue.get() for _ in range(3)])
    try:
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()
    except TimeoutError:
        print("timed out")
asyncio.run(main())
""",
    "an error of a task": """
async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(3600))
        group.create_task(asyncio.sleep(0, print("at work")))
        raise LookupError("not here")
try:
    asyncio.run(main())
except* LookupError as error:
    print(error.exceptions)
""",
    "a loop by hand": """
loop = asyncio.new_event_loop()
loop.call_later(0.01, loop.stop)
loop.call_soon(print, "soon")
loop.run_forever()
print(loop.run_until_complete(asyncio.sleep(0, "slept")))
loop.close()
""",
    "a run within a run": """
async def main():
    inner = asyncio.sleep(0)
    try:
        asyncio.run(inner)
    except RuntimeError as error:
        print(error)
    inner.close()
asyncio.run(main())
""",
}


def printed(program: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(program, {"asyncio": asyncio, "print": print})  # noqa: S102 - our own
    return out.getvalue()


@pytest.fixture
def in_a_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("run", "Runner", "new_event_loop"):
        monkeypatch.setattr(asyncio, name, getattr(asyncio, name))
    page_loop.install()
    yield
    PageLoop.is_woken_from_outside = False


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_prints_what_python_prints(
    program: str, request: pytest.FixtureRequest
) -> None:
    by_python = printed(program)
    request.getfixturevalue("in_a_page")
    assert asyncio.run is page_loop.run
    assert printed(program) == by_python != ""


@pytest.mark.usefixtures("in_a_page")
def test_what_nothing_can_wake_is_told_so_instead_of_waiting_for_ever() -> None:
    async def main() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cleaned up")

    ended: list[str] = []
    with pytest.raises(WaitsForEverError, match="nothing is left that could wake"):
        asyncio.run(main())
    assert ended == ["cleaned up"]


@pytest.mark.usefixtures("in_a_page")
def test_where_javascript_may_wake_it_a_loop_waits_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    woken: list[asyncio.Future[str]] = []

    def sleep(_: float) -> None:
        if woken:
            woken.pop().set_result("from outside")

    async def main() -> str:
        woken.append(asyncio.get_running_loop().create_future())
        return await woken[0]

    monkeypatch.setattr(PageLoop, "sleep", staticmethod(sleep))
    PageLoop.is_woken_from_outside = True
    assert asyncio.run(main()) == "from outside"


@pytest.mark.usefixtures("in_a_page")
def test_the_page_s_own_loop_is_hidden_and_has_its_turn_in_each_sleep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(
        PageLoop,
        "sleep",
        staticmethod(lambda _: seen.append(asyncio._get_running_loop())),
    )

    async def page() -> None:
        with page_loop.as_in_a_program():
            with pytest.raises(RuntimeError, match="no running event loop"):
                asyncio.get_running_loop()
            page_loop.run(asyncio.sleep(0.01))
        assert asyncio.get_running_loop() in seen

    loop = asyncio.SelectorEventLoop()
    loop.run_until_complete(page())
    loop.close()
