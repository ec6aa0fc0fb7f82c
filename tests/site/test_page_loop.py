"""asyncio in a page, with Python's own as the judge of what each program prints."""

import asyncio
import contextlib
import io
from collections.abc import Iterator

import pytest
from programs import PROGRAMS

from sitebuild import page_loop
from sitebuild.page_loop import PageLoop, WaitsForEverError


def printed(program: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(program, {"asyncio": asyncio})  # noqa: S102 - our own
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
