"""Divide the money before the cable is cut, and nobody need ask while it is.

    opening 50      ATM1 may pay 25    ATM2 may pay 25
    ATM1 pays 10            15                 25
    ATM2 pays 20            15                  5
    ATM2, 15 more           15                  5       refused: 15 > 5

However the two are parted, their shares never add up to more than there is, so the
account cannot be overdrawn. What it costs: the last request was refused although 20
were left.

That holds while no machine forgets what it spent. A machine must have the smaller share
on disk *before* the money leaves. One that may have forgotten (a crash, a backup, a
second process under its name) has a share of 0 until its journal and the others say
what it spent; a new name, as for a PN-counter, does not help here.

Source: O'Neil 1986, "The Escrow Transactional Method", TODS 11(4); divided among
sites by Kumar and Stonebraker 1988, SIGMOD, and by the demarcation protocol of Barbara
and Garcia-Molina 1994, VLDB Journal 3(3).
Left out: the disk, and the messages of a ``move``. Between machines the giver takes the
amount off first, on disk, and the transfer has a name of its own, so that the taker
adds it once however often it arrives. Giving back what was spent, and paying in: what
is left only shrinks.
Chapter: docs/chapters/cap/.
To take away: Escrow.
"""


class Escrow:
    """Shares of one amount, each spent by its holder alone.

    One thread at a time: ``spend`` looks, and then takes. All of it is in memory.

    Examples:
        >>> escrow = Escrow({"ATM1": 25, "ATM2": 25})
        >>> escrow.spend("ATM1", 10), escrow.spend("ATM2", 20), escrow.spend("ATM2", 15)
        (True, True, False)
        >>> escrow.left
        20
    """

    def __init__(self, shares: dict[str, int]) -> None:
        for holder, share in shares.items():
            if not share >= 0:  # NaN is neither
                raise ValueError(f"shares[{holder!r}]={share!r} is not 0 or more")
        self._shares = dict(shares)

    @property
    def left(self) -> int:
        """Return what is left of all shares together."""
        return sum(self._shares.values())

    def share(self, holder: str) -> int:
        """Return what a holder may still spend. Raises KeyError for a stranger."""
        return self._shares[holder]

    def spend(self, holder: str, amount: int) -> bool:
        """Spend from the holder's own share; return False, and do nothing, if short."""
        if not amount >= 0:
            raise ValueError(f"amount={amount!r} is not 0 or more")
        if amount > self._shares[holder]:
            return False
        self._shares[holder] -= amount
        return True

    def move(self, giver: str, taker: str, amount: int) -> None:
        """Move a part of one share to another, both of them in this object.

        Between machines this is two steps and a message, see *Left out*. Raises
        ValueError when the giver has not that much.
        """
        if taker not in self._shares:
            raise KeyError(taker)
        if not self.spend(giver, amount):
            raise ValueError(
                f"amount={amount!r} is more than {giver} has, {self._shares[giver]}"
            )
        self._shares[taker] += amount
