"""Every version of every key: who sees which, while others write?

    x    10 by T0, committed at 1  |  11 by T1, committed at 3  |  12 by T2, open
           |                            |                           |
         who began before 3           who asks for                who reads what is
         reads its snapshot           what is committed           not committed

A write adds a version and overwrites none, so those who read an older one need not
wait. A delete adds a version without a value.

Source: Reed 1978; Berenson et al. 1995, section 4.2 (snapshots).
Left out: getting rid of versions that nobody can see any more.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sdnotes.acid.levels import Reads
from sdnotes.acid.operations import Value


@dataclass(slots=True)
class Version:
    """What one write left below a key; ``committed_at`` is None while it is open."""

    name: str
    writer: str
    value: Value | None
    committed_at: int | None = None

    def is_after(self, moment: int) -> bool:
        """Return whether it was committed after that."""
        return self.committed_at is not None and self.committed_at > moment


@dataclass(slots=True)
class Versions:
    """The versions of each key, oldest first; at most one writer's are open."""

    chains: dict[str, list[Version]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        """Yield the keys that ever were, in order."""
        return iter(sorted(self.chains))

    def add(self, key: str, version: Version) -> None:
        """Add a key's newest version."""
        self.chains.setdefault(key, []).append(version)

    def visible(
        self, key: str, reader: str, reads: Reads, snapshot: int
    ) -> Version | None:
        """Return the version that a reader sees: its own, or as the level says."""
        chain = self.chains.get(key, [])
        if chain and chain[-1].writer == reader:
            return chain[-1]
        for version in reversed(chain):
            if reads is Reads.NEWEST:
                return version
            if version.committed_at is not None and (
                reads is Reads.COMMITTED or version.committed_at <= snapshot
            ):
                return version
        return None

    def committed(self, key: str) -> Version | None:
        """Return the newest committed version."""
        return self.visible(key, "", Reads.COMMITTED, 0)

    def newer(
        self, key: str, than: Version | None
    ) -> list[tuple[Version | None, Version]]:
        """Return the versions after one, oldest first, each with its predecessor."""
        chain = self.chains.get(key, [])
        begin = 0 if than is None else chain.index(than) + 1
        return [
            (chain[place - 1] if place else None, chain[place])
            for place in range(begin, len(chain))
        ]

    def since_commit(self, key: str) -> list[Version]:
        """Return the newest committed version, and those that are open."""
        return [v for v in self.chains.get(key, []) if not self._is_past(key, v)]

    def _is_past(self, key: str, version: Version) -> bool:
        return version.committed_at is not None and version is not self.committed(key)

    def open_keys(self) -> list[tuple[str, str]]:
        """Return each key that somebody is writing, and who."""
        newest = ((key, chain[-1]) for key, chain in sorted(self.chains.items()))
        return [(key, v.writer) for key, v in newest if v.committed_at is None]

    def commit(self, writer: str, moment: int) -> None:
        """Say of all that a transaction wrote that it is committed."""
        for chain in self.chains.values():
            for version in chain:
                if version.writer == writer and version.committed_at is None:
                    version.committed_at = moment

    def remove(self, writer: str) -> None:
        """Take away all that a transaction wrote and has not committed."""
        for key, chain in list(self.chains.items()):
            kept = [
                v for v in chain if v.writer != writer or v.committed_at is not None
            ]
            if kept:
                self.chains[key] = kept
            else:
                del self.chains[key]

    def check(self) -> None:
        """Assert what holds between any two calls."""
        for key, chain in self.chains.items():
            closed = [v.committed_at for v in chain if v.committed_at is not None]
            assert closed == sorted(closed), f"{key}: {closed} is not in order"
            opened = chain[len(closed) :]
            assert all(v.committed_at is None for v in opened), f"{key}: open inside"
            assert len({v.writer for v in opened}) <= 1, f"{key}: two open writers"
