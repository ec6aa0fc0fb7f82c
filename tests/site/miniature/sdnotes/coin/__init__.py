"""coin: how many heads?

    tosses 1 2 3 4 5 6
    heads  0 1 1 2 2 3

Source: a pocket. Left out: chance. Chapter: docs/chapters/coin/.
"""

from sdnotes.coin.toss import SIDES, heads

__all__ = ["SIDES", "heads"]
