"""Attribute reads and scans of keys that are overwritten.

    T1 writes x = 1, x = 2      T2 reads x = 1            G1b: 1 was not T1's last word
    T3 writes x = 3, aborts     T4 reads x = 3            G1a
    T5 writes x = 5             T5 reads x = 4            it does not see its own write
    nobody writes x = 0         T6 reads x = 0            what was there at first
                                T7 reads x = 9            a value that nobody wrote

What was there at first needs no writer; but there can only be one such value of a key.

Source: Adya, Liskov, O'Neil 2000, section 4.2, for what a transaction must see of its
own writes. Left out: several values at first.
Builds on: sdnotes.cap.values.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from sdnotes.acid.attribution import NOBODY, Attribution, Look
from sdnotes.acid.history import Read, Scan, Write
from sdnotes.acid.phenomena import Phenomenon
from sdnotes.acid.predicate import Predicate
from sdnotes.cap.values import exactly, same
from sdnotes.sim import MalformedHistoryError, Value

_MOST_LOOKS = 500_000
"""How many keys scans may pass over: each takes some 200 bytes."""


def attribute_registers(
    found: Attribution,
    lists: frozenset[str],
    orders: Mapping[str, tuple[Value, ...]],
) -> None:
    """Add what was read, scanned and overwritten of all keys that are no lists.

    Raises MalformedHistoryError for an order that leaves out a committed value, or that
    has one which was not committed.
    """
    registers = _Registers(found, lists)
    registers.take_orders(orders)
    registers.attribute_reads(orders)
    registers.attribute_absences()


@dataclass(slots=True)
class _Own:
    """What a transaction has written up to now, and which versions it saw before."""

    values: dict[str, Write] = field(default_factory=dict)
    seen: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Registers:
    found: Attribution
    lists: frozenset[str]
    first_values: dict[str, Hashable] = field(default_factory=dict)
    scans: list[tuple[int, str, set[str]]] = field(default_factory=list)
    """Reader, condition, and the keys of which it is known what the scan saw."""
    met: dict[tuple[str, str, Hashable], bool] = field(default_factory=dict)

    def take_orders(self, orders: Mapping[str, tuple[Value, ...]]) -> None:
        found = self.found
        for key, values in orders.items():
            chain: list[int] = []
            for place, value in enumerate(values):
                made = found.made.get((key, exactly(value)), [])
                if not made and place == 0:
                    self.first_values[key] = exactly(value)
                    found.versions[found.first(key)].value = value
                    continue
                left = [v for v in made if found.is_installed(v)]
                if len(left) != 1 or left[0] in chain:
                    raise MalformedHistoryError(
                        f"orders of key {key!r} has {value!r}, which is not what one "
                        "committed transaction left there"
                    )
                chain.append(left[0])
            if missing := set(found.installed.get(key, ())).difference(chain):
                forgotten = found.versions[min(missing)]
                raise MalformedHistoryError(
                    f"orders of key {key!r} leaves out {forgotten.value!r}, which "
                    f"{found.name(forgotten.writer)} left there"
                )
            found.older[key] = list(pairwise(chain))

    def attribute_reads(self, orders: Collection[str]) -> None:
        for number, transaction in self.found.committed():
            own = _Own()
            for access in transaction.accesses:
                if isinstance(access, Write):
                    own.values[access.key] = access
                elif isinstance(access, Scan):
                    self._scan(number, access, own)
                elif isinstance(access, Read) and access.key not in self.lists:
                    self._read(number, access.key, access.value, own)
            for key, seen in own.seen.items():
                if key in own.values and key not in orders:
                    self._overwrote(number, key, seen)

    def _overwrote(self, number: int, key: str, seen: list[int]) -> None:
        """Write down that what a transaction saw is older than what it then wrote."""
        wrote = self.found.left_by[number, key]
        for version in dict.fromkeys(seen):
            if self.found.is_installed(version):
                self.found.older.setdefault(key, []).append((version, wrote))

    def _read(self, number: int, key: str, value: Value, own: _Own) -> None:
        if key in own.values:
            if not same(own.values[key].value, value):
                self._unseen(number, f"read {key} = {value!r}", own.values[key])
            return
        if versions := self._versions(number, key, value):
            self.found.looks.append(Look(number, key, versions))
            if len(versions) == 1:
                own.seen.setdefault(key, []).append(versions[0])

    def _unseen(self, number: int, did: str, wrote: Write) -> None:
        self.found.wrong(
            Phenomenon.INTERNAL,
            f"{self.found.name(number)} wrote {wrote.key} = {wrote.value!r}, "
            f"then {did}",
        )

    def _versions(self, number: int, key: str, value: Value) -> tuple[int, ...]:
        """Return the versions that a read may have seen; none where that is wrong."""
        found = self.found
        made = found.made.get((key, exactly(value)), [])
        if (
            len(made) == 1
            and found.is_installed(made[0])
            and (found.versions[made[0]].writer != number)
        ):
            return (made[0],)  # nearly always, so it comes first
        name = found.name(number)
        if not made:
            at_first = self.first_values.setdefault(key, exactly(value))
            if at_first == exactly(value):
                found.versions[found.first(key)].value = value
                return (found.first(key),)
            found.wrong(
                Phenomenon.UNWRITTEN,
                f"{name} saw {key} = {value!r}, which nobody wrote, and which was not "
                "there at first",
            )
            return ()
        others = [v for v in made if found.versions[v].writer != number]
        if not others:
            found.wrong(
                Phenomenon.INTERNAL,
                f"{name} saw {key} = {value!r} before it wrote it",
            )
            return ()
        if left := tuple(v for v in others if found.is_installed(v)):
            return left
        writer = found.versions[others[-1]].writer
        wrote = f"{found.name(writer)} wrote {key} = {value!r}"
        if found.kept[writer]:
            found.flows.append((writer, number, key))
            found.wrong(
                Phenomenon.G1B, f"{wrote} and then something else; {name} saw it"
            )
        else:
            found.wrong(Phenomenon.G1A, f"{wrote} and did not commit; {name} saw it")
        return ()

    def _scan(self, number: int, scan: Scan, own: _Own) -> None:
        hits = dict(scan.found)
        if wrong := sorted(self.lists & hits.keys()):
            raise MalformedHistoryError(
                f"{self.found.name(number)}: a scan found key={wrong[0]!r}, a list"
            )
        known = set(own.values)
        for key, write in own.values.items():
            if key in hits:
                is_seen = same(hits[key], write.value)
            else:
                is_seen = not self._meets(key, write.value, write.meets, scan.condition)
            if not is_seen:
                self._unseen(number, f"scanned {scan.condition!r} without it", write)
        for key, value in scan.found + scan.passed:
            if key in known:
                continue
            known.add(key)
            versions = self._versions(number, key, value)
            if not versions:
                continue
            look = Look(number, key, versions, scan.condition)
            self.found.looks.append(look)
            if key in hits:
                self.found.looks.append(Look(number, key, versions))
                self._mark(versions, scan.condition)
        self.scans.append((number, scan.condition, known))

    def _mark(self, versions: tuple[int, ...], condition: str) -> None:
        """Write down that a version met a condition, since a scan found it."""
        if len(versions) == 1:
            version = self.found.versions[versions[0]]
            if condition not in version.meets:
                version.meets = (*version.meets, condition)

    def _meets(
        self, key: str, value: Value, marks: tuple[str, ...], condition: str
    ) -> bool:
        if condition in marks:
            return True
        asked = (condition, key, exactly(value))
        if asked not in self.met:
            self.met[asked] = _holds(condition, key, value)
        return self.met[asked]

    def attribute_absences(self) -> None:
        """Add what scans must have seen of the keys that they did not find."""
        conditions = dict.fromkeys(condition for _, condition, _ in self.scans)
        missed = {condition: self._may_miss(condition) for condition in conditions}
        looks = sum(len(missed[condition]) for _, condition, _ in self.scans)
        if looks > _MOST_LOOKS:
            told = f"scans passed over more than {_MOST_LOOKS} keys, which is too many"
            self.found.questions.append(told)
            return
        for number, condition, known in self.scans:
            self._add_absences(number, condition, known, missed[condition])

    def _may_miss(self, condition: str) -> dict[str, tuple[int, ...]]:
        """Return the versions that do not meet it, of the keys that can meet it."""
        found = self.found
        missed: dict[str, tuple[int, ...]] = {}
        for key in sorted(found.installed.keys() - self.lists):
            versions = (found.first(key), *found.installed[key])
            met = [self._meets_version(version, condition) for version in versions]
            for version, is_met in zip(versions, met, strict=True):
                if is_met:
                    self._mark((version,), condition)
            if any(met):
                missed[key] = tuple(
                    v for v, is_met in zip(versions, met, strict=True) if not is_met
                )
        return missed

    def _add_absences(
        self,
        number: int,
        condition: str,
        known: set[str],
        missed: dict[str, tuple[int, ...]],
    ) -> None:
        for key, versions in missed.items():
            if key in known:
                continue
            # What it wrote later it has not seen yet.
            others = tuple(
                v for v in versions if self.found.versions[v].writer != number
            )
            if others:
                self.found.looks.append(Look(number, key, others, condition))
            else:
                self.found.wrong(
                    Phenomenon.UNWRITTEN,
                    f"{self.found.name(number)} scanned {condition!r} and did not find "
                    f"{key}, of which every version meets it",
                )

    def _meets_version(self, number: int, condition: str) -> bool:
        version = self.found.versions[number]
        if version.writer == NOBODY and version.value is None:
            return condition in version.meets
        return self._meets(version.key, version.value, version.meets, condition)


def _holds(condition: str, key: str, value: Value) -> bool:
    """Return whether a condition holds; of a mere name it is not known."""
    try:
        predicate = Predicate(condition)
    except ValueError:
        return False
    if value is None or type(value) is int:
        return predicate.matches(key, value)
    return predicate.matches(key, str(value))
