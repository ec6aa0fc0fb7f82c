"""Transfers that a crash cuts off: what is there afterwards?

    balances in place     100 050   ->   070 080     written byte by byte
    cut after 1 byte      000 050                    50 in all, and 150 were there
    cut after 3 bytes     070 050                    120

    through a log         150 in all, wherever it is cut

Source: Gray and Reuter 1993, chapter 9 (the log); Pillai et al. 2014, section 3 (what
may be on the disk).
Left out: writing the balances to their places after the log.
Builds on: sdnotes.acid.device, log, store. Chapter: docs/chapters/acid/.
"""

import io
from collections.abc import Iterator, Mapping

from sdnotes.acid.device import Device
from sdnotes.acid.log import CorruptLogError, Log
from sdnotes.acid.store import Store

SETTINGS = ("fsync first", "fsync later", "the disk lies")
"""When a commit is confirmed: after an honest fsync, before it, or by a lie."""

_FOUND = {70: "both", 90: "the first", 100: "neither"}


def found_after(sync: str) -> Iterator[str]:
    """Yield what is found of two confirmed transfers in each state a crash may leave.

    "both", "the first", "neither"; "nothing at all" where even the balances before
    them are gone; "an error" where the log notices a hole. Raises ValueError for a
    setting that there is not.

    Examples:
        >>> list(found_after("fsync first")), list(found_after("fsync later"))
        (['both'], ['neither'])
    """
    if sync not in SETTINGS:
        raise ValueError(f"sync={sync!r} is none of: {', '.join(SETTINGS)}")
    device = Device(sector_bytes=64, lies=sync == "the disk lies")
    store = Store(Log(device, sync=device.sync), initially={"A": 100, "B": 50})
    left, right = 100, 50
    for amount in (10, 20):
        left, right = left - amount, right + amount
        transfer = store.begin()
        transfer.put("A", left)
        transfer.put("B", right)
        transfer.commit(flush=sync != "fsync later")
    for content in device.crash_states():
        try:
            found = Store(Log(Device(content))).committed()
        except CorruptLogError:
            yield "an error"
        else:
            yield _FOUND[int(found["A"])] if found else "nothing at all"


def sums_after_each_cut(
    way: str, balances: Mapping[str, int], amount: int
) -> list[tuple[int, int]]:
    """Return how much money there is for each number of bytes that were written.

    The first account pays ``amount`` to the second, "in place" (each balance is three
    digits, overwritten from the left) or "through a log". The points are (percent of
    the bytes, sum of both). Raises ValueError for another way, and for a balance that
    three digits cannot hold.

    Examples:
        >>> sums_after_each_cut("in place", {"A": 100, "B": 50}, 30)
        [(0, 150), (17, 50), (33, 120), (50, 120), (67, 120), (83, 150), (100, 150)]
    """
    source, target = balances
    after = {
        source: balances[source] - amount,
        target: balances[target] + amount,
    }
    if not all(0 <= each <= 999 for each in (*balances.values(), *after.values())):
        raise ValueError(f"amount={amount!r}: a balance leaves 0 to 999")
    if way == "in place":
        sums = _sums_in_place(balances, after)
    elif way == "through a log":
        sums = _sums_through_a_log(balances, after)
    else:
        raise ValueError(f"way={way!r} is neither 'in place' nor 'through a log'")
    last = len(sums) - 1
    return [(round(100 * cut / last), total) for cut, total in enumerate(sums)]


def _sums_in_place(before: Mapping[str, int], after: Mapping[str, int]) -> list[int]:
    old, new = ("".join(f"{each:03}" for each in b.values()) for b in (before, after))
    places = [new[:cut] + old[cut:] for cut in range(len(old) + 1)]
    return [int(digits[:3]) + int(digits[3:]) for digits in places]


def _sums_through_a_log(
    before: Mapping[str, int], after: Mapping[str, int]
) -> list[int]:
    file = io.BytesIO()
    log = Log(file)
    store = Store(log, initially=before)
    start = log.end
    transfer = store.begin()
    for account, balance in after.items():
        transfer.put(account, balance)
    transfer.commit()
    data = file.getvalue()
    return [_sum_found(data[:cut]) for cut in range(start, len(data) + 1)]


def _sum_found(data: bytes) -> int:
    found = Store(Log(io.BytesIO(data))).committed()
    return sum(each for each in found.values() if isinstance(each, int))
