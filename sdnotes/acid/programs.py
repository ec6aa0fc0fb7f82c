"""Programs that decide by what they read, and a transfer that a crash cuts off.

    withdrawals("read committed", second_begins_after=2)

    step  P                Q
       2  get balance: 50
       4  put balance 10
       5                   get balance: 50
       6  commit
       7                   put balance 10
       8                   commit             80 were paid, and 50 were there

A program is a generator: it yields its next step, and gets what that step showed.

Source: Warszawski and Bailis 2017, "ACIDRain" (two withdrawals); Fekete et al. 2005
(doctors on call).
Left out: programs that try again. Builds on: sdnotes.acid.log, playing, store.
Chapter: docs/chapters/acid/.
"""

import io
from collections.abc import Callable, Generator, Iterator, Mapping
from itertools import cycle
from typing import TypeAlias

from sdnotes.acid.log import Log
from sdnotes.acid.playing import Run, Shown, What, play
from sdnotes.acid.store import Store

Steps: TypeAlias = Generator[str, Shown, None]
"""What a program does next, each time in the words of a script."""

Program: TypeAlias = Callable[[], Steps]


def play_programs(
    programs: Mapping[str, Program],
    level: str,
    initially: str,
    second_begins_after: int = 0,
) -> Run:
    """Return the run of programs that take turns, step by step.

    The first one takes ``second_begins_after`` steps alone. A program whose step waits
    misses its turns; one that was refused is at its end. ``initially`` is a script's
    first line. Raises ValueError for a negative number of steps.

    Examples:
        >>> def look() -> Steps:
        ...     yield "get x"
        ...     yield "commit"
        >>> play_programs({"P": look}, "snapshot", "x = 1").shown("P")
        [1]
    """
    if second_begins_after < 0:
        raise ValueError(f"second_begins_after={second_begins_after!r} is negative")
    script = initially
    under_way = {name: program() for name, program in programs.items()}
    turns = _turns(list(programs), second_begins_after)
    run = play(script, level)
    while under_way:
        name = next(turns)
        if name in run.refused:
            under_way.pop(name, None)
        done = [step for step in run.steps if step.who == name]
        if name not in under_way or (done and done[-1].what is What.WAITS):
            continue
        try:
            said = under_way[name].send(done[-1].shown if done else None)
        except StopIteration:
            del under_way[name]
        else:
            script = f"{script}\n{name} {said}"
            run = play(script, level)
    return run


def _turns(names: list[str], first_alone: int) -> Iterator[str]:
    yield from names[:1] * first_alone
    yield from cycle(names[1:] + names[:1])


def withdrawals(level: str, second_begins_after: int = 2) -> Run:
    """Return how two withdrawals of 40 from an account of 50 end.

    Each reads the balance. If it is enough, the withdrawal writes what is left and
    commits, which means that it was paid; if not, it aborts.

    Examples:
        >>> withdrawals("read committed").committed
        ('P', 'Q')
        >>> withdrawals("serializable").committed
        ('P',)
    """

    def program() -> Steps:
        yield "begin"
        balance = yield "get balance"
        if isinstance(balance, int) and balance >= 40:
            yield f"put balance {balance - 40}"
            yield "commit"
        else:
            yield "abort"

    programs = {"P": program, "Q": program}
    return play_programs(programs, level, "balance = 50", second_begins_after)


def doctors(level: str, second_begins_after: int = 1) -> Run:
    """Return who is on call after two doctors, each of whom may leave the other alone.

    Each counts who is on call (value 1), and signs off if that is two.

    Examples:
        >>> doctors("snapshot").final
        {'alice': 0, 'bob': 0}
        >>> sum(doctors("serializable").final.values())
        1
    """

    def program_of(doctor: str) -> Program:
        def program() -> Steps:
            yield "begin"
            on_call = yield "scan value = 1"
            if isinstance(on_call, dict) and len(on_call) >= 2:
                yield f"put {doctor} 0"
                yield "commit"
            else:
                yield "abort"

        return program

    programs = {"Alice": program_of("alice"), "Bob": program_of("bob")}
    return play_programs(programs, level, "alice = 1, bob = 1", second_begins_after)


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
