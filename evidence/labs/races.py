"""Races that applications run into, as scripts that any of our databases plays.

    lost update     both read 100, and write 90 and 80: where are the 30?
    cures           lock what is read (for update); let the database subtract
    on call         two doctors each see that there are two, and both go home
    deadlock        each holds what the other wants

Source: Berenson et al. 1995 (lost update); Fekete et al. 2005 (doctors on call).
Left out: what the application then does; evidence/labs/retrying.py begins again.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from evidence.labs.notebook import Notebook
from sdnotes.acid.playing import Played

LOST_UPDATE = """balance = 100
T1 begin
T2 begin
T1 get balance
T2 get balance
T1 put balance 90
T2 put balance 80
T1 commit
T2 commit"""

LOCKED = """balance = 100
T1 begin
T2 begin
T1 get balance for update
T2 get balance for update
T1 put balance 90
T1 commit
T2 put balance 70    # since it has read 90
T2 commit"""

SUBTRACTED = """balance = 100
T1 begin
T2 begin
T1 add -10 where key = balance
T2 add -20 where key = balance
T1 commit
T2 commit"""

ON_CALL = """alice = 1, bob = 1
T1 begin
T2 begin
T1 scan value = 1
T2 scan value = 1
T1 put alice 0
T2 put bob 0
T1 commit
T2 commit"""

DEADLOCK = """x = 10, y = 20
T1 begin
T2 begin
T1 put x 11
T2 put y 22
T1 put y 12
T2 put x 21
T1 commit
T2 commit"""


def ended(run: Played, what: str) -> str:
    """Return what is there at the end, in sum, and who was refused with which code."""
    total = sum(int(value) for value in run.final.values())
    refusals = ", ".join(f"{who} refused: {code}" for who, code in run.refused.items())
    return f"{what}: {total}; {refusals or 'both committed'}"


def read_late(run: Played) -> str:
    """Return what the second one read, which had to wait."""
    return f"the second waits, and reads {run.shown('T2')[0]}"


def one_refused(run: Played) -> str:
    """Return how many committed, and the codes; which of the two is chance."""
    codes = ", ".join(sorted(run.refused.values()))
    return f"{len(run.committed)} committed, {len(run.refused)} refused: {codes}"


class Server(Protocol):
    """A server that takes statements, each in a transaction of its own."""

    def do(self, *statements: str) -> None:
        """Carry statements out."""

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what a statement gives."""


def play_races(
    book: Notebook,
    play: Callable[[str, str], Played],
    levels: Sequence[str],
    usual: str,
) -> None:
    """Let two transactions get in each other's way, at each level or the usual one."""
    for level in levels:
        left = ended(play(level, LOST_UPDATE), "left")
        book.fact(level, "read, then write", left)
    book.fact(usual, "read for update, then write", read_late(play(usual, LOCKED)))
    left = ended(play(usual, SUBTRACTED), "left")
    book.fact(usual, "set value = value - ...", left)
    for level in levels:
        stay = ended(play(level, ON_CALL), "on call")
        book.fact(level, "two doctors leave", stay)
    said = one_refused(play(usual, DEADLOCK))
    book.fact(usual, "each wants what the other holds", said)


def overdraw(book: Notebook, node: Server, code_of: Callable[[str], str]) -> None:
    """Ask the table of accounts for what none should hold; it then has a constraint."""
    node.do("update account set value = 100", "update account set value = value - 500")
    [(value,)] = node.rows("select value from account order by id limit 1")
    book.fact("no constraint", "take 500 from 100", f"the value is {value}")
    node.do(
        "update account set value = 100",
        "alter table account add check (value >= 0)",
    )
    code = code_of("update account set value = value - 500")
    book.fact("check (value >= 0)", "take 500 from 100", f"refused: {code}")
