"""Read histories as papers write them, with one letter an action.

    r1[x=50] w1[x=10] r2[x=10] r2[y=50] c2 r1[y=50] w1[y=90] c1        Berenson 1995
    w1(x1) w2(x2) w2(y2) c2 w1(y1) c1 [x1 << x2, y2 << y1]             Adya 1999
    R2(X0,0) R1(Y0,0) W1(Y1,20) C1 R3(X0,0) R3(Y1,20) C3 ...           Fekete 2004
    r1[P: x0, y0] w2[z2 in P] c2 r1[P: x0, y0, z2] c1                  scans

    b1 begins T1 (else its first action does); c1 commits, a1 aborts; one that does
    neither is taken as aborted
    x2 is the version that T2 wrote, x2.1 (or x2:1) its first of several, x0 and xinit
    what was there at first, unless T0 writes it; a value stands after = or a comma
    x without a number is the newest version with that value, or the newest at all: with
    one version of each key, that is what there is to be read
    r1[P: ...] scans for what meets P; w2[z2 in P] writes a version that meets it; if
    that is told of any version of z, then the others of z do not meet it

Order of versions: as stated in brackets; else as they were written, if they were
committed in that order, or if no version has a number; else it is not known.

Source: Berenson et al. 1995, section 2; Adya 1999, section 3.1; Fekete, O'Neil and
O'Neil 2004. The moments of begin and commit are the places in the text.
Left out: cursors (rc, wc); names of keys with digits.
Chapter: docs/chapters/acid/.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sdnotes.acid.history import (
    Access,
    Read,
    Scan,
    Status,
    Transaction,
    TransactionHistory,
    Write,
)
from sdnotes.acid.notation_items import Item, ItemError, item_of, scanned, written
from sdnotes.sim import MalformedHistoryError, Value

_NAME = re.compile(r"\s*[A-Za-z][\w'.-]*:\s")
_ACTION = re.compile(
    r"""(?P<kind>[rw])(?P<who>\d+)\s?(?:\((?P<round>[^()]*)\)|\[(?P<square>[^\[\]]*)\])
    |(?P<ends>[bca])(?P<ended>\d+)
    |\[(?P<order>[^\[\]]*)\]""",
    re.VERBOSE | re.IGNORECASE,
)


class NotationError(MalformedHistoryError):
    """The text is not a history as papers write them; its author must mend it."""


class _TellingError(ValueError):
    """An action cannot follow what was told before it."""


def history_of_notation(text: str) -> TransactionHistory:
    """Return the history that a text in the papers' notation tells.

    Raises NotationError, which names the place of the first letter that is wrong,
    counted from 1, and MalformedHistoryError for an order that leaves out a version.

    Examples:
        >>> history = history_of_notation("w1[x=1] r2[x=1] c1 c2")
        >>> [transaction.name for transaction in history.transactions]
        ['T1', 'T2']
    """
    name = _NAME.match(text)
    story = _Story(text)
    story.look_ahead()
    at = name.end() if name else 0
    while at < len(text):
        if text[at] in " \t\r\n,;":
            at += 1
            continue
        action = _ACTION.match(text, at)
        if action is None:
            raise story.error(at, f"{text[at : at + 20]!r} is no action, such as r1[x]")
        story.act(action)
        at = action.end()
    return story.history()


@dataclass(frozen=True, slots=True)
class _Made:
    """A version: its label stands for its value in the history."""

    key: str
    label: str
    writer: int
    value: str | None = None
    meets: tuple[str, ...] = ()


@dataclass(slots=True)
class _Teller:
    """What one transaction did until now."""

    accesses: list[Access] = field(default_factory=list)
    status: Status | None = None
    begin: int = 0
    end: int = 0


@dataclass(slots=True)
class _Story:
    text: str
    step: int = 0
    tellers: dict[int, _Teller] = field(default_factory=dict)
    made: dict[str, list[_Made]] = field(default_factory=dict)
    first: dict[str, _Made] = field(default_factory=dict)
    numbered: set[str] = field(default_factory=set)
    told_of: dict[str, set[str]] = field(default_factory=dict)
    orders: dict[str, tuple[Value, ...]] = field(default_factory=dict)

    def error(self, at: int, told: str) -> NotationError:
        """Return an error that names a place in the text."""
        return NotationError(f"letter {at + 1}: {told}")

    def act(self, action: re.Match[str]) -> None:
        """Take in the next action. Raises NotationError."""
        self.step += 1
        try:
            if action["order"] is not None:
                self._state_order(action["order"])
            else:
                self._act(action)
        except (ItemError, _TellingError) as error:
            raise self.error(action.start(), str(error)) from error

    def _act(self, action: re.Match[str]) -> None:
        who = int(action["who"] or action["ended"])
        teller = self.tellers.setdefault(who, _Teller(begin=self.step))
        if teller.status is not None:
            raise _TellingError(f"T{who} has ended: it is {teller.status}")
        kind = (action["kind"] or action["ends"]).lower()
        inside = action["round"] if action["round"] is not None else action["square"]
        if kind == "b":
            if teller.begin != self.step:
                raise _TellingError(f"T{who} has begun before")
        elif kind in "ca":
            teller.status = Status.COMMITTED if kind == "c" else Status.ABORTED
            teller.end = self.step
        elif kind == "w":
            teller.accesses.append(self._written(who, inside))
        else:
            teller.accesses.append(self._seen(who, inside))

    def _written(self, who: int, inside: str) -> Write:
        item, condition = written(inside)
        mine = [m for m in self.made.get(item.key, ()) if m.writer == who]
        turn = len(mine) + 1
        if item.number is not None:
            self.numbered.add(item.key)
            if item.writer != str(who) or item.turn not in (None, turn):
                raise _TellingError(
                    f"T{who} writes {item.key}{item.number}, and not its own version "
                    f"{who}, the one with the turn {turn}"
                )
        label = f"{item.key}{who}" + (f".{turn}" if mine else "")
        meets = () if condition is None else (condition,)
        made = _Made(item.key, label, who, item.value, meets)
        self.made.setdefault(item.key, []).append(made)
        return Write(item.key, label, meets)

    def _seen(self, who: int, inside: str) -> Read | Scan:
        scan = scanned(inside)
        if scan is not None:
            condition, items = scan
            seen = [self._version(item, who) for item in items]
            rest = () if any(item.number for item in items) else self._others(seen)
            told = self.told_of.get(condition, set())
            found = [m for m in seen if m.key not in told or condition in m.meets]
            return _scan(
                condition, found, [m for m in (*seen, *rest) if m not in found]
            )
        if inside.strip() in self.told_of:
            newest = self._others(())
            found = [made for made in newest if inside.strip() in made.meets]
            return _scan(inside.strip(), found, [m for m in newest if m not in found])
        made = self._version(item_of(inside), who)
        return Read(made.key, made.label)

    def look_ahead(self) -> None:
        """Find out of which keys it is told which versions meet a condition."""
        for action in _ACTION.finditer(self.text):
            try:
                item, condition = written(action["round"] or action["square"] or "")
            except ItemError:
                continue  # it is told when its turn comes, or it is no write
            if condition is not None:
                self.told_of.setdefault(condition, set()).add(item.key)

    def _others(self, known: Sequence[_Made]) -> list[_Made]:
        """Return the newest version of every key that is not among those known."""
        keys = {made.key for made in known}
        return [
            self._newest(key, None) or self._at_first(key, None)
            for key in self.made
            if key not in keys
        ]

    def _version(self, item: Item, who: int) -> _Made:
        if item.number is None:
            return self._unnumbered(item)
        self.numbered.add(item.key)
        theirs = [
            m for m in self.made.get(item.key, ()) if str(m.writer) == item.writer
        ]
        if item.writer == "0" and not theirs:
            return self._at_first(item.key, item.value)
        place = len(theirs) if item.turn is None else item.turn
        if not 0 < place <= len(theirs):
            raise _TellingError(
                f"T{who} sees {item.key}{item.number}, which nobody has written yet"
            )
        return theirs[place - 1]

    def _unnumbered(self, item: Item) -> _Made:
        newest = self._newest(item.key, item.value)
        if newest is not None:
            return newest
        first = self._at_first(item.key, item.value)
        if item.value not in (None, first.value):
            raise _TellingError(
                f"nobody wrote {item.key} = {item.value}, and {first.value} was there "
                "at first"
            )
        return first

    def _newest(self, key: str, value: str | None) -> _Made | None:
        """Return the newest version, of those that may have a value if one is given."""
        for made in reversed(self.made.get(key, ())):
            is_undone = self.tellers[made.writer].status is Status.ABORTED
            if value is not None and made.value == value:
                return made
            if (value is None or made.value is None) and not is_undone:
                return made
        return None

    def _at_first(self, key: str, value: str | None) -> _Made:
        first = self.first.get(key)
        if first is None or first.value is None:
            self.first[key] = _Made(key, f"{key}0", -1, value)
        return self.first[key]

    def _state_order(self, inside: str) -> None:
        for chain in inside.split(","):
            links = [link for link in re.split(r"<<|<|≪", chain) if link.strip()]
            items = [item_of(link) for link in links]
            keys = {item.key for item in items}
            if len(keys) != 1 or any(item.number is None for item in items):
                raise _TellingError(f"{chain.strip()!r} is not versions of one key")
            key = items[0].key
            if key in self.orders:
                raise _TellingError(f"the order of {key} is stated twice")
            self.orders[key] = tuple(self._version(item, -1).label for item in items)

    def history(self) -> TransactionHistory:
        """Return what was told; who has not ended is taken as aborted."""
        transactions = [
            Transaction(
                f"T{who}",
                tuple(teller.accesses),
                teller.status or Status.ABORTED,
                teller.begin,
                teller.end or self.step + 1,
            )
            for who, teller in sorted(self.tellers.items())
        ]
        orders = dict(self.orders)
        for key in self.made:
            order = self._order_of(key)
            if key not in orders and order is not None:
                orders[key] = order
        return TransactionHistory(tuple(transactions), orders, exact_moments=True)

    def _order_of(self, key: str) -> tuple[str, ...] | None:
        """Return the order of versions if it follows from that of the writes."""
        last = {made.writer: made for made in self.made[key]}
        left = [
            made
            for made in self.made[key]
            if made is last[made.writer]
            and self.tellers[made.writer].status is Status.COMMITTED
        ]
        ends = [self.tellers[made.writer].end for made in left]
        if key in self.numbered and ends != sorted(ends):
            return None
        return tuple(made.label for made in left)


def _scan(condition: str, found: Sequence[_Made], passed: Sequence[_Made]) -> Scan:
    return Scan(
        condition,
        tuple((made.key, made.label) for made in found),
        tuple((made.key, made.label) for made in passed),
    )
