"""Programs that decide by what they read: what happens when their steps mix?

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
Left out: programs that try again. Builds on: sdnotes.acid.playing.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from itertools import cycle
from typing import TypeAlias

from sdnotes.acid.playing import Played, Shown, What, play

Steps: TypeAlias = Generator[str, Shown, None]
"""What a program does next, each time in the words of a script."""

Program: TypeAlias = Callable[[], Steps]


def play_programs(
    programs: Mapping[str, Program],
    level: str,
    initially: str,
    second_begins_after: int = 0,
) -> Played:
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


def withdrawals(level: str, second_begins_after: int = 2) -> Played:
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


def doctors(level: str, second_begins_after: int = 1) -> Played:
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
