"""Who joins a flight may get an answer that was read before a change of their own.

    first    asks; the price is read, 100, and is on its way
    I        change the price to 80
    I        ask: joined to the flight under way, the answer is 100
    with forget, I ask: a new flight, the answer is 80

Left out: everything else. Builds on: sdnotes.herd.async_single_flight.
Chapter: docs/chapters/herd/.
"""

import asyncio

from sdnotes.herd.async_single_flight import AsyncSingleFlight


async def look_after_change(*, forget: bool) -> tuple[int, int]:
    """Return what the first and I are told, when I ask after changing 100 to 80.

    With ``forget`` the key is forgotten after the change.

    Examples:
        >>> asyncio.run(look_after_change(forget=False))
        (100, 100)
    """
    flights: AsyncSingleFlight[str, int] = AsyncSingleFlight()
    read, arrived = asyncio.Event(), asyncio.Event()
    price = 100

    async def load() -> int:
        answer = price
        read.set()
        await arrived.wait()  # the answer is on its way
        return answer

    first = asyncio.create_task(flights.do("price", load))
    await read.wait()
    price = 80
    if forget:
        flights.forget("price")
        read.clear()
    mine = asyncio.create_task(flights.do("price", load))
    await read.wait()
    # A loop runs what is ready in order: mine has joined before the answer arrives.
    arrived.set()
    return await first, await mine
