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
    opened: dict[str, list[tuple[str, Version]]] = field(default_factory=dict)
    """What each writer has written and not yet committed, as (key, version)."""

    def __iter__(self) -> Iterator[str]:
        """Yield the keys that ever were, in order."""
        return iter(sorted(self.chains))

    def add(self, key: str, version: Version) -> None:
        """Add a key's newest version, which is open."""
        self.chains.setdefault(key, []).append(version)
        self.opened.setdefault(version.writer, []).append((key, version))

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
        """Return the versions after one, newest first, each with its predecessor."""
        chain = self.chains.get(key, [])
        found: list[tuple[Version | None, Version]] = []
        for place in reversed(range(len(chain))):
            if chain[place] is than:
                break
            found.append((chain[place - 1] if place else None, chain[place]))
        return found

    def since_commit(self, key: str) -> Iterator[Version]:
        """Yield the versions that are open, newest first, then the committed one."""
        for version in reversed(self.chains.get(key, [])):
            yield version
            if version.committed_at is not None:
                return

    def commit(self, writer: str, moment: int) -> None:
        """Say of all that a transaction wrote that it is committed."""
        for _, version in self.opened.pop(writer, ()):
            version.committed_at = moment

    def remove(self, writer: str) -> None:
        """Take away all that a transaction wrote and has not committed."""
        for key, _ in self.opened.pop(writer, ()):
            self.chains[key].pop()  # what is open stands at the end
            if not self.chains[key]:
                del self.chains[key]

    def check(self) -> None:
        """Assert what holds between any two calls."""
        found: dict[str, list[tuple[str, Version]]] = {}
        for key, chain in self.chains.items():
            closed = [v.committed_at for v in chain if v.committed_at is not None]
            assert closed == sorted(closed), f"{key}: {closed} is not in order"
            for version in chain[len(closed) :]:
                assert version.committed_at is None, f"{key}: open inside"
                found.setdefault(version.writer, []).append((key, version))
        for writer, versions in found.items():
            known = self.opened[writer]
            assert len(versions) == len(known)
            assert all(each in known for each in versions), f"{writer} wrote others"
        assert found.keys() == self.opened.keys()
        keys = [key for versions in found.values() for key in {k for k, _ in versions}]
        assert len(keys) == len(set(keys)), "a key has two open writers"
